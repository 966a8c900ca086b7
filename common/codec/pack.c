/* Making a block.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/codec/inner.h"
#include "common/crc32c.h"

size_t
vicu_codec_bound(size_t n)
{
    return 2 * n + 3 * n / 4 + 512;
}

/* --- codes: samples, or what stands for them ---------------------------------------------- */

/* Lists the runs of invalid samples; FALSE where there are too many. */
static gboolean
find_runs(VicuCodecScratch *scratch, const int16_t *x, CodecHead *head)
{
    uint32_t most = 1 + head->info.n / CODEC_RUN_SHARE, n = 0;

    for (uint32_t i = 0; i < head->info.n; i++) {
        if (x[i] != VICU_BLOCK_INVALID)
            continue;
        if (n == most)
            return FALSE;
        uint32_t first = i;
        while (i < head->info.n && x[i] == VICU_BLOCK_INVALID)
            i++;
        scratch->runs[2 * (size_t)n] = first;
        scratch->runs[2 * (size_t)n + 1] = i - first;
        n++;
    }
    head->n_runs = n;
    return TRUE;
}

/* The codes in the place of listed runs: as the last valid one before, so that they cost least. */
static void
bridge_runs(VicuCodecScratch *scratch, CodecHead *head)
{
    for (uint32_t i = 0; i < head->n_runs; i++) {
        uint32_t first = scratch->runs[2 * (size_t)i], n = scratch->runs[2 * (size_t)i + 1];
        int16_t code = first > 0 ? scratch->codes[first - 1] : scratch->codes[n];
        for (uint32_t k = first; k < first + n; k++)
            scratch->codes[k] = code;
    }
}

/* The number of codes in use, marked in scratch->seen; more than @most: it gave up. */
static uint32_t
count_codes(VicuCodecScratch *scratch,
            const int16_t *y,
            size_t n,
            int32_t min,
            uint32_t range,
            uint32_t most)
{
    uint8_t *seen = scratch->seen;
    uint32_t used = 0;

    memset(seen, 0, range + 1);
    for (size_t at = 0; at < n && used <= most; at += 256)
        for (size_t i = at; i < MIN(at + 256, n); i++) {
            used += seen[y[i] - min] ^ 1u;
            seen[y[i] - min] = 1;
        }
    return used;
}

static uint64_t
least_sum(const CodecKernels *kernels, const int16_t *y, size_t n)
{
    uint64_t sums[4];

    kernels->fixed_sums(y, n, sums);
    return MIN(MIN(sums[0], sums[1]), MIN(sums[2], sums[3]));
}

/* Monitors rescale: some channels use every third code only. Ranks of the codes in use are
 * smaller steps; kept where the steps shrink by more than the list of codes costs. */
static void
try_lattice(VicuCodecScratch *scratch, CodecHead *head)
{
    const uint32_t n = head->info.n;
    /* half a bit saved for each sample must pay for about a byte for each code */
    const uint32_t most = MIN(MIN((head->range + 1) / 2, CODEC_MAX_LATTICE), n / 16);
    uint32_t used = count_codes(scratch, scratch->codes, n, head->min, head->range, most);
    uint16_t *rank = scratch->rank;
    int16_t *ranked = (int16_t *)scratch->residual;

    if (used < 2 || used > most)
        return;
    head->n_lattice = 0;
    for (uint32_t v = 0; v <= head->range; v++)
        if (scratch->seen[v]) {
            scratch->lattice[head->n_lattice] = (int16_t)(head->min + (int32_t)v);
            rank[v] = (uint16_t)head->n_lattice++;
        }
    for (uint32_t i = 0; i < n; i++)
        ranked[i] = (int16_t)rank[scratch->codes[i] - head->min];
    uint64_t before = least_sum(scratch->kernels, scratch->codes, n);
    uint64_t after = least_sum(scratch->kernels, ranked, n);
    if (after * 3 / 2 >= before)
        return;
    memcpy(scratch->codes, ranked, n * sizeof *ranked);
    head->lattice = TRUE;
    head->base = 0;
    head->width = vicu_bits_width(head->n_lattice - 1);
}

