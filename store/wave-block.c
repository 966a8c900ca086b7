/* SPDX-License-Identifier: Apache-2.0 */
#include "store/wave-block.h"

#include <string.h>

#include "common/error.h"

#define RESTART_MS 7500u

struct StoreCoder {
    VicuCodecScratch *scratch;
    uint8_t *value;
    int16_t *samples;
    VicuBlockStats *spans;
};

/* Most blocks are short: the room grows with the longest. */
StoreCoder *
store_coder_new(void)
{
    StoreCoder *self = g_new0(StoreCoder, 1);

    self->scratch = vicu_codec_scratch_new(STORE_ROW_MAX);
    self->value = g_malloc(STORE_ROW_HEADER + vicu_codec_bound(STORE_ROW_MAX));
    self->samples = g_new(int16_t, STORE_ROW_MAX);
    self->spans = g_new(VicuBlockStats, VICU_BLOCK_MAX_COLUMNS);
    return self;
}

void
store_coder_free(StoreCoder *self)
{
    if (self == NULL)
        return;
    vicu_codec_scratch_free(self->scratch);
    g_free(self->value);
    g_free(self->samples);
    g_free(self->spans);
    g_free(self);
}

unsigned
store_row_restart(const StoreSegment *segment)
{
    uint64_t n = (uint64_t)RESTART_MS * segment->den / ((uint64_t)1000 * segment->num);

    return (unsigned)CLAMP(n, VICU_BLOCK_MIN_RESTART, STORE_ROW_MAX);
}

const uint8_t *
store_row_pack(
    StoreCoder *self, const StoreSegment *segment, const int16_t *samples, size_t n, size_t *size)
{
    uint32_t le = GUINT32_TO_LE((uint32_t)n);

    g_assert(n >= 1 && n <= STORE_ROW_MAX);
    self->value[0] = STORE_ROW_VERSION;
    self->value[1] = STORE_ROW_BLOCK;
    self->value[2] = self->value[3] = 0;
    memcpy(self->value + 4, &le, sizeof le);
    *size = STORE_ROW_HEADER
            + vicu_block_pack(self->scratch, samples, n, store_row_restart(segment),
                              self->value + STORE_ROW_HEADER);
    return self->value;
}

static bool
damaged(GError **error, const char *what)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s: restore the folder from a backup", what);
    return false;
}

bool
store_row_read(const uint8_t *value, size_t size, StoreRow *row, GError **error)
{
    uint32_t le;

    if (size < STORE_ROW_HEADER)
        return damaged(error, "a row is shorter than its header");
    if (value[0] != STORE_ROW_VERSION || value[1] != STORE_ROW_BLOCK) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_VERSION,
                    "a row has version %u and coder %u, expected %d and %d: start the newer "
                    "vicu-store",
                    value[0], value[1], STORE_ROW_VERSION, STORE_ROW_BLOCK);
        return false;
    }
    memcpy(&le, value + 4, sizeof le);
    *row = (StoreRow){
        .coder = (StoreRowCoder)value[1],
        .n = GUINT32_FROM_LE(le),
        .block = value + STORE_ROW_HEADER,
        .size = size - STORE_ROW_HEADER,
    };
    if (row->n < 1 || row->n > STORE_ROW_MAX)
        return damaged(error, "a row names a number of samples that none can hold");
    return true;
}

const VicuBlockStats *
store_row_spans(StoreCoder *self, const StoreRow *row, VicuBlockInfo *info, GError **error)
{
    VicuBlockStatus status =
        vicu_block_peek(row->block, row->size, info, self->spans, VICU_BLOCK_MAX_COLUMNS);

    if (status != VICU_BLOCK_OK) {
        damaged(error, vicu_block_status_text(status));
        return NULL;
    }
    if (info->n != row->n) {
        damaged(error, "a row and its block differ in their number of samples");
        return NULL;
    }
    return self->spans;
}

const int16_t *
store_row_unpack(StoreCoder *self, const StoreRow *row, size_t first, size_t count, GError **error)
{
    size_t n = count;

    if (first > row->n || count > row->n - first) {
        damaged(error, "a row holds fewer samples than its place says");
        return NULL;
    }
    VicuBlockStatus status =
        count == row->n
            ? vicu_block_unpack(self->scratch, row->block, row->size, self->samples, row->n, &n)
            : vicu_block_unpack_range(self->scratch, row->block, row->size, first, count,
                                      self->samples);
    if (status != VICU_BLOCK_OK || n != count) {
        damaged(error, status != VICU_BLOCK_OK
                           ? vicu_block_status_text(status)
                           : "a row and its block differ in their number of samples");
        return NULL;
    }
    return self->samples;
}
