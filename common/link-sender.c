/* The sending machine of link.
 *
 * A lane is what is known of one epoch that the spool still holds: how far it
 * is acknowledged, which sequence goes next, and what is under way. The bytes
 * themselves stay in the spool and are read again whenever they are sent again.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/link.h"
#include "common/mutant.h"

#define BACKLOG_BYTES_AT_ONCE (1u << 20) /* a call may not keep the live lane waiting */
#define REWIND_US             (G_USEC_PER_SEC / 2)
#define HELLO_MIN_US          (G_USEC_PER_SEC / 10)

/* Under way: one BATCH_STORE, or a DROPPED that stands for several. */
typedef struct {
    uint64_t last;
    uint64_t bytes;
} Sent;

typedef struct {
    uint64_t epoch;
    uint64_t acked;
    uint64_t next;
    uint64_t bytes; /* under way */
    GArray *sent;   /* Sent */
    int64_t moved_us;
    int64_t rewound_us;
    int64_t end_us; /* END was last sent; 0: never */
} Lane;

struct VicuLinkSender {
    VicuSpool *spool;
    VicuSenderId id;
    char *name;
    uint64_t instance;
    VicuLinkSenderOps ops;
    gpointer data;
    GArray *lanes; /* Lane, by epoch; the last one is live */
    int64_t hello_us;
    int64_t epoch_us;   /* the live epoch began */
    unsigned renewed;   /* how often in a row a welcome came so late that it was begun anew */
    int64_t waiting_us; /* the last ACK, or the first send after nothing was under way */
    int64_t t_us;       /* of the newest batch */
    VicuLinkFigures figures;
};

/* Asks the disk of the spool nothing and knows no other clock than its caller's. */
static int64_t
timer_now(const VicuLinkSender *self, int64_t mono_us)
{
    return VICU_MUTANT(TIMER_ON_WALL_CLOCK) ? self->t_us : mono_us;
}

static void
set_state(VicuLinkSender *self, VicuLinkState state, const char *text)
{
    if (self->figures.state == state)
        return;
    self->figures.state = state;
    self->ops.state(state, text, self->data);
}

/* True: all is well. Else the disk failed, now or before. */
static bool
check_spool(VicuLinkSender *self)
{
    const char *failure = vicu_spool_failure(self->spool);
    if (failure)
        set_state(self, VICU_LINK_BROKEN, failure);
    return !failure;
}

static VicuLinkMessage
message_of(const VicuLinkSender *self, Vicu__Kind kind, uint64_t epoch, uint64_t sequence)
{
    return (VicuLinkMessage){
        .kind = kind,
        .sender = self->id,
        .epoch = epoch,
        .sequence = sequence,
        .fence = self->figures.state == VICU_LINK_FRESH ? 0 : self->figures.epoch,
    };
}

/* ---- lanes ---- */

static void
clear_lane(gpointer lane)
{
    g_array_unref(((Lane *)lane)->sent);
}

static Lane *
lane_at(const VicuLinkSender *self, guint index)
{
    return &g_array_index(self->lanes, Lane, index);
}

static Lane *
find_lane(const VicuLinkSender *self, uint64_t epoch)
{
    for (guint i = self->lanes->len; i > 0; i--) {
        if (lane_at(self, i - 1)->epoch == epoch)
            return lane_at(self, i - 1);
    }
    return NULL;
}

static void
forget_under_way(VicuLinkSender *self, Lane *lane)
{
    self->figures.outstanding_bytes -= lane->bytes;
    lane->bytes = 0;
    g_array_set_size(lane->sent, 0);
}

/* Everything that the spool holds, nothing of it under way. */
static void
list_lanes(VicuLinkSender *self)
{
    size_t n;
    const VicuSpoolEpoch *epochs = vicu_spool_epochs(self->spool, &n);
    g_array_set_size(self->lanes, 0);
    self->figures.outstanding_bytes = 0;
    for (size_t i = 0; i < n; i++) {
        Lane lane = {
            .epoch = epochs[i].epoch,
            .acked = epochs[i].first - 1,
            .next = epochs[i].first,
            .sent = g_array_new(FALSE, FALSE, sizeof(Sent)),
        };
        g_array_append_val(self->lanes, lane);
    }
    g_assert(self->lanes->len > 0);
    self->figures.epoch = lane_at(self, self->lanes->len - 1)->epoch;
}