/* --- spans -------------------------------------------------------------------------------- */

/* The residual of @mode, from u[1] on. */
static void
residual_of(VicuCodecScratch *scratch,
            const int16_t *y,
            size_t n,
            unsigned mode,
            const CodecPredictor *p,
            uint16_t *u)
{
    const CodecKernels *kernels = scratch->kernels;
    size_t warm = mode == CODEC_LPC ? MIN(p->order, n) : n;

    vicu_codec_differences(kernels, y, warm, mode == CODEC_LPC ? 2 : mode, scratch->steps);
    kernels->zigzag(scratch->steps, warm, u);
    if (mode == CODEC_LPC)
        kernels->lpc_residual(y, warm, n, p, u);
}

static gboolean
is_flat(const int16_t *y, size_t n)
{
    return n == 1 || memcmp(y, y + 1, (n - 1) * sizeof *y) == 0;
}

/* Leaves the residual of the mode that is best in scratch->residual, from sample 1
 * on, and its parameters in scratch->symbols. */
static CodecMode
choose_mode(
    VicuCodecScratch *scratch, const int16_t *y, size_t n, const CodecPredictor *p, unsigned width)
{
    const CodecKernels *kernels = scratch->kernels;
    uint16_t *u = scratch->residual, *other = (uint16_t *)scratch->windowed;
    uint8_t *symbols = scratch->symbols, *other_symbols = symbols + n / CODEC_GROUP + 1;
    uint64_t sums[4], cost = UINT64_MAX;
    CodecMode mode = CODEC_FIXED_0;

    if (is_flat(y, n))
        return CODEC_FLAT;
    kernels->fixed_sums(y, n, sums);
    for (unsigned k = 1; k < 4; k++)
        if (sums[k] < sums[mode])
            mode = (CodecMode)k;
    if (p->order > 0) {
        residual_of(scratch, y, n, CODEC_LPC, p, u);
        cost = vicu_codec_groups_choose(kernels, u + 1, n - 1, symbols);
        /* a sum of zigzagged residuals is about twice that of their magnitudes */
        if (kernels->sum_of(u + 1, n - 1) / 2 <= sums[mode])
            return cost < (uint64_t)width * (n - 1) ? CODEC_LPC : CODEC_RAW;
    }
    residual_of(scratch, y, n, mode, p, other);
    uint64_t fixed = vicu_codec_groups_choose(kernels, other + 1, n - 1, other_symbols);
    if (fixed < cost) {
        memcpy(u, other, n * sizeof *other);
        memcpy(symbols, other_symbols, n / CODEC_GROUP + 1);
    } else {
        mode = CODEC_LPC;
    }
    return MIN(fixed, cost) < (uint64_t)width * (n - 1) ? mode : CODEC_RAW;
}

static uint8_t *
put_span(VicuCodecScratch *scratch, const CodecHead *head, uint32_t i, uint8_t *at)
{
    const int16_t *y = scratch->codes + (size_t)i * head->info.restart;
    size_t n = vicu_codec_span_samples(&head->info, i);
    const CodecPredictor *p = &scratch->predictors[vicu_codec_span_predictor(head, i)];
    CodecMode mode = choose_mode(scratch, y, n, p, head->width);
    VicuBitWriter w = {.at = at};

    scratch->modes[i] = (uint8_t)mode;
    vicu_bits_put(&w, (uint64_t)(y[0] - head->base), head->width);
    if (mode == CODEC_RAW)
        for (size_t k = 1; k < n; k++)
            vicu_bits_put(&w, (uint64_t)(y[k] - head->base), head->width);
    else if (mode != CODEC_FLAT)
        vicu_codec_groups_put(scratch->kernels, &w, scratch->residual + 1, n - 1, scratch->symbols);
    uint8_t *end = vicu_bits_end(&w);
    scratch->lengths[i] = (uint32_t)(end - at);
    return end;
}

