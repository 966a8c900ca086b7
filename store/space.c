/* SPDX-License-Identifier: Apache-2.0 */
#include "store/space.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/error.h"

#define RESUME_SHARE 0.01

struct StoreSpace {
    char *dir;
    char *reserve;
    StoreSpaceSettings settings;
    StoreSpaceLevel level;
};

static bool
fail(GError **error, const char *path, const char *what)
{
    int code = errno;

    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s: %s", path, what, g_strerror(code));
    return false;
}

typedef struct {
    uint64_t free_bytes;
    uint64_t all_bytes;
} Disk;

static double
share_of(const Disk *disk, uint64_t bytes)
{
    return disk->all_bytes > 0 ? (double)bytes / (double)disk->all_bytes : 0;
}

static bool
ask_disk(const StoreSpace *self, Disk *disk, GError **error)
{
    struct statvfs vfs;

    if (statvfs(self->dir, &vfs) != 0)
        return fail(error, self->dir, "its free space cannot be asked");
    disk->free_bytes = (uint64_t)vfs.f_bavail * vfs.f_frsize;
    disk->all_bytes = (uint64_t)vfs.f_blocks * vfs.f_frsize;
    return true;
}

static bool
reserve_is_whole(const StoreSpace *self)
{
    struct stat st;

    return stat(self->reserve, &st) == 0
           && (uint64_t)st.st_blocks * 512 >= self->settings.reserve_bytes;
}

/* Allocated for real, or not at all. */
static void
make_reserve(const StoreSpace *self)
{
    int fd = open(self->reserve, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0)
        return;
    bool ok = self->settings.reserve_bytes == 0
              || posix_fallocate(fd, 0, (off_t)self->settings.reserve_bytes) == 0;
    ok = fsync(fd) == 0 && ok;
    ok = close(fd) == 0 && ok;
    if (!ok)
        g_unlink(self->reserve);
}

StoreSpace *
store_space_new(const char *dir, const StoreSpaceSettings *settings, GError **error)
{
    if (g_mkdir_with_parents(dir, 0700) != 0) {
        fail(error, dir, "cannot be made");
        return NULL;
    }
    StoreSpace *self = g_new0(StoreSpace, 1);
    self->dir = g_strdup(dir);
    self->reserve = g_build_filename(dir, STORE_RESERVE_FILE, NULL);
    self->settings = *settings;
    return self;
}

void
store_space_free(StoreSpace *self)
{
    if (self == NULL)
        return;
    g_free(self->dir);
    g_free(self->reserve);
    g_free(self);
}

StoreSpaceLevel
store_space_level(const StoreSpaceSettings *settings, StoreSpaceLevel before, double free_share)
{
    double stop = settings->stop_share, warn = settings->warn_share;

    if (before == STORE_SPACE_FULL)
        stop += RESUME_SHARE;
    if (before != STORE_SPACE_OK)
        warn += RESUME_SHARE;
    return free_share < stop   ? STORE_SPACE_FULL
           : free_share < warn ? STORE_SPACE_LOW
                               : STORE_SPACE_OK;
}

/* Only where the disk still counts as free with it. */
static bool
has_room_for_reserve(const StoreSpace *self, const Disk *disk)
{
    uint64_t reserve = self->settings.reserve_bytes;

    return disk->free_bytes > reserve + self->settings.recover_bytes
           && share_of(disk, disk->free_bytes - reserve)
                  >= self->settings.stop_share + RESUME_SHARE;
}

bool
store_space_look(StoreSpace *self, StoreSpaceFound *found, GError **error)
{
    Disk disk;

    *found = (StoreSpaceFound){0};
    if (!ask_disk(self, &disk, error))
        return false;
    found->reserve = reserve_is_whole(self);
    if (found->reserve && disk.free_bytes < self->settings.recover_bytes) {
        if (g_unlink(self->reserve) != 0)
            return fail(error, self->reserve, "cannot be given up");
        found->reserve = false;
    } else if (!found->reserve && has_room_for_reserve(self, &disk)) {
        make_reserve(self);
        found->reserve = reserve_is_whole(self);
        if (!ask_disk(self, &disk, error))
            return false;
    }
    /* Space that the reserve gave up is not for writing: it comes back first. */
    uint64_t owed = found->reserve ? 0 : self->settings.reserve_bytes;
    found->free_bytes = disk.free_bytes;
    found->free_share = share_of(&disk, disk.free_bytes - MIN(owed, disk.free_bytes));
    self->level = store_space_level(&self->settings, self->level, found->free_share);
    found->level = self->level;
    return true;
}

bool
store_space_may_open(StoreSpace *self)
{
    Disk disk;

    if (!ask_disk(self, &disk, NULL))
        return false;
    if (disk.free_bytes < self->settings.recover_bytes && g_unlink(self->reserve) == 0
        && !ask_disk(self, &disk, NULL))
        return false;
    return disk.free_bytes >= self->settings.recover_bytes;
}
