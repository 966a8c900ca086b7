/* Backup: made, verified, restored, forgotten. See backup.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/backup.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/error.h"
#include "common/folder.h"
#include "store/backup-inner.h"
#include "store/db.h"

static bool
make_folder(const char *path, GError **error)
{
    return g_mkdir_with_parents(path, 0700) == 0
           || store_backup_fail(error, path, "cannot be made");
}

/* The repository, made when it is new. */
static bool
prepare(const char *dir, GError **error)
{
    g_autofree char *mark = g_build_filename(dir, STORE_BACKUP_MARK, NULL);
    g_autofree char *files = g_build_filename(dir, STORE_BACKUP_FILES, NULL);
    g_autofree char *sets = g_build_filename(dir, STORE_BACKUP_SETS, NULL);
    g_autofree char *text = g_strdup_printf("vicu store backup %d\n", STORE_BACKUP_FORMAT);

    if (!make_folder(files, error) || !make_folder(sets, error))
        return false;
    return g_file_test(mark, G_FILE_TEST_EXISTS)
           || (g_file_set_contents_full(
                   mark, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                   0600, error)
               && vicu_folder_sync(dir, error));
}

static bool
add_entry(StoreBackupSet *set, const char *from, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(from, name, NULL);
    struct stat st;

    if (lstat(path, &st) != 0)
        return store_backup_fail(error, path, "cannot be looked at");
    if (!S_ISREG(st.st_mode))
        return true; /* a database at rest has no folders that matter */
    StoreBackupFile *file = store_backup_file_new();
    file->name = g_strdup(name);
    file->size = (uint64_t)st.st_size;
    file->changed_ns = st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec;
    g_ptr_array_add(set->files, file);
    return true;
}

static gint
by_name(gconstpointer a, gconstpointer b)
{
    const StoreBackupFile *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static StoreBackupSet *
list_folder(const char *from, GError **error)
{
    g_autoptr(StoreBackupSet) set = g_new0(StoreBackupSet, 1);
    const char *name;

    set->files = g_ptr_array_new_with_free_func(store_backup_file_free);
    g_autoptr(GDir) folder = g_dir_open(from, 0, error);
    if (folder == NULL)
        return NULL;
    while ((name = g_dir_read_name(folder)) != NULL)
        if (!add_entry(set, from, name, error))
            return NULL;
    g_ptr_array_sort(set->files, by_name);
    return g_steal_pointer(&set);
}

/* Name, size and time are those of a table that the last set holds: tables are
 * never written again under a name. Borrowed. */
static const char *
known_hash(GHashTable *last, const StoreBackupFile *file, const char *dir)
{
    const StoreBackupFile *was = last != NULL ? g_hash_table_lookup(last, file->name) : NULL;

    if (was == NULL || !g_str_has_suffix(file->name, ".sst") || was->size != file->size
        || was->changed_ns != file->changed_ns)
        return NULL;
    g_autofree char *path = store_backup_file_path(dir, was->hash);
    return g_file_test(path, G_FILE_TEST_IS_REGULAR) ? was->hash : NULL;
}

/* Copies one file under the hash of its bytes and reads the copy back. */
static bool
keep_file(const char *dir,
          const char *from,
          StoreBackupFile *file,
          StoreBackupWork *work,
          StoreBackupFigures *figures,
          GError **error)
{
    g_autofree char *source = g_build_filename(from, file->name, NULL);
    g_autofree char *part = g_build_filename(dir, STORE_BACKUP_FILES, "part", NULL);
    StoreBackupWork quiet = {0};

    g_unlink(part);
    file->hash = store_backup_copy(source, part, file->size, work, error);
    if (file->hash == NULL)
        return false;
    g_autofree char *again = store_backup_hash(part, file->size, &quiet, error);
    if (again == NULL)
        return false;
    if (strcmp(again, file->hash) != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO,
                    "%s: read back, the copy differs from what was written: the disk of the backup "
                    "cannot be trusted",
                    part);
        return false;
    }
    g_autofree char *path = store_backup_file_path(dir, file->hash);
    if (g_file_test(path, G_FILE_TEST_EXISTS)) {
        /* The same bytes under another name; what is there may have been damaged since. */
        StoreBackupWork none = {0};
        g_autofree char *there = store_backup_hash(path, file->size, &none, NULL);
        if (g_strcmp0(there, file->hash) == 0) {
            g_unlink(part);
            return true;
        }
    }
    if (g_rename(part, path) != 0)
        return store_backup_fail(error, path, "cannot be named");
    figures->new_files++;
    figures->new_bytes += file->size;
    return true;
}

