/* The owner of a state: what stands, who was told how far.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/state-owner-inner.h"

static guint
item_hash(gconstpointer data)
{
    const OwnerItem *item = data;
    return g_str_hash(item->key) ^ ((guint)item->subject << 24);
}

static gboolean
item_same(gconstpointer a, gconstpointer b)
{
    const OwnerItem *x = a, *y = b;
    return x->subject == y->subject && strcmp(x->key, y->key) == 0;
}

static void
free_item(gpointer data)
{
    OwnerItem *item = data;
    g_bytes_unref(item->packed);
    g_free(item->key);
    g_free(item);
}

static void
free_subscriber(gpointer data)
{
    OwnerSubscriber *subscriber = data;
    g_clear_pointer(&subscriber->snapshot, g_ptr_array_unref);
    g_bytes_unref(subscriber->route);
    g_free(subscriber);
}

static void
free_answer(gpointer data)
{
    OwnerAnswer *answer = data;
    g_clear_pointer(&answer->result, g_bytes_unref);
    g_clear_pointer(&answer->routes, g_ptr_array_unref);
    g_free(answer->digest);
    g_free(answer->key);
    g_free(answer);
}

VicuStateOwner *
vicu_state_owner_new(uint64_t incarnation,
                     size_t max_subscribers,
                     const VicuStateOwnerOps *ops,
                     gpointer data)
{
    g_assert(incarnation != 0);
    VicuStateOwner *self = g_new0(VicuStateOwner, 1);
    self->incarnation = incarnation;
    self->max_subscribers = max_subscribers;
    self->ops = *ops;
    self->data = data;
    self->items = g_hash_table_new_full(item_hash, item_same, NULL, free_item);
    self->subscribers = g_ptr_array_new_with_free_func(free_subscriber);
    self->answers = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_answer);
    g_queue_init(&self->order);
    return self;
}

void
vicu_state_owner_free(VicuStateOwner *self)
{
    if (!self)
        return;
    for (size_t i = 0; i < VICU_STATE_RING; i++)
        g_clear_pointer(&self->ring[i].packed, g_bytes_unref);
    g_queue_clear(&self->order);
    g_hash_table_unref(self->answers);
    g_ptr_array_unref(self->subscribers);
    g_hash_table_unref(self->items);
    g_free(self);
}

/* ---- what stands ---- */

static void
note_change(VicuStateOwner *self, Vicu__Subject subject, GBytes *packed)
{
    OwnerChange *change = &self->ring[++self->sequence % VICU_STATE_RING];
    g_clear_pointer(&change->packed, g_bytes_unref);
    change->subject = subject;
    change->packed = g_bytes_ref(packed);
}

void
vicu_state_owner_set(VicuStateOwner *self, Vicu__Subject subject, const char *key, GBytes *packed)
{
    note_change(self, subject, packed);
    OwnerItem *item = g_new0(OwnerItem, 1);
    item->subject = subject;
    item->key = g_strdup(key);
    item->packed = g_bytes_ref(packed);
    item->sequence = self->sequence;
    g_hash_table_replace(self->items, item, item);
}

void
vicu_state_owner_remove(VicuStateOwner *self,
                        Vicu__Subject subject,
                        const char *key,
                        GBytes *packed)
{
    OwnerItem wanted = {.subject = subject, .key = (char *)key};
    if (g_hash_table_remove(self->items, &wanted))
        note_change(self, subject, packed);
}

/* ---- to subscribers ---- */

static bool
wants(const OwnerSubscriber *subscriber, Vicu__Subject subject)
{
    return subscriber->subjects == 0
           || (subject >= 0 && subject < 64 && ((subscriber->subjects >> subject) & 1) != 0);
}

