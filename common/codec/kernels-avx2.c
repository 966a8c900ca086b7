/* AVX2: 16 codes at a time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <immintrin.h>

#include "common/codec/kernels-plain.h"

/* Sums of products of two |w| <= 11585 fill 28 bits, so seven of them 31. */
#define PRODUCTS 7

static __m256i
load(const void *at)
{
    return _mm256_loadu_si256(at);
}

static int64_t
sum_of_4x64(__m256i sum)
{
    int64_t lanes[4];

    _mm256_storeu_si256((__m256i *)lanes, sum);
    return lanes[0] + lanes[1] + lanes[2] + lanes[3];
}

static __m256i
widened(__m256i sum)
{
    return _mm256_add_epi64(_mm256_cvtepi32_epi64(_mm256_castsi256_si128(sum)),
                            _mm256_cvtepi32_epi64(_mm256_extracti128_si256(sum, 1)));
}

static void
autocorrelate_avx2(const int16_t *w, size_t n, unsigned lags, int64_t *sums)
{
    for (unsigned l = 0; l < lags; l += 3) {
        __m256i total[3] = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
        unsigned l1 = MIN(l + 1, lags - 1), l2 = MIN(l + 2, lags - 1);
        for (size_t i = 0; i < n;) {
            __m256i a = _mm256_setzero_si256(), b = a, c = a;
            for (size_t end = MIN(i + PRODUCTS * 16, n); i < end; i += 16) {
                __m256i x = load(w + i);
                a = _mm256_add_epi32(a, _mm256_madd_epi16(x, load(w + i - l)));
                b = _mm256_add_epi32(b, _mm256_madd_epi16(x, load(w + i - l1)));
                c = _mm256_add_epi32(c, _mm256_madd_epi16(x, load(w + i - l2)));
            }
            total[0] = _mm256_add_epi64(total[0], widened(a));
            total[1] = _mm256_add_epi64(total[1], widened(b));
            total[2] = _mm256_add_epi64(total[2], widened(c));
        }
        sums[l] = sum_of_4x64(total[0]);
        sums[l1] = sum_of_4x64(total[1]);
        sums[l2] = sum_of_4x64(total[2]);
    }
}

/* Coefficients 2m (high) and 2m + 1 (low) for the pair of codes before. */
static int32_t
pair_of(const CodecPredictor *p, unsigned j)
{
    uint32_t high = (uint16_t)(j < CODEC_MAX_ORDER ? p->coefficient[j] : 0);
    uint32_t low = (uint16_t)(j + 1 < CODEC_MAX_ORDER ? p->coefficient[j + 1] : 0);

    return (int32_t)(high << 16 | low);
}

static void
lpc_residual_avx2(const int16_t *z, size_t from, size_t n, const CodecPredictor *p, uint16_t *u)
{
    const unsigned pairs = (p->order + 1) / 2;
    const __m256i bias = _mm256_set1_epi32(p->bias);
    const __m128i shift = _mm_cvtsi32_si128((int)p->shift);
    __m256i q[CODEC_MAX_ORDER / 2];
    size_t i = from;

    for (unsigned m = 0; m < pairs; m++)
        q[m] = _mm256_set1_epi32(pair_of(p, 2 * m));
    for (; i + 16 <= n; i += 16) {
        __m256i even = bias, odd = bias;
        for (unsigned m = 0; m < pairs; m++) {
            const int16_t *at = z + i - 2 - 2 * (size_t)m;
            even = _mm256_add_epi32(even, _mm256_madd_epi16(load(at), q[m]));
            odd = _mm256_add_epi32(odd, _mm256_madd_epi16(load(at + 1), q[m]));
        }
        even = _mm256_sra_epi32(even, shift);
        odd = _mm256_slli_epi32(_mm256_sra_epi32(odd, shift), 16);
        __m256i e = _mm256_sub_epi16(load(z + i), _mm256_blend_epi16(even, odd, 0xaa));
        e = _mm256_xor_si256(_mm256_slli_epi16(e, 1), _mm256_srai_epi16(e, 15));
        _mm256_storeu_si256((__m256i *)(u + i), e);
    }
    lpc_residual(z, i, n, p, u);
}

/* Sums of what the codes before @z give for the predictions of the eight from there. */
static inline __m256i
far_sums(const int16_t *z, int pairs, __m256i bias, const __m256i *q)
{
    __m256i more = _mm256_setzero_si256();
    int32_t pair;
    int m = pairs - 1;

    for (; m >= 1; m -= 2) {
        memcpy(&pair, z - 2 - 2 * m, sizeof pair);
        bias = _mm256_add_epi32(bias, _mm256_madd_epi16(_mm256_set1_epi32(pair), q[m]));
        memcpy(&pair, z - 2 * m, sizeof pair);
        more = _mm256_add_epi32(more, _mm256_madd_epi16(_mm256_set1_epi32(pair), q[m - 1]));
    }
    if (m == 0) {
        memcpy(&pair, z - 2, sizeof pair);
        bias = _mm256_add_epi32(bias, _mm256_madd_epi16(_mm256_set1_epi32(pair), q[0]));
    }
    return _mm256_add_epi32(bias, more);
}

/* A code from its residual and the sum for its prediction. */
static inline int32_t
next(int16_t residual, int32_t sum, unsigned shift)
{
    return (int16_t)(residual + (sum >> shift));
}

