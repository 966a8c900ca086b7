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
    for (size_t i = from; i < n; i++) {
        int32_t residual = vicu_unzigzag((uint16_t)z[i]);
        z[i] = (int16_t)(uint16_t)((uint32_t)residual + (uint32_t)predict(z, i, p));
    }
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

/* Zeros before the first one of @word, which may have none: then 63 or 64. */
static inline unsigned
zeros_of(uint64_t word)
{
#if defined(__BMI__)
    return (unsigned)__builtin_ia32_tzcnt_u64(word);
#else
    return (unsigned)__builtin_ctzll(word | UINT64_C(1) << 63);
#endif
}

#define WORD_BITS     57 /* what a word has for certain, from any bit of a byte on */
#define MOST_FOR_FOUR 13 /* parameters with which four values may fit in a word */

/* Four values out of one word, where they fit and none is an escape: TRUE, and *bit
 * behind them. What lies behind the word reads as zeros and so as too many. */
static inline gboolean
rice_four(const uint8_t *bytes, size_t *bit, unsigned k, uint16_t *u)
{
    const uint32_t mask = (1u << k) - 1;
    uint64_t word = vicu_load_le64(bytes + *bit / 8) >> (*bit & 7);
    unsigned any = 0, bits = 4 * (k + 1);

    for (int i = 0; i < 4; i++) {
        unsigned q = zeros_of(word);
        word >>= q & 63;
        u[i] = (uint16_t)(q << k | ((uint32_t)(word >> 1) & mask));
        word >>= k + 1;
        any |= q;
        bits += q;
    }
    if (any >= CODEC_ESCAPE || bits > WORD_BITS)
        return FALSE;
    *bit += bits;
    return TRUE;
}

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

    while (roomy && i + 2 <= n) {
        if (k <= MOST_FOR_FOUR && i + 4 <= n && rice_four(r->bytes, &bit, k, u + i)) {
            i += 4;
            continue;
        }
        /* a word holds two escapes */
        uint64_t word = vicu_load_le64(r->bytes + bit / 8) >> (bit & 7);
        unsigned bits = 0;
        word = rice_one(word, k, u + i, &bits);
        rice_one(word, k, u + i + 1, &bits);
        bit += bits;
        i += 2;
    }
    r->bit = bit;
    for (; i < n; i++) {
        unsigned bits = 0;
        rice_one(vicu_bits_peek(r), k, u + i, &bits);
        vicu_bits_skip(r, bits);
    }
}

/* Streams side by side, as long as four values of each fit in a word; returns how many
 * values that were. */
static inline __attribute__((always_inline)) size_t
rice_fours(
    VicuBitReader *r, uint16_t *const *u, const unsigned streams, size_t n, const unsigned *k)
{
    size_t bit[CODEC_BESIDE], i = 0;
    gboolean ok = TRUE;

    for (unsigned s = 0; s < streams; s++) {
        ok &= k[s] <= MOST_FOR_FOUR && is_roomy(&r[s], n);
        bit[s] = r[s].bit;
    }
    for (; ok && i + 4 <= n; i += ok ? 4 : 0) {
        for (unsigned s = 0; s < streams; s++)
            ok &= rice_four(r[s].bytes, &bit[s], k[s], u[s] + i);
        for (unsigned s = 0; ok && s < streams; s++)
            r[s].bit = bit[s];
    }
    return i;
}

/* A processor does the one while it waits for the other. */
static void
rice_get_beside(VicuBitReader *r, uint16_t *const *u, unsigned streams, size_t n, const unsigned *k)
{
    size_t i = streams == 2 ? rice_fours(r, u, 2, n, k) : rice_fours(r, u, CODEC_BESIDE, n, k);

    for (unsigned s = 0; i < n && s < streams; s++)
        rice_get(&r[s], u[s] + i, n - i, k[s]);
}

G_GNUC_UNUSED static void
lpc_restore_beside(
    int16_t *const *z, unsigned spans, size_t from, size_t n, const CodecPredictor *const *p)
{
    for (unsigned i = 0; i < spans; i++)
        lpc_restore(z[i], from, n, p[i]);
}
