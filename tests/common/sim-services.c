/* Hub, store and rules in the simulated world.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tests/common/sim-inner.h"

static GBytes *
route_of(uint64_t connection)
{
    return g_bytes_new(&connection, sizeof connection);
}

static uint64_t
connection_of(GBytes *route)
{
    uint64_t connection;
    memcpy(&connection, g_bytes_get_data(route, NULL), sizeof connection);
    return connection;
}

static int
node_of(const SimWorld *self, uint64_t connection)
{
    for (int i = 0; i < SIM_SENDERS; i++) {
        if (self->sender[i].exists && self->sender[i].connection == connection)
            return i;
    }
    return SIM_RULES;
}

/* ---- hub ---- */

static bool
on_feed(GBytes *route, const VicuLinkMessage *message, gpointer data)
{
    SimWorld *self = data;
    if (self->faults && sim_chance(&self->random, self->profile.socket_full))
        return false;
    sim_net_send(self->net, SIM_HUB, SIM_RULES, connection_of(route), message, self->now);
    return true;
}

void
sim_hub_start(SimWorld *self)
{
    static const VicuFeedMemoryOps ops = {on_feed};
    VicuSenderId id = {{'h', 'u', 'b'}};
    self->hub.up = true;
    self->hub.relay = vicu_relay_new(16);
    self->hub.memory =
        vicu_feed_memory_new(&id, (uint64_t)self->now, self->profile.memory_bytes, &ops, self);
    self->hub.bodies =
        vicu_feed_memory_new(&id, (uint64_t)self->now, self->profile.memory_bytes, &ops, self);
    self->hub.refers = !sim_chance(&self->random, self->profile.older_hub);
    self->hub.tick_at = self->now;
}

void
sim_hub_stop(SimWorld *self)
{
    self->hub.up = false;
    g_clear_pointer(&self->hub.relay, vicu_relay_free);
    g_clear_pointer(&self->hub.memory, vicu_feed_memory_free);
    g_clear_pointer(&self->hub.bodies, vicu_feed_memory_free);
}

/* Behind its head, so that whose batch it is can still be seen. */
static GBytes *
twist(GBytes *body)
{
    GByteArray *twisted = g_bytes_unref_to_array(g_bytes_ref(body));
    if (twisted->len > 0)
        twisted->data[twisted->len - 1] ^= 0x40;
    return g_byte_array_free_to_bytes(twisted);
}

/* The memory of bodies stands apart from that of the feed, so that one can be another
 * than came without the rules being given it. */
static void
hold(SimWorld *self, const SimPacket *packet, const VicuLinkMessage *message)
{
    bool twisted = self->faults && sim_chance(&self->random, self->profile.twisted);
    g_autoptr(GBytes) body = twisted ? twist(packet->body) : g_bytes_ref(packet->body);
    vicu_feed_memory_add(self->hub.bodies, message, body, self->now);
    vicu_feed_memory_hold(self->hub.bodies);
}

static void
follow(SimWorld *self, const SimPacket *packet, const VicuLinkMessage *reference)
{
    GBytes *held = vicu_feed_memory_body(self->hub.bodies, reference);
    VicuLinkMessage message = *reference;
    message.kind = held ? VICU__KIND__KIND_BATCH_STORE : VICU__KIND__KIND_BATCH_WANTED;
    if (!held) { /* without the body that it names */
        message.body = NULL;
        message.len = 0;
        sim_net_send(self->net, SIM_HUB, packet->from, packet->route, &message, self->now);
        return;
    }
    gsize size = 0;
    message.body = g_bytes_get_data(held, &size);
    message.len = size;
    sim_net_send(self->net, SIM_HUB, SIM_STORE, 0, &message, self->now);
}

static void
from_sender(SimWorld *self, const SimPacket *packet, const VicuLinkMessage *message)
{
    VicuLinkMessage reply;
    g_autoptr(GBytes) route = route_of(packet->route);
    if (message->kind == VICU__KIND__KIND_BATCH_REF && !self->hub.refers)
        return; /* an older hub knows no such kind */
    unsigned verdict = vicu_relay_from_sender(self->hub.relay, route, message, &reply, self->now);
    if (verdict & VICU_RELAY_STORE)
        sim_net_send(self->net, SIM_HUB, SIM_STORE, 0, message, self->now);
    if (verdict & VICU_RELAY_FEED) {
        bool opaque = message->kind != VICU__KIND__KIND_END;
        vicu_feed_memory_add(self->hub.memory, message, opaque ? packet->body : NULL, self->now);
    }
    if (verdict & VICU_RELAY_HOLD)
        hold(self, packet, message);
    if (verdict & VICU_RELAY_REFER)
        follow(self, packet, message);
    if (verdict & VICU_RELAY_REPLY)
        sim_net_send(self->net, SIM_HUB, packet->from, packet->route, &reply, self->now);
}

static void
from_store(SimWorld *self, const VicuLinkMessage *message)
{
    GBytes *route = vicu_relay_from_store(self->hub.relay, message);
    VicuLinkMessage passed = *message;
    if (!route)
        return;
    passed.by_reference = message->kind == VICU__KIND__KIND_WELCOME && self->hub.refers;
    uint64_t connection = connection_of(route);
    sim_net_send(self->net, SIM_HUB, node_of(self, connection), connection, &passed, self->now);
}

void
sim_hub_receive(SimWorld *self, const SimPacket *packet)
{
    VicuLinkWire wire;
    if (!sim_packet_open(packet, &wire))
        return;
    if (packet->from == SIM_STORE) {
        from_store(self, &wire.message);
    } else if (packet->from == SIM_RULES) {
        g_autoptr(GBytes) route = route_of(packet->route);
        VicuSenderId id = {{'r'}};
        vicu_feed_memory_receive(self->hub.memory, route, &id, &wire.message, self->now);
    } else {
        from_sender(self, packet, &wire.message);
    }
    vicu_link_wire_clear(&wire);
}

