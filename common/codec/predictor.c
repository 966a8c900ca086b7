/* The analysis: a window, the autocorrelation, Levinson's recursion and the
 * choice of order, all in integers, so that every machine finds the same.
 *
 * Levinson, "The Wiener RMS error criterion in filter design and prediction",
 * 1947, in fixed point: coefficients and reflection coefficients with 40
 * fractional bits, sums in 128 bits. The window is Welch's parabola.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/codec/inner.h"

#define FRACTION            40
#define MIN_SAMPLES         64
#define LARGEST_COEFFICIENT 8000 /* finer ones cost more bits than they save */
#define PEAK                11585 /* of the windowed codes: seven sums of two products fit in 31 bits */
#define NOISE               30 /* 2^-30 of the power is added as white noise */
#define LOG_FRACTION        12
#define ERROR_WIDTH         28  /* to which errors are brought, with 8 fractional bits, */
#define POWER_WIDTH         46  /* where the power of all together fits in so many */
#define PIECE_SAMPLES       900 /* of about so many is a part weighed together, */
#define PIECE_ORDER         12  /* each by the error of a predictor of so many */
#define COEFFICIENT_BITS    16  /* about what one costs */
#define COEFFICIENT_GROUP   4

typedef CodecWide Wide;
typedef CodecModel Model;

#define ONE     ((Wide)1 << FRACTION)
#define LARGEST ((int64_t)1 << (FRACTION + 8))

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

static void
apply_window(VicuCodecScratch *scratch, const int16_t *codes, size_t n, int32_t mean, int32_t peak)
{
    int16_t *w = scratch->windowed;
    unsigned before = peak > 32767 ? 1 : 0, after = 0;

    while ((((int64_t)peak << 15) >> (after + before)) >= PEAK)
        after++;
    scratch->kernels->window(codes, scratch->window, n, mean, before, after, w);
    memset(w - CODEC_PAD, 0, CODEC_PAD * sizeof *w);
    memset(w + n, 0, CODEC_PAD * sizeof *w);
}

/* log2 of @value > 0 with 12 fractional bits, right to 0.01: m + 0.34 m (1 - m) for
 * a mantissa of 1 + m. */