static bool
is_live(const VicuLinkSender *self, const Lane *lane)
{
    return lane->epoch == self->figures.epoch;
}

/* Newest sequence that was given in @epoch. */
static uint64_t
newest(VicuLinkSender *self, uint64_t epoch)
{
    size_t n;
    const VicuSpoolEpoch *epochs = vicu_spool_epochs(self->spool, &n);
    for (size_t i = n; i > 0; i--) {
        if (epochs[i - 1].epoch == epoch)
            return epochs[i - 1].last;
    }
    return 0;
}

static bool
anything_under_way(const VicuLinkSender *self)
{
    for (guint i = 0; i < self->lanes->len; i++) {
        if (lane_at(self, i)->sent->len > 0)
            return true;
    }
    return false;
}

static void
rewind_lane(VicuLinkSender *self, Lane *lane, int64_t mono_us)
{
    forget_under_way(self, lane);
    lane->next = lane->acked + 1;
    lane->rewound_us = mono_us;
    lane->moved_us = mono_us;
    self->figures.rewinds++;
}

/* ---- hello and epochs ---- */

static void
say_hello(VicuLinkSender *self, int64_t mono_us)
{
    g_autofree uint64_t *open = g_new(uint64_t, self->lanes->len);
    size_t n_open = 0;
    for (guint i = 0; i < self->lanes->len; i++) {
        if (!is_live(self, lane_at(self, i)))
            open[n_open++] = lane_at(self, i)->epoch;
    }
    bool fresh = self->figures.state == VICU_LINK_FRESH;
    VicuLinkMessage hello =
        message_of(self, VICU__KIND__KIND_HELLO, fresh ? 0 : self->figures.epoch, 0);
    hello.name = self->name;
    hello.instance = self->instance;
    hello.open = open;
    hello.n_open = fresh ? 0 : n_open;
    hello.begun = vicu_spool_begun(self->spool, &hello.n_begun);
    if (self->ops.send(&hello, self->data))
        self->hello_us = timer_now(self, mono_us);
}

static void
greet(VicuLinkSender *self, const char *why, int64_t mono_us)
{
    set_state(self, VICU_LINK_GREETING, why);
    say_hello(self, mono_us);
}

/* A new epoch, unless nothing was written in the one we have. */
static void
begin_epoch(VicuLinkSender *self, const char *why, int64_t mono_us)
{
    if (newest(self, self->figures.epoch) > 0) {
        if (vicu_spool_begin_epoch(self->spool, self->instance, NULL) == 0) {
            check_spool(self);
            return;
        }
        self->figures.epochs++;
    }
    list_lanes(self);
    self->epoch_us = timer_now(self, mono_us);
    self->ops.epoch(self->figures.epoch, self->data);
    greet(self, why, mono_us);
}

VicuLinkSender *
vicu_link_sender_new(VicuSpool *spool,
                     const VicuSenderId *id,
                     const char *name,
                     uint64_t instance,
                     const VicuLinkSenderOps *ops,
                     gpointer data,
                     int64_t mono_us,
                     GError **error)
{
    g_assert(instance != 0);
    if (vicu_spool_begin_epoch(spool, instance, error) == 0)
        return NULL;
    VicuLinkSender *self = g_new0(VicuLinkSender, 1);
    self->spool = spool;
    self->id = *id;
    self->name = g_strdup(name);
    self->instance = instance;
    self->ops = *ops;
    self->data = data;
    self->lanes = g_array_new(FALSE, FALSE, sizeof(Lane));
    g_array_set_clear_func(self->lanes, clear_lane);
    self->figures.epochs = 1;
    self->epoch_us = mono_us;
    self->figures.state = vicu_spool_is_fresh(spool) ? VICU_LINK_FRESH : VICU_LINK_GREETING;
    list_lanes(self);
    self->ops.epoch(self->figures.epoch, data);
    say_hello(self, mono_us);
    return self;
}

