/* The spool on a real disk: one folder, locked against a second process.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/spool.h"

#define PARTS_MAX 2

typedef struct {
    int folder;
} Disk;

static int
disk_open(gpointer disk, const char *name, bool create)
{
    int flags = O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0);
    int fd = openat(((Disk *)disk)->folder, name, flags, 0600);
    return fd < 0 ? -errno : fd;
}

static void
disk_close(gpointer disk, int handle)
{
    (void)disk;
    /* A handle that matters was synced before; Linux frees it in any case. */
    if (close(handle) < 0)
        g_warning("spool: close: %s", g_strerror(errno));
}

static int64_t
disk_size(gpointer disk, int handle)
{
    (void)disk;
    struct stat info;
    return fstat(handle, &info) < 0 ? -errno : info.st_size;
}

static int64_t
disk_read(gpointer disk, int handle, uint64_t offset, void *into, size_t len)
{
    (void)disk;
    size_t done = 0;
    while (done < len) {
        ssize_t n = pread(handle, (char *)into + done, len - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (int64_t)done;
}

/* What is left of @left after @done bytes; gives how many parts. */
static int
drop_written(struct iovec *left, int n, size_t done)
{
    int gone = 0;
    while (gone < n && done >= left[gone].iov_len)
        done -= left[gone++].iov_len;
    memmove(left, left + gone, (size_t)(n - gone) * sizeof *left);
    if (gone < n) {
        left[0].iov_base = (char *)left[0].iov_base + done;
        left[0].iov_len -= done;
    }
    return n - gone;
}

static int
disk_write(gpointer disk, int handle, uint64_t offset, const VicuSpoolPart *parts, size_t n)
{
    (void)disk;
    struct iovec left[PARTS_MAX];
    g_assert(n <= PARTS_MAX);
    for (size_t i = 0; i < n; i++)
        left[i] = (struct iovec){(void *)parts[i].data, parts[i].size};
    int waiting = drop_written(left, (int)n, 0);
    while (waiting > 0) {
        ssize_t done = pwritev(handle, left, waiting, (off_t)offset);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -errno;
        offset += (uint64_t)done;
        waiting = drop_written(left, waiting, (size_t)done);
    }
    return 0;
}

static int
disk_sync(gpointer disk, int handle)
{
    (void)disk;
    return fdatasync(handle) < 0 ? -errno : 0;
}

static int
disk_unlink(gpointer disk, const char *name)
{
    return unlinkat(((Disk *)disk)->folder, name, 0) < 0 ? -errno : 0;
}

static int
disk_sync_folder(gpointer disk)
{
    return fsync(((Disk *)disk)->folder) < 0 ? -errno : 0;
}

static GPtrArray *
disk_list(gpointer disk)
{
    int copy = openat(((Disk *)disk)->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = copy < 0 ? NULL : fdopendir(copy);
    if (!folder) {
        if (copy >= 0)
            close(copy);
        return NULL;
    }
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const struct dirent *entry;
    while ((entry = readdir(folder)))
        g_ptr_array_add(names, g_strdup(entry->d_name));
    closedir(folder);
    return names;
}

static void
disk_free(gpointer disk)
{
    close(((Disk *)disk)->folder); /* gives the lock back */
    g_free(disk);
}

static const VicuSpoolFiles real_files = {
    .open = disk_open,
    .close = disk_close,
    .size = disk_size,
    .read = disk_read,
    .write = disk_write,
    .sync = disk_sync,
    .unlink = disk_unlink,
    .sync_folder = disk_sync_folder,
    .list = disk_list,
    .free = disk_free,
};

static bool
fail(const char *path, const char *doing, GError **error)
{
    int code = errno;
    g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code), "spool %s: cannot %s: %s",
                path, doing, g_strerror(code));
    return false;
}

/* The folder, its name durable in its parent, and ours alone; < 0: @error. */
static int
open_folder(const char *path, GError **error)
{
    if (g_mkdir_with_parents(path, 0700) < 0) {
        fail(path, "make the folder", error);
        return -1;
    }
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        fail(path, "open the folder", error);
        return -1;
    }
    int parent = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = parent >= 0 && fsync(parent) == 0;
    if (!ok)
        fail(path, "sync the folder above", error);
    if (parent >= 0)
        close(parent);
    if (ok && flock(fd, LOCK_EX | LOCK_NB) < 0)
        ok = errno == EWOULDBLOCK
                 ? (g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_AGAIN,
                                "spool %s: another process has it: end that one first", path),
                    false)
                 : fail(path, "lock the folder", error);
    if (ok)
        return fd;
    close(fd);
    return -1;
}

VicuSpool *
vicu_spool_open(const char *path, const VicuSpoolSettings *settings, GError **error)
{
    int folder = open_folder(path, error);
    if (folder < 0)
        return NULL;
    VicuSpoolSettings own = *settings;
    if (own.opened_us == 0)
        own.opened_us = g_get_real_time();
    while (own.first_id == 0)
        own.first_id = ((uint64_t)g_random_int() << 32) | g_random_int();
    Disk *disk = g_new0(Disk, 1);
    disk->folder = folder;
    return vicu_spool_open_on(&real_files, disk, path, &own, error);
}
