/* SPDX-License-Identifier: Apache-2.0 */
#include "store/people/desk.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "common/error.h"
#include "common/folder.h"
#include "common/seal.h"
#include "store/people/hasher.h"

#define KEY_FILE   "people.key"
#define ENROL_FILE "enrol"
#define KEY_SIZE   (VICU_STATEMENT_PUBLIC + VICU_STATEMENT_SECRET)

struct StorePeopleDesk {
    StoreHead *head;
    char *dir;
    StorePeopleDeskOps ops;
    gpointer user;
    StorePeople *people;
    StoreHasher *hasher;
    bool writable, changed;
};

static StorePeopleTime
time_of(StoreNow now)
{
    return (StorePeopleTime){now.utc_us, now.mono_us};
}

/* ---- rows ---- */

static StoreKey
row_key(StorePeopleKind kind, const void *key, size_t size)
{
    StoreKey out = {0};

    store_key_u8(&out, STORE_META_PEOPLE);
    store_key_u8(&out, (uint8_t)kind);
    store_key_bytes(&out, key, size);
    return out;
}

static void
put_row(StorePeopleKind kind,
        const void *key,
        size_t key_size,
        const void *value,
        size_t size,
        gpointer user)
{
    StorePeopleDesk *self = user;
    StoreKey at = row_key(kind, key, key_size);

    if (!self->writable)
        return; /* of sessions: they live in memory */
    if (value != NULL)
        store_db_put(store_head_db(self->head), STORE_META, &at, value, size);
    else
        store_db_delete(store_head_db(self->head), STORE_META, &at);
    self->changed = true;
    self->ops.want_sync(false, self->user);
}

static bool
load_rows(StorePeopleDesk *self, GError **error)
{
    StoreKey first = {.data = {STORE_META_PEOPLE}, .size = 1};
    StoreKey end = {.data = {STORE_META_PEOPLE + 1}, .size = 1};
    g_autoptr(StoreIter) iter = store_iter_new(store_head_db(self->head), STORE_META, &first, &end);

    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        if (key_size < 2
            || !store_people_book_load(store_people_book(self->people), (StorePeopleKind)key[1],
                                       value, size)) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "store folder %s: a row of the book of people (kind 0x%02x, %zu bytes) "
                        "cannot be read: restore the folder from a backup",
                        self->dir, key_size < 2 ? 0 : key[1], size);
            return false;
        }
    }
    return store_iter_check(iter, error);
}

/* ---- files ---- */

static bool
write_private(const char *path, const void *data, size_t size, GError **error)
{
    return g_file_set_contents_full(path, data, (gssize)size,
                                    G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                    0600, error);
}

/* A key of another's making, or one that others can read, is none. */
static bool
read_key(const char *path, uint8_t out[KEY_SIZE], GError **error)
{
    g_autofree char *text = NULL;
    gsize size = 0;
    struct stat st;

    if (stat(path, &st) != 0 || (st.st_mode & 077) != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_AUTH,
                    "%s is readable by others: chmod 600 it, or remove it and all sign in again",
                    path);
        return false;
    }
    if (!g_file_get_contents(path, &text, &size, error))
        return false;
    if (size != KEY_SIZE) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s is %zu bytes, expected %u: remove it, and all sign in again", path, size,
                    KEY_SIZE);
        return false;
    }
    memcpy(out, text, KEY_SIZE);
    vicu_seal_wipe(text, size);
    return true;
}

static bool
open_key(StorePeopleDesk *self, uint8_t out[KEY_SIZE], GError **error)
{
    g_autofree char *path = g_build_filename(self->dir, KEY_FILE, NULL);

    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return read_key(path, out, error);
    vicu_statement_key(out, out + VICU_STATEMENT_PUBLIC);
    return write_private(path, out, KEY_SIZE, error);
}

