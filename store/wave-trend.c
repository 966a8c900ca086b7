/* SPDX-License-Identifier: Apache-2.0 */
#include "store/wave-trend.h"

#include <string.h>

#include "common/error.h"

#define ROW_SIZE  (2 + STORE_SEGMENT_HASH_LEN + 8 + 4 + 4)
#define SPAN_SIZE (2 + 2 + 4 + 8)

static void
put(GByteArray *out, uint64_t value, guint bytes)
{
    uint64_t le = GUINT64_TO_LE(value);

    g_byte_array_append(out, (const uint8_t *)&le, bytes);
}

static uint64_t
get(const uint8_t *at, size_t bytes)
{
    uint64_t le = 0;

    memcpy(&le, at, bytes);
    return GUINT64_FROM_LE(le);
}

void
store_wave_trend_begin(GByteArray *out)
{
    g_byte_array_set_size(out, 0);
    put(out, STORE_TREND_ROW_VERSION, 1);
}

void
store_wave_trend_add(GByteArray *out,
                     const StorePlace *place,
                     const VicuBlockInfo *info,
                     const VicuBlockStats *spans)
{
    int64_t hour = store_floor(place->minute, STORE_HOUR_MINUTES);

    put(out, (uint64_t)(place->minute - hour * STORE_HOUR_MINUTES), 2);
    g_byte_array_append(out, place->hash, sizeof place->hash);
    put(out, place->first, 8);
    put(out, info->n, 4);
    put(out, info->restart, 4);
    for (uint32_t i = 0; i < info->n_columns; i++) {
        put(out, (uint16_t)spans[i].min, 2);
        put(out, (uint16_t)spans[i].max, 2);
        put(out, spans[i].n_valid, 4);
        put(out, (uint64_t)spans[i].sum, 8);
    }
}

static bool
damaged(GError **error)
{
    g_set_error(
        error, VICU_ERROR, VICU_ERROR_FORMAT,
        "store: a row of the pyramid of waves is damaged: restore the folder from a backup");
    return false;
}

bool
store_wave_trend_next(
    const uint8_t *value, size_t size, size_t *at, StoreTrendRow *row, GError **error)
{
    if (*at == 0) {
        if (size < 1 || value[0] != STORE_TREND_ROW_VERSION)
            return damaged(error);
        *at = 1;
    }
    if (*at == size)
        return false;
    if (size - *at < ROW_SIZE)
        return damaged(error);
    const uint8_t *p = value + *at;
    row->minute = (uint16_t)get(p, 2);
    memcpy(row->hash, p + 2, sizeof row->hash);
    row->first = get(p + 10, 8);
    row->n = (uint32_t)get(p + 18, 4);
    row->restart = (uint32_t)get(p + 22, 4);
    if (row->n < 1 || row->n > STORE_ROW_MAX || row->restart < 1
        || row->minute >= STORE_HOUR_MINUTES || row->first > UINT64_MAX - row->n)
        return damaged(error);
    row->n_spans = (row->n - 1) / row->restart + 1;
    row->spans = p + ROW_SIZE;
    if (row->n_spans > VICU_BLOCK_MAX_COLUMNS || (size - *at - ROW_SIZE) / SPAN_SIZE < row->n_spans)
        return damaged(error);
    *at += ROW_SIZE + (size_t)row->n_spans * SPAN_SIZE;
    return true;
}

VicuBlockStats
store_wave_trend_span(const StoreTrendRow *row, uint32_t i)
{
    const uint8_t *p = row->spans + (size_t)i * SPAN_SIZE;

    return (VicuBlockStats){
        .min = (int16_t)get(p, 2),
        .max = (int16_t)get(p + 2, 2),
        .n_valid = (uint32_t)get(p + 4, 4),
        .sum = (int64_t)get(p + 8, 8),
    };
}