static bool
keep_files(const char *dir,
           const char *from,
           StoreBackupSet *set,
           const StoreBackupSet *last,
           StoreBackupTell tell,
           StoreBackupFigures *figures,
           GError **error)
{
    g_autoptr(GHashTable) known = NULL;
    StoreBackupWork work = {.tell = tell};

    if (last != NULL) {
        known = g_hash_table_new(g_str_hash, g_str_equal);
        for (guint i = 0; i < last->files->len; i++) {
            StoreBackupFile *file = g_ptr_array_index(last->files, i);
            g_hash_table_insert(known, file->name, file);
        }
    }
    for (guint i = 0; i < set->files->len; i++)
        figures->bytes += ((const StoreBackupFile *)g_ptr_array_index(set->files, i))->size;
    figures->files = set->files->len;
    work.total = figures->bytes;
    for (guint i = 0; i < set->files->len; i++) {
        StoreBackupFile *file = g_ptr_array_index(set->files, i);
        const char *hash = known_hash(known, file, dir);
        file->hash = g_strdup(hash);
        bool ok = hash != NULL ? store_backup_went(&work, file->size, error)
                               : keep_file(dir, from, file, &work, figures, error);
        if (!ok)
            return false;
    }
    g_autofree char *files = g_build_filename(dir, STORE_BACKUP_FILES, NULL);
    return vicu_folder_sync(files, error);
}

unsigned
store_backup_make(const char *dir,
                  const char *from,
                  const char *origin,
                  int64_t t_us,
                  StoreBackupTell tell,
                  StoreBackupFigures *figures,
                  GError **error)
{
    g_autoptr(GArray) numbers = NULL;
    g_autoptr(StoreBackupSet) last = NULL;

    *figures = (StoreBackupFigures){0};
    if (strchr(origin, '\n') != NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "the name of the origin holds a new line");
        return 0;
    }
    if (!prepare(dir, error) || (numbers = store_backup_list(dir, error)) == NULL)
        return 0;
    unsigned newest = numbers->len > 0 ? g_array_index(numbers, unsigned, numbers->len - 1) : 0;
    /* A set that cannot be read gives nothing away; all is copied anew. */
    last = newest > 0 ? store_backup_load(dir, newest, NULL) : NULL;
    g_autoptr(StoreBackupSet) set = list_folder(from, error);
    if (set == NULL)
        return 0;
    set->number = newest + 1;
    set->t_us = t_us;
    set->origin = g_strdup(origin);
    set->schema = STORE_SCHEMA_VERSION;
    if (!keep_files(dir, from, set, last, tell, figures, error)
        || !store_backup_save(dir, set, error))
        return 0;
    return set->number;
}

/* ---- back ---- */

static uint64_t
bytes_of(const StoreBackupSet *set)
{
    uint64_t bytes = 0;

    for (guint i = 0; i < set->files->len; i++)
        bytes += ((const StoreBackupFile *)g_ptr_array_index(set->files, i))->size;
    return bytes;
}

bool
store_backup_verify(const char *dir,
                    const StoreBackupSet *set,
                    StoreBackupTell tell,
                    GPtrArray *damaged,
                    GError **error)
{
    StoreBackupWork work = {.tell = tell, .total = bytes_of(set)};
    guint before = damaged->len;

    for (guint i = 0; i < set->files->len; i++) {
        const StoreBackupFile *file = g_ptr_array_index(set->files, i);
        g_autofree char *path = store_backup_file_path(dir, file->hash);
        g_autoptr(GError) bad = NULL;
        g_autofree char *hash = store_backup_hash(path, file->size, &work, &bad);
        if (g_error_matches(bad, VICU_ERROR, VICU_ERROR_REFUSED)) {
            g_propagate_error(error, g_steal_pointer(&bad));
            return false;
        }
        if (hash == NULL)
            g_ptr_array_add(damaged, g_strdup_printf("%s: %s", file->name, bad->message));
        else if (strcmp(hash, file->hash) != 0)
            g_ptr_array_add(damaged, g_strdup_printf("%s: %s does not have the bytes it had",
                                                     file->name, path));
    }
    return damaged->len == before;
}

