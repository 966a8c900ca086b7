/* What the store says to a sender: ACK, WELCOME, REFUSE.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/link-sender-inner.h"
#include "common/mutant.h"

#define REWIND_US (G_USEC_PER_SEC / 2)

static void
trim(VicuLinkSender *self, uint64_t epoch, uint64_t sequence)
{
    if (!vicu_spool_trim(self->spool, epoch, sequence, NULL))
        link_sender_check_spool(self);
}

/* What the store says of an epoch, held against what can have been sent. */
static uint64_t
believable(VicuLinkSender *self, const SenderLane *lane, uint64_t sequence)
{
    /* The spool has forgotten an epoch that is acknowledged whole. */
    uint64_t most = MAX(vicu_spool_synced(self->spool, lane->epoch), lane->acked);
    if (sequence <= most)
        return sequence;
    self->figures.strange++;
    return most;
}

static void
remove_lane(VicuLinkSender *self, SenderLane *lane)
{
    link_sender_forget_under_way(self, lane);
    g_array_remove_index(self->lanes, (guint)(lane - link_sender_lane_at(self, 0)));
}

static void
take_ended(VicuLinkSender *self, SenderLane *lane)
{
    if (link_sender_is_live(self, lane)) {
        self->figures.strange++;
        return;
    }
    uint64_t last = link_sender_newest(self, lane->epoch);
    self->figures.acked += MAX(last, lane->acked) - lane->acked;
    trim(self, lane->epoch, last);
    remove_lane(self, lane);
}

static void
take_watermark(VicuLinkSender *self, const VicuWatermark *mark, int64_t mono_us)
{
    SenderLane *lane = link_sender_find_lane(self, mark->epoch);
    if (!lane)
        return;
    if (mark->ended) {
        take_ended(self, lane);
        return;
    }
    int64_t now = link_sender_timer_now(self, mono_us);
    uint64_t sequence = believable(self, lane, mark->sequence);
    if (sequence > lane->acked) {
        guint done = 0;
        for (; done < lane->sent->len; done++) {
            const SenderSent *sent = &g_array_index(lane->sent, SenderSent, done);
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
        link_sender_rewind_lane(self, lane, now);
}

static void
on_ack(VicuLinkSender *self, const VicuLinkMessage *message, int64_t mono_us)
{
    int64_t now = link_sender_timer_now(self, mono_us);
    /* Until we are welcomed an ACK may be meant for a copy of us. But the way to
     * the store is open again: do not wait for the timer. */
    if (self->figures.state != VICU_LINK_OPEN) {
        if (now - self->hello_us >= LINK_SENDER_HELLO_MIN_US)
            link_sender_say_hello(self, mono_us);
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
    SenderLane *lane = link_sender_find_lane(self, mark->epoch);
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
    const SenderLane *live = link_sender_lane_at(self, self->lanes->len - 1);
    int64_t bound_us = (int64_t)VICU_LINK_SILENCE_US << (2 * MIN(self->renewed, 16));
    return link_sender_newest(self, live->epoch) > live->acked
           && link_sender_timer_now(self, mono_us) - self->epoch_us >= bound_us;
}

static void
on_welcome(VicuLinkSender *self, const VicuLinkMessage *message, int64_t mono_us)
{
    if (message->instance != self->instance)
        return;
    if (self->figures.state == VICU_LINK_FRESH && message->epoch == 0) {
        if (!vicu_spool_adopt(self->spool, message->highest_epoch, message->highest_instance,
                              NULL)) {
            link_sender_check_spool(self);
            return;
        }
        link_sender_list_lanes(self);
        link_sender_begin_epoch(self, "the store gave the highest epoch known of this sender",
                                mono_us);
        return;
    }
    if (self->figures.state != VICU_LINK_GREETING || message->epoch != self->figures.epoch)
        return;
    self->figures.credit_bytes = message->credit_bytes;
    self->figures.last_ack_us = mono_us;
    self->waiting_us = link_sender_timer_now(self, mono_us);
    for (guint i = 0; i < self->lanes->len; i++)
        link_sender_forget_under_way(self, link_sender_lane_at(self, i));
    for (size_t i = 0; i < message->n_watermark; i++)
        take_welcome_mark(self, &message->watermark[i]);
    vicu_spool_welcomed(self->spool, self->figures.epoch);
    if (is_stale(self, mono_us)) {
        self->renewed++;
        link_sender_begin_epoch(self, "what was written while the store was away becomes backlog",
                                mono_us);
        return;
    }
    self->renewed = 0;
    self->hub_refers = message->by_reference;
    link_sender_set_state(self, VICU_LINK_OPEN, "the store welcomed this epoch");
}

static void
on_refuse(VicuLinkSender *self, const VicuLinkMessage *message, int64_t mono_us)
{
    /* What was refused may be long past. */
    bool fresh = self->figures.state == VICU_LINK_FRESH;
    if (message->epoch != (fresh ? 0 : self->figures.epoch))
        return;
    if (message->refuse == VICU__REFUSE_REASON__REFUSE_FENCED)
        link_sender_set_state(self, VICU_LINK_REFUSED, message->text);
    else if (message->refuse == VICU__REFUSE_REASON__REFUSE_HELLO_FIRST)
        vicu_link_sender_reconnected(self, mono_us);
}

/* The hub does not hold what a reference named. The first such word sends all of the
 * lane again; what the others name is then under way already. */
static void
on_wanted(VicuLinkSender *self, const VicuLinkMessage *message, int64_t mono_us)
{
    int64_t now = link_sender_timer_now(self, mono_us);
    SenderLane *lane = link_sender_find_lane(self, message->epoch);
    if (self->figures.state != VICU_LINK_OPEN || !lane || !link_sender_is_live(self, lane)
        || message->sequence <= lane->acked || message->sequence >= lane->next)
        return;
    self->figures.unheld++;
    if (now >= self->whole_until_us && !VICU_MUTANT(ALWAYS_REFERRED))
        link_sender_rewind_lane(self, lane, now);
}

void
vicu_link_sender_receive(VicuLinkSender *self, const VicuLinkMessage *message, int64_t mono_us)
{
    if (self->figures.state >= VICU_LINK_REFUSED || !link_sender_check_spool(self))
        return;
    if (message->kind == VICU__KIND__KIND_ACK)
        on_ack(self, message, mono_us);
    else if (message->kind == VICU__KIND__KIND_WELCOME)
        on_welcome(self, message, mono_us);
    else if (message->kind == VICU__KIND__KIND_REFUSE)
        on_refuse(self, message, mono_us);
    else if (message->kind == VICU__KIND__KIND_BATCH_WANTED)
        on_wanted(self, message, mono_us);
    link_sender_pump(self, mono_us);
}
