/* A viewer's side of live: what came, what is missing, how far behind.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/live.h"
#include "common/mutant.h"

#define FLOOR_US (30 * G_USEC_PER_SEC) /* the least delay is kept for one to two of these */

/* One sender's clock as seen from here. */
typedef struct {
    VicuFingerprint id;
    int64_t newest_us; /* t_us of what came last */
    int64_t floor_us;  /* least delay in this half minute */
    int64_t before_us; /* and in the one before */
    int64_t turn_us;   /* mono: when this half minute began */
} Sender;

typedef struct {
    VicuEnvelope envelope;
    GBytes *body;
    int64_t arrived_us;
    Sender *sender; /* NULL beyond VICU_LIVE_SENDERS_MAX */
} Waiting;

struct VicuLiveReceiver {
    VicuLiveReceiverOps ops;
    gpointer data;
    VicuWatch watch;
    uint64_t incarnation;
    uint64_t before;       /* the incarnation before: what still comes of it is late */
    uint64_t number;       /* newest known */
    uint64_t done;         /* newest handed on, skipped, or not a picture */
    GHashTable *senders;   /* fingerprint -> Sender */
    GQueue waiting;        /* Waiting */
    int64_t handed_lag_us; /* of what was handed on last */
    VicuLiveFigures figures;
};

static guint
sender_hash(gconstpointer key)
{
    guint hash;
    memcpy(&hash, key, sizeof hash); /* a fingerprint is a hash already */
    return hash;
}

static gboolean
sender_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(VicuFingerprint)) == 0;
}

static void
waiting_free(gpointer data)
{
    Waiting *waiting = data;
    g_bytes_unref(waiting->body);
    g_free(waiting);
}

VicuLiveReceiver *
vicu_live_receiver_new(const VicuLiveReceiverOps *ops, gpointer data, int64_t mono_us)
{
    VicuLiveReceiver *self = g_new0(VicuLiveReceiver, 1);
    self->ops = *ops;
    self->data = data;
    self->senders = g_hash_table_new_full(sender_hash, sender_equal, NULL, g_free);
    g_queue_init(&self->waiting);
    vicu_watch_init(&self->watch, mono_us);
    return self;
}

void
vicu_live_receiver_free(VicuLiveReceiver *self)
{
    if (!self)
        return;
    g_queue_clear_full(&self->waiting, waiting_free);
    g_hash_table_unref(self->senders);
    g_free(self);
}

/* ---- numbers ---- */

static void
tell_hole(VicuLiveReceiver *self, uint64_t incarnation, uint64_t first, uint64_t last, bool skipped)
{
    const VicuLiveHole hole = {incarnation, first, last, skipped};
    if (skipped)
        self->figures.skipped += last - first + 1;
    else
        self->figures.lost += last - first + 1;
    if (self->ops.hole)
        self->ops.hole(&hole, self->data);
}

/* False: of an incarnation that is over. */
static bool
follow_incarnation(VicuLiveReceiver *self, const VicuEnvelope *envelope)
{
    if (envelope->fence == self->incarnation)
        return true;
    if (envelope->fence == self->before)
        return false;
    bool first = self->incarnation == 0;
    self->before = self->incarnation;
    self->incarnation = envelope->fence;
    /* What was published before this viewer came is not missed. */
    self->number = self->done = envelope->sequence == 0 && envelope->epoch == envelope->fence
                                    ? envelope->number
                                    : envelope->number - 1;
    if (first)
        return true;
    self->figures.restarts++;
    if (self->ops.restarted)
        self->ops.restarted(self->incarnation, self->data);
    return true;
}

/* False: it came before, or after newer ones. */
static bool
follow_number(VicuLiveReceiver *self, uint64_t number)
{
    if (number <= self->number)
        return VICU_MUTANT(LIVE_LATE_TAKEN);
    if (number > self->number + 1 && !VICU_MUTANT(LIVE_HOLE_UNNOTICED))
        tell_hole(self, self->incarnation, self->number + 1, number - 1, false);
    self->number = number;
    return true;
}

static bool
is_hub_beat(const VicuEnvelope *envelope)
{
    return envelope->kind == VICU__KIND__KIND_HEARTBEAT && envelope->epoch == envelope->fence
           && envelope->sequence == 0;
}

/* The beat itself has no number: it names the newest one. */
static void
take_hub_beat(VicuLiveReceiver *self, uint64_t number)
{
    if (number > self->number && !VICU_MUTANT(LIVE_BEAT_IGNORED)) {
        tell_hole(self, self->incarnation, self->number + 1, number, false);
        self->number = number;
    }
    if (self->waiting.length == 0)
        self->done = self->number;
}

/* ---- delay ---- */

static int64_t
usual_delay_us(const Sender *sender)
{
    return MIN(sender->floor_us, sender->before_us);
}

static int64_t
lag_us(const Sender *sender, int64_t t_us, int64_t utc_us)
{
    return sender ? MAX(utc_us - t_us - usual_delay_us(sender), 0) : 0;
}