static bool
bring_back(const char *dir,
           const StoreBackupSet *set,
           const char *part,
           StoreBackupTell tell,
           GError **error)
{
    StoreBackupWork work = {.tell = tell, .total = bytes_of(set)};

    for (guint i = 0; i < set->files->len; i++) {
        const StoreBackupFile *file = g_ptr_array_index(set->files, i);
        g_autofree char *from = store_backup_file_path(dir, file->hash);
        g_autofree char *to = g_build_filename(part, file->name, NULL);
        g_autofree char *hash = store_backup_copy(from, to, file->size, &work, error);
        if (hash == NULL)
            return false;
        if (strcmp(hash, file->hash) != 0) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "%s: %s does not have the bytes it had when it was backed up: set %u is "
                        "refused; restore another",
                        file->name, from, set->number);
            return false;
        }
    }
    return vicu_folder_sync(part, error);
}

bool
store_backup_restore(const char *dir,
                     const StoreBackupSet *set,
                     const char *to,
                     StoreBackupTell tell,
                     GError **error)
{
    g_autofree char *part = g_strconcat(to, ".part", NULL);
    g_autofree char *parent = g_path_get_dirname(to);

    if (g_file_test(to, G_FILE_TEST_EXISTS) && g_rmdir(to) != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                    "%s exists and is not an empty folder: nothing was restored; move it away, or "
                    "give another --root",
                    to);
        return false;
    }
    vicu_folder_remove_flat(part); /* what an interrupted restore left */
    if (!make_folder(part, error))
        return false;
    if (!bring_back(dir, set, part, tell, error)) {
        vicu_folder_remove_flat(part);
        return false;
    }
    if (g_rename(part, to) != 0)
        return store_backup_fail(error, to, "cannot be named");
    return vicu_folder_sync(parent, error);
}

/* ---- forgetting ---- */

static bool
name_files(const char *dir, unsigned number, GHashTable *named, GError **error)
{
    g_autoptr(StoreBackupSet) set = store_backup_load(dir, number, error);

    if (set == NULL)
        return false;
    for (guint i = 0; i < set->files->len; i++)
        g_hash_table_add(named,
                         g_strdup(((StoreBackupFile *)g_ptr_array_index(set->files, i))->hash));
    return true;
}

bool
store_backup_forget(
    const char *dir, unsigned keep, unsigned *sets_gone, uint64_t *bytes_gone, GError **error)
{
    g_autoptr(GArray) numbers = store_backup_list(dir, error);
    g_autoptr(GHashTable) named = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *files = g_build_filename(dir, STORE_BACKUP_FILES, NULL);
    const char *name;

    *sets_gone = 0;
    *bytes_gone = 0;
    if (numbers == NULL)
        return false;
    guint gone = numbers->len > keep ? numbers->len - keep : 0;
    /* A set that stays and cannot be read may need any file: then nothing goes. */
    for (guint i = gone; i < numbers->len; i++)
        if (!name_files(dir, g_array_index(numbers, unsigned, i), named, error))
            return false;
    for (guint i = 0; i < gone; i++) {
        g_autofree char *path = store_backup_set_path(dir, g_array_index(numbers, unsigned, i));
        if (g_unlink(path) != 0)
            return store_backup_fail(error, path, "cannot be removed");
        ++*sets_gone;
    }
    g_autoptr(GDir) folder = g_dir_open(files, 0, NULL);
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *path = g_build_filename(files, name, NULL);
        GStatBuf st;
        if (g_hash_table_contains(named, name) || g_stat(path, &st) != 0)
            continue;
        if (g_unlink(path) != 0)
            return store_backup_fail(error, path, "cannot be removed");
        *bytes_gone += (uint64_t)st.st_size;
    }
    return true;
}
