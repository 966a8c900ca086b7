/* SPDX-License-Identifier: Apache-2.0 */
#include "store/ingest.h"

#include <math.h>
#include <string.h>

#define SYNCS_KEPT 1000
#define SOON_US    3000 /* what is waited for shares a sync with what comes within */

struct StoreIngest {
    StoreHead *head;
    StoreIngestSettings settings;
    StoreIngestOps ops;
    gpointer user;
    VicuLinkReceiver *receiver;
    uint64_t ticket; /* newest write of the receiver in the open group */
    StoreNow now;    /* of the call at hand */
    GError *error;   /* of a write within the call at hand */
    int64_t due_us;
    bool writable;
    double share; /* of the credit */
    uint64_t groups;
    uint64_t turned_away;
    int64_t sync_us[SYNCS_KEPT]; /* ring */
};

static void
sync_within(StoreIngest *self, int64_t us)
{
    int64_t due_us = self->now.mono_us + us;

    if (self->due_us == 0 || due_us < self->due_us)
        self->due_us = due_us;
}

static VicuFingerprint
fingerprint_of(const VicuSenderId *id)
{
    VicuFingerprint fingerprint;

    memcpy(fingerprint.bytes, id->bytes, sizeof fingerprint.bytes);
    return fingerprint;
}

static const char *
reason_text(VicuSpoolDropReason reason)
{
    switch (reason) {
    case VICU_SPOOL_SIZE:
        return "the spool was full";
    case VICU_SPOOL_AGE:
        return "older than the spool keeps";
    case VICU_SPOOL_DAMAGED:
        return "damaged on the spool's disk";
    case VICU_SPOOL_FORGOTTEN:
        return "acknowledged once, but the store no longer has it";
    default:
        return "given up by the sender";
    }
}

static void
on_write(const VicuLinkWrite *write, gpointer user)
{
    StoreIngest *self = user;
    VicuFingerprint sender = fingerprint_of(&write->sender);
    StorePutFate fate = STORE_PUT_TAKEN;

    self->ticket = write->ticket;
    if (self->error != NULL)
        return;
    switch (write->kind) {
    case VICU_LINK_WRITE_EPOCH:
        store_head_epoch(self->head, &sender, write->name, write->epoch);
        store_head_instance(self->head, &sender, write->epoch, write->instance);
        break;
    case VICU_LINK_WRITE_BATCH:
        if (!store_head_batch(self->head, &sender, write->epoch, write->sequence, write->body,
                              write->len, self->now, &fate, &self->error))
            return;
        break;
    case VICU_LINK_WRITE_DROPPED:
        fate = store_head_dropped(self->head, &sender, write->epoch, write->dropped.first,
                                  write->dropped.last, write->dropped.from_us, write->dropped.to_us,
                                  reason_text(write->dropped.reason), self->now);
        break;
    case VICU_LINK_WRITE_ENDED:
        store_head_ended(self->head, &sender, write->epoch);
        break;
    }
    /* The receiver and the head count alike, or one of them is wrong. */
    g_assert(fate == STORE_PUT_TAKEN);
    sync_within(self, self->settings.group_us);
}

static void
on_send(const VicuLinkMessage *message, gpointer user)
{
    StoreIngest *self = user;
    self->ops.send(message, self->user);
}

static void
restore_sender(const VicuFingerprint *sender, const char *name, uint64_t highest, gpointer user)
{
    StoreIngest *self = user;
    VicuSenderId id;

    memcpy(id.bytes, sender->bytes, sizeof id.bytes);
    vicu_link_receiver_restore(self->receiver, &id, name, highest);
    vicu_link_receiver_restore_instance(self->receiver, &id,
                                        store_head_sender_instance(self->head, sender));
}

static void
restore_lane(StoreLane *lane, gpointer user)
{
    StoreIngest *self = user;
    VicuSenderId id;

    memcpy(id.bytes, lane->sender.bytes, sizeof id.bytes);
    vicu_link_receiver_restore_epoch(self->receiver, &id, lane->epoch, lane->watermark);
}

