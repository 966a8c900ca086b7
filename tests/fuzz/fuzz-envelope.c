/* Any two parts from the wire, into every machine that link, feed and state have.
 *
 * The input is a row of messages: length of the envelope (1 byte), length of the
 * body (2 bytes, little endian), envelope, body; with an envelope of no length
 * the body is a message in one part. Each is unpacked as a process
 * does it and given to all machines; time goes on by 100 ms after each.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib.h>

#include "common/feed.h"
#include "common/heartbeat.h"
#include "common/link-wire.h"
#include "common/link.h"
#include "common/relay.h"
#include "common/state-wire.h"
#include "common/state.h"
#include "common/wire.h"
#include "tests/common/sim-disk.h"
#include "tests/fuzz/fuzz-target.h"

#define MESSAGES_MAX 64

typedef struct {
    VicuSpool *spool;
    VicuLinkSender *sender;
    VicuLinkReceiver *receiver;
    uint64_t ticket;
    VicuRelay *relay;
    VicuFeedMemory *memory;
    VicuFeedReader *reader;
    VicuStateOwner *owner;
    VicuStateSubscriber *subscriber;
    int64_t now;
} Machines;

/* Whatever a machine says must itself be packable. */
static void
pack(const VicuLinkMessage *message)
{
    VicuEnvelope envelope;
    g_autoptr(GBytes) packed = NULL;
    vicu_link_wire_pack(message, &envelope, &packed);
}

static bool
link_send(const VicuLinkMessage *message, gpointer data)
{
    (void)data;
    pack(message);
    return true;
}

static void
receiver_send(const VicuLinkMessage *message, gpointer data)
{
    (void)data;
    pack(message);
}

static void
receiver_write(const VicuLinkWrite *write, gpointer data)
{
    ((Machines *)data)->ticket = write->ticket;
}

static bool
memory_send(GBytes *route, const VicuLinkMessage *message, gpointer data)
{
    (void)route;
    (void)data;
    pack(message);
    return true;
}

static void
on_epoch(uint64_t epoch, gpointer data)
{
    (void)epoch;
    (void)data;
}

static void
on_state(VicuLinkState state, const char *text, gpointer data)
{
    (void)state;
    (void)text;
    (void)data;
}

static void
on_batch(const VicuLinkMessage *message, bool late, gpointer data)
{
    (void)message;
    (void)late;
    (void)data;
}

static void
on_bed(const char *bed, int64_t last_us, gpointer data)
{
    (void)last_us;
    (void)data;
    g_assert(bed);
}

static void
on_beat(const VicuLinkMessage *message, gpointer data)
{
    (void)data;
    g_autoptr(Vicu__Heartbeat) beat = vicu_wire_unpack_heartbeat(message->body, message->len, NULL);
    if (beat)
        vicu_heartbeat_read(beat, on_bed, NULL);
}

static void
on_gap(const VicuFeedGap *gap, gpointer data)
{
    (void)gap;
    (void)data;
}

static bool
owner_send(GBytes *route, const VicuStateMessage *message, gpointer data)
{
    (void)route;
    (void)data;
    VicuEnvelope envelope;
    g_autoptr(GBytes) body = vicu_state_wire_pack(message, &envelope);
    return true;
}

static bool
subscriber_send(const VicuStateMessage *message, gpointer data)
{
    return owner_send(NULL, message, data);
}

static void
on_begin(gpointer data)
{
    (void)data;
}

static void
on_item(GBytes *packed, gpointer data)
{
    (void)data;
    gsize size;
    const void *bytes = g_bytes_get_data(packed, &size);
    g_autoptr(Vicu__StateItem) item = vicu_wire_unpack_state_item(bytes, size, NULL);
    if (item) /* what was unpacked can be copied */
        vicu_wire_free(vicu_wire_copy(&item->base));
}

static void
on_level(uint64_t sequence, gpointer data)
{
    (void)sequence;
    (void)data;
}

static void
on_state_beat(int64_t watermark_us, bool catching_up, gpointer data)
{
    (void)watermark_us;
    (void)catching_up;
    (void)data;
}

static void
on_watch(VicuWatchLevel level, gpointer data)
{
    (void)level;
    (void)data;
}

static void
on_result(const char *key, GBytes *result, gpointer data)
{
    (void)key;
    (void)result;
    (void)data;
}

static void
start(Machines *m, SimDisk *disk)
{
    static const VicuLinkSenderOps sender_ops = {link_send, on_epoch, on_state};
    static const VicuLinkReceiverOps receiver_ops = {receiver_send, receiver_write};
    static const VicuFeedMemoryOps memory_ops = {memory_send};
    static const VicuFeedReaderOps reader_ops = {link_send, on_batch, on_beat, on_gap};
    static const VicuStateOwnerOps owner_ops = {.send = owner_send};
    static const VicuStateSubscriberOps subscriber_ops = {
        subscriber_send, on_begin, on_item, on_level, on_state_beat, on_watch, on_result, NULL};
    VicuSpoolSettings settings = {.max_bytes = 1u << 20, .segment_bytes = 4096, .first_id = 1};
    VicuSenderId id = {{1}};
    m->now = 1000 * G_USEC_PER_SEC;
    m->spool = vicu_spool_open_on(sim_disk_files(), disk, "fuzz", &settings, NULL);
    m->sender = vicu_link_sender_new(m->spool, &id, "fuzz", 7, &sender_ops, m, m->now, NULL);
    vicu_link_sender_let_refer(m->sender);
    m->receiver = vicu_link_receiver_new(&receiver_ops, m);
    m->relay = vicu_relay_new(4);
    m->memory = vicu_feed_memory_new(&id, 9, 1u << 16, &memory_ops, m);
    m->reader = vicu_feed_reader_new(NULL, 0, 0, &reader_ops, m, m->now);
    m->owner = vicu_state_owner_new(3, 2, &owner_ops, m);
    m->subscriber = vicu_state_subscriber_new("fuzz", NULL, 0, &subscriber_ops, m, m->now);
}

