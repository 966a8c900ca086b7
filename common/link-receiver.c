/* The receiving machine of link, as the store runs it.
 *
 * What it knows of a sender is what the database knows, plus what was handed to
 * the owner and is not yet synced. Every write has a ticket; what has to be
 * answered waits for its ticket.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/link-receiver-inner.h"

#define ACTIVE_US     (60 * G_USEC_PER_SEC) /* ACKs are repeated to whoever was heard since */
#define NAME_MAX_SIZE 64

/* ---- senders and epochs ---- */

static void
free_sender(gpointer data)
{
    ReceiverSender *sender = data;
    g_array_unref(sender->epochs);
    g_array_unref(sender->ended);
    g_array_unref(sender->greeted);
    g_free(sender->name);
    g_free(sender);
}

ReceiverSender *
link_receiver_find_sender(const VicuLinkReceiver *self, const VicuSenderId *id)
{
    return g_hash_table_lookup(self->senders, id);
}

ReceiverSender *
link_receiver_need_sender(VicuLinkReceiver *self, const VicuSenderId *id, const char *name)
{
    ReceiverSender *sender = link_receiver_find_sender(self, id);
    if (!sender) {
        sender = g_new0(ReceiverSender, 1);
        sender->id = *id;
        sender->epochs = g_array_new(FALSE, FALSE, sizeof(ReceiverEpoch));
        sender->ended = g_array_new(FALSE, FALSE, sizeof(uint64_t));
        sender->greeted = g_array_new(FALSE, FALSE, sizeof(uint64_t));
        sender->heard_us = -1;
        g_hash_table_insert(self->senders, &sender->id, sender);
    }
    if (name && name[0] != '\0') {
        g_free(sender->name);
        sender->name = g_strndup(name, NAME_MAX_SIZE);
    }
    return sender;
}

ReceiverEpoch *
link_receiver_find_epoch(const ReceiverSender *sender, uint64_t epoch)
{
    for (guint i = sender->epochs->len; i > 0; i--) {
        ReceiverEpoch *entry = &g_array_index(sender->epochs, ReceiverEpoch, i - 1);
        if (entry->epoch == epoch)
            return entry;
    }
    return NULL;
}

void
link_receiver_add_epoch(ReceiverSender *sender, uint64_t epoch, uint64_t watermark)
{
    guint at = sender->epochs->len;
    while (at > 0 && g_array_index(sender->epochs, ReceiverEpoch, at - 1).epoch > epoch)
        at--;
    ReceiverEpoch entry = {.epoch = epoch, .taken = watermark, .synced = watermark};
    g_array_insert_val(sender->epochs, at, entry);
}

static void
remove_epoch(ReceiverSender *sender, uint64_t epoch)
{
    ReceiverEpoch *entry = link_receiver_find_epoch(sender, epoch);
    if (entry)
        g_array_remove_index(sender->epochs,
                             (guint)(entry - (ReceiverEpoch *)(void *)sender->epochs->data));
}

bool
link_receiver_lists(const uint64_t *epochs, size_t n, uint64_t epoch)
{
    for (size_t i = 0; i < n; i++) {
        if (epochs[i] == epoch)
            return true;
    }
    return false;
}

VicuLinkReceiver *
vicu_link_receiver_new(const VicuLinkReceiverOps *ops, gpointer data)
{
    VicuLinkReceiver *self = g_new0(VicuLinkReceiver, 1);
    self->ops = *ops;
    self->data = data;
    self->senders =
        g_hash_table_new_full(vicu_sender_id_hash, vicu_sender_id_same, NULL, free_sender);
    g_queue_init(&self->pending);
    self->credit_bytes = VICU_LINK_CREDIT_BYTES;
    return self;
}

void
vicu_link_receiver_free(VicuLinkReceiver *self)
{
    if (!self)
        return;
    g_queue_clear_full(&self->pending, g_free);
    g_hash_table_unref(self->senders);
    g_free(self);
}

