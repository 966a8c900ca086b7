/* The head of a block: how it is read, and what follows from n and restart.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/codec/inner.h"
#include "common/crc32c.h"

#define STATS_ZERO ((VicuBlockStats){0})

void
vicu_codec_head_layout(CodecHead *head, uint32_t n, uint32_t restart)
{
    head->info.n = n;
    head->info.restart = restart;
    head->info.n_columns = (n + restart - 1) / restart;
    head->frame_spans = MAX(1u, CODEC_FRAME_SAMPLES / restart);
    head->part_spans = MAX(1u, CODEC_PART_SAMPLES / restart);
    head->n_frames = MAX(1u, head->info.n_columns / head->frame_spans);
}

static void
add_to_total(VicuBlockStats *total, const VicuBlockStats *span)
{
    if (span->n_valid == 0)
        return;
    total->min = total->n_valid == 0 ? span->min : MIN(total->min, span->min);
    total->max = total->n_valid == 0 ? span->max : MAX(total->max, span->max);
    total->sum += span->sum;
    total->n_valid += span->n_valid;
}

/* Version, size and checksum: whether the rest can be believed to be what was written. */
static VicuBlockStatus
read_frame(const uint8_t *bytes, size_t size, CodecHead *head)
{
    uint32_t crc;

    if (size < CODEC_PREFIX_BYTES)
        return VICU_BLOCK_TRUNCATED;
    if (bytes[0] >> 4 != CODEC_VERSION)
        return VICU_BLOCK_VERSION;
    head->info.size = (size_t)bytes[1] | (size_t)bytes[2] << 8 | (size_t)bytes[3] << 16;
    if (head->info.size > size)
        return VICU_BLOCK_TRUNCATED;
    if (head->info.size < CODEC_PREFIX_BYTES + CODEC_CRC_BYTES)
        return VICU_BLOCK_CORRUPT;
    memcpy(&crc, bytes + head->info.size - CODEC_CRC_BYTES, sizeof crc);
    if (vicu_crc32c(0, bytes, head->info.size - CODEC_CRC_BYTES) != GUINT32_FROM_LE(crc))
        return VICU_BLOCK_CHECKSUM;
    head->constant = (bytes[0] & CODEC_CONSTANT) != 0;
    head->holes = (bytes[0] & CODEC_HOLES) != 0;
    head->runs = (bytes[0] & CODEC_RUNS) != 0;
    head->lattice = (bytes[0] & CODEC_LATTICE) != 0;
    if ((head->runs && !head->holes) || (head->constant && (head->runs || head->lattice)))
        return VICU_BLOCK_CORRUPT;
    return VICU_BLOCK_OK;
}

static gboolean
read_counts(VicuBitReader *r, CodecHead *head)
{
    uint32_t n = vicu_varint_get(r), restart = vicu_varint_get(r);

    if (r->over || n == 0 || n > VICU_BLOCK_MAX_SAMPLES || restart >= n
        || (restart > 0 && restart < VICU_BLOCK_MIN_RESTART))
        return FALSE;
    vicu_codec_head_layout(head, n, restart > 0 ? restart : n);
    return TRUE;
}

/* A block whose samples are all the same has nothing but that one. */
static gboolean
read_constant(VicuBitReader *r, CodecHead *head, VicuBlockStats *columns)
{
    int32_t value = vicu_unzigzag(vicu_varint_get(r));

    if (r->over || value < INT16_MIN || value > INT16_MAX
        || head->holes != (value == VICU_BLOCK_INVALID))
        return FALSE;
    head->min = (int16_t)value;
    for (uint32_t i = 0; i < head->info.n_columns; i++) {
        uint32_t n = vicu_codec_span_samples(&head->info, i);
        VicuBlockStats span = {(int64_t)n * value, n, (int16_t)value, (int16_t)value};
        if (head->holes)
            span = STATS_ZERO;
        add_to_total(&head->info.total, &span);
        if (columns != NULL)
            columns[i] = span;
    }
    return TRUE;
}

