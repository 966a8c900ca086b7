/* AVX-512: as AVX2 with twice the width where the width is what costs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#if defined(__x86_64__)
#include "common/codec/kernels-x86.h"

static __m512i
load512(const void *at)
{
    return _mm512_loadu_si512(at);
}

static __m512i
widened512(__m512i sum)
{
    return _mm512_add_epi64(_mm512_cvtepi32_epi64(_mm512_castsi512_si256(sum)),
                            _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64(sum, 1)));
}

static void
autocorrelate_avx512(const int16_t *w, size_t n, unsigned lags, int64_t *sums)
{
    for (unsigned l = 0; l < lags; l += 3) {
        __m512i total[3] = {_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512()};
        unsigned l1 = MIN(l + 1, lags - 1), l2 = MIN(l + 2, lags - 1);
        for (size_t i = 0; i < n;) {
            __m512i a = _mm512_setzero_si512(), b = a, c = a;
            for (size_t end = MIN(i + PRODUCTS * 32, n); i < end; i += 32) {
                __m512i x = load512(w + i);
                a = _mm512_add_epi32(a, _mm512_madd_epi16(x, load512(w + i - l)));
                b = _mm512_add_epi32(b, _mm512_madd_epi16(x, load512(w + i - l1)));
                c = _mm512_add_epi32(c, _mm512_madd_epi16(x, load512(w + i - l2)));
            }
            total[0] = _mm512_add_epi64(total[0], widened512(a));
            total[1] = _mm512_add_epi64(total[1], widened512(b));
            total[2] = _mm512_add_epi64(total[2], widened512(c));
        }
        sums[l] = _mm512_reduce_add_epi64(total[0]);
        sums[l1] = _mm512_reduce_add_epi64(total[1]);
        sums[l2] = _mm512_reduce_add_epi64(total[2]);
    }
}

static void
lpc_residual_avx512(const int16_t *z, size_t from, size_t n, const CodecPredictor *p, uint16_t *u)
{
    const unsigned pairs = (p->order + 1) / 2;
    const __m512i bias = _mm512_set1_epi32(p->bias);
    const __m128i shift = _mm_cvtsi32_si128((int)p->shift);
    __m512i q[CODEC_MAX_ORDER / 2];
    size_t i = from;

    for (unsigned m = 0; m < pairs; m++)
        q[m] = _mm512_set1_epi32(pair_of(p, 2 * m));
    for (; i + 32 <= n; i += 32) {
        __m512i even = bias, odd = bias;
        for (unsigned m = 0; m < pairs; m++) {
            const int16_t *at = z + i - 2 - 2 * (size_t)m;
            even = _mm512_add_epi32(even, _mm512_madd_epi16(load512(at), q[m]));
            odd = _mm512_add_epi32(odd, _mm512_madd_epi16(load512(at + 1), q[m]));
        }
        even = _mm512_sra_epi32(even, shift);
        odd = _mm512_slli_epi32(_mm512_sra_epi32(odd, shift), 16);
        __m512i e =
            _mm512_sub_epi16(load512(z + i), _mm512_mask_blend_epi16(0xaaaaaaaa, even, odd));
        e = _mm512_xor_si512(_mm512_slli_epi16(e, 1), _mm512_srai_epi16(e, 15));
        _mm512_storeu_si512(u + i, e);
    }
    lpc_residual_avx2(z, i, n, p, u);
}

const CodecKernels vicu_codec_avx512 = {
    .name = "avx512",
    .stats = stats,
    .autocorrelate = autocorrelate_avx512,
    .fixed_sums = fixed_sums,
    .difference = difference,
    .integrate = integrate,
    .lpc_residual = lpc_residual_avx512,
    .lpc_restore = lpc_restore_avx2,
    .zigzag = zigzag,
    .unzigzag = unzigzag,
    .rice_cost = rice_cost_avx2,
    .rice_put = rice_put,
    .rice_get = rice_get,
};
#endif
