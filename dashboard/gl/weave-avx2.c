/* Weave, eight pixels at once. See weave.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <immintrin.h>

#include "dashboard/gl/weave-kernels.h"

enum { WIDE = 8 };

/* Phases of four even columns and of the four odd ones between them. */
typedef struct {
    __m256i even;
    __m256i odd;
} Phases;

static inline Phases
phases_at(const DashWeave *self, int channel, int x)
{
    uint64_t even[4], odd[4];

    for (int i = 0; i < 4; i++) {
        uint64_t steps = (uint64_t)(x / 2 + i) * self->step;
        even[i] = self->phase[0][channel] + steps;
        odd[i] = self->phase[1][channel] + steps;
    }
    return (Phases){_mm256_loadu_si256((const __m256i_u *)even),
                    _mm256_loadu_si256((const __m256i_u *)odd)};
}

/* Of eight columns side by side the view of each, then on by eight. */
static inline __m256i
views_of(Phases *phases, __m256i step, __m256i mask, __m256i views)
{
    __m256i even = _mm256_srli_epi64(_mm256_xor_si256(phases->even, mask), 32);
    __m256i odd = _mm256_srli_epi64(_mm256_xor_si256(phases->odd, mask), 32);

    phases->even = _mm256_add_epi64(phases->even, step);
    phases->odd = _mm256_add_epi64(phases->odd, step);
    even = _mm256_srli_epi64(_mm256_mul_epu32(even, views), 32);
    return _mm256_blend_epi32(even, _mm256_mul_epu32(odd, views), 0xaa);
}

static inline __m256i
gather(const void *from, __m256i at)
{
    return _mm256_i32gather_epi32((const int *)from, at, 4);
}

static void
row(const DashWeave *self, int from, int to, uint32_t *out)
{
    const __m256i step = _mm256_set1_epi64x((long long)(4 * self->step));
    const __m256i mask = _mm256_set1_epi64x((long long)self->mask);
    const __m256i views = _mm256_set1_epi64x((long long)self->views);
    const __m256i opaque = _mm256_set1_epi32((int)0xff000000u);
    const __m256i red = _mm256_set1_epi32(0xff0000), green = _mm256_set1_epi32(0xff00);
    const __m256i blue = _mm256_set1_epi32(0xff);
    int x = from;

    if (x % 2 == 1 && x < to) {
        out[x] = weave_pixel(self, x);
        x++;
    }
    if (to - x >= WIDE) {
        Phases r = phases_at(self, 0, x), g = phases_at(self, 1, x), b = phases_at(self, 2, x);
        for (; x + WIDE <= to; x += WIDE) {
            __m256i at = _mm256_loadu_si256((const __m256i_u *)(self->column + x));
            __m256i vr = gather(self->offset, views_of(&r, step, mask, views));
            __m256i vg = gather(self->offset, views_of(&g, step, mask, views));
            __m256i vb = gather(self->offset, views_of(&b, step, mask, views));
            __m256i pr = gather(self->origin, _mm256_add_epi32(vr, at));
            __m256i pg = gather(self->origin, _mm256_add_epi32(vg, at));
            __m256i pb = gather(self->origin, _mm256_add_epi32(vb, at));
            __m256i rg = _mm256_or_si256(_mm256_and_si256(pr, red), _mm256_and_si256(pg, green));
            __m256i all = _mm256_or_si256(_mm256_or_si256(rg, _mm256_and_si256(pb, blue)), opaque);
            _mm256_storeu_si256((__m256i_u *)(out + x), all);
        }
    }
    for (; x < to; x++)
        out[x] = weave_pixel(self, x);
}

static void
flat(const uint32_t *base, const int *column, int from, int to, uint32_t *out)
{
    const __m256i opaque = _mm256_set1_epi32((int)0xff000000u);
    int x = from;

    for (; x + WIDE <= to; x += WIDE) {
        __m256i at = _mm256_loadu_si256((const __m256i_u *)(column + x));
        _mm256_storeu_si256((__m256i_u *)(out + x), _mm256_or_si256(gather(base, at), opaque));
    }
    for (; x < to; x++)
        out[x] = 0xff000000u | base[column[x]];
}

const DashWeaveKernels dash_weave_avx2 = {row, flat};
