/* The receiving machine of link, as the store runs it.
 *
 * What it knows of a sender is what the database knows, plus what was handed to
 * the owner and is not yet synced. Every write has a ticket; what has to be
 * answered waits for its ticket.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/link.h"
#include "common/mutant.h"

#define ACTIVE_US     (60 * G_USEC_PER_SEC) /* ACKs are repeated to whoever was heard since */
#define SOON_US       (G_USEC_PER_SEC / 20) /* between ACKs that only repeat or ask again */
#define NAME_MAX_SIZE 64

typedef struct {
    uint64_t epoch;
    uint64_t taken;  /* handed to the owner */
    uint64_t synced; /* on disk */
    uint64_t end;    /* END said: nothing comes after this one; 0: not said */
    bool ending;     /* WRITE_ENDED was handed out */
    bool gap;        /* to be told with the next ACK */
    bool owed;       /* an ACK of this epoch */
} Epoch;

typedef struct {
    VicuSenderId id;
    char *name;
    uint64_t highest;
    uint64_t instance; /* of the process that writes `highest`; 0: not known */
    uint64_t epoch_ticket;
    GArray *epochs;         /* Epoch, ascending; all not ended */
    GArray *ended;          /* uint64_t: to be told with the next ACK */
    GArray *greeted;        /* uint64_t: what the waiting HELLO called open */
    uint64_t greeted_epoch; /* of the HELLO that waits for its ticket; 0: none */
    int64_t heard_us;       /* < 0: restored, not heard yet */
    int64_t acked_us;
    int64_t repeated_us;
} Sender;

typedef struct {
    uint64_t ticket;
    Sender *sender;
    VicuLinkWriteKind kind;
    uint64_t epoch;
    uint64_t sequence;
} Pending;

struct VicuLinkReceiver {
    VicuLinkReceiverOps ops;
    gpointer data;
    GHashTable *senders; /* VicuSenderId -> Sender */
    GQueue pending;      /* Pending, by ticket */
    uint64_t ticket;
    uint64_t synced;
    uint32_t credit_bytes;
    VicuLinkReceiverFigures figures;
};

/* ---- senders and epochs ---- */

static void
free_sender(gpointer data)
{
    Sender *sender = data;
    g_array_unref(sender->epochs);
    g_array_unref(sender->ended);
    g_array_unref(sender->greeted);
    g_free(sender->name);
    g_free(sender);
}

static Sender *
find_sender(const VicuLinkReceiver *self, const VicuSenderId *id)
{
    return g_hash_table_lookup(self->senders, id);
}