static void
stop(Machines *m)
{
    vicu_link_sender_free(m->sender);
    vicu_spool_free(m->spool);
    vicu_link_receiver_free(m->receiver);
    vicu_relay_free(m->relay);
    vicu_feed_memory_free(m->memory);
    vicu_feed_reader_free(m->reader);
    vicu_state_owner_free(m->owner);
    vicu_state_subscriber_free(m->subscriber);
}

static void
give_link(Machines *m, const VicuLinkMessage *message)
{
    g_autoptr(GBytes) route = g_bytes_new(&message->sender, 2);
    g_autoptr(GBytes) body = g_bytes_new(message->body ? message->body : (const uint8_t *)"",
                                         message->body ? message->len : 0);
    VicuLinkMessage reply;
    vicu_link_sender_receive(m->sender, message, m->now);
    vicu_link_receiver_receive(m->receiver, message, m->now);
    unsigned verdict = vicu_relay_from_sender(m->relay, route, message, &reply, m->now);
    if (verdict & VICU_RELAY_FEED)
        vicu_feed_memory_add(m->memory, message, body, m->now);
    if (verdict & VICU_RELAY_HOLD)
        vicu_feed_memory_hold(m->memory);
    vicu_feed_memory_body(m->memory, message);
    if (verdict & VICU_RELAY_REPLY)
        pack(&reply);
    vicu_relay_from_store(m->relay, message);
    vicu_feed_memory_receive(m->memory, route, &message->sender, message, m->now);
    vicu_feed_reader_receive(m->reader, message, m->now);
}

static void
give_state(Machines *m, const VicuStateMessage *message)
{
    g_autoptr(GBytes) route = g_bytes_new("r", 1);
    vicu_state_owner_receive(m->owner, route, message, m->now);
    if (message->kind == VICU__KIND__KIND_STATE_COMMAND
        && vicu_state_owner_command(m->owner, route, message, m->now) == VICU_STATE_ACT)
        vicu_state_owner_answer(m->owner, message->key, message->body);
    for (size_t i = 0; i < message->n_items; i++)
        vicu_state_owner_set(m->owner, VICU__SUBJECT__SUBJECT_BED, "k", message->items[i]);
    vicu_state_subscriber_receive(m->subscriber, message, m->now);
}

static void
go_on(Machines *m)
{
    g_autoptr(GBytes) batch = g_bytes_new_static("batch", 5);
    m->now += G_USEC_PER_SEC / 10;
    vicu_link_sender_append(m->sender, batch, m->now, m->now, NULL);
    vicu_spool_sync(m->spool, NULL);
    vicu_link_sender_synced(m->sender, m->now);
    vicu_link_sender_tick(m->sender, m->now);
    vicu_link_receiver_synced(m->receiver, m->ticket, m->now);
    vicu_link_receiver_tick(m->receiver, m->now);
    vicu_relay_tick(m->relay, m->now);
    vicu_feed_memory_tick(m->memory, m->now);
    vicu_feed_reader_tick(m->reader, m->now);
    vicu_state_owner_tick(m->owner, 0, false, m->now);
    vicu_state_subscriber_tick(m->subscriber, m->now);
}

static void
give(Machines *m, const uint8_t *head, size_t n_head, const uint8_t *body, size_t n_body)
{
    VicuEnvelope envelope;
    VicuLinkWire wire;
    VicuStateWire state;
    VicuPart rest = {body, n_body};
    if (n_head > 0 ? !vicu_envelope_unpack(head, n_head, &envelope, NULL)
                   : !vicu_whole_unpack(body, n_body, &envelope, &rest, NULL))
        return;
    body = rest.data;
    n_body = rest.size;
    if (vicu_link_wire_unpack(&wire, &envelope, body, n_body)) {
        give_link(m, &wire.message);
        vicu_link_wire_clear(&wire);
    } else if (vicu_state_wire_unpack(&state, &envelope, body, n_body)) {
        give_state(m, &state.message);
        vicu_state_wire_clear(&state);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    SimRandom random = {1};
    g_autoptr(SimDisk) disk = sim_disk_new(&random);
    Machines machines = {0};
    start(&machines, disk);
    for (int i = 0; i < MESSAGES_MAX && n >= 3; i++) {
        size_t n_head = bytes[0], n_body = bytes[1] | (size_t)bytes[2] << 8;
        bytes += 3;
        n -= 3;
        n_head = MIN(n_head, n);
        n_body = MIN(n_body, n - n_head);
        give(&machines, bytes, n_head, bytes + n_head, n_body);
        bytes += n_head + n_body;
        n -= n_head + n_body;
        go_on(&machines);
    }
    stop(&machines);
    return 0;
}
