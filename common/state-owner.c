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
    g_clear_pointer(&item->place, g_ref_string_release);
    g_free(item->key);
    g_free(item);
}

static void
free_subscriber(gpointer data)
{
    OwnerSubscriber *subscriber = data;
    g_clear_pointer(&subscriber->snapshot, g_ptr_array_unref);
    vicu_state_view_free(subscriber->view);
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

static void
clear_change(OwnerChange *change)
{
    g_clear_pointer(&change->packed, g_bytes_unref);
    g_clear_pointer(&change->place, g_ref_string_release);
    g_clear_pointer(&change->left_for, g_ref_string_release);
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
        clear_change(&self->ring[i]);
    g_queue_clear(&self->order);
    g_hash_table_unref(self->answers);
    g_ptr_array_unref(self->subscribers);
    g_hash_table_unref(self->items);
    g_free(self);
}

/* ---- what stands ---- */

/* @place, @left_for: GRefStrings or NULL. */
void
state_owner_note(
    VicuStateOwner *self, Vicu__Subject subject, char *place, char *left_for, GBytes *packed)
{
    OwnerChange *change = &self->ring[++self->sequence % VICU_STATE_RING];
    clear_change(change);
    change->subject = subject;
    change->place = place ? g_ref_string_acquire(place) : NULL;
    change->left_for = left_for ? g_ref_string_acquire(left_for) : NULL;
    change->packed = packed ? g_bytes_ref(packed) : NULL;
}

/* Who was told of it where it was and is not told of it where it is now is told that it is gone. */
static void
note_leaving(VicuStateOwner *self, const OwnerItem *before, const OwnerItem *now)
{
    if (!before || !before->place || strcmp(before->place, now->place) == 0)
        return;
    g_autoptr(GBytes) removal = self->ops.removal(now->subject, now->key, self->data);
    state_owner_note(self, now->subject, before->place, now->place, removal);
}

void
vicu_state_owner_set(VicuStateOwner *self, Vicu__Subject subject, const char *key, GBytes *packed)
{
    OwnerItem *item = g_new0(OwnerItem, 1);
    item->subject = subject;
    item->key = g_strdup(key);
    item->packed = g_bytes_ref(packed);
    if (self->ops.place) {
        g_autofree char *place = self->ops.place(subject, key, packed, self->data);
        item->place = g_ref_string_new_intern(place);
        note_leaving(self, g_hash_table_lookup(self->items, item), item);
    }
    state_owner_note(self, subject, item->place, NULL, packed);
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
    const OwnerItem *item = g_hash_table_lookup(self->items, &wanted);
    if (!item)
        return;
    state_owner_note(self, subject, item->place, NULL, packed);
    g_hash_table_remove(self->items, &wanted);
}

VicuStateMessage
state_owner_message(const VicuStateOwner *self, Vicu__Kind kind, uint64_t sequence)
{
    return (VicuStateMessage){.kind = kind, .incarnation = self->incarnation, .sequence = sequence};
}

void
vicu_state_owner_flush(VicuStateOwner *self, int64_t mono_us)
{
    (void)mono_us;
    for (guint i = 0; i < self->subscribers->len; i++)
        state_owner_serve(self, g_ptr_array_index(self->subscribers, i));
}

void
vicu_state_owner_tick(VicuStateOwner *self, int64_t watermark_us, bool catching_up, int64_t mono_us)
{
    bool beats = mono_us - self->beat_us >= VICU_STATE_BEAT_US;
    self->watermark_us = watermark_us;
    self->catching_up = catching_up;
    if (beats)
        self->beat_us = mono_us;
    for (guint i = self->subscribers->len; i > 0; i--) {
        OwnerSubscriber *subscriber = g_ptr_array_index(self->subscribers, i - 1);
        if (mono_us - subscriber->heard_us > VICU_STATE_EXPIRE_US) {
            self->figures.expired++;
            g_ptr_array_remove_index(self->subscribers, i - 1);
            continue;
        }
        if (beats && subscriber->view)
            state_owner_take_view(self, subscriber,
                                  self->ops.view_again(subscriber->view, self->data));
        state_owner_serve(self, subscriber);
        if (beats)
            state_owner_beat(self, subscriber, watermark_us, catching_up);
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
    g_autoptr(VicuStateView) view = NULL;
    if (message->proof && self->ops.view)
        view = self->ops.view(route, message->proof, self->data);
    /* What it has seen was seen with the view of then, which a new subscriber does not tell. */
    bool same = subscriber ? vicu_state_view_same(subscriber->view, view) : !view;
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
    vicu_state_view_free(subscriber->view);
    subscriber->view = g_steal_pointer(&view);
    if (!same)
        state_owner_note(self, VICU__SUBJECT__SUBJECT_NONE, NULL, NULL, NULL);
    bool goes_on = same && message->incarnation == self->incarnation && seen > 0
                   && seen <= self->sequence && self->sequence - seen <= VICU_STATE_RING;
    if (goes_on) {
        g_clear_pointer(&subscriber->snapshot, g_ptr_array_unref);
        subscriber->looked = subscriber->told = seen;
    } else {
        state_owner_begin_snapshot(self, subscriber);
    }
    state_owner_serve(self, subscriber);
    /* For whom it is told is known at once. */
    if (subscriber->view && self->beat_us != 0)
        state_owner_beat(self, subscriber, self->watermark_us, self->catching_up);
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
    state_owner_serve(self, subscriber);
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