/* Eight codes at a time: what comes from the codes before them by vectors, what they
 * owe each other one after the other. Sums wrap; -fwrapv says so to the compiler. */
static void
lpc_restore_avx2(int16_t *z, size_t from, size_t n, const CodecPredictor *p)
{
    const int pairs = (int)(p->order + 1) / 2;
    const unsigned shift = p->shift;
    const __m256i bias = _mm256_set1_epi32(p->bias);
    const int32_t a = p->coefficient[0], b = p->coefficient[1], c = p->coefficient[2],
                  d = p->coefficient[3], e = p->coefficient[4], f = p->coefficient[5],
                  g = p->coefficient[6];
    __m256i q[CODEC_MAX_ORDER / 2];

    for (int m = 0; m < pairs; m++) {
        int32_t lanes[8];
        for (unsigned i = 0; i < 8; i++)
            lanes[i] = pair_of(p, 2 * (unsigned)m + i);
        q[m] = load(lanes);
    }
    for (; from + 8 <= n; from += 8) {
        int16_t *at = z + from;
        int32_t s[8];
        _mm256_storeu_si256((__m256i *)s, far_sums(at, pairs, bias, q));
        int32_t x0 = next(at[0], s[0], shift);
        int32_t x1 = next(at[1], s[1] + a * x0, shift);
        int32_t x2 = next(at[2], s[2] + b * x0 + a * x1, shift);
        int32_t x3 = next(at[3], s[3] + c * x0 + b * x1 + a * x2, shift);
        int32_t x4 = next(at[4], s[4] + d * x0 + c * x1 + b * x2 + a * x3, shift);
        int32_t x5 = next(at[5], s[5] + e * x0 + d * x1 + c * x2 + b * x3 + a * x4, shift);
        int32_t x6 = next(at[6], s[6] + f * x0 + e * x1 + d * x2 + c * x3 + b * x4 + a * x5, shift);
        int32_t x7 =
            next(at[7], s[7] + g * x0 + f * x1 + e * x2 + d * x3 + c * x4 + b * x5 + a * x6, shift);
        /* in two words: the next pairs are read out of whole stores */
        uint64_t low = (uint64_t)(uint16_t)x0 | (uint64_t)(uint16_t)x1 << 16
                       | (uint64_t)(uint16_t)x2 << 32 | (uint64_t)(uint16_t)x3 << 48;
        uint64_t high = (uint64_t)(uint16_t)x4 | (uint64_t)(uint16_t)x5 << 16
                        | (uint64_t)(uint16_t)x6 << 32 | (uint64_t)(uint16_t)x7 << 48;
        memcpy(at, &low, sizeof low);
        memcpy(at + 4, &high, sizeof high);
    }
    lpc_restore(z, from, n, p);
}

static unsigned
rice_cost_avx2(const uint16_t *u, size_t n, uint32_t cost[3])
{
    const __m256i low = _mm256_set1_epi16(0xff), zero = _mm256_setzero_si256();
    const __m256i escape = _mm256_set1_epi16(CODEC_ESCAPE);

    if (n != 32)
        return rice_cost(u, n, cost);
    __m256i a = load(u), b = load(u + 16);
    __m256i small = _mm256_add_epi64(_mm256_sad_epu8(_mm256_and_si256(a, low), zero),
                                     _mm256_sad_epu8(_mm256_and_si256(b, low), zero));
    __m256i large = _mm256_add_epi64(_mm256_sad_epu8(_mm256_srli_epi16(a, 8), zero),
                                     _mm256_sad_epu8(_mm256_srli_epi16(b, 8), zero));
    uint32_t sum = (uint32_t)sum_of_4x64(_mm256_add_epi64(small, _mm256_slli_epi64(large, 8)));
    if (sum == 0)
        return CODEC_ALL_ZERO;
    unsigned k = vicu_codec_first_parameter(sum, n);
    for (unsigned j = 0; j < 3; j++) {
        __m128i by = _mm_cvtsi32_si128((int)(k + j));
        __m256i qa = _mm256_min_epu16(_mm256_srl_epi16(a, by), escape);
        __m256i qb = _mm256_min_epu16(_mm256_srl_epi16(b, by), escape);
        /* quotients are bytes now */
        __m256i q = _mm256_packus_epi16(qa, qb);
        uint32_t escapes = (uint32_t)__builtin_popcount(
            (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(q, _mm256_set1_epi8(CODEC_ESCAPE))));
        cost[j] = (uint32_t)sum_of_4x64(_mm256_sad_epu8(q, zero)) + 32 * (1 + k + j)
                  + escapes * (16 - (k + j));
    }
    return k;
}

const CodecKernels vicu_codec_avx2 = {
    .name = "avx2",
    .stats = stats,
    .window = window,
    .sum_of = sum_of,
    .autocorrelate = autocorrelate_avx2,
    .fixed_sums = fixed_sums,
    .difference = difference,
    .integrate = integrate,
    .lpc_residual = lpc_residual_avx2,
    .lpc_restore = lpc_restore_avx2,
    .zigzag = zigzag,
    .unzigzag = unzigzag,
    .rice_cost = rice_cost_avx2,
    .rice_put = rice_put,
    .rice_get = rice_get,
};
