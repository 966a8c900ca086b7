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

#define SLOT_BYTES (8u << 20)
#define SLOTS      8u  /* at least so many have what is not in files */
#define MARK_SIZE  24u /* life, number, trimmed */
#define OLDER_SIZE 16u /* of schema 3: life, number */

static const char mark_key[] = {STORE_META_GROUP};

static bool
read_mark(StoreDb *self, const rocksdb_readoptions_t *how, StoreGroupMark *mark, GError **error)
{
    char *message = NULL;
    size_t size = 0;
    rocksdb_pinnableslice_t *pin = rocksdb_get_pinned_cf(self->db, how, self->family[STORE_META],
                                                         mark_key, sizeof mark_key, &message);

    *mark = (StoreGroupMark){0};
    if (store_db_failed(message, self->dir, "a read failed", error))
        return false;
    if (pin == NULL)
        return true;
    const uint8_t *value = (const uint8_t *)rocksdb_pinnableslice_value(pin, &size);
    bool fits = size == MARK_SIZE || size == OLDER_SIZE;
    if (fits) {
        mark->life = store_read_u64(value);
        mark->number = store_read_u64(value + 8);
        mark->trimmed = size == MARK_SIZE ? store_read_u64(value + OLDER_SIZE) : 0;
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
store_db_read_group_mark(StoreDb *self, StoreGroupMark *mark, GError **error)
{
    return read_mark(self, self->read, mark, error);
}

static void
put_mark(StoreDb *self, rocksdb_writebatch_t *group, uint64_t number)
{
    StoreKey value = {0};

    store_key_u64(&value, self->life);
    store_key_u64(&value, number);
    store_key_u64(&value, self->trimming);
    rocksdb_writebatch_put_cf(group, self->family[STORE_META], mark_key, sizeof mark_key,
                              (const char *)value.data, value.size);
}

/* ---- files of what is in memory ---- */

/* Everything in memory becomes files. There is no call for all families at once, but a range
 * that is made compact is put into files first, and with it whatever else waits. The library
 * does not say whether it could. */
static void
make_files(StoreDb *self)
{
    rocksdb_compact_range_cf(self->db, self->family[STORE_META], mark_key, sizeof mark_key,
                             mark_key, sizeof mark_key);
}

static gpointer
make_files_apart(gpointer p)
{
    StoreDb *self = p;

    make_files(self);
    g_atomic_int_set(&self->made, 1);
    return NULL;
}

void
store_db_join_maker(StoreDb *self)
{
    if (self->maker != NULL)
        g_thread_join(self->maker);
    self->maker = NULL;
}

/* While groups go on; at most one at a time. */
static void
start_maker(StoreDb *self)
{
    if (self->maker != NULL && g_atomic_int_get(&self->made) == 0)
        return;
    store_db_join_maker(self);
    g_atomic_int_set(&self->made, 0);
    self->maker = g_thread_new("store-files", make_files_apart, self);
}

bool
store_db_make_files(StoreDb *self, GError **error)
{
    StoreGroupMark mark;

    store_db_join_maker(self);
    make_files(self);
    if (!read_mark(self, self->in_files, &mark, error))
        return false;
    if (mark.life == self->life && mark.number == self->number)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO,
                "store folder %s: group %" G_GUINT64_FORMAT
                " cannot be made files, number %" G_GUINT64_FORMAT " can: look at the disk",
                self->dir, self->number, mark.number);
    return false;
}

/* What the files have, and say is trimmed. */
static bool
read_done(StoreDb *self, StoreGroupDone *done, GError **error)
{
    StoreGroupMark mark;

    if (!read_mark(self, self->in_files, &mark, error))
        return false;
    done->group = mark.life == self->life ? mark.number : 0; /* of an older log */
    done->batch = mark.trimmed;
    return true;
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
    StoreGroupMark mark;

    if (!store_db_read_group_mark(self, &mark, error))
        return false;
    self->life = mark.life;
    if (self->life == 0)
        return true;
    g_autoptr(StoreGroupTail) tail =
        store_group_tail_read(self->dir, mark.life, mark.number, error);
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
    StoreGroupMark mark;

    self->log_limit = options->wal_limit;
    if (!replay(self, error) || !store_db_read_group_mark(self, &mark, error))
        return false;
    self->trimmed = self->trimming = mark.trimmed;
    if (!begin_life(self, options->sync, error))
        return false;
    /* What was put again, and is trimmed, is durable in the library's log. */
    g_autoptr(GArray) newest = store_db_newest_bodies(self);
    self->log =
        store_group_log_new(self->dir, self->life, MIN(options->wal_limit / SLOTS, SLOT_BYTES),
                            options->sync, newest, (StoreGroupDone){0, mark.trimmed}, error);
    return self->log != NULL;
}

/* ---- one group ---- */

/* The log goes on in another file, and what of it is not in files stays bounded. */
static bool
turn(StoreDb *self, GError **error)
{
    StoreGroupDone done;

    if (!read_done(self, &done, error))
        return false;
    uint64_t beyond = store_group_log_beyond(self->log, done.group);
    if (beyond >= self->log_limit) {
        if (!store_db_make_files(self, error) || !read_done(self, &done, error))
            return false;
    } else if (beyond >= self->log_limit / 2) {
        start_maker(self);
    }
    return store_group_log_turn(self->log, done, error);
}

bool
store_db_link_log(StoreDb *self, const char *to, GError **error)
{
    return store_group_log_link(self->log, self->trimmed, to, error) && turn(self, error);
}

bool
store_db_write_group(StoreDb *self, GError **error)
{
    char *message = NULL;
    size_t size = 0;

    put_mark(self, self->group, self->number + 1);
    const char *data = rocksdb_writebatch_data(self->group, &size);
    if (!store_group_log_append(self->log, self->number + 1,
                                rocksdb_get_latest_sequence_number(self->db) + 1, data, size,
                                error))
        return false;
    self->number++;
    rocksdb_write(self->db, self->write, self->group, &message);
    if (store_db_failed(message, self->dir, "a write failed", error))
        return false;
    self->trimmed = self->trimming;
    return !store_group_log_is_full(self->log) || turn(self, error);
}
