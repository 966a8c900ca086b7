/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/people.h"
#include "common/seal.h"
#include "store/people/book-inner.h"

static GHashTable *
by_bytes(GDestroyNotify free_value)
{
    return g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref,
                                 free_value);
}

StorePeopleBook *
store_people_book_new(const StorePeopleBookOps *ops, gpointer user)
{
    StorePeopleBook *self = g_new0(StorePeopleBook, 1);

    self->ops = *ops;
    self->user = user;
    self->accounts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, vicu_wire_free);
    self->links = by_bytes(vicu_wire_free);
    self->sessions = by_bytes(vicu_wire_free);
    self->touched = by_bytes(g_free);
    return self;
}

void
store_people_book_free(StorePeopleBook *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->accounts);
    g_hash_table_unref(self->links);
    g_hash_table_unref(self->sessions);
    g_hash_table_unref(self->touched);
    g_free(self);
}

void
book_put_row(StorePeopleBook *self,
             StorePeopleKind kind,
             const void *key,
             size_t key_size,
             const ProtobufCMessage *value)
{
    gsize size = 0;

    if (value == NULL) {
        self->ops.put(kind, key, key_size, NULL, 0, self->user);
        return;
    }
    g_autoptr(GBytes) packed = vicu_wire_pack(value);
    const void *data = g_bytes_get_data(packed, &size);
    self->ops.put(kind, key, key_size, data, size, self->user);
}

void
book_changed(StorePeopleBook *self)
{
    uint64_t be = GUINT64_TO_BE(++self->serial);
    self->ops.put(STORE_PEOPLE_SERIAL, "", 0, &be, sizeof be, self->user);
}

static bool
refuse(void *row)
{
    vicu_wire_free(row);
    return false;
}

bool
store_people_book_load(StorePeopleBook *self, StorePeopleKind kind, const void *value, size_t size)
{
    switch (kind) {
    case STORE_PEOPLE_ACCOUNT: {
        Vicu__PeopleAccount *account = vicu_wire_unpack_people_account(value, size, NULL);
        if (account == NULL || !store_people_is_id(account->id))
            return refuse(account);
        g_hash_table_replace(self->accounts, account->id, account);
        return true;
    }
    case STORE_PEOPLE_LINK: {
        Vicu__PeopleLink *link = vicu_wire_unpack_people_link(value, size, NULL);
        if (link == NULL || link->hash.len != STORE_PEOPLE_SECRET)
            return refuse(link);
        g_hash_table_replace(self->links, g_bytes_new(link->hash.data, link->hash.len), link);
        return true;
    }
    case STORE_PEOPLE_SESSION: {
        Vicu__PeopleSession *session = vicu_wire_unpack_people_session(value, size, NULL);
        if (session == NULL || session->id.len != STORE_PEOPLE_ID
            || session->hash.len != STORE_PEOPLE_SECRET)
            return refuse(session);
        g_hash_table_replace(self->sessions, g_bytes_new(session->id.data, session->id.len),
                             session);
        return true;
    }
    case STORE_PEOPLE_SERIAL:
        if (size != sizeof self->serial)
            return false;
        memcpy(&self->serial, value, sizeof self->serial);
        self->serial = GUINT64_FROM_BE(self->serial);
        return true;
    default:
        return false;
    }
}

/* ---- accounts ---- */

bool
store_people_is_id(const char *id)
{
    size_t size = strlen(id);

    return size >= 1 && size <= 64 && g_ascii_isalnum(id[0])
           && strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789._-") == size;
}

const Vicu__PeopleAccount *
store_people_book_account(const StorePeopleBook *self, const char *id)
{
    return g_hash_table_lookup(self->accounts, id);
}

