/* What senders say: HELLO, batches, dropped runs and the end of an epoch.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/link-receiver-inner.h"
#include "common/mutant.h"

/* ---- HELLO ---- */

static uint64_t
beginner_of(const VicuLinkMessage *hello, uint64_t epoch)
{
    for (size_t i = 0; i < hello->n_begun; i++) {
        if (hello->begun[i].epoch == epoch)
            return hello->begun[i].instance;
    }
    return epoch == hello->epoch ? hello->instance : 0;
}

static void
write_epoch(VicuLinkReceiver *self,
            ReceiverSender *sender,
            const VicuLinkMessage *hello,
            uint64_t epoch)
{
    link_receiver_add_epoch(sender, epoch, 0);
    VicuLinkWrite write = {
        .kind = VICU_LINK_WRITE_EPOCH, .epoch = epoch, .instance = beginner_of(hello, epoch)};
    link_receiver_hand_out(self, sender, &write);
    sender->epoch_ticket = self->ticket;
}

static void
write_ended(VicuLinkReceiver *self, ReceiverSender *sender, ReceiverEpoch *epoch)
{
    if (epoch->ending)
        return;
    epoch->ending = true;
    VicuLinkWrite write = {
        .kind = VICU_LINK_WRITE_ENDED, .epoch = epoch->epoch, .sequence = epoch->taken};
    link_receiver_hand_out(self, sender, &write);
}

/* Epochs that the spool holds and we never heard of are above all we know: each
 * HELLO names them all. Epochs that it does not hold are over. */
static void
register_epochs(VicuLinkReceiver *self, ReceiverSender *sender, const VicuLinkMessage *hello)
{
    uint64_t highest = sender->highest;
    for (guint i = 0; i < sender->epochs->len; i++) {
        ReceiverEpoch *epoch = &g_array_index(sender->epochs, ReceiverEpoch, i);
        if (epoch->epoch != hello->epoch
            && !link_receiver_lists(hello->open, hello->n_open, epoch->epoch))
            write_ended(self, sender, epoch);
    }
    for (size_t i = 0; i < hello->n_open; i++) {
        if (hello->open[i] > highest && !link_receiver_find_epoch(sender, hello->open[i]))
            write_epoch(self, sender, hello, hello->open[i]);
    }
    if (hello->epoch > highest) {
        sender->highest = hello->epoch;
        write_epoch(self, sender, hello, hello->epoch);
    }
}

static bool
hello_is_sound(const VicuLinkMessage *hello)
{
    if (hello->n_open > VICU_SPOOL_EPOCHS_MAX || hello->n_begun > VICU_SPOOL_EPOCHS_MAX)
        return false;
    for (size_t i = 0; i < hello->n_open; i++) {
        if (hello->open[i] == 0 || hello->open[i] >= hello->epoch)
            return false;
    }
    return true;
}

static void
answer_fresh(VicuLinkReceiver *self, const VicuLinkMessage *hello)
{
    const ReceiverSender *sender = link_receiver_find_sender(self, &hello->sender);
    VicuLinkMessage welcome = {
        .kind = VICU__KIND__KIND_WELCOME,
        .sender = hello->sender,
        .highest_epoch = sender ? sender->highest : 0,
        .highest_instance = sender ? sender->instance : 0,
        .instance = hello->instance,
        .credit_bytes = self->credit_bytes,
    };
    self->ops.send(&welcome, self->data);
}

/* The highest epoch must be its own, or one that its spool began. */
static bool
may_write(const ReceiverSender *sender, const VicuLinkMessage *hello)
{
    if (hello->epoch < sender->highest)
        return false;
    if (sender->highest == 0 || sender->instance == 0)
        return true;
    if (hello->epoch == sender->highest)
        return hello->instance == sender->instance;
    for (size_t i = 0; i < hello->n_begun; i++) {
        if (hello->begun[i].epoch == sender->highest
            && hello->begun[i].instance == sender->instance)
            return true;
    }
    return false;
}

static void
on_hello(VicuLinkReceiver *self, const VicuLinkMessage *hello, int64_t mono_us)
{
    if (hello->epoch == 0) {
        answer_fresh(self, hello);
        return;
    }
    if (!hello_is_sound(hello)) {
        link_receiver_refuse_malformed(
            self, hello, "HELLO: open epochs must lie in 1..epoch - 1, at most 1024 of them");
        return;
    }
    ReceiverSender *sender = link_receiver_need_sender(self, &hello->sender, hello->name);
    if (!may_write(sender, hello) && !VICU_MUTANT(NO_FENCING)) {
        link_receiver_refuse_fence(self, hello, sender);
        return;
    }
    sender->heard_us = mono_us;
    sender->instance = hello->instance;
    register_epochs(self, sender, hello);
    g_array_set_size(sender->greeted, 0);
    g_array_append_vals(sender->greeted, hello->open, (guint)hello->n_open);
    sender->greeted_epoch = hello->epoch;
    if (sender->epoch_ticket <= self->synced)
        link_receiver_send_welcome(self, sender);
}

/* ---- batches ---- */

static bool
is_fenced(VicuLinkReceiver *self, const VicuLinkMessage *message, const ReceiverSender *sender)
{
    if (VICU_MUTANT(NO_FENCING))
        return false;
    if (message->fence < sender->highest) {
        link_receiver_refuse_fence(self, message, sender);
        return true;
    }
    if (message->fence > sender->highest) {
        link_receiver_refuse(self, message, message->fence, VICU__REFUSE_REASON__REFUSE_HELLO_FIRST,
                             "this fence is not known: say HELLO");
        return true;
    }
    return false;
}

