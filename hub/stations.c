/* Stations. See stations.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "hub/stations.h"

#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/log.h"

/* Messages to one client, and from it. */
#define LIVE_HWM  256
#define STATE_HWM 256
#define QUERY_HWM (HUB_PROXY_QUESTIONS * HUB_PROXY_CREDIT + 32)
#define WAY_HWM   256
#define DOORS     3
#define TRIES     16 /* for three free ports in a row */

/* One lane with an owner behind it. */
typedef struct {
    HubStations *stations;
    VicuSocket *door;
    HubProxy *proxy;
    const char *owner;  /* its key's name */
    const char *socket; /* its socket's name */
} Lane;

/* A client's own socket to the owner. */
typedef struct {
    Lane *lane;
    HubProxyClient *client;
    VicuSocket *socket;
} Way;

struct HubStations {
    VicuDaemon *daemon;
    VicuSocket *live;
    Lane state;
    Lane query;
    uint64_t imposters;
};

/* ---- a way ---- */

static void
on_owner(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    Way *way = user;
    (void)socket;

    hub_proxy_from_owner(way->lane->proxy, way->client, &message->envelope, message->body.data,
                         message->body.size, vicu_clock_boot_us());
}

static void
on_owner_peer(VicuSocket *socket, VicuPeerEvent event, gpointer user)
{
    Way *way = user;
    (void)socket;

    if (event != VICU_PEER_REFUSED)
        hub_proxy_way(way->lane->proxy, way->client, event == VICU_PEER_CONNECTED,
                      vicu_clock_boot_us());
}

static gpointer
open_way(HubProxyClient *client, gpointer user)
{
    Lane *lane = user;
    VicuDaemon *daemon = lane->stations->daemon;
    VicuSocketOptions options = {VICU_SOCKET_DEALER, "client", WAY_HWM, WAY_HWM};
    g_autofree char *endpoint = vicu_root_endpoint(vicu_daemon_root(daemon), lane->socket);
    g_autoptr(GError) error = NULL;
    g_autoptr(VicuSocket) socket = vicu_socket_new(vicu_daemon_context(daemon), &options, &error);
    Way *way = g_new0(Way, 1);

    *way = (Way){lane, client, NULL};
    if (socket != NULL) {
        vicu_socket_set_behind(socket);
        vicu_socket_listen(socket, on_owner, on_owner_peer, way);
    }
    if (socket == NULL || !vicu_socket_connect(socket, endpoint, lane->owner, &error)) {
        vicu_warning(VICU_MSG_LINK_REFUSED, "a station is not served: %s", error->message);
        g_free(way);
        return NULL;
    }
    way->socket = g_steal_pointer(&socket);
    return way;
}

static void
close_way(gpointer data, gpointer user)
{
    Way *way = data;
    (void)user;

    vicu_socket_free(way->socket);
    g_free(way);
}

static bool
to_owner(gpointer data, const VicuEnvelope *envelope, const void *body, size_t size, gpointer user)
{
    Way *way = data;
    (void)user;

    return vicu_socket_send(way->socket, NULL, envelope, body != NULL ? body : "", size)
           == VICU_SEND_OK;
}

static HubProxyFate
to_client(
    GBytes *route_bytes, const VicuEnvelope *envelope, const void *body, size_t size, gpointer user)
{
    Lane *lane = user;
    VicuRoute route;
    VicuEnvelope stamped = *envelope;
    gsize route_size = 0;
    const void *id = g_bytes_get_data(route_bytes, &route_size);

    route.size = (uint8_t)route_size;
    memcpy(route.id, id, route_size);
    if (stamped.t_us == 0) /* the hub's own word */
        stamped.t_us = vicu_clock_utc_us();
    switch (vicu_socket_send(lane->door, &route, &stamped, body, size)) {
    case VICU_SEND_OK:
        return HUB_PROXY_SENT;
    case VICU_SEND_FULL:
        return HUB_PROXY_FULL;
    case VICU_SEND_GONE:
        return HUB_PROXY_GONE;
    }
    g_assert_not_reached();
}

/* ---- a door ---- */

static void
on_client(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    Lane *lane = user;
    HubStations *self = lane->stations;
    const char *name = vicu_keys_name_of(vicu_daemon_keys(self->daemon), &message->envelope.sender);
    (void)socket;

    if (name == NULL || strcmp(name, message->peer) != 0) {
        self->imposters++;
        vicu_warning(VICU_MSG_LINK_REFUSED,
                     "key \"%s\" asked in the name of another station: dropped", message->peer);
        return;
    }
    g_autoptr(GBytes) route = g_bytes_new(message->route.id, message->route.size);
    hub_proxy_from_client(lane->proxy, route, &message->envelope, message->body.data,
                          message->body.size, vicu_clock_boot_us());
}

static VicuSocket *
open_door(HubStations *self,
          VicuSocketType type,
          const char *domain,
          int hwm,
          int64_t clients,
          GError **error)
{
    VicuSocketOptions options = {type, domain, hwm, hwm};
    g_autoptr(VicuSocket) socket =
        vicu_socket_new(vicu_daemon_context(self->daemon), &options, error);

    if (socket == NULL
        || !vicu_socket_set_bounds(socket, (unsigned)clients, HUB_PROXY_BYTES, error))
        return NULL;
    vicu_socket_set_behind(socket);
    return g_steal_pointer(&socket);
}