void
vicu_link_sender_free(VicuLinkSender *self)
{
    if (!self)
        return;
    g_array_unref(self->lanes);
    g_free(self->name);
    g_free(self);
}

/* ---- to the store ---- */

/* Live data may use all of the credit, backlog half of it, so that a tick never
 * waits for an acknowledgement of old data. One batch larger than that goes
 * when nothing else is under way. */
static bool
has_credit(const VicuLinkSender *self, const Lane *lane, size_t len)
{
    uint64_t credit = self->figures.credit_bytes;
    if (VICU_MUTANT(CREDIT_IGNORED))
        return true;
    if (credit == 0)
        return false;
    if (self->figures.outstanding_bytes > 0 && self->figures.outstanding_bytes + len > credit)
        return false;
    if (is_live(self, lane) || VICU_MUTANT(BACKLOG_FIRST))
        return true;
    const Lane *live = lane_at(self, self->lanes->len - 1);
    uint64_t backlog = self->figures.outstanding_bytes - live->bytes;
    return backlog == 0 || backlog + len <= credit / 2;
}

static bool
send_batch(VicuLinkSender *self, Lane *lane, const VicuSpoolRecord *record)
{
    VicuLinkMessage batch = message_of(self, VICU__KIND__KIND_BATCH_STORE, lane->epoch, lane->next);
    batch.body = record->body;
    batch.len = record->len;
    if (!self->ops.send(&batch, self->data))
        return false;
    Sent sent = {lane->next, record->len};
    g_array_append_val(lane->sent, sent);
    lane->bytes += record->len;
    self->figures.outstanding_bytes += record->len;
    self->figures.stored++;
    lane->next++;
    if (VICU_MUTANT(TRIM_ON_SEND))
        vicu_spool_trim(self->spool, lane->epoch, sent.last, NULL);
    return true;
}

static bool
send_dropped(VicuLinkSender *self, Lane *lane, const VicuSpoolDropped *dropped)
{
    VicuLinkMessage message =
        message_of(self, VICU__KIND__KIND_DROPPED, lane->epoch, dropped->last);
    message.dropped = *dropped;
    if (!self->ops.send(&message, self->data))
        return false;
    Sent sent = {dropped->last, 0};
    g_array_append_val(lane->sent, sent);
    lane->next = dropped->last + 1;
    return true;
}

/* One message of @lane. False: nothing to send, no credit, or a full socket. */
static bool
send_next(VicuLinkSender *self, Lane *lane, uint64_t synced)
{
    VicuSpoolRecord record;
    if (lane->next > synced)
        return false;
    size_t len = vicu_spool_len(self->spool, lane->epoch, lane->next);
    if (len > 0 && !has_credit(self, lane, len))
        return false;
    switch (vicu_spool_peek(self->spool, lane->epoch, lane->next, &record)) {
    case VICU_SPOOL_FOUND:
        return send_batch(self, lane, &record);
    case VICU_SPOOL_DROPPED:
        record.dropped.last = MIN(record.dropped.last, synced);
        return send_dropped(self, lane, &record.dropped);
    case VICU_SPOOL_NONE:
        return false;
    case VICU_SPOOL_BROKEN:
        check_spool(self);
        return false;
    }
    g_assert_not_reached();
}

static void
pump_lane(VicuLinkSender *self, Lane *lane, uint64_t most_bytes, int64_t mono_us)
{
    uint64_t synced = vicu_spool_synced(self->spool, lane->epoch);
    uint64_t before = lane->bytes;
    bool idle = lane->sent->len == 0;
    bool all_idle = !anything_under_way(self);
    while (lane->bytes - before < most_bytes && send_next(self, lane, synced)) {
    }
    if (idle && lane->sent->len > 0)
        lane->moved_us = timer_now(self, mono_us);
    if (all_idle && lane->sent->len > 0)
        self->waiting_us = timer_now(self, mono_us);
}

