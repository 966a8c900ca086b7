/* What the prediction leaves, as binary decisions.
 *
 * The distance to the prediction, nearest side first, is cut at about its recent
 * mean: quotient in unary, two bits below it modelled, the rest raw. Each decision
 * is predicted by two models (scale and fraction of the prediction; two scales of
 * different memory) that a small adaptive mixer weighs.
 * Only archive-engine.c includes this.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <string.h>

#include "common/codec/archive-filter.h"

#define QUOTIENT_MAX 20

typedef struct {
    ArchiveBit *side;
    ArchiveBit *trend;
} ResidualView;

static void
models_begin(ArchiveModels *self)
{
    ArchiveBit *bits = &self->side[0][0][0];

    memset(self, 0, sizeof *self);
    for (size_t i = 0; i < sizeof self->side / sizeof *bits; i++)
        bits[i].p = 32768;
    bits = &self->trend[0][0][0];
    for (size_t i = 0; i < sizeof self->trend / sizeof *bits; i++)
        bits[i].p = 32768;
    bits = &self->tie[0][0][0];
    for (size_t i = 0; i < sizeof self->tie / sizeof *bits; i++)
        bits[i].p = 32768;
    for (size_t i = 0; i < G_N_ELEMENTS(self->run); i++)
        self->run[i].p = self->escape[i].p = 32768;
    for (size_t i = 0; i < ARCHIVE_NODES; i++)
        self->weight[i][0] = self->weight[i][1] = 33000;
    self->mean[0] = self->mean[1] = self->mean[2] = 16 << 8;
}

/* One decision at @node. */
ARCHIVE_INLINE unsigned
decide(ArchiveState *state,
       ArchiveCoder *coder,
       const ResidualView *view,
       unsigned node,
       unsigned bit,
       bool decode)
{
    ArchiveBit *a = &view->side[node], *b = &view->trend[node];
    int32_t *w = state->models.weight[node];
    int32_t sa = state->stretch[a->p >> 4], sb = state->stretch[b->p >> 4];
    int32_t mix = (w[0] * sa + w[1] * sb) >> 16;
    mix = mix > 2047 ? 2047 : mix < -2047 ? -2047 : mix;
    int32_t p = state->squash[mix + 2048];

    bit = archive_coder_bit(coder, (uint32_t)p << 4 | 8, bit, decode);
    int32_t wrong = (((int32_t)bit << 12) - p) * 2;
    w[0] += (sa * wrong + 0x2000) >> 14;
    w[1] += (sb * wrong + 0x2000) >> 14;
    archive_bit_learn(a, bit);
    archive_bit_learn(b, bit);
    return bit;
}

/* log2(@value) in steps of 2^-@fine, rounded down; @value > 0, @fine <= 2. */
ARCHIVE_INLINE int
log2_steps(uint32_t value, int fine)
{
    int whole = 31 - __builtin_clz(value);
    uint32_t mantissa = whole >= 8 ? value >> (whole - 8) : value << (8 - whole);

    return (whole << fine) + (int)((mantissa - 256) >> (8 - fine));
}

ARCHIVE_INLINE int
at_most(int value, int top)
{
    return value < 0 ? 0 : value > top ? top : value;
}

/* The quotient and the bits below it; @cut bits are below it. */
ARCHIVE_INLINE uint32_t
code_distance(ArchiveState *state,
              ArchiveCoder *coder,
              const ResidualView *view,
              unsigned cut,
              uint32_t distance,
              bool decode)
{
    uint32_t wanted = distance >> cut, quotient = 0;

    while (quotient < QUOTIENT_MAX
           && decide(state, coder, view, quotient, quotient < wanted, decode))
        quotient++;
    if (quotient == QUOTIENT_MAX)
        return archive_coder_number(coder, state->models.escape, distance, decode);
    if (cut == 0)
        return quotient;
    unsigned node = QUOTIENT_MAX + 1 + 3 * (quotient > 3 ? 3 : quotient);
    unsigned bit = decide(state, coder, view, node, distance >> (cut - 1) & 1, decode);
    uint32_t got = quotient << 1 | bit;
    if (cut > 1)
        got = got << 1
              | decide(state, coder, view, node + 1 + bit, distance >> (cut - 2) & 1, decode);
    if (cut > 2) {
        unsigned raw = cut - 2;
        got = got << raw
              | archive_coder_raw(coder, distance & ((UINT32_C(1) << raw) - 1), raw, decode);
    }
    return got;
}

/* The value, from or into the stream; @predicted in 1 / 256. */
ARCHIVE_INLINE int32_t
code_residual(
    ArchiveState *state, ArchiveCoder *coder, int64_t predicted, int32_t value, bool decode)
{
    ArchiveModels *m = &state->models;
    int32_t nearest = (int32_t)((predicted + 128) >> 8);
    int fraction = (int)(predicted - ((int64_t)nearest << 8)), below = fraction < 0;
    int side = at_most((below ? -fraction : fraction) >> 5, 3);
    uint32_t mean = (uint32_t)(m->mean[0] * 10 + m->mean[1] * 6) >> 4;
    int medium = at_most(log2_steps(mean + 4, 2) - 8, ARCHIVE_SCALES - 1);
    int quick = at_most(log2_steps((uint32_t)m->mean[0] + 4, 1) - 4, ARCHIVE_COARSE - 1);
    int slow = at_most(log2_steps((uint32_t)m->mean[2] + 4, 1) - 4, ARCHIVE_COARSE - 1);
    unsigned cut = (unsigned)at_most(log2_steps(mean + 4, 0) - 7, 16);
    const ResidualView view = {m->side[medium][side], m->trend[quick][slow]};
    int32_t error = below ? nearest - value : value - nearest;
    uint32_t distance = error > 0 ? 2 * (uint32_t)error - 1 : 2 * (uint32_t)-error;

    distance = code_distance(state, coder, &view, cut, distance, decode);
    if (decode) {
        error = distance & 1 ? (int32_t)(distance / 2 + 1) : -(int32_t)(distance / 2);
        value = below ? nearest - error : nearest + error;
    }
    return value;
}

/* @error in 1 / 256, not negative. */
ARCHIVE_INLINE void
learn_scale(ArchiveModels *self, int64_t error)
{
    int32_t twice = 2 * (int32_t)clamped(error, 1 << 23);

    self->mean[0] += (twice - self->mean[0]) >> 3;
    self->mean[1] += (twice - self->mean[1]) >> 5;
    self->mean[2] += (twice - self->mean[2]) >> 7;
}
