/* Binary decisions, each predicted by two models that a small adaptive mixer weighs.
 *
 * A sample takes some of the decisions in two quads: the first four steps of its
 * quotient, and up to two of the three below it. They are mixed before the first is
 * known, and learned after the last. The vectors and the plain loops give the same.
 * Only archive-engine.c includes this.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <string.h>

#include "common/codec/archive-filter.h"

#define QUOTIENT_QUAD 4 /* the last; before: one for each quotient 0..2, and 3 or more */
#define MIX_MAX       2047

/* The two views of a sample, and the mixture of their decisions. */
typedef struct {
    int32_t nearest; /* value to the prediction */
    bool below;      /* it is, and not above: the side that comes first */
    ArchiveView *side;
    ArchiveView *trend;
    unsigned cut; /* bits below the quotient */
    int16_t mix[ARCHIVE_NEAR];
} ResidualView;

/* What was decided of the two quads. */
typedef struct {
    uint16_t p[2 * ARCHIVE_QUAD]; /* probabilities: of the quotient's steps, of what is below */
    unsigned quad;
    unsigned quotient; /* so many ones, and unless it is 4 a zero; 5: nothing was decided */
    unsigned below;    /* an index into below_taken */
} Decided;

enum { QUOTIENT_NONE = ARCHIVE_QUAD + 1 };
enum { BELOW_NONE, BELOW_ONE, BELOW_TWO = BELOW_ONE + 2 };

static void
views_begin(ArchiveView *views, size_t n, int16_t stretch)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < ARCHIVE_NEAR; k++)
            views[i].near[k] = ARCHIVE_BIT_FIRST;
        for (size_t k = 0; k < ARCHIVE_NEAR; k++)
            views[i].stretch[k] = stretch;
        for (size_t k = 0; k < ARCHIVE_FAR; k++)
            views[i].far[k] = ARCHIVE_BIT_FIRST;
    }
}

static void
models_begin(ArchiveState *state)
{
    ArchiveModels *self = &state->models;
    const int16_t even = state->stretch[archive_bit_p(ARCHIVE_BIT_FIRST) >> 4];

    views_begin(&self->side[0][0], sizeof self->side / sizeof self->side[0][0], even);
    views_begin(&self->trend[0][0], sizeof self->trend / sizeof self->trend[0][0], even);
    for (size_t i = 0; i < ARCHIVE_NEAR + ARCHIVE_FAR; i++)
        self->weight[0][i] = self->weight[1][i] = 33000;
    for (size_t i = 0; i < G_N_ELEMENTS(self->run); i++)
        self->run[i] = self->escape[i] = ARCHIVE_BIT_FIRST;
    for (size_t i = 0; i < 2 * 16 * ARCHIVE_TIES; i++)
        self->tie[i / (16 * ARCHIVE_TIES)][i / ARCHIVE_TIES % 16][i % ARCHIVE_TIES] =
            ARCHIVE_BIT_FIRST;
    self->mean[0] = self->mean[1] = self->mean[2] = 16 << 8;
}

ARCHIVE_INLINE int32_t
mixed(int32_t wa, int32_t a, int32_t wb, int32_t b)
{
    return between((wa * a + wb * b) >> 16, -MIX_MAX, MIX_MAX);
}

/* The probability of a 1 where the models' mixture is @mix. */
ARCHIVE_INLINE uint32_t
squashed(const ArchiveState *state, int32_t mix)
{
    return state->squash[(ptrdiff_t)mix + MIX_MAX + 1];
}

