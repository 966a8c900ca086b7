/* Glance report: what a study found, form by form, and the difference within participants. Pure.
 *
 * Each participant counts once: the mean of their own trials in each form. The difference is ward
 * less wall within each participant; its 95 % interval is
 *
 *     mean d +- t(0.975, n - 1) sd(d) / sqrt(n)
 *
 * over the n participants who have finished trials in both forms. Below DASH_GLANCE_ENOUGH of them
 * there is no interval. Aborted trials count nowhere but in @aborted.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdio.h>

#include "dashboard/model/glance-table.h"

G_BEGIN_DECLS

#define DASH_GLANCE_ENOUGH 6

typedef enum {
    DASH_GLANCE_FOUND,     /* of the signs outside, the part that was said */
    DASH_GLANCE_WORST,     /* part of trials in which the worst bed was named */
    DASH_GLANCE_FALSE,     /* signs said to be outside that were not, a trial */
    DASH_GLANCE_CONFIDENT, /* 1 to 5 */
    DASH_GLANCE_ANSWER_IN, /* s */
    DASH_GLANCE_MEASURES,
} DashGlanceMeasure;

typedef struct {
    double mean[DASH_GLANCE_FORMS]; /* over those with both forms */
    double difference;              /* mean of ward less wall */
    double sd;                      /* of the differences; 0 for one participant */
    double low;                     /* the interval; 0 where @interval is not */
    double high;
} DashGlanceFigure;

typedef struct {
    unsigned participants;              /* with finished trials in both forms */
    unsigned one_sided;                 /* with finished trials in one form only: not counted */
    unsigned trials[DASH_GLANCE_FORMS]; /* finished, of the participants counted */
    unsigned aborted;
    unsigned twice; /* rows of a trial that is there already: not counted */
    bool flat;      /* some were seen on a flat display, */
    bool panel;     /* some on a panel */
    bool interval;
    double t; /* t(0.975, participants - 1); 0 without an interval */
    DashGlanceFigure figure[DASH_GLANCE_MEASURES];
} DashGlanceReport;

/* @rows of DashGlanceRow, in any order. */
void dash_glance_report(DashGlanceReport *report, const GArray *rows);

/* "found", "worst_right", "false_per_trial", "confidence", "time_s". */
const char *dash_glance_measure_name(DashGlanceMeasure measure);

void dash_glance_report_words(const DashGlanceReport *report, GString *out);
void dash_glance_report_csv(const DashGlanceReport *report, GString *out);
char *dash_glance_report_json(const DashGlanceReport *report); /* caller frees */

/* The two-sided 95 % point of Student's t with @freedom degrees, at least 1. */
double dash_glance_t(unsigned freedom);

G_END_DECLS
