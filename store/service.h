/* The query socket: who asks, what is under way, how fast it is answered.
 *
 * A question is begun as it comes in, so that a small one is answered at once; what is
 * left takes turns, one bounded step each, whenever nothing else is to do. After a
 * millisecond of steps sockets and timers have their turn. A client that does not take
 * its answers loses its query. Each question goes into the audit without waiting for it,
 * and shares the sync of what comes in. An audit record that is put is answered after the
 * sync. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/socket.h"
#include "store/head.h"
#include "store/people/desk.h"

G_BEGIN_DECLS

typedef struct StoreService StoreService;

typedef struct {
    unsigned per_client; /* queries at once */
    unsigned in_all;
    int64_t patience_us; /* without credit */
} StoreServiceSettings;

typedef struct {
    /* Commits what waits, at once. False: the database failed, the process ends. */
    bool (*settle)(gpointer user);
    /* The group holds something of ours: commit it with what comes, or at once when
     * somebody @waits for it. */
    void (*want_sync)(bool waits, gpointer user);
    StoreNow (*now)(gpointer user);
    /* The audit's index cannot be read. Takes @error. */
    void (*failed)(GError *error, gpointer user);
    /* Where audit records go while nothing can be written: durable when it returns.
     * NULL, or false: it is counted. */
    bool (*aside)(const Vicu__AuditRecord *record, gpointer user);
    /* Whether heads that @witness has signed are kept; NULL: of nobody. */
    bool (*believes)(const VicuNoteKey *witness, GError **error, gpointer user);
    /* Writes the setting of [retention] and puts it in force, or neither; NULL: it cannot. */
    bool (*set_retention)(const char *key, const char *text, GError **error, gpointer user);
    /* The present text of it, NULL: there is no such setting. Caller frees. */
    char *(*retention)(const char *key, gpointer user);
} StoreServiceOps;

typedef struct {
    uint64_t queries;
    uint64_t refused;
    uint64_t rows;      /* messages */
    uint64_t dropped;   /* queries of clients that did not take their answers */
    uint64_t unaudited; /* questions that could not go into the audit: the disk is full */
    uint64_t running;
} StoreServiceCounts;

/* Answers on @socket (a bound ROUTER, borrowed). */
StoreService *store_service_new(VicuSocket *socket,
                                GMainContext *main_context,
                                const StoreServiceSettings *settings,
                                const StoreServiceOps *ops,
                                gpointer user);
void store_service_free(StoreService *self);

/* Until a head is set each question is answered with @why_not. */
void store_service_set_head(StoreService *self, StoreHead *head, const char *why_not);
/* Borrowed; from now on persons and keys may what proto/rights.csv says. @keys_act: roles of keys
 * that need no person once accounts exist ("operator dashboard"). NULL, NULL: as before. */
void store_service_set_people(StoreService *self, StorePeopleDesk *people, const char *keys_act);
/* False: the disk is full. Questions are answered, nothing is written. */
void store_service_set_writable(StoreService *self, bool writable);

/* A group has become durable: audit records that were put are answered. */
void store_service_committed(StoreService *self);
/* At least each second: clients without credit lose patience with. */
void store_service_tick(StoreService *self);

const StoreServiceCounts *store_service_counts(const StoreService *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreService, store_service_free)

G_END_DECLS