void
vicu_link_receiver_restore(VicuLinkReceiver *self,
                           const VicuSenderId *sender,
                           const char *name,
                           uint64_t highest_epoch)
{
    link_receiver_need_sender(self, sender, name)->highest = highest_epoch;
}

void
vicu_link_receiver_restore_instance(VicuLinkReceiver *self,
                                    const VicuSenderId *sender,
                                    uint64_t instance)
{
    link_receiver_need_sender(self, sender, NULL)->instance = instance;
}

void
vicu_link_receiver_restore_epoch(VicuLinkReceiver *self,
                                 const VicuSenderId *sender,
                                 uint64_t epoch,
                                 uint64_t watermark)
{
    ReceiverSender *entry = link_receiver_need_sender(self, sender, NULL);
    g_assert(epoch <= entry->highest && !link_receiver_find_epoch(entry, epoch));
    link_receiver_add_epoch(entry, epoch, watermark);
}

/* ---- synced ---- */

static void
settle(VicuLinkReceiver *self, const ReceiverPending *done, int64_t mono_us)
{
    ReceiverSender *sender = done->sender;
    ReceiverEpoch *epoch = link_receiver_find_epoch(sender, done->epoch);
    switch (done->kind) {
    case VICU_LINK_WRITE_EPOCH:
        if (sender->greeted_epoch != 0 && sender->epoch_ticket <= done->ticket)
            link_receiver_send_welcome(self, sender);
        break;
    case VICU_LINK_WRITE_BATCH:
    case VICU_LINK_WRITE_DROPPED:
        if (epoch) {
            epoch->synced = MAX(epoch->synced, done->sequence);
            epoch->owed = true;
        }
        break;
    case VICU_LINK_WRITE_ENDED:
        remove_epoch(sender, done->epoch);
        g_array_append_val(sender->ended, done->epoch);
        break;
    }
    sender->acked_us = MIN(sender->acked_us, mono_us - LINK_RECEIVER_SOON_US);
}

static bool
owes(const ReceiverSender *sender)
{
    for (guint i = 0; i < sender->epochs->len; i++) {
        if (g_array_index(sender->epochs, ReceiverEpoch, i).owed)
            return true;
    }
    return sender->ended->len > 0;
}

static void
send_owed(VicuLinkReceiver *self, int64_t mono_us)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->senders);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        ReceiverSender *sender = value;
        if (owes(sender) && mono_us - sender->acked_us >= LINK_RECEIVER_SOON_US)
            link_receiver_send_ack(self, sender, false, mono_us);
    }
}

void
vicu_link_receiver_synced(VicuLinkReceiver *self, uint64_t ticket, int64_t mono_us)
{
    g_assert(ticket <= self->ticket);
    self->synced = MAX(self->synced, ticket);
    for (;;) {
        ReceiverPending *done = g_queue_peek_head(&self->pending);
        if (!done || done->ticket > ticket)
            break;
        g_queue_pop_head(&self->pending);
        settle(self, done, mono_us);
        g_free(done);
    }
    send_owed(self, mono_us);
}

void
vicu_link_receiver_set_credit(VicuLinkReceiver *self, uint32_t bytes)
{
    self->credit_bytes = bytes;
}

void
vicu_link_receiver_tick(VicuLinkReceiver *self, int64_t mono_us)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->senders);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        ReceiverSender *sender = value;
        if (sender->heard_us < 0)
            sender->heard_us = mono_us;
        if (mono_us - sender->repeated_us < VICU_LINK_REPEAT_US
            || mono_us - sender->heard_us > ACTIVE_US)
            continue;
        sender->repeated_us = mono_us;
        link_receiver_send_ack(self, sender, true, mono_us);
    }
    send_owed(self, mono_us);
}

void
vicu_link_receiver_figures(const VicuLinkReceiver *self, VicuLinkReceiverFigures *figures)
{
    *figures = self->figures;
    figures->senders = g_hash_table_size(self->senders);
    figures->unsynced = g_queue_get_length((GQueue *)&self->pending);
}