static void
send_end(VicuLinkSender *self, Lane *lane, int64_t mono_us)
{
    int64_t now = timer_now(self, mono_us);
    /* 0: acknowledged whole, and forgotten by the spool. */
    uint64_t given = newest(self, lane->epoch);
    bool unsynced = vicu_spool_synced(self->spool, lane->epoch) < given;
    if (unsynced || (lane->end_us != 0 && now - lane->end_us < VICU_LINK_REPEAT_US))
        return;
    VicuLinkMessage end =
        message_of(self, VICU__KIND__KIND_END, lane->epoch, MAX(given, lane->acked));
    if (self->ops.send(&end, self->data))
        lane->end_us = now;
}

static void
pump_backlog(VicuLinkSender *self, int64_t mono_us)
{
    for (guint i = 0; i + 1 < self->lanes->len; i++) {
        pump_lane(self, lane_at(self, i), BACKLOG_BYTES_AT_ONCE, mono_us);
        send_end(self, lane_at(self, i), mono_us);
    }
}

static void
pump(VicuLinkSender *self, int64_t mono_us)
{
    if (self->figures.state != VICU_LINK_OPEN || !check_spool(self))
        return;
    if (VICU_MUTANT(BACKLOG_FIRST))
        pump_backlog(self, mono_us);
    pump_lane(self, lane_at(self, self->lanes->len - 1), UINT64_MAX, mono_us);
    pump_backlog(self, mono_us);
}

/* ---- from the store ---- */

static void
trim(VicuLinkSender *self, uint64_t epoch, uint64_t sequence)
{
    if (!vicu_spool_trim(self->spool, epoch, sequence, NULL))
        check_spool(self);
}

/* What the store says of an epoch, held against what can have been sent. */
static uint64_t
believable(VicuLinkSender *self, const Lane *lane, uint64_t sequence)
{
    /* The spool has forgotten an epoch that is acknowledged whole. */
    uint64_t most = MAX(vicu_spool_synced(self->spool, lane->epoch), lane->acked);
    if (sequence <= most)
        return sequence;
    self->figures.strange++;
    return most;
}

static void
remove_lane(VicuLinkSender *self, Lane *lane)
{
    forget_under_way(self, lane);
    g_array_remove_index(self->lanes, (guint)(lane - lane_at(self, 0)));
}

static void
take_ended(VicuLinkSender *self, Lane *lane)
{
    if (is_live(self, lane)) {
        self->figures.strange++;
        return;
    }
    uint64_t last = newest(self, lane->epoch);
    self->figures.acked += MAX(last, lane->acked) - lane->acked;
    trim(self, lane->epoch, last);
    remove_lane(self, lane);
}

static void
take_watermark(VicuLinkSender *self, const VicuWatermark *mark, int64_t mono_us)
{
    Lane *lane = find_lane(self, mark->epoch);
    if (!lane)
        return;
    if (mark->ended) {
        take_ended(self, lane);
        return;
    }
    int64_t now = timer_now(self, mono_us);
    uint64_t sequence = believable(self, lane, mark->sequence);
    if (sequence > lane->acked) {
        guint done = 0;
        for (; done < lane->sent->len; done++) {
            const Sent *sent = &g_array_index(lane->sent, Sent, done);
            if (sent->last > sequence)
                break;
            lane->bytes -= sent->bytes;
            self->figures.outstanding_bytes -= sent->bytes;
        }
        g_array_remove_range(lane->sent, 0, done);
        self->figures.acked += sequence - lane->acked;
        lane->acked = sequence;
        lane->next = MAX(lane->next, sequence + 1);
        lane->moved_us = now;
        trim(self, lane->epoch, sequence);
    }
    if (mark->gap && sequence == lane->acked && lane->next > sequence + 1
        && now - lane->rewound_us >= REWIND_US)
        rewind_lane(self, lane, now);
}

static void
on_ack(VicuLinkSender *self, const VicuLinkMessage *message, int64_t mono_us)
{
    int64_t now = timer_now(self, mono_us);
    /* Until we are welcomed an ACK may be meant for a copy of us. But the way to
     * the store is open again: do not wait for the timer. */
    if (self->figures.state != VICU_LINK_OPEN) {
        if (now - self->hello_us >= HELLO_MIN_US)
            say_hello(self, mono_us);
        return;
    }
    if (message->fence != self->figures.epoch)
        return;
    self->figures.last_ack_us = mono_us;
    self->figures.credit_bytes = message->credit_bytes;
    self->waiting_us = now;
    for (size_t i = 0; i < message->n_watermark; i++)
        take_watermark(self, &message->watermark[i], mono_us);
}

