/* Pulse detector for an arterial pressure or a plethysmogram: streaming,
 * causal, any rate from 25 to 1000 Hz.
 *
 * Slope sum over 128 ms (Zong 2003) against an adaptive threshold; a beat runs
 * from one foot to the next and is given when the next foot is known. Each
 * beat of a pressure is judged by itself (jSQI, Sun 2006) so that artefacts
 * become "no value" instead of a pressure.
 *
 * Fixed memory after _new(). One owner. Time is the caller's sample index.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct RulesPulse RulesPulse;

typedef enum {
    RULES_PULSE_PRESSURE, /* mm[Hg]: limits of S12 apply */
    RULES_PULSE_PLETH,    /* no scale of its own: shape and rhythm only */
} RulesPulseKind;

typedef struct {
    int64_t foot;                    /* sample where the upstroke begins */
    int64_t next_foot;               /* where the beat ends */
    float systolic, diastolic, mean; /* in the wave's unit, between the feet */
    bool believable;                 /* within the limits of life: good for counting */
    bool plausible;                  /* and like the beat before it: good for a pressure */
} RulesPulseBeat;

/* NULL when the rate is outside 25..1000 Hz. */
RulesPulse *rules_pulse_new(RulesPulseKind kind, double rate_hz);
void rules_pulse_free(RulesPulse *self);

/* Samples are missing before the next one: no beat spans the break. */
void rules_pulse_break(RulesPulse *self);
void rules_pulse_reset(RulesPulse *self);

/* What one sample decided; a foot is known up to 2.6 s before its beat ends. */
typedef struct {
    bool has_foot;
    int64_t foot; /* a new pulse began here */
    bool has_beat;
    RulesPulseBeat beat; /* the one before it, complete */
} RulesPulseFound;

/* FALSE when nothing was decided. */
bool rules_pulse_push(RulesPulse *self, int64_t index, float value, RulesPulseFound *found);

/* Feet before this many samples ago are decided. */
int64_t rules_pulse_delay(const RulesPulse *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesPulse, rules_pulse_free)

G_END_DECLS
