/* Acuity: who is worst, and why.
 *
 * A number for each bed, made of a class (thousands) and what lies within it:
 *
 *   8000  an alarm of high priority that nobody has answered
 *   7000  one of medium priority
 *   6000  one of low priority; or no data from a bed that should send them
 *   5000  an answered alarm of high priority
 *   4000  of medium, 3000 of low priority
 *   2000  an advisory
 *   1000  no alarm
 *      0  away: standby, transport, discharged, and no alarm
 *
 * Where nobody has answered, what stands is worse than what is over and waits for an answer:
 * the upper half of the class is for conditions that stand, and what follows counts half there.
 *
 * Within a class, up to 999:
 *   several   50 for each further alarm of that class, for three at most
 *   scores    30 for each point and 100 for each band reached, of the score that
 *             counts most: NEWS2 5 and 7, MEWS 5, qSOFA 2, SIRS 2 (clinical
 *             sources of the packs). What a score misses counts half of what it
 *             could be: worse than calm, never as calm.
 *   rising    60 when a score of the bed has risen in 30 min
 *   trends    40 each: MAP or SpO2 fallen, RR risen, HR moved in 30 min (slope.h)
 *   missing   15 for each of HR, blood pressure, SpO2 and RR that is not to be had
 *
 * It ranks beds for people who look; it is no score of a patient, and judges
 * nothing that the rules have not. Pure; the time is given.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/judge.h"
#include "dashboard/model/slope.h"

G_BEGIN_DECLS

#define DASH_ACUITY_CLASS 1000
#define DASH_REASONS_MAX  4

typedef enum {
    DASH_REASON_ALARM,
    DASH_REASON_UNSEEN, /* no data where data should be */
    DASH_REASON_SCORE,
    DASH_REASON_TREND,
    DASH_REASON_MISSING, /* a vital sign that is not to be had */
    DASH_REASON_AWAY,
} DashReasonKind;

/* Borrows from the model until it changes. */
typedef struct {
    DashReasonKind kind;
    int weight;
    const DashAlarm *alarm;
    const DashScore *score;
    const DashNumeric *numeric; /* of a trend; of an alarm about one number: that number */
    const char *missing;        /* "HR", "BP", "SpO2", "RR" */
    DashSlope slope;            /* of the score or the trend */
    double change;              /* of the trend */
    DashAbsence absence;
} DashReason;

typedef struct {
    int value;
    DashReason reason[DASH_REASONS_MAX]; /* what weighs most first */
    unsigned n_reasons;
    const DashAlarm *worst; /* NULL = none */
    const DashScore *score; /* that counts most, NULL = none is known */
    unsigned unanswered;
} DashAcuity;

void dash_acuity_of(const DashModel *model, const DashBed *bed, int64_t now_us, DashAcuity *acuity);

/* The blood pressure that stands for "MAP": arterial before cuff. NULL = none. */
const DashNumeric *dash_acuity_map(const DashBed *bed, int64_t now_us);
/* 0, 1 or 2 bands reached by what is sure of the score. */
int dash_acuity_band(const DashScore *score);

G_END_DECLS
