/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/usage.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* "VmHWM:      1234 kB" */
static double
kib_field(const char *status, const char *name)
{
    const char *at = strstr(status, name);

    return at != NULL ? g_ascii_strtod(at + strlen(name), NULL) * 1024 : 0;
}

gboolean
tool_usage_parse(const char *stat, const char *status, long ticks_per_s, ToolUsage *usage)
{
    /* The name stands in brackets and may hold anything; fields 14 and 15 are user and system. */
    const char *at = strrchr(stat, ')');
    unsigned long user = 0, system = 0;

    if (at == NULL
        || sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system)
               != 2)
        return FALSE;
    usage->cpu_s = (double)(user + system) / (double)ticks_per_s;
    usage->rss_bytes = kib_field(status, "VmRSS:");
    usage->peak_rss_bytes = kib_field(status, "VmHWM:");
    return TRUE;
}

gboolean
tool_usage_of(pid_t pid, ToolUsage *usage)
{
    g_autofree char *stat_path = g_strdup_printf("/proc/%d/stat", (int)pid);
    g_autofree char *status_path = g_strdup_printf("/proc/%d/status", (int)pid);
    g_autofree char *stat = NULL;
    g_autofree char *status = NULL;

    return g_file_get_contents(stat_path, &stat, NULL, NULL)
           && g_file_get_contents(status_path, &status, NULL, NULL)
           && tool_usage_parse(stat, status, sysconf(_SC_CLK_TCK), usage);
}
