/* Review: what people move about in when they look at the alarms of the last days.
 *
 * Plain values, owned by whoever shows the view; what is pointed to stands as long as the picture.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/burden-report.h"
#include "dashboard/model/simulated.h"
#include "dashboard/model/trial.h"
#include "dashboard/scene/format.h"
#include "dashboard/scene/view.h"

G_BEGIN_DECLS

typedef enum {
    DASH_REVIEW_BEDS,
    DASH_REVIEW_RULES,
    DASH_REVIEW_INPUTS,
    DASH_REVIEW_HOURS,
    DASH_N_REVIEWS,
} DashReviewTable;

typedef enum {
    DASH_RUN_NONE,
    DASH_RUN_RUNNING,
    DASH_RUN_DONE,
    DASH_RUN_FAILED,
    DASH_RUN_CANCELLED,
} DashReviewRun;

#define DASH_REVIEW_SPAN_US (72 * 3600 * (int64_t)G_USEC_PER_SEC)

struct DashReviewState {
    int64_t span_us;                /* 0 = DASH_REVIEW_SPAN_US */
    const DashBurdenReport *report; /* of that time; NULL = made for the picture */
    DashReviewTable table;          /* under the keyboard */
    unsigned row[DASH_N_REVIEWS];
    bool list;             /* the occurrences of what is chosen, instead of the tables */
    const char *list_rule; /* NULL = any */
    const char *list_bed;
    unsigned list_row;
    const GArray *listed;   /* DashBurdenAlarm, newest first; NULL = found for the picture */
    const DashTrial *trial; /* NULL = none is open */
    DashReviewRun run;
    int percent;
    const char *failure;            /* of the run */
    const DashSimulated *simulated; /* of a run that is done */
    bool other_rules;               /* than those in force were played */
    bool recalling;                 /* more of the past is on its way */
    const char *trouble;            /* why the store gives nothing; NULL = it does */
};

/* A value of what is tried as it is shown, with its unit; a hysteresis is a difference. */
char *
dash_trial_number(char out[DASH_TEXT_MAX], DashUnits units, const DashTrial *trial, double value);

/* DashTarget.n and _choose(): a row of a table, of the list where @table is DASH_N_REVIEWS. */
#define DASH_REVIEW_AT(table, row) ((int64_t)(table)*65536 + (row))

G_END_DECLS