StoreIngest *
store_ingest_new(StoreHead *head,
                 const StoreIngestSettings *settings,
                 const StoreIngestOps *ops,
                 gpointer user)
{
    static const VicuLinkReceiverOps receiver_ops = {.send = on_send, .write = on_write};
    StoreIngest *self = g_new0(StoreIngest, 1);

    self->head = head;
    self->settings = *settings;
    self->ops = *ops;
    self->user = user;
    self->writable = true;
    self->share = 1;
    self->receiver = vicu_link_receiver_new(&receiver_ops, self);
    vicu_link_receiver_set_credit(self->receiver, settings->credit_bytes);
    store_head_senders(head, restore_sender, self);
    store_head_lanes(head, restore_lane, self);
    return self;
}

void
store_ingest_free(StoreIngest *self)
{
    if (self == NULL)
        return;
    vicu_link_receiver_free(self->receiver);
    g_clear_error(&self->error);
    g_free(self);
}

static bool
take_error(StoreIngest *self, GError **error)
{
    if (self->error == NULL)
        return false;
    g_propagate_error(error, g_steal_pointer(&self->error));
    return true;
}

bool
store_ingest_receive(StoreIngest *self,
                     const VicuLinkMessage *message,
                     StoreNow now,
                     GError **error)
{
    if (!self->writable) {
        self->turned_away++;
        return true;
    }
    self->now = now;
    vicu_link_receiver_receive(self->receiver, message, now.mono_us);
    if (take_error(self, error))
        return false;
    if (store_db_pending(store_head_db(self->head)) >= self->settings.group_bytes)
        return store_ingest_commit(self, now, error);
    return true;
}

bool
store_ingest_commit(StoreIngest *self, StoreNow now, GError **error)
{
    int64_t took_us = 0;
    bool any = store_db_pending(store_head_db(self->head)) > 0;

    self->now = now;
    self->due_us = 0;
    if (!store_head_commit(self->head, &took_us, error))
        return false;
    if (any) {
        self->sync_us[self->groups % SYNCS_KEPT] = took_us;
        self->groups++;
    }
    vicu_link_receiver_synced(self->receiver, self->ticket, now.mono_us);
    if (take_error(self, error))
        return false;
    /* Also when there was nothing to write: who waits for what was kept before, such as
     * an audit record put again, waits for this. */
    if (self->ops.committed != NULL)
        self->ops.committed(self->user);
    return true;
}

bool
store_ingest_tick(StoreIngest *self, StoreNow now, GError **error)
{
    self->now = now;
    if (self->writable) {
        if (!store_head_tick(self->head, now, error))
            return false;
        if (store_db_pending(store_head_db(self->head)) > 0)
            sync_within(self, self->settings.group_us);
    }
    vicu_link_receiver_tick(self->receiver, now.mono_us);
    return !take_error(self, error);
}

int64_t
store_ingest_due_us(const StoreIngest *self)
{
    return self->due_us;
}

void
store_ingest_want_sync(StoreIngest *self, bool waits, StoreNow now)
{
    self->now = now;
    sync_within(self, waits ? SOON_US : self->settings.group_us);
}

static void
set_credit(StoreIngest *self)
{
    double bytes = self->writable ? self->share * self->settings.credit_bytes : 0;
    vicu_link_receiver_set_credit(self->receiver, (uint32_t)bytes);
}

void
store_ingest_set_writable(StoreIngest *self, bool writable)
{
    self->writable = writable;
    set_credit(self);
}

void
store_ingest_set_credit(StoreIngest *self, double share)
{
    if (fabs(share - self->share) < 0.001)
        return;
    self->share = share;
    set_credit(self);
}

bool
store_ingest_is_writable(const StoreIngest *self)
{
    return self->writable;
}

static int
compare_times(gconstpointer pa, gconstpointer pb)
{
    int64_t a = *(const int64_t *)pa, b = *(const int64_t *)pb;
    return (a > b) - (a < b);
}

void
store_ingest_figures(const StoreIngest *self, StoreIngestFigures *figures)
{
    size_t n = MIN(self->groups, SYNCS_KEPT);
    g_autofree int64_t *sorted = g_memdup2(self->sync_us, n * sizeof *sorted);

    *figures = (StoreIngestFigures){.groups = self->groups, .turned_away = self->turned_away};
    if (n > 0) {
        qsort(sorted, n, sizeof *sorted, compare_times);
        figures->sync_p50_us = sorted[n / 2];
        figures->sync_p99_us = sorted[n * 99 / 100];
    }
    vicu_link_receiver_figures(self->receiver, &figures->link);
}