static Sender *
follow_sender(VicuLiveReceiver *self, const VicuEnvelope *envelope, int64_t utc_us, int64_t mono_us)
{
    Sender *sender = g_hash_table_lookup(self->senders, &envelope->sender);
    int64_t delay_us = utc_us - envelope->t_us;
    if (envelope->t_us == 0)
        return NULL; /* it says no time: not judged */
    if (!sender) {
        if (g_hash_table_size(self->senders) >= VICU_LIVE_SENDERS_MAX)
            return NULL;
        sender = g_new0(Sender, 1);
        sender->id = envelope->sender;
        sender->floor_us = sender->before_us = delay_us;
        sender->turn_us = mono_us;
        g_hash_table_insert(self->senders, &sender->id, sender);
    }
    sender->newest_us = envelope->t_us;
    if (mono_us - sender->turn_us >= FLOOR_US) {
        sender->before_us = sender->floor_us;
        sender->floor_us = delay_us;
        sender->turn_us = mono_us;
    }
    sender->floor_us = MIN(sender->floor_us, delay_us);
    return sender;
}

/* ---- in and out ---- */

static void
drop_waiting(VicuLiveReceiver *self, Waiting *waiting)
{
    self->figures.waiting_bytes -= g_bytes_get_size(waiting->body);
    waiting_free(waiting);
}

static void
pass(VicuLiveReceiver *self, const Waiting *waiting)
{
    if (waiting->envelope.fence == self->incarnation)
        self->done = waiting->envelope.number;
}

static void
skip(VicuLiveReceiver *self, Waiting *waiting)
{
    if (!VICU_MUTANT(LIVE_SKIP_UNTOLD))
        tell_hole(self, waiting->envelope.fence, waiting->envelope.number, waiting->envelope.number,
                  true);
    pass(self, waiting);
    drop_waiting(self, waiting);
}

static void
make_room(VicuLiveReceiver *self)
{
    while (self->waiting.length > VICU_LIVE_WAIT_MAX
           || (self->figures.waiting_bytes > VICU_LIVE_WAIT_BYTES && self->waiting.length > 1))
        skip(self, g_queue_pop_head(&self->waiting));
}

void
vicu_live_receiver_receive(VicuLiveReceiver *self,
                           const VicuEnvelope *envelope,
                           const void *body,
                           size_t size,
                           int64_t utc_us,
                           int64_t mono_us)
{
    bool is_live = envelope->kind == VICU__KIND__KIND_LIVE;
    if ((!is_live && envelope->kind != VICU__KIND__KIND_HEARTBEAT) || envelope->fence == 0)
        return;
    bool is_beat = is_hub_beat(envelope);
    if (!is_beat && envelope->number == 0)
        return;
    self->figures.received++;
    vicu_watch_heard(&self->watch, mono_us);
    if (!follow_incarnation(self, envelope)) {
        self->figures.late++;
        return;
    }
    if (is_beat) {
        take_hub_beat(self, envelope->number);
        return;
    }
    if (!follow_number(self, envelope->number)) {
        self->figures.late++;
        return;
    }
    if (!is_live) {
        if (self->waiting.length == 0)
            self->done = self->number;
        return;
    }
    Waiting *waiting = g_new0(Waiting, 1);
    waiting->envelope = *envelope;
    waiting->body = g_bytes_new(body, size);
    waiting->arrived_us = utc_us;
    waiting->sender = follow_sender(self, envelope, utc_us, mono_us);
    self->figures.waiting_bytes += size;
    g_queue_push_tail(&self->waiting, waiting);
    make_room(self);
}

static bool
is_outdated(const Waiting *waiting)
{
    return waiting->sender && !VICU_MUTANT(LIVE_NEVER_SKIPPED)
           && waiting->sender->newest_us - waiting->envelope.t_us > VICU_LIVE_KEEP_US;
}

bool
vicu_live_receiver_hand_on(VicuLiveReceiver *self, size_t most, int64_t utc_us)
{
    Waiting *waiting = NULL;
    while (most > 0 && (waiting = g_queue_pop_head(&self->waiting))) {
        if (is_outdated(waiting)) {
            skip(self, waiting);
            continue;
        }
        most--;
        pass(self, waiting);
        self->figures.handed++;
        self->handed_lag_us = lag_us(waiting->sender, waiting->envelope.t_us, utc_us);
        if (self->ops.batch)
            self->ops.batch(&waiting->envelope, waiting->body, waiting->arrived_us, self->data);
        drop_waiting(self, waiting);
    }
    if (self->waiting.length == 0)
        self->done = self->number;
    return self->waiting.length > 0;
}

VicuWatchLevel
vicu_live_receiver_tick(VicuLiveReceiver *self, int64_t mono_us)
{
    vicu_watch_tick(&self->watch, mono_us);
    return self->watch.level;
}

int64_t
vicu_live_receiver_silence_us(const VicuLiveReceiver *self, int64_t mono_us)
{
    return vicu_watch_silence_us(&self->watch, mono_us);
}

void
vicu_live_receiver_figures(const VicuLiveReceiver *self, int64_t utc_us, VicuLiveFigures *figures)
{
    const Waiting *oldest = g_queue_peek_head((GQueue *)&self->waiting);
    *figures = self->figures;
    figures->waiting = self->waiting.length;
    figures->behind_messages = self->number - self->done;
    figures->behind_us = self->handed_lag_us;
    if (oldest)
        figures->behind_us =
            MAX(figures->behind_us, lag_us(oldest->sender, oldest->envelope.t_us, utc_us));
}
