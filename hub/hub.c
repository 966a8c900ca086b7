/* SPDX-License-Identifier: Apache-2.0 */
#include "hub/hub.h"

#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/feed.h"
#include "common/link-wire.h"
#include "common/live.h"
#include "common/log.h"
#include "common/relay.h"
#include "common/watch.h"
#include "hub/stations.h"

/* Messages in a queue when its reader is slow; what happens then stands in
 * docs/protocol.md for each socket. */
#define DATA_HWM       4096
#define FEED_HWM       4096
#define STORE_HWM      4096
#define LIVE_HWM       256
#define TICK_MS        50
#define TICKS_PER_BEAT (1000 / TICK_MS)

struct Hub {
    VicuDaemon *daemon;
    VicuSocket *data;
    VicuSocket *feed;
    VicuSocket *store;
    VicuSocket *live;
    HubStations *stations; /* NULL: none on other machines */
    VicuRelay *relay;
    VicuFeedMemory *memory;
    VicuLiveSender pictures;
    VicuRoute store_route; /* of the store that spoke last */
    VicuWatch store_watch;
    VicuWatch rules_watch;
    guint timer;
    guint ticks;
    HubFigures figures;
};

/* ---- out ----------------------------------------------------------------- */

static VicuSendFate
send_link(VicuSocket *socket, const VicuRoute *route, const VicuLinkMessage *message)
{
    VicuEnvelope envelope;
    g_autoptr(GBytes) packed = NULL;
    VicuPart body = vicu_link_wire_pack(message, &envelope, &packed);

    envelope.t_us = vicu_clock_utc_us();
    if (message->bytes != NULL)
        return vicu_socket_send_bytes(socket, route, &envelope, message->bytes);
    return vicu_socket_send(socket, route, &envelope, body.data, body.size);
}

static void
route_of(GBytes *bytes, VicuRoute *route)
{
    gsize size = 0;
    const void *data = g_bytes_get_data(bytes, &size);

    route->size = (uint8_t)size;
    memcpy(route->id, data, size);
}

static bool
feed_send(GBytes *route_bytes, const VicuLinkMessage *message, gpointer user)
{
    Hub *self = user;
    VicuRoute route;

    route_of(route_bytes, &route);
    /* A reader that is gone takes everything: the memory drops it when it stays silent. */
    return send_link(self->feed, &route, message) != VICU_SEND_FULL;
}

static void
publish(Hub *self, const VicuEnvelope *envelope, GBytes *body)
{
    /* What a slow viewer loses the socket does not tell: the viewer sees it by the numbers. */
    vicu_socket_send_bytes(self->live, NULL, envelope, body);
    if (self->stations != NULL)
        hub_stations_publish(self->stations, envelope, body);
}

static void
show(Hub *self, const VicuMessage *message, GBytes *body)
{
    VicuEnvelope envelope;

    vicu_live_sender_stamp(&self->pictures, &message->envelope, &envelope);
    publish(self, &envelope, body);
}

static void
pass_to_store(Hub *self, const VicuEnvelope *envelope, GBytes *body)
{
    if (self->store_route.size != 0
        && vicu_socket_send_bytes(self->store, &self->store_route, envelope, body) == VICU_SEND_OK)
        self->figures.stored++;
    else
        self->figures.store_full++;
}

/* The batch itself in place of @reference; or it is asked for. */
static void
follow(Hub *self, const VicuMessage *message, const VicuLinkMessage *reference)
{
    GBytes *held = vicu_feed_memory_body(self->memory, reference);
    VicuEnvelope envelope = message->envelope;

    if (held != NULL) {
        envelope.kind = VICU__KIND__KIND_BATCH_STORE;
        pass_to_store(self, &envelope, held);
        self->figures.referred++;
    } else {
        envelope.kind = VICU__KIND__KIND_BATCH_WANTED;
        vicu_socket_send(self->data, &message->route, &envelope, NULL, 0);
        self->figures.unheld++;
    }
}

/* ---- in ------------------------------------------------------------------ */

