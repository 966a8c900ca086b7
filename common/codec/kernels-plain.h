/* The work of a span in plain C. Included once for each processor that it is
 * compiled for; a path may then take its own functions in the place of some.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/codec/inner.h"

static void
stats(const int16_t *x, size_t n, VicuBlockStats *out)
{
    int32_t min = INT16_MAX, max = INT16_MIN;
    int64_t sum = 0;
    uint32_t valid = 0;

    for (size_t i = 0; i < n; i++) {
        gboolean is = x[i] != VICU_BLOCK_INVALID;
        valid += is;
        sum += is ? x[i] : 0;
        min = is && x[i] < min ? x[i] : min;
        max = x[i] > max ? x[i] : max;
    }
    *out = (VicuBlockStats){0};
    if (valid > 0)
        *out = (VicuBlockStats){sum, valid, (int16_t)min, (int16_t)max};
}

G_GNUC_UNUSED static void
autocorrelate(const int16_t *w, size_t n, unsigned lags, int64_t *sums)
{
    for (unsigned l = 0; l < lags; l++) {
        int64_t sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += (int32_t)w[i] * *(w + i - l);
        sums[l] = sum;
    }
}

static uint32_t
magnitude(int32_t value)
{
    return (uint32_t)(value < 0 ? -value : value);
}

static void
fixed_sums(const int16_t *y, size_t n, uint64_t sums[4])
{
    sums[0] = sums[1] = sums[2] = sums[3] = 0;
    for (size_t i = 3; i < n; i++) {
        int32_t d0 = y[i], d1 = d0 - y[i - 1], d2 = d1 - (y[i - 1] - y[i - 2]);
        int32_t d3 = d2 - (y[i - 1] - 2 * y[i - 2] + y[i - 3]);
        sums[0] += magnitude(d0);
        sums[1] += magnitude(d1);
        sums[2] += magnitude(d2);
        sums[3] += magnitude(d3);
    }
}

static void
difference(const int16_t *y, size_t n, int16_t *z)
{
    for (size_t i = n; i-- > 1;)
        z[i] = (int16_t)(y[i] - y[i - 1]);
    z[0] = 0;
}

static void
integrate(int16_t *y, size_t n)
{
    for (size_t i = 1; i < n; i++)
        y[i] = (int16_t)(y[i] + y[i - 1]);
}

static void
zigzag(const int16_t *z, size_t n, uint16_t *u)
{
    for (size_t i = 0; i < n; i++)
        u[i] = (uint16_t)vicu_zigzag(z[i]);
}

static void
unzigzag(const uint16_t *u, size_t n, int16_t *z)
{
    for (size_t i = 0; i < n; i++)
        z[i] = (int16_t)vicu_unzigzag(u[i]);
}

static int32_t
predict(const int16_t *z, size_t i, const CodecPredictor *p)
{
    uint32_t sum = (uint32_t)p->bias;

    for (unsigned j = 0; j < p->order; j++)
        sum += (uint32_t)((int32_t)p->coefficient[j] * z[i - 1 - j]);
    return (int32_t)sum >> p->shift;
}

static void
lpc_residual(const int16_t *z, size_t from, size_t n, const CodecPredictor *p, uint16_t *u)
{
    for (size_t i = from; i < n; i++) {
        int16_t e = (int16_t)(uint16_t)((uint32_t)z[i] - (uint32_t)predict(z, i, p));
        u[i] = (uint16_t)vicu_zigzag(e);
    }
}

static void
lpc_restore(int16_t *z, size_t from, size_t n, const CodecPredictor *p, const uint16_t *u)
{
    for (size_t i = from; i < n; i++)
        z[i] = (int16_t)(uint16_t)((uint32_t)vicu_unzigzag(u[i]) + (uint32_t)predict(z, i, p));
}

static uint32_t
cost_of(const uint16_t *u, size_t n, unsigned k)
{
    uint32_t bits = 0;

    for (size_t i = 0; i < n; i++) {
        uint32_t q = (uint32_t)u[i] >> k;
        bits += q < CODEC_ESCAPE ? q + 1 + k : CODEC_ESCAPE + 1 + 16;
    }
    return bits;
}

static unsigned
rice_cost(const uint16_t *u, size_t n, uint32_t cost[3])
{
    uint32_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += u[i];
    if (sum == 0)
        return CODEC_ALL_ZERO;
    unsigned k = vicu_codec_first_parameter(sum, n);
    for (unsigned j = 0; j < 3; j++)
        cost[j] = cost_of(u, n, k + j);
    return k;
}

/* The code of one value; returns its bits. */
static inline unsigned
rice_code(uint32_t u, unsigned k, uint64_t *code)
{
    uint32_t q = u >> k, low = u & ((1u << k) - 1);

    if (q < CODEC_ESCAPE) {
        *code = (uint64_t)(low << 1 | 1) << q;
        return q + 1 + k;
    }
    *code = (uint64_t)(u << 1 | 1) << CODEC_ESCAPE;
    return CODEC_ESCAPE + 1 + 16;
}

static void
rice_put(VicuBitWriter *w, const uint16_t *u, size_t n, unsigned k)
{
    VicuBitWriter local = *w;
    size_t i = 0;

    for (; i + 2 <= n; i += 2) {
        uint64_t first, second;
        unsigned bits = rice_code(u[i], k, &first);
        unsigned more = rice_code(u[i + 1], k, &second);
        vicu_bits_put(&local, first | second << bits, bits + more);
    }
    for (; i < n; i++) {
        uint64_t code;
        unsigned bits = rice_code(u[i], k, &code);
        vicu_bits_put(&local, code, bits);
    }
    *w = local;
}

static inline uint64_t
rice_one(uint64_t word, unsigned k, uint16_t *u, unsigned *bits)
{
    unsigned q = (unsigned)__builtin_ctzll(word | UINT64_C(1) << CODEC_ESCAPE);

    word >>= q + 1;
    if (q < CODEC_ESCAPE) {
        *u = (uint16_t)(q << k | ((uint32_t)word & ((1u << k) - 1)));
        *bits += q + 1 + k;
        return word >> k;
    }
    *u = (uint16_t)word;
    *bits += CODEC_ESCAPE + 1 + 16;
    return word >> 16;
}

/* Two at a time: 57 bits hold two escapes. */
static void
rice_get(VicuBitReader *r, uint16_t *u, size_t n, unsigned k)
{
    size_t bit = r->bit, i = 0;

    if (r->size >= 8 && bit / 8 + 4 * n + 8 <= r->size) {
        for (; i + 2 <= n; i += 2) {
            uint64_t word = vicu_load_le64(r->bytes + bit / 8) >> (bit & 7);
            unsigned bits = 0;
            word = rice_one(word, k, u + i, &bits);
            rice_one(word, k, u + i + 1, &bits);
            bit += bits;
        }
        r->bit = bit;
    }
    for (; i < n; i++) {
        unsigned bits = 0;
        rice_one(vicu_bits_peek(r), k, u + i, &bits);
        vicu_bits_skip(r, bits);
    }
}
