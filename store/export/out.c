/* SPDX-License-Identifier: Apache-2.0 */
#include "store/export/out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/error.h"
#include "common/folder.h"

struct StoreExportOut {
    char *folder, *part;
    bool force;
    GPtrArray *names;
};

static bool
failed(const char *path, GError **error)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s%s", path, g_strerror(errno),
                errno == ENOSPC ? ": nothing was exported; make room, or export less at a time"
                                : "");
    return false;
}

StoreExportOut *
store_export_out_new(const char *folder, bool force, GError **error)
{
    g_autoptr(StoreExportOut) self = g_new0(StoreExportOut, 1);

    self->folder = g_strdup(folder);
    self->force = force;
    self->names = g_ptr_array_new_with_free_func(g_free);
    if (g_mkdir_with_parents(folder, 0777) != 0) {
        failed(folder, error);
        return NULL;
    }
    self->part = g_build_filename(folder, ".export.part-XXXXXX", NULL);
    if (g_mkdtemp(self->part) == NULL) {
        failed(self->part, error);
        g_clear_pointer(&self->part, g_free);
        return NULL;
    }
    return g_steal_pointer(&self);
}

void
store_export_out_free(StoreExportOut *self)
{
    if (self == NULL)
        return;
    for (guint i = 0; self->part != NULL && i < self->names->len; i++) {
        g_autofree char *path = g_build_filename(self->part, self->names->pdata[i], NULL);
        g_unlink(path);
    }
    if (self->part != NULL)
        g_rmdir(self->part);
    g_ptr_array_unref(self->names);
    g_free(self->folder);
    g_free(self->part);
    g_free(self);
}

const char *
store_export_out_part(const StoreExportOut *self)
{
    return self->part;
}

const GPtrArray *
store_export_out_names(const StoreExportOut *self)
{
    return self->names;
}

char *
store_export_out_path(StoreExportOut *self, const char *name, GError **error)
{
    g_autofree char *final = g_build_filename(self->folder, name, NULL);

    if (!self->force && g_file_test(final, G_FILE_TEST_EXISTS)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                    "%s is there already: choose another folder, or --force to replace it", final);
        return NULL;
    }
    g_ptr_array_add(self->names, g_strdup(name));
    return g_build_filename(self->part, name, NULL);
}

FILE *
store_export_out_open(StoreExportOut *self, const char *name, GError **error)
{
    g_autofree char *path = store_export_out_path(self, name, error);
    FILE *file = path != NULL ? fopen(path, "wbe") : NULL;

    if (path != NULL && file == NULL)
        failed(path, error);
    return file;
}

bool
store_export_out_close(StoreExportOut *self, FILE *file, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(self->part, name, NULL);
    bool ok = ferror(file) == 0 && fflush(file) == 0 && fsync(fileno(file)) == 0;
    int why = errno;

    if (fclose(file) == 0 && ok)
        return true;
    errno = ok ? errno : why;
    return failed(path, error);
}

bool
store_export_out_commit(StoreExportOut *self, GError **error)
{
    /* headers last: what names the other files appears when they are there */
    for (guint i = 0; i < self->names->len; i++) {
        g_autofree char *from = g_build_filename(self->part, self->names->pdata[i], NULL);
        g_autofree char *to = g_build_filename(self->folder, self->names->pdata[i], NULL);
        if (g_rename(from, to) != 0)
            return failed(to, error);
    }
    return vicu_folder_sync(self->folder, error);
}

void
store_export_note(StoreExportJob *job, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_ptr_array_add(job->notes, g_strdup_vprintf(format, args));
    va_end(args);
}
