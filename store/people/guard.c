/* SPDX-License-Identifier: Apache-2.0 */
#include "store/people/guard.h"

#include <stdbool.h>

#define FIRST_US ((int64_t)G_USEC_PER_SEC)

typedef struct {
    char *key;
    GList *link; /* in `order` */
    unsigned wrong, held;
    int64_t until_us, last_us;
} Place;

struct StoreGuard {
    GHashTable *places; /* key -> Place */
    GQueue order;       /* Place: the one that was wrong longest ago first */
};

static void
place_free(gpointer p)
{
    Place *place = p;

    g_free(place->key);
    g_free(place);
}

StoreGuard *
store_guard_new(void)
{
    StoreGuard *self = g_new0(StoreGuard, 1);

    self->places = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, place_free);
    g_queue_init(&self->order);
    return self;
}

void
store_guard_free(StoreGuard *self)
{
    if (self == NULL)
        return;
    g_queue_clear(&self->order);
    g_hash_table_unref(self->places);
    g_free(self);
}

static void
forget(StoreGuard *self, Place *place)
{
    g_queue_delete_link(&self->order, place->link);
    g_hash_table_remove(self->places, place->key);
}

static Place *
find(StoreGuard *self, const char *account, const char *place)
{
    g_autofree char *key = g_strdup_printf("%s\n%s", account, place);
    return g_hash_table_lookup(self->places, key);
}

int64_t
store_guard_ask(StoreGuard *self, const char *account, const char *place, int64_t mono_us)
{
    Place *at = find(self, account, place);

    if (at == NULL)
        return 0;
    if (mono_us - at->last_us > STORE_GUARD_FORGET_US) {
        forget(self, at);
        return 0;
    }
    if (mono_us >= at->until_us)
        return 0;
    at->held++;
    return at->until_us - mono_us;
}

/* 1, 2, 4 .. s after the tries that are free. */
static int64_t
wait_of(unsigned wrong)
{
    if (wrong < STORE_GUARD_FREE)
        return 0;
    unsigned doublings = MIN(wrong - STORE_GUARD_FREE, 30);
    return MIN(FIRST_US << doublings, STORE_GUARD_MOST_US);
}

unsigned
store_guard_wrong(StoreGuard *self, const char *account, const char *place, int64_t mono_us)
{
    Place *at = find(self, account, place);

    if (at == NULL) {
        if (g_hash_table_size(self->places) >= STORE_GUARD_PLACES)
            forget(self, g_queue_peek_head(&self->order));
        at = g_new0(Place, 1);
        at->key = g_strdup_printf("%s\n%s", account, place);
        g_hash_table_insert(self->places, at->key, at);
    } else {
        g_queue_delete_link(&self->order, at->link);
    }
    g_queue_push_tail(&self->order, at);
    at->link = self->order.tail;
    at->wrong++;
    at->last_us = mono_us;
    at->until_us = mono_us + wait_of(at->wrong);
    unsigned held = at->held;
    at->held = 0;
    return held;
}

unsigned
store_guard_right(StoreGuard *self, const char *account, const char *place)
{
    Place *at = find(self, account, place);

    if (at == NULL)
        return 0;
    unsigned held = at->held;
    forget(self, at);
    return held;
}

size_t
store_guard_places(const StoreGuard *self)
{
    return g_hash_table_size(self->places);
}
