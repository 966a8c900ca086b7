/* Charts as data, and points that know what missing inputs leave open.
 *
 * A part of a score is known or it is not; either way it lies between two
 * bounds, and so does the sum. A missing input never counts as nought. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "rules/scores/column.h"

G_BEGIN_DECLS

/* From this value on (included), these points. */
typedef struct {
    double from;
    int points;
} RulesChartBand;

enum {
    RULES_CHART_EXACT = -1, /* thresholds: the value is compared as measured */
    RULES_CHART_BANDS = 10,
};

/* Rising bands, the first from RULES_CHART_BELOW, then RULES_CHART_END. */
typedef struct {
    int decimals; /* a printed chart's: values are rounded half up to them first */
    RulesChartBand bands[RULES_CHART_BANDS];
} RulesChart;

#define RULES_CHART_BELOW (-HUGE_VAL)
#define RULES_CHART_END                                                                            \
    {                                                                                              \
        HUGE_VAL, 0                                                                                \
    }

typedef struct {
    bool known;
    int points; /* when known */
    int low;    /* whatever the missing inputs were, the points would be */
    int high;   /* within these, both included */
} RulesPoints;

int rules_chart_points(const RulesChart *chart, double value);

/* Known when the cell is, else between the least and the most of the chart. */
RulesPoints rules_chart_cell(const RulesChart *chart, const RulesCell *cell);

RulesPoints rules_points_known(int points);

/* Known when both are the same. */
RulesPoints rules_points_between(int low, int high);

/* The greater of two, both of which count. */
RulesPoints rules_points_greater(RulesPoints a, RulesPoints b);

/* The points of @main, which @other raises where it was measured too: a missing
 * @other leaves them known and only widens the bounds. */
RulesPoints rules_points_raised(RulesPoints main, RulesPoints other);

/* Known when all are. */
RulesPoints rules_points_sum(const RulesPoints *parts, size_t n);

/* @value in steps of 10^-@decimals, half up in decimal arithmetic. */
double rules_chart_steps(double value, int decimals);

/* --- answers: @out has RULES_SCORE_TEXT bytes and stays "" for what is unknown --- */

void rules_answer_points(char *out, RulesPoints points);
void rules_answer_integer(char *out, int value);
void rules_answer_number(char *out, double value, int decimals); /* "" unless finite */

/* 1, 0, or nothing while the bounds leave it open. */
void rules_answer_reaches(char *out, RulesPoints points, int at_least);

/* The names of the missing cells, blanks between them; optional columns are not missed. */
void rules_answer_missing(char *out, const RulesColumn *columns, const RulesCell *in);

G_END_DECLS
