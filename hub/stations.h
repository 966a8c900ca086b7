/* Stations: the hub's doors for screens and command lines on other machines.
 *
 * Three TCP sockets on consecutive ports: live (the same pictures under the same
 * numbers), state (passed on to the rules), query (passed on to the store). Read
 * only when no collector, store or rules message waits: stations never hold up
 * data. What passes, and its bounds: proxy.h. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/daemon.h"
#include "hub/proxy.h"

G_BEGIN_DECLS

typedef struct HubStations HubStations;

typedef struct {
    const char *address; /* of this machine: "127.0.0.1" */
    int64_t port;        /* of live; state and query take the next two; 0: three free ones */
    int64_t clients;     /* most on each of the three */
} HubStationsSettings;

typedef struct {
    HubProxyFigures state;
    HubProxyFigures query;
    uint64_t imposters;
    uint64_t unreadable;
    uint64_t refused;
} HubStationsFigures;

HubStations *
hub_stations_new(VicuDaemon *daemon, const HubStationsSettings *settings, GError **error);
void hub_stations_free(HubStations *self);

/* What was just published on live; @body may be NULL. */
void hub_stations_publish(HubStations *self, const VicuEnvelope *envelope, GBytes *body);
/* At least each 200 ms. */
void hub_stations_tick(HubStations *self, int64_t mono_us);
void hub_stations_figures(const HubStations *self, HubStationsFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HubStations, hub_stations_free)

G_END_DECLS