static gint
by_sequence(gconstpointer a, gconstpointer b)
{
    const OwnerItem *x = *(OwnerItem *const *)a, *y = *(OwnerItem *const *)b;
    return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

/* References to all that stands now, in an order that the sequence fixes. */
static void
begin_snapshot(VicuStateOwner *self, OwnerSubscriber *subscriber)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->items);
    while (g_hash_table_iter_next(&iter, &value, NULL)) {
        if (wants(subscriber, ((OwnerItem *)value)->subject))
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

VicuStateMessage
state_owner_message(const VicuStateOwner *self, Vicu__Kind kind, uint64_t sequence)
{
    return (VicuStateMessage){.kind = kind, .incarnation = self->incarnation, .sequence = sequence};
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
        if (!wants(subscriber, change->subject))
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

static void
serve(VicuStateOwner *self, OwnerSubscriber *subscriber)
{
    if (!subscriber->snapshot && self->sequence - subscriber->looked > VICU_STATE_RING) {
        self->figures.resyncs++;
        begin_snapshot(self, subscriber);
    }
    if (!send_snapshot(self, subscriber))
        return;
    while (subscriber->under_way < VICU_STATE_WINDOW && send_update(self, subscriber)) {
    }
}

void
vicu_state_owner_flush(VicuStateOwner *self, int64_t mono_us)
{
    (void)mono_us;
    for (guint i = 0; i < self->subscribers->len; i++)
        serve(self, g_ptr_array_index(self->subscribers, i));
}

static void
beat(VicuStateOwner *self, OwnerSubscriber *subscriber, int64_t watermark_us, bool catching_up)
{
    /* In the middle of a snapshot there is no sequence to hold it against. */
    VicuStateMessage message = state_owner_message(self, VICU__KIND__KIND_STATE_BEAT,
                                                   subscriber->snapshot ? 0 : subscriber->told);
    message.at = self->sequence;
    message.watermark_us = watermark_us;
    message.catching_up = catching_up;
    self->ops.send(subscriber->route, &message, self->data);
}

void
vicu_state_owner_tick(VicuStateOwner *self, int64_t watermark_us, bool catching_up, int64_t mono_us)
{
    bool beats = mono_us - self->beat_us >= VICU_STATE_BEAT_US;
    if (beats)
        self->beat_us = mono_us;
    for (guint i = self->subscribers->len; i > 0; i--) {
        OwnerSubscriber *subscriber = g_ptr_array_index(self->subscribers, i - 1);
        if (mono_us - subscriber->heard_us > VICU_STATE_EXPIRE_US) {
            self->figures.expired++;
            g_ptr_array_remove_index(self->subscribers, i - 1);
            continue;
        }
        serve(self, subscriber);
        if (beats)
            beat(self, subscriber, watermark_us, catching_up);
    }
}

/* ---- from subscribers ---- */

OwnerSubscriber *
state_owner_find_subscriber(const VicuStateOwner *self, GBytes *route)
{
    for (guint i = 0; i < self->subscribers->len; i++) {
        OwnerSubscriber *subscriber = g_ptr_array_index(self->subscribers, i);
        if (g_bytes_equal(subscriber->route, route))
            return subscriber;
    }
    return NULL;
}

void
vicu_state_owner_forget(VicuStateOwner *self, GBytes *route)
{
    OwnerSubscriber *subscriber = state_owner_find_subscriber(self, route);
    if (subscriber)
        g_ptr_array_remove(self->subscribers, subscriber);
}

static uint64_t
subjects_of(const VicuStateMessage *message)
{
    uint64_t subjects = 0;
    for (size_t i = 0; i < message->n_subject; i++) {
        if (message->subject[i] >= 0 && message->subject[i] < 64)
            subjects |= UINT64_C(1) << message->subject[i];
    }
    /* Asking only for what we do not know is not asking for all: bit 63 is no subject. */
    return message->n_subject > 0 && subjects == 0 ? UINT64_C(1) << 63 : subjects;
}

static bool
on_subscribe(VicuStateOwner *self, GBytes *route, const VicuStateMessage *message, int64_t mono_us)
{
    OwnerSubscriber *subscriber = state_owner_find_subscriber(self, route);
    uint64_t subjects = subjects_of(message);
    if (!subscriber) {
        if (self->subscribers->len >= self->max_subscribers)
            return false;
        subscriber = g_new0(OwnerSubscriber, 1);
        subscriber->route = g_bytes_ref(route);
        g_ptr_array_add(self->subscribers, subscriber);
    }
    subscriber->subjects = subjects;
    subscriber->heard_us = mono_us;
    subscriber->under_way = 0;
    uint64_t seen = message->sequence;
    bool goes_on = message->incarnation == self->incarnation && seen > 0 && seen <= self->sequence
                   && self->sequence - seen <= VICU_STATE_RING;
    if (goes_on) {
        g_clear_pointer(&subscriber->snapshot, g_ptr_array_unref);
        subscriber->looked = subscriber->told = seen;
    } else {
        begin_snapshot(self, subscriber);
    }
    serve(self, subscriber);
    return true;
}

static bool
on_ack(VicuStateOwner *self, GBytes *route, const VicuStateMessage *message, int64_t mono_us)
{
    OwnerSubscriber *subscriber = state_owner_find_subscriber(self, route);
    if (!subscriber || message->incarnation != self->incarnation)
        return false;
    subscriber->heard_us = mono_us;
    if (message->sequence >= subscriber->told)
        subscriber->under_way = 0;
    serve(self, subscriber);
    return true;
}

bool
vicu_state_owner_receive(VicuStateOwner *self,
                         GBytes *route,
                         const VicuStateMessage *message,
                         int64_t mono_us)
{
    if (message->kind == VICU__KIND__KIND_STATE_SUBSCRIBE)
        return on_subscribe(self, route, message, mono_us);
    if (message->kind == VICU__KIND__KIND_STATE_ACK)
        return on_ack(self, route, message, mono_us);
    return false;
}

void
vicu_state_owner_figures(const VicuStateOwner *self, VicuStateOwnerFigures *figures)
{
    *figures = self->figures;
    figures->sequence = self->sequence;
    figures->items = g_hash_table_size(self->items);
    figures->subscribers = self->subscribers->len;
}
