/* The quality reports: what a history says of a period.
 *
 * Each number has its n beside it and its formula with its table. Counts are of alarms that call
 * for somebody (history.h), raised at from <= t < to; a latched alarm that came again counts each
 * time. Percentiles are nearest rank: of n values in order, the one at ceil(p x n).
 *
 * Pure. What is returned is not yet suppressed: vicu_report_suppress(). Caller frees.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/report/document.h"
#include "common/report/history.h"

G_BEGIN_DECLS

/* A flood: so many alarms raised within so long in a unit. */
#define VICU_FLOOD_ALARMS 10u
#define VICU_FLOOD_US     (600 * (int64_t)G_USEC_PER_SEC)
#define VICU_SMALL_CELL   5u /* the least count that is shown, as it comes */

typedef struct {
    int64_t from_us, to_us;
    const char *unit; /* "site/unit"; NULL: all */
    GTimeZone *zone;  /* whose days: borrowed; NULL = UTC */
} VicuReportAsk;

VicuReport *vicu_report_burden(VicuHistory *history, const VicuReportAsk *ask);
VicuReport *vicu_report_response(VicuHistory *history, const VicuReportAsk *ask);
/* China's fifteen national indicators of intensive care; acts "admit" and "discharge". */
VicuReport *vicu_report_indicators(VicuHistory *history, const VicuReportAsk *ask);
/* NPSG.06.01.01 of the Joint Commission; records of the audit, too. */
VicuReport *vicu_report_npsg(VicuHistory *history, const VicuReportAsk *ask);

/* ---- shared by the two ---- */

typedef struct {
    unsigned n;
    double median_s, p90_s, max_s; /* of n > 0 */
} VicuSpread;

/* Sorts @us (int64_t). */
VicuSpread vicu_spread_of(GArray *us);

bool vicu_ask_takes(const VicuReportAsk *ask, const char *bed, int64_t t_us);
const char *vicu_priority_word(unsigned priority);
/* Observed time of the beds that @ask is about over all of their time in the period. */
void vicu_report_observe(VicuReport *report, VicuHistory *history, const VicuReportAsk *ask);
/* Beginnings of the days that [from, to) touches, and its end: int64_t, at least two. */
GArray *vicu_days_of(const VicuReportAsk *ask);
/* "2026-12-01": its first moment there; what vicu_time_parse() takes: that. @zone NULL: UTC. */
gboolean
vicu_report_time(const char *text, int64_t now_us, GTimeZone *zone, int64_t *t_us, GError **error);
/* "2026-12-01". Caller frees. */
char *vicu_day_name(int64_t t_us, GTimeZone *zone);

G_END_DECLS
