/* Wave: ring of samples with runs. See wave.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/wave.h"

#include <math.h>
#include <string.h>

#define RUNS_MAX 64

typedef struct {
    uint64_t start; /* count of the ring at its first sample */
    uint64_t index; /* of that sample in its segment */
    uint64_t n;
    DashScale scale;
} Run;

struct DashWave {
    int16_t *ring;
    uint64_t room;
    uint64_t count; /* samples ever pushed */
    Run runs[RUNS_MAX];
    size_t n_runs;
    unsigned seconds;
};

int64_t
dash_scale_time_us(const DashScale *scale, uint64_t index)
{
    uint64_t ticks = index * scale->period_num;
    uint64_t whole_s = ticks / scale->period_den;
    uint64_t rest = ticks % scale->period_den;
    return scale->t0_us + (int64_t)(whole_s * G_USEC_PER_SEC)
           + (int64_t)(rest * G_USEC_PER_SEC / scale->period_den);
}

static double
period_us(const DashScale *scale)
{
    return (double)G_USEC_PER_SEC * scale->period_num / scale->period_den;
}

static uint64_t
room_for(const DashScale *scale, unsigned seconds)
{
    return (uint64_t)seconds * scale->period_den / MAX(scale->period_num, 1) + 2;
}

DashWave *
dash_wave_new(const DashScale *scale, unsigned seconds)
{
    g_return_val_if_fail(scale->period_num > 0 && scale->period_den > 0, NULL);
    DashWave *self = g_new0(DashWave, 1);
    self->seconds = seconds;
    self->room = room_for(scale, seconds);
    self->ring = g_new(int16_t, self->room);
    return self;
}

void
dash_wave_free(DashWave *self)
{
    if (!self)
        return;
    g_free(self->ring);
    g_free(self);
}

bool
dash_wave_holds_rate(const DashWave *self, const DashScale *scale)
{
    uint64_t need = room_for(scale, self->seconds);
    return need <= self->room && need >= self->room / 4;
}

void
dash_wave_clear(DashWave *self)
{
    self->count = 0;
    self->n_runs = 0;
}

static bool
same_scale(const DashScale *a, const DashScale *b)
{
    return a->t0_us == b->t0_us && a->period_num == b->period_num && a->period_den == b->period_den
           && fabs(a->gain - b->gain) < 1e-12 && fabs(a->baseline - b->baseline) < 1e-9;
}

static Run *
newest_run(DashWave *self)
{
    return self->n_runs ? &self->runs[self->n_runs - 1] : NULL;
}

/* Runs whose samples have all been overwritten are forgotten; the oldest one
 * that is partly overwritten is shortened. */
static void
trim_runs(DashWave *self)
{
    uint64_t oldest = self->count > self->room ? self->count - self->room : 0;
    size_t gone = 0;
    while (gone < self->n_runs && self->runs[gone].start + self->runs[gone].n <= oldest)
        gone++;
    if (gone) {
        memmove(self->runs, self->runs + gone, (self->n_runs - gone) * sizeof *self->runs);
        self->n_runs -= gone;
    }
    if (self->n_runs && self->runs[0].start < oldest) {
        uint64_t cut = oldest - self->runs[0].start;
        self->runs[0].start += cut;
        self->runs[0].index += cut;
        self->runs[0].n -= cut;
    }
}

static Run *
begin_run(DashWave *self, const DashScale *scale, uint64_t first)
{
    if (self->n_runs == RUNS_MAX) {
        memmove(self->runs, self->runs + 1, (RUNS_MAX - 1) * sizeof *self->runs);
        self->n_runs--;
    }
    Run *run = &self->runs[self->n_runs++];
    *run = (Run){.start = self->count, .index = first, .scale = *scale};
    return run;
}

static void
append(DashWave *self, Run *run, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint16_t raw = (uint16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8);
        self->ring[self->count++ % self->room] = (int16_t)raw;
    }
    run->n += n;
    trim_runs(self);
}

