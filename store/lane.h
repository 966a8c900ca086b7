/* Lane: what the store holds in memory of one (sender, epoch) that is not ended.
 *
 * Its watermark, its segments, its open chunk (the batches that the index does
 * not name yet, about a second) and its numerics that are not in blocks yet
 * (about a minute). All of it is rebuilt after a crash from the batches. The
 * lane reads batches and puts index rows; store/head.h decides when. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "store/db.h"
#include "store/numeric.h"
#include "store/segment.h"
#include "store/streams.h"

G_BEGIN_DECLS

/* Tags of STORE_INDEX: which batches hold waves of which streams at which
 * minute of data time; and where the batches of a lane are. */
#define STORE_INDEX_WAVE 'w' /* | period | minute | sender | epoch | first sequence */
#define STORE_INDEX_LANE 'l' /* | sender | epoch | first sequence */

/* Tag of STORE_META: | sender | bed -> nothing. */
#define STORE_META_BED 'B'

#define STORE_INDEX_MINUTE_US (60 * G_USEC_PER_SEC)

typedef struct {
    StoreSegment segment;
    StoreStream *stream;
    GBytes *packed; /* vicu.Segment as announced */
} StoreLaneSegment;

/* Waves of the open chunk within one minute of data time. */
typedef struct {
    int64_t minute;
    int64_t first_us; /* of the first sample */
    int64_t last_us;
    GByteArray *streams; /* a bit per stream number */
} StoreChunkMinute;

typedef struct {
    uint64_t first;    /* sequence; 0 = the chunk is empty */
    GArray *number;    /* uint64_t: arrival number of first, first + 1, ... */
    GArray *minute;    /* StoreChunkMinute */
    uint32_t period;   /* of arrival */
    int64_t opened_us; /* mono */
    size_t bytes;
} StoreChunk;

typedef struct {
    VicuFingerprint sender;
    uint64_t epoch;
    uint64_t watermark;
    uint64_t indexed;     /* batches up to here stand in the index */
    uint64_t blocked;     /* numerics up to here stand in blocks; <= indexed */
    int64_t opened_us;    /* mono, of the oldest value that is not in a block */
    bool waiting;         /* something was taken since the last checkpoint */
    GHashTable *segments; /* id -> StoreLaneSegment */
    GHashTable *beds;     /* char *: set of the sender; borrowed */
    StoreChunk chunk;
    StoreNumeric *numeric;
} StoreLane;

typedef struct {
    uint64_t unreadable; /* batches, or parts of them, that do not fit the contract */
    uint64_t
        unknown_segments; /* waves before their segment was announced: kept, not found by time */
    uint64_t changed_segments; /* announcements that contradict the first one: refused */
    uint64_t samples;
} StoreLaneCounts;

StoreLane *store_lane_new(const VicuFingerprint *sender, uint64_t epoch);
void store_lane_free(StoreLane *self);

/* Segments that the database already has of this lane. */
bool store_lane_load_segments(StoreLane *self, StoreDb *db, StoreStreams *streams, GError **error);

/* Reads waves, numerics and segments of a batch that is, or is about to be, at
 * (@sequence, @number). What is already indexed or in blocks only updates the
 * times of streams. New segments and streams are put. */
void store_lane_take(StoreLane *self,
                     StoreDb *db,
                     StoreStreams *streams,
                     const void *body,
                     size_t size,
                     uint64_t sequence,
                     uint64_t number,
                     uint32_t period,
                     int64_t mono_us,
                     StoreLaneCounts *counts);

bool store_lane_chunk_is_due(const StoreLane *self, int64_t mono_us);
/* Puts the chunk's index rows. @seen (may be NULL) hears of each minute. */
typedef void (*StoreMinuteFunc)(uint32_t period, int64_t minute, gpointer user);
void store_lane_close_chunk(StoreLane *self, StoreDb *db, StoreMinuteFunc seen, gpointer user);
void store_lane_close_numeric(StoreLane *self, StoreDb *db);

/* sender | epoch */
StoreKey store_lane_key(const VicuFingerprint *sender, uint64_t epoch);
void store_key_lane(StoreKey *key, const VicuFingerprint *sender, uint64_t epoch);

/* ---- values of index rows ---- */

typedef struct {
    int64_t first_us; /* of the first wave sample; rows of STORE_INDEX_WAVE only */
    int64_t last_us;
    GArray *number;         /* uint64_t, owned by the caller */
    const uint8_t *streams; /* bits; a view into the value */
    size_t streams_size;
} StoreIndexRow;

/* @row->number must exist; it is filled anew. False when the value is damaged. */
bool store_index_read(const uint8_t *value, size_t size, bool wave, StoreIndexRow *row);

static inline bool
store_bits_has(const uint8_t *bits, size_t size, uint32_t n)
{
    return n / 8 < size && (bits[n / 8] >> (n % 8) & 1) != 0;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreLane, store_lane_free)

G_END_DECLS
