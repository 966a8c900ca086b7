/* The head: every batch as received, under its arrival number, and what makes it
 * findable: watermarks, lanes, index, streams, numerics, events, audit.
 *
 * A batch and its watermark go into the same group; store_head_commit() makes
 * the group durable with one sync, and only then may anything be acknowledged.
 * A batch is kept once: only watermark + 1 is taken. One thread. Both clocks
 * come from the caller.
 *
 * After a crash _open() reads the last minute of batches again and rebuilds
 * what was in memory, so that a query finds all that was committed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "store/db.h"
#include "store/lane.h"
#include "store/ledger.h"
#include "store/streams.h"
#include "store/trend/trend.h"

G_BEGIN_DECLS

#define STORE_BATCH_HEADER 32 /* sender | epoch | sequence, before the body */

typedef struct {
    int64_t utc_us;
    int64_t mono_us; /* BOOTTIME */
} StoreNow;

typedef enum {
    STORE_PUT_TAKEN,
    STORE_PUT_DUPLICATE, /* at or below the watermark */
    STORE_PUT_HOLE,      /* beyond watermark + 1 */
    STORE_PUT_NO_EPOCH,  /* never begun here, or ended */
} StorePutFate;

typedef struct {
    uint64_t batches; /* taken by this process */
    uint64_t bytes;
    uint64_t duplicates;
    uint64_t holes;
    uint64_t no_epoch;
    uint64_t dropped;  /* batches that a spool had to give up */
    uint64_t replayed; /* batches read again at start */
    uint64_t events;
    uint64_t numerics;
    StoreLaneCounts lane;
} StoreHeadCounts;

/* An hour of arrival: what retention drops at once. */
typedef struct {
    uint32_t ordinal;
    int64_t begun_us;                      /* UTC of its first batch */
    uint64_t first;                        /* arrival number */
    int64_t least_minute, greatest_minute; /* of wave data in its index rows */
} StorePeriod;

typedef struct StoreHead StoreHead;

/* Borrows @db. */
StoreHead *store_head_open(StoreDb *db, StoreNow now, GError **error);
void store_head_free(StoreHead *self);

/* ---- what the link's receiver asks for; all of it waits for the commit ---- */

/* @epoch is now the highest of @sender; it begins at sequence 0. */
void
store_head_epoch(StoreHead *self, const VicuFingerprint *sender, const char *name, uint64_t epoch);
/* @instance, a process life of the sender, began its highest epoch: without it a
 * copy of the sender's spool is not told from the sender after a restart. */
void store_head_instance(StoreHead *self,
                         const VicuFingerprint *sender,
                         uint64_t epoch,
                         uint64_t instance);
/* 0: not known. */
uint64_t store_head_sender_instance(const StoreHead *self, const VicuFingerprint *sender);
/* A failed read of the audit's index is a failed put: FALSE ends the process. */
bool store_head_batch(StoreHead *self,
                      const VicuFingerprint *sender,
                      uint64_t epoch,
                      uint64_t sequence,
                      const void *body,
                      size_t size,
                      StoreNow now,
                      StorePutFate *fate,
                      GError **error);
/* Sequences up to @last will never come: the spool gave them up. */
StorePutFate store_head_dropped(StoreHead *self,
                                const VicuFingerprint *sender,
                                uint64_t epoch,
                                uint64_t first,
                                uint64_t last,
                                int64_t from_us,
                                int64_t to_us,
                                const char *reason,
                                StoreNow now);
void store_head_ended(StoreHead *self, const VicuFingerprint *sender, uint64_t epoch);

/* Everything since the last commit becomes durable, with one sync. */
bool store_head_commit(StoreHead *self, int64_t *took_us, GError **error);

/* At least each second: closes what has waited long enough, and does a slice of the
 * work that numerics of a time that is over want. */
void store_head_tick(StoreHead *self, StoreNow now);

/* ---- what is known ---- */

typedef void (*StoreSenderFunc)(const VicuFingerprint *sender,
                                const char *name,
                                uint64_t highest_epoch,
                                gpointer user);
void store_head_senders(const StoreHead *self, StoreSenderFunc func, gpointer user);
typedef void (*StoreLaneFunc)(StoreLane *lane, gpointer user);
void store_head_lanes(const StoreHead *self, StoreLaneFunc func, gpointer user);
StoreLane *store_head_lane(const StoreHead *self, const VicuFingerprint *sender, uint64_t epoch);
const char *store_head_sender_name(const StoreHead *self, const VicuFingerprint *sender);

StoreDb *store_head_db(const StoreHead *self);
StoreStreams *store_head_streams(const StoreHead *self);
StoreLedger *store_head_ledger(const StoreHead *self);
StoreTrend *store_head_trend(const StoreHead *self);
const StoreHeadCounts *store_head_counts(const StoreHead *self);
/* Nothing but audit records waits for the commit: a query may begin. */
bool store_head_is_settled(const StoreHead *self);
uint64_t store_head_committed(const StoreHead *self);    /* newest arrival number that is durable */
const GArray *store_head_periods(const StoreHead *self); /* StorePeriod, oldest first */

/* Body of the batch @number; @value pins it. ABSENT: dropped by retention. */
StoreFind store_head_read(StoreHead *self,
                          uint64_t number,
                          StoreValue *value,
                          const uint8_t **body,
                          size_t *size,
                          GError **error);

/* Retention: gives up the oldest period, index rows and segments of ended lanes
 * included; numerics, events and audit stay. False when only the present
 * one is left, or on @error. Durable with the next commit. */
bool store_head_drop_oldest(StoreHead *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreHead, store_head_free)

G_END_DECLS
