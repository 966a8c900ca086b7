/* One wave of a bed on its way to beats: time of each sample, signal quality,
 * detector, and what was decided lately.
 *
 * Memory is taken in _open() only. One owner; event time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "rules/rhythm/fibrillation.h"
#include "rules/rhythm/pulse.h"
#include "rules/rhythm/qrs.h"
#include "rules/rhythm/rhythm.h"
#include "rules/rhythm/shape.h"

G_BEGIN_DECLS

typedef enum {
    RULES_WAVE_ECG,
    RULES_WAVE_PRESSURE,
    RULES_WAVE_PLETH,
    RULES_WAVE_KINDS,
} RulesWaveKind;

typedef struct {
    int64_t t_us;
    float confidence;
    RulesShape shape;
} RulesWaveBeat;

/* A pulse between two feet. */
typedef struct {
    int64_t from_us;
    int64_t to_us;
    float systolic, diastolic, mean;
    bool believable;
    bool plausible;
} RulesWavePulse;

/* A quarter of a second of an ECG or a pressure. */
typedef struct {
    int64_t id; /* t / RULES_WAVE_BLOCK_US */
    double sum;
    size_t n;
    float min, max;
    bool spoilt; /* saturated, or a step that no heart makes */
} RulesWaveBlock;

#define RULES_WAVE_BLOCK_US 250000

enum { RULES_WAVE_BEATS = 64, RULES_WAVE_PULSES = 64, RULES_WAVE_BLOCKS = 32 };

typedef struct {
    RulesWaveKind kind;
    RulesRhythmStream stream;
    double rate_hz;
    RulesQrs *qrs;
    RulesShapes *shapes;
    RulesFibrillation *fibrillation;
    RulesPulse *pulse;

    /* detector index d stands for sample d - d0 + n0 of the stream */
    int64_t d0, n0;
    int64_t next; /* next detector index */
    bool running; /* a sample came since the last break */

    /* quality */
    int16_t last_raw;
    size_t same;  /* samples in a row with that value */
    double level; /* running mean, in units */
    size_t flat_n, saturated_n;
    float last_value;   /* for steps */
    int64_t begun_us;   /* the run without a break began; INT64_MAX: none runs */
    int64_t present_us; /* good samples since (settling included); INT64_MAX: not now */
    int64_t quiet_us;   /* and fit for saying "nothing happened" since */
    int64_t end_us;     /* just after the newest sample */

    RulesWaveBeat *beats; /* an ECG's, RULES_WAVE_BEATS, waiting to be fused */
    size_t n_beats;
    double agreement; /* how often this lead went with the fused beat, 0..1 */
    float height;     /* of the usual beat, mV from its lowest to its highest; 0: not known */

    RulesWavePulse pulses[RULES_WAVE_PULSES]; /* ring, newest at n_pulses - 1 */
    uint64_t n_pulses;
    int64_t feet[RULES_WAVE_BEATS]; /* told as events at the next tick */
    size_t n_feet;
    int64_t last_foot_us; /* 0: none since the start or the last break */

    RulesWaveBlock blocks[RULES_WAVE_BLOCKS];
} RulesWave;

/* FALSE when the rate is none that a detector takes. */
bool rules_wave_open(RulesWave *self, RulesWaveKind kind, const RulesRhythmStream *stream);
void rules_wave_close(RulesWave *self);

RulesRhythmFate rules_wave_push(RulesWave *self,
                                const RulesRhythmStream *stream,
                                uint64_t first,
                                const int16_t *samples,
                                size_t n);
void rules_wave_break(RulesWave *self);

/* How far the lead can be trusted, 0..1. */
double rules_wave_trust(const RulesWave *self);

/* What of a beat at @t_us this lead saw and refused, 0..1. */
double rules_wave_faint(const RulesWave *self, int64_t t_us);

/* The pulse that ended @back pulses ago, NULL when there is none. */
const RulesWavePulse *rules_wave_pulse(const RulesWave *self, size_t back);

/* No sample of [@from_us, @to_us) is missing or spoilt: the lowest and the highest
 * value in it, and the mean. FALSE: not so. For an ECG or a pressure, over whole
 * blocks and at most RULES_WAVE_BLOCKS - 1 of them. */
bool rules_wave_range(
    const RulesWave *self, int64_t from_us, int64_t to_us, float *min, float *max, double *mean);

/* Time of a sample of @stream. */
int64_t rules_wave_time(const RulesRhythmStream *stream, int64_t n);

G_END_DECLS
