/* A reader: a second instance of a database that another process may be writing.
 *
 * The library's secondary knows tables and logs of its own. What the log of groups has beyond
 * the tables is written as such a log into the reader's folder, and read from there. A writer may
 * make files of it meanwhile: then it is all done again.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "common/error.h"
#include "common/folder.h"
#include "store/db-internal.h"
#include "store/log-look.h"

#define LOG_FOLDER      "log"
#define LOG_NAME        "999999999999999.log" /* later than any file of the database will be */
#define TRIES           10
#define SCHEMA_WITH_LOG 3
#define PAUSE_US        20000
#define BATCH_HEAD      8 /* a group begins with its sequence number, that is said when it is put */

static bool
open_instance(StoreDb *self, const char *reader, const char *const *names, GError **error)
{
    const rocksdb_options_t *const *options =
        (const rocksdb_options_t *const *)self->family_options;
    char *message = NULL;

    self->db = rocksdb_open_as_secondary_column_families(
        self->options, self->dir, reader, STORE_N_FAMILIES, names, options, self->family, &message);
    return !store_db_failed(message, self->dir, "cannot be opened", error);
}

static void
close_instance(StoreDb *self)
{
    for (int i = 0; i < STORE_N_FAMILIES; i++)
        rocksdb_column_family_handle_destroy(self->family[i]);
    rocksdb_close(self->db);
    self->db = NULL;
}

/* A folder without a log of groups. */
static bool
is_older(const char *dir)
{
    g_autofree char *path = g_build_filename(dir, "schema", NULL);
    g_autofree char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL)
           && g_ascii_strtoull(text, NULL, 10) < SCHEMA_WITH_LOG;
}

/* Which tables there are. */
static char *
tables_of(StoreDb *self)
{
    const rocksdb_livefiles_t *files = rocksdb_livefiles(self->db);
    GString *names = g_string_new(NULL);

    for (int i = 0; i < rocksdb_livefiles_count(files); i++)
        g_string_append(names, rocksdb_livefiles_name(files, i));
    rocksdb_livefiles_destroy(files);
    return g_string_free(names, FALSE);
}

static bool
write_groups(const StoreGroupTail *tail, const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, LOG_NAME, NULL);
    g_autoptr(GByteArray) log = g_byte_array_new();
    g_autoptr(GByteArray) record = g_byte_array_new();

    for (guint i = 0; i < tail->groups->len; i++) {
        const StoreGroup *group = &g_array_index(tail->groups, StoreGroup, i);
        uint64_t sequence = GUINT64_TO_LE(group->sequence);
        g_byte_array_set_size(record, 0);
        g_byte_array_append(record, group->data, (guint)group->size);
        if (group->size >= BATCH_HEAD)
            memcpy(record->data, &sequence, sizeof sequence);
        store_log_record(log, record->data, record->len);
    }
    return g_file_set_contents(path, (const char *)log->data, log->len, error);
}

/* The library's own logs, with what went through them at the last opening. One that goes
 * meanwhile is in tables. */
static bool
copy_logs(const char *dir, const char *folder, GError **error)
{
    g_autoptr(GPtrArray) names = store_log_list(dir);

    for (guint i = 0; i < names->len; i++) {
        g_autofree char *from = g_build_filename(dir, names->pdata[i], NULL);
        g_autofree char *to = g_build_filename(folder, names->pdata[i], NULL);
        g_autofree char *text = NULL;
        gsize size = 0;
        if (g_file_get_contents(from, &text, &size, NULL)
            && !g_file_set_contents(to, text, (gssize)size, error))
            return false;
    }
    return true;
}

/* The log at this moment, in the reader's folder. */
static bool
take_log(StoreDb *self, uint64_t life, uint64_t number, const char *folder, GError **error)
{
    g_autoptr(StoreGroupTail) tail = store_group_tail_read(self->dir, life, number, error);

    if (tail == NULL || !copy_logs(self->dir, folder, error) || !write_groups(tail, folder, error))
        return false;
    g_free(self->log_damage);
    self->log_damage = g_steal_pointer(&tail->damage);
    return true;
}

/* What was found is of one moment, or may not be: a second look decides. */
typedef enum {
    SEEN,
    DOUBTED, /* a log without its beginning, or with a hole; it may be so */
    CHANGED, /* tables and log are of different moments */
} Look;

static bool
look(StoreDb *self,
     const char *reader,
     const char *folder,
     const char *const *names,
     Look *seen,
     GError **error)
{
    StoreGroupMark mark, now_mark;

    *seen = SEEN;
    if (g_mkdir_with_parents(folder, 0700) != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s cannot be made", folder);
        return false;
    }
    rocksdb_options_set_wal_dir(self->options, self->dir);
    if (!open_instance(self, reader, names, error) || !store_db_read_group_mark(self, &mark, error))
        return false;
    if (mark.life
        == 0) { /* the library's log has what there is; of ours, it just went into tables */
        *seen = is_older(self->dir) ? SEEN : DOUBTED;
        return true;
    }
    g_autofree char *before = tables_of(self);
    close_instance(self);
    rocksdb_options_set_wal_dir(self->options, folder);
    if (!take_log(self, mark.life, mark.number, folder, error)
        || !open_instance(self, reader, names, error)
        || !store_db_read_group_mark(self, &now_mark, error))
        return false;
    self->trimmed = now_mark.trimmed;
    g_autofree char *now = tables_of(self);
    *seen = strcmp(before, now) != 0 || mark.life != now_mark.life ? CHANGED
            : self->log_damage != NULL                             ? DOUBTED
                                                                   : SEEN;
    return true;
}

bool
store_db_open_reader(StoreDb *self,
                     const StoreDbOptions *options,
                     const char *const *names,
                     GError **error)
{
    g_autofree char *folder = g_build_filename(options->reader, LOG_FOLDER, NULL);
    Look seen = CHANGED;
    bool ok = true;

    for (int i = 0; ok && seen != SEEN && i < TRIES; i++) {
        if (self->db != NULL) {
            close_instance(self);
            g_usleep(PAUSE_US);
        }
        vicu_folder_remove_flat(folder);
        ok = look(self, options->reader, folder, names, &seen, error);
    }
    vicu_folder_remove_flat(folder); /* it holds values, and is in memory now */
    if (!ok || seen != CHANGED)
        return ok;
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO,
                "store folder %s: its files changed during each of %d looks at them: try again",
                self->dir, TRIES);
    return false;
}
