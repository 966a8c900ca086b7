/* Ingest: the link's receiver over the head, with group commit.
 *
 * What arrives within a tenth of a second shares one sync; only after it are the
 * batches acknowledged. While the disk is full it takes nothing, gives credit 0
 * and acknowledges nothing new. Sockets and timers are the caller's. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/link.h"
#include "store/head.h"

G_BEGIN_DECLS

typedef struct StoreIngest StoreIngest;

typedef struct {
    int64_t group_us;   /* the first of a group waits at most so long */
    size_t group_bytes; /* or until so much has gathered */
    uint32_t credit_bytes;
} StoreIngestSettings;

typedef struct {
    /* To the hub. What is lost is sent again. */
    void (*send)(const VicuLinkMessage *message, gpointer user);
    /* A group is durable. May be NULL. */
    void (*committed)(gpointer user);
} StoreIngestOps;

typedef struct {
    uint64_t groups;      /* syncs */
    uint64_t turned_away; /* messages while nothing may be written */
    int64_t sync_p50_us;  /* of the last 1000 */
    int64_t sync_p99_us;
    VicuLinkReceiverFigures link;
} StoreIngestFigures;

/* Borrows @head; the receiver knows what the head knows. */
StoreIngest *store_ingest_new(StoreHead *head,
                              const StoreIngestSettings *settings,
                              const StoreIngestOps *ops,
                              gpointer user);
void store_ingest_free(StoreIngest *self);

/* Each false: the database failed; report @error and end the process. */
bool store_ingest_receive(StoreIngest *self,
                          const VicuLinkMessage *message,
                          StoreNow now,
                          GError **error);
bool store_ingest_commit(StoreIngest *self, StoreNow now, GError **error);
/* At least each 200 ms. */
bool store_ingest_tick(StoreIngest *self, StoreNow now, GError **error);

/* When the open group has to be committed (mono); 0 = nothing waits. */
int64_t store_ingest_due_us(const StoreIngest *self);
/* Others put something into the group: it wants its sync as a batch does, or in 3 ms when
 * somebody @waits for it. */
void store_ingest_want_sync(StoreIngest *self, bool waits, StoreNow now);

/* False: the disk is full. */
void store_ingest_set_writable(StoreIngest *self, bool writable);
/* Of the standard credit, while the head is larger than its quota: 0..1. */
void store_ingest_set_credit(StoreIngest *self, double share);
bool store_ingest_is_writable(const StoreIngest *self);

void store_ingest_figures(const StoreIngest *self, StoreIngestFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreIngest, store_ingest_free)

G_END_DECLS
