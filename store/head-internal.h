/* What head*.c and retention*.c share, and nobody else includes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/head.h"
#include "store/trend/trend.h"

/* Tags of STORE_META. The schema's key begins with a small letter. */
enum {
    STORE_META_CHECKPOINT = 'C',  /* | sender | epoch -> blocked, replay from */
    STORE_META_EVENTS_GONE = 'E', /* | bed -> from, to: events of it are gone by retention */
    STORE_META_MARKS = 'M',       /* -> floor, late ordinal, trimmed, next arrival number */
    STORE_META_INSTANCE = 'I',    /* | sender -> who began the highest epoch */
    STORE_META_SENDER = 'N',      /* | sender -> highest epoch, name */
    STORE_META_WATERMARK = 'W',   /* | sender | epoch -> sequence, ended (0 or 1), and of an
                                     ended one the arrival number it ended at */
};

typedef struct {
    VicuFingerprint id;
    char *name;
    uint64_t highest_epoch;
    uint64_t instance; /* who began it; 0: not known */
    GHashTable *beds;  /* char *: set */
} StoreSender;

/* What had arrived when. */
typedef struct {
    int64_t mono_us;
    uint64_t number;
} StoreArrival;

struct StoreHead {
    StoreDb *db;
    StoreStreams *streams;
    StoreLedger *ledger;
    StoreTrend *trend;
    GHashTable *lanes;   /* StoreLane * as its own key */
    GHashTable *senders; /* VicuFingerprint * -> StoreSender * */
    GHashTable *replay;  /* StoreLane * -> uint64_t *: first arrival number after its checkpoint */
    StoreWaves waves;
    StoreSealer *sealer;
    StoreRoller *roller;
    StoreRoller *again; /* of archived days that late rows came to */
    StoreArchiver *archiver;
    StoreHeadSettings settings;
    bool hurry;         /* nothing is kept longer than it must */
    GArray *arrivals;   /* StoreArrival: for the time to keep */
    int64_t trimmed_us; /* mono: when it was last looked at */
    uint64_t floor;     /* at opening: batches below hold no sample that waits */
    uint64_t trimmed;   /* batches below are gone */
    uint64_t trimming;  /* the same once the group is committed; 0: nothing new */
    uint64_t next;      /* arrival number of the next batch */
    uint64_t committed; /* of the newest durable one */
    bool unsettled;     /* batches or rows wait for the commit */
    StorePolicy *policy;
    int64_t retained_day; /* since 1970: values and events were looked at */
    StoreKey events_at;   /* where that goes on; size 0: at the beginning */
    StoreHeadCounts counts;
};

StoreHead *store_head_new_empty(StoreDb *db);
GHashTable *store_head_senders_new(void);
StoreSender *store_head_sender(StoreHead *self, const VicuFingerprint *id);
/* What a batch of any lane is read into. */
StoreLaneInto store_head_into(StoreHead *self, StoreLaneCounts *counts);
/* Puts what numerics and events that are over want; at most a slice of it. */
bool store_retention_values(StoreHead *self, int64_t utc_us, GError **error);
StoreKey store_meta_key(char tag, const VicuFingerprint *sender);

/* ---- rows of STORE_META, into the open group ---- */

void store_head_put_watermark(StoreHead *self, const StoreLane *lane, bool ended);
void store_head_put_checkpoint(StoreHead *self, const StoreLane *lane, uint64_t replay_from);
void store_head_put_marks(StoreHead *self);
/* What of the lane's numerics waits becomes blocks. */
void store_head_checkpoint(StoreHead *self, StoreLane *lane);
