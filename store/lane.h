/* Lane: what the store holds in memory of one (sender, epoch) that is not ended.
 *
 * Its watermark, its segments and its numerics that are not in blocks yet (about a
 * minute), rebuilt after a crash from the batches. The lane reads batches: samples go
 * to store/fresh.h, numerics wait here; store/head.h decides when. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "store/db.h"
#include "store/fresh.h"
#include "store/identity.h"
#include "store/numeric.h"
#include "store/segment.h"
#include "store/streams.h"

G_BEGIN_DECLS

/* Tag of STORE_META: | sender | bed -> nothing. */
#define STORE_META_BED 'B'

typedef struct {
    const StoreIdentity *identity; /* NULL: there is no such segment */
    GBytes *packed;                /* vicu.Segment as announced */
    StoreFreshHint hint;
} StoreLaneSegment;

typedef struct {
    VicuFingerprint sender;
    uint64_t epoch;
    uint64_t watermark;
    uint64_t blocked;  /* numerics up to here stand in blocks */
    int64_t opened_us; /* mono, of the oldest value that is not in a block */
    bool waiting;      /* something was taken since the last checkpoint */
    GArray *segments;  /* StoreLaneSegment by id: side by side, as their waves come */
    GHashTable *far;   /* StoreLaneSegment *: those of ids that are too large for the table */
    GHashTable *beds;  /* char *: set of the sender; borrowed */
    StoreNumeric *numeric;
} StoreLane;

typedef struct {
    uint64_t unreadable;       /* batches, or parts of them, that do not fit the contract */
    uint64_t unknown_segments; /* waves before their segment was announced: kept as odd */
    uint64_t changed_segments; /* announcements that contradict the first one: refused */
    uint64_t claimed_twice;    /* events: two senders feed a stream at the same time */
    uint64_t samples;
} StoreLaneCounts;

StoreLane *store_lane_new(const VicuFingerprint *sender, uint64_t epoch);
void store_lane_free(StoreLane *self);

/* What a batch is read into. */
typedef struct {
    StoreDb *db;
    StoreStreams *streams;
    StoreIdentities *identities;
    StoreFresh *fresh; /* NULL: waves are passed over */
    StoreLaneCounts *counts;
} StoreLaneInto;

/* Segments that the database already has of this lane. */
bool store_lane_load_segments(StoreLane *self, const StoreLaneInto *into, GError **error);

/* Reads waves, numerics and segments of a batch that is, or is about to be, at
 * (@sequence, @number). Numerics that are in blocks are passed over. New segments and
 * streams are put. @rows (may be NULL): it holds more than those. False: something in it
 * could not be placed and is counted. */
bool store_lane_take(StoreLane *self,
                     const StoreLaneInto *into,
                     const void *body,
                     size_t size,
                     uint64_t sequence,
                     uint64_t number,
                     StoreNow now,
                     bool *rows);

void store_lane_close_numeric(StoreLane *self, StoreDb *db);

/* Keys of the lane's segments: the first, and what comes behind the last. */
void store_lane_segments_range(const VicuFingerprint *sender,
                               uint64_t epoch,
                               StoreKey *first,
                               StoreKey *end);

/* sender | epoch */
StoreKey store_lane_key(const VicuFingerprint *sender, uint64_t epoch);
void store_key_lane(StoreKey *key, const VicuFingerprint *sender, uint64_t epoch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreLane, store_lane_free)

G_END_DECLS
