/* What the prediction leaves, as binary decisions.
 *
 * The distance to the prediction, nearest side first, is cut at about its recent
 * mean: quotient in unary, two bits modelled below it, the rest raw. The models are
 * chosen by scale and fraction of the prediction, and by two scales of different
 * memory.
 * Only archive-engine.c includes this.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/codec/archive-mixer.h"

#define QUOTIENT_MAX 20

/* The first steps of the quotient, one after the other. */
ARCHIVE_INLINE unsigned
code_steps(ArchiveCoder *coder, const uint32_t *p, unsigned wanted, bool decode)
{
    unsigned quotient = 0;

    while (quotient < ARCHIVE_QUAD
           && archive_coder_bit(coder, p[quotient], quotient < wanted, decode))
        quotient++;
    return quotient;
}

/* The same at once, without a branch on how many they are. Each step that is a 1 leaves
 * the lower end where it is and narrows the range to the next of @range, so that they
 * are compared with the code as they are; unless the range had to be renewed in between. */
ARCHIVE_INLINE unsigned
code_quotient(ArchiveCoder *coder, const uint32_t *p, unsigned wanted, bool decode)
{
    uint64_t range[ARCHIVE_QUAD + 2] = {coder->range};
    unsigned quotient = decode ? 0 : wanted;

    for (int i = 0; i < ARCHIVE_QUAD; i++) {
        range[i + 1] = (range[i] >> 16) * p[i];
        if (decode)
            quotient += coder->code < range[i + 1];
    }
    uint64_t from = range[quotient], to = range[quotient + 1];
    if (__builtin_expect(quotient == ARCHIVE_QUAD || from >> 32 == 0, 0))
        return code_steps(coder, p, wanted, decode);
    coder->range = from - to;
    if (decode)
        coder->code -= to;
    else
        archive_coder_raise(coder, to);
    archive_coder_renew(coder, decode);
    return quotient;
}

/* A decision at @node of the far ones. */
ARCHIVE_INLINE unsigned
decide_far(ArchiveState *state,
           ArchiveCoder *coder,
           const ResidualView *view,
           unsigned node,
           unsigned bit,
           bool decode)
{
    int32_t *wa = &state->models.weight[0][ARCHIVE_NEAR + node];
    int32_t *wb = &state->models.weight[1][ARCHIVE_NEAR + node];
    ArchiveBit *a = &view->side->far[node], *b = &view->trend->far[node];
    int32_t sa = state->stretch[archive_bit_p(*a) >> 4];
    int32_t sb = state->stretch[archive_bit_p(*b) >> 4];
    uint32_t p = squashed(state, mixed(*wa, sa, *wb, sb));

    bit = archive_coder_bit(coder, p, bit, decode);
    int32_t wrong = (int32_t)((0 - bit) & 8192) - (int32_t)(p >> 4 << 1);
    *wa += (sa * wrong + 0x2000) >> 14;
    *wb += (sb * wrong + 0x2000) >> 14;
    *a = archive_bit_learned(*a, bit);
    *b = archive_bit_learned(*b, bit);
    return bit;
}

/* The two bits below the quotient that are modelled, or the only one, and the rest. */
ARCHIVE_INLINE uint32_t
code_below(ArchiveCoder *coder,
           unsigned cut,
           const uint32_t *p,
           uint32_t quotient,
           uint32_t distance,
           bool decode,
           unsigned *below)
{
    unsigned bit = archive_coder_bit(coder, p[0], distance >> (cut - 1) & 1, decode);
    uint32_t got = quotient << 1 | bit;

    *below = BELOW_ONE + bit;
    if (cut > 1) {
        unsigned second =
            archive_coder_bit(coder, bit ? p[2] : p[1], distance >> (cut - 2) & 1, decode);
        got = got << 1 | second;
        *below = BELOW_TWO + 2 * bit + second;
    }
    if (cut > 2) {
        unsigned raw = cut - 2;
        got = got << raw
              | archive_coder_raw(coder, distance & ((UINT32_C(1) << raw) - 1), raw, decode);
    }
    return got;
}

/* What is above the first steps. */
ARCHIVE_INLINE uint32_t
code_far(ArchiveState *state,
         ArchiveCoder *coder,
         const ResidualView *view,
         uint32_t wanted,
         bool decode)
{
    unsigned node = 0;

    while (node < ARCHIVE_FAR
           && decide_far(state, coder, view, node, ARCHIVE_QUAD + node < wanted, decode))
        node++;
    return ARCHIVE_QUAD + node;
}