/* The predictors of frame @f, whose first code is @codes[0]. */
static void
find_predictors(
    VicuCodecScratch *scratch, const CodecHead *head, uint32_t f, const int16_t *codes, size_t n)
{
    CodecPredictor *p = scratch->predictors + f * CODEC_MAX_PARTS;
    unsigned n_parts = vicu_codec_frame_parts(head, f);
    size_t part = n_parts > 1 ? (size_t)head->part_spans * head->info.restart : n;

    if (!vicu_codec_predictors_find(scratch, codes, n, part, n_parts, p))
        for (unsigned i = 1; i < n_parts; i++)
            p[i] = p[0];
}

/* Predictors that no span has taken need not be told. */
static void
drop_unused(VicuCodecScratch *scratch, const CodecHead *head, uint32_t f)
{
    CodecPredictor *p = scratch->predictors + f * CODEC_MAX_PARTS;
    uint32_t first = f * head->frame_spans;

    for (uint32_t i = first; i < first + vicu_codec_frame_spans(head, f); i++)
        if (scratch->modes[i] == CODEC_LPC)
            return;
    for (unsigned i = 0; i < vicu_codec_frame_parts(head, f); i++)
        p[i] = (CodecPredictor){0};
}

static size_t
put_spans(VicuCodecScratch *scratch, const CodecHead *head)
{
    uint8_t *at = scratch->data;

    for (uint32_t f = 0; f < head->n_frames; f++) {
        uint32_t from = f * head->frame_spans, to = from + vicu_codec_frame_spans(head, f);
        size_t first = (size_t)from * head->info.restart;
        size_t end = MIN((size_t)to * head->info.restart, (size_t)head->info.n);
        find_predictors(scratch, head, f, scratch->codes + first, end - first);
        for (uint32_t i = from; i < to; i++)
            at = put_span(scratch, head, i, at);
        drop_unused(scratch, head, f);
    }
    return (size_t)(at - scratch->data);
}

/* --- the head ----------------------------------------------------------------------------- */

static uint8_t *
begin(const CodecHead *head, uint8_t *out)
{
    uint32_t restart = head->info.restart < head->info.n ? head->info.restart : 0;

    out[0] = (uint8_t)(CODEC_VERSION << 4 | (head->constant ? CODEC_CONSTANT : 0)
                       | (head->holes ? CODEC_HOLES : 0) | (head->runs ? CODEC_RUNS : 0)
                       | (head->lattice ? CODEC_LATTICE : 0));
    return vicu_varint_put(vicu_varint_put(out + CODEC_PREFIX_BYTES, head->info.n), restart);
}

static size_t
finish(uint8_t *out, uint8_t *end)
{
    size_t size = (size_t)(end - out) + CODEC_CRC_BYTES;

    out[1] = (uint8_t)size;
    out[2] = (uint8_t)(size >> 8);
    out[3] = (uint8_t)(size >> 16);
    uint32_t crc = GUINT32_TO_LE(vicu_crc32c(0, out, size - CODEC_CRC_BYTES));
    memcpy(end, &crc, sizeof crc);
    return size;
}