#if defined(__AVX2__)
/* All bits of a decision that was taken, and of one that was a 1. */
static const int32_t quotient_taken[QUOTIENT_NONE + 1][ARCHIVE_QUAD] = {
    {-1, 0, 0, 0},    {-1, -1, 0, 0},   {-1, -1, -1, 0},
    {-1, -1, -1, -1}, {-1, -1, -1, -1}, {0, 0, 0, 0},
};
static const int32_t quotient_ones[QUOTIENT_NONE + 1][ARCHIVE_QUAD] = {
    {0, 0, 0, 0}, {-1, 0, 0, 0}, {-1, -1, 0, 0}, {-1, -1, -1, 0}, {-1, -1, -1, -1}, {0, 0, 0, 0},
};
static const int32_t below_taken[7][ARCHIVE_QUAD] = {
    {0, 0, 0, 0},   {-1, 0, 0, 0},  {-1, 0, 0, 0},  {-1, -1, 0, 0},
    {-1, -1, 0, 0}, {-1, 0, -1, 0}, {-1, 0, -1, 0},
};
static const int32_t below_ones[7][ARCHIVE_QUAD] = {
    {0, 0, 0, 0},  {0, 0, 0, 0},  {-1, 0, 0, 0},  {0, 0, 0, 0},
    {0, -1, 0, 0}, {-1, 0, 0, 0}, {-1, 0, -1, 0},
};

ARCHIVE_INLINE __m256i
two_quads(const void *low, const void *high)
{
    __m256i both = _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)low));

    return _mm256_inserti128_si256(both, _mm_loadu_si128((const __m128i *)high), 1);
}

ARCHIVE_INLINE void
put_quads(void *low, void *high, __m256i both)
{
    _mm_storeu_si128((__m128i *)low, _mm256_castsi256_si128(both));
    _mm_storeu_si128((__m128i *)high, _mm256_extracti128_si256(both, 1));
}

/* Of the quotient's quad and @quad. */
ARCHIVE_INLINE __m256i
two_stretches(const ArchiveView *view, unsigned quad)
{
    __m128i low = _mm_loadl_epi64(
        (const __m128i *)(const void *)&view->stretch[QUOTIENT_QUAD * ARCHIVE_QUAD]);
    __m128i high =
        _mm_loadl_epi64((const __m128i *)(const void *)&view->stretch[quad * ARCHIVE_QUAD]);

    return _mm256_cvtepi16_epi32(_mm_unpacklo_epi64(low, high));
}

ARCHIVE_INLINE __m256i
mixed_lanes(__m256i wa, __m256i a, __m256i wb, __m256i b)
{
    __m256i sum = _mm256_add_epi32(_mm256_mullo_epi32(wa, a), _mm256_mullo_epi32(wb, b));

    return _mm256_srai_epi32(sum, 16);
}

ARCHIVE_INLINE __m256i
eight_stretches(const ArchiveView *view, unsigned node)
{
    __m128i low = _mm_loadl_epi64((const __m128i *)(const void *)&view->stretch[node]);
    __m128i high = _mm_loadl_epi64((const __m128i *)(const void *)&view->stretch[node + 4]);

    return _mm256_cvtepi16_epi32(_mm_unpacklo_epi64(low, high));
}

ARCHIVE_INLINE __m256i
eight_weights(const ArchiveModels *models, int of, unsigned node)
{
    return two_quads(&models->weight[of][node], &models->weight[of][node + 4]);
}

/* All quads. */
ARCHIVE_INLINE void
mix_all(const ArchiveModels *m, ResidualView *view)
{
    const __m256i most = _mm256_set1_epi16(MIX_MAX), least = _mm256_set1_epi16(-MIX_MAX);
    __m256i eight[3];

    /* the last eight begin with four again */
    for (unsigned i = 0; i < 3; i++) {
        unsigned node = i == 2 ? ARCHIVE_NEAR - 8 : 8 * i;
        eight[i] = mixed_lanes(eight_weights(m, 0, node), eight_stretches(view->side, node),
                               eight_weights(m, 1, node), eight_stretches(view->trend, node));
    }
    __m256i low = _mm256_permute4x64_epi64(_mm256_packs_epi32(eight[0], eight[1]), 0xd8);
    __m256i high = _mm256_permute4x64_epi64(_mm256_packs_epi32(eight[2], eight[2]), 0xd8);
    low = _mm256_max_epi16(_mm256_min_epi16(low, most), least);
    high = _mm256_max_epi16(_mm256_min_epi16(high, most), least);
    _mm256_storeu_si256((__m256i *)(void *)view->mix, low);
    _mm_storeu_si128((__m128i *)(void *)(view->mix + ARCHIVE_NEAR - 8),
                     _mm256_castsi256_si128(high));
}

