/* Proxy. See proxy.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "hub/proxy.h"

#include <string.h>

#include "hub/proxy-inner.h"

#define PROBE_LEAST_US (20 * (int64_t)1000)

static void
held_free(gpointer data)
{
    Held *held = data;

    g_bytes_unref(held->body);
    g_free(held);
}

static void
client_free(HubProxy *self, HubProxyClient *client)
{
    if (client->way != NULL)
        self->ops.close(client->way, self->user);
    g_queue_clear_full(&client->held, held_free);
    g_bytes_unref(client->route);
    g_free(client);
}

HubProxy *
hub_proxy_new(HubProxyLane lane,
              const VicuFingerprint *hub,
              size_t max_clients,
              const HubProxyOps *ops,
              gpointer user)
{
    HubProxy *self = g_new0(HubProxy, 1);

    self->lane = lane;
    self->hub = *hub;
    self->max_clients = max_clients;
    self->ops = *ops;
    self->user = user;
    self->clients = g_hash_table_new(g_bytes_hash, g_bytes_equal);
    return self;
}

void
hub_proxy_free(HubProxy *self)
{
    GHashTableIter iter;
    gpointer client = NULL;

    if (self == NULL)
        return;
    g_hash_table_iter_init(&iter, self->clients);
    while (g_hash_table_iter_next(&iter, NULL, &client))
        client_free(self, client);
    g_hash_table_unref(self->clients);
    g_free(self);
}

/* ---- to the client ---- */

HubProxyFate
hub_proxy_tell(HubProxy *self,
               HubProxyClient *client,
               const VicuEnvelope *envelope,
               const void *body,
               size_t size,
               int64_t mono_us)
{
    HubProxyFate fate = self->ops.to_client(client->route, envelope, body, size, self->user);

    if (fate == HUB_PROXY_GONE)
        client->over = true;
    if (fate == HUB_PROXY_SENT)
        client->told_us = mono_us;
    else
        self->figures.unsent++;
    return fate;
}

/* ---- to the owner ---- */

static bool
pass_up(HubProxy *self, HubProxyClient *client, const VicuEnvelope *envelope, GBytes *body)
{
    gsize size = 0;
    const void *data = g_bytes_get_data(body, &size);
    bool sent = self->ops.to_owner(client->way, envelope, data, size, self->user);

    if (sent)
        self->figures.up++;
    else
        self->figures.unsent++;
    return sent;
}

/* Now, or when the way opens; the oldest of too many goes. False: the owner takes no more. */
bool
hub_proxy_send_up(HubProxy *self,
                  HubProxyClient *client,
                  const VicuEnvelope *envelope,
                  GBytes *body,
                  int64_t mono_us)
{
    if (client->up)
        return pass_up(self, client, envelope, body);
    Held *held = g_new0(Held, 1);
    held->envelope = *envelope;
    held->body = g_bytes_ref(body);
    held->since_us = mono_us;
    g_queue_push_tail(&client->held, held);
    if (client->held.length > HUB_PROXY_HELD) {
        held_free(g_queue_pop_head(&client->held));
        self->figures.unsent++;
    }
    return true;
}

/* ---- in ---- */

/* Finds out whether @client is still there, when it was told nothing for @after_us. */
static void
probe(HubProxy *self, HubProxyClient *client, int64_t after_us, int64_t mono_us)
{
    VicuEnvelope envelope = {.kind = VICU__KIND__KIND_HEARTBEAT, .sender = self->hub};

    if (client->over || mono_us - client->told_us < after_us)
        return;
    client->told_us = mono_us;
    if (self->ops.to_client(client->route, &envelope, NULL, 0, self->user) == HUB_PROXY_GONE)
        client->over = true;
}

/* Clients that are there, of all keys and of @sender. */
static void
count(const HubProxy *self, const VicuFingerprint *sender, size_t *all, size_t *own)
{
    GHashTableIter iter;
    gpointer value = NULL;

    *all = *own = 0;
    g_hash_table_iter_init(&iter, self->clients);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const HubProxyClient *client = value;
        *all += !client->over;
        *own += !client->over && memcmp(&client->sender, sender, sizeof *sender) == 0;
    }
}

/* One key alone may not take every place. */
static bool
has_place(const HubProxy *self, const VicuFingerprint *sender)
{
    size_t all, own;

    count(self, sender, &all, &own);
    return all < self->max_clients && own < MAX(self->max_clients / 2, 1);
}

/* The same once those that have left are found. */
static bool
makes_place(HubProxy *self, const VicuFingerprint *sender, int64_t mono_us)
{
    GHashTableIter iter;
    gpointer client = NULL;

    g_hash_table_iter_init(&iter, self->clients);
    while (g_hash_table_iter_next(&iter, NULL, &client))
        probe(self, client, PROBE_LEAST_US, mono_us);
    return has_place(self, sender);
}

/* NULL: beyond the bounds. */
static HubProxyClient *
client_at(HubProxy *self, GBytes *route, const VicuFingerprint *sender, int64_t mono_us)
{
    HubProxyClient *client = g_hash_table_lookup(self->clients, route);

    if (client != NULL)
        return client->over ? NULL : client;
    if (!has_place(self, sender) && !makes_place(self, sender, mono_us))
        return NULL;
    client = g_new0(HubProxyClient, 1);
    client->route = g_bytes_ref(route);
    client->sender = *sender;
    client->told_us = mono_us;
    g_queue_init(&client->held);
    client->way = self->ops.open(client, self->user);
    if (client->way == NULL) {
        client_free(self, client);
        return NULL;
    }
    g_hash_table_insert(self->clients, client->route, client);
    return client;
}