/* The key that the socket authenticated and the id in the envelope are one. */
static gboolean
is_genuine(Hub *self, const VicuMessage *message)
{
    const char *name = vicu_keys_name_of(vicu_daemon_keys(self->daemon), &message->envelope.sender);

    if (name != NULL && strcmp(name, message->peer) == 0)
        return TRUE;
    self->figures.imposters++;
    vicu_warning(VICU_MSG_LINK_REFUSED,
                 "key \"%s\" sent a message in the name of another sender: dropped", message->peer);
    return FALSE;
}

/* A sender hears the hub itself each second, whether or not the store answers. */
static void
beat_back(Hub *self, const VicuRoute *route)
{
    VicuEnvelope envelope = {.kind = VICU__KIND__KIND_HEARTBEAT};

    vicu_socket_stamp(self->data, &envelope);
    vicu_socket_send(self->data, route, &envelope, NULL, 0);
}

static void
on_data(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    Hub *self = user;
    VicuLinkWire wire;
    VicuLinkMessage reply = {0};
    int64_t mono_us = vicu_clock_boot_us();

    if (!is_genuine(self, message))
        return;
    if (!vicu_link_wire_unpack(&wire, &message->envelope, message->body.data, message->body.size)) {
        self->figures.unreadable++;
        return;
    }
    self->figures.bytes += message->body.size;
    g_autoptr(GBytes) route = g_bytes_new(message->route.id, message->route.size);
    unsigned verdict = vicu_relay_from_sender(self->relay, route, &wire.message, &reply, mono_us);
    /* What an importer sends is of the past: for the store alone. It raises no alarm,
     * and takes no room in the memory that live data need. */
    if (strcmp(message->role, "importer") == 0)
        verdict &= ~(unsigned)(VICU_RELAY_FEED | VICU_RELAY_LIVE);
    g_autoptr(GBytes) body = vicu_message_keep_body(message);
    if (verdict & VICU_RELAY_FEED) {
        vicu_feed_memory_add(self->memory, &wire.message, body, mono_us);
        if (verdict & VICU_RELAY_HOLD)
            vicu_feed_memory_hold(self->memory);
        self->figures.batches += message->envelope.kind == VICU__KIND__KIND_BATCH_FEED;
    }
    if (verdict & VICU_RELAY_LIVE)
        show(self, message, body);
    if (verdict & VICU_RELAY_STORE)
        pass_to_store(self, &message->envelope, body);
    if (verdict & VICU_RELAY_REFER)
        follow(self, message, &wire.message);
    if (verdict & VICU_RELAY_REPLY)
        send_link(socket, &message->route, &reply);
    if (message->envelope.kind == VICU__KIND__KIND_HEARTBEAT)
        beat_back(self, &message->route);
    vicu_link_wire_clear(&wire);
}

static void
on_feed(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    Hub *self = user;
    VicuLinkWire wire;
    (void)socket;

    if (!vicu_link_wire_unpack(&wire, &message->envelope, message->body.data, message->body.size)) {
        self->figures.unreadable++;
        return;
    }
    VicuSenderId reader;
    memcpy(reader.bytes, message->envelope.sender.bytes, sizeof reader.bytes);
    g_autoptr(GBytes) route = g_bytes_new(message->route.id, message->route.size);
    int64_t mono_us = vicu_clock_boot_us();
    vicu_feed_memory_receive(self->memory, route, &reader, &wire.message, mono_us);
    if (vicu_watch_heard(&self->rules_watch, mono_us))
        vicu_daemon_condition(self->daemon, "rules-silent", NULL);
    vicu_link_wire_clear(&wire);
}

/* To the sender, byte for byte; a welcome says besides what this hub can do: a field
 * behind the store's. */
static void
pass_to_sender(Hub *self, const VicuMessage *message, GBytes *route_bytes)
{
    static const uint8_t by_reference[] = {VICU_LINK_BY_REFERENCE_FIELD << 3, 1};
    VicuPart body = message->body;
    g_autoptr(GByteArray) welcome = NULL;
    VicuRoute route;

    if (message->envelope.kind == VICU__KIND__KIND_WELCOME) {
        welcome = g_byte_array_new();
        g_byte_array_append(welcome, body.data, (guint)body.size);
        g_byte_array_append(welcome, by_reference, sizeof by_reference);
        body = (VicuPart){welcome->data, welcome->len};
    }
    route_of(route_bytes, &route);
    vicu_socket_send(self->data, &route, &message->envelope, body.data, body.size);
    self->figures.acks++;
}

