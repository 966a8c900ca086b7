/* One wave of a bed on its way to beats.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/rhythm/wave.h"

#include <math.h>
#include <string.h>

#define INVALID (-32768)
#define NEVER   INT64_MAX

#define FLAT_ECG_S           1.0 /* a living lead has noise; a wire that is off has none */
#define FLAT_PRESSURE_S      3.0 /* a heart that stands still leaves a nearly even pressure */
#define SATURATED_S          0.080 /* this long at one value, far from the middle: the amplifier's end */
#define SATURATED_MV         3.0
#define PRESSURE_TOP_MMHG    280.0
#define PRESSURE_BOTTOM_MMHG -20.0
#define FALL_MMHG_S          1500.0 /* faster than any pulse falls: zeroing, a tap, a flush */
#define RISE_MMHG_S          4000.0 /* and than any heart or whip of the line makes it rise */
#define SETTLE_US            400000
#define FAINT_S              0.100
#define RATE_MAX_HZ          2000.0
#define HEIGHT_WEIGHT        0.125f /* of one beat in the lead's usual height */
#define BLOCK_SHARE          0.2    /* of a second: samples that a whole block has at least */

int64_t
rules_wave_time(const RulesRhythmStream *stream, int64_t n)
{
    int64_t den = stream->period_den, num = stream->period_num;
    int64_t whole = n / den, rest = n % den;
    return stream->t0_us + whole * num * 1000000 + rest * num * 1000000 / den;
}

static int64_t
time_of(const RulesWave *self, int64_t index)
{
    return rules_wave_time(&self->stream, index - self->d0 + self->n0);
}

bool
rules_wave_open(RulesWave *self, RulesWaveKind kind, const RulesRhythmStream *stream)
{
    double rate = (double)stream->period_den / (double)stream->period_num;
    *self = (RulesWave){
        .kind = kind,
        .stream = *stream,
        .rate_hz = rate,
        .begun_us = NEVER,
        .present_us = NEVER,
        .quiet_us = NEVER,
        .end_us = INT64_MIN,
        .agreement = 1,
    };
    if (!(rate <= RATE_MAX_HZ))
        return false;
    if (kind == RULES_WAVE_ECG)
        self->qrs = rules_qrs_new(rate);
    if (self->qrs) {
        self->shapes = rules_shapes_new(rate);
        self->fibrillation = rules_fibrillation_new(rate);
        self->beats = g_new0(RulesWaveBeat, RULES_WAVE_BEATS);
    } else if (kind != RULES_WAVE_ECG) {
        self->pulse = rules_pulse_new(
            kind == RULES_WAVE_PRESSURE ? RULES_PULSE_PRESSURE : RULES_PULSE_PLETH, rate);
    }
    double flat_s = kind == RULES_WAVE_PRESSURE ? FLAT_PRESSURE_S : FLAT_ECG_S;
    self->flat_n = (size_t)lround(flat_s * rate);
    self->saturated_n = MAX((size_t)lround(SATURATED_S * rate), 4);
    for (size_t i = 0; i < RULES_WAVE_BLOCKS; i++)
        self->blocks[i].id = INT64_MIN;
    return self->qrs || self->pulse;
}

void
rules_wave_close(RulesWave *self)
{
    g_clear_pointer(&self->qrs, rules_qrs_free);
    g_clear_pointer(&self->shapes, rules_shapes_free);
    g_clear_pointer(&self->fibrillation, rules_fibrillation_free);
    g_clear_pointer(&self->beats, g_free);
    self->n_beats = 0;
    g_clear_pointer(&self->pulse, rules_pulse_free);
}

double
rules_wave_trust(const RulesWave *self)
{
    if (self->kind != RULES_WAVE_ECG)
        return 1;
    if (!self->qrs)
        return 0;
    double clean = 1 - (double)rules_qrs_noise_ratio(self->qrs);
    if (rules_qrs_restless(self->qrs))
        clean *= 0.2;
    return MAX(clean * clean * self->agreement, 0.01);
}

double
rules_wave_faint(const RulesWave *self, int64_t t_us)
{
    double n = (double)(t_us - self->stream.t0_us) * 1e-6 * self->rate_hz;
    int64_t index = (int64_t)llround(n) - self->n0 + self->d0;
    return (double)rules_qrs_faint(self->qrs, index, (int64_t)lround(FAINT_S * self->rate_hz));
}

const RulesWavePulse *
rules_wave_pulse(const RulesWave *self, size_t back)
{
    if (back >= RULES_WAVE_PULSES || back >= self->n_pulses)
        return NULL;
    return &self->pulses[(self->n_pulses - 1 - back) % RULES_WAVE_PULSES];
}

