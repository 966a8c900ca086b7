/* Structured logs to stderr, one line each: level, message id, text, fields.
 *
 * A line that repeats within a minute is counted, not repeated. No patient
 * names or values. Safe to call from any thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/messages.h"

G_BEGIN_DECLS

/* Call once, first thing in main(). @process names this process in each line. */
void vicu_log_open(const char *process);

/* @bed may be NULL. */
void vicu_log(GLogLevelFlags level, const char *id, const char *bed, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

#define vicu_notice(id, ...)  vicu_log(G_LOG_LEVEL_MESSAGE, id, NULL, __VA_ARGS__)
#define vicu_warning(id, ...) vicu_log(G_LOG_LEVEL_WARNING, id, NULL, __VA_ARGS__)

G_END_DECLS
