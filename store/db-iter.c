/* Snapshots and iterators.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/error.h"
#include "store/db-internal.h"

struct StoreSnapshot {
    StoreDb *db;
    const rocksdb_snapshot_t *snapshot;
};

struct StoreIter {
    StoreDb *db;
    rocksdb_iterator_t *iter;
    rocksdb_readoptions_t *read;
    StoreKey first, end; /* the library keeps pointers into these */
    StoreFamily family;
    GByteArray *value; /* the one at hand, opened or read; NULL: all of them are as they lie */
    uint8_t header[STORE_BATCH_HEADER];
    enum { UNREAD, CLEAR, OPENED, BROKEN } state;
    GError *broken; /* one of those asked for was not what was put */
    uint64_t erased;
};

StoreSnapshot *
store_snapshot_new(StoreDb *db)
{
    StoreSnapshot *self = g_new0(StoreSnapshot, 1);

    self->db = db;
    if (!db->reads) /* a reader sees one moment anyhow, and the library has none for it */
        self->snapshot = rocksdb_create_snapshot(db->db);
    return self;
}

void
store_snapshot_free(StoreSnapshot *self)
{
    if (self == NULL)
        return;
    if (self->snapshot != NULL)
        rocksdb_release_snapshot(self->db->db, self->snapshot);
    g_free(self);
}

static StoreIter *
iter_new(StoreDb *db,
         const StoreSnapshot *snapshot,
         StoreFamily family,
         const StoreKey *first,
         const StoreKey *end)
{
    StoreIter *self = g_new0(StoreIter, 1);

    self->db = db;
    self->family = family;
    self->value = db->cipher != NULL || family == STORE_HEAD ? g_byte_array_new() : NULL;
    self->read = rocksdb_readoptions_create();
    rocksdb_readoptions_set_verify_checksums(self->read, 1);
    if (snapshot != NULL && !db->reads)
        rocksdb_readoptions_set_snapshot(self->read, snapshot->snapshot);
    StoreKey kept = {
        0}; /* below it batches are trimmed, and their rows wait for their file to go */
    store_key_u64(&kept, db->trimmed);
    if (family == STORE_HEAD
        && (first == NULL || memcmp(first->data, kept.data, MIN(first->size, kept.size)) < 0))
        first = &kept;
    if (first != NULL) {
        self->first = *first;
        rocksdb_readoptions_set_iterate_lower_bound(self->read, (const char *)self->first.data,
                                                    self->first.size);
    }
    if (end != NULL) {
        self->end = *end;
        rocksdb_readoptions_set_iterate_upper_bound(self->read, (const char *)self->end.data,
                                                    self->end.size);
    }
    return self;
}

static bool
is_gone(StoreIter *self)
{
    size_t key_size = 0, size = 0;
    const char *key = rocksdb_iter_key(self->iter, &key_size);
    const char *value = rocksdb_iter_value(self->iter, &size);

    return store_db_is_gone(self->db, self->family, (const uint8_t *)key, key_size,
                            (const uint8_t *)value, size);
}

/* At another row: over those whose time is erased. */
static void
settle(StoreIter *self, bool forward)
{
    self->state = UNREAD;
    if (self->db->cipher == NULL || !store_cipher_has_erased(self->db->cipher))
        return;
    while (rocksdb_iter_valid(self->iter) && is_gone(self)) {
        self->erased++;
        if (forward)
            rocksdb_iter_next(self->iter);
        else
            rocksdb_iter_prev(self->iter);
    }
}

StoreIter *
store_iter_new_nowhere(StoreDb *db, StoreFamily family)
{
    return store_iter_new_within(db, NULL, family, NULL, NULL);
}

StoreIter *
store_iter_new_passing(StoreDb *db, StoreFamily family)
{
    StoreIter *self = iter_new(db, NULL, family, NULL, NULL);

    rocksdb_readoptions_set_fill_cache(self->read, 0);
    self->iter = rocksdb_create_iterator_cf(db->db, self->read, db->family[family]);
    return self;
}

StoreIter *
store_iter_new(StoreDb *db, StoreFamily family, const StoreKey *first, const StoreKey *end)
{
    return store_iter_new_at(db, NULL, family, first, end);
}

StoreIter *
store_iter_new_within(StoreDb *db,
                      const StoreSnapshot *snapshot,
                      StoreFamily family,
                      const StoreKey *first,
                      const StoreKey *end)
{
    StoreIter *self = iter_new(db, snapshot, family, first, end);

    self->iter = rocksdb_create_iterator_cf(db->db, self->read, db->family[family]);
    return self;
}

