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

/* Numbers of 32 bits in lanes of 64, as the products of vectors want them. */
typedef struct {
    int64_t factor[ARCHIVE_ROWS][ARCHIVE_ROWS];  /* [column][row], 2^-29: v / 2^h */
    int64_t divided[ARCHIVE_ROWS][ARCHIVE_ROWS]; /* the same, over the pivot's mantissa */
    int64_t left[ARCHIVE_ROWS];                  /* 2^-58 */
    int64_t size[ARCHIVE_ROWS];                  /* halved bit length of the diagonal */
    int lift[ARCHIVE_ROWS];                      /* h; -1: left out */
} ArchiveSolver;

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

/* The same for |value| < 2^62 and 0 <= @by <= 62, as vectors can do it. */
#define SHIFT_BIAS (INT64_C(1) << 62)

ARCHIVE_INLINE int64_t
clamped(int64_t value, int64_t limit)
{
    return value > limit ? limit : value < -limit ? -limit : value;
}

ARCHIVE_INLINE int32_t
between(int32_t value, int32_t least, int32_t most)
{
    return value < least ? least : value > most ? most : value;
}

#if defined(__AVX2__)
ARCHIVE_INLINE __m256i
load_lanes(const int64_t *at)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)at);
}

ARCHIVE_INLINE void
store_lanes(int64_t *at, __m256i lanes)
{
    _mm256_storeu_si256((__m256i *)(void *)at, lanes);
}

/* @lanes * 2^@by, each by its own, rounded down. */
ARCHIVE_INLINE __m256i
shifted_lanes(__m256i lanes, __m256i by)
{
    const __m256i sign = _mm256_set1_epi64x(INT64_MIN), zero = _mm256_setzero_si256();
    __m256i down = _mm256_sub_epi64(zero, by);
    /* a count of the wrong sign is a great one, and what it shifts is 0 */
    __m256i right = _mm256_sub_epi64(_mm256_srlv_epi64(_mm256_xor_si256(lanes, sign), down),
                                     _mm256_srlv_epi64(sign, down));
    __m256i left = _mm256_and_si256(_mm256_sllv_epi64(lanes, by), _mm256_cmpgt_epi64(by, zero));
    return _mm256_or_si256(left, right);
}

/* @lanes / 2^@by, rounded down. */
ARCHIVE_INLINE __m256i
lowered(__m256i lanes, int by)
{
    const __m256i sign = _mm256_set1_epi64x(INT64_MIN);
    __m128i count = _mm_cvtsi32_si128(by);

    return _mm256_sub_epi64(_mm256_srl_epi64(_mm256_xor_si256(lanes, sign), count),
                            _mm256_srl_epi64(sign, count));
}

/* @left: column @j of the scaled sums less what the columns before it explain. */
static void
reduce_column(ArchiveSolver *s, const int64_t *sum, size_t j, size_t first, size_t last)
{
    const __m256i most = _mm256_set1_epi64x(30 - s->size[j]);
    const __m256i unit = _mm256_set1_epi64x(1 << 28);

    for (size_t i = first; i < last; i += 4) {
        __m256i by = _mm256_sub_epi64(most, load_lanes(&s->size[i]));
        __m256i left = _mm256_mul_epi32(shifted_lanes(load_lanes(&sum[i]), by), unit);
        for (size_t k = 0; k < j; k++) {
            __m256i times = _mm256_set1_epi64x(s->divided[k][j]);
            left = _mm256_sub_epi64(left, _mm256_mul_epi32(load_lanes(&s->factor[k][i]), times));
        }
        store_lanes(&s->left[i], left);
    }
}

ARCHIVE_INLINE __m256i
shifted_right(__m256i lanes, int by)
{
    lanes = _mm256_add_epi64(lanes, _mm256_set1_epi64x(SHIFT_BIAS));
    return _mm256_sub_epi64(_mm256_srl_epi64(lanes, _mm_cvtsi32_si128(by)),
                            _mm256_set1_epi64x(SHIFT_BIAS >> by));
}

static void
divide_column(ArchiveSolver *s, size_t j, size_t first, size_t last, int lift, int32_t inverse)
{
    for (size_t i = first; i < last; i += 4) {
        __m256i v = shifted_right(load_lanes(&s->left[i]), 29 - lift);
        store_lanes(&s->factor[j][i], v);
        v = _mm256_mul_epi32(v, _mm256_set1_epi64x(inverse));
        store_lanes(&s->divided[j][i], shifted_right(v, 28));
    }
}
#else
static void
reduce_column(ArchiveSolver *s, const int64_t *sum, size_t j, size_t first, size_t last)
{
    for (size_t i = first; i < last; i++) {
        int by = 30 - (int)s->size[j] - (int)s->size[i];
        s->left[i] = (int64_t)(int32_t)shifted(sum[i], by) * (1 << 28);
    }
    for (size_t k = 0; k < j; k++) {
        int64_t by = (int32_t)s->divided[k][j];
        for (size_t i = first; i < last; i++)
            s->left[i] -= (int32_t)s->factor[k][i] * by;
    }
}

ARCHIVE_INLINE int64_t
shifted_right(int64_t value, int by)
{
    return (int64_t)(((uint64_t)value + SHIFT_BIAS) >> by) - (SHIFT_BIAS >> by);
}

static void
divide_column(ArchiveSolver *s, size_t j, size_t first, size_t last, int lift, int32_t inverse)
{
    for (size_t i = first; i < last; i++) {
        s->factor[j][i] = shifted_right(s->left[i], 29 - lift);
        s->divided[j][i] = shifted_right((int64_t)(int32_t)s->factor[j][i] * inverse, 28);
    }
}
#endif

/* Column @j of the factor; rows up to the end of a vector are worked along, and so are
 * those before @j in the first: nothing reads them. */
static void
factor_column(ArchiveSolver *s, const int64_t *sum, size_t j, size_t n, unsigned ridge)
{
    size_t first = j & ~(size_t)3, last = (n + 4) & ~(size_t)3;

    reduce_column(s, sum, j, first, last);
    int64_t pivot = s->left[j] + (INT64_C(1) << (58 - ridge));
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
    divide_column(s, j, first, last, lift, inverse);
}

static void
solve(const int64_t sum[ARCHIVE_TERMS + 1][ARCHIVE_ROWS], size_t n, unsigned ridge, int32_t *weight)
{
    ArchiveSolver s;
    int64_t scaled_weight[ARCHIVE_ROWS];

    for (size_t i = 0; i < ((n + 4) & ~(size_t)3); i++)
        s.size[i] = i > n ? 0 : (bit_length((uint64_t)sum[i][i]) + 1) / 2;
    for (size_t j = 0; j < n; j++)
        factor_column(&s, sum[j], j, n, ridge);
    for (size_t k = n; k-- > 0;) {
        scaled_weight[k] = 0;
        weight[k] = 0;
        if (s.lift[k] < 0)
            continue;
        int64_t rest = (int64_t)(int32_t)s.divided[k][n] * (1 << 20);
        for (size_t i = n; i-- > k + 1;) /* the newest last: the others need not wait for it */
            rest -= (int32_t)s.divided[k][i] * scaled_weight[i];
        scaled_weight[k] = clamped(rest >> (29 - s.lift[k]), INT64_C(1) << 29);
        weight[k] =
            (int32_t)clamped(shifted(scaled_weight[k], (int)(s.size[n] - s.size[k])), INT32_MAX);
    }
}
