/* The store as a daemon: database, hub link, query socket, disk space, retention.
 *
 * Starts without a database when the disk is too full to open one, says so, and
 * opens it as soon as there is space. Any failed write ends the process: the
 * supervisor starts the next one, which recovers what was synced. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/daemon.h"
#include "store/db.h"
#include "store/erase/keyfile.h"
#include "store/ingest.h"
#include "store/people/people.h"
#include "store/service.h"
#include "store/space.h"

G_BEGIN_DECLS

typedef struct {
    StoreDbOptions db;
    StoreSpaceSettings space;
    StoreIngestSettings ingest;
    StoreServiceSettings service;
    StoreHeadSettings head;
    uint64_t head_quota_bytes;        /* of batches on disk */
    int64_t keep_us[STORE_N_CLASSES]; /* 0 = for ever */
    GHashTable *places;               /* text -> text: store_policy_add(); NULL: none; borrowed */
    StoreRetainBounds retain;
    StorePeopleSettings people;
    int64_t witnessed_us; /* how long a witness of the audit may be silent; 0: for ever */
    const char *keys_act; /* roles of keys that need no person; borrowed */
    StoreKeyPlaces keys;  /* "": values are not sealed; borrowed for as long as the server */
} StoreServerSettings;

typedef struct {
    StoreHeadCounts head;
    StoreIngestFigures ingest;
    StoreServiceCounts service;
    StoreLedgerCounts ledger;
    StorePeopleFigures people;
    StoreTrendCounts trend;
    StoreSpaceFound space;
    uint64_t streams;
    uint64_t head_bytes;
    uint64_t wave_bytes;
    uint64_t wave_files;
    uint64_t late_bytes;
    uint64_t fresh_bytes;
    StoreFreshCounts fresh;
    int64_t open_us; /* how long opening took */
} StoreServerFigures;

typedef struct StoreServer StoreServer;

/* How long what is kept by @settings; VICU_ERROR_CONFIG names the place that makes no sense. */
StorePolicy *store_server_policy(const StoreServerSettings *settings, GError **error);

StoreServer *
store_server_new(VicuDaemon *daemon, const StoreServerSettings *settings, GError **error);
/* Commits what waits and closes the database. */
void store_server_free(StoreServer *self);

/* Retention, sealing, the time to keep batches and that of a witness change at once; the rest with
 * the next start. */
void store_server_reload(StoreServer *self, const StoreServerSettings *settings);
/* A record about this process itself; false: nothing can be written now. */
bool store_server_audit(StoreServer *self, const Vicu__AuditRecord *record);
void store_server_figures(StoreServer *self, StoreServerFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreServer, store_server_free)

G_END_DECLS
