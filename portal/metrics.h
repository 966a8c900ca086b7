/* Metrics: what the processes say of themselves, as OpenMetrics 1.0. Pure.
 *
 * A counter of a process becomes vicu_PROCESS_NAME, with its unit in the name where OpenMetrics
 * knows it; its type is "unknown", since the wire does not tell whether it only grows. Of every
 * process: whether it answers, how old the answer is, when it started, and what it misses.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "portal/health.h"

G_BEGIN_DECLS

#define PORTAL_METRICS_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"

/* Caller frees. */
char *portal_metrics(const PortalHealthRow *rows, size_t n);

G_END_DECLS
