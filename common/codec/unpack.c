/* Reading a block: its head, all of it, or the spans that a range lies in.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/codec/inner.h"

/* The zigzagged residual in @y becomes codes from y[0] on, which is there; what is no work
 * for a linear predictor is restored. Returns where that begins. */
static size_t
begin_restoring(
    const CodecKernels *kernels, int16_t *y, size_t n, unsigned mode, const CodecPredictor *p)
{
    /* a linear predictor begins with differences of degree 2 */
    unsigned degree = mode == CODEC_LPC ? 2 : mode;
    size_t warm = mode == CODEC_LPC ? MIN(p->order, n) : n;
    int16_t start = y[0];

    kernels->unzigzag((const uint16_t *)y, warm, y);
    y[0] = 0;
    for (unsigned d = degree; d > 0; d--) {
        y[0] = d == 1 ? start : 0;
        kernels->integrate(y, warm);
    }
    if (degree == 0)
        vicu_codec_shift(y, warm, start);
    return warm;
}

static VicuBitReader
reader_at(const CodecHead *head, const uint8_t *bytes, size_t at)
{
    return (VicuBitReader){bytes, head->info.size, 8 * at, FALSE};
}

static int16_t
read_code(VicuBitReader *r, const CodecHead *head)
{
    return (int16_t)(head->base + (int32_t)vicu_bits_get(r, head->width));
}

/* A span must end in the byte that its length says. */
static gboolean
ends_at(const VicuBitReader *r, size_t end)
{
    return !r->over && (r->bit + 7) / 8 == end;
}

/* The codes of span @i, which begins at byte @at, into @y. */
static gboolean
read_span(VicuCodecScratch *scratch,
          const CodecHead *head,
          const uint8_t *bytes,
          uint32_t i,
          size_t at,
          int16_t *y)
{
    size_t n = vicu_codec_span_samples(&head->info, i);
    VicuBitReader r = reader_at(head, bytes, at);
    const CodecPredictor *p = &scratch->predictors[vicu_codec_span_predictor(head, i)];
    unsigned mode = scratch->modes[i];

    if (mode == CODEC_LPC && p->order == 0)
        return FALSE;
    y[0] = read_code(&r, head);
    if (mode == CODEC_RAW) {
        for (size_t k = 1; k < n; k++)
            y[k] = read_code(&r, head);
    } else if (mode == CODEC_FLAT) {
        for (size_t k = 1; k < n; k++)
            y[k] = y[0];
    } else {
        if (!vicu_codec_groups_get(scratch->kernels, &r, (uint16_t *)y + 1, n - 1))
            return FALSE;
        size_t from = begin_restoring(scratch->kernels, y, n, mode, p);
        if (from < n)
            scratch->kernels->lpc_restore(y, from, n, p);
    }
    return ends_at(&r, at + scratch->lengths[i]);
}

/* How many of the spans from @i to @to read_beside() can take: of the same length, by
 * linear predictors. */
static unsigned
spans_beside(const VicuCodecScratch *scratch, const CodecHead *head, uint32_t i, uint32_t to)
{
    size_t n = vicu_codec_span_samples(&head->info, i);
    unsigned spans = 0;

    while (n > CODEC_MAX_ORDER && spans < CODEC_BESIDE && i + spans < to
           && vicu_codec_span_samples(&head->info, i + spans) == n
           && scratch->modes[i + spans] == CODEC_LPC)
        spans++;
    return spans == CODEC_BESIDE ? spans : spans >= CODEC_BESIDE / 2 ? CODEC_BESIDE / 2 : 1;
}

/* Spans @i to @i + @spans - 1 side by side into @y[0] and so on. */
static gboolean
read_beside(VicuCodecScratch *scratch,
            const CodecHead *head,
            const uint8_t *bytes,
            uint32_t i,
            unsigned spans,
            size_t at,
            int16_t *const *y)
{
    const CodecKernels *kernels = scratch->kernels;
    size_t n = vicu_codec_span_samples(&head->info, i), from = 0, end[CODEC_BESIDE];
    const CodecPredictor *p[CODEC_BESIDE];
    VicuBitReader r[CODEC_BESIDE];
    uint16_t *u[CODEC_BESIDE];

    for (unsigned k = 0; k < spans; k++) {
        p[k] = &scratch->predictors[vicu_codec_span_predictor(head, i + k)];
        if (p[k]->order == 0)
            return FALSE;
        from = MAX(from, p[k]->order);
        r[k] = reader_at(head, bytes, at);
        at = end[k] = at + scratch->lengths[i + k];
        y[k][0] = read_code(&r[k], head);
        u[k] = (uint16_t *)y[k] + 1;
    }
    if (!vicu_codec_groups_get_beside(kernels, r, u, spans, n - 1))
        return FALSE;
    gboolean ok = TRUE;
    for (unsigned k = 0; k < spans; k++) {
        size_t warm = begin_restoring(kernels, y[k], n, CODEC_LPC, p[k]);
        kernels->lpc_restore(y[k], warm, from, p[k]);
        ok &= ends_at(&r[k], end[k]);
    }
    kernels->lpc_restore_beside(y, spans, from, n, p);
    return ok;
}

static gboolean
map_lattice(const VicuCodecScratch *scratch,
            const CodecHead *head,
            const int16_t *y,
            size_t n,
            int16_t *out)
{
    gboolean ok = TRUE;

    for (size_t i = 0; i < n; i++) {
        uint16_t code = (uint16_t)y[i];
        ok &= code < head->n_lattice;
        out[i] = scratch->lattice[code % CODEC_MAX_LATTICE];
    }
    return ok;
}

