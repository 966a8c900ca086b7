/* The head: every batch as received, under its arrival number, and what becomes of it:
 * watermarks, lanes, streams, waves, numerics, events, audit.
 *
 * A batch and its watermark go into the same group; store_head_commit() makes
 * the group durable with one sync, and only then may anything be acknowledged.
 * A batch is kept once: only watermark + 1 is taken. One thread. Both clocks
 * come from the caller.
 *
 * Samples wait decoded until their minute is sealed (store/seal.h), numerics until
 * they are in blocks. After a crash _open() reads the batches again from the oldest that
 * still waits, so that a query finds all that was committed. A batch is trimmed once
 * nothing of it waits and it is older than the time to keep.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "store/archive.h"
#include "store/db.h"
#include "store/lane.h"
#include "store/ledger.h"
#include "store/rollup.h"
#include "store/seal.h"
#include "store/streams.h"
#include "store/trend/trend.h"
#include "store/waves.h"

G_BEGIN_DECLS

typedef struct {
    StoreSealSettings seal;
    StoreRollSettings roll;
    StoreArchiveSettings archive;
    int64_t keep_us; /* batches as received are kept at least so long; 10 min */
} StoreHeadSettings;

/* Bounds that are no matter of a bed. */
typedef struct {
    uint64_t waves_bytes;    /* of files, without imported data; 0: none */
    uint64_t imported_bytes; /* the same of imported data */
    int64_t audit_keep_us;   /* 0: for ever */
} StoreRetainBounds;

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
    uint64_t sealed;   /* minutes closed by this process */
    uint64_t trimmed;  /* batches below here are gone: an arrival number */
    uint64_t rolled;   /* hours and days made by this process */
    uint64_t retained; /* files of waves that retention dropped */
    StoreArchiverCounts archive;
    StoreLaneCounts lane;
} StoreHeadCounts;

typedef struct StoreHead StoreHead;

/* Borrows @db. */
StoreHead *store_head_open(StoreDb *db, StoreNow now, GError **error);
void store_head_free(StoreHead *self);

/* Those of _open() are the standard ones. */
void store_head_settings_init(StoreHeadSettings *settings);
void store_head_set(StoreHead *self, const StoreHeadSettings *settings);
/* Takes @policy; until then everything is kept. */
void store_head_set_policy(StoreHead *self, StorePolicy *policy);
/* For tests: @func hears of each moment at which a crash may come. */
void store_head_set_fault(StoreHead *self, StoreFaultFunc func, gpointer user);

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

/* At least each second, better ten times: a slice of what has waited long enough, and
 * of the work that numerics of a time that is over want. */
bool store_head_tick(StoreHead *self, StoreNow now, GError **error);
/* Samples that wait are sealed as soon as there is time, whatever their age, and batches
 * trimmed as soon as nothing in them waits: the head has outgrown its quota. */
void store_head_hurry(StoreHead *self, bool hurry);

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
uint64_t store_head_committed(const StoreHead *self); /* newest arrival number that is durable */
uint64_t store_head_trimmed(const StoreHead *self);   /* batches below it are gone */
StoreWaves *store_head_waves(StoreHead *self);
StoreSealer *store_head_sealer(StoreHead *self);

/* Body of the batch @number; @value pins it. ABSENT: trimmed. */
StoreFind store_head_read(StoreHead *self,
                          uint64_t number,
                          StoreValue *value,
                          const uint8_t **body,
                          size_t *size,
                          GError **error);

/* What is over by the policy goes, and the oldest waves while they take more than the
 * bounds: whole files, or those of its rows at the next occasion if others in it are kept
 * longer; numerics, events and the audit once a day. To be called each minute. */
bool
store_head_retain(StoreHead *self, const StoreRetainBounds *bounds, int64_t utc_us, GError **error);
/* Of events of @bed that retention dropped; STORE_ABSENT: of none. */
StoreFind store_retention_events_gone(
    StoreDb *db, const char *bed, int64_t *from_us, int64_t *to_us, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreHead, store_head_free)

G_END_DECLS