static void
put_columns(const VicuCodecScratch *scratch, const CodecHead *head, VicuBitWriter *w)
{
    unsigned length_width = 0, sum_width = 0, width = vicu_bits_width(head->range);

    for (uint32_t i = 0; i < head->info.n_columns; i++) {
        const VicuBlockStats *c = &scratch->columns[i];
        uint64_t sum = (uint64_t)(c->sum - (int64_t)c->n_valid * c->min);
        length_width = MAX(length_width, vicu_bits_width(scratch->lengths[i]));
        sum_width = MAX(sum_width, vicu_bits_width(sum));
    }
    vicu_bits_put(w, length_width, 5);
    vicu_bits_put(w, sum_width, 6);
    for (uint32_t i = 0; i < head->info.n_columns; i++) {
        const VicuBlockStats *c = &scratch->columns[i];
        vicu_bits_put(w, scratch->modes[i], 3);
        vicu_bits_put(w, scratch->lengths[i], length_width);
        if (head->holes)
            vicu_bits_put(w, c->n_valid, vicu_bits_width(vicu_codec_span_samples(&head->info, i)));
        if (c->n_valid == 0)
            continue;
        vicu_bits_put(w, (uint64_t)(c->min - head->min), width);
        vicu_bits_put(w, (uint64_t)(c->max - head->min), width);
        vicu_bits_put(w, (uint64_t)(c->sum - (int64_t)c->n_valid * c->min), sum_width);
    }
    vicu_bits_end(w);
}

static void
find_columns(VicuCodecScratch *scratch, const int16_t *x, CodecHead *head)
{
    int32_t min = INT16_MAX, max = INT16_MIN;
    uint32_t valid = 0;

    for (uint32_t i = 0; i < head->info.n_columns; i++) {
        VicuBlockStats *c = &scratch->columns[i];
        scratch->kernels->stats(x + (size_t)i * head->info.restart,
                                vicu_codec_span_samples(&head->info, i), c);
        if (c->n_valid == 0)
            continue;
        valid += c->n_valid;
        min = MIN(min, c->min);
        max = MAX(max, c->max);
    }
    head->info.total.n_valid = valid;
    head->holes = valid < head->info.n;
    head->constant = valid == 0 || (!head->holes && min == max);
    head->min = (int16_t)(valid == 0 ? VICU_BLOCK_INVALID : min);
    head->range = valid == 0 ? 0 : (uint32_t)(max - min);
}

/* @plain: nothing listed, so that no signal can make the head long. */
static size_t
pack(VicuCodecScratch *scratch, const int16_t *x, CodecHead *head, gboolean plain, uint8_t *out)
{
    head->runs = head->holes && !plain && find_runs(scratch, x, head);
    head->lattice = FALSE;
    head->base = head->holes && !head->runs ? VICU_BLOCK_INVALID : head->min;
    head->width = vicu_bits_width((uint32_t)(head->min - head->base) + head->range);
    memcpy(scratch->codes, x, head->info.n * sizeof *x);
    if (head->runs)
        bridge_runs(scratch, head);
    if (!plain && (!head->holes || head->runs))
        try_lattice(scratch, head);
    size_t bytes = put_spans(scratch, head);
    VicuBitWriter w = {.at = begin(head, out)};
    w.at = vicu_varint_put(w.at, vicu_zigzag(head->min));
    w.at = vicu_varint_put(w.at, head->range);
    put_columns(scratch, head, &w);
    vicu_codec_lists_put(scratch, &w, head);
    memcpy(w.at, scratch->data, bytes);
    return finish(out, w.at + bytes);
}

size_t
vicu_block_pack(
    VicuCodecScratch *scratch, const int16_t *samples, size_t n, unsigned restart, uint8_t *out)
{
    CodecHead head = {0};

    g_return_val_if_fail(n > 0 && n <= scratch->max_samples, 0);
    if (restart > 0)
        restart = MAX(restart, VICU_BLOCK_MIN_RESTART);
    vicu_codec_head_layout(&head, (uint32_t)n, restart == 0 || restart > n ? (uint32_t)n : restart);
    find_columns(scratch, samples, &head);
    if (head.constant)
        return finish(out, vicu_varint_put(begin(&head, out), vicu_zigzag(head.min)));
    size_t size = pack(scratch, samples, &head, FALSE, out);
    if (size > 2 * n && (head.runs || head.lattice))
        size = pack(scratch, samples, &head, TRUE, out);
    return size;
}
