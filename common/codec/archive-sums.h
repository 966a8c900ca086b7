/* Sums of the products of the first predictor's terms, step by step.
 *
 * Of the symmetric matrix the upper half is kept: a row for each term and one for
 * the difference to predict, which is the last column. What lies before the
 * diagonal, or behind the last column up to a whole vector, means nothing.
 * Only archive-engine.c includes this.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/codec/archive-solve.h"

#define LAGS_ROOM (ARCHIVE_LAGS + 4) /* whole vectors from any lag on */

#if defined(__AVX2__)
/* The farthest lag first. */
typedef struct {
    __m256i lanes[ARCHIVE_LAGS / 4];
} LagSums;

ARCHIVE_INLINE __m256i
widened(const int32_t *at)
{
    return _mm256_cvtepi32_epi64(_mm_loadu_si128((const __m128i *)(const void *)at));
}

/* The difference at @now and those before it, times @by. */
ARCHIVE_INLINE void
add_lags(LagSums *sums, const int32_t *now, int32_t by)
{
    for (int c = 0; c < ARCHIVE_LAGS / 4; c++) {
        __m256i product =
            _mm256_mul_epi32(widened(now - (ARCHIVE_LAGS - 1) + 4 * c), _mm256_set1_epi32(by));
        sums->lanes[c] = _mm256_add_epi64(sums->lanes[c], product);
    }
}

/* @lag: the nearest first. */
ARCHIVE_INLINE void
read_lags(const LagSums *sums, int64_t *lag)
{
    for (int c = 0; c < ARCHIVE_LAGS / 4; c++) {
        __m256i four = sums->lanes[ARCHIVE_LAGS / 4 - 1 - c];
        store_lanes(lag + 4 * c, _mm256_permute4x64_epi64(four, 0x1b));
    }
}

/* to[i] = from[i] + entering[i] * x - leaving[i] * y for i < @n; whole vectors are written. */
ARCHIVE_INLINE void
move_products(int64_t *to,
              const int64_t *from,
              const int64_t *entering,
              int32_t x,
              const int64_t *leaving,
              int32_t y,
              int n)
{
    for (int i = 0; i < n; i += 4) {
        __m256i in = _mm256_mul_epi32(load_lanes(entering + i), _mm256_set1_epi32(x));
        __m256i out = _mm256_mul_epi32(load_lanes(leaving + i), _mm256_set1_epi32(y));
        store_lanes(to + i, _mm256_sub_epi64(_mm256_add_epi64(load_lanes(from + i), in), out));
    }
}

/* Four sums over a step of row[m][0..3] * by[m]; the rows of both are so far apart. */
ARCHIVE_INLINE void
four_sums(const int32_t *row, size_t row_step, const int32_t *by, size_t by_step, int64_t *to)
{
    __m256i sum = _mm256_setzero_si256();

    for (size_t m = 0; m < ARCHIVE_STEP; m++) {
        __m256i times = _mm256_set1_epi32(by[m * by_step]);
        sum = _mm256_add_epi64(sum, _mm256_mul_epi32(widened(row + m * row_step), times));
    }
    store_lanes(to, sum);
}

/* sum[i] += fresh[i] * 2^by - sum[i] / 2^@memory for @first <= i < @end, in whole vectors. */
ARCHIVE_INLINE void
remember_row(int64_t *sum, const int64_t *fresh, size_t first, size_t end, int by, unsigned memory)
{
    for (size_t i = first & ~(size_t)3; i < end; i += 4) {
        __m256i old = load_lanes(&sum[i]), new = load_lanes(&fresh[i]);
        new = by >= 0 ? _mm256_sll_epi64(new, _mm_cvtsi32_si128(by)) : lowered(new, -by);
        store_lanes(&sum[i],
                    _mm256_add_epi64(_mm256_sub_epi64(old, lowered(old, (int)memory)), new));
    }
}
#else
typedef struct {
    int64_t lanes[ARCHIVE_LAGS];
} LagSums;

ARCHIVE_INLINE void
add_lags(LagSums *sums, const int32_t *now, int32_t by)
{
    for (int c = 0; c < ARCHIVE_LAGS; c++)
        sums->lanes[c] += (int64_t)now[c - (ARCHIVE_LAGS - 1)] * by;
}

ARCHIVE_INLINE void
read_lags(const LagSums *sums, int64_t *lag)
{
    for (int b = 0; b < ARCHIVE_LAGS; b++)
        lag[b] = sums->lanes[ARCHIVE_LAGS - 1 - b];
}

ARCHIVE_INLINE void
move_products(int64_t *to,
              const int64_t *from,
              const int64_t *entering,
              int32_t x,
              const int64_t *leaving,
              int32_t y,
              int n)
{
    for (int i = 0; i < n; i++)
        to[i] = from[i] + entering[i] * x - leaving[i] * y;
}