static gboolean
read_span(VicuBitReader *r,
          const CodecHead *head,
          uint32_t i,
          unsigned length_width,
          unsigned sum_width,
          VicuBlockStats *span,
          uint32_t *length,
          unsigned *mode)
{
    uint32_t n = vicu_codec_span_samples(&head->info, i);
    unsigned width = vicu_bits_width(head->range);

    *mode = (unsigned)vicu_bits_get(r, 3);
    *length = (uint32_t)vicu_bits_get(r, length_width);
    uint32_t valid = head->holes ? (uint32_t)vicu_bits_get(r, vicu_bits_width(n)) : n;
    *span = STATS_ZERO;
    if (*mode >= CODEC_MODES || valid > n)
        return FALSE;
    if (valid == 0)
        return !r->over;
    uint32_t least = (uint32_t)vicu_bits_get(r, width);
    uint32_t most = (uint32_t)vicu_bits_get(r, width);
    uint64_t sum = vicu_bits_get(r, sum_width);
    if (r->over || least > most || most > head->range || sum > (uint64_t)valid * (most - least))
        return FALSE;
    span->n_valid = valid;
    span->min = (int16_t)(head->min + (int32_t)least);
    span->max = (int16_t)(head->min + (int32_t)most);
    span->sum = (int64_t)sum + (int64_t)valid * span->min;
    return TRUE;
}

static gboolean
read_spans(VicuBitReader *r, CodecHead *head, VicuBlockStats *columns, VicuCodecScratch *scratch)
{
    unsigned length_width = (unsigned)vicu_bits_get(r, 5);
    unsigned sum_width = (unsigned)vicu_bits_get(r, 6);

    if (r->over || sum_width > 40)
        return FALSE;
    for (uint32_t i = 0; i < head->info.n_columns; i++) {
        VicuBlockStats span;
        uint32_t length = 0;
        unsigned mode = 0;
        if (!read_span(r, head, i, length_width, sum_width, &span, &length, &mode))
            return FALSE;
        add_to_total(&head->info.total, &span);
        head->data_bytes += length;
        if (columns != NULL)
            columns[i] = span;
        if (scratch != NULL) {
            scratch->lengths[i] = length;
            scratch->modes[i] = (uint8_t)mode;
        }
    }
    head->lists_at = (r->bit + 7) / 8;
    const VicuBlockStats *all = &head->info.total;
    return head->lists_at + head->data_bytes + CODEC_CRC_BYTES <= head->info.size
           && all->n_valid > 0 && all->min == head->min
           && all->max == head->min + (int32_t)head->range
           && head->holes == (all->n_valid < head->info.n);
}

static gboolean
read_coded(VicuBitReader *r, CodecHead *head, VicuBlockStats *columns, VicuCodecScratch *scratch)
{
    int32_t min = vicu_unzigzag(vicu_varint_get(r));

    head->range = vicu_varint_get(r);
    if (r->over || min <= INT16_MIN || min > INT16_MAX || head->range > UINT16_MAX
        || min + (int32_t)head->range > INT16_MAX)
        return FALSE;
    head->min = (int16_t)min;
    head->base = head->holes && !head->runs ? VICU_BLOCK_INVALID : min;
    head->width = vicu_bits_width((uint32_t)(min - head->base) + head->range);
    return read_spans(r, head, columns, scratch);
}

VicuBlockStatus
vicu_codec_head_read(const uint8_t *bytes,
                     size_t size,
                     CodecHead *head,
                     VicuBlockStats *columns,
                     size_t max_columns,
                     VicuCodecScratch *scratch)
{
    *head = (CodecHead){0};
    VicuBlockStatus status = read_frame(bytes, size, head);
    VicuBitReader r = {bytes, head->info.size - CODEC_CRC_BYTES, 8 * CODEC_PREFIX_BYTES, FALSE};

    if (status != VICU_BLOCK_OK)
        return status;
    if (!read_counts(&r, head))
        return VICU_BLOCK_CORRUPT;
    if ((columns != NULL && head->info.n_columns > max_columns)
        || (scratch != NULL && head->info.n > scratch->max_samples))
        return VICU_BLOCK_ROOM;
    gboolean ok =
        head->constant ? read_constant(&r, head, columns) : read_coded(&r, head, columns, scratch);
    if (ok && head->constant)
        ok = r.bit == 8 * r.size;
    return ok ? VICU_BLOCK_OK : VICU_BLOCK_CORRUPT;
}
