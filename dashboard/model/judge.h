/* Judge: ages, staleness, absence and delay, worked out from a bed and the time.
 *
 * Pure functions of values. These are the rules of the station's honesty: a
 * number is fresh, stale (greyed) or gone (not shown as a number); a bed is
 * present or one of the pictures of absence.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/bed.h"
#include "dashboard/model/model.h"

G_BEGIN_DECLS

typedef enum {
    DASH_FRESH,
    DASH_STALE, /* older than three of its own periods: greyed */
    DASH_GONE,  /* past its validity, or the newest one sent has no value: no number */
} DashFreshness;

typedef enum {
    DASH_PRESENT,
    DASH_DELAYED,    /* 3 s without data: still shown, said so */
    DASH_WAITING,    /* this station has just begun to listen */
    DASH_LOST,       /* expected and silent */
    DASH_NEVER_SEEN, /* admitted, and no sample has ever come */
    DASH_STANDBY,
    DASH_TRANSPORT,
    DASH_DISCHARGED,
} DashAbsence;

/* Silence of 3 s is "delayed", of 10 s an alarm: design, heartbeat. */
#define DASH_DELAYED_US (3 * (int64_t)G_USEC_PER_SEC)
#define DASH_LOST_US    (10 * (int64_t)G_USEC_PER_SEC)
/* What the rules call lost is lost here too, as soon as this station hears nothing either. */
#define DASH_AGREED_US (2 * (int64_t)G_USEC_PER_SEC)

int64_t dash_judge_age_us(int64_t t_us, int64_t now_us);
DashFreshness dash_judge_numeric(const DashNumeric *numeric, int64_t now_us);
DashFreshness dash_judge_symbol(const DashSymbol *symbol, int64_t now_us);
DashAbsence dash_judge_absence(const DashBed *bed, int64_t now_us);

/* TRUE when waves and numbers are drawn in this state. */
bool dash_judge_shows_data(DashAbsence absence);

/* A picture of the bed leaves nothing out that is to be had: each wave has a whole
 * sweep, or its absence is sure. What the store held at the start may be older
 * than what is live, so a bed is not silent before this station has listened
 * for longer than silence takes to be seen. */
bool dash_judge_is_full(const DashBed *bed, int64_t sweep_us, int64_t listened_us, int64_t now_us);

/* How far behind the clock the bed's waves are played beyond the usual
 * 250 ms, whole seconds; 0 = live. */
int dash_judge_behind_s(const DashBed *bed);

/* The data time at which the bed's sweep stands. */
int64_t dash_judge_play_us(const DashBed *bed, int64_t now_us);

/* NULL when the bed has none. Names as in the table of signals. */
const DashNumeric *dash_judge_find(const DashBed *bed, const char *name);
const DashStream *dash_judge_find_wave(const DashBed *bed, const char *name);
const DashSymbol *dash_judge_find_symbol(const DashBed *bed, const char *name);
const DashScore *dash_judge_find_score(const DashBed *bed, const char *name);

/* The best ECG lead of the bed: II, then V, then what there is. NULL = none. */
const DashStream *dash_judge_ecg(const DashBed *bed);
/* An arterial pressure, whichever site. NULL = none. */
const DashStream *dash_judge_pressure(const DashBed *bed);

bool dash_judge_alarm_sounds(const DashAlarm *alarm); /* nobody has answered it yet */

G_END_DECLS
