/* The pyramid of waves: statistics of the spans of sealed blocks, by hour and stream.
 *
 * A row of STORE_WAVE_TREND holds, for every row of one stream in one hour, where it
 * lies and least, greatest, sum and number of valid samples of each of its spans (7.5 s):
 * seventy-two hours of a lead are read from 72 rows instead of from its samples. It is
 * exact for what it holds; a span is never cut. Made by the roll-up. Pure; no memory of
 * its own.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "store/wave-block.h"
#include "store/wave-key.h"

G_BEGIN_DECLS

#define STORE_TREND_ROW_VERSION 1

/* One row of waves and its spans. */
typedef struct {
    uint16_t minute; /* of the hour */
    uint8_t hash[STORE_SEGMENT_HASH_LEN];
    uint64_t first;
    uint32_t n;
    uint32_t restart;
    uint32_t n_spans;
    const uint8_t *spans;
} StoreTrendRow;

/* Begins a value; what @out held is forgotten. */
void store_wave_trend_begin(GByteArray *out);
void store_wave_trend_add(GByteArray *out,
                          const StorePlace *place,
                          const VicuBlockInfo *info,
                          const VicuBlockStats *spans);

/* Reads the next row; *at counts bytes and begins at 0. False at the end, and with
 * @error when the value is damaged. */
bool store_wave_trend_next(
    const uint8_t *value, size_t size, size_t *at, StoreTrendRow *row, GError **error);
VicuBlockStats store_wave_trend_span(const StoreTrendRow *row, uint32_t i);

G_END_DECLS
