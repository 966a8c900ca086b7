/* Glance: the study of what can be told of six beds after one look at them.
 *
 * A plan of trials made from a seed: synthetic cases, each shown once as the wall of numbers and
 * once as the ward in depth, with the beds in other places the second time. Signs lie in the bands
 * of NEWS2 (Royal College of Physicians 2017, chart 1). The same seed gives the same plan on every
 * machine. Pure; values only, nothing allocates.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define DASH_GLANCE_BEDS       6
#define DASH_GLANCE_TRIALS_MAX 100
#define DASH_GLANCE_TRAINING   2 /* one in each form, before the first trial; never kept */
#define DASH_GLANCE_CONFIDENCE 5

typedef enum {
    DASH_GLANCE_BREATHING,   /* respirations, /min */
    DASH_GLANCE_PULSE,       /* /min */
    DASH_GLANCE_OXYGEN,      /* SpO2 on scale 1, % */
    DASH_GLANCE_PRESSURE,    /* systolic, mm[Hg] */
    DASH_GLANCE_TEMPERATURE, /* Cel */
    DASH_GLANCE_SIGNS,
} DashGlanceSignKind;

typedef enum {
    DASH_GLANCE_WALL, /* numbers */
    DASH_GLANCE_WARD, /* figures, in depth where the display has it */
    DASH_GLANCE_FORMS,
} DashGlanceForm;

typedef struct {
    double value;
    int band; /* 0: the chart's middle column; else its points, below 0 for too little */
} DashGlanceSign;

typedef struct {
    DashGlanceSign sign[DASH_GLANCE_SIGNS];
    int news2; /* on air and alert, hence the sum of these points */
} DashGlanceBed;

typedef struct {
    unsigned number;  /* from 1; 0: training */
    unsigned of_case; /* from 1; 0: training. The same findings in both of its trials */
    DashGlanceForm form;
    DashGlanceBed bed[DASH_GLANCE_BEDS];
    unsigned worst; /* index of the bed with the greatest NEWS2, which is one alone */
} DashGlanceTrial;

/* What was said after the look. */
typedef struct {
    bool outside[DASH_GLANCE_BEDS][DASH_GLANCE_SIGNS];
    unsigned worst;      /* from 1; 0: not said */
    unsigned confidence; /* 1 to DASH_GLANCE_CONFIDENCE; 0: not said */
    double time_s;       /* from the form's first picture to its end */
} DashGlanceAnswer;

typedef struct {
    bool worst;       /* the right bed was named */
    unsigned correct; /* outside, and said to be */
    unsigned missed;  /* outside, and not said */
    unsigned wrong;   /* said, and not outside */
} DashGlanceScore;

/* DASH_GLANCE_TRAINING trials of training, then @n, which is even, 2 to DASH_GLANCE_TRIALS_MAX.
 * Each half of the @n has every case once; the form in which a case comes first is the wall for one
 * half of the cases and the ward for the other, by lot. */
void dash_glance_plan(uint64_t seed,
                      unsigned n,
                      DashGlanceTrial out[DASH_GLANCE_TRAINING + DASH_GLANCE_TRIALS_MAX]);

DashGlanceScore dash_glance_score(const DashGlanceTrial *trial, const DashGlanceAnswer *answer);

/* "breathing", "pulse" ..., as in a table. */
const char *dash_glance_sign_name(DashGlanceSignKind kind);
/* "wall", "ward". */
const char *dash_glance_form_name(DashGlanceForm form);
/* The code of a participant: 1 to 16 letters, digits, - and _, the first one a letter or a digit:
 * no name, and it fits a file's name and a table. */
bool dash_glance_code_fits(const char *code);

G_END_DECLS
