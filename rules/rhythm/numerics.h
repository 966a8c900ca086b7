/* From beats to numbers: heart rate, pulse rate and pressures at one instant.
 *
 * Pure functions of what a bed's waves and fused beats hold. Nothing is
 * allocated. Times are event time. Values are rounded to a tenth.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "rules/rhythm/wave.h"

G_BEGIN_DECLS

typedef struct {
    int64_t t_us;
    float confidence;
    bool ventricular;
    bool joined; /* the ECG was there without a break since the beat before */
} RulesFusedBeat;

enum { RULES_FUSED_BEATS = 128 };

typedef struct {
    RulesFusedBeat beats[RULES_FUSED_BEATS]; /* in the order of time */
    size_t n;
} RulesFused;

typedef struct {
    bool known;
    bool questionable;
    double value;
} RulesNumber;

typedef struct {
    int64_t at_us;      /* decisions up to here count */
    int64_t present_us; /* the ECG was there since; INT64_MAX: it is not */
    int64_t quiet_us;   /* and fit for saying "no beat" since; INT64_MAX: it is not */
    bool pulses;        /* pulses go on in a pressure or pleth */
} RulesHeartView;

/* An open interval longer than the ones before counts: the rate falls as soon
 * as the beats stay away, and is 0 after 10 s of a good ECG without any. */
RulesNumber rules_numerics_hr(const RulesFused *fused, const RulesHeartView *view);

RulesNumber rules_numerics_pulse(const RulesWave *wave, int64_t at_us);

/* TRUE when believable pulses went on until just before @at_us. */
bool rules_numerics_pulses_go_on(const RulesWave *wave, int64_t at_us);

typedef struct {
    RulesNumber systolic, diastolic, mean;
} RulesPressures;

/* Means over the good beats of the last seconds. Without such beats there is
 * no systolic and diastolic pressure; the mean is then that of the wave over
 * 3 s, questionable, as long as the wave itself can be believed: a collapse
 * must not hide behind the last good beat. */
RulesPressures rules_numerics_pressures(const RulesWave *wave, int64_t at_us);

G_END_DECLS
