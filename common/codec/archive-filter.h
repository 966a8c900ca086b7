/* Normalised LMS over the last residuals, in 16 bits: a long filter and a short one
 * behind it, in step.
 *
 * To predict, a filter first adds to its weights what an error taught, then sums the
 * past by them. All but the product of the newest value can be done before that value
 * is known. The vectors and the plain loop give the same sums: they wrap at 32 bits,
 * the order does not matter.
 * Only archive-engine.c includes this.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <string.h>

#include "common/codec/archive-solve.h"

#define FAR_UNIT     15
#define NEAR_UNIT    14
#define FAR_SLOWNESS 5

static void
filters_begin(ArchiveFilters *self)
{
    memset(self, 0, sizeof *self);
    self->at = ARCHIVE_HISTORY - 1;
}

/* The weights learn the last error, on the past as it was when that was made: one sample ago,
 * or with @late two. Then all of the sum is done but for the value that comes to stand at
 * @now, which is 0. @n is a multiple of 16. */
#if defined(__AVX2__)
ARCHIVE_INLINE int32_t
sum_of_8x32(__m256i sum)
{
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));

    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1));
    return _mm_cvtsi128_si32(half);
}

ARCHIVE_INLINE void
filter_run(ArchiveFilter *self, const int16_t *now, size_t n, bool late)
{
    const __m256i gain = _mm256_set1_epi16(self->gain);
    const int16_t *then = now + 1 + late;
    __m256i sum = _mm256_setzero_si256();

    for (size_t i = 0; i < n; i += 16) {
        __m256i *at = (__m256i *)(void *)&self->weight[i];
        __m256i before = _mm256_loadu_si256((const __m256i *)(const void *)(then + i));
        __m256i past = _mm256_loadu_si256((const __m256i *)(const void *)(now + i));
        __m256i w = _mm256_adds_epi16(_mm256_loadu_si256(at), _mm256_mulhrs_epi16(before, gain));
        _mm256_storeu_si256(at, w);
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(w, past));
    }
    self->rest = sum_of_8x32(sum);
}
#else
/* By itself, and with the word that nothing overlaps, compilers make vectors of it. */
static __attribute__((noinline)) void
filter_run(ArchiveFilter *self, const int16_t *restrict now, size_t n, bool late)
{
    int16_t *restrict weight = self->weight;
    const int16_t *then = now + 1 + late;
    int32_t gain = self->gain, sum = 0;

    for (size_t i = 0; i < n; i++) {
        int32_t w = weight[i] + ((then[i] * gain + 0x4000) >> 15);
        weight[i] = (int16_t)between(w, INT16_MIN, INT16_MAX);
        sum += weight[i] * now[i];
    }
    self->rest = sum;
}
#endif

ARCHIVE_INLINE void
filters_run(ArchiveFilters *self, bool late)
{
    filter_run(&self->far, self->far.past + self->at, ARCHIVE_LONG, late);
    filter_run(&self->near, self->near.past + self->at, ARCHIVE_SHORT, late);
}

/* The sum of the last run, with the newest value. */
ARCHIVE_INLINE int32_t
filter_sum(const ArchiveFilter *self, int unit)
{
    return (self->rest + self->weight[0] * self->newest) >> unit;
}

ARCHIVE_INLINE int16_t
as_past(int32_t value)
{
    return (int16_t)between(value, -INT16_MAX, INT16_MAX);
}

static inline void
filter_rewind(ArchiveFilter *self)
{
    memmove(self->past + ARCHIVE_HISTORY, self->past, (ARCHIVE_LONG + 2) * sizeof *self->past);
    memset(self->past, 0, ARCHIVE_HISTORY * sizeof *self->past);
}

/* The newest values become past. */
ARCHIVE_INLINE void
filters_move(ArchiveFilters *self)
{
    self->far.past[self->at] = self->far.newest;
    self->near.past[self->at] = self->near.newest;
    if (__builtin_expect(self->at == 0, 0)) {
        filter_rewind(&self->far);
        filter_rewind(&self->near);
        self->at = ARCHIVE_HISTORY;
    }
    self->at--;
}

/* How much of the past the next run adds to the weights, in steps of 2^-@slowness. The
 * newest value, whose place in the past is @place, was predicted wrong by @error, in the
 * unit of the past. @unit: log2 of one weight unit's inverse. */
ARCHIVE_INLINE void
filter_learn(
    ArchiveFilter *self, const int16_t *place, size_t n, int unit, int slowness, int32_t error)
{
    int64_t step = (int64_t)between(error, -(1 << 17), 1 << 17) * (1 << (unit + 15 - slowness));
    int32_t newest = self->newest, oldest = place[n];

    self->gain = (int16_t)clamped(step / (self->power + (int64_t)n * 64), INT16_MAX);
    self->power += newest * newest - oldest * oldest;
}

/* @place: where in the past the newest values belong. */
ARCHIVE_INLINE void
filters_learn(
    ArchiveFilters *self, size_t place, int near_slowness, int32_t far_error, int32_t near_error)
{
    filter_learn(&self->far, self->far.past + place, ARCHIVE_LONG, FAR_UNIT, FAR_SLOWNESS,
                 far_error);
    filter_learn(&self->near, self->near.past + place, ARCHIVE_SHORT, NEAR_UNIT, near_slowness,
                 near_error);
}