static void
close_doors(HubStations *self)
{
    g_clear_pointer(&self->live, vicu_socket_free);
    g_clear_pointer(&self->state.door, vicu_socket_free);
    g_clear_pointer(&self->query.door, vicu_socket_free);
}

static gboolean
open_doors(HubStations *self, int64_t clients, GError **error)
{
    self->live = open_door(self, VICU_SOCKET_XPUB, "live", LIVE_HWM, clients, error);
    if (self->live == NULL)
        return FALSE;
    self->state.door = open_door(self, VICU_SOCKET_ROUTER, "state", STATE_HWM, clients, error);
    if (self->state.door == NULL)
        return FALSE;
    self->query.door = open_door(self, VICU_SOCKET_ROUTER, "query", QUERY_HWM, clients, error);
    return self->query.door != NULL;
}

static gboolean
bind_at(VicuSocket *socket, const char *address, int64_t port, GError **error)
{
    g_autofree char *endpoint = g_strdup_printf("tcp://%s:%" G_GINT64_FORMAT, address, port);

    return vicu_socket_bind(socket, endpoint, error);
}

/* Live at @port, 0: at any; the other two behind it. */
static gboolean
bind_doors(HubStations *self, const char *address, int64_t port, GError **error)
{
    if (!bind_at(self->live, address, port, error))
        return FALSE;
    const char *colon = strrchr(vicu_socket_endpoint(self->live), ':');
    int64_t first = g_ascii_strtoll(colon != NULL ? colon + 1 : "", NULL, 10);
    return bind_at(self->state.door, address, first + 1, error)
           && bind_at(self->query.door, address, first + 2, error);
}

static gboolean
open_and_bind(HubStations *self, const HubStationsSettings *settings, GError **error)
{
    for (int i = 0; i < TRIES; i++) {
        g_autoptr(GError) own = NULL;
        if (open_doors(self, settings->clients, &own)
            && bind_doors(self, settings->address, settings->port, &own))
            return TRUE;
        close_doors(self);
        if (settings->port == 0 && i + 1 < TRIES)
            continue;
        g_propagate_prefixed_error(error, g_steal_pointer(&own),
                                   "[stations] address = %s, port = %" G_GINT64_FORMAT
                                   " (and the next two): ",
                                   settings->address, settings->port);
        return FALSE;
    }
    g_assert_not_reached();
}

static void
serve(HubStations *self, Lane *lane, const HubStationsSettings *settings, HubProxyLane which)
{
    static const HubProxyOps ops = {open_way, close_way, to_owner, to_client};

    lane->proxy = hub_proxy_new(which, vicu_keys_fingerprint(vicu_daemon_keys(self->daemon)),
                                (size_t)settings->clients, &ops, lane);
    vicu_socket_listen(lane->door, on_client, NULL, lane);
}

/* ---- whole ---- */

HubStations *
hub_stations_new(VicuDaemon *daemon, const HubStationsSettings *settings, GError **error)
{
    g_autoptr(HubStations) self = g_new0(HubStations, 1);

    self->daemon = daemon;
    self->state = (Lane){.stations = self, .owner = "rules", .socket = "rules-state"};
    self->query = (Lane){.stations = self, .owner = "store", .socket = "store-query"};
    if (!open_and_bind(self, settings, error))
        return NULL;
    vicu_socket_listen(self->live, NULL, NULL, self);
    serve(self, &self->state, settings, HUB_PROXY_STATE);
    serve(self, &self->query, settings, HUB_PROXY_QUERY);
    vicu_daemon_endpoint(daemon, "stations-live", vicu_socket_endpoint(self->live));
    vicu_daemon_endpoint(daemon, "stations-state", vicu_socket_endpoint(self->state.door));
    vicu_daemon_endpoint(daemon, "stations-query", vicu_socket_endpoint(self->query.door));
    return g_steal_pointer(&self);
}

void
hub_stations_free(HubStations *self)
{
    if (self == NULL)
        return;
    hub_proxy_free(self->state.proxy);
    hub_proxy_free(self->query.proxy);
    close_doors(self);
    g_free(self);
}

void
hub_stations_publish(HubStations *self, const VicuEnvelope *envelope, GBytes *body)
{
    vicu_socket_send_bytes(self->live, NULL, envelope, body);
}

void
hub_stations_tick(HubStations *self, int64_t mono_us)
{
    hub_proxy_tick(self->state.proxy, mono_us);
    hub_proxy_tick(self->query.proxy, mono_us);
}

void
hub_stations_figures(const HubStations *self, HubStationsFigures *figures)
{
    const VicuSocket *doors[DOORS] = {self->live, self->state.door, self->query.door};

    *figures = (HubStationsFigures){.imposters = self->imposters};
    hub_proxy_figures(self->state.proxy, &figures->state);
    hub_proxy_figures(self->query.proxy, &figures->query);
    for (size_t i = 0; i < DOORS; i++) {
        figures->unreadable += vicu_socket_counts(doors[i])->unreadable;
        figures->refused += vicu_socket_counts(doors[i])->refused;
    }
}