bool
store_people_book_put_account(StorePeopleBook *self, const Vicu__PeopleAccount *account)
{
    gsize size = 0;

    if (!g_hash_table_contains(self->accounts, account->id)
        && g_hash_table_size(self->accounts) >= STORE_PEOPLE_ACCOUNTS)
        return false;
    size_t before = store_people_book_active(self);
    g_autoptr(GBytes) packed = vicu_wire_pack(&account->base);
    const void *data = g_bytes_get_data(packed, &size);
    Vicu__PeopleAccount *copy = vicu_wire_unpack_people_account(data, size, NULL);
    g_assert(copy != NULL);
    g_hash_table_replace(self->accounts, copy->id, copy);
    book_put_row(self, STORE_PEOPLE_ACCOUNT, copy->id, strlen(copy->id), &copy->base);
    if ((before == 0) != (store_people_book_active(self) == 0))
        book_changed(self);
    return true;
}

static int
compare_ids(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *
store_people_book_ids(const StorePeopleBook *self)
{
    GPtrArray *ids = g_ptr_array_new();
    GHashTableIter iter;
    gpointer key;

    g_hash_table_iter_init(&iter, self->accounts);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        g_ptr_array_add(ids, key);
    g_ptr_array_sort(ids, compare_ids);
    return ids;
}

size_t
store_people_book_active(const StorePeopleBook *self)
{
    GHashTableIter iter;
    gpointer value;
    size_t n = 0;

    g_hash_table_iter_init(&iter, self->accounts);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        n += ((Vicu__PeopleAccount *)value)->state == VICU__PEOPLE_STATE__PEOPLE_ACTIVE;
    return n;
}

bool
store_people_book_had_any(const StorePeopleBook *self)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->accounts);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (*((Vicu__PeopleAccount *)value)->hash != '\0')
            return true;
    return false;
}

/* ---- links ---- */

const Vicu__PeopleLink *
store_people_book_link(const StorePeopleBook *self,
                       const uint8_t *hash,
                       size_t size,
                       int64_t now_us)
{
    g_autoptr(GBytes) key = g_bytes_new_static(hash, size);
    const Vicu__PeopleLink *link = g_hash_table_lookup(self->links, key);

    return link != NULL && now_us < link->until_us ? link : NULL;
}

void
store_people_book_drop_links(StorePeopleBook *self, const char *account)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->links);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Vicu__PeopleLink *link = value;
        if (strcmp(link->account, account) != 0)
            continue;
        book_put_row(self, STORE_PEOPLE_LINK, link->hash.data, link->hash.len, NULL);
        g_hash_table_iter_remove(&iter);
    }
}

bool
store_people_book_put_link(StorePeopleBook *self, const Vicu__PeopleLink *link)
{
    gsize size = 0;

    store_people_book_drop_links(self, link->account);
    if (g_hash_table_size(self->links) >= STORE_PEOPLE_LINKS)
        return false;
    g_autoptr(GBytes) packed = vicu_wire_pack(&link->base);
    const void *data = g_bytes_get_data(packed, &size);
    store_people_book_load(self, STORE_PEOPLE_LINK, data, size);
    book_put_row(self, STORE_PEOPLE_LINK, link->hash.data, link->hash.len, &link->base);
    return true;
}

bool
store_people_book_has_link(const StorePeopleBook *self, const char *account, int64_t now_us)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->links);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Vicu__PeopleLink *link = value;
        if (strcmp(link->account, account) == 0 && now_us < link->until_us)
            return true;
    }
    return false;
}

/* ---- what is over ---- */

bool
book_expire_links(StorePeopleBook *self, int64_t now_us)
{
    GHashTableIter iter;
    gpointer value;
    bool any = false;

    g_hash_table_iter_init(&iter, self->links);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Vicu__PeopleLink *link = value;
        if (now_us < link->until_us)
            continue;
        book_put_row(self, STORE_PEOPLE_LINK, link->hash.data, link->hash.len, NULL);
        g_hash_table_iter_remove(&iter);
        any = true;
    }
    return any;
}

uint64_t
store_people_book_serial(const StorePeopleBook *self)
{
    return self->serial;
}