/* The epoch that the message belongs to; NULL: it was answered already. */
static ReceiverEpoch *
admit(VicuLinkReceiver *self,
      const VicuLinkMessage *message,
      ReceiverSender **sender,
      int64_t mono_us)
{
    *sender = link_receiver_find_sender(self, &message->sender);
    if (!*sender) {
        link_receiver_refuse(self, message, message->fence, VICU__REFUSE_REASON__REFUSE_HELLO_FIRST,
                             "this sender is not known: say HELLO");
        return NULL;
    }
    if (is_fenced(self, message, *sender))
        return NULL;
    (*sender)->heard_us = mono_us;
    ReceiverEpoch *epoch = link_receiver_find_epoch(*sender, message->epoch);
    if (!epoch && message->epoch != 0 && message->epoch <= (*sender)->highest)
        link_receiver_owe_ended(self, *sender, message->epoch, mono_us);
    else if (!epoch)
        link_receiver_refuse_malformed(self, message, "the epoch lies above the fence");
    return epoch;
}

static void
after_take(VicuLinkReceiver *self, ReceiverSender *sender, ReceiverEpoch *epoch)
{
    self->figures.taken++;
    if (epoch->end != 0 && epoch->taken >= epoch->end)
        write_ended(self, sender, epoch);
}

static void
on_gap(VicuLinkReceiver *self, ReceiverSender *sender, ReceiverEpoch *epoch, int64_t mono_us)
{
    self->figures.gaps++;
    epoch->gap = true;
    link_receiver_owe_ack(self, sender, epoch, mono_us);
}

static void
on_duplicate(VicuLinkReceiver *self, ReceiverSender *sender, ReceiverEpoch *epoch, int64_t mono_us)
{
    self->figures.duplicates++;
    link_receiver_owe_ack(self, sender, epoch, mono_us);
}

static void
on_batch(VicuLinkReceiver *self, const VicuLinkMessage *message, int64_t mono_us)
{
    if (message->sequence == 0 || message->len == 0 || message->len > VICU_SPOOL_RECORD_MAX) {
        link_receiver_refuse_malformed(self, message,
                                       "a batch has a sequence from 1 and 1 byte to 4 MiB");
        return;
    }
    ReceiverSender *sender;
    ReceiverEpoch *epoch = admit(self, message, &sender, mono_us);
    if (!epoch)
        return;
    if (message->sequence <= epoch->taken && !VICU_MUTANT(DUPLICATE_TAKEN)) {
        on_duplicate(self, sender, epoch, mono_us);
        return;
    }
    if (message->sequence > epoch->taken + 1 && !VICU_MUTANT(NO_WATERMARK_CHECK)) {
        on_gap(self, sender, epoch, mono_us);
        return;
    }
    epoch->taken = MAX(epoch->taken, message->sequence);
    VicuLinkWrite write = {
        .kind = VICU_LINK_WRITE_BATCH,
        .epoch = message->epoch,
        .sequence = message->sequence,
        .body = message->body,
        .len = message->len,
    };
    link_receiver_hand_out(self, sender, &write);
    after_take(self, sender, epoch);
}

static void
on_dropped(VicuLinkReceiver *self, const VicuLinkMessage *message, int64_t mono_us)
{
    const VicuSpoolDropped *dropped = &message->dropped;
    if (dropped->first == 0 || dropped->last < dropped->first) {
        link_receiver_refuse_malformed(
            self, message, "DROPPED: the run must begin at 1 or later and not end before");
        return;
    }
    ReceiverSender *sender;
    ReceiverEpoch *epoch = admit(self, message, &sender, mono_us);
    if (!epoch)
        return;
    if (dropped->last <= epoch->taken) {
        on_duplicate(self, sender, epoch, mono_us);
        return;
    }
    if (dropped->first > epoch->taken + 1) {
        on_gap(self, sender, epoch, mono_us);
        return;
    }
    VicuLinkWrite write = {
        .kind = VICU_LINK_WRITE_DROPPED,
        .epoch = message->epoch,
        .sequence = dropped->last,
        .dropped = *dropped,
    };
    write.dropped.epoch = message->epoch;
    write.dropped.first = epoch->taken + 1;
    epoch->taken = dropped->last;
    link_receiver_hand_out(self, sender, &write);
    after_take(self, sender, epoch);
}

static void
on_end(VicuLinkReceiver *self, const VicuLinkMessage *message, int64_t mono_us)
{
    ReceiverSender *sender;
    ReceiverEpoch *epoch = admit(self, message, &sender, mono_us);
    if (!epoch)
        return;
    if (message->epoch == sender->highest) {
        link_receiver_refuse_malformed(self, message, "END of the epoch that is being written");
        return;
    }
    epoch->end = MAX(message->sequence, 1);
    if (epoch->taken >= message->sequence || VICU_MUTANT(END_BEFORE_LAST))
        write_ended(self, sender, epoch);
    else
        link_receiver_owe_ack(self, sender, epoch, mono_us);
}

void
vicu_link_receiver_receive(VicuLinkReceiver *self, const VicuLinkMessage *message, int64_t mono_us)
{
    if (message->kind == VICU__KIND__KIND_BATCH_STORE)
        on_batch(self, message, mono_us);
    else if (message->kind == VICU__KIND__KIND_HELLO)
        on_hello(self, message, mono_us);
    else if (message->kind == VICU__KIND__KIND_DROPPED)
        on_dropped(self, message, mono_us);
    else if (message->kind == VICU__KIND__KIND_END)
        on_end(self, message, mono_us);
    else
        self->figures.malformed++;
}
