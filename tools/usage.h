/* What a process has used, read from /proc.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <sys/types.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    double cpu_s;          /* user and system, all threads */
    double rss_bytes;      /* now */
    double peak_rss_bytes; /* since it began */
} ToolUsage;

/* FALSE when there is no such process. */
gboolean tool_usage_of(pid_t pid, ToolUsage *usage);

/* The texts of /proc/PID/stat and /proc/PID/status; FALSE when they are not such texts. */
gboolean tool_usage_parse(const char *stat, const char *status, long ticks_per_s, ToolUsage *usage);

G_END_DECLS
