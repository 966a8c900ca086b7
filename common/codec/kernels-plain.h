/* The work of a span in plain C. Included once for each processor that it is
 * compiled for; a path may then take its own functions in the place of some.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/codec/inner.h"

/* Chunks whose sums fit in 32 bits. */
#define CHUNK 4096

/* Of a stretch that has invalid samples. */
static void
stats_of_valid(const int16_t *x, size_t n, VicuBlockStats *out)
{
    int16_t min = INT16_MAX, max = INT16_MIN;

    *out = (VicuBlockStats){0};
    for (size_t i = 0; i < n; i++) {
        if (x[i] == VICU_BLOCK_INVALID)
            continue;
        min = MIN(min, x[i]);
        max = MAX(max, x[i]);
        out->sum += x[i];
        out->n_valid++;
    }
    if (out->n_valid > 0) {
        out->min = min;
        out->max = max;
    }
}

static void
stats(const int16_t *x, size_t n, VicuBlockStats *out)
{
    int16_t min = INT16_MAX, max = INT16_MIN;
    int64_t sum = 0;

    for (size_t at = 0; at < n; at += CHUNK) {
        int32_t part = 0;
        for (size_t i = at; i < MIN(at + CHUNK, n); i++) {
            part += x[i];
            min = x[i] < min ? x[i] : min;
            max = x[i] > max ? x[i] : max;
        }
        sum += part;
    }
    if (min == VICU_BLOCK_INVALID)
        stats_of_valid(x, n, out);
    else
        *out = (VicuBlockStats){sum, (uint32_t)n, min, max};
}

static void
window(const int16_t *x,
       const int16_t *by,
       size_t n,
       int32_t mean,
       unsigned before,
       unsigned after,
       int16_t *w)
{
    int32_t half = after > 0 ? 1 << (after - 1) : 0;

    for (size_t i = 0; i < n; i++)
        w[i] = (int16_t)((((x[i] - mean) >> before) * (int32_t)by[i] + half) >> after);
}

static uint64_t
sum_of(const uint16_t *u, size_t n)
{
    uint64_t sum = 0;

    for (size_t at = 0; at < n; at += CHUNK) {
        uint32_t part = 0;
        for (size_t i = at; i < MIN(at + CHUNK, n); i++)
            part += u[i];
        sum += part;
    }
    return sum;
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
    for (size_t at = 3; at < n; at += CHUNK) {
        uint32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (size_t i = at; i < MIN(at + CHUNK, n); i++) {
            int32_t d0 = y[i], d1 = d0 - y[i - 1], d2 = d1 - (y[i - 1] - y[i - 2]);
            int32_t d3 = d2 - (y[i - 1] - 2 * y[i - 2] + y[i - 3]);
            s0 += magnitude(d0);
            s1 += magnitude(d1);
            s2 += magnitude(d2);
            s3 += magnitude(d3);
        }
        sums[0] += s0;
        sums[1] += s1;
        sums[2] += s2;
        sums[3] += s3;
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
lpc_restore(int16_t *z, size_t from, size_t n, const CodecPredictor *p)
{
    for (size_t i = from; i < n; i++)
        z[i] = (int16_t)(uint16_t)((uint32_t)z[i] + (uint32_t)predict(z, i, p));
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

/* Two at a time: 57 bits hold two escapes. Three where their parameter is small
 * enough and none is an escape. */
static void
rice_get(VicuBitReader *r, uint16_t *u, size_t n, unsigned k)
{
    const uint64_t none = (UINT64_C(1) << CODEC_ESCAPE) - 1;
    const uint32_t low = (1u << k) - 1;
    size_t bit = r->bit, i = 0;

    gboolean roomy = bit / 8 + 4 * n + 8 <= r->size;

    while (roomy && k <= 8 && i + 3 <= n) {
        uint64_t a = vicu_load_le64(r->bytes + bit / 8) >> (bit & 7);
        unsigned qa = (unsigned)__builtin_ctzll(a | ~none);
        uint64_t b = a >> (qa + 1) >> k;
        unsigned qb = (unsigned)__builtin_ctzll(b | ~none);
        uint64_t c = b >> (qb + 1) >> k;
        unsigned qc = (unsigned)__builtin_ctzll(c | ~none);
        if (MAX(MAX(qa, qb), qc) >= CODEC_ESCAPE)
            break;
        u[i] = (uint16_t)(qa << k | ((uint32_t)(a >> (qa + 1)) & low));
        u[i + 1] = (uint16_t)(qb << k | ((uint32_t)(b >> (qb + 1)) & low));
        u[i + 2] = (uint16_t)(qc << k | ((uint32_t)(c >> (qc + 1)) & low));
        bit += qa + qb + qc + 3 + 3 * k;
        i += 3;
    }
    for (; roomy && i + 2 <= n; i += 2) {
        uint64_t word = vicu_load_le64(r->bytes + bit / 8) >> (bit & 7);
        unsigned bits = 0;
        word = rice_one(word, k, u + i, &bits);
        rice_one(word, k, u + i + 1, &bits);
        bit += bits;
    }
    r->bit = bit;
    for (; i < n; i++) {
        unsigned bits = 0;
        rice_one(vicu_bits_peek(r), k, u + i, &bits);
        vicu_bits_skip(r, bits);
    }
}
