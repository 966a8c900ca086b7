/* Snapshots and iterators.
 *
 * SPDX-License-Identifier: Apache-2.0 */
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
iter_new(StoreDb *db, const StoreSnapshot *snapshot, const StoreKey *first, const StoreKey *end)
{
    StoreIter *self = g_new0(StoreIter, 1);

    self->db = db;
    self->read = rocksdb_readoptions_create();
    rocksdb_readoptions_set_verify_checksums(self->read, 1);
    if (snapshot != NULL && !db->reads)
        rocksdb_readoptions_set_snapshot(self->read, snapshot->snapshot);
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

StoreIter *
store_iter_new_nowhere(StoreDb *db, StoreFamily family)
{
    StoreIter *self = iter_new(db, NULL, NULL, NULL);

    self->iter = rocksdb_create_iterator_cf(db->db, self->read, db->family[family]);
    return self;
}

StoreIter *
store_iter_new(StoreDb *db, StoreFamily family, const StoreKey *first, const StoreKey *end)
{
    return store_iter_new_at(db, NULL, family, first, end);
}

StoreIter *
store_iter_new_at(StoreDb *db,
                  const StoreSnapshot *snapshot,
                  StoreFamily family,
                  const StoreKey *first,
                  const StoreKey *end)
{
    StoreIter *self = iter_new(db, snapshot, first, end);

    self->iter = rocksdb_create_iterator_cf(db->db, self->read, db->family[family]);
    rocksdb_iter_seek_to_first(self->iter);
    return self;
}

void
store_iter_free(StoreIter *self)
{
    if (self == NULL)
        return;
    rocksdb_iter_destroy(self->iter);
    rocksdb_readoptions_destroy(self->read);
    g_free(self);
}

void
store_iter_seek(StoreIter *self, const StoreKey *key)
{
    rocksdb_iter_seek(self->iter, (const char *)key->data, key->size);
}

void
store_iter_seek_for_prev(StoreIter *self, const StoreKey *key)
{
    rocksdb_iter_seek_for_prev(self->iter, (const char *)key->data, key->size);
}

void
store_iter_seek_last(StoreIter *self)
{
    rocksdb_iter_seek_to_last(self->iter);
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
}

void
store_iter_prev(StoreIter *self)
{
    rocksdb_iter_prev(self->iter);
}

const uint8_t *
store_iter_key(const StoreIter *self, size_t *size)
{
    return (const uint8_t *)rocksdb_iter_key(self->iter, size);
}

const uint8_t *
store_iter_value(const StoreIter *self, size_t *size)
{
    return (const uint8_t *)rocksdb_iter_value(self->iter, size);
}

bool
store_iter_check(const StoreIter *self, GError **error)
{
    char *message = NULL;

    rocksdb_iter_get_error(self->iter, &message);
    return !store_db_failed(message, self->db->dir, "a read failed", error);
}