/* What the store says of its disk is for the rules. */
static void
tell_rules(Hub *self, const VicuMessage *message, const VicuLinkMessage *beat)
{
    if (message->body.size == 0 || !is_genuine(self, message))
        return;
    g_autoptr(GBytes) body = g_bytes_new(message->body.data, message->body.size);
    vicu_feed_memory_add(self->memory, beat, body, vicu_clock_boot_us());
}

static void
on_store(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    Hub *self = user;
    VicuLinkWire wire;
    (void)socket;

    self->store_route = message->route;
    if (vicu_watch_heard(&self->store_watch, vicu_clock_boot_us()))
        vicu_daemon_condition(self->daemon, "store-silent", NULL);
    if (!vicu_link_wire_unpack(&wire, &message->envelope, message->body.data, message->body.size)) {
        self->figures.unreadable++;
        return;
    }
    if (message->envelope.kind == VICU__KIND__KIND_HEARTBEAT) {
        tell_rules(self, message, &wire.message);
    } else {
        GBytes *route = vicu_relay_from_store(self->relay, &wire.message);
        if (route != NULL)
            pass_to_sender(self, message, route);
    }
    vicu_link_wire_clear(&wire);
}

/* ---- time ---------------------------------------------------------------- */

static void
watch(Hub *self, VicuWatch *one, const char *cause, const char *who, int64_t mono_us)
{
    if (!vicu_watch_tick(one, mono_us) || one->level == VICU_WATCH_OK)
        return;
    g_autofree char *silence = vicu_duration_format(vicu_watch_silence_us(one, mono_us));
    g_autofree char *text = g_strdup_printf("nothing heard from %s for %s", who, silence);
    vicu_daemon_condition(self->daemon, cause, text);
}

/* The store, too, must see that the hub lives although no data flow. */
static void
beat_to_store(Hub *self)
{
    VicuEnvelope envelope = {.kind = VICU__KIND__KIND_HEARTBEAT};

    if (self->store_route.size == 0)
        return;
    vicu_socket_stamp(self->store, &envelope);
    vicu_socket_send(self->store, &self->store_route, &envelope, NULL, 0);
}

/* A viewer, too, must see that the hub lives, and what the newest number is. */
static void
beat_to_viewers(Hub *self, int64_t mono_us)
{
    VicuEnvelope beat;

    if (vicu_live_sender_tick(&self->pictures, vicu_clock_utc_us(), mono_us, &beat))
        publish(self, &beat, NULL);
}

static gboolean
on_tick(gpointer user)
{
    Hub *self = user;
    int64_t mono_us = vicu_clock_boot_us();

    vicu_feed_memory_tick(self->memory, mono_us);
    vicu_relay_tick(self->relay, mono_us);
    watch(self, &self->store_watch, "store-silent", "the store", mono_us);
    watch(self, &self->rules_watch, "rules-silent", "rules", mono_us);
    beat_to_viewers(self, mono_us);
    if (self->stations != NULL)
        hub_stations_tick(self->stations, mono_us);
    if (++self->ticks % TICKS_PER_BEAT == 0)
        beat_to_store(self);
    return G_SOURCE_CONTINUE;
}

/* ---- life ---------------------------------------------------------------- */

static VicuSocket *
open_socket(Hub *self,
            VicuSocketType type,
            const char *domain,
            int hwm,
            VicuMessageFunc func,
            GError **error)
{
    VicuSocketOptions options = {type, domain, hwm, hwm};
    g_autofree char *name = g_strdup_printf("hub-%s", domain);
    g_autofree char *endpoint = vicu_root_endpoint(vicu_daemon_root(self->daemon), name);
    VicuSocket *socket = vicu_socket_new(vicu_daemon_context(self->daemon), &options, error);

    if (socket == NULL || !vicu_socket_bind(socket, endpoint, error)) {
        vicu_socket_free(socket);
        return NULL;
    }
    vicu_socket_listen(socket, func, NULL, self);
    vicu_daemon_endpoint(self->daemon, name, endpoint);
    return socket;
}

