/* The inside of a report, for the files that make it up.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "rules/replay/report.h"

G_BEGIN_DECLS

typedef struct {
    const char *bed, *rule;
    int64_t from_us;
    int64_t to_us; /* 0: still */
} ReportBlind;

typedef struct {
    int64_t end_us;
    int64_t watched_us;
} ReportWatch;

struct RulesReport {
    GStringChunk *names;
    GHashTable *beds; /* name -> ReportWatch */
    GArray *alarms;   /* RulesReportAlarm */
    GArray *blind;    /* ReportBlind: an input that was never seen */
    int64_t watched_us;
};

G_END_DECLS
