/* Files of a backup: hash, copy, sync.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/error.h"
#include "common/folder.h"
#include "store/backup-inner.h"

#define PIECE (256u << 10)
#define TELL  (1u << 20)

bool
store_backup_fail(GError **error, const char *path, const char *what)
{
    int code = errno;

    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s: %s", path, what, g_strerror(code));
    return false;
}

bool
store_backup_went(StoreBackupWork *work, uint64_t bytes, GError **error)
{
    work->done += bytes;
    if (work->tell.func == NULL || (work->done - work->told < TELL && work->done < work->total))
        return true;
    work->told = work->done;
    if (work->tell.func(work->done, work->total, work->tell.user))
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED, "stopped on request");
    return false;
}

/* Reads @in to its end, @size bytes, into @sum and, where there is one, @out. */
static bool
pump(int in,
     const char *from,
     int out,
     const char *to,
     uint64_t size,
     GChecksum *sum,
     StoreBackupWork *work,
     GError **error)
{
    g_autofree uint8_t *piece = g_malloc(PIECE);
    uint64_t got = 0;

    for (;;) {
        ssize_t n = read(in, piece, PIECE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return store_backup_fail(error, from, "cannot be read");
        if (n == 0)
            break;
        got += (uint64_t)n;
        g_checksum_update(sum, piece, n);
        if (out >= 0 && !vicu_file_write(out, piece, (size_t)n))
            return store_backup_fail(error, to, "cannot be written");
        if (!store_backup_went(work, (uint64_t)n, error))
            return false;
    }
    if (got == size)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "%s holds %" G_GUINT64_FORMAT " bytes, expected %" G_GUINT64_FORMAT, from, got,
                size);
    return false;
}

static char *
hash_of(const char *from, const char *to, uint64_t size, StoreBackupWork *work, GError **error)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = -1;

    if (in < 0) {
        store_backup_fail(error, from, "cannot be opened");
        return NULL;
    }
    bool ok = true;
    if (to != NULL) {
        out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        ok = out >= 0 || store_backup_fail(error, to, "cannot be made");
    }
    ok = ok && pump(in, from, out, to, size, sum, work, error);
    if (out >= 0) {
        ok = ok && (fsync(out) == 0 || store_backup_fail(error, to, "cannot be synced"));
        posix_fadvise(out, 0, 0, POSIX_FADV_DONTNEED); /* what is read back comes from the disk */
        ok = (close(out) == 0 || (ok && store_backup_fail(error, to, "cannot be closed"))) && ok;
        if (!ok)
            unlink(to);
    }
    close(in);
    return ok ? g_strdup(g_checksum_get_string(sum)) : NULL;
}

char *
store_backup_hash(const char *path, uint64_t size, StoreBackupWork *work, GError **error)
{
    return hash_of(path, NULL, size, work, error);
}

char *
store_backup_copy(
    const char *from, const char *to, uint64_t size, StoreBackupWork *work, GError **error)
{
    return hash_of(from, to, size, work, error);
}
