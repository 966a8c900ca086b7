/* One question to the store, and its stream of answers.
 *
 * The answers are handed on one message at a time; credit is given back as they
 * are taken. The store writes who asked into the audit.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "tools/client.h"

G_BEGIN_DECLS

#define TOOL_ASK_PATIENCE_US (10 * G_USEC_PER_SEC) /* without any answer */

typedef void (*ToolRowsFunc)(const Vicu__QueryRows *rows, gpointer user);

/* Asks and waits until the last answer; id, credit, who and why of @query are
 * filled in. FALSE: no answer in time, or the store refused and said why. */
gboolean tool_ask(ToolClient *client,
                  const Vicu__Query *query,
                  const char *why,
                  ToolRowsFunc func,
                  gpointer user,
                  GError **error);

/* Writes @what into the audit, for an act that must not be unrecorded: FALSE where the store did
 * not take it within a moment, and then it is not done. */
gboolean tool_ask_record(ToolClient *client, const char *what, const char *detail, GError **error);

/* Writes into the audit that this user looked, by @verb, at @bed ("": at all of
 * them). That it cannot be written is said on stderr and stops no one from looking. */
void tool_ask_view(ToolClient *client, const char *verb, const char *bed);

G_END_DECLS