ARCHIVE_INLINE void
four_sums(const int32_t *row, size_t row_step, const int32_t *by, size_t by_step, int64_t *to)
{
    memset(to, 0, 4 * sizeof *to);
    for (size_t m = 0; m < ARCHIVE_STEP; m++)
        for (int i = 0; i < 4; i++)
            to[i] += (int64_t)row[m * row_step + (size_t)i] * by[m * by_step];
}

ARCHIVE_INLINE void
remember_row(int64_t *sum, const int64_t *fresh, size_t first, size_t end, int by, unsigned memory)
{
    for (size_t i = first; i < end; i++)
        sum[i] += shifted(fresh[i], by) - (sum[i] >> memory);
}
#endif

/* Row 0, of the levels. A level is the one before and the difference between them: so is
 * its sum of products with one lag that with the lag before, but for the ends and a
 * product of differences. */
static void
sum_levels(ArchiveLeastSquares *s, const int32_t *begin, size_t target)
{
    const int32_t *end = begin + ARCHIVE_STEP, *level = s->level;
    const int64_t leaving = level[ARCHIVE_STEP - 1], entering = level[0] - begin[-1];
    int64_t square = 0, sum = 0;

    for (int m = 0; m < ARCHIVE_STEP; m++) {
        square += (int64_t)level[m] * level[m];
        sum += (int64_t)level[m] * begin[m];
    }
    s->fresh[0][0] = square;
    s->fresh[0][target] = sum;
    for (int a = 1; a < ARCHIVE_LAGS; a++) {
        sum += s->fresh[1][a] + entering * begin[-a] - leaving * end[-a];
        s->fresh[0][a] = sum;
    }
}

/* Products of the differences of the step that began at @begin. The lags are one series
 * shifted: only the first row is summed, the others follow from it. */
static void
sum_lags(ArchiveLeastSquares *s, const int32_t *begin, size_t target)
{
    const int32_t *end = begin + ARCHIVE_STEP;
    int64_t first[LAGS_ROOM] = {0}, entering[LAGS_ROOM] = {0}, leaving[LAGS_ROOM] = {0};
    LagSums sums = {0};

    for (int m = 0; m < ARCHIVE_STEP; m++)
        add_lags(&sums, begin + m, begin[m]);
    read_lags(&sums, first);
    for (int b = 1; b < ARCHIVE_LAGS; b++) {
        entering[b] = begin[-b];
        leaving[b] = end[-b];
    }
    const int64_t *before = first;
    for (int a = 1; a < ARCHIVE_LAGS; a++) {
        int64_t *row = s->fresh[a];
        move_products(row + a, before + a - 1, entering + a, begin[-a], leaving + a, end[-a],
                      ARCHIVE_LAGS - a);
        before = row;
    }
    for (int a = 1; a < ARCHIVE_LAGS; a++)
        s->fresh[a][target] = first[a];
    s->fresh[target][target] = first[0];
}

/* Products that have one of @n features in them. */
static void
sum_features(ArchiveLeastSquares *s, const int32_t *begin, size_t n)
{
    const size_t target = ARCHIVE_LAGS + n;

    for (size_t i = 0; i < n; i++) {
        int64_t lag[ARCHIVE_LAGS];
        LagSums sums = {0};
        for (int m = 0; m < ARCHIVE_STEP; m++)
            add_lags(&sums, begin + m, s->feature[m][i]);
        read_lags(&sums, lag);
        for (int a = 1; a < ARCHIVE_LAGS; a++)
            s->fresh[a][ARCHIVE_LAGS + i] = lag[a];
        s->fresh[ARCHIVE_LAGS + i][target] = lag[0];
    }
    for (size_t c = 0; c < n; c += 4) {
        const int32_t *four = &s->feature[0][c];
        four_sums(four, ARCHIVE_FEATURES, s->level, 1, &s->fresh[0][ARCHIVE_LAGS + c]);
        for (size_t i = 0; i < c + 4; i++)
            four_sums(four, ARCHIVE_FEATURES, &s->feature[0][i], ARCHIVE_FEATURES,
                      &s->fresh[ARCHIVE_LAGS + i][ARCHIVE_LAGS + c]);
    }
}

/* The sums of the step that began at @begin, weighted by the inverse of the square of its
 * errors, of which @wrong is the sum, enter what is remembered. */
static void
sum_step(ArchiveLeastSquares *s,
         const int32_t *begin,
         size_t n_features,
         uint64_t wrong,
         unsigned memory)
{
    const size_t n = ARCHIVE_LAGS + n_features;
    uint64_t diagonals = 0;

    sum_lags(s, begin, n);
    sum_levels(s, begin, n);
    if (n_features > 0)
        sum_features(s, begin, n_features);
    for (size_t i = 0; i <= n; i++)
        diagonals |= (uint64_t)s->fresh[i][i];
    int shift = 42 - 2 * bit_length(wrong), most = 54 - bit_length(diagonals);
    shift = shift > most ? most : shift;
    for (size_t i = 0; i <= n; i++)
        remember_row(s->sum[i], s->fresh[i], i, n + 1, shift, memory);
}
