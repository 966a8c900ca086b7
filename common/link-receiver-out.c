/* What the receiver hands to its owner and sends: writes, ACK, WELCOME, REFUSE.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/link-receiver-inner.h"
#include "common/mutant.h"

void
link_receiver_hand_out(VicuLinkReceiver *self, ReceiverSender *sender, VicuLinkWrite *write)
{
    write->ticket = ++self->ticket;
    write->sender = sender->id;
    write->name = sender->name;
    ReceiverPending *pending = g_new(ReceiverPending, 1);
    *pending = (ReceiverPending){write->ticket, sender, write->kind, write->epoch, write->sequence};
    g_queue_push_tail(&self->pending, pending);
    self->ops.write(write, self->data);
}

static void
push_mark(GArray *marks, uint64_t epoch, uint64_t sequence, bool ended, bool gap)
{
    VicuWatermark mark = {epoch, sequence, ended, gap};
    g_array_append_val(marks, mark);
}

static uint64_t
told(const ReceiverEpoch *epoch)
{
    return VICU_MUTANT(ACK_BEFORE_SYNC) ? epoch->taken : epoch->synced;
}

static void
send_marks(
    VicuLinkReceiver *self, ReceiverSender *sender, Vicu__Kind kind, uint64_t epoch, GArray *marks)
{
    VicuLinkMessage message = {
        .kind = kind,
        .sender = sender->id,
        .epoch = epoch,
        .fence = sender->highest,
        .highest_epoch = sender->highest,
        .instance = sender->instance,
        .highest_instance = sender->instance,
        .watermark = (const VicuWatermark *)(void *)marks->data,
        .n_watermark = marks->len,
        .credit_bytes = self->credit_bytes,
    };
    self->ops.send(&message, self->data);
}

void
link_receiver_send_ack(VicuLinkReceiver *self, ReceiverSender *sender, bool all, int64_t mono_us)
{
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(VicuWatermark));
    for (guint i = 0; i < sender->epochs->len; i++) {
        ReceiverEpoch *epoch = &g_array_index(sender->epochs, ReceiverEpoch, i);
        if (all || epoch->owed)
            push_mark(marks, epoch->epoch, told(epoch), false, epoch->gap);
        epoch->owed = false;
        epoch->gap = false;
    }
    for (guint i = 0; i < sender->ended->len; i++)
        push_mark(marks, g_array_index(sender->ended, uint64_t, i), 0, true, false);
    g_array_set_size(sender->ended, 0);
    sender->acked_us = mono_us;
    send_marks(self, sender, VICU__KIND__KIND_ACK, 0, marks);
}

void
link_receiver_owe_ack(VicuLinkReceiver *self,
                      ReceiverSender *sender,
                      ReceiverEpoch *epoch,
                      int64_t mono_us)
{
    epoch->owed = true;
    if (mono_us - sender->acked_us >= LINK_RECEIVER_SOON_US)
        link_receiver_send_ack(self, sender, false, mono_us);
}

void
link_receiver_owe_ended(VicuLinkReceiver *self,
                        ReceiverSender *sender,
                        uint64_t epoch,
                        int64_t mono_us)
{
    if (!link_receiver_lists((const uint64_t *)(void *)sender->ended->data, sender->ended->len,
                             epoch)
        && sender->ended->len < VICU_SPOOL_EPOCHS_MAX)
        g_array_append_val(sender->ended, epoch);
    if (mono_us - sender->acked_us >= LINK_RECEIVER_SOON_US)
        link_receiver_send_ack(self, sender, false, mono_us);
}

void
link_receiver_send_welcome(VicuLinkReceiver *self, ReceiverSender *sender)
{
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(VicuWatermark));
    for (guint i = 0; i < sender->epochs->len; i++) {
        const ReceiverEpoch *epoch = &g_array_index(sender->epochs, ReceiverEpoch, i);
        if (!epoch->ending)
            push_mark(marks, epoch->epoch, told(epoch), false, false);
    }
    for (guint i = 0; i < sender->greeted->len; i++) {
        uint64_t epoch = g_array_index(sender->greeted, uint64_t, i);
        if (!link_receiver_find_epoch(sender, epoch))
            push_mark(marks, epoch, 0, true, false);
    }
    uint64_t epoch = sender->greeted_epoch;
    sender->greeted_epoch = 0;
    send_marks(self, sender, VICU__KIND__KIND_WELCOME, epoch, marks);
}

void
link_receiver_refuse(VicuLinkReceiver *self,
                     const VicuLinkMessage *message,
                     uint64_t fence,
                     Vicu__RefuseReason reason,
                     const char *text)
{
    VicuLinkMessage answer = {
        .kind = VICU__KIND__KIND_REFUSE,
        .sender = message->sender,
        .epoch = fence,
        .refuse = reason,
        .text = text,
    };
    self->ops.send(&answer, self->data);
}

void
link_receiver_refuse_fence(VicuLinkReceiver *self,
                           const VicuLinkMessage *message,
                           const ReceiverSender *sender)
{
    self->figures.fenced++;
    g_autofree char *text = g_strdup_printf(
        "epoch %" G_GUINT64_FORMAT
        " is refused: a sender with the same key writes epoch %" G_GUINT64_FORMAT
        ". One key belongs to one machine: end the older process, or give it a key and a spool of "
        "its own",
        message->fence, sender->highest);
    link_receiver_refuse(self, message, message->fence, VICU__REFUSE_REASON__REFUSE_FENCED, text);
}

void
link_receiver_refuse_malformed(VicuLinkReceiver *self,
                               const VicuLinkMessage *message,
                               const char *text)
{
    self->figures.malformed++;
    link_receiver_refuse(self, message, message->fence, VICU__REFUSE_REASON__REFUSE_MALFORMED,
                         text);
}
