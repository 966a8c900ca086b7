/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/ward.h"

#include <string.h>

#define KEY_MAX 512

typedef struct {
    Vicu__StateItem *item;
    PortalSource source;
    uint64_t told; /* in which snapshot or since */
} Entry;

struct PortalWard {
    GHashTable *items; /* "SUBJECT KEY" -> Entry */
    uint64_t snapshot[PORTAL_N_SOURCES];
    uint64_t version;
};

static void
entry_free(gpointer data)
{
    Entry *entry = data;

    vicu_wire_free(entry->item);
    g_free(entry);
}

PortalWard *
portal_ward_new(void)
{
    PortalWard *self = g_new0(PortalWard, 1);

    self->items = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, entry_free);
    return self;
}

void
portal_ward_free(PortalWard *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->items);
    g_free(self);
}

static void
name_of(Vicu__Subject subject, const char *key, char out[KEY_MAX])
{
    g_snprintf(out, KEY_MAX, "%d %s", (int)subject, key);
}

void
portal_ward_begin(PortalWard *self, PortalSource source)
{
    self->snapshot[source]++;
}

void
portal_ward_item(PortalWard *self, PortalSource source, const Vicu__StateItem *item)
{
    char name[KEY_MAX];

    name_of(item->subject, item->key, name);
    self->version++;
    if (item->removed) {
        g_hash_table_remove(self->items, name);
        return;
    }
    g_autoptr(GBytes) packed = vicu_wire_pack(&item->base);
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);
    Vicu__StateItem *copy = vicu_wire_unpack_state_item(data, size, NULL);
    if (copy == NULL)
        return;
    Entry *entry = g_new0(Entry, 1);
    entry->item = copy;
    entry->source = source;
    entry->told = self->snapshot[source];
    g_hash_table_replace(self->items, g_strdup(name), entry);
}

void
portal_ward_level(PortalWard *self, PortalSource source)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->items);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Entry *entry = value;
        if (entry->source == source && entry->told < self->snapshot[source]) {
            g_hash_table_iter_remove(&iter);
            self->version++;
        }
    }
}

uint64_t
portal_ward_version(const PortalWard *self)
{
    return self->version;
}

const Vicu__StateItem *
portal_ward_find(const PortalWard *self, Vicu__Subject subject, const char *key)
{
    char name[KEY_MAX];

    name_of(subject, key, name);
    const Entry *entry = g_hash_table_lookup(self->items, name);
    return entry != NULL ? entry->item : NULL;
}

static gint
by_key(gconstpointer a, gconstpointer b)
{
    const Vicu__StateItem *const *x = a, *const *y = b;

    return strcmp((*x)->key, (*y)->key);
}

GPtrArray *
portal_ward_all(const PortalWard *self, Vicu__Subject subject)
{
    GPtrArray *all = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->items);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Entry *entry = value;
        if (entry->item->subject == subject)
            g_ptr_array_add(all, entry->item);
    }
    g_ptr_array_sort(all, by_key);
    return all;
}
