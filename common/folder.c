/* SPDX-License-Identifier: Apache-2.0 */
#include "common/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/error.h"

#define OPEN_FOLDERS 16

gboolean
vicu_folder_sync(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gboolean ok = fd >= 0 && fsync(fd) == 0;
    int code = errno;

    if (fd >= 0 && close(fd) != 0 && ok) {
        code = errno;
        ok = FALSE;
    }
    if (!ok)
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s cannot be synced: %s", path,
                    g_strerror(code));
    return ok;
}

void
vicu_folder_remove_flat(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name;

    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        g_unlink(file);
    }
    g_rmdir(path);
}

static int
remove_one(const char *path, const struct stat *at, int kind, struct FTW *where)
{
    (void)at;
    (void)kind;
    (void)where;
    return remove(path);
}

gboolean
vicu_folder_remove(const char *path)
{
    return nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) == 0;
}

gboolean
vicu_file_write(int fd, const void *data, size_t size)
{
    for (const char *at = data; size > 0;) {
        ssize_t n = write(fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = EIO;
        if (n <= 0)
            return FALSE;
        at += n;
        size -= (size_t)n;
    }
    return TRUE;
}
