/* Gathering the values of one bed within one time, from wherever they lie: blocks,
 * rows of 5 minutes, the memory of lanes.
 *
 * A series per stream. Values may be added in any order; _sort() puts them in the
 * order of time, those of one instant as they were added. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "store/db.h"
#include "store/trend/block.h"

G_BEGIN_DECLS

typedef struct {
    StoreTrendStream stream;
    GArray *values; /* StoreTrendValue */
} StoreSeries;

typedef struct {
    GPtrArray *series;      /* StoreSeries *, owned */
    uint32_t code;          /* 0: every one */
    int64_t from_us, to_us; /* half-open */
    size_t n;               /* values in all */
} StoreGather;

void store_gather_init(StoreGather *self, uint32_t code, int64_t from_us, int64_t to_us);
void store_gather_clear(StoreGather *self);

void store_gather_add(StoreGather *self,
                      const StoreTrendStream *stream,
                      const StoreTrendValue *values,
                      size_t n);

/* What @numerics has of the code and time asked for. */
void store_gather_numerics(StoreGather *self, const Vicu__Numerics *numerics);

/* The same of a packed Batch, whose Numerics hold one code each; those of another code
 * are passed over without being unpacked. */
bool store_gather_row(StoreGather *self, const void *data, size_t size, GError **error);

/* Of the block with number @block of @bed, from what @snapshot (NULL: now) sees.
 * @only may be NULL; else blocks of that stream. */
bool store_gather_blocks(StoreGather *self,
                         StoreDb *db,
                         const StoreSnapshot *snapshot,
                         const char *bed,
                         int64_t block,
                         const StoreTrendStream *only,
                         GError **error);

void store_gather_sort(StoreGather *self);

/* ---- keys of STORE_TREND: bed | block | code | channel | source | part ---- */

/* Without code and on; every block of that number begins so. */
StoreKey store_trend_key(const char *bed, int64_t block);
StoreKey
store_trend_key_of(const char *bed, int64_t block, const StoreTrendStream *stream, uint16_t part);

/* Length of what follows the bed, and where the number of the block lies. */
#define STORE_TREND_KEY_TAIL (8 + 4 + 4 + 1 + 2)

static inline bool
store_trend_stream_same(const StoreTrendStream *a, const StoreTrendStream *b)
{
    return a->code == b->code && a->channel == b->channel && a->source == b->source;
}

/* Microseconds that one value stands for: its announced period, else the table's, else
 * its instant. */
double store_trend_period_us(uint32_t code, uint32_t period_ms);

G_END_DECLS
