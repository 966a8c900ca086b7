/* The owner of a state: who is told what, how far, and for whom.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/state-owner-inner.h"

static bool
wants(const OwnerSubscriber *subscriber, Vicu__Subject subject)
{
    return subscriber->subjects == 0
           || (subject >= 0 && subject < 64 && ((subscriber->subjects >> subject) & 1) != 0);
}

static bool
sees(const OwnerSubscriber *subscriber, Vicu__Subject subject, const char *place)
{
    return wants(subscriber, subject)
           && (!subscriber->view || vicu_state_view_tells(subscriber->view, subject, place));
}

static bool
sees_change(const OwnerSubscriber *subscriber, const OwnerChange *change)
{
    if (!change->packed || (change->left_for && !subscriber->view))
        return false;
    return sees(subscriber, change->subject, change->place)
           && !(change->left_for && sees(subscriber, change->subject, change->left_for));
}

static gint
by_sequence(gconstpointer a, gconstpointer b)
{
    const OwnerItem *x = *(OwnerItem *const *)a, *y = *(OwnerItem *const *)b;
    return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

/* References to all that stands now, in an order that the sequence fixes. */
void
state_owner_begin_snapshot(VicuStateOwner *self, OwnerSubscriber *subscriber)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->items);
    while (g_hash_table_iter_next(&iter, &value, NULL)) {
        const OwnerItem *item = value;
        if (sees(subscriber, item->subject, item->place))
            g_ptr_array_add(items, value);
    }
    g_ptr_array_sort(items, by_sequence);
    g_clear_pointer(&subscriber->snapshot, g_ptr_array_unref);
    subscriber->snapshot = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (guint i = 0; i < items->len; i++)
        g_ptr_array_add(subscriber->snapshot,
                        g_bytes_ref(((OwnerItem *)g_ptr_array_index(items, i))->packed));
    subscriber->snapshot_at = self->sequence;
    subscriber->sent = 0;
    subscriber->under_way = 0;
    self->figures.snapshots++;
}

/* True: the snapshot is sent, or none was due. */
static bool
send_snapshot(VicuStateOwner *self, OwnerSubscriber *subscriber)
{
    while (subscriber->snapshot) {
        guint left = subscriber->snapshot->len - subscriber->sent;
        VicuStateMessage message =
            state_owner_message(self, VICU__KIND__KIND_STATE_SNAPSHOT, subscriber->snapshot_at);
        message.after = subscriber->sent;
        message.n_items = MIN(left, VICU_STATE_CHUNK);
        /* An empty array has no memory to point into. */
        if (left > 0)
            message.items = (GBytes *const *)subscriber->snapshot->pdata + subscriber->sent;
        message.last = message.n_items == left;
        if (!self->ops.send(subscriber->route, &message, self->data))
            return false;
        subscriber->sent += (guint)message.n_items;
        if (!message.last)
            continue;
        g_clear_pointer(&subscriber->snapshot, g_ptr_array_unref);
        subscriber->looked = subscriber->told = subscriber->snapshot_at;
    }
    return true;
}

/* The next changes that it wants, as one message. False: none left, or no room. */
static bool
send_update(VicuStateOwner *self, OwnerSubscriber *subscriber)
{
    GBytes *items[VICU_STATE_CHUNK];
    VicuStateMessage message = state_owner_message(self, VICU__KIND__KIND_STATE_UPDATE, 0);
    message.after = subscriber->told;
    message.items = items;
    uint64_t at = subscriber->looked;
    while (at < self->sequence && message.n_items < VICU_STATE_CHUNK) {
        const OwnerChange *change = &self->ring[++at % VICU_STATE_RING];
        if (!sees_change(subscriber, change))
            continue;
        items[message.n_items++] = change->packed;
        message.sequence = at;
    }
    if (message.n_items == 0) {
        subscriber->looked = at;
        return false;
    }
    if (!self->ops.send(subscriber->route, &message, self->data))
        return false;
    subscriber->looked = at;
    subscriber->told = message.sequence;
    subscriber->under_way += message.n_items;
    return true;
}

void
state_owner_serve(VicuStateOwner *self, OwnerSubscriber *subscriber)
{
    if (!subscriber->snapshot && self->sequence - subscriber->looked > VICU_STATE_RING) {
        self->figures.resyncs++;
        state_owner_begin_snapshot(self, subscriber);
    }
    if (!send_snapshot(self, subscriber))
        return;
    while (subscriber->under_way < VICU_STATE_WINDOW && send_update(self, subscriber)) {
    }
}

/* Another view than before: all anew, under a number that the subscriber has not seen. */
void
state_owner_take_view(VicuStateOwner *self, OwnerSubscriber *subscriber, VicuStateView *view)
{
    bool same = vicu_state_view_same(subscriber->view, view);
    vicu_state_view_free(subscriber->view);
    subscriber->view = view;
    if (same)
        return;
    state_owner_note(self, VICU__SUBJECT__SUBJECT_NONE, NULL, NULL, NULL);
    state_owner_begin_snapshot(self, subscriber);
}

/* Beds that stand and that it would be told of, were it not for its view. */
static uint32_t
untold(const VicuStateOwner *self, const OwnerSubscriber *subscriber)
{
    GHashTableIter iter;
    gpointer value;
    uint32_t n = 0;
    if (!wants(subscriber, VICU__SUBJECT__SUBJECT_BED))
        return 0;
    g_hash_table_iter_init(&iter, self->items);
    while (g_hash_table_iter_next(&iter, &value, NULL)) {
        const OwnerItem *item = value;
        n += item->subject == VICU__SUBJECT__SUBJECT_BED
             && !vicu_state_view_tells(subscriber->view, item->subject, item->place);
    }
    return n;
}

void
state_owner_beat(VicuStateOwner *self,
                 OwnerSubscriber *subscriber,
                 int64_t watermark_us,
                 bool catching_up)
{
    /* In the middle of a snapshot there is no sequence to hold it against. */
    VicuStateMessage message = state_owner_message(self, VICU__KIND__KIND_STATE_BEAT,
                                                   subscriber->snapshot ? 0 : subscriber->told);
    message.at = self->sequence;
    message.watermark_us = watermark_us;
    message.catching_up = catching_up;
    message.account = message.refused = "";
    if (subscriber->view) {
        message.account = vicu_state_view_account(subscriber->view);
        message.refused = vicu_state_view_refused(subscriber->view);
        message.untold = untold(self, subscriber);
    }
    self->ops.send(subscriber->route, &message, self->data);
}
