/* What the alarms of a stretch of time add up to: by bed, by input, by rule, by hour of the day.
 *
 * Pure; made anew from a burden each time. Names are borrowed from it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "dashboard/model/burden.h"

G_BEGIN_DECLS

/* Answered within 10 s (a central station that has no acknowledgement by then leaves it to the
 * bedside: Draeger distributed alarms), 1, 5 and 15 min. */
#define DASH_BURDEN_WITHIN 4
extern const int64_t dash_burden_within_us[DASH_BURDEN_WITHIN];

typedef struct {
    const char *name; /* of the bed, input or rule; "" = the installation; NULL: all, an hour */
    unsigned alarms;  /* that call for somebody */
    unsigned by_priority[5]; /* of them; [1], advisory, stands beside them */
    unsigned technical;      /* of them */
    unsigned merged, vetoed; /* beside them */
    double per_bed_day;
    double share;           /* of all that call */
    bool top;               /* bed: one of the tenth with most */
    double median_s, p90_s; /* how long they stood, of those that ended; 0: none did */
    unsigned answered;      /* records, as all below */
    unsigned within[DASH_BURDEN_WITHIN];
    double answer_median_s, answer_p90_s;
    unsigned verdicts; /* answers that say what follows: act, watch, not actionable */
    unsigned acted, watched, not_actionable;
} DashBurdenRow;

typedef struct {
    int64_t from_us, to_us; /* that is known of what was asked for */
    bool whole;             /* all of it is */
    unsigned n_beds;
    double bed_days; /* time that is known, of each bed since its data began */
    DashBurdenRow all;
    GArray *beds, *inputs, *rules; /* DashBurdenRow, most first; an alarm of several inputs counts
                                      at each of them */
    DashBurdenRow hour[24];        /* of the day, by @utc_offset_us */
    unsigned top_beds;             /* a tenth of @n_beds, at least one */
    double top_share;              /* of all that call, theirs */
} DashBurdenReport;

/* Of alarms raised at from_us <= t < to_us, @n_beds beds under watch. Caller frees. */
DashBurdenReport *dash_burden_report(const DashBurden *burden,
                                     int64_t from_us,
                                     int64_t to_us,
                                     unsigned n_beds,
                                     int64_t utc_offset_us);
void dash_burden_report_free(DashBurdenReport *self);

/* How often the rate of the ward is that of DASH_BURDEN_DREW. */
double dash_burden_times_drew(const DashBurdenReport *self);

/* The occurrences of @rule (NULL: any) at @bed (NULL: any) of that time, newest first:
 * DashBurdenAlarm, @most at most. Caller unrefs. */
GArray *dash_burden_occurrences(const DashBurden *burden,
                                const char *rule,
                                const char *bed,
                                int64_t from_us,
                                int64_t to_us,
                                guint most);

/* All tables as CSV, each with a line of names: what each number is stands beside it. */
char *dash_burden_csv(const DashBurden *burden, const DashBurdenReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashBurdenReport, dash_burden_report_free)

G_END_DECLS