DashWaveFate
dash_wave_push(
    DashWave *self, const DashScale *scale, uint64_t first, const uint8_t *bytes, size_t n)
{
    DashWaveFate fate = DASH_WAVE_KEPT;
    Run *last = newest_run(self);
    bool continues = last && same_scale(&last->scale, scale) && last->index + last->n == first;
    if (last && !continues) {
        int64_t end_us = dash_wave_end_us(self);
        double step_us = period_us(scale);
        int64_t half_us = (int64_t)(step_us / 2);
        if (dash_scale_time_us(scale, first + n) <= end_us + half_us)
            return DASH_WAVE_LATE;
        if (dash_scale_time_us(scale, first) < end_us - half_us) {
            uint64_t known =
                (uint64_t)((double)(end_us - dash_scale_time_us(scale, first)) / step_us + 0.5);
            known = MIN(known, n);
            first += known;
            bytes += 2 * known;
            n -= known;
            fate = DASH_WAVE_OVERLAP;
            continues = same_scale(&last->scale, scale) && last->index + last->n == first;
        }
    }
    if (n == 0)
        return fate;
    if (n > self->room) {
        first += n - self->room;
        bytes += 2 * (n - self->room);
        n = self->room;
        continues = false;
    }
    append(self, continues ? last : begin_run(self, scale, first), bytes, n);
    return fate;
}

int64_t
dash_wave_end_us(const DashWave *self)
{
    if (!self->n_runs)
        return 0;
    const Run *run = &self->runs[self->n_runs - 1];
    return dash_scale_time_us(&run->scale, run->index + run->n);
}

int64_t
dash_wave_start_us(const DashWave *self)
{
    return self->n_runs ? dash_scale_time_us(&self->runs[0].scale, self->runs[0].index) : 0;
}

/* Offsets [*a, *b) within @run of the samples in [from, to), one more each side. */
static bool
clip_run(const Run *run, int64_t from_us, int64_t to_us, uint64_t *a, uint64_t *b)
{
    double step = period_us(&run->scale);
    int64_t start_us = dash_scale_time_us(&run->scale, run->index);
    double lo = (double)(from_us - start_us) / step - 1;
    double hi = (double)(to_us - start_us) / step + 2;
    if (hi <= 0 || lo >= (double)run->n)
        return false;
    *a = lo > 0 ? (uint64_t)lo : 0;
    *b = hi < (double)run->n ? (uint64_t)hi : run->n;
    return *a < *b;
}

/* Two runs that touch in time (a new segment that goes on where the old one
 * ended, or the clock's rounding) are drawn joined. */
static bool
touches(const Run *before, const Run *run)
{
    int64_t end_us = dash_scale_time_us(&before->scale, before->index + before->n);
    int64_t gap_us = dash_scale_time_us(&run->scale, run->index) - end_us;
    int64_t half_us = (int64_t)(period_us(&run->scale) / 2);
    return gap_us <= half_us && gap_us >= -half_us;
}

size_t
dash_wave_spans(const DashWave *self, int64_t from_us, int64_t to_us, DashSpan *out, size_t room)
{
    size_t n = 0;
    for (size_t r = 0; r < self->n_runs; r++) {
        const Run *run = &self->runs[r];
        uint64_t a = 0;
        uint64_t b = 0;
        if (!clip_run(run, from_us, to_us, &a, &b))
            continue;
        bool joins = n > 0 && (a > 0 || (r > 0 && touches(&self->runs[r - 1], run)));
        while (a < b && n < room) {
            uint64_t at = (run->start + a) % self->room;
            uint64_t piece = MIN(b - a, self->room - at);
            out[n++] = (DashSpan){
                .samples = self->ring + at,
                .n = piece,
                .t_us = dash_scale_time_us(&run->scale, run->index + a),
                .period_us = period_us(&run->scale),
                .gain = run->scale.gain,
                .baseline = run->scale.baseline,
                .joins = joins,
            };
            joins = true;
            a += piece;
        }
    }
    return n;
}

bool
dash_wave_extent(const DashWave *self, int64_t from_us, int64_t to_us, double *min, double *max)
{
    DashSpan spans[RUNS_MAX * 2];
    size_t n = dash_wave_spans(self, from_us, to_us, spans, G_N_ELEMENTS(spans));
    bool any = false;
    for (size_t s = 0; s < n; s++)
        for (size_t i = 0; i < spans[s].n; i++) {
            if (spans[s].samples[i] == DASH_SAMPLE_INVALID)
                continue;
            double value = (spans[s].samples[i] - spans[s].baseline) / spans[s].gain;
            *min = any ? MIN(*min, value) : value;
            *max = any ? MAX(*max, value) : value;
            any = true;
        }
    return any;
}

double
dash_wave_step(const DashWave *self)
{
    return self->n_runs ? 1 / fabs(self->runs[self->n_runs - 1].scale.gain) : 0;
}