/* Where each lane goes on is the store's word alone: below what it once
 * acknowledged, too, if it has lost its memory (the spool then says FORGOTTEN). */
static void
take_welcome_mark(VicuLinkSender *self, const VicuWatermark *mark)
{
    Lane *lane = find_lane(self, mark->epoch);
    if (!lane)
        return;
    if (mark->ended) {
        take_ended(self, lane);
        return;
    }
    uint64_t sequence = believable(self, lane, mark->sequence);
    if (sequence > lane->acked) {
        self->figures.acked += sequence - lane->acked;
        trim(self, lane->epoch, sequence);
    }
    lane->acked = sequence;
    lane->next = sequence + 1;
}

/* The welcome came so late that the live epoch is a backlog itself: live data
 * would wait behind it. Each time the bound is four times the last: a store that
 * is merely slow must be written to. */
static bool
is_stale(VicuLinkSender *self, int64_t mono_us)
{
    const Lane *live = lane_at(self, self->lanes->len - 1);
    int64_t bound_us = (int64_t)VICU_LINK_SILENCE_US << (2 * MIN(self->renewed, 16));
    return newest(self, live->epoch) > live->acked
           && timer_now(self, mono_us) - self->epoch_us >= bound_us;
}

static void
on_welcome(VicuLinkSender *self, const VicuLinkMessage *message, int64_t mono_us)
{
    if (message->instance != self->instance)
        return;
    if (self->figures.state == VICU_LINK_FRESH && message->epoch == 0) {
        if (!vicu_spool_adopt(self->spool, message->highest_epoch, message->highest_instance,
                              NULL)) {
            check_spool(self);
            return;
        }
        list_lanes(self);
        begin_epoch(self, "the store gave the highest epoch known of this sender", mono_us);
        return;
    }
    if (self->figures.state != VICU_LINK_GREETING || message->epoch != self->figures.epoch)
        return;
    self->figures.credit_bytes = message->credit_bytes;
    self->figures.last_ack_us = mono_us;
    self->waiting_us = timer_now(self, mono_us);
    for (guint i = 0; i < self->lanes->len; i++)
        forget_under_way(self, lane_at(self, i));
    for (size_t i = 0; i < message->n_watermark; i++)
        take_welcome_mark(self, &message->watermark[i]);
    vicu_spool_welcomed(self->spool, self->figures.epoch);
    if (is_stale(self, mono_us)) {
        self->renewed++;
        begin_epoch(self, "what was written while the store was away becomes backlog", mono_us);
        return;
    }
    self->renewed = 0;
    set_state(self, VICU_LINK_OPEN, "the store welcomed this epoch");
}

static void
on_refuse(VicuLinkSender *self, const VicuLinkMessage *message, int64_t mono_us)
{
    /* What was refused may be long past. */
    bool fresh = self->figures.state == VICU_LINK_FRESH;
    if (message->epoch != (fresh ? 0 : self->figures.epoch))
        return;
    if (message->refuse == VICU__REFUSE_REASON__REFUSE_FENCED)
        set_state(self, VICU_LINK_REFUSED, message->text);
    else if (message->refuse == VICU__REFUSE_REASON__REFUSE_HELLO_FIRST)
        vicu_link_sender_reconnected(self, mono_us);
}

void
vicu_link_sender_receive(VicuLinkSender *self, const VicuLinkMessage *message, int64_t mono_us)
{
    if (self->figures.state >= VICU_LINK_REFUSED || !check_spool(self))
        return;
    if (message->kind == VICU__KIND__KIND_ACK)
        on_ack(self, message, mono_us);
    else if (message->kind == VICU__KIND__KIND_WELCOME)
        on_welcome(self, message, mono_us);
    else if (message->kind == VICU__KIND__KIND_REFUSE)
        on_refuse(self, message, mono_us);
    pump(self, mono_us);
}