static bool
belongs_up(const HubProxy *self, Vicu__Kind kind)
{
    if (self->lane == HUB_PROXY_STATE)
        return kind == VICU__KIND__KIND_STATE_SUBSCRIBE || kind == VICU__KIND__KIND_STATE_ACK
               || kind == VICU__KIND__KIND_STATE_COMMAND;
    return kind == VICU__KIND__KIND_QUERY || kind == VICU__KIND__KIND_QUERY_CREDIT
           || kind == VICU__KIND__KIND_QUERY_CANCEL;
}

static bool
belongs_down(const HubProxy *self, Vicu__Kind kind)
{
    if (self->lane == HUB_PROXY_STATE)
        return kind == VICU__KIND__KIND_STATE_SNAPSHOT || kind == VICU__KIND__KIND_STATE_UPDATE
               || kind == VICU__KIND__KIND_STATE_BEAT || kind == VICU__KIND__KIND_STATE_RESULT;
    return kind == VICU__KIND__KIND_QUERY_ROWS;
}

/* A client beyond the bounds hears why where the lane has an answer for it. */
static void
turn_away(
    HubProxy *self, GBytes *route, const VicuEnvelope *envelope, const void *body, size_t size)
{
    self->figures.turned++;
    if (envelope->kind != VICU__KIND__KIND_QUERY)
        return;
    g_autoptr(Vicu__Query) query = vicu_wire_unpack_query(body, size, NULL);
    if (query != NULL)
        hub_proxy_tell_error(self, route, query->id,
                             "the hub serves as many stations as it may: try later");
}

void
hub_proxy_from_client(HubProxy *self,
                      GBytes *route,
                      const VicuEnvelope *envelope,
                      const void *body,
                      size_t size,
                      int64_t mono_us)
{
    if (!belongs_up(self, envelope->kind) || size > HUB_PROXY_BYTES) {
        self->figures.foreign++;
        return;
    }
    HubProxyClient *client = client_at(self, route, &envelope->sender, mono_us);
    if (client == NULL) {
        turn_away(self, route, envelope, body, size);
        return;
    }
    client->heard_us = mono_us;
    if (self->lane == HUB_PROXY_STATE) {
        g_autoptr(GBytes) copy = g_bytes_new(body, size);
        hub_proxy_send_up(self, client, envelope, copy, mono_us);
    } else {
        hub_proxy_query_up(self, client, envelope, body, size, mono_us);
    }
}

void
hub_proxy_from_owner(HubProxy *self,
                     HubProxyClient *client,
                     const VicuEnvelope *envelope,
                     const void *body,
                     size_t size,
                     int64_t mono_us)
{
    if (client->over)
        return;
    if (!belongs_down(self, envelope->kind))
        self->figures.foreign++;
    else if (self->lane == HUB_PROXY_QUERY)
        hub_proxy_query_down(self, client, envelope, body, size, mono_us);
    else if (hub_proxy_tell(self, client, envelope, body, size, mono_us) == HUB_PROXY_SENT)
        self->figures.down++;
}

void
hub_proxy_way(HubProxy *self, HubProxyClient *client, bool up, int64_t mono_us)
{
    Held *held = NULL;
    (void)mono_us;

    client->up = up;
    while (up && (held = g_queue_pop_head(&client->held)) != NULL) {
        pass_up(self, client, &held->envelope, held->body);
        held_free(held);
    }
    if (!up)
        hub_proxy_query_lost(self, client);
}

/* ---- time ---- */

static void
expire_held(HubProxy *self, HubProxyClient *client, int64_t mono_us)
{
    int64_t patience_us = self->lane == HUB_PROXY_STATE ? HUB_PROXY_HOLD_US : HUB_PROXY_PATIENCE_US;
    Held *held = NULL;

    while ((held = g_queue_peek_head(&client->held)) != NULL
           && mono_us - held->since_us >= patience_us) {
        self->figures.unsent++;
        held_free(g_queue_pop_head(&client->held));
    }
}

static bool
is_over(const HubProxy *self, const HubProxyClient *client, int64_t mono_us)
{
    int64_t silence_us = mono_us - client->heard_us;

    if (client->over)
        return true;
    if (self->lane == HUB_PROXY_STATE)
        return silence_us >= HUB_PROXY_STATE_END_US;
    return silence_us >= HUB_PROXY_QUERY_END_US && hub_questions_count(&client->questions) == 0;
}

void
hub_proxy_tick(HubProxy *self, int64_t mono_us)
{
    GHashTableIter iter;
    gpointer value = NULL;

    g_hash_table_iter_init(&iter, self->clients);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        HubProxyClient *client = value;
        expire_held(self, client, mono_us);
        hub_proxy_query_tick(self, client, mono_us);
        probe(self, client, HUB_PROXY_PROBE_US, mono_us);
        if (!is_over(self, client, mono_us))
            continue;
        g_hash_table_iter_remove(&iter);
        client_free(self, client);
    }
}

void
hub_proxy_figures(const HubProxy *self, HubProxyFigures *figures)
{
    *figures = self->figures;
    figures->clients = g_hash_table_size(self->clients);
}