static Sender *
need_sender(VicuLinkReceiver *self, const VicuSenderId *id, const char *name)
{
    Sender *sender = find_sender(self, id);
    if (!sender) {
        sender = g_new0(Sender, 1);
        sender->id = *id;
        sender->epochs = g_array_new(FALSE, FALSE, sizeof(Epoch));
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

static Epoch *
find_epoch(const Sender *sender, uint64_t epoch)
{
    for (guint i = sender->epochs->len; i > 0; i--) {
        Epoch *entry = &g_array_index(sender->epochs, Epoch, i - 1);
        if (entry->epoch == epoch)
            return entry;
    }
    return NULL;
}

static void
add_epoch(Sender *sender, uint64_t epoch, uint64_t watermark)
{
    guint at = sender->epochs->len;
    while (at > 0 && g_array_index(sender->epochs, Epoch, at - 1).epoch > epoch)
        at--;
    Epoch entry = {.epoch = epoch, .taken = watermark, .synced = watermark};
    g_array_insert_val(sender->epochs, at, entry);
}

static void
remove_epoch(Sender *sender, uint64_t epoch)
{
    Epoch *entry = find_epoch(sender, epoch);
    if (entry)
        g_array_remove_index(sender->epochs,
                             (guint)(entry - (Epoch *)(void *)sender->epochs->data));
}

static bool
lists(const uint64_t *epochs, size_t n, uint64_t epoch)
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
    need_sender(self, sender, name)->highest = highest_epoch;
}

void
vicu_link_receiver_restore_instance(VicuLinkReceiver *self,
                                    const VicuSenderId *sender,
                                    uint64_t instance)
{
    need_sender(self, sender, NULL)->instance = instance;
}

void
vicu_link_receiver_restore_epoch(VicuLinkReceiver *self,
                                 const VicuSenderId *sender,
                                 uint64_t epoch,
                                 uint64_t watermark)
{
    Sender *entry = need_sender(self, sender, NULL);
    g_assert(epoch <= entry->highest && !find_epoch(entry, epoch));
    add_epoch(entry, epoch, watermark);
}

/* ---- what goes out ---- */

static void
hand_out(VicuLinkReceiver *self, Sender *sender, VicuLinkWrite *write)
{
    write->ticket = ++self->ticket;
    write->sender = sender->id;
    write->name = sender->name;
    Pending *pending = g_new(Pending, 1);
    *pending = (Pending){write->ticket, sender, write->kind, write->epoch, write->sequence};
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
told(const Epoch *epoch)
{
    return VICU_MUTANT(ACK_BEFORE_SYNC) ? epoch->taken : epoch->synced;
}

static void
send_marks(VicuLinkReceiver *self, Sender *sender, Vicu__Kind kind, uint64_t epoch, GArray *marks)
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

/* @all: every epoch not ended, else those that something is owed to. */
static void
send_ack(VicuLinkReceiver *self, Sender *sender, bool all, int64_t mono_us)
{
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(VicuWatermark));
    for (guint i = 0; i < sender->epochs->len; i++) {
        Epoch *epoch = &g_array_index(sender->epochs, Epoch, i);
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

/* An ACK that says nothing new: at once, but not for each message of a burst. */
static void
owe_ack(VicuLinkReceiver *self, Sender *sender, Epoch *epoch, int64_t mono_us)
{
    epoch->owed = true;
    if (mono_us - sender->acked_us >= SOON_US)
        send_ack(self, sender, false, mono_us);
}

static void
owe_ended(VicuLinkReceiver *self, Sender *sender, uint64_t epoch, int64_t mono_us)
{
    if (!lists((const uint64_t *)(void *)sender->ended->data, sender->ended->len, epoch)
        && sender->ended->len < VICU_SPOOL_EPOCHS_MAX)
        g_array_append_val(sender->ended, epoch);
    if (mono_us - sender->acked_us >= SOON_US)
        send_ack(self, sender, false, mono_us);
}

static void
send_welcome(VicuLinkReceiver *self, Sender *sender)
{
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(VicuWatermark));
    for (guint i = 0; i < sender->epochs->len; i++) {
        const Epoch *epoch = &g_array_index(sender->epochs, Epoch, i);
        if (!epoch->ending)
            push_mark(marks, epoch->epoch, told(epoch), false, false);
    }
    for (guint i = 0; i < sender->greeted->len; i++) {
        uint64_t epoch = g_array_index(sender->greeted, uint64_t, i);
        if (!find_epoch(sender, epoch))
            push_mark(marks, epoch, 0, true, false);
    }
    uint64_t epoch = sender->greeted_epoch;
    sender->greeted_epoch = 0;
    send_marks(self, sender, VICU__KIND__KIND_WELCOME, epoch, marks);
}

static void
refuse(VicuLinkReceiver *self,
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

static void
refuse_fence(VicuLinkReceiver *self, const VicuLinkMessage *message, const Sender *sender)
{
    self->figures.fenced++;
    g_autofree char *text = g_strdup_printf(
        "epoch %" G_GUINT64_FORMAT
        " is refused: a sender with the same key writes epoch %" G_GUINT64_FORMAT
        ". One key belongs to one machine: end the older process, or give it a key and a spool of "
        "its own",
        message->fence, sender->highest);
    refuse(self, message, message->fence, VICU__REFUSE_REASON__REFUSE_FENCED, text);
}

static void
refuse_malformed(VicuLinkReceiver *self, const VicuLinkMessage *message, const char *text)
{
    self->figures.malformed++;
    refuse(self, message, message->fence, VICU__REFUSE_REASON__REFUSE_MALFORMED, text);
}

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
write_epoch(VicuLinkReceiver *self, Sender *sender, const VicuLinkMessage *hello, uint64_t epoch)
{
    add_epoch(sender, epoch, 0);
    VicuLinkWrite write = {
        .kind = VICU_LINK_WRITE_EPOCH, .epoch = epoch, .instance = beginner_of(hello, epoch)};
    hand_out(self, sender, &write);
    sender->epoch_ticket = self->ticket;
}

static void
write_ended(VicuLinkReceiver *self, Sender *sender, Epoch *epoch)
{
    if (epoch->ending)
        return;
    epoch->ending = true;
    VicuLinkWrite write = {
        .kind = VICU_LINK_WRITE_ENDED, .epoch = epoch->epoch, .sequence = epoch->taken};
    hand_out(self, sender, &write);
}

/* Epochs that the spool holds and we never heard of are above all we know: each
 * HELLO names them all. Epochs that it does not hold are over. */
static void
register_epochs(VicuLinkReceiver *self, Sender *sender, const VicuLinkMessage *hello)
{
    uint64_t highest = sender->highest;
    for (guint i = 0; i < sender->epochs->len; i++) {
        Epoch *epoch = &g_array_index(sender->epochs, Epoch, i);
        if (epoch->epoch != hello->epoch && !lists(hello->open, hello->n_open, epoch->epoch))
            write_ended(self, sender, epoch);
    }
    for (size_t i = 0; i < hello->n_open; i++) {
        if (hello->open[i] > highest && !find_epoch(sender, hello->open[i]))
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
    const Sender *sender = find_sender(self, &hello->sender);
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
may_write(const Sender *sender, const VicuLinkMessage *hello)
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
        refuse_malformed(self, hello,
                         "HELLO: open epochs must lie in 1..epoch - 1, at most 1024 of them");
        return;
    }
    Sender *sender = need_sender(self, &hello->sender, hello->name);
    if (!may_write(sender, hello) && !VICU_MUTANT(NO_FENCING)) {
        refuse_fence(self, hello, sender);
        return;
    }
    sender->heard_us = mono_us;
    sender->instance = hello->instance;
    register_epochs(self, sender, hello);
    g_array_set_size(sender->greeted, 0);
    g_array_append_vals(sender->greeted, hello->open, (guint)hello->n_open);
    sender->greeted_epoch = hello->epoch;
    if (sender->epoch_ticket <= self->synced)
        send_welcome(self, sender);
}

/* ---- batches ---- */

static bool
is_fenced(VicuLinkReceiver *self, const VicuLinkMessage *message, const Sender *sender)
{
    if (VICU_MUTANT(NO_FENCING))
        return false;
    if (message->fence < sender->highest) {
        refuse_fence(self, message, sender);
        return true;
    }
    if (message->fence > sender->highest) {
        refuse(self, message, message->fence, VICU__REFUSE_REASON__REFUSE_HELLO_FIRST,
               "this fence is not known: say HELLO");
        return true;
    }
    return false;
}

/* The epoch that the message belongs to; NULL: it was answered already. */
static Epoch *
admit(VicuLinkReceiver *self, const VicuLinkMessage *message, Sender **sender, int64_t mono_us)
{
    *sender = find_sender(self, &message->sender);
    if (!*sender) {
        refuse(self, message, message->fence, VICU__REFUSE_REASON__REFUSE_HELLO_FIRST,
               "this sender is not known: say HELLO");
        return NULL;
    }
    if (is_fenced(self, message, *sender))
        return NULL;
    (*sender)->heard_us = mono_us;
    Epoch *epoch = find_epoch(*sender, message->epoch);
    if (!epoch && message->epoch != 0 && message->epoch <= (*sender)->highest)
        owe_ended(self, *sender, message->epoch, mono_us);
    else if (!epoch)
        refuse_malformed(self, message, "the epoch lies above the fence");
    return epoch;
}

static void
after_take(VicuLinkReceiver *self, Sender *sender, Epoch *epoch)
{
    self->figures.taken++;
    if (epoch->end != 0 && epoch->taken >= epoch->end)
        write_ended(self, sender, epoch);
}

static void
on_gap(VicuLinkReceiver *self, Sender *sender, Epoch *epoch, int64_t mono_us)
{
    self->figures.gaps++;
    epoch->gap = true;
    owe_ack(self, sender, epoch, mono_us);
}

static void
on_duplicate(VicuLinkReceiver *self, Sender *sender, Epoch *epoch, int64_t mono_us)
{
    self->figures.duplicates++;
    owe_ack(self, sender, epoch, mono_us);
}

static void
on_batch(VicuLinkReceiver *self, const VicuLinkMessage *message, int64_t mono_us)
{
    if (message->sequence == 0 || message->len == 0 || message->len > VICU_SPOOL_RECORD_MAX) {
        refuse_malformed(self, message, "a batch has a sequence from 1 and 1 byte to 4 MiB");
        return;
    }
    Sender *sender;
    Epoch *epoch = admit(self, message, &sender, mono_us);
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
    hand_out(self, sender, &write);
    after_take(self, sender, epoch);
}

static void
on_dropped(VicuLinkReceiver *self, const VicuLinkMessage *message, int64_t mono_us)
{
    const VicuSpoolDropped *dropped = &message->dropped;
    if (dropped->first == 0 || dropped->last < dropped->first) {
        refuse_malformed(self, message,
                         "DROPPED: the run must begin at 1 or later and not end before");
        return;
    }
    Sender *sender;
    Epoch *epoch = admit(self, message, &sender, mono_us);
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
    hand_out(self, sender, &write);
    after_take(self, sender, epoch);
}

static void
on_end(VicuLinkReceiver *self, const VicuLinkMessage *message, int64_t mono_us)
{
    Sender *sender;
    Epoch *epoch = admit(self, message, &sender, mono_us);
    if (!epoch)
        return;
    if (message->epoch == sender->highest) {
        refuse_malformed(self, message, "END of the epoch that is being written");
        return;
    }
    epoch->end = MAX(message->sequence, 1);
    if (epoch->taken >= message->sequence || VICU_MUTANT(END_BEFORE_LAST))
        write_ended(self, sender, epoch);
    else
        owe_ack(self, sender, epoch, mono_us);
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

/* ---- synced ---- */

static void
settle(VicuLinkReceiver *self, const Pending *done, int64_t mono_us)
{
    Sender *sender = done->sender;
    Epoch *epoch = find_epoch(sender, done->epoch);
    switch (done->kind) {
    case VICU_LINK_WRITE_EPOCH:
        if (sender->greeted_epoch != 0 && sender->epoch_ticket <= done->ticket)
            send_welcome(self, sender);
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
    sender->acked_us = MIN(sender->acked_us, mono_us - SOON_US);
}

static bool
owes(const Sender *sender)
{
    for (guint i = 0; i < sender->epochs->len; i++) {
        if (g_array_index(sender->epochs, Epoch, i).owed)
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
        Sender *sender = value;
        if (owes(sender) && mono_us - sender->acked_us >= SOON_US)
            send_ack(self, sender, false, mono_us);
    }
}

void
vicu_link_receiver_synced(VicuLinkReceiver *self, uint64_t ticket, int64_t mono_us)
{
    g_assert(ticket <= self->ticket);
    self->synced = MAX(self->synced, ticket);
    for (;;) {
        Pending *done = g_queue_peek_head(&self->pending);
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
        Sender *sender = value;
        if (sender->heard_us < 0)
            sender->heard_us = mono_us;
        if (mono_us - sender->repeated_us < VICU_LINK_REPEAT_US
            || mono_us - sender->heard_us > ACTIVE_US)
            continue;
        sender->repeated_us = mono_us;
        send_ack(self, sender, true, mono_us);
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
