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

/* Three values out of one word, where their parameter is small enough and none is an
 * escape: TRUE, and *bit behind them. */
static inline gboolean
rice_three(const uint8_t *bytes, size_t *bit, unsigned k, uint16_t *u)
{
    const uint64_t stop = UINT64_C(1) << CODEC_ESCAPE;
    const uint32_t low = (1u << k) - 1;
    uint64_t a = vicu_load_le64(bytes + *bit / 8) >> (*bit & 7);
    unsigned qa = (unsigned)__builtin_ctzll(a | stop);
    uint64_t b = a >> (qa + 1) >> k;
    unsigned qb = (unsigned)__builtin_ctzll(b | stop);
    uint64_t c = b >> (qb + 1) >> k;
    unsigned qc = (unsigned)__builtin_ctzll(c | stop);

    if (MAX(MAX(qa, qb), qc) >= CODEC_ESCAPE)
        return FALSE;
    u[0] = (uint16_t)(qa << k | ((uint32_t)(a >> (qa + 1)) & low));
    u[1] = (uint16_t)(qb << k | ((uint32_t)(b >> (qb + 1)) & low));
    u[2] = (uint16_t)(qc << k | ((uint32_t)(c >> (qc + 1)) & low));
    *bit += qa + qb + qc + 3 + 3 * k;
    return TRUE;
}

#define MOST_FOR_THREE 8 /* 3 * (CODEC_ESCAPE + 8) = 57 bits, what a word has for certain */

/* Whether @n values can be read without looking at the end of the bytes. */
static inline gboolean
is_roomy(const VicuBitReader *r, size_t n)
{
    return r->bit / 8 + 4 * n + 8 <= r->size;
}

static void
rice_get(VicuBitReader *r, uint16_t *u, size_t n, unsigned k)
{
    const gboolean roomy = is_roomy(r, n);
    size_t bit = r->bit, i = 0;

    while (roomy && k <= MOST_FOR_THREE && i + 3 <= n && rice_three(r->bytes, &bit, k, u + i))
        i += 3;
    /* 57 bits hold two escapes */
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

/* Two streams at once: a processor does the one while it waits for the other. */
static void
rice_get_two(VicuBitReader *r, uint16_t *const *u, size_t n, const unsigned *k)
{
    size_t a = r[0].bit, b = r[1].bit, i = 0;

    if (MAX(k[0], k[1]) <= MOST_FOR_THREE && is_roomy(&r[0], n) && is_roomy(&r[1], n))
        while (i + 3 <= n) {
            size_t next = a;
            if (!rice_three(r[0].bytes, &next, k[0], u[0] + i)
                || !rice_three(r[1].bytes, &b, k[1], u[1] + i))
                break;
            a = next;
            i += 3;
        }
    r[0].bit = a;
    r[1].bit = b;
    rice_get(&r[0], u[0] + i, n - i, k[0]);
    rice_get(&r[1], u[1] + i, n - i, k[1]);
}

G_GNUC_UNUSED static void
lpc_restore_two(int16_t *const *z, size_t from, size_t n, const CodecPredictor *const *p)
{
    lpc_restore(z[0], from, n, p[0]);
    lpc_restore(z[1], from, n, p[1]);
}
