/* What head.c, head-open.c and retention.c share, and nobody else includes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/head.h"
#include "store/trend/trend.h"

/* Tags of STORE_META. The schema's key begins with a small letter. */
enum {
    STORE_META_CHECKPOINT = 'C', /* | sender | epoch -> indexed, blocked, replay from */
    STORE_META_PERIOD = 'H',     /* | ordinal -> begun, first arrival number */
    STORE_META_NEXT = 'A',       /* -> arrival number below which none is given again */
    STORE_META_INSTANCE = 'I',   /* | sender -> who began the highest epoch */
    STORE_META_SENDER = 'N',     /* | sender -> highest epoch, name */
    STORE_META_WATERMARK = 'W',  /* | sender | epoch -> sequence, ended */
};

typedef struct {
    VicuFingerprint id;
    char *name;
    uint64_t highest_epoch;
    uint64_t instance; /* who began it; 0: not known */
    GHashTable *beds;  /* char *: set */
} StoreSender;

struct StoreHead {
    StoreDb *db;
    StoreStreams *streams;
    StoreLedger *ledger;
    StoreTrend *trend;
    GHashTable *lanes;   /* StoreLane * as its own key */
    GHashTable *senders; /* VicuFingerprint * -> StoreSender * */
    GHashTable *replay;  /* StoreLane * -> uint64_t *: first arrival number after its checkpoint */
    GArray *periods;     /* StorePeriod */
    GByteArray *scratch;
    uint64_t next;      /* arrival number of the next batch */
    uint64_t committed; /* of the newest durable one */
    bool unsettled;     /* batches or index rows wait for the commit */
    StoreHeadCounts counts;
};

StoreHead *store_head_new_empty(StoreDb *db);
StoreSender *store_head_sender(StoreHead *self, const VicuFingerprint *id);
void store_head_close_chunk(StoreHead *self, StoreLane *lane);
StoreKey store_meta_key(char tag, const VicuFingerprint *sender);
