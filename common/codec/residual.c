/* Residuals in groups, each with the Rice parameter that costs least.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/codec/inner.h"

#define FIRST_SYMBOL 5u /* what the first group's symbol is told against */
#define LAST_SYMBOL  16u

/* Bits of the step from one symbol to the next: |step| zeros, a one, the sign. */
static unsigned
step_bits(unsigned from, unsigned to)
{
    unsigned step = from < to ? to - from : from - to;

    return step + 1 + (step > 0);
}

static void
put_step(VicuBitWriter *w, unsigned from, unsigned to)
{
    unsigned step = from < to ? to - from : from - to;

    vicu_bits_put(w, UINT64_C(1) << step, step + 1);
    if (step > 0)
        vicu_bits_put(w, from > to, 1);
}

static gboolean
get_step(VicuBitReader *r, unsigned *symbol)
{
    uint64_t word = vicu_bits_peek(r);
    unsigned step = (unsigned)__builtin_ctzll(word | UINT64_C(1) << 32);
    gboolean down = (word >> (step + 1)) & 1;

    vicu_bits_skip(r, step + 1 + (step > 0));
    if (step == 0)
        return TRUE;
    if (down ? step > *symbol : step > LAST_SYMBOL - *symbol)
        return FALSE;
    *symbol = down ? *symbol - step : *symbol + step;
    return TRUE;
}

/* Symbol 0: all zero; 1 + k: Rice with k. @bits: of the values and the step. */
static unsigned
choose(const CodecKernels *kernels, const uint16_t *u, size_t n, unsigned from, uint32_t *bits)
{
    uint32_t cost[3];
    unsigned k = kernels->rice_cost(u, n, cost), best = 0;

    *bits = step_bits(from, 0);
    if (k == CODEC_ALL_ZERO)
        return 0;
    for (unsigned j = 0; j < 3; j++) {
        uint32_t all = cost[j] + step_bits(from, 1 + k + j);
        if (j > 0 && all >= *bits)
            continue;
        *bits = all;
        best = 1 + k + j;
    }
    return best;
}

uint64_t
vicu_codec_groups_choose(const CodecKernels *kernels, const uint16_t *u, size_t n, uint8_t *symbols)
{
    unsigned symbol = FIRST_SYMBOL;
    uint64_t total = 0;

    for (size_t g = 0; g < n; g += CODEC_GROUP) {
        uint32_t bits = 0;
        symbol = choose(kernels, u + g, MIN(n - g, (size_t)CODEC_GROUP), symbol, &bits);
        *symbols++ = (uint8_t)symbol;
        total += bits;
    }
    return total;
}

void
vicu_codec_groups_put(const CodecKernels *kernels,
                      VicuBitWriter *w,
                      const uint16_t *u,
                      size_t n,
                      const uint8_t *symbols)
{
    unsigned symbol = FIRST_SYMBOL;

    for (size_t g = 0; g < n; g += CODEC_GROUP) {
        put_step(w, symbol, *symbols);
        symbol = *symbols++;
        if (symbol > 0)
            kernels->rice_put(w, u + g, MIN(n - g, (size_t)CODEC_GROUP), symbol - 1);
    }
}

gboolean
vicu_codec_groups_get(const CodecKernels *kernels, VicuBitReader *r, uint16_t *u, size_t n)
{
    unsigned symbol = FIRST_SYMBOL;

    for (size_t g = 0; g < n; g += CODEC_GROUP) {
        size_t m = MIN(n - g, (size_t)CODEC_GROUP);
        if (!get_step(r, &symbol))
            return FALSE;
        if (symbol == 0)
            memset(u + g, 0, m * sizeof *u);
        else
            kernels->rice_get(r, u + g, m, symbol - 1);
    }
    return !r->over;
}

gboolean
vicu_codec_groups_get_beside(
    const CodecKernels *kernels, VicuBitReader *r, uint16_t *const *u, unsigned streams, size_t n)
{
    unsigned symbol[CODEC_BESIDE] = {FIRST_SYMBOL, FIRST_SYMBOL, FIRST_SYMBOL, FIRST_SYMBOL};

    for (size_t g = 0; g < n; g += CODEC_GROUP) {
        size_t m = MIN(n - g, (size_t)CODEC_GROUP);
        uint16_t *at[CODEC_BESIDE];
        unsigned k[CODEC_BESIDE];
        gboolean all = TRUE;
        for (unsigned i = 0; i < streams; i++) {
            if (!get_step(&r[i], &symbol[i]))
                return FALSE;
            at[i] = u[i] + g;
            k[i] = symbol[i] - 1;
            all &= symbol[i] > 0;
        }
        if (all) {
            kernels->rice_get_beside(r, at, streams, m, k);
            continue;
        }
        for (unsigned i = 0; i < streams; i++) {
            if (symbol[i] == 0)
                memset(at[i], 0, m * sizeof *at[i]);
            else
                kernels->rice_get(&r[i], at[i], m, k[i]);
        }
    }
    gboolean over = FALSE;
    for (unsigned i = 0; i < streams; i++)
        over |= r[i].over;
    return !over;
}
