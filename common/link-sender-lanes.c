/* The lanes of a sender, and what goes out of them to the store.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/link-sender-inner.h"
#include "common/mutant.h"

#define BACKLOG_BYTES_AT_ONCE (1u << 20) /* a call may not keep the live lane waiting */
#define WHOLE_US              (10 * G_USEC_PER_SEC)

/* ---- lanes ---- */

void
link_sender_clear_lane(gpointer lane)
{
    g_array_unref(((SenderLane *)lane)->sent);
}

SenderLane *
link_sender_lane_at(const VicuLinkSender *self, guint index)
{
    return &g_array_index(self->lanes, SenderLane, index);
}

SenderLane *
link_sender_find_lane(const VicuLinkSender *self, uint64_t epoch)
{
    for (guint i = self->lanes->len; i > 0; i--) {
        if (link_sender_lane_at(self, i - 1)->epoch == epoch)
            return link_sender_lane_at(self, i - 1);
    }
    return NULL;
}

void
link_sender_forget_under_way(VicuLinkSender *self, SenderLane *lane)
{
    self->figures.outstanding_bytes -= lane->bytes;
    lane->bytes = 0;
    g_array_set_size(lane->sent, 0);
}

void
link_sender_list_lanes(VicuLinkSender *self)
{
    size_t n;
    const VicuSpoolEpoch *epochs = vicu_spool_epochs(self->spool, &n);
    g_array_set_size(self->lanes, 0);
    self->figures.outstanding_bytes = 0;
    for (size_t i = 0; i < n; i++) {
        SenderLane lane = {
            .epoch = epochs[i].epoch,
            .acked = epochs[i].first - 1,
            .next = epochs[i].first,
            .sent = g_array_new(FALSE, FALSE, sizeof(SenderSent)),
        };
        g_array_append_val(self->lanes, lane);
    }
    g_assert(self->lanes->len > 0);
    self->figures.epoch = link_sender_lane_at(self, self->lanes->len - 1)->epoch;
}

bool
link_sender_is_live(const VicuLinkSender *self, const SenderLane *lane)
{
    return lane->epoch == self->figures.epoch;
}

uint64_t
link_sender_newest(VicuLinkSender *self, uint64_t epoch)
{
    size_t n;
    const VicuSpoolEpoch *epochs = vicu_spool_epochs(self->spool, &n);
    for (size_t i = n; i > 0; i--) {
        if (epochs[i - 1].epoch == epoch)
            return epochs[i - 1].last;
    }
    return 0;
}

bool
link_sender_anything_under_way(const VicuLinkSender *self)
{
    for (guint i = 0; i < self->lanes->len; i++) {
        if (link_sender_lane_at(self, i)->sent->len > 0)
            return true;
    }
    return false;
}

void
link_sender_rewind_lane(VicuLinkSender *self, SenderLane *lane, int64_t mono_us)
{
    link_sender_forget_under_way(self, lane);
    lane->next = lane->acked + 1;
    lane->rewound_us = mono_us;
    lane->moved_us = mono_us;
    self->figures.rewinds++;
    link_sender_send_whole(self, mono_us);
}

void
link_sender_send_whole(VicuLinkSender *self, int64_t now)
{
    if (!VICU_MUTANT(ALWAYS_REFERRED))
        self->whole_until_us = now + WHOLE_US;
}

/* ---- to the store ---- */

/* Live data may use all of the credit, backlog half of it, so that a tick never
 * waits for an acknowledgement of old data. One batch larger than that goes
 * when nothing else is under way. */
static bool
has_credit(const VicuLinkSender *self, const SenderLane *lane, size_t len)
{
    uint64_t credit = self->figures.credit_bytes;
    if (VICU_MUTANT(CREDIT_IGNORED))
        return true;
    if (credit == 0)
        return false;
    if (self->figures.outstanding_bytes > 0 && self->figures.outstanding_bytes + len > credit)
        return false;
    if (link_sender_is_live(self, lane) || VICU_MUTANT(BACKLOG_FIRST))
        return true;
    const SenderLane *live = link_sender_lane_at(self, self->lanes->len - 1);
    uint64_t backlog = self->figures.outstanding_bytes - live->bytes;
    return backlog == 0 || backlog + len <= credit / 2;
}

/* The next of @lane, whole or by reference. */
static bool
send_batch(VicuLinkSender *self, SenderLane *lane, const VicuLinkMessage *batch)
{
    if (!self->ops.send(batch, self->data))
        return false;
    SenderSent sent = {lane->next, batch->len};
    g_array_append_val(lane->sent, sent);
    lane->bytes += batch->len;
    self->figures.outstanding_bytes += batch->len;
    self->figures.stored++;
    lane->next++;
    if (VICU_MUTANT(TRIM_ON_SEND))
        vicu_spool_trim(self->spool, lane->epoch, sent.last, NULL);
    return true;
}