static int64_t
log2_of(uint64_t value)
{
    unsigned width = vicu_bits_width(value);
    int64_t m = (int64_t)(value << (64 - width) << 1 >> (64 - LOG_FRACTION));
    int64_t one = 1 << LOG_FRACTION;

    return (((int64_t)width - 1) << LOG_FRACTION) + m
           + ((m * (one - m) >> LOG_FRACTION) * 1408 >> LOG_FRACTION);
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

static Wide
first_error(const int64_t *r)
{
    /* a whisper of white noise keeps the recursion stable */
    return (Wide)r[0] * ONE + (Wide)r[0] * (ONE >> NOISE) + ONE;
}

/* Fills @m->a, @m->order and @m->error; returns the bits that the residual and the
 * coefficients of @n samples cost, up to a constant that is the same for all models. */
static int64_t
levinson(Model *m, size_t n)
{
    int64_t a[CODEC_MAX_ORDER] = {0};
    Wide error = first_error(m->r);
    int64_t least = bits_of(error, n, 0);

    m->order = 0;
    m->error = error;
    for (unsigned i = 0; i < CODEC_MAX_ORDER && step_up(m->r, i, a, &error); i++) {
        int64_t bits = bits_of(error, n, i + 1);
        if (bits < least) {
            least = bits;
            m->order = i + 1;
            m->error = error;
            memcpy(m->a, a, m->order * sizeof *a);
        }
    }
    return least;
}

/* Autocorrelation of the filter 1, -a[0], -a[1]...; 50 fractional bits. */
static void
filter_sums(const Model *m, Wide c[CODEC_MAX_ORDER + 1])
{
    for (unsigned l = 0; l <= m->order; l++) {
        c[l] = l == 0 ? ONE * ONE : -(Wide)m->a[l - 1] * ONE;
        for (unsigned j = 0; j + l < m->order; j++)
            c[l] += (Wide)m->a[j] * m->a[j + l];
        c[l] >>= 2 * FRACTION - 50;
    }
}

/* The squared error of that filter on a signal whose sums are @r. */
static Wide
error_on(const Wide *c, unsigned order, const int64_t *r)
{
    Wide error = c[0] * r[0];

    for (unsigned l = 1; l <= order; l++)
        error += 2 * c[l] * r[l];
    error >>= 50 - FRACTION;
    return MAX(error, ONE);
}

/* Adds the sums of @part, one of @n_parts, to @sums, scaled so that all have about the same error:
 * a stretch with an artefact must not choose the predictor of the quiet ones. */
static void
add_weighted(const Model *part, size_t n_parts, int64_t *sums)
{
    int shift = ERROR_WIDTH - (int)vicu_bits_width((uint64_t)(part->error >> (FRACTION - 8)));
    int room =
        POWER_WIDTH - (int)vicu_bits_width(n_parts) - (int)vicu_bits_width((uint64_t)part->r[0]);

    shift = MIN(shift, room);
    for (unsigned l = 0; l <= CODEC_MAX_ORDER; l++)
        sums[l] += shift >= 0 ? part->r[l] * (INT64_C(1) << shift) : part->r[l] >> -shift;
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
    while (p->shift > 0 && peak >> (FRACTION - p->shift) > LARGEST_COEFFICIENT)
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

void
vicu_codec_shift(int16_t *y, size_t n, int32_t by)
{
    for (size_t i = 0; i < n; i++)
        y[i] = (int16_t)(y[i] + by);
}

void
vicu_codec_differences(
    const CodecKernels *kernels, const int16_t *y, size_t n, unsigned degree, int16_t *z)
{
    if (degree == 0) {
        memcpy(z, y, n * sizeof *z);
        vicu_codec_shift(z, n, -y[0]);
        return;
    }
    kernels->difference(y, n, z);
    for (unsigned d = 1; d < degree; d++)
        kernels->difference(z, n, z);
}

/* The autocorrelation of @n codes less their mean, windowed; all 0 where they are the same. */
static int32_t
sums_of(VicuCodecScratch *scratch, const int16_t *codes, size_t n, int64_t *r)
{
    VicuBlockStats stats;

    scratch->kernels->stats(codes, n, &stats);
    int32_t mean = stats.n_valid > 0 ? (int32_t)(stats.sum / stats.n_valid) : 0;
    int32_t peak = MAX(stats.max - mean, mean - stats.min);
    if (stats.n_valid < n) /* and -32768 is a code here */
        peak = MAX(peak, mean - VICU_BLOCK_INVALID);
    memset(r, 0, (CODEC_MAX_ORDER + 1) * sizeof *r);
    if (peak > 0) {
        make_window(scratch, n);
        apply_window(scratch, codes, n, mean, peak);
        scratch->kernels->autocorrelate(scratch->windowed, n, CODEC_MAX_ORDER + 1, r);
    }
    return mean;
}

/* Adds a piece to @sums, weighed by the error of a short predictor. */
static void
add_piece(Model *piece, size_t n_pieces, int64_t *sums)
{
    int64_t a[CODEC_MAX_ORDER];

    if (piece->r[0] == 0)
        return;
    piece->error = first_error(piece->r);
    for (unsigned i = 0; i < PIECE_ORDER && step_up(piece->r, i, a, &piece->error);)
        i++;
    add_weighted(piece, n_pieces, sums);
}

/* The part's own model; returns its bits. */
static int64_t
model_part(VicuCodecScratch *scratch, const int16_t *codes, size_t n, Model *m, int32_t *mean)
{
    const size_t n_pieces = MAX(n / PIECE_SAMPLES, 1), length = n / n_pieces;
    int64_t total = 0;
    Model piece;

    memset(m, 0, sizeof *m);
    m->error = ONE;
    *mean = 0;
    if (n < MIN_SAMPLES)
        return 0;
    for (size_t i = 0; i < n_pieces; i++) {
        total += sums_of(scratch, codes + i * length, length, piece.r);
        if (n_pieces == 1)
            memcpy(m->r, piece.r, sizeof m->r);
        else
            add_piece(&piece, n_pieces, m->r);
    }
    *mean = (int32_t)(total / (int64_t)n_pieces);
    return m->r[0] > 0 ? levinson(m, n) : 0;
}

static void
set_bias(CodecPredictor *p)
{
    uint32_t gain = UINT32_C(1) << p->shift;

    for (unsigned j = 0; j < p->order; j++)
        gain -= (uint32_t)(int32_t)p->coefficient[j];
    p->bias = (int32_t)((UINT32_C(1) << p->shift >> 1) + (uint32_t)p->mean * gain);
}

static void
take_model(CodecPredictor *p, const Model *m, int32_t mean)
{
    *p = (CodecPredictor){.order = m->order, .mean = mean};
    quantise(p, m->a);
    set_bias(p);
}

gboolean
vicu_codec_predictors_find(VicuCodecScratch *scratch,
                           const int16_t *codes,
                           size_t n,
                           size_t part,
                           unsigned n_parts,
                           CodecPredictor *p)
{
    Model all = {0};
    Wide c[CODEC_MAX_ORDER + 1];
    int64_t apart = 0, together = 0, total = 0;

    for (unsigned g = 0; g < n_parts; g++) {
        Model *own = &scratch->models[g];
        size_t m = g + 1 < n_parts ? part : n - g * part;
        int32_t mean = 0;
        apart += model_part(scratch, codes + g * part, m, own, &mean);
        take_model(&p[g], own, mean);
        total += (int64_t)m * mean;
        if (own->r[0] > 0)
            add_weighted(own, n_parts, all.r);
    }
    if (n_parts == 1 || all.r[0] == 0)
        return FALSE;
    levinson(&all, n);
    filter_sums(&all, c);
    together = (int64_t)all.order * (COEFFICIENT_BITS << LOG_FRACTION);
    for (unsigned g = 0; g < n_parts; g++) {
        size_t m = g + 1 < n_parts ? part : n - g * part;
        if (scratch->models[g].r[0] > 0)
            together += bits_of(error_on(c, all.order, scratch->models[g].r), m, 0);
    }
    if (apart < together)
        return TRUE;
    take_model(&p[0], &all, (int32_t)(total / (int64_t)n));
    return FALSE;
}

static void
put_one(VicuBitWriter *w, const CodecPredictor *p, int32_t base, unsigned width)
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

static gboolean
get_one(VicuBitReader *r, CodecPredictor *p, int32_t base, unsigned width)
{
    *p = (CodecPredictor){.order = (unsigned)vicu_bits_get(r, 6)};
    if (p->order == 0)
        return !r->over;
    if (p->order > CODEC_MAX_ORDER)
        return FALSE;
    p->shift = (unsigned)vicu_bits_get(r, 4);
    p->mean = base + (int32_t)vicu_bits_get(r, width);
    for (unsigned g = 0; g < p->order; g += COEFFICIENT_GROUP) {
        unsigned bits = (unsigned)vicu_bits_get(r, 5);
        if (bits > 16)
            return FALSE;
        for (unsigned j = g; j < MIN(g + COEFFICIENT_GROUP, p->order); j++)
            p->coefficient[j] = (int16_t)vicu_unzigzag((uint32_t)vicu_bits_get(r, bits));
    }
    set_bias(p);
    return !r->over;
}

void
vicu_codec_predictors_put(
    VicuBitWriter *w, const CodecPredictor *p, unsigned n_parts, int32_t base, unsigned width)
{
    gboolean same = TRUE;

    for (unsigned i = 1; i < n_parts; i++)
        same &= memcmp(&p[i], &p[0], sizeof *p) == 0;
    vicu_bits_put(w, !same, 1);
    for (unsigned i = 0; i < (same ? 1 : n_parts); i++)
        put_one(w, &p[i], base, width);
}

gboolean
vicu_codec_predictors_get(
    VicuBitReader *r, CodecPredictor *p, unsigned n_parts, int32_t base, unsigned width)
{
    gboolean split = (gboolean)vicu_bits_get(r, 1);

    if (split && n_parts < 2)
        return FALSE;
    for (unsigned i = 0; i < n_parts; i++) {
        if (i > 0 && !split)
            p[i] = p[0];
        else if (!get_one(r, &p[i], base, width))
            return FALSE;
    }
    return TRUE;
}
