/* Glance keep. See glance-keep.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/glance-keep.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/error.h"
#include "common/folder.h"

#define PREFIX   "glance-"
#define SUFFIX   ".csv"
#define FILE_MAX (8u << 20)

struct DashGlanceKeep {
    char *path;
    int fd;
};

static gboolean
fail(GError **error, const char *path, const char *what)
{
    int saved = errno;
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s: %s", path, what, g_strerror(saved));
    return FALSE;
}

static gboolean
append(DashGlanceKeep *self, const char *text, GError **error)
{
    if (!vicu_file_write(self->fd, text, strlen(text)))
        return fail(error, self->path, "cannot be written");
    return fsync(self->fd) == 0 || fail(error, self->path, "cannot be synced");
}

DashGlanceKeep *
dash_glance_keep_new(const char *dir, const char *participant, int64_t now_us, GError **error)
{
    g_autoptr(DashGlanceKeep) self = g_new0(DashGlanceKeep, 1);
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(now_us / G_USEC_PER_SEC);
    g_autofree char *time = g_date_time_format(now, "%Y%m%dT%H%M%SZ");
    g_autofree char *name = g_strconcat(PREFIX, participant, "-", time, SUFFIX, NULL);

    self->fd = -1;
    self->path = g_build_filename(dir, name, NULL);
    if (g_mkdir_with_parents(dir, 0700) != 0) {
        fail(error, dir, "the folder cannot be made");
        return NULL;
    }
    self->fd = g_open(self->path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (self->fd < 0) {
        fail(error, self->path, "cannot be made");
        return NULL;
    }
    if (!append(self, dash_glance_table_head(), error) || !vicu_folder_sync(dir, error))
        return NULL;
    return g_steal_pointer(&self);
}

void
dash_glance_keep_free(DashGlanceKeep *self)
{
    if (self == NULL)
        return;
    if (self->fd >= 0)
        g_close(self->fd, NULL);
    g_free(self->path);
    g_free(self);
}

const char *
dash_glance_keep_path(const DashGlanceKeep *self)
{
    return self->path;
}

gboolean
dash_glance_keep_put(DashGlanceKeep *self, const DashGlanceRow *row, GError **error)
{
    g_autoptr(GString) line = g_string_new(NULL);

    dash_glance_table_put(line, row);
    return append(self, line->str, error);
}

static gboolean
read_file(const char *path, GArray *rows, unsigned *cut, GError **error)
{
    g_autofree char *text = NULL;
    gsize size = 0;
    GStatBuf about;

    if (g_stat(path, &about) != 0)
        return fail(error, path, "cannot be read");
    if (about.st_size > FILE_MAX) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: %" G_GINT64_FORMAT " bytes are more than the %u that a table may have",
                    path, (gint64)about.st_size, FILE_MAX);
        return FALSE;
    }
    return g_file_get_contents(path, &text, &size, error)
           && dash_glance_table_read(path, text, size, rows, cut, error);
}

GArray *
dash_glance_keep_read(const char *dir, unsigned *cut, GError **error)
{
    g_autoptr(GDir) folder = g_dir_open(dir, 0, error);
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(DashGlanceRow));
    unsigned files = 0;

    while (folder) {
        const char *name = g_dir_read_name(folder);
        if (name == NULL)
            break;
        if (!g_str_has_prefix(name, PREFIX) || !g_str_has_suffix(name, SUFFIX))
            continue;
        g_autofree char *path = g_build_filename(dir, name, NULL);
        if (!read_file(path, rows, cut, error))
            return NULL;
        files++;
    }
    if (folder && files > 0)
        return g_steal_pointer(&rows);
    if (folder)
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "%s: no %s*%s in it: the folder that vicu glance -o wrote is expected", dir,
                    PREFIX, SUFFIX);
    return NULL;
}