static bool
is_saturated(const RulesWave *self, double value)
{
    switch (self->kind) {
    case RULES_WAVE_ECG:
        return self->same >= self->saturated_n && fabs(value - self->level) > SATURATED_MV;
    case RULES_WAVE_PRESSURE:
        return value > PRESSURE_TOP_MMHG || value < PRESSURE_BOTTOM_MMHG;
    case RULES_WAVE_PLETH:
    case RULES_WAVE_KINDS:
        break;
    }
    return false;
}

/* Keeps present_us and quiet_us; TRUE when the sample may be used. */
static bool
watch_quality(RulesWave *self, int16_t raw, double value, int64_t t_us)
{
    self->same = self->same > 0 && raw == self->last_raw ? self->same + 1 : 1;
    self->last_raw = raw;
    if (self->begun_us == NEVER) {
        self->begun_us = t_us;
        self->level = value;
    }
    self->level += (value - self->level) / self->rate_hz;
    bool good = self->same < self->flat_n && !is_saturated(self, value);
    if (!good)
        self->present_us = NEVER;
    else if (self->present_us == NEVER)
        self->present_us = t_us;
    bool quiet =
        good && t_us - self->begun_us >= SETTLE_US && !(self->qrs && rules_qrs_restless(self->qrs));
    if (!quiet)
        self->quiet_us = NEVER;
    else if (self->quiet_us == NEVER)
        self->quiet_us = t_us;
    return good;
}

static void
fill_block(RulesWave *self, float value, int64_t t_us, bool good)
{
    int64_t id = t_us / RULES_WAVE_BLOCK_US;
    RulesWaveBlock *block = &self->blocks[(uint64_t)id % RULES_WAVE_BLOCKS];
    if (block->id != id)
        *block = (RulesWaveBlock){.id = id, .min = value, .max = value};
    block->sum += (double)value;
    block->n++;
    block->min = MIN(block->min, value);
    block->max = MAX(block->max, value);
    double slope = (double)(value - self->last_value) * self->rate_hz;
    bool step = self->running && (slope > RISE_MMHG_S || slope < -FALL_MMHG_S);
    block->spoilt = block->spoilt || !good || step;
    self->last_value = value;
}

static void
learn_height(RulesWave *self, const RulesShape *shape)
{
    if (!shape->whole)
        return;
    float low = shape->mv[0], high = shape->mv[0];
    for (size_t i = 1; i < RULES_SHAPE_POINTS; i++) {
        low = MIN(low, shape->mv[i]);
        high = MAX(high, shape->mv[i]);
    }
    float weight = self->height > 0 ? HEIGHT_WEIGHT : 1;
    self->height += weight * (high - low - self->height);
}

bool
rules_wave_range(
    const RulesWave *self, int64_t from_us, int64_t to_us, float *min, float *max, double *mean)
{
    double sum = 0;
    size_t n = 0;
    int64_t first = from_us / RULES_WAVE_BLOCK_US;
    int64_t last = (to_us + RULES_WAVE_BLOCK_US - 1) / RULES_WAVE_BLOCK_US;
    if (last <= first || last - first >= RULES_WAVE_BLOCKS)
        return false;
    *min = HUGE_VALF;
    *max = -HUGE_VALF;
    for (int64_t id = first; id < last; id++) {
        const RulesWaveBlock *b = &self->blocks[(uint64_t)id % RULES_WAVE_BLOCKS];
        if (b->id != id || b->spoilt || (double)b->n < BLOCK_SHARE * self->rate_hz)
            return false;
        *min = MIN(*min, b->min);
        *max = MAX(*max, b->max);
        sum += b->sum;
        n += b->n;
    }
    *mean = sum / (double)n;
    return true;
}

static void
keep_beat(RulesWave *self, const RulesQrsBeat *beat)
{
    if (self->n_beats == RULES_WAVE_BEATS) {
        memmove(self->beats, self->beats + 1, (RULES_WAVE_BEATS - 1) * sizeof *self->beats);
        self->n_beats--;
    }
    RulesWaveBeat *kept = &self->beats[self->n_beats++];
    *kept = (RulesWaveBeat){
        .t_us = time_of(self, beat->index),
        .confidence = beat->confidence,
        .shape = rules_shapes_cut(self->shapes, beat->index),
    };
    learn_height(self, &kept->shape);
}

