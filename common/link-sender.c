/* The sending machine of link.
 *
 * A lane is what is known of one epoch that the spool still holds: how far it
 * is acknowledged, which sequence goes next, and what is under way. The bytes
 * themselves stay in the spool and are read again whenever they are sent again.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/link-sender-inner.h"
#include "common/mutant.h"

int64_t
link_sender_timer_now(const VicuLinkSender *self, int64_t mono_us)
{
    return VICU_MUTANT(TIMER_ON_WALL_CLOCK) ? self->t_us : mono_us;
}

void
link_sender_set_state(VicuLinkSender *self, VicuLinkState state, const char *text)
{
    if (self->figures.state == state)
        return;
    self->figures.state = state;
    self->ops.state(state, text, self->data);
}

bool
link_sender_check_spool(VicuLinkSender *self)
{
    const char *failure = vicu_spool_failure(self->spool);
    if (failure)
        link_sender_set_state(self, VICU_LINK_BROKEN, failure);
    return !failure;
}

VicuLinkMessage
link_sender_message_of(const VicuLinkSender *self,
                       Vicu__Kind kind,
                       uint64_t epoch,
                       uint64_t sequence)
{
    return (VicuLinkMessage){
        .kind = kind,
        .sender = self->id,
        .epoch = epoch,
        .sequence = sequence,
        .fence = self->figures.state == VICU_LINK_FRESH ? 0 : self->figures.epoch,
    };
}

/* ---- hello and epochs ---- */

void
link_sender_say_hello(VicuLinkSender *self, int64_t mono_us)
{
    g_autofree uint64_t *open = g_new(uint64_t, self->lanes->len);
    size_t n_open = 0;
    for (guint i = 0; i < self->lanes->len; i++) {
        if (!link_sender_is_live(self, link_sender_lane_at(self, i)))
            open[n_open++] = link_sender_lane_at(self, i)->epoch;
    }
    bool fresh = self->figures.state == VICU_LINK_FRESH;
    VicuLinkMessage hello =
        link_sender_message_of(self, VICU__KIND__KIND_HELLO, fresh ? 0 : self->figures.epoch, 0);
    hello.name = self->name;
    hello.instance = self->instance;
    hello.open = open;
    hello.n_open = fresh ? 0 : n_open;
    hello.begun = vicu_spool_begun(self->spool, &hello.n_begun);
    if (self->ops.send(&hello, self->data))
        self->hello_us = link_sender_timer_now(self, mono_us);
}

static void
greet(VicuLinkSender *self, const char *why, int64_t mono_us)
{
    link_sender_set_state(self, VICU_LINK_GREETING, why);
    link_sender_say_hello(self, mono_us);
}

void
link_sender_begin_epoch(VicuLinkSender *self, const char *why, int64_t mono_us)
{
    if (link_sender_newest(self, self->figures.epoch) > 0) {
        if (vicu_spool_begin_epoch(self->spool, self->instance, NULL) == 0) {
            link_sender_check_spool(self);
            return;
        }
        self->figures.epochs++;
    }
    link_sender_list_lanes(self);
    self->hub_refers = false;
    self->unfed = 0;
    self->epoch_us = link_sender_timer_now(self, mono_us);
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
    self->lanes = g_array_new(FALSE, FALSE, sizeof(SenderLane));
    g_array_set_clear_func(self->lanes, link_sender_clear_lane);
    self->figures.epochs = 1;
    self->epoch_us = mono_us;
    self->figures.state = vicu_spool_is_fresh(spool) ? VICU_LINK_FRESH : VICU_LINK_GREETING;
    link_sender_list_lanes(self);
    self->ops.epoch(self->figures.epoch, data);
    link_sender_say_hello(self, mono_us);
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

/* ---- from the owner ---- */

void
vicu_link_sender_let_refer(VicuLinkSender *self)
{
    self->may_refer = true;
}

bool
vicu_link_sender_append(
    VicuLinkSender *self, GBytes *batch, int64_t t_us, int64_t mono_us, GError **error)
{
    gsize len = 0;
    const void *body = g_bytes_get_data(batch, &len);
    self->t_us = t_us;
    uint64_t sequence = vicu_spool_append(self->spool, body, len, t_us, error);
    if (sequence == 0) {
        link_sender_check_spool(self);
        return false;
    }
    if (self->figures.state >= VICU_LINK_REFUSED)
        return true;
    /* A fresh spool's number may be one that this sender used long ago. */
    uint64_t epoch = self->figures.state == VICU_LINK_FRESH ? 0 : self->figures.epoch;
    VicuLinkMessage feed =
        link_sender_message_of(self, VICU__KIND__KIND_BATCH_FEED, epoch, sequence);
    feed.body = body;
    feed.len = len;
    feed.bytes = batch;
    bool fed = self->ops.send(&feed, self->data);
    if (fed)
        self->figures.fed++;
    else
        self->figures.feed_lost++;
    if (!fed || epoch == 0)
        self->unfed = sequence;
    if (VICU_MUTANT(STORE_LANE_UNSYNCED))
        link_sender_pump(self, mono_us);
    return true;
}

void
vicu_link_sender_synced(VicuLinkSender *self, int64_t mono_us)
{
    link_sender_pump(self, mono_us);
}

void
vicu_link_sender_writable(VicuLinkSender *self, int64_t mono_us)
{
    link_sender_pump(self, mono_us);
}

void
vicu_link_sender_reconnected(VicuLinkSender *self, int64_t mono_us)
{
    if (self->figures.state == VICU_LINK_OPEN)
        link_sender_begin_epoch(self, "the connection is a new one", mono_us);
    else if (self->figures.state < VICU_LINK_OPEN
             && link_sender_timer_now(self, mono_us) - self->hello_us >= LINK_SENDER_HELLO_MIN_US)
        link_sender_say_hello(self, mono_us);
}

/* ACKs come, but one lane stands: its tail was lost on the way. */
static void
rewind_stalled(VicuLinkSender *self, int64_t now)
{
    for (guint i = 0; i < self->lanes->len; i++) {
        SenderLane *lane = link_sender_lane_at(self, i);
        if (lane->sent->len > 0 && now - lane->moved_us >= VICU_LINK_SILENCE_US)
            link_sender_rewind_lane(self, lane, now);
    }
}

void
vicu_link_sender_tick(VicuLinkSender *self, int64_t mono_us)
{
    if (self->figures.state >= VICU_LINK_REFUSED || !link_sender_check_spool(self))
        return;
    int64_t now = link_sender_timer_now(self, mono_us);
    if (self->figures.state != VICU_LINK_OPEN) {
        if (now - self->hello_us >= VICU_LINK_HELLO_US)
            link_sender_say_hello(self, mono_us);
        return;
    }
    if (link_sender_anything_under_way(self) && now - self->waiting_us >= VICU_LINK_SILENCE_US) {
        link_sender_begin_epoch(self, "no acknowledgement for 2 s with data outstanding", mono_us);
        return;
    }
    rewind_stalled(self, now);
    link_sender_pump(self, mono_us);
}

void
vicu_link_sender_heartbeat(VicuLinkSender *self, const void *body, size_t len)
{
    if (self->figures.state >= VICU_LINK_REFUSED)
        return;
    bool fresh = self->figures.state == VICU_LINK_FRESH;
    VicuLinkMessage beat =
        link_sender_message_of(self, VICU__KIND__KIND_HEARTBEAT, fresh ? 0 : self->figures.epoch,
                               fresh ? 0 : link_sender_newest(self, self->figures.epoch));
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