/* The quotient's quad and @quad. */
ARCHIVE_INLINE void
mix_two(const ArchiveModels *m, ResidualView *view, unsigned quad)
{
    const unsigned first = QUOTIENT_QUAD * ARCHIVE_QUAD, second = quad * ARCHIVE_QUAD;
    __m256i mix = mixed_lanes(
        two_quads(&m->weight[0][first], &m->weight[0][second]), two_stretches(view->side, quad),
        two_quads(&m->weight[1][first], &m->weight[1][second]), two_stretches(view->trend, quad));
    __m128i both = _mm_packs_epi32(_mm256_castsi256_si128(mix), _mm256_extracti128_si256(mix, 1));

    both = _mm_max_epi16(_mm_min_epi16(both, _mm_set1_epi16(MIX_MAX)), _mm_set1_epi16(-MIX_MAX));
    _mm_storel_epi64((__m128i *)(void *)&view->mix[first], both);
    _mm_storel_epi64((__m128i *)(void *)&view->mix[second], _mm_unpackhi_epi64(both, both));
}

/* The probability of a 1 at @node of a quad that is mixed. */
ARCHIVE_INLINE uint32_t
near_p(const ArchiveState *state, const ResidualView *view, unsigned node)
{
    return squashed(state, view->mix[node]);
}

/* The stretch of four bits' probabilities. */
ARCHIVE_INLINE void
put_stretches(const int16_t *stretch, const ArchiveBit *bits, int16_t *to)
{
    __m128i four = _mm_cvtsi32_si128(stretch[archive_bit_p(bits[0]) >> 4]);

    four = _mm_insert_epi16(four, stretch[archive_bit_p(bits[1]) >> 4], 1);
    four = _mm_insert_epi16(four, stretch[archive_bit_p(bits[2]) >> 4], 2);
    four = _mm_insert_epi16(four, stretch[archive_bit_p(bits[3]) >> 4], 3);
    _mm_storel_epi64((__m128i *)(void *)to, four);
}

ARCHIVE_INLINE void
learn_bits(const int16_t *stretch, ArchiveView *view, unsigned quad, __m256i taken, __m256i ones)
{
    ArchiveBit *low = &view->near[QUOTIENT_QUAD * ARCHIVE_QUAD];
    ArchiveBit *high = &view->near[quad * ARCHIVE_QUAD];
    const __m256i half = _mm256_set1_epi32(65535);
    __m256i bits = two_quads(low, high);
    __m256i way = _mm256_sub_epi32(_mm256_and_si256(ones, half), _mm256_and_si256(bits, half));
    __m256i after = _mm256_add_epi32(bits, _mm256_srav_epi32(way, _mm256_srli_epi32(bits, 18)));
    __m256i young = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)ARCHIVE_BIT_TAUGHT), after);

    after = _mm256_sub_epi32(after, _mm256_slli_epi32(young, 16));
    put_quads(low, high, _mm256_blendv_epi8(bits, after, taken));
    put_stretches(stretch, low, &view->stretch[QUOTIENT_QUAD * ARCHIVE_QUAD]);
    put_stretches(stretch, high, &view->stretch[quad * ARCHIVE_QUAD]);
}