static gboolean
open_sockets(Hub *self, const HubSettings *settings, GError **error)
{
    self->live = open_socket(self, VICU_SOCKET_XPUB, "live", LIVE_HWM, NULL, error);
    self->store = self->live != NULL
                      ? open_socket(self, VICU_SOCKET_ROUTER, "store", STORE_HWM, on_store, error)
                      : NULL;
    self->feed = self->store != NULL
                     ? open_socket(self, VICU_SOCKET_ROUTER, "feed", FEED_HWM, on_feed, error)
                     : NULL;
    self->data = self->feed != NULL
                     ? open_socket(self, VICU_SOCKET_ROUTER, "data", DATA_HWM, on_data, error)
                     : NULL;
    if (self->data == NULL)
        return FALSE;
    if (settings->listen[0] == '\0')
        return TRUE;
    if (!vicu_socket_bind(self->data, settings->listen, error))
        return FALSE;
    vicu_daemon_endpoint(self->daemon, "hub-data-tcp", vicu_socket_endpoint(self->data));
    return TRUE;
}

Hub *
hub_new(VicuDaemon *daemon, const HubSettings *settings, GError **error)
{
    static const VicuFeedMemoryOps feed_ops = {.send = feed_send};
    g_autoptr(Hub) self = g_new0(Hub, 1);
    int64_t mono_us = vicu_clock_boot_us();
    VicuSenderId own;

    self->daemon = daemon;
    memcpy(own.bytes, vicu_keys_fingerprint(vicu_daemon_keys(daemon))->bytes, sizeof own.bytes);
    self->relay = vicu_relay_new((size_t)settings->max_senders);
    uint64_t incarnation = (uint64_t)vicu_clock_utc_us();
    self->memory =
        vicu_feed_memory_new(&own, incarnation, (size_t)settings->feed_bytes, &feed_ops, self);
    vicu_live_sender_init(&self->pictures, vicu_keys_fingerprint(vicu_daemon_keys(daemon)),
                          incarnation, mono_us);
    vicu_watch_init(&self->store_watch, mono_us);
    vicu_watch_init(&self->rules_watch, mono_us);
    if (!open_sockets(self, settings, error))
        return NULL;
    if (settings->open_stations) {
        self->stations = hub_stations_new(daemon, &settings->stations, error);
        if (self->stations == NULL)
            return NULL;
    }
    self->timer = g_timeout_add(TICK_MS, on_tick, self);
    return g_steal_pointer(&self);
}

void
hub_free(Hub *self)
{
    if (self == NULL)
        return;
    if (self->timer != 0)
        g_source_remove(self->timer);
    hub_stations_free(self->stations);
    vicu_socket_free(self->data);
    vicu_socket_free(self->feed);
    vicu_socket_free(self->store);
    vicu_socket_free(self->live);
    g_clear_pointer(&self->memory, vicu_feed_memory_free);
    g_clear_pointer(&self->relay, vicu_relay_free);
    g_free(self);
}

void
hub_figures(Hub *self, HubFigures *figures)
{
    VicuFeedFigures feed;
    VicuRelayFigures relay;

    vicu_feed_memory_figures(self->memory, &feed);
    vicu_relay_figures(self->relay, &relay);
    *figures = self->figures;
    figures->senders = relay.senders;
    figures->fenced = relay.fenced;
    figures->feed_number = feed.number;
    figures->feed_bytes = feed.bytes;
    figures->feed_readers = feed.readers;
    figures->feed_lost = feed.lost;
    figures->unreadable += vicu_socket_counts(self->data)->unreadable
                           + vicu_socket_counts(self->feed)->unreadable
                           + vicu_socket_counts(self->store)->unreadable;
    figures->refused =
        vicu_socket_counts(self->data)->refused + vicu_socket_counts(self->feed)->refused
        + vicu_socket_counts(self->store)->refused + vicu_socket_counts(self->live)->refused;
    if (self->stations == NULL)
        return;
    hub_stations_figures(self->stations, &figures->stations);
    figures->imposters += figures->stations.imposters;
    figures->unreadable += figures->stations.unreadable;
    figures->refused += figures->stations.refused;
}
