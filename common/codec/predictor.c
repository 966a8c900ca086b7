/* The analysis: a window, the autocorrelation, Levinson's recursion and the
 * choice of order, all in integers, so that every machine finds the same.
 *
 * Levinson, "The Wiener RMS error criterion in filter design and prediction",
 * 1947, in fixed point: coefficients and reflection coefficients with 40
 * fractional bits, sums in 128 bits. The window is Welch's parabola.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/codec/inner.h"

#define FRACTION          40
#define MIN_SAMPLES       64
#define PEAK              11585 /* of the windowed codes: 8 products of two fit in 31 bits */
#define NOISE             30    /* 2^-30 of the power is added as white noise */
#define LOG_FRACTION      12
#define COEFFICIENT_BITS  12 /* about what one costs in a block */
#define COEFFICIENT_GROUP 4

__extension__ typedef __int128 Wide;

#define ONE     ((Wide)1 << FRACTION)
#define LARGEST ((int64_t)1 << (FRACTION + 15))

static void
make_window(VicuCodecScratch *scratch, size_t n)
{
    int64_t scale = (INT64_C(1) << 46) / (int64_t)(n + 1);

    if (scratch->window_n == n)
        return;
    for (size_t i = 0; i < n; i++) {
        int64_t t = ((2 * (int64_t)i - (int64_t)(n - 1)) * scale) >> 31; /* Q15, -1..1 */
        scratch->window[i] = (int16_t)MIN(32768 - (t * t >> 15), 32767);
    }
    scratch->window_n = n;
}

static int32_t
mean_of(const int16_t *codes, size_t n, int32_t base, int32_t *deviation)
{
    int64_t sum = 0;
    int32_t min = INT16_MAX, max = INT16_MIN;

    for (size_t i = 0; i < n; i++) {
        sum += codes[i];
        min = codes[i] < min ? codes[i] : min;
        max = codes[i] > max ? codes[i] : max;
    }
    int32_t mean = (int32_t)((sum - (int64_t)n * base) / (int64_t)n) + base;
    *deviation = MAX(max - mean, mean - min);
    return mean;
}

static void
apply_window(VicuCodecScratch *scratch, const int16_t *codes, size_t n, int32_t mean, int32_t peak)
{
    int16_t *w = scratch->windowed;
    unsigned shift = 0;

    while ((((int64_t)peak << 15) >> shift) >= PEAK)
        shift++;
    int64_t half = shift > 0 ? INT64_C(1) << (shift - 1) : 0;
    for (size_t i = 0; i < n; i++)
        w[i] = (int16_t)(((int64_t)(codes[i] - mean) * scratch->window[i] + half) >> shift);
    memset(w - CODEC_PAD, 0, CODEC_PAD * sizeof *w);
    memset(w + n, 0, CODEC_PAD * sizeof *w);
}

/* log2 of @value > 0 with 12 fractional bits. */
static int64_t
log2_of(uint64_t value)
{
    unsigned width = vicu_bits_width(value);
    int64_t result = ((int64_t)width - 1) << LOG_FRACTION;
    uint64_t x = width > 32 ? value >> (width - 32) : value << (32 - width); /* 2^31..2^32 */

    for (int64_t bit = 1 << (LOG_FRACTION - 1); bit > 0; bit >>= 1) {
        x = x * x >> 31;
        if (x >= UINT64_C(1) << 32) {
            x >>= 1;
            result += bit;
        }
    }
    return result;
}

/* What @n residuals of that squared @error cost, up to a constant. */
static int64_t
bits_of(Wide error, size_t n, unsigned order)
{
    int64_t bits = (int64_t)n * log2_of((uint64_t)(error >> (FRACTION - 16))) / 2;

    return bits + (int64_t)order * (COEFFICIENT_BITS << LOG_FRACTION);
}

/* One step up: the predictor of order @i + 1 from that of order @i. FALSE where
 * fixed point can go no further. */
static gboolean
step_up(const int64_t *r, unsigned i, int64_t *a, Wide *error)
{
    int64_t t[CODEC_MAX_ORDER];
    Wide sum = (Wide)r[i + 1] * ONE;

    for (unsigned j = 0; j < i; j++)
        sum -= (Wide)a[j] * r[i - j];
    if (sum >= *error || -sum >= *error)
        return FALSE;
    int64_t k = (int64_t)(sum * ONE / *error);
    memcpy(t, a, i * sizeof *t);
    for (unsigned j = 0; j < i; j++) {
        a[j] = t[j] - (int64_t)(((Wide)k * t[i - 1 - j]) >> FRACTION);
        if (a[j] >= LARGEST || a[j] <= -LARGEST)
            return FALSE;
    }
    a[i] = k;
    *error -= ((((Wide)k * k) >> FRACTION) * *error) >> FRACTION;
    return *error >> (FRACTION - 16) > 0;
}

