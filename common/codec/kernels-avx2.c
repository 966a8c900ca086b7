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

/* A predictor, laid out for lanes. */
typedef struct {
    __m256i q[CODEC_MAX_ORDER / 2];
    __m256i bias;
    int32_t near[3]; /* the coefficients of the three codes before */
    int pairs;
    unsigned shift;
} Lanes;

static void
lay_out(const CodecPredictor *p, Lanes *lanes)
{
    lanes->pairs = MAX((int)(p->order + 1) / 2, 2);
    lanes->shift = p->shift;
    lanes->bias = _mm256_set1_epi32(p->bias);
    for (int m = 0; m < lanes->pairs; m++) {
        int32_t one[8];
        for (unsigned i = 0; i < 8; i++)
            one[i] = pair_of(p, 2 * (unsigned)m + i);
        lanes->q[m] = load(one);
    }
    for (int i = 0; i < 3; i++)
        lanes->near[i] = p->coefficient[i];
}

/* Four codes that owe each other, one after the other; @s: what they owe the others. */
static inline uint64_t
restore_four(const int16_t *at, __m128i s, const Lanes *lanes)
{
    const unsigned shift = lanes->shift;
    const int32_t *k = lanes->near;

    int32_t x0 = next(at[0], _mm_cvtsi128_si32(s), shift);
    int32_t x1 = next(at[1], _mm_extract_epi32(s, 1) + k[0] * x0, shift);
    int32_t x2 = next(at[2], _mm_extract_epi32(s, 2) + k[1] * x0 + k[0] * x1, shift);
    int32_t x3 = next(at[3], _mm_extract_epi32(s, 3) + k[2] * x0 + k[1] * x1 + k[0] * x2, shift);
    return (uint64_t)(uint16_t)x0 | (uint64_t)(uint16_t)x1 << 16 | (uint64_t)(uint16_t)x2 << 32
           | (uint64_t)(uint16_t)x3 << 48;
}

/* Eight codes: what comes from the codes before them by vectors. Sums wrap; -fwrapv
 * says so to the compiler. Each four are stored in one word, out of which the next
 * pairs are read. */
static inline void
restore_eight(int16_t *at, const Lanes *lanes)
{
    __m256i s = far_sums(at, lanes->pairs, lanes->bias, lanes->q);
    uint64_t four = restore_four(at, _mm256_castsi256_si128(s), lanes);

    memcpy(at, &four, sizeof four);
    /* the second four: the first are the two pairs before them */
    __m128i new = _mm_cvtsi64_si128((int64_t)four);
    __m128i near =
        _mm_madd_epi16(_mm_shuffle_epi32(new, 0x55), _mm256_castsi256_si128(lanes->q[0]));
    __m128i far = _mm_madd_epi16(_mm_shuffle_epi32(new, 0x00), _mm256_castsi256_si128(lanes->q[1]));
    __m128i high = _mm_add_epi32(_mm256_extracti128_si256(s, 1), _mm_add_epi32(near, far));
    four = restore_four(at + 4, high, lanes);
    memcpy(at + 4, &four, sizeof four);
}

static void
lpc_restore_avx2(int16_t *z, size_t from, size_t n, const CodecPredictor *p)
{
    Lanes lanes;

    lay_out(p, &lanes);
    for (; from + 8 <= n; from += 8)
        restore_eight(z + from, &lanes);
    lpc_restore(z, from, n, p);
}

/* Two spans at once: a processor does the one while it waits for the other. */
static void
lpc_restore_two_avx2(int16_t *const *z, size_t from, size_t n, const CodecPredictor *const *p)
{
    Lanes lanes[2];

    lay_out(p[0], &lanes[0]);
    lay_out(p[1], &lanes[1]);
    for (; from + 8 <= n; from += 8) {
        restore_eight(z[0] + from, &lanes[0]);
        restore_eight(z[1] + from, &lanes[1]);
    }
    lpc_restore(z[0], from, n, p[0]);
    lpc_restore(z[1], from, n, p[1]);
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
    .rice_get_two = rice_get_two,
    .lpc_restore_two = lpc_restore_two_avx2,
};