/* ---- from the owner ---- */

bool
vicu_link_sender_append(VicuLinkSender *self,
                        const void *body,
                        size_t len,
                        int64_t t_us,
                        int64_t mono_us,
                        GError **error)
{
    self->t_us = t_us;
    uint64_t sequence = vicu_spool_append(self->spool, body, len, t_us, error);
    if (sequence == 0) {
        check_spool(self);
        return false;
    }
    if (self->figures.state >= VICU_LINK_REFUSED)
        return true;
    /* A fresh spool's number may be one that this sender used long ago. */
    uint64_t epoch = self->figures.state == VICU_LINK_FRESH ? 0 : self->figures.epoch;
    VicuLinkMessage feed = message_of(self, VICU__KIND__KIND_BATCH_FEED, epoch, sequence);
    feed.body = body;
    feed.len = len;
    if (self->ops.send(&feed, self->data))
        self->figures.fed++;
    else
        self->figures.feed_lost++;
    if (VICU_MUTANT(STORE_LANE_UNSYNCED))
        pump(self, mono_us);
    return true;
}

void
vicu_link_sender_synced(VicuLinkSender *self, int64_t mono_us)
{
    pump(self, mono_us);
}

void
vicu_link_sender_writable(VicuLinkSender *self, int64_t mono_us)
{
    pump(self, mono_us);
}

void
vicu_link_sender_reconnected(VicuLinkSender *self, int64_t mono_us)
{
    if (self->figures.state == VICU_LINK_OPEN)
        begin_epoch(self, "the connection is a new one", mono_us);
    else if (self->figures.state < VICU_LINK_OPEN
             && timer_now(self, mono_us) - self->hello_us >= HELLO_MIN_US)
        say_hello(self, mono_us);
}

/* ACKs come, but one lane stands: its tail was lost on the way. */
static void
rewind_stalled(VicuLinkSender *self, int64_t now)
{
    for (guint i = 0; i < self->lanes->len; i++) {
        Lane *lane = lane_at(self, i);
        if (lane->sent->len > 0 && now - lane->moved_us >= VICU_LINK_SILENCE_US)
            rewind_lane(self, lane, now);
    }
}

void
vicu_link_sender_tick(VicuLinkSender *self, int64_t mono_us)
{
    if (self->figures.state >= VICU_LINK_REFUSED || !check_spool(self))
        return;
    int64_t now = timer_now(self, mono_us);
    if (self->figures.state != VICU_LINK_OPEN) {
        if (now - self->hello_us >= VICU_LINK_HELLO_US)
            say_hello(self, mono_us);
        return;
    }
    if (anything_under_way(self) && now - self->waiting_us >= VICU_LINK_SILENCE_US) {
        begin_epoch(self, "no acknowledgement for 2 s with data outstanding", mono_us);
        return;
    }
    rewind_stalled(self, now);
    pump(self, mono_us);
}

void
vicu_link_sender_heartbeat(VicuLinkSender *self, const void *body, size_t len)
{
    if (self->figures.state >= VICU_LINK_REFUSED)
        return;
    bool fresh = self->figures.state == VICU_LINK_FRESH;
    VicuLinkMessage beat =
        message_of(self, VICU__KIND__KIND_HEARTBEAT, fresh ? 0 : self->figures.epoch,
                   fresh ? 0 : newest(self, self->figures.epoch));
    beat.body = body;
    beat.len = len;
    self->ops.send(&beat, self->data);
}

void
vicu_link_sender_figures(const VicuLinkSender *self, VicuLinkFigures *figures)
{
    *figures = self->figures;
}

/* ---- sender ids ---- */

bool
vicu_sender_id_equal(const VicuSenderId *a, const VicuSenderId *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

guint
vicu_sender_id_hash(gconstpointer id)
{
    /* Already the bytes of a hash. */
    guint hash;
    memcpy(&hash, ((const VicuSenderId *)id)->bytes, sizeof hash);
    return hash;
}

gboolean
vicu_sender_id_same(gconstpointer a, gconstpointer b)
{
    return vicu_sender_id_equal(a, b);
}
