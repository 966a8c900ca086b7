/* Life-threatening rhythms of one bed as they come: from beats, from the waves
 * and from what the pulses say, to alarms.
 *
 * The definitions are those of rules/rhythm/definitions.h, run over the latest
 * fused beats each time, so that a beat found late counts where it belongs;
 * fibrillation comes from the leads. Two things are known before the last beat
 * is decided: that leads which have not stirred until now hold no beat, and that
 * four slow beats of which the first is more than 6 s ago are a bradycardia
 * whenever the fifth comes. A claim waits for its verdict no longer than 9 s after its onset. It is
 * told each time it is met anew, and while it goes on again each 10 s: the
 * pulses may have changed.
 *
 * Nothing holds across a break of the ECG, and without an ECG fit for it the
 * state is unknown, never "no".
 *
 * A value, of fixed size; nothing is allocated. Event time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "rules/rhythm/confirm.h"
#include "rules/rhythm/numerics.h"
#include "rules/rhythm/wave.h"

G_BEGIN_DECLS

typedef struct {
    bool pending;    /* waits for its verdict */
    bool held;       /* at the step before */
    bool vetoed;     /* when it was told last */
    int64_t met_us;  /* the latest instant of its being met that was looked at */
    int64_t told_us; /* 0: never */
    RulesClaim claim;
} RulesAlarmSlot;

typedef struct {
    RulesAlarmSlot slots[RULES_CLAIMS];
    bool judged[RULES_CLAIMS]; /* the ECG is fit for saying "no" */
} RulesRhythmAlarms;

typedef struct {
    RulesClaim claim;
    RulesVerdict verdict;
    int64_t t_us; /* when it was known */
} RulesRhythmAlarm;

typedef enum {
    RULES_ALARM_UNKNOWN, /* the ECG does not tell, or the verdict is awaited */
    RULES_ALARM_NO,
    RULES_ALARM_CONFIRMED,
    RULES_ALARM_VETOED,
} RulesAlarmState;

typedef void (*RulesRhythmAlarmFunc)(const RulesRhythmAlarm *alarm, gpointer user_data);

/* Beats are decided up to @decided_us, and the waves have been read up to @now_us. */
void rules_rhythm_alarms_step(RulesRhythmAlarms *self,
                              const RulesFused *fused,
                              RulesWave *const *waves,
                              size_t n_waves,
                              int64_t decided_us,
                              int64_t now_us,
                              RulesRhythmAlarmFunc func,
                              gpointer user_data);

RulesAlarmState
rules_rhythm_alarms_state(const RulesRhythmAlarms *self, RulesClaimKind kind, int64_t now_us);

G_END_DECLS
