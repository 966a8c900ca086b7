/* The hub's part in link: who is where, and what may pass.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/relay.h"

#define FORGET_US (600 * G_USEC_PER_SEC)

typedef struct {
    VicuSenderId id;
    GBytes *route;
    uint64_t fence;
    uint64_t instance;
    int64_t heard_us;
} Entry;

struct VicuRelay {
    GHashTable *entries; /* VicuSenderId -> Entry */
    size_t max_senders;
    VicuRelayFigures figures;
};

static void
free_entry(gpointer data)
{
    Entry *entry = data;
    g_bytes_unref(entry->route);
    g_free(entry);
}

VicuRelay *
vicu_relay_new(size_t max_senders)
{
    VicuRelay *self = g_new0(VicuRelay, 1);
    self->entries =
        g_hash_table_new_full(vicu_sender_id_hash, vicu_sender_id_same, NULL, free_entry);
    self->max_senders = max_senders;
    return self;
}

void
vicu_relay_free(VicuRelay *self)
{
    if (!self)
        return;
    g_hash_table_unref(self->entries);
    g_free(self);
}

static unsigned
reply_with(VicuLinkMessage *reply,
           const VicuLinkMessage *message,
           uint64_t fence,
           Vicu__RefuseReason reason,
           const char *text)
{
    *reply = (VicuLinkMessage){
        .kind = VICU__KIND__KIND_REFUSE,
        .sender = message->sender,
        .epoch = fence,
        .refuse = reason,
        .text = text,
    };
    return VICU_RELAY_REPLY;
}

static unsigned
reply_fenced(VicuRelay *self,
             VicuLinkMessage *reply,
             const VicuLinkMessage *message,
             uint64_t fence)
{
    self->figures.fenced++;
    return reply_with(
        reply, message, fence, VICU__REFUSE_REASON__REFUSE_FENCED,
        "a newer process with the same key is connected to the hub. One key belongs to "
        "one machine: end the older process, or give it a key and a spool of its own");
}

static unsigned
on_hello(VicuRelay *self,
         GBytes *route,
         const VicuLinkMessage *hello,
         VicuLinkMessage *reply,
         int64_t mono_us)
{
    Entry *entry = g_hash_table_lookup(self->entries, &hello->sender);
    if (!entry && g_hash_table_size(self->entries) >= self->max_senders)
        return reply_with(reply, hello, hello->epoch, VICU__REFUSE_REASON__REFUSE_UNKNOWN,
                          "the hub has as many senders as its settings allow");
    if (!entry) {
        entry = g_new0(Entry, 1);
        entry->id = hello->sender;
        entry->route = g_bytes_ref(route);
        g_hash_table_insert(self->entries, &entry->id, entry);
    } else if (hello->epoch != 0
               && (hello->epoch < entry->fence
                   || (hello->epoch == entry->fence && hello->instance != entry->instance))) {
        return reply_fenced(self, reply, hello, hello->epoch);
    }
    /* A fresh sender (epoch 0) has lost its count and will be given a new one by
     * the store, whose word on fences is the last. */
    GBytes *before = entry->route;
    entry->route = g_bytes_ref(route);
    g_bytes_unref(before);
    entry->fence = hello->epoch;
    entry->instance = hello->instance;
    entry->heard_us = mono_us;
    return VICU_RELAY_STORE;
}

/* Where a message of this kind goes; 0: senders do not send it. */
static unsigned
lanes_of(Vicu__Kind kind)
{
    if (kind == VICU__KIND__KIND_BATCH_FEED)
        return VICU_RELAY_FEED | VICU_RELAY_LIVE | VICU_RELAY_HOLD;
    if (kind == VICU__KIND__KIND_HEARTBEAT)
        return VICU_RELAY_FEED | VICU_RELAY_LIVE;
    if (kind == VICU__KIND__KIND_BATCH_REF)
        return VICU_RELAY_REFER;
    if (kind == VICU__KIND__KIND_BATCH_STORE || kind == VICU__KIND__KIND_DROPPED)
        return VICU_RELAY_STORE;
    return kind == VICU__KIND__KIND_END ? VICU_RELAY_STORE | VICU_RELAY_FEED : 0;
}

unsigned
vicu_relay_from_sender(VicuRelay *self,
                       GBytes *route,
                       const VicuLinkMessage *message,
                       VicuLinkMessage *reply,
                       int64_t mono_us)
{
    if (message->kind == VICU__KIND__KIND_HELLO)
        return on_hello(self, route, message, reply, mono_us);
    unsigned lanes = lanes_of(message->kind);
    if (lanes == 0)
        return reply_with(reply, message, message->fence, VICU__REFUSE_REASON__REFUSE_MALFORMED,
                          "a message of this kind is not for the hub's data socket");
    Entry *entry = g_hash_table_lookup(self->entries, &message->sender);
    if (entry && g_bytes_equal(entry->route, route)) {
        entry->heard_us = mono_us;
        return lanes;
    }
    if (entry && message->fence != 0 && message->fence < entry->fence)
        return reply_fenced(self, reply, message, message->fence);
    self->figures.unknown++;
    return (lanes & (VICU_RELAY_FEED | VICU_RELAY_LIVE))
           | reply_with(reply, message, message->fence, VICU__REFUSE_REASON__REFUSE_HELLO_FIRST,
                        "the hub does not know this connection yet: say HELLO");
}

GBytes *
vicu_relay_from_store(VicuRelay *self, const VicuLinkMessage *message)
{
    const Entry *entry = g_hash_table_lookup(self->entries, &message->sender);
    if (!entry)
        self->figures.unroutable++;
    return entry ? entry->route : NULL;
}

static gboolean
is_silent(gpointer id, gpointer data, gpointer user_data)
{
    (void)id;
    const Entry *entry = data;
    const int64_t *mono_us = user_data;
    return *mono_us - entry->heard_us > FORGET_US;
}

void
vicu_relay_tick(VicuRelay *self, int64_t mono_us)
{
    g_hash_table_foreach_remove(self->entries, is_silent, &mono_us);
}

void
vicu_relay_figures(const VicuRelay *self, VicuRelayFigures *figures)
{
    *figures = self->figures;
    figures->senders = g_hash_table_size(self->entries);
}
