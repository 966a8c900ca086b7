/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/seal.h"
#include "store/people/book-inner.h"

#define TOUCH_US (60 * (int64_t)G_USEC_PER_SEC)

static bool
lives(const Vicu__PeopleSession *session, int64_t now_us)
{
    return now_us < session->until_us && now_us < session->used_us + session->idle_us;
}

const Vicu__PeopleSession *
store_people_book_by_token(const StorePeopleBook *self,
                           const uint8_t *hash,
                           const char *key,
                           int64_t now_us)
{
    GHashTableIter iter;
    gpointer value;
    const Vicu__PeopleSession *found = NULL;

    g_hash_table_iter_init(&iter, self->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Vicu__PeopleSession *session = value;
        if (session->hash.len == STORE_PEOPLE_SECRET
            && vicu_seal_same(session->hash.data, hash, STORE_PEOPLE_SECRET))
            found = session;
    }
    return found != NULL && strcmp(found->key, key) == 0 && lives(found, now_us) ? found : NULL;
}

const Vicu__PeopleSession *
store_people_book_session(const StorePeopleBook *self,
                          const uint8_t *id,
                          size_t size,
                          int64_t now_us)
{
    g_autoptr(GBytes) key = g_bytes_new_static(id, size);
    const Vicu__PeopleSession *session = g_hash_table_lookup(self->sessions, key);

    return session != NULL && lives(session, now_us) ? session : NULL;
}

/* Oldest first is who goes. */
static void
make_room(StorePeopleBook *self, const char *account)
{
    for (;;) {
        GHashTableIter iter;
        gpointer value;
        const Vicu__PeopleSession *oldest = NULL;
        unsigned n = 0;
        g_hash_table_iter_init(&iter, self->sessions);
        while (g_hash_table_iter_next(&iter, NULL, &value)) {
            const Vicu__PeopleSession *session = value;
            if (strcmp(session->account, account) != 0)
                continue;
            n++;
            if (oldest == NULL || session->used_us < oldest->used_us)
                oldest = session;
        }
        if (n < STORE_PEOPLE_EACH)
            return;
        store_people_book_end(self, oldest->id.data, oldest->id.len);
    }
}

bool
store_people_book_put_session(StorePeopleBook *self, const Vicu__PeopleSession *session)
{
    g_autoptr(GBytes) id = g_bytes_new(session->id.data, session->id.len);
    gsize size = 0;

    if (!g_hash_table_contains(self->sessions, id)) {
        make_room(self, session->account);
        if (g_hash_table_size(self->sessions) >= STORE_PEOPLE_SESSIONS)
            return false;
    }
    g_autoptr(GBytes) packed = vicu_wire_pack(&session->base);
    const void *data = g_bytes_get_data(packed, &size);
    book_put_row(self, STORE_PEOPLE_SESSION, session->id.data, session->id.len, &session->base);
    store_people_book_load(self, STORE_PEOPLE_SESSION, data, size);
    book_changed(self);
    return true;
}

void
store_people_book_touch(StorePeopleBook *self, const uint8_t *id, int64_t now_us)
{
    g_autoptr(GBytes) key = g_bytes_new(id, STORE_PEOPLE_ID);
    Vicu__PeopleSession *session = g_hash_table_lookup(self->sessions, key);

    if (session == NULL || now_us <= session->used_us)
        return;
    session->used_us = now_us;
    int64_t *at = g_hash_table_lookup(self->touched, key);
    if (at == NULL) {
        at = g_new0(int64_t, 1);
        *at = session->begun_us;
        g_hash_table_insert(self->touched, g_bytes_ref(key), at);
    }
    if (now_us - *at < TOUCH_US)
        return;
    *at = now_us;
    book_put_row(self, STORE_PEOPLE_SESSION, id, STORE_PEOPLE_ID, &session->base);
}

bool
store_people_book_end(StorePeopleBook *self, const uint8_t *id, size_t size)
{
    g_autoptr(GBytes) key = g_bytes_new(id, size);

    if (!g_hash_table_remove(self->sessions, key))
        return false;
    g_hash_table_remove(self->touched, key);
    gsize key_size = 0;
    const void *data = g_bytes_get_data(key, &key_size);
    book_put_row(self, STORE_PEOPLE_SESSION, data, key_size, NULL);
    book_changed(self);
    return true;
}

unsigned
store_people_book_end_all(StorePeopleBook *self, const char *account, const uint8_t *but)
{
    g_autoptr(GPtrArray) over = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    GHashTableIter iter;
    gpointer key, value;

    g_hash_table_iter_init(&iter, self->sessions);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        const Vicu__PeopleSession *session = value;
        if (strcmp(session->account, account) == 0
            && (but == NULL || memcmp(session->id.data, but, STORE_PEOPLE_ID) != 0))
            g_ptr_array_add(over, g_bytes_ref(key));
    }
    for (guint i = 0; i < over->len; i++) {
        gsize size = 0;
        const uint8_t *id = g_bytes_get_data(over->pdata[i], &size);
        store_people_book_end(self, id, size);
    }
    return over->len;
}

void
store_people_book_sessions(const StorePeopleBook *self, StorePeopleSessionFunc func, gpointer user)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        func(value, user);
}

bool
store_people_book_expire(StorePeopleBook *self, int64_t now_us)
{
    GHashTableIter iter;
    gpointer value;
    bool any = book_expire_links(self, now_us), told = false;

    g_hash_table_iter_init(&iter, self->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Vicu__PeopleSession *session = value;
        bool over = !lives(session, now_us);
        bool whole = session->glass_until_us != 0 && now_us >= session->glass_until_us;
        if (!over && !whole)
            continue;
        told = true;
        session->glass_until_us = 0;
        book_put_row(self, STORE_PEOPLE_SESSION, session->id.data, session->id.len,
                     over ? NULL : &session->base);
        if (over)
            g_hash_table_iter_remove(&iter);
    }
    if (told)
        book_changed(self);
    return any || told;
}
