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

/* Coefficients @j (high) and @j + 1 (low) for a pair of codes, the later one high. */
static int32_t
pair_of(const CodecPredictor *p, unsigned j)
{
    return (int32_t)((uint32_t)(uint16_t)p->coefficient[j] << 16 | (uint16_t)p->coefficient[j + 1]);
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

#define MAX_PAIRS (CODEC_MAX_ORDER / 2)

/* A predictor, laid out for lanes; with zeros up to any number of pairs. Its sums are lifted
 * so that the code comes to stand in the upper half of a lane: bits above it are nobody's,
 * and the sign needs no care. */
typedef struct {
    __m256i q[MAX_PAIRS];
    __m256i bias;
    __m128i lift;
    int32_t near[3]; /* the coefficients of the three codes before, lifted */
} Lanes;

static void
lay_out(const CodecPredictor *p, Lanes *lanes)
{
    const int lift = 16 - (int)p->shift;

    lanes->lift = _mm_cvtsi32_si128(lift);
    lanes->bias = _mm256_set1_epi32(p->bias);
    for (unsigned m = 0; m < MAX_PAIRS; m++) {
        __m128i high = _mm_loadu_si128((const __m128i *)(const void *)&p->coefficient[2 * m]);
        __m128i low = _mm_loadu_si128((const __m128i *)(const void *)&p->coefficient[2 * m + 1]);
        lanes->q[m] = _mm256_or_si256(_mm256_slli_epi32(_mm256_cvtepu16_epi32(high), 16),
                                      _mm256_cvtepu16_epi32(low));
    }
    for (int i = 0; i < 3; i++)
        lanes->near[i] = p->coefficient[i] * (1 << lift);
}

/* What the codes before @z give for the predictions of the eight from there. */
static inline __m256i
far_sums(const int16_t *z, int pairs, const Lanes *lanes)
{
    __m256i even = lanes->bias, odd = _mm256_setzero_si256();
    int32_t pair;

    for (int m = pairs - 1; m >= 1; m -= 2) {
        memcpy(&pair, z - 2 - 2 * m, sizeof pair);
        odd = _mm256_add_epi32(odd, _mm256_madd_epi16(_mm256_set1_epi32(pair), lanes->q[m]));
        memcpy(&pair, z - 2 * m, sizeof pair);
        even = _mm256_add_epi32(even, _mm256_madd_epi16(_mm256_set1_epi32(pair), lanes->q[m - 1]));
    }
    return _mm256_sll_epi32(_mm256_add_epi32(even, odd), lanes->lift);
}

/* Eight zigzagged residuals as numbers, each in the upper half of its lane. */
static inline __m256i
residuals(const int16_t *at)
{
    __m128i u = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i sign = _mm_sub_epi16(_mm_setzero_si128(), _mm_and_si128(u, _mm_set1_epi16(1)));

    u = _mm_xor_si128(_mm_srli_epi16(u, 1), sign);
    return _mm256_slli_epi32(_mm256_cvtepu16_epi32(u), 16);
}

/* Four codes that owe each other, one after the other; @s: what they owe the others. */
static inline uint64_t
restore_four(__m128i s, const Lanes *lanes)
{
    const int32_t *k = lanes->near;

    int32_t x0 = _mm_cvtsi128_si32(s) >> 16;
    int32_t x1 = (_mm_extract_epi32(s, 1) + k[0] * x0) >> 16;
    int32_t x2 = (_mm_extract_epi32(s, 2) + k[1] * x0 + k[0] * x1) >> 16;
    int32_t x3 = (_mm_extract_epi32(s, 3) + k[2] * x0 + k[1] * x1 + k[0] * x2) >> 16;
    return (uint64_t)(uint16_t)x0 | (uint64_t)(uint16_t)x1 << 16 | (uint64_t)(uint16_t)x2 << 32
           | (uint64_t)(uint16_t)x3 << 48;
}

/* Eight codes: what comes from the codes before them by vectors. Sums wrap; -fwrapv
 * says so to the compiler. Each four are stored in one word, out of which the next
 * pairs are read. */
static inline void
restore_eight(int16_t *at, int pairs, const Lanes *lanes)
{
    __m256i s = _mm256_add_epi32(far_sums(at, pairs, lanes), residuals(at));
    uint64_t four = restore_four(_mm256_castsi256_si128(s), lanes);

    memcpy(at, &four, sizeof four);
    /* the second four: the first are the two pairs before them */
    __m128i new = _mm_cvtsi64_si128((int64_t)four);
    __m128i near =
        _mm_madd_epi16(_mm_shuffle_epi32(new, 0x55), _mm256_castsi256_si128(lanes->q[0]));
    __m128i far = _mm_madd_epi16(_mm_shuffle_epi32(new, 0x00), _mm256_castsi256_si128(lanes->q[1]));
    near = _mm_sll_epi32(_mm_add_epi32(near, far), lanes->lift);
    four = restore_four(_mm_add_epi32(_mm256_extracti128_si256(s, 1), near), lanes);
    memcpy(at + 4, &four, sizeof four);
}

/* Restores eights of spans side by side, so that the processor does the one while it
 * waits for the other; returns where it stopped. Inlined for each number of pairs. */
static inline __attribute__((always_inline)) size_t
restore_eights(int16_t *const *z,
               const unsigned spans,
               size_t from,
               size_t n,
               const int pairs,
               const Lanes *lanes)
{
    for (; from + 8 <= n; from += 8)
        for (unsigned i = 0; i < spans; i++)
            restore_eight(z[i] + from, pairs, &lanes[i]);
    return from;
}

static inline __attribute__((always_inline)) void
restore_spans(
    int16_t *const *z, const unsigned spans, size_t from, size_t n, const CodecPredictor *const *p)
{
    Lanes lanes[CODEC_BESIDE];
    unsigned order = 0;

    for (unsigned i = 0; i < spans; i++) {
        lay_out(p[i], &lanes[i]);
        order = MAX(order, p[i]->order);
    }
    if (order > 24)
        from = restore_eights(z, spans, from, n, 16, lanes);
    else if (order > 16)
        from = restore_eights(z, spans, from, n, 12, lanes);
    else if (order > 8)
        from = restore_eights(z, spans, from, n, 8, lanes);
    else
        from = restore_eights(z, spans, from, n, 4, lanes);
    for (unsigned i = 0; i < spans; i++)
        lpc_restore(z[i], from, n, p[i]);
}

static void
lpc_restore_avx2(int16_t *z, size_t from, size_t n, const CodecPredictor *p)
{
    restore_spans(&z, 1, from, n, &p);
}

static void
lpc_restore_beside_avx2(
    int16_t *const *z, unsigned spans, size_t from, size_t n, const CodecPredictor *const *p)
{
    if (spans == CODEC_BESIDE)
        restore_spans(z, CODEC_BESIDE, from, n, p);
    else
        restore_spans(z, CODEC_BESIDE / 2, from, n, p);
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
    .rice_get_beside = rice_get_beside,
    .lpc_restore_beside = lpc_restore_beside_avx2,
};