void
rules_wave_break(RulesWave *self)
{
    RulesQrsBeat beats[RULES_QRS_LAST];
    size_t n = self->qrs ? rules_qrs_break(self->qrs, beats) : 0;
    for (size_t i = 0; i < n && self->present_us != NEVER; i++)
        keep_beat(self, &beats[i]);
    if (self->shapes)
        rules_shapes_break(self->shapes);
    if (self->fibrillation)
        rules_fibrillation_break(self->fibrillation);
    if (self->pulse)
        rules_pulse_break(self->pulse);
    self->running = false;
    self->last_foot_us = 0;
    self->same = 0;
    self->begun_us = self->present_us = self->quiet_us = NEVER;
}

static void
keep_pulse(RulesWave *self, const RulesPulseFound *found)
{
    if (found->has_foot)
        self->last_foot_us = time_of(self, found->foot);
    if (found->has_foot && self->n_feet < RULES_WAVE_BEATS)
        self->feet[self->n_feet++] = time_of(self, found->foot);
    if (!found->has_beat)
        return;
    const RulesPulseBeat *b = &found->beat;
    self->pulses[self->n_pulses++ % RULES_WAVE_PULSES] = (RulesWavePulse){
        .from_us = time_of(self, b->foot),
        .to_us = time_of(self, b->next_foot),
        .systolic = b->systolic,
        .diastolic = b->diastolic,
        .mean = b->mean,
        .believable = b->believable,
        .plausible = b->plausible,
    };
}

static void
push_one(RulesWave *self, int16_t raw)
{
    if (raw == INVALID) {
        if (self->running)
            rules_wave_break(self);
        self->next++;
        return;
    }
    int64_t index = self->next++;
    int64_t t_us = time_of(self, index);
    double value = ((double)raw - self->stream.baseline) / self->stream.gain;
    bool good = watch_quality(self, raw, value, t_us);
    if (self->kind != RULES_WAVE_PLETH)
        fill_block(self, (float)value, t_us, good);
    self->running = true;
    if (self->qrs) {
        RulesQrsBeat beat;
        rules_shapes_push(self->shapes, index, (float)value);
        rules_fibrillation_push(self->fibrillation, (float)value);
        if (rules_qrs_push(self->qrs, index, (float)value, &beat) && good)
            keep_beat(self, &beat);
    } else {
        RulesPulseFound found;
        if (rules_pulse_push(self->pulse, index, (float)value, &found) && good)
            keep_pulse(self, &found);
    }
}

/* Another run of the same wave: goes on without a break when its time does. One whose
 * rate no detector takes leaves none behind. */
static bool
adopt(RulesWave *self, const RulesRhythmStream *stream, int64_t first)
{
    const RulesRhythmStream *s = &self->stream;
    if (!self->qrs && !self->pulse)
        return rules_wave_open(self, self->kind, stream);
    if (s->t0_us == stream->t0_us && s->period_num == stream->period_num
        && s->period_den == stream->period_den && s->gain == stream->gain
        && s->baseline == stream->baseline)
        return true;
    bool same_rate = (uint64_t)s->period_num * stream->period_den
                     == (uint64_t)stream->period_num * s->period_den;
    if (!same_rate) {
        RulesWaveKind kind = self->kind;
        rules_wave_close(self);
        return rules_wave_open(self, kind, stream);
    }
    int64_t expected = time_of(self, self->next);
    int64_t period_us = (int64_t)(1e6 / self->rate_hz);
    int64_t off = rules_wave_time(stream, first) - expected;
    if (off > period_us / 2 + 1 || off < -period_us / 2 - 1)
        rules_wave_break(self);
    self->stream = *stream;
    self->d0 = self->next;
    self->n0 = first;
    self->same = 0;
    return true;
}

RulesRhythmFate
rules_wave_push(RulesWave *self,
                const RulesRhythmStream *stream,
                uint64_t first,
                const int16_t *samples,
                size_t n)
{
    if (first > (uint64_t)1 << 52 || n > G_MAXINT32)
        return RULES_RHYTHM_IGNORED;
    if (n == 0)
        return RULES_RHYTHM_KEPT;
    int64_t last_us = rules_wave_time(stream, (int64_t)(first + n - 1));
    if (last_us < self->end_us)
        return RULES_RHYTHM_OLD;
    size_t skip = 0;
    while (rules_wave_time(stream, (int64_t)(first + skip)) < self->end_us)
        skip++;
    int64_t from = (int64_t)(first + skip);
    if (!adopt(self, stream, from))
        return RULES_RHYTHM_IGNORED;
    int64_t expected = self->next - self->d0 + self->n0;
    if (from != expected) {
        if (self->running)
            rules_wave_break(self);
        self->d0 = self->next;
        self->n0 = from;
    }
    for (size_t i = skip; i < n; i++)
        push_one(self, samples[i]);
    self->end_us = rules_wave_time(stream, (int64_t)(first + n));
    return RULES_RHYTHM_KEPT;
}