ARCHIVE_INLINE void
learn_weights(int32_t *weight, unsigned quad, __m256i stretch, __m256i wrong)
{
    int32_t *low = &weight[QUOTIENT_QUAD * ARCHIVE_QUAD], *high = &weight[quad * ARCHIVE_QUAD];
    __m256i step = _mm256_add_epi32(_mm256_mullo_epi32(stretch, wrong), _mm256_set1_epi32(0x2000));

    put_quads(low, high, _mm256_add_epi32(two_quads(low, high), _mm256_srai_epi32(step, 14)));
}

/* Models and weights learn what was decided. */
ARCHIVE_INLINE void
learn_decided(ArchiveState *state, const ResidualView *view, const Decided *d)
{
    ArchiveModels *m = &state->models;
    const unsigned quad = d->quad;
    const __m256i taken = two_quads(quotient_taken[d->quotient], below_taken[d->below]);
    const __m256i ones = two_quads(quotient_ones[d->quotient], below_ones[d->below]);
    __m256i p = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)d->p));
    /* twice what was wrong, in 1 / 4096 */
    p = _mm256_slli_epi32(_mm256_srli_epi32(p, 4), 1);
    __m256i wrong = _mm256_sub_epi32(_mm256_and_si256(ones, _mm256_set1_epi32(8192)), p);
    wrong = _mm256_and_si256(wrong, taken);
    learn_weights(m->weight[0], quad, two_stretches(view->side, quad), wrong);
    learn_weights(m->weight[1], quad, two_stretches(view->trend, quad), wrong);
    learn_bits(state->stretch, view->side, quad, taken, ones);
    learn_bits(state->stretch, view->trend, quad, taken, ones);
}
#else
/* Here each decision is mixed when it is asked for. */
ARCHIVE_INLINE void
mix_all(const ArchiveModels *m, const ResidualView *view)
{
    (void)m;
    (void)view;
}

ARCHIVE_INLINE void
mix_two(const ArchiveModels *m, const ResidualView *view, unsigned quad)
{
    (void)m;
    (void)view;
    (void)quad;
}

ARCHIVE_INLINE uint32_t
near_p(const ArchiveState *state, const ResidualView *view, unsigned node)
{
    const ArchiveModels *m = &state->models;

    return squashed(state, mixed(m->weight[0][node], view->side->stretch[node], m->weight[1][node],
                                 view->trend->stretch[node]));
}

ARCHIVE_INLINE void
learn_one(ArchiveState *state, const ResidualView *view, unsigned node, uint32_t p, unsigned bit)
{
    ArchiveView *const views[2] = {view->side, view->trend};
    int32_t wrong = (int32_t)((0 - bit) & 8192) - (int32_t)(p >> 4 << 1);

    for (int i = 0; i < 2; i++) {
        ArchiveBit learned = archive_bit_learned(views[i]->near[node], bit);
        state->models.weight[i][node] += (views[i]->stretch[node] * wrong + 0x2000) >> 14;
        views[i]->near[node] = learned;
        views[i]->stretch[node] = state->stretch[archive_bit_p(learned) >> 4];
    }
}

ARCHIVE_INLINE void
learn_decided(ArchiveState *state, const ResidualView *view, const Decided *d)
{
    const unsigned quotient = QUOTIENT_QUAD * ARCHIVE_QUAD, below = d->quad * ARCHIVE_QUAD;

    if (d->quotient == QUOTIENT_NONE)
        return;
    for (unsigned k = 0; k < ARCHIVE_QUAD && k <= d->quotient; k++)
        learn_one(state, view, quotient + k, d->p[k], k < d->quotient);
    if (d->below >= BELOW_TWO) {
        unsigned first = (d->below - BELOW_TWO) >> 1, second = (d->below - BELOW_TWO) & 1;
        learn_one(state, view, below, d->p[ARCHIVE_QUAD], first);
        learn_one(state, view, below + 1 + first, d->p[ARCHIVE_QUAD + 1 + first], second);
    } else if (d->below != BELOW_NONE) {
        learn_one(state, view, below, d->p[ARCHIVE_QUAD], d->below - BELOW_ONE);
    }
}
#endif
