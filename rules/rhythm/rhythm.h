/* Rhythm of one bed: from its waves to beats, to what was observed, to the
 * life-threatening rhythms, and to derived numerics once a second (HR, PULSE,
 * ART_S, ART_D, ART_M).
 *
 * A rhythm is told twice: as an alarm with its verdict when it is known, and as
 * a symbol each second (RHY_VF: NO, CONFIRMED, VETOED) as long as the ECG can
 * be judged. Without that nothing is said, and the symbol's value ends.
 *
 * Pure: event time comes in with the samples and with _tick(). Memory is taken
 * when a stream is first seen or changes its rate, at most RULES_RHYTHM_STREAMS
 * of them; nothing is allocated for a sample. One owner.
 *
 * A number that cannot be judged is not given: the output then says known =
 * false, and nothing at all is said about a wave that is not there.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct RulesRhythm RulesRhythm;

#define RULES_RHYTHM_STREAMS 24

/* One run of samples; time of sample n is t0 + n x num / den seconds, exactly. */
typedef struct {
    uint32_t code; /* MDC */
    uint32_t channel;
    int64_t t0_us;
    uint32_t period_num, period_den;
    double gain; /* stored integers per unit of the table of signals */
    int32_t baseline;
} RulesRhythmStream;

typedef enum {
    RULES_RHYTHM_KEPT,
    RULES_RHYTHM_OLD,     /* every sample is behind what was already read */
    RULES_RHYTHM_IGNORED, /* not an ECG, arterial pressure or pleth, or no usable rate or gain */
    RULES_RHYTHM_FULL,    /* more streams than a bed has */
} RulesRhythmFate;

typedef enum {
    RULES_RHYTHM_NUMERIC,  /* a derived number of table signal @code at t_us */
    RULES_RHYTHM_BEAT,     /* event @code (QRS, ABP_BEAT, PLETH_BEAT) at t_us */
    RULES_RHYTHM_OBSERVED, /* the carrier of event @code was observed in [from_us, t_us) */
    RULES_RHYTHM_SYMBOL,   /* symbol @code (LEAD_ECG, RHY_ASYSTOLE, ..) at t_us */
    RULES_RHYTHM_ALARM,    /* rhythm @symbol began at from_us and is told at t_us; known: confirmed,
                            * else vetoed, @why */
} RulesRhythmKind;

typedef struct {
    RulesRhythmKind kind;
    uint32_t code;
    int64_t from_us;
    int64_t t_us;
    bool known; /* FALSE: the wave is there but gives no number */
    bool questionable;
    double value;          /* in the table's unit; of a beat its confidence, 0..1 */
    const char *symbol;    /* static */
    const char *why;       /* static */
    char type;             /* of a QRS: N, or V for a beat from the ventricles; else 0 */
    float type_confidence; /* 0.5..1 */
} RulesRhythmOut;

typedef void (*RulesRhythmFunc)(const RulesRhythmOut *out, gpointer user_data);

RulesRhythm *rules_rhythm_new(void);
void rules_rhythm_free(RulesRhythm *self);

/* Another recording, another patient: everything is forgotten. */
void rules_rhythm_reset(RulesRhythm *self);

/* -32768 is an invalid sample. Indices that are skipped are a gap. */
RulesRhythmFate rules_rhythm_wave(RulesRhythm *self,
                                  const RulesRhythmStream *stream,
                                  uint64_t first,
                                  const int16_t *samples,
                                  size_t n);

/* Samples of a stream (code 0: of all) are known to be missing up to @to_us. */
void rules_rhythm_gap(RulesRhythm *self, uint32_t code, uint32_t channel, int64_t to_us);

/* The bed's event time has reached @now_us: gives what can be decided, in the
 * order of kinds, each kind in the order of time (a beat found by search-back
 * may be up to 2 s older). Numerics stand at whole seconds. */
void rules_rhythm_tick(RulesRhythm *self, int64_t now_us, RulesRhythmFunc func, gpointer user_data);

/* Beats and observed intervals are given this long after their time. */
#define RULES_RHYTHM_DELAY_US 600000

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesRhythm, rules_rhythm_free)

G_END_DECLS
