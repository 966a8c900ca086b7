/* Whole files of waves: written beside the database, taken in at once.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/error.h"
#include "store/db-internal.h"

struct StoreFile {
    StoreDb *db;
    char *path;
    rocksdb_envoptions_t *env;
    rocksdb_sstfilewriter_t *writer;
    bool ingested;
};

StoreFile *
store_file_new(StoreDb *db, const char *name, GError **error)
{
    g_autoptr(StoreFile) self = g_new0(StoreFile, 1);
    char *message = NULL;

    self->db = db;
    self->path = g_build_filename(db->dir, name, NULL);
    if (g_unlink(self->path) != 0 && errno != ENOENT) {
        int code = errno;
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: cannot be removed: %s", self->path,
                    g_strerror(code));
        return NULL;
    }
    self->env = rocksdb_envoptions_create();
    self->writer = rocksdb_sstfilewriter_create(self->env, db->family_options[STORE_WAVE]);
    rocksdb_sstfilewriter_open(self->writer, self->path, &message);
    if (store_db_failed(message, db->dir, "a file of waves cannot be made", error))
        return NULL;
    return g_steal_pointer(&self);
}

void
store_file_free(StoreFile *self)
{
    if (self == NULL)
        return;
    if (self->writer != NULL)
        rocksdb_sstfilewriter_destroy(self->writer);
    if (self->env != NULL)
        rocksdb_envoptions_destroy(self->env);
    if (!self->ingested)
        g_unlink(self->path);
    g_free(self->path);
    g_free(self);
}

bool
store_file_put(StoreFile *self, const StoreKey *key, const void *value, size_t size, GError **error)
{
    char *message = NULL;
    const GByteArray *sealed = store_db_seal(self->db, STORE_WAVE, key, value, size, NULL, 0);

    if (sealed != NULL) {
        value = sealed->data;
        size = sealed->len;
    }
    rocksdb_sstfilewriter_put(self->writer, (const char *)key->data, key->size, (const char *)value,
                              size, &message);
    return !store_db_failed(message, self->db->dir, "a file of waves cannot be written", error);
}

uint64_t
store_file_bytes(const StoreFile *self)
{
    uint64_t size = 0;

    rocksdb_sstfilewriter_file_size(self->writer, &size);
    return size;
}

bool
store_file_finish(StoreFile *self, GError **error)
{
    char *message = NULL;

    rocksdb_sstfilewriter_finish(self->writer, &message); /* syncs it */
    return !store_db_failed(message, self->db->dir, "a file of waves cannot be finished", error);
}

void
store_file_remember(const StoreFile *self)
{
    int fd = open(self->path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED);
    close(fd);
}

bool
store_file_next(StoreFile **file,
                StoreDb *db,
                GPtrArray *files,
                const char *kind,
                uint64_t most,
                GError **error)
{
    if (*file != NULL && store_file_bytes(*file) < most)
        return true;
    if (*file != NULL) {
        if (!store_file_finish(*file, error))
            return false;
        g_ptr_array_add(files, g_steal_pointer(file));
    }
    g_autofree char *name = g_strdup_printf(STORE_FILE_PREFIX "%s-%u", kind, files->len);
    *file = store_file_new(db, name, error);
    return *file != NULL;
}

bool
store_db_ingest(StoreDb *self, GPtrArray *files, GError **error)
{
    char *message = NULL;

    if (!store_db_save_keys(self, error))
        return false;
    rocksdb_ingestexternalfileoptions_t *options = rocksdb_ingestexternalfileoptions_create();
    g_autofree const char **paths = g_new(const char *, files->len);

    for (guint i = 0; i < files->len; i++)
        paths[i] = ((StoreFile *)files->pdata[i])->path;
    rocksdb_ingestexternalfileoptions_set_move_files(options, 1);
    rocksdb_ingest_external_file_cf(self->db, self->family[STORE_WAVE], paths, files->len, options,
                                    &message);
    rocksdb_ingestexternalfileoptions_destroy(options);
    if (store_db_failed(message, self->dir, "files of waves cannot be taken in", error))
        return false;
    for (guint i = 0; i < files->len; i++)
        ((StoreFile *)files->pdata[i])->ingested = true;
    return true;
}

size_t
store_db_files(StoreDb *self, StoreFamily family, StoreFileFunc func, gpointer user)
{
    const rocksdb_livefiles_t *files = rocksdb_livefiles(self->db);
    size_t n = 0;

    for (int i = 0; i < rocksdb_livefiles_count(files); i++) {
        size_t first_size = 0, last_size = 0;
        if (strcmp(rocksdb_livefiles_column_family_name(files, i), store_db_family_name(family))
            != 0)
            continue;
        n++;
        const char *first = rocksdb_livefiles_smallestkey(files, i, &first_size);
        const char *last = rocksdb_livefiles_largestkey(files, i, &last_size);
        if (func != NULL)
            func((const uint8_t *)first, first_size, (const uint8_t *)last, last_size, user);
    }
    rocksdb_livefiles_destroy(files);
    return n;
}