/* Fills @best with 40 fractional bits; returns its order. */
static unsigned
levinson(const int64_t *r, unsigned max_order, size_t n, int64_t best[CODEC_MAX_ORDER])
{
    int64_t a[CODEC_MAX_ORDER] = {0};
    /* a whisper of white noise keeps the recursion stable */
    Wide error = (Wide)r[0] * ONE + (Wide)r[0] * (ONE >> NOISE) + ONE;
    int64_t least = bits_of(error, n, 0);
    unsigned order = 0;

    for (unsigned i = 0; i < max_order && step_up(r, i, a, &error); i++) {
        int64_t bits = bits_of(error, n, i + 1);
        if (bits < least) {
            least = bits;
            order = i + 1;
            memcpy(best, a, order * sizeof *a);
        }
    }
    return order;
}

/* Coefficients of 16 bits with as many fractional bits as fit, the rounding
 * error of each carried to the next. */
static void
quantise(CodecPredictor *p, const int64_t *a)
{
    int64_t peak = 0, carried = 0;

    for (unsigned j = 0; j < p->order; j++)
        peak = MAX(peak, a[j] < 0 ? -a[j] : a[j]);
    p->shift = 13;
    while (p->shift > 0 && peak >> (FRACTION - p->shift) > 32000)
        p->shift--;
    unsigned drop = FRACTION - p->shift;
    for (unsigned j = 0; j < p->order; j++) {
        carried += a[j];
        int64_t q = (carried + (INT64_C(1) << (drop - 1))) >> drop;
        q = CLAMP(q, INT16_MIN, INT16_MAX);
        p->coefficient[j] = (int16_t)q;
        carried -= q * (INT64_C(1) << drop);
    }
}

static void
set_bias(CodecPredictor *p, int32_t mean)
{
    uint32_t gain = UINT32_C(1) << p->shift;

    for (unsigned j = 0; j < p->order; j++)
        gain -= (uint32_t)(int32_t)p->coefficient[j];
    p->bias = (int32_t)((UINT32_C(1) << p->shift >> 1) + (uint32_t)mean * gain);
    p->mean = mean;
}

void
vicu_codec_predictor_find(
    VicuCodecScratch *scratch, const int16_t *codes, size_t n, int32_t base, CodecPredictor *p)
{
    int64_t r[CODEC_MAX_ORDER + 1], a[CODEC_MAX_ORDER];
    int32_t peak = 0;

    *p = (CodecPredictor){0};
    if (n < MIN_SAMPLES)
        return;
    int32_t mean = mean_of(codes, n, base, &peak);
    if (peak == 0)
        return;
    make_window(scratch, n);
    apply_window(scratch, codes, n, mean, peak);
    scratch->kernels->autocorrelate(scratch->windowed, n, CODEC_MAX_ORDER + 1, r);
    p->order = r[0] > 0 ? levinson(r, CODEC_MAX_ORDER, n, a) : 0;
    if (p->order == 0)
        return;
    quantise(p, a);
    set_bias(p, mean);
}

void
vicu_codec_predictor_put(VicuBitWriter *w, const CodecPredictor *p, int32_t base, unsigned width)
{
    vicu_bits_put(w, p->order, 6);
    if (p->order == 0)
        return;
    vicu_bits_put(w, p->shift, 4);
    vicu_bits_put(w, (uint64_t)(p->mean - base), width);
    for (unsigned g = 0; g < p->order; g += COEFFICIENT_GROUP) {
        unsigned end = MIN(g + COEFFICIENT_GROUP, p->order);
        uint32_t all = 0;
        for (unsigned j = g; j < end; j++)
            all |= vicu_zigzag(p->coefficient[j]);
        vicu_bits_put(w, vicu_bits_width(all), 5);
        for (unsigned j = g; j < end; j++)
            vicu_bits_put(w, vicu_zigzag(p->coefficient[j]), vicu_bits_width(all));
    }
}

gboolean
vicu_codec_predictor_get(VicuBitReader *r, CodecPredictor *p, int32_t base, unsigned width)
{
    *p = (CodecPredictor){.order = (unsigned)vicu_bits_get(r, 6)};
    if (p->order == 0)
        return !r->over;
    if (p->order > CODEC_MAX_ORDER)
        return FALSE;
    p->shift = (unsigned)vicu_bits_get(r, 4);
    int32_t mean = base + (int32_t)vicu_bits_get(r, width);
    for (unsigned g = 0; g < p->order; g += COEFFICIENT_GROUP) {
        unsigned bits = (unsigned)vicu_bits_get(r, 5);
        if (bits > 16)
            return FALSE;
        for (unsigned j = g; j < MIN(g + COEFFICIENT_GROUP, p->order); j++)
            p->coefficient[j] = (int16_t)vicu_unzigzag((uint32_t)vicu_bits_get(r, bits));
    }
    set_bias(p, mean);
    return !r->over;
}
