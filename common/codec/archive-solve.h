/* Weighted least squares in integers: sums of products in, weights out.
 *
 * The symmetric matrix is brought to about 1 on its diagonal by powers of two and
 * factored as L D L' column by column in 2^-29 steps; a pivot below 2^-24 is left
 * out and its weight is 0. Arithmetic wraps (-fwrapv): broken input gives poor
 * weights, the same ones everywhere. Only archive-engine.c includes this.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/codec/archive-engine.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#define SOLVE_ROWS 32 /* ARCHIVE_TERMS + 1, and up to a whole vector */

typedef struct {
    _Alignas(32) int32_t scaled[SOLVE_ROWS][SOLVE_ROWS]; /* [column][row], 2^-30 */
    int32_t factor[SOLVE_ROWS][SOLVE_ROWS];              /* [column][row], 2^-29: v / 2^h */
    int32_t divided[SOLVE_ROWS][SOLVE_ROWS];             /* the same, over the pivot's mantissa */
    int64_t left[SOLVE_ROWS];                            /* 2^-58 */
    int size[SOLVE_ROWS];                                /* halved bit length of the diagonal */
    int lift[SOLVE_ROWS];                                /* h; -1: left out */
} ArchiveSolver;

_Static_assert(SOLVE_ROWS > ARCHIVE_TERMS, "room for the row of the right side");

ARCHIVE_INLINE int
bit_length(uint64_t value)
{
    return value == 0 ? 0 : 64 - __builtin_clzll(value);
}

/* @value * 2^@by, rounded down. */
ARCHIVE_INLINE int64_t
shifted(int64_t value, int by)
{
    if (by >= 0)
        return by > 62 ? 0 : (int64_t)((uint64_t)value << by);
    return value >> (by < -63 ? 63 : -by);
}

/* The same for |value| < 2^62 and 0 <= @by <= 62, in a form that vectorises where
 * there is no 64-bit arithmetic shift. */
ARCHIVE_INLINE int64_t
shifted_right(int64_t value, int by)
{
    const uint64_t bias = UINT64_C(1) << 62;
    return (int64_t)(((uint64_t)value + bias) >> by) - (int64_t)(bias >> by);
}

ARCHIVE_INLINE int64_t
clamped(int64_t value, int64_t limit)
{
    return value > limit ? limit : value < -limit ? -limit : value;
}

static void
scale_sums(ArchiveSolver *s, const int64_t sum[ARCHIVE_TERMS + 1][ARCHIVE_TERMS + 1], size_t n)
{
    for (size_t i = 0; i <= n; i++)
        s->size[i] = (bit_length((uint64_t)sum[i][i]) + 1) / 2;
    for (size_t i = 0; i <= n; i++) {
        for (size_t j = 0; j <= i; j++)
            s->scaled[j][i] = (int32_t)shifted(sum[i][j], 30 - s->size[i] - s->size[j]);
    }
}

/* @left: column @j less what the columns before it explain. */
#if defined(__AVX2__)
static void
reduce_column(ArchiveSolver *s, size_t j, size_t first, size_t last)
{
    for (size_t i = first; i < last; i += 4) {
        __m128i own = _mm_load_si128((const __m128i *)(const void *)&s->scaled[j][i]);
        __m256i left = _mm256_slli_epi64(_mm256_cvtepi32_epi64(own), 28);
        for (size_t k = 0; k < j; k++) {
            __m128i factor = _mm_load_si128((const __m128i *)(const void *)&s->factor[k][i]);
            __m256i by = _mm256_set1_epi32(s->divided[k][j]);
            left = _mm256_sub_epi64(left, _mm256_mul_epi32(_mm256_cvtepi32_epi64(factor), by));
        }
        _mm256_storeu_si256((__m256i *)(void *)&s->left[i], left);
    }
}
#else
static void
reduce_column(ArchiveSolver *s, size_t j, size_t first, size_t last)
{
    for (size_t i = first; i < last; i++)
        s->left[i] = (int64_t)s->scaled[j][i] << 28;
    for (size_t k = 0; k < j; k++) {
        int64_t by = s->divided[k][j];
        for (size_t i = first; i < last; i++)
            s->left[i] -= s->factor[k][i] * by;
    }
}
#endif

/* Column @j of the factor; rows up to the end of a vector are worked along. */
static void
factor_column(ArchiveSolver *s, size_t j, size_t n, unsigned ridge)
{
    size_t first = j & ~(size_t)3, last = (n + 4) & ~(size_t)3;
    int64_t *left = s->left;

    reduce_column(s, j, first, last);
    int64_t pivot = left[j] + (INT64_C(1) << (58 - ridge));
    s->lift[j] = -1;
    if (pivot < INT64_C(1) << 34 || s->size[j] == 0) {
        for (size_t i = first; i < last; i++)
            s->factor[j][i] = s->divided[j][i] = 0;
        return;
    }
    int lift = (58 - bit_length((uint64_t)pivot)) / 2;
    lift = lift < 0 ? 0 : lift;
    int64_t mantissa = clamped(pivot << (2 * lift) >> 28, INT64_C(1) << 30); /* 2^-30, 1/4..1 */
    int32_t inverse = (int32_t)((INT64_C(1) << 58) / mantissa);              /* 2^-28 */
    s->lift[j] = lift;
    for (size_t i = first; i < last; i++) {
        int32_t v = (int32_t)shifted_right(left[i], 29 - lift);
        s->factor[j][i] = v;
        s->divided[j][i] = (int32_t)shifted_right((int64_t)v * inverse, 28);
    }
}

static void
solve(const int64_t sum[ARCHIVE_TERMS + 1][ARCHIVE_TERMS + 1],
      size_t n,
      unsigned ridge,
      int32_t *weight)
{
    ArchiveSolver s;
    int64_t scaled_weight[SOLVE_ROWS];

    scale_sums(&s, sum, n);
    for (size_t j = 0; j < n; j++) {
        for (size_t i = n + 1; i < ((n + 4) & ~(size_t)3); i++)
            s.scaled[j][i] = 0;
        for (size_t i = j & ~(size_t)3; i < j; i++)
            s.scaled[j][i] = 0;
        factor_column(&s, j, n, ridge);
    }
    for (size_t k = n; k-- > 0;) {
        scaled_weight[k] = 0;
        weight[k] = 0;
        if (s.lift[k] < 0)
            continue;
        int64_t rest = (int64_t)s.divided[k][n] << 20;
        for (size_t i = k + 1; i < n; i++)
            rest -= s.divided[k][i] * scaled_weight[i];
        scaled_weight[k] = clamped(rest >> (29 - s.lift[k]), INT64_C(1) << 29);
        weight[k] = (int32_t)clamped(shifted(scaled_weight[k], s.size[n] - s.size[k]), INT32_MAX);
    }
}