/* From or into the stream. @d: what is to be learned before the next. */
ARCHIVE_INLINE uint32_t
code_distance(ArchiveState *state,
              ArchiveCoder *coder,
              ResidualView *view,
              uint32_t distance,
              bool decode,
              Decided *d)
{
    const uint32_t wanted = decode ? 0 : distance >> view->cut;
    uint32_t p[ARCHIVE_QUAD], quotient;

    if (!decode)
        mix_two(&state->models, view, MIN(wanted, ARCHIVE_QUAD - 1));
    for (unsigned k = 0; k < ARCHIVE_QUAD; k++) {
        p[k] = near_p(state, view, QUOTIENT_QUAD * ARCHIVE_QUAD + k);
        d->p[k] = (uint16_t)p[k];
    }
    quotient = d->quotient = code_quotient(coder, p, MIN(wanted, ARCHIVE_QUAD), decode);
    if (__builtin_expect(quotient == ARCHIVE_QUAD, 0))
        quotient = code_far(state, coder, view, wanted, decode);
    d->quad = MIN(quotient, ARCHIVE_QUAD - 1);
    for (unsigned k = 0; k < ARCHIVE_QUAD - 1; k++) {
        p[k] = near_p(state, view, d->quad * ARCHIVE_QUAD + k);
        d->p[ARCHIVE_QUAD + k] = (uint16_t)p[k];
    }
    d->below = BELOW_NONE;
    if (__builtin_expect(quotient == QUOTIENT_MAX, 0))
        return archive_coder_number(coder, state->models.escape, distance, decode);
    return view->cut == 0 ? quotient
                          : code_below(coder, view->cut, p, quotient, distance, decode, &d->below);
}

/* log2(@value) in steps of 2^-@fine, rounded down; @value > 0, @fine <= 2. */
ARCHIVE_INLINE int
log2_steps(uint32_t value, int fine)
{
    int zeros = __builtin_clz(value);

    /* behind the leading one */
    int part = (int)(value << zeros >> (31 - fine)) - (1 << fine);
    return ((31 - zeros) << fine) + part;
}

/* The models for what is @predicted, in 1 / 256, and when decoding what they say. */
ARCHIVE_INLINE void
look(ArchiveState *state, int32_t predicted, ResidualView *view, bool decode)
{
    ArchiveModels *m = &state->models;
    uint32_t mean = (uint32_t)(m->mean[0] * 10 + m->mean[1] * 6) >> 4;
    int medium = log2_steps(mean + 4, 2) - 8; /* means are 0..2^24, so this is 0..91 */
    int quick = MIN(log2_steps((uint32_t)m->mean[0] + 4, 1) - 4, ARCHIVE_COARSE - 1);
    int slow = MIN(log2_steps((uint32_t)m->mean[2] + 4, 1) - 4, ARCHIVE_COARSE - 1);

    view->nearest = (predicted + 128) >> 8;
    int off = predicted - view->nearest * 256; /* -128..127 of 256 */
    view->below = off < 0;
    view->side = &m->side[medium][MIN((off < 0 ? -off : off) >> 5, 3)];
    view->trend = &m->trend[quick][slow];
    view->cut = (unsigned)between(log2_steps(mean + 4, 0) - 7, 0, 16);
    if (decode)
        mix_all(m, view);
}

/* The value, from or into the stream. @d: what is to be learned before the next. */
ARCHIVE_INLINE int32_t
code_residual(ArchiveState *state,
              ArchiveCoder *coder,
              int32_t value,
              bool decode,
              ResidualView *view,
              Decided *d)
{
    int32_t error = view->below ? view->nearest - value : value - view->nearest;
    uint32_t distance = error > 0 ? 2 * (uint32_t)error - 1 : 2 * (uint32_t)-error;

    distance = code_distance(state, coder, view, distance, decode, d);
    if (!decode)
        return value;
    error = distance & 1 ? (int32_t)(distance / 2 + 1) : -(int32_t)(distance / 2);
    return view->below ? view->nearest - error : view->nearest + error;
}

/* @error in 1 / 256, not negative. */
ARCHIVE_INLINE void
learn_scale(ArchiveModels *self, int32_t error)
{
    int32_t twice = 2 * MIN(error, 1 << 23);

    self->mean[0] += (twice - self->mean[0]) >> 3;
    self->mean[1] += (twice - self->mean[1]) >> 5;
    self->mean[2] += (twice - self->mean[2]) >> 7;
}
