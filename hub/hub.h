/* The hub: the one front door of an installation.
 *
 * Collectors (and rules, which sends what it derives) come in on `data`; what
 * they send goes numbered to rules on `feed`, whole to the store on `store`,
 * and to whoever looks on `live`. Stations on other machines are let in by doors
 * of their own (stations.h). Acks travel back by sender id. No disk; the
 * last 60 s of the feed in memory, bounded in bytes. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/daemon.h"
#include "hub/stations.h"

G_BEGIN_DECLS

typedef struct Hub Hub;

typedef struct {
    const char *listen;  /* "" or a TCP endpoint for collectors on other machines */
    int64_t feed_bytes;  /* memory of the feed */
    int64_t max_senders; /* further HELLOs are refused */
    gboolean open_stations;
    HubStationsSettings stations;
} HubSettings;

Hub *hub_new(VicuDaemon *daemon, const HubSettings *settings, GError **error);
void hub_free(Hub *self);

typedef struct {
    uint64_t batches;    /* feed batches taken in */
    uint64_t bytes;      /* of all data messages */
    uint64_t senders;    /* in the table */
    uint64_t stored;     /* messages passed to the store lane */
    uint64_t store_full; /* not passed on: the store's queue was full; the sender sends again */
    uint64_t referred;   /* of `stored`: bodies that the feed had brought */
    uint64_t unheld;     /* references to a body that was not held: asked for whole */
    uint64_t acks;       /* answers of the store passed back */
    uint64_t feed_number;
    uint64_t feed_bytes;
    uint64_t feed_readers;
    uint64_t feed_lost;
    uint64_t fenced;
    uint64_t imposters; /* a message that names another sender than its key */
    uint64_t unreadable;
    uint64_t refused; /* handshakes */
    HubStationsFigures stations;
} HubFigures;

void hub_figures(Hub *self, HubFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Hub, hub_free)

G_END_DECLS