StoreIter *
store_iter_new_at(StoreDb *db,
                  const StoreSnapshot *snapshot,
                  StoreFamily family,
                  const StoreKey *first,
                  const StoreKey *end)
{
    StoreIter *self = store_iter_new_within(db, snapshot, family, first, end);

    rocksdb_iter_seek_to_first(self->iter);
    settle(self, true);
    return self;
}

void
store_iter_free(StoreIter *self)
{
    if (self == NULL)
        return;
    rocksdb_iter_destroy(self->iter);
    rocksdb_readoptions_destroy(self->read);
    if (self->value != NULL)
        g_byte_array_unref(self->value);
    g_clear_error(&self->broken);
    g_free(self);
}

void
store_iter_seek(StoreIter *self, const StoreKey *key)
{
    rocksdb_iter_seek(self->iter, (const char *)key->data, key->size);
    settle(self, true);
}

void
store_iter_seek_for_prev(StoreIter *self, const StoreKey *key)
{
    rocksdb_iter_seek_for_prev(self->iter, (const char *)key->data, key->size);
    settle(self, false);
}

void
store_iter_seek_last(StoreIter *self)
{
    rocksdb_iter_seek_to_last(self->iter);
    settle(self, false);
}

bool
store_iter_valid(const StoreIter *self)
{
    return rocksdb_iter_valid(self->iter);
}

void
store_iter_next(StoreIter *self)
{
    rocksdb_iter_next(self->iter);
    settle(self, true);
}

void
store_iter_prev(StoreIter *self)
{
    rocksdb_iter_prev(self->iter);
    settle(self, false);
}

const uint8_t *
store_iter_key(const StoreIter *self, size_t *size)
{
    return (const uint8_t *)rocksdb_iter_key(self->iter, size);
}

/* Opens the value at hand, or reads its body, once. */
static void
open_value(StoreIter *self, const uint8_t *value, size_t size)
{
    g_autoptr(GError) error = NULL;
    size_t key_size = 0;
    const uint8_t *key = store_iter_key(self, &key_size);
    StoreCipherFate fate =
        store_db_unseal(self->db, self->family, key, key_size, value, size, self->value);

    self->state = fate == STORE_CIPHER_CLEAR    ? CLEAR
                  : fate == STORE_CIPHER_OPENED ? OPENED
                                                : BROKEN;
    if (self->state == BROKEN)
        store_db_set_broken(self->db, self->family, &error);
    if (self->state == CLEAR && store_db_is_elsewhere(self->family, value, size)) {
        g_byte_array_set_size(self->value, 0);
        self->state = store_db_read_body(self->db, value, self->value, &error) ? OPENED : BROKEN;
    }
    if (self->state != BROKEN)
        return;
    g_byte_array_set_size(self->value, 0);
    if (self->broken == NULL)
        self->broken = g_steal_pointer(&error);
}

const uint8_t *
store_iter_value(StoreIter *self, size_t *size)
{
    const uint8_t *value = (const uint8_t *)rocksdb_iter_value(self->iter, size);

    if (self->value == NULL)
        return value;
    if (self->state == UNREAD)
        open_value(self, value, *size);
    if (self->state == CLEAR)
        return value;
    *size = self->value->len;
    return *size > 0 ? self->value->data : (const uint8_t *)"";
}

const uint8_t *
store_iter_row(const StoreIter *self, size_t *size)
{
    return (const uint8_t *)rocksdb_iter_value(self->iter, size);
}

const uint8_t *
store_iter_batch_header(StoreIter *self, size_t *size)
{
    const uint8_t *row = store_iter_row(self, size);

    if (!store_db_is_elsewhere(self->family, row, *size))
        return store_iter_value(self, size);
    store_db_batch_header(row, self->header);
    *size = sizeof self->header;
    return self->header;
}

bool
store_iter_check(const StoreIter *self, GError **error)
{
    char *message = NULL;

    rocksdb_iter_get_error(self->iter, &message);
    if (store_db_failed(message, self->db->dir, "a read failed", error))
        return false;
    if (self->broken != NULL && error != NULL && *error == NULL)
        *error = g_error_copy(self->broken);
    return self->broken == NULL;
}

uint64_t
store_iter_erased(const StoreIter *self)
{
    return self->erased;
}