/* The secret as 64 letters; who reads the file may make the first administrator. */
static void
tend_first_link(StorePeopleDesk *self)
{
    StorePeopleTime now = time_of(self->ops.now(self->user));
    g_autofree char *path = g_build_filename(self->dir, ENROL_FILE, NULL);
    g_autoptr(GError) error = NULL;
    uint8_t secret[STORE_PEOPLE_SECRET];
    char text[2 * STORE_PEOPLE_SECRET + 2];
    int64_t until_us = 0;
    bool there = g_file_test(path, G_FILE_TEST_EXISTS);

    if (store_people_book_had_any(store_people_book(self->people))) {
        if (there)
            g_unlink(path);
        return;
    }
    if (!self->writable || (there && !store_people_wants_first_link(self->people, now))
        || !store_people_first_link(self->people, secret, &until_us, now))
        return;
    for (size_t i = 0; i < sizeof secret; i++)
        g_snprintf(text + 2 * i, 3, "%02x", secret[i]);
    text[2 * sizeof secret] = '\n';
    if (!write_private(path, text, 2 * sizeof secret + 1, &error))
        self->ops.failed(g_steal_pointer(&error), self->user);
    vicu_seal_wipe(secret, sizeof secret);
    vicu_seal_wipe(text, sizeof text);
}

/* ---- what people.c wants ---- */

static void
audit(Vicu__AuditRecord *record, gpointer user)
{
    StorePeopleDesk *self = user;
    g_autoptr(GError) error = NULL;

    if (!self->writable) {
        if (self->ops.aside != NULL)
            self->ops.aside(record, self->user);
        return;
    }
    if (store_ledger_append(store_head_ledger(self->head), record, self->ops.now(self->user).utc_us,
                            &error)
        == STORE_LEDGER_BROKEN)
        self->ops.failed(g_steal_pointer(&error), self->user);
    else
        self->ops.want_sync(false, self->user);
}

static bool
hash(const char *password,
     const char *known_hash,
     bool known,
     StorePeopleHashed done,
     gpointer data,
     gpointer user)
{
    StorePeopleDesk *self = user;
    return store_hasher_ask(self->hasher, password, known_hash, known, done, data);
}

static StorePeopleTime
now(gpointer user)
{
    StorePeopleDesk *self = user;
    return time_of(self->ops.now(self->user));
}

/* ---- life ---- */

StorePeopleDesk *
store_people_desk_new(StoreHead *head,
                      const char *dir,
                      GMainContext *main_context,
                      const StorePeopleSettings *settings,
                      const StorePeopleDeskOps *ops,
                      gpointer user,
                      GError **error)
{
    static const StorePeopleOps people_ops = {{put_row}, audit, hash, now};
    g_autoptr(StorePeopleDesk) self = g_new0(StorePeopleDesk, 1);
    uint8_t key[KEY_SIZE];

    self->head = head;
    self->dir = g_strdup(dir);
    self->ops = *ops;
    self->user = user;
    self->writable = true;
    self->hasher = store_hasher_new(main_context);
    if (!open_key(self, key, error))
        return NULL;
    self->people = store_people_new(settings, key, key + VICU_STATEMENT_PUBLIC, &people_ops, self);
    vicu_seal_wipe(key, sizeof key);
    if (!load_rows(self, error))
        return NULL;
    store_people_begin(self->people, now(self));
    tend_first_link(self);
    return g_steal_pointer(&self);
}

void
store_people_desk_free(StorePeopleDesk *self)
{
    if (self == NULL)
        return;
    store_hasher_free(self->hasher);
    store_people_free(self->people);
    g_free(self->dir);
    g_free(self);
}

void
store_people_desk_set(StorePeopleDesk *self, const StorePeopleSettings *settings)
{
    store_people_set(self->people, settings);
}

void
store_people_desk_set_writable(StorePeopleDesk *self, bool writable)
{
    self->writable = writable;
    store_people_set_writable(self->people, writable);
}

void
store_people_desk_tick(StorePeopleDesk *self)
{
    store_people_tick(self->people, now(self));
    tend_first_link(self);
}

StorePeople *
store_people_desk_people(StorePeopleDesk *self)
{
    return self->people;
}

void
store_people_desk_ask(StorePeopleDesk *self,
                      const Vicu__PeopleAsk *ask,
                      const StorePeoplePeer *peer,
                      StorePeopleAnswer answer,
                      gpointer data)
{
    store_people_ask(self->people, ask, peer, now(self), answer, data);
}

bool
store_people_desk_has_changed(const StorePeopleDesk *self)
{
    return self->changed;
}

void
store_people_desk_committed(StorePeopleDesk *self)
{
    self->changed = false;
}