static bool
send_whole(VicuLinkSender *self, SenderLane *lane, const VicuSpoolRecord *record)
{
    VicuLinkMessage batch =
        link_sender_message_of(self, VICU__KIND__KIND_BATCH_STORE, lane->epoch, lane->next);
    batch.body = record->body;
    batch.len = record->len;
    return send_batch(self, lane, &batch);
}

/* The next of @lane went by the feed to the hub that is there now. */
static bool
may_refer(const VicuLinkSender *self, const SenderLane *lane, int64_t now)
{
    return self->may_refer && self->hub_refers && link_sender_is_live(self, lane)
           && lane->next > self->unfed && now >= self->whole_until_us;
}

static bool
send_reference(VicuLinkSender *self, SenderLane *lane, size_t len, uint32_t crc)
{
    VicuLinkMessage reference =
        link_sender_message_of(self, VICU__KIND__KIND_BATCH_REF, lane->epoch, lane->next);
    reference.len = len;
    reference.crc = crc;
    if (!send_batch(self, lane, &reference))
        return false;
    self->figures.referred++;
    return true;
}

static bool
send_dropped(VicuLinkSender *self, SenderLane *lane, const VicuSpoolDropped *dropped)
{
    VicuLinkMessage message =
        link_sender_message_of(self, VICU__KIND__KIND_DROPPED, lane->epoch, dropped->last);
    message.dropped = *dropped;
    if (!self->ops.send(&message, self->data))
        return false;
    SenderSent sent = {dropped->last, 0};
    g_array_append_val(lane->sent, sent);
    lane->next = dropped->last + 1;
    return true;
}

/* One message of @lane. False: nothing to send, no credit, or a full socket. */
static bool
send_next(VicuLinkSender *self, SenderLane *lane, uint64_t synced, int64_t now)
{
    VicuSpoolRecord record;
    uint32_t crc = 0;
    if (lane->next > synced)
        return false;
    size_t len = vicu_spool_len(self->spool, lane->epoch, lane->next, &crc);
    if (len > 0 && !has_credit(self, lane, len))
        return false;
    if (len > 0 && may_refer(self, lane, now))
        return send_reference(self, lane, len, crc);
    switch (vicu_spool_peek(self->spool, lane->epoch, lane->next, &record)) {
    case VICU_SPOOL_FOUND:
        return send_whole(self, lane, &record);
    case VICU_SPOOL_DROPPED:
        record.dropped.last = MIN(record.dropped.last, synced);
        return send_dropped(self, lane, &record.dropped);
    case VICU_SPOOL_NONE:
        return false;
    case VICU_SPOOL_BROKEN:
        link_sender_check_spool(self);
        return false;
    }
    g_assert_not_reached();
}

static void
pump_lane(VicuLinkSender *self, SenderLane *lane, uint64_t most_bytes, int64_t mono_us)
{
    uint64_t synced = vicu_spool_synced(self->spool, lane->epoch);
    uint64_t before = lane->bytes;
    bool idle = lane->sent->len == 0;
    bool all_idle = !link_sender_anything_under_way(self);
    int64_t now = link_sender_timer_now(self, mono_us);
    while (lane->bytes - before < most_bytes && send_next(self, lane, synced, now)) {
    }
    if (idle && lane->sent->len > 0)
        lane->moved_us = now;
    if (all_idle && lane->sent->len > 0)
        self->waiting_us = now;
}

static void
send_end(VicuLinkSender *self, SenderLane *lane, int64_t mono_us)
{
    int64_t now = link_sender_timer_now(self, mono_us);
    /* 0: acknowledged whole, and forgotten by the spool. */
    uint64_t given = link_sender_newest(self, lane->epoch);
    bool unsynced = vicu_spool_synced(self->spool, lane->epoch) < given;
    if (unsynced || (lane->end_us != 0 && now - lane->end_us < VICU_LINK_REPEAT_US))
        return;
    VicuLinkMessage end =
        link_sender_message_of(self, VICU__KIND__KIND_END, lane->epoch, MAX(given, lane->acked));
    if (self->ops.send(&end, self->data))
        lane->end_us = now;
}

static void
pump_backlog(VicuLinkSender *self, int64_t mono_us)
{
    for (guint i = 0; i + 1 < self->lanes->len; i++) {
        pump_lane(self, link_sender_lane_at(self, i), BACKLOG_BYTES_AT_ONCE, mono_us);
        send_end(self, link_sender_lane_at(self, i), mono_us);
    }
}

void
link_sender_pump(VicuLinkSender *self, int64_t mono_us)
{
    if (self->figures.state != VICU_LINK_OPEN || !link_sender_check_spool(self))
        return;
    if (VICU_MUTANT(BACKLOG_FIRST))
        pump_backlog(self, mono_us);
    pump_lane(self, link_sender_lane_at(self, self->lanes->len - 1), UINT64_MAX, mono_us);
    pump_backlog(self, mono_us);
}