/* Writes the invalid samples among @first..@first + @count over @out. */
static void
put_runs(const VicuCodecScratch *scratch,
         const CodecHead *head,
         size_t first,
         size_t count,
         int16_t *out)
{
    for (uint32_t i = 0; i < head->n_runs; i++) {
        size_t from = MAX(scratch->runs[2 * (size_t)i], first);
        size_t end = scratch->runs[2 * (size_t)i] + (size_t)scratch->runs[2 * (size_t)i + 1];
        for (size_t k = from; k < MIN(end, first + count); k++)
            out[k - first] = VICU_BLOCK_INVALID;
    }
}

/* What @out, samples @first..@first + @count of the block, needs of span @i. */
static gboolean
hand_out(const VicuCodecScratch *scratch,
         const CodecHead *head,
         uint32_t i,
         const int16_t *y,
         size_t first,
         size_t count,
         int16_t *out)
{
    size_t begin = (size_t)i * head->info.restart, n = vicu_codec_span_samples(&head->info, i);
    size_t skip = begin < first ? first - begin : 0;
    size_t take = MIN(begin + n, first + count) - begin - skip;
    int16_t *place = out + (begin + skip - first);

    if (head->lattice)
        return map_lattice(scratch, head, y + skip, take, place);
    memcpy(place, y + skip, take * sizeof *place);
    return TRUE;
}

static gboolean
read_spans(VicuCodecScratch *scratch,
           const CodecHead *head,
           const uint8_t *bytes,
           size_t first,
           size_t count,
           int16_t *out)
{
    int16_t *const y[CODEC_BESIDE] = {scratch->codes, scratch->windowed, scratch->steps,
                                      (int16_t *)scratch->residual};
    uint32_t i = 0, from = (uint32_t)(first / head->info.restart);
    uint32_t to = (uint32_t)((first + count - 1) / head->info.restart) + 1;
    size_t at = head->data_at;

    for (; i < from; i++)
        at += scratch->lengths[i];
    while (i < to) {
        unsigned n = spans_beside(scratch, head, i, to);
        if (!(n > 1 ? read_beside(scratch, head, bytes, i, n, at, y)
                    : read_span(scratch, head, bytes, i, at, y[0])))
            return FALSE;
        for (unsigned k = 0; k < n; k++) {
            if (!hand_out(scratch, head, i + k, y[k], first, count, out))
                return FALSE;
            at += scratch->lengths[i + k];
        }
        i += n;
    }
    put_runs(scratch, head, first, count, out);
    return TRUE;
}

static VicuBlockStatus
read_samples(VicuCodecScratch *scratch,
             const uint8_t *bytes,
             CodecHead *head,
             size_t first,
             size_t count,
             int16_t *out)
{
    if (head->constant) {
        int16_t value = head->holes ? VICU_BLOCK_INVALID : head->min;
        for (size_t i = 0; i < count; i++)
            out[i] = value;
        return VICU_BLOCK_OK;
    }
    if (!vicu_codec_lists_read(scratch, bytes, head)
        || !read_spans(scratch, head, bytes, first, count, out))
        return VICU_BLOCK_CORRUPT;
    return VICU_BLOCK_OK;
}

VicuBlockStatus
vicu_block_peek(const uint8_t *bytes,
                size_t size,
                VicuBlockInfo *info,
                VicuBlockStats *columns,
                size_t max_columns)
{
    CodecHead head;
    VicuBlockStatus status = vicu_codec_head_read(bytes, size, &head, columns, max_columns, NULL);

    *info = head.info;
    return status;
}

VicuBlockStatus
vicu_block_unpack(VicuCodecScratch *scratch,
                  const uint8_t *bytes,
                  size_t size,
                  int16_t *out,
                  size_t room,
                  size_t *n)
{
    CodecHead head;
    VicuBlockStatus status = vicu_codec_head_read(bytes, size, &head, NULL, 0, scratch);

    *n = 0;
    if (status != VICU_BLOCK_OK)
        return status;
    if (head.info.n > room)
        return VICU_BLOCK_ROOM;
    status = read_samples(scratch, bytes, &head, 0, head.info.n, out);
    if (status == VICU_BLOCK_OK)
        *n = head.info.n;
    return status;
}

VicuBlockStatus
vicu_block_unpack_range(VicuCodecScratch *scratch,
                        const uint8_t *bytes,
                        size_t size,
                        size_t first,
                        size_t count,
                        int16_t *out)
{
    CodecHead head;
    VicuBlockStatus status = vicu_codec_head_read(bytes, size, &head, NULL, 0, scratch);

    if (status != VICU_BLOCK_OK)
        return status;
    if (first > head.info.n || count > head.info.n - first)
        return VICU_BLOCK_RANGE;
    return count == 0 ? VICU_BLOCK_OK : read_samples(scratch, bytes, &head, first, count, out);
}

const char *
vicu_block_status_text(VicuBlockStatus status)
{
    switch (status) {
    case VICU_BLOCK_OK:
        return "the block is whole";
    case VICU_BLOCK_TRUNCATED:
        return "the block is longer than the bytes that are there";
    case VICU_BLOCK_VERSION:
        return "no wave block, or of a format that is not known here";
    case VICU_BLOCK_CHECKSUM:
        return "the checksum is wrong";
    case VICU_BLOCK_CORRUPT:
        return "the checksum is right, but the contents contradict themselves";
    case VICU_BLOCK_ROOM:
        return "the block holds more samples than there is room for";
    case VICU_BLOCK_RANGE:
        return "the samples asked for are not all in the block";
    default:
        return "unknown status";
    }
}
