/* Normalised LMS over the last residuals, in 16 bits.
 *
 * A step first adds what the last error taught, then predicts. The vector and the
 * plain loop give the same sums: they wrap at 32 bits, the order does not matter.
 * Only archive-engine.c includes this.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <string.h>

#include "common/codec/archive-solve.h"

#define SLOWNESS 5 /* the step is 2^-5 */

#if defined(__AVX2__)
/* @n is a multiple of 16. */
ARCHIVE_INLINE int32_t
filter_step(ArchiveFilter *self, size_t n)
{
    const int16_t *now = self->past + self->at;
    __m256i gain = _mm256_set1_epi16(self->gain), sum = _mm256_setzero_si256();

    for (size_t i = 0; i < n; i += 16) {
        __m256i *at = (__m256i *)(void *)&self->weight[i];
        __m256i before = _mm256_loadu_si256((const __m256i *)(const void *)(now + i + 1));
        __m256i w = _mm256_adds_epi16(_mm256_loadu_si256(at), _mm256_mulhrs_epi16(before, gain));
        _mm256_storeu_si256(at, w);
        sum = _mm256_add_epi32(
            sum,
            _mm256_madd_epi16(w, _mm256_loadu_si256((const __m256i *)(const void *)(now + i))));
    }
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1));
    return _mm_cvtsi128_si32(half);
}
#else
ARCHIVE_INLINE int32_t
filter_step(ArchiveFilter *self, size_t n)
{
    const int16_t *now = self->past + self->at;
    int32_t gain = self->gain, sum = 0;

    for (size_t i = 0; i < n; i++) {
        int32_t w = self->weight[i] + ((now[i + 1] * gain + 0x4000) >> 15);
        w = w > INT16_MAX ? INT16_MAX : w < INT16_MIN ? INT16_MIN : w;
        self->weight[i] = (int16_t)w;
        sum += w * now[i];
    }
    return sum;
}
#endif

static void
filter_begin(ArchiveFilter *self)
{
    memset(self, 0, sizeof *self);
    self->at = ARCHIVE_HISTORY;
}

/* What the step predicted was wrong by @error, the value was @input; both in the
 * unit of the past. @unit: log2 of one weight unit's inverse. */
ARCHIVE_INLINE void
filter_learn(ArchiveFilter *self, size_t n, int unit, int32_t error, int32_t input)
{
    int16_t *past = self->past + self->at;
    int64_t step = clamped(error, 1 << 17) * (INT64_C(1) << (unit + 15 - SLOWNESS));
    int64_t oldest = past[n - 1];

    self->gain = (int16_t)clamped(step / (self->power + (int64_t)n * 64), INT16_MAX);
    input = (int32_t)clamped(input, INT16_MAX);
    self->power += (int64_t)input * input - oldest * oldest;
    if (self->at == 0) {
        memmove(self->past + ARCHIVE_HISTORY, past, (n + 1) * sizeof *past);
        self->at = ARCHIVE_HISTORY;
    }
    self->past[--self->at] = (int16_t)input;
}
