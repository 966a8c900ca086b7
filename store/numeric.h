/* Numerics on their way into blocks: the last minute of one lane, in memory.
 *
 * A value arrives in a batch, which is durable by itself; here it waits until
 * the lane's checkpoint turns all of a bed's values into one block (a packed
 * Batch with one Numerics per run) per STORE_NUMERIC_BLOCK_US of data time.
 * After a crash the replay of the batches fills it again. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "store/db.h"
#include "store/streams.h"

G_BEGIN_DECLS

#define STORE_NUMERIC_BLOCK_US (300 * G_USEC_PER_SEC)

typedef struct StoreNumeric StoreNumeric;

StoreNumeric *store_numeric_new(void);
void store_numeric_free(StoreNumeric *self);

/* False when it cannot be read, its arrays differ in length, or its bed cannot
 * be a key; then nothing of it was taken. @bed gets its bed. */
bool store_numeric_take(StoreNumeric *self,
                        StoreStreams *streams,
                        const void *packed,
                        size_t size,
                        char bed[STORE_BED_MAX + 1]);

size_t store_numeric_count(const StoreNumeric *self); /* values waiting */

/* Puts all blocks under keys bed | block | @lane | @first and forgets the values. */
void store_numeric_flush(StoreNumeric *self, StoreDb *db, const StoreKey *lane, uint64_t first);

typedef struct {
    int64_t t_us;
    double value;
    int64_t source_us;   /* 0: not told */
    int64_t received_us; /* the same */
    Vicu__Quality quality;
} StoreNumericValue;

/* Values of one stream with one origin and period, in order of arrival. */
typedef struct {
    const StoreStream *stream;
    Vicu__Origin origin;
    uint32_t period_ms; /* 0: none was announced */
    const StoreNumericValue *values;
    size_t n;
} StoreNumericRun;

typedef void (*StoreNumericRunFunc)(const StoreNumericRun *run, gpointer user);

/* All that waits, in no order of runs. */
void store_numeric_each(const StoreNumeric *self, StoreNumericRunFunc func, gpointer user);

/* A packed Batch with the waiting values of @bed; NULL when there are none. */
GBytes *store_numeric_peek(const StoreNumeric *self, const char *bed);

/* Key of the first block of @bed that can hold values at or after @t_us. */
StoreKey store_numeric_key(const char *bed, int64_t t_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreNumeric, store_numeric_free)

G_END_DECLS
