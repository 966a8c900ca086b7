/* The work of a span in plain C: what every other path must agree with.
 *
 * SPDX-License-Identifier: Apache-2.0 */
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

static void
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

static int32_t
fixed_prediction(const int16_t *y, size_t i, unsigned order)
{
    switch (order) {
    case 1:
        return y[i - 1];
    case 2:
        return 2 * y[i - 1] - y[i - 2];
    case 3:
        return 3 * (y[i - 1] - y[i - 2]) + y[i - 3];
    default:
        return 0;
    }
}

static uint16_t
residual_of(int16_t code, int32_t prediction)
{
    int16_t e = (int16_t)(uint16_t)((uint32_t)code - (uint32_t)prediction);

    return (uint16_t)vicu_zigzag(e);
}

static int16_t
code_of(uint16_t u, int32_t prediction)
{
    return (int16_t)(uint16_t)((uint32_t)vicu_unzigzag(u) + (uint32_t)prediction);
}

static void
fixed_residual(const int16_t *y, size_t from, size_t n, unsigned order, uint16_t *u)
{
    for (size_t i = from; i < n; i++)
        u[i] = residual_of(y[i], fixed_prediction(y, i, order));
}

static void
fixed_restore(int16_t *y, size_t from, size_t n, unsigned order, const uint16_t *u)
{
    for (size_t i = from; i < n; i++)
        y[i] = code_of(u[i], fixed_prediction(y, i, order));
}

static int32_t
lpc_prediction(const int16_t *y, size_t i, const CodecPredictor *p)
{
    uint32_t sum = (uint32_t)p->bias;

    for (unsigned j = 0; j < p->order; j++)
        sum += (uint32_t)((int32_t)p->coefficient[j] * y[i - 1 - j]);
    return (int32_t)sum >> p->shift;
}

static void
lpc_residual(const int16_t *y, size_t from, size_t n, const CodecPredictor *p, uint16_t *u)
{
    for (size_t i = from; i < n; i++)
        u[i] = residual_of(y[i], lpc_prediction(y, i, p));
}

static void
lpc_restore(int16_t *y, size_t from, size_t n, const CodecPredictor *p, const uint16_t *u)
{
    for (size_t i = from; i < n; i++)
        y[i] = code_of(u[i], lpc_prediction(y, i, p));
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

static void
rice_put(VicuBitWriter *w, const uint16_t *u, size_t n, unsigned k)
{
    uint32_t low = (1u << k) - 1;

    for (size_t i = 0; i < n; i++) {
        uint32_t q = (uint32_t)u[i] >> k;
        if (q < CODEC_ESCAPE)
            vicu_bits_put(w, ((u[i] & low) << 1 | 1) << q, q + 1 + k);
        else
            vicu_bits_put(w, ((uint32_t)u[i] << 1 | 1) << CODEC_ESCAPE, CODEC_ESCAPE + 1 + 16);
    }
}

static void
rice_get(VicuBitReader *r, uint16_t *u, size_t n, unsigned k)
{
    uint32_t low = (1u << k) - 1;

    for (size_t i = 0; i < n; i++) {
        uint64_t word = vicu_bits_peek(r);
        unsigned q = (unsigned)__builtin_ctzll(word | UINT64_C(1) << CODEC_ESCAPE);
        if (q < CODEC_ESCAPE) {
            u[i] = (uint16_t)(q << k | ((uint32_t)(word >> (q + 1)) & low));
            vicu_bits_skip(r, q + 1 + k);
        } else {
            u[i] = (uint16_t)(word >> (CODEC_ESCAPE + 1));
            vicu_bits_skip(r, CODEC_ESCAPE + 1 + 16);
        }
    }
}

const CodecKernels vicu_codec_scalar = {
    .name = "scalar",
    .stats = stats,
    .autocorrelate = autocorrelate,
    .fixed_sums = fixed_sums,
    .lpc_residual = lpc_residual,
    .fixed_residual = fixed_residual,
    .rice_cost = rice_cost,
    .rice_put = rice_put,
    .rice_get = rice_get,
    .lpc_restore = lpc_restore,
    .fixed_restore = fixed_restore,
};
