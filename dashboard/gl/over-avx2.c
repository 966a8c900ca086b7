/* Over, eight pixels at once. See over.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <immintrin.h>

#include "dashboard/gl/over-kernels.h"

enum { WIDE = 8 };

static inline __m256i
load(const uint32_t *from)
{
    return _mm256_loadu_si256((const __m256i_u *)from);
}

static inline void
keep(uint32_t *to, __m256i a)
{
    _mm256_storeu_si256((__m256i_u *)to, a);
}

/* Channels two at a time: those that stand in the lower bytes, those that stand in the upper. */
static inline __m256i
weigh(__m256i a, __m256i b, __m256i of_a, __m256i of_b)
{
    return _mm256_add_epi16(
        _mm256_add_epi16(_mm256_mullo_epi16(a, of_a), _mm256_mullo_epi16(b, of_b)),
        _mm256_set1_epi16(0x80));
}

static inline __m256i
mean(__m256i a, __m256i b, __m256i of_a, __m256i of_b)
{
    const __m256i lower = _mm256_set1_epi16(0xff);
    __m256i even = weigh(_mm256_and_si256(a, lower), _mm256_and_si256(b, lower), of_a, of_b);
    __m256i odd = weigh(_mm256_srli_epi16(a, 8), _mm256_srli_epi16(b, 8), of_a, of_b);

    return _mm256_or_si256(_mm256_srli_epi16(even, 8), _mm256_andnot_si256(lower, odd));
}

static inline void
over(uint32_t *out, __m256i front)
{
    const __m256i opaque = _mm256_set1_epi32((int)0xff000000u);

    if (_mm256_testz_si256(front, front))
        return;
    if (_mm256_testc_si256(front, opaque)) {
        keep(out, front);
        return;
    }
    /* The alpha of each pixel, in both of its 16-bit halves. */
    __m256i alpha = _mm256_srli_epi32(front, 24);
    alpha = _mm256_or_si256(alpha, _mm256_slli_epi32(alpha, 16));
    __m256i through = _mm256_sub_epi16(_mm256_set1_epi16(255), alpha);
    through = _mm256_add_epi16(through, _mm256_srli_epi16(through, 7));
    __m256i zero = _mm256_setzero_si256();
    keep(out, _mm256_add_epi32(front, mean(zero, load(out), zero, through)));
}

static void
row(uint32_t *out, const uint32_t *from, int n)
{
    int i = 0;

    for (; i + WIDE <= n; i += WIDE)
        over(out + i, load(from + i));
    for (; i < n; i++)
        out[i] = over_pixel(out[i], from[i]);
}

static void
moved(uint32_t *out, const uint32_t *from, uint32_t part, int n)
{
    const __m256i of_here = _mm256_set1_epi16((int16_t)(256 - part));
    const __m256i of_before = _mm256_set1_epi16((int16_t)part);
    int i = 0;

    for (; i + WIDE <= n; i += WIDE)
        over(out + i, mean(load(from + i), load(from + i - 1), of_here, of_before));
    for (; i < n; i++)
        out[i] = over_pixel(out[i], over_mean(from[i], from[i - 1], part));
}

const DashOverKernels dash_over_avx2 = {row, moved};