void
sim_hub_step(SimWorld *self)
{
    if (self->now < self->hub.tick_at)
        return;
    self->hub.tick_at = self->now + 50000;
    vicu_relay_tick(self->hub.relay, self->now);
    vicu_feed_memory_tick(self->hub.memory, self->now);
    vicu_feed_memory_tick(self->hub.bodies, self->now);
}

/* ---- store ---- */

static void
on_answer(const VicuLinkMessage *message, gpointer data)
{
    SimWorld *self = data;
    sim_net_send(self->net, SIM_STORE, SIM_HUB, 0, message, self->now);
}

static void
on_write(const VicuLinkWrite *write, gpointer data)
{
    SimWorld *self = data;
    sim_oracle_write(self->oracle, write);
    self->store.ticket = write->ticket;
    sim_trace(self, 2 + (uint64_t)write->kind, write->epoch, write->sequence);
}

void
sim_store_start(SimWorld *self)
{
    static const VicuLinkReceiverOps ops = {on_answer, on_write};
    self->store.up = true;
    self->store.receiver = vicu_link_receiver_new(&ops, self);
    sim_oracle_restore(self->oracle, self->store.receiver);
    vicu_link_receiver_set_credit(self->store.receiver, self->profile.credit_bytes);
    self->store.ticket = 0;
    self->store.syncing = 0;
    self->store.tick_at = self->now;
}

void
sim_store_stop(SimWorld *self)
{
    self->store.up = false;
    g_clear_pointer(&self->store.receiver, vicu_link_receiver_free);
    /* A write-ahead log keeps a prefix of what was not synced. */
    guint unsynced = sim_oracle_unsynced(self->oracle);
    sim_oracle_synced(self->oracle, (guint)sim_between(&self->random, 0, unsynced));
    sim_oracle_store_died(self->oracle);
}

void
sim_store_receive(SimWorld *self, const SimPacket *packet)
{
    VicuLinkWire wire;
    if (!sim_packet_open(packet, &wire))
        return;
    vicu_link_receiver_receive(self->store.receiver, &wire.message, self->now);
    vicu_link_wire_clear(&wire);
}

void
sim_store_step(SimWorld *self)
{
    SimStore *store = &self->store;
    if (store->syncing > 0 && self->now >= store->sync_done_at) {
        sim_oracle_synced(self->oracle, store->syncing);
        store->syncing = 0;
        vicu_link_receiver_synced(store->receiver, store->syncing_ticket, self->now);
    }
    if (store->syncing == 0 && sim_oracle_unsynced(self->oracle) > 0) {
        store->syncing = sim_oracle_unsynced(self->oracle);
        store->syncing_ticket = store->ticket;
        store->sync_done_at =
            self->now + sim_between(&self->random, 1000, self->profile.store_sync_us);
        if (self->faults && sim_chance(&self->random, self->profile.slow_sync))
            store->sync_done_at += sim_between(&self->random, 0, 5 * G_USEC_PER_SEC);
    }
    if (self->now >= store->tick_at) {
        vicu_link_receiver_tick(store->receiver, self->now);
        store->tick_at = self->now + 100000;
    }
}

/* ---- rules ---- */

static bool
on_ask(const VicuLinkMessage *message, gpointer data)
{
    SimWorld *self = data;
    sim_net_send(self->net, SIM_RULES, SIM_HUB, self->rules.connection, message, self->now);
    return true;
}

static void
on_batch(const VicuLinkMessage *message, bool late, gpointer data)
{
    SimWorld *self = data;
    sim_oracle_delivered(self->oracle, message);
    sim_trace(self, 20 + late, message->epoch, message->sequence);
}

static void
on_beat(const VicuLinkMessage *message, gpointer data)
{
    (void)message;
    (void)data;
}

static void
on_gap(const VicuFeedGap *gap, gpointer data)
{
    SimWorld *self = data;
    sim_oracle_gap(self->oracle, gap);
    sim_trace(self, 22, gap->epoch, gap->first);
}

void
sim_rules_start(SimWorld *self)
{
    static const VicuFeedReaderOps ops = {on_ask, on_batch, on_beat, on_gap};
    VicuSenderId own = {{'r'}};
    SimRules *rules = &self->rules;
    rules->up = true;
    rules->connection = ++self->next_connection;
    sim_oracle_reader_started(self->oracle);
    rules->reader = vicu_feed_reader_new(&own, rules->kept_incarnation, rules->kept_number, &ops,
                                         self, self->now);
    rules->tick_at = self->now;
}

void
sim_rules_stop(SimWorld *self)
{
    SimRules *rules = &self->rules;
    /* As if a snapshot of its state had just been kept. */
    rules->kept_number = vicu_feed_reader_number(rules->reader);
    rules->kept_incarnation = vicu_feed_reader_incarnation(rules->reader);
    rules->up = false;
    g_clear_pointer(&rules->reader, vicu_feed_reader_free);
}

void
sim_rules_receive(SimWorld *self, const SimPacket *packet)
{
    VicuLinkWire wire;
    if (packet->route != self->rules.connection || !sim_packet_open(packet, &wire))
        return;
    vicu_feed_reader_receive(self->rules.reader, &wire.message, self->now);
    vicu_link_wire_clear(&wire);
}

void
sim_rules_step(SimWorld *self)
{
    if (self->now < self->rules.tick_at)
        return;
    self->rules.tick_at = self->now + 50000;
    vicu_feed_reader_tick(self->rules.reader, self->now);
}
