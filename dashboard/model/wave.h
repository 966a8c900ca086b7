/* Wave: the last minute of samples of one stream, with its gaps.
 *
 * Fixed memory after _new(): a ring of stored integers and a short list of runs.
 * A run is an unbroken row of samples at one exact rate; between two runs lies a
 * gap, which is never filled. One owner thread. Time is UTC in microseconds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

/* As on the wire: sent, but no value. */
#define DASH_SAMPLE_INVALID ((int16_t)-32768)

typedef struct DashWave DashWave;

/* Where samples stand and what they mean; sample n is at t0 + n * num / den. */
typedef struct {
    int64_t t0_us;
    uint32_t period_num;
    uint32_t period_den;
    double gain; /* stored integers per unit, never 0 */
    double baseline;
} DashScale;

/* Time of sample @index, exact to the microsecond below. */
int64_t dash_scale_time_us(const DashScale *scale, uint64_t index);

/* Samples that lie in one piece of memory. Valid until the next push. */
typedef struct {
    const int16_t *samples;
    size_t n;
    int64_t t_us; /* of the first */
    double period_us;
    double gain;
    double baseline;
    bool joins; /* follows the span before it without a gap */
} DashSpan;

typedef enum {
    DASH_WAVE_KEPT,
    DASH_WAVE_OVERLAP, /* partly known already: the new part was kept */
    DASH_WAVE_LATE,    /* ends before the newest sample: refused */
} DashWaveFate;

/* Room for @seconds at the rate of @scale. */
DashWave *dash_wave_new(const DashScale *scale, unsigned seconds);
void dash_wave_free(DashWave *self);

/* TRUE when a segment of this rate fits the ring that was made for another. */
bool dash_wave_holds_rate(const DashWave *self, const DashScale *scale);

/* @bytes: @n little-endian 16-bit integers, the first with index @first in its segment. */
DashWaveFate dash_wave_push(
    DashWave *self, const DashScale *scale, uint64_t first, const uint8_t *bytes, size_t n);
void dash_wave_clear(DashWave *self);

/* Time at which the newest sample ends; 0 = none yet. */
int64_t dash_wave_end_us(const DashWave *self);
/* Time of the oldest sample that is held; 0 = none. */
int64_t dash_wave_start_us(const DashWave *self);

/* The spans that touch [from, to), with one sample more at each side where there
 * is one. Returns how many were written to @out. */
size_t
dash_wave_spans(const DashWave *self, int64_t from_us, int64_t to_us, DashSpan *out, size_t room);

/* What one step of the stored integers is worth, now; 0 = no samples yet. */
double dash_wave_step(const DashWave *self);

/* Least and greatest valid value in [from, to); FALSE when there is none. */
bool
dash_wave_extent(const DashWave *self, int64_t from_us, int64_t to_us, double *min, double *max);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashWave, dash_wave_free)

G_END_DECLS
