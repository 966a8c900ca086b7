/* How a group of writes becomes durable: the log of groups, and files that the database makes.
 *
 * The library's own log is off while a store runs. Memory tables of all families become files
 * together (atomic flush), so what its files hold is always all groups up to one, and each group
 * says its number in a row of its own. What the log has beyond that is put again at opening, the
 * same keys and values in the same order. That goes through the library's log, with one sync;
 * behind it the new life of ours begins, and until then the old one lies as it was.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/error.h"
#include "store/db-internal.h"

#define SLOT_LEAST (1u << 20)
#define MARK_SIZE  16u /* life, number */

static const char mark_key[] = {STORE_META_GROUP};

static bool
read_mark(StoreDb *self,
          const rocksdb_readoptions_t *how,
          uint64_t *life,
          uint64_t *number,
          GError **error)
{
    char *message = NULL;
    size_t size = 0;
    rocksdb_pinnableslice_t *pin = rocksdb_get_pinned_cf(self->db, how, self->family[STORE_META],
                                                         mark_key, sizeof mark_key, &message);

    *life = *number = 0;
    if (store_db_failed(message, self->dir, "a read failed", error))
        return false;
    if (pin == NULL)
        return true;
    const uint8_t *value = (const uint8_t *)rocksdb_pinnableslice_value(pin, &size);
    bool fits = size == MARK_SIZE;
    if (fits) {
        *life = store_read_u64(value);
        *number = store_read_u64(value + 8);
    } else {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "store folder %s: the mark of its log is %zu bytes, expected %u: restore the "
                    "folder from a backup",
                    self->dir, size, MARK_SIZE);
    }
    rocksdb_pinnableslice_destroy(pin);
    return fits;
}

bool
store_db_read_group_mark(StoreDb *self, uint64_t *life, uint64_t *number, GError **error)
{
    return read_mark(self, self->read, life, number, error);
}

static void
put_mark(StoreDb *self, rocksdb_writebatch_t *group, uint64_t number)
{
    StoreKey value = {0};

    store_key_u64(&value, self->life);
    store_key_u64(&value, number);
    rocksdb_writebatch_put_cf(group, self->family[STORE_META], mark_key, sizeof mark_key,
                              (const char *)value.data, value.size);
}

/* Everything in memory becomes files. There is no call for all families at once, but a range
 * that is made compact is put into files first, and with it whatever else waits. The library
 * does not say whether it could. */
bool
store_db_make_files(StoreDb *self, GError **error)
{
    uint64_t life = 0, number = 0;

    rocksdb_compact_range_cf(self->db, self->family[STORE_META], mark_key, sizeof mark_key,
                             mark_key, sizeof mark_key);
    if (!read_mark(self, self->in_files, &life, &number, error))
        return false;
    if (life == self->life && number == self->number)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO,
                "store folder %s: group %" G_GUINT64_FORMAT
                " cannot be made files, number %" G_GUINT64_FORMAT " can: look at the disk",
                self->dir, self->number, number);
    return false;
}

/* ---- opening ---- */

/* By way of the library's log; with @sync everything that went this way is durable. */
static bool
put_logged(StoreDb *self, rocksdb_writebatch_t *batch, bool sync, GError **error)
{
    rocksdb_writeoptions_t *how = rocksdb_writeoptions_create();
    char *message = NULL;

    rocksdb_writeoptions_set_sync(how, sync);
    rocksdb_write(self->db, how, batch, &message);
    rocksdb_writeoptions_destroy(how);
    return !store_db_failed(message, self->dir, "a group of its log cannot be put again", error);
}

static bool
put_again(StoreDb *self, const StoreGroup *group, GError **error)
{
    rocksdb_writebatch_t *batch =
        rocksdb_writebatch_create_from((const char *)group->data, group->size);
    bool ok = put_logged(self, batch, false, error);

    rocksdb_writebatch_destroy(batch);
    return ok;
}

static bool
replay(StoreDb *self, GError **error)
{
    uint64_t number = 0;

    if (!store_db_read_group_mark(self, &self->life, &number, error))
        return false;
    if (self->life == 0)
        return true;
    g_autoptr(StoreGroupTail) tail = store_group_tail_read(self->dir, self->life, number, error);
    if (tail == NULL)
        return false;
    for (guint i = 0; i < tail->groups->len; i++)
        if (!put_again(self, &g_array_index(tail->groups, StoreGroup, i), error))
            return false;
    if (tail->damage != NULL) {
        g_free(self->log_damage);
        self->log_damage = g_steal_pointer(&tail->damage);
    }
    return true;
}

static bool
begin_life(StoreDb *self, bool sync, GError **error)
{
    rocksdb_writebatch_t *first = rocksdb_writebatch_create();

    self->life = store_group_next_life(self->life);
    self->number = 0;
    put_mark(self, first, 0);
    bool ok = put_logged(self, first, sync, error);
    rocksdb_writebatch_destroy(first);
    return ok;
}

bool
store_db_open_log(StoreDb *self, const StoreDbOptions *options, GError **error)
{
    size_t slot = MAX(options->wal_limit / STORE_GROUP_SLOTS, SLOT_LEAST);

    if (!replay(self, error) || !begin_life(self, options->sync, error))
        return false;
    self->log = store_group_log_new(self->dir, self->life, slot, options->sync, error);
    return self->log != NULL;
}

/* ---- one group ---- */

static bool
make_room(StoreDb *self, size_t size, GError **error)
{
    uint64_t life = 0, number = 0;
    bool full = false;

    if (store_group_log_fits(self->log, size))
        return true;
    if (!read_mark(self, self->in_files, &life, &number, error))
        return false;
    if (life != self->life)
        number = 0; /* of an older log */
    if (!store_group_log_turn(self->log, size, number, &full, error))
        return false;
    return !full
           || (store_db_make_files(self, error)
               && store_group_log_turn(self->log, size, self->number, &full, error) && !full);
}

bool
store_db_write_group(StoreDb *self, GError **error)
{
    char *message = NULL;
    size_t size = 0;

    put_mark(self, self->group, self->number + 1);
    const char *data = rocksdb_writebatch_data(self->group, &size);
    if (!make_room(self, size, error)
        || !store_group_log_append(self->log, self->number + 1,
                                   rocksdb_get_latest_sequence_number(self->db) + 1, data, size,
                                   error))
        return false;
    self->number++;
    rocksdb_write(self->db, self->write, self->group, &message);
    return !store_db_failed(message, self->dir, "a write failed", error);
}
