/* Journal of an owner of state.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/crc32c.h"
#include "common/error.h"
#include "common/folder.h"

#define MAGIC  "VRJ1"
#define HEADER 16 /* magic, length, CRC32C over kind and data, kind in a u32 */

struct VicuJournal {
    char *path;
    int fd;
    GMainContext *context;
    VicuJournalSynced synced;
    gpointer user;
    GThreadPool *pool; /* one thread: fdatasync may take a second on a busy disk */
    VicuJournalFigures figures;
    GByteArray *buffer;

    uint64_t under_way; /* upto of the sync that runs; 0: none */
    bool again;         /* asked for while one ran */
    bool failed;

    GByteArray *kept; /* while compacting */

    GMutex lock;
    GCond came_back;
    bool done;
    int result; /* errno of the sync that ran */
};

/* --- bytes --- */

static void
put_u32(uint8_t *at, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(v >> (8 * i));
}

static uint32_t
get_u32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void
frame(GByteArray *out, uint8_t kind, const void *data, size_t size)
{
    uint8_t head[HEADER];
    memcpy(head, MAGIC, 4);
    put_u32(head + 4, (uint32_t)size);
    put_u32(head + 12, kind);
    put_u32(head + 8, vicu_crc32c(vicu_crc32c(0, head + 12, 4), data, size));
    g_byte_array_append(out, head, HEADER);
    g_byte_array_append(out, data, (guint)size);
}

/* Size of the sound record at @at, 0 when there is none. */
static size_t
sound(const uint8_t *at, size_t left)
{
    if (left < HEADER || memcmp(at, MAGIC, 4) != 0)
        return 0;
    uint32_t size = get_u32(at + 4), kind = get_u32(at + 12);
    if (size > VICU_JOURNAL_RECORD_MAX || size > left - HEADER || kind == 0 || kind > 255)
        return 0;
    uint32_t crc = vicu_crc32c(vicu_crc32c(0, at + 12, 4), at + HEADER, size);
    return crc == get_u32(at + 8) ? HEADER + size : 0;
}

size_t
vicu_journal_scan(
    const uint8_t *data, size_t size, VicuJournalRead read, gpointer user, uint64_t *damaged)
{
    size_t at = 0, end = 0;
    uint64_t skipped = 0;
    while (at + HEADER <= size) {
        size_t length = sound(data + at, size - at);
        if (length == 0) {
            at++;
            continue;
        }
        skipped += at - end;
        read((uint8_t)get_u32(data + at + 12), data + at + HEADER, length - HEADER, user);
        at += length;
        end = at;
    }
    if (damaged)
        *damaged = skipped;
    return end;
}

/* --- file --- */

static bool
fail(VicuJournal *self, const char *what, int number, GError **error)
{
    self->failed = true;
    g_set_error(
        error, VICU_ERROR, VICU_ERROR_IO,
        "%s: %s: %s; the journal can no longer be trusted, look at the disk and start again",
        self->path, what, g_strerror(number));
    return false;
}

static bool
write_all(VicuJournal *self, int fd, const uint8_t *data, size_t size, GError **error)
{
    return vicu_file_write(fd, data, size) || fail(self, "write", errno, error);
}

static bool
sync_folder(VicuJournal *self, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(self->path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail(self, "open folder", errno, error);
    int result = fsync(fd) < 0 ? errno : 0;
    close(fd);
    return result == 0 || fail(self, "sync folder", result, error);
}

typedef struct {
    VicuJournal *journal;
    VicuJournalRead read;
    gpointer user;
} Replay;

static void
on_record(uint8_t kind, const uint8_t *data, size_t size, gpointer user)
{
    Replay *replay = user;
    replay->journal->figures.records++;
    replay->read(kind, data, size, replay->user);
}

static bool
replay(VicuJournal *self, VicuJournalRead read, gpointer user, GError **error)
{
    struct stat st;
    if (fstat(self->fd, &st) < 0)
        return fail(self, "stat", errno, error);
    if (st.st_size > (off_t)VICU_JOURNAL_MAX) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO,
                    "%s is %" G_GINT64_FORMAT " bytes, more than the %u a journal may have; put it "
                    "aside to start without what it holds",
                    self->path, (int64_t)st.st_size, VICU_JOURNAL_MAX);
        return false;
    }
    size_t size = (size_t)st.st_size, got = 0;
    g_autofree uint8_t *data = g_malloc(size + 1);
    while (got < size) {
        ssize_t n = pread(self->fd, data + got, size - got, (off_t)got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fail(self, "read", n < 0 ? errno : EIO, error);
        got += (size_t)n;
    }
    Replay r = {self, read, user};
    size_t end = vicu_journal_scan(data, size, on_record, &r, &self->figures.damaged_bytes);
    self->figures.torn_bytes = size - end;
    self->figures.bytes = end;
    if (end < size && ftruncate(self->fd, (off_t)end) < 0)
        return fail(self, "cut off the torn end", errno, error);
    if (lseek(self->fd, (off_t)end, SEEK_SET) < 0)
        return fail(self, "seek", errno, error);
    return true;
}

/* --- sync on the worker --- */

static gboolean
on_done(gpointer data)
{
    VicuJournal *self = data;
    g_mutex_lock(&self->lock);
    bool done = self->done;
    self->done = false;
    int result = self->result;
    g_mutex_unlock(&self->lock);
    if (!done)
        return G_SOURCE_REMOVE;
    uint64_t upto = self->under_way;
    self->under_way = 0;
    g_autoptr(GError) error = NULL;
    if (result != 0)
        fail(self, "sync", result, &error);
    else
        self->figures.synced = MAX(self->figures.synced, upto);
    bool again = self->again && result == 0;
    self->again = false;
    self->synced(self->figures.synced, error, self->user);
    if (again)
        vicu_journal_sync(self);
    return G_SOURCE_REMOVE;
}

static void
run_sync(gpointer data, gpointer user)
{
    VicuJournal *self = user;
    int fd = GPOINTER_TO_INT(data) - 1;
    int result = fdatasync(fd) < 0 ? errno : 0;
    g_mutex_lock(&self->lock);
    self->result = result;
    self->done = true;
    GSource *source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_HIGH);
    g_source_set_callback(source, on_done, self, NULL);
    g_source_attach(source, self->context);
    g_source_unref(source);
    g_cond_signal(&self->came_back);
    g_mutex_unlock(&self->lock);
}

void
vicu_journal_sync(VicuJournal *self)
{
    if (self->failed || self->figures.synced >= self->figures.appended)
        return;
    if (self->under_way) {
        self->again = true;
        return;
    }
    self->under_way = self->figures.appended;
    g_thread_pool_push(self->pool, GINT_TO_POINTER(self->fd + 1), NULL);
}

static void
wait_for_worker(VicuJournal *self)
{
    g_mutex_lock(&self->lock);
    while (self->under_way && !self->done)
        g_cond_wait(&self->came_back, &self->lock);
    g_mutex_unlock(&self->lock);
}

bool
vicu_journal_sync_now(VicuJournal *self, GError **error)
{
    wait_for_worker(self);
    if (self->failed)
        return fail(self, "sync", EIO, error);
    if (fdatasync(self->fd) < 0)
        return fail(self, "sync", errno, error);
    self->figures.synced = self->figures.appended;
    return true;
}

/* --- life --- */

VicuJournal *
vicu_journal_open(const char *path,
                  GMainContext *context,
                  VicuJournalRead read,
                  VicuJournalSynced synced,
                  gpointer user,
                  GError **error)
{
    VicuJournal *self = g_new0(VicuJournal, 1);
    self->path = g_strdup(path);
    self->context = g_main_context_ref(context ? context : g_main_context_default());
    self->synced = synced;
    self->user = user;
    self->buffer = g_byte_array_new();
    g_mutex_init(&self->lock);
    g_cond_init(&self->came_back);
    self->pool = g_thread_pool_new(run_sync, self, 1, TRUE, NULL);
    self->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    bool ok = self->fd >= 0 || fail(self, "open", errno, error);
    if (ok && flock(self->fd, LOCK_EX | LOCK_NB) < 0)
        ok = fail(self, "another process holds it", errno, error);
    ok = ok && replay(self, read, user, error) && vicu_journal_sync_now(self, error)
         && sync_folder(self, error);
    if (!ok)
        g_clear_pointer(&self, vicu_journal_free);
    return self;
}

void
vicu_journal_free(VicuJournal *self)
{
    if (!self)
        return;
    wait_for_worker(self);
    g_thread_pool_free(self->pool, FALSE, TRUE);
    GSource *source;
    while ((source = g_main_context_find_source_by_user_data(self->context, self)))
        g_source_destroy(source);
    if (self->fd >= 0)
        close(self->fd);
    g_mutex_clear(&self->lock);
    g_cond_clear(&self->came_back);
    g_main_context_unref(self->context);
    g_byte_array_unref(self->buffer);
    g_free(self->path);
    g_free(self);
}

uint64_t
vicu_journal_append(VicuJournal *self, uint8_t kind, const void *data, size_t size, GError **error)
{
    if (self->failed || size > VICU_JOURNAL_RECORD_MAX) {
        fail(self, "append", self->failed ? EIO : EMSGSIZE, error);
        return 0;
    }
    g_byte_array_set_size(self->buffer, 0);
    frame(self->buffer, kind, data, size);
    if (!write_all(self, self->fd, self->buffer->data, self->buffer->len, error))
        return 0;
    self->figures.bytes += self->buffer->len;
    return ++self->figures.appended;
}

void
vicu_journal_keep(VicuJournal *self, uint8_t kind, const void *data, size_t size)
{
    g_assert(self->kept && size <= VICU_JOURNAL_RECORD_MAX);
    frame(self->kept, kind, data, size);
}

bool
vicu_journal_compact(VicuJournal *self, VicuJournalWrite write_live, gpointer user, GError **error)
{
    wait_for_worker(self);
    if (self->failed)
        return fail(self, "compact", EIO, error);
    g_autoptr(GByteArray) kept = g_byte_array_new();
    self->kept = kept;
    write_live(self, user);
    self->kept = NULL;
    g_autofree char *path = g_strconcat(self->path, ".new", NULL);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(self, "open the compacted file", errno, error);
    bool ok = flock(fd, LOCK_EX | LOCK_NB) == 0 || fail(self, "lock", errno, error);
    ok = ok && write_all(self, fd, kept->data, kept->len, error);
    if (ok && fdatasync(fd) < 0)
        ok = fail(self, "sync the compacted file", errno, error);
    if (ok && rename(path, self->path) < 0)
        ok = fail(self, "rename the compacted file", errno, error);
    ok = ok && sync_folder(self, error);
    if (!ok) {
        close(fd);
        return false;
    }
    close(self->fd);
    self->fd = fd;
    self->figures.bytes = kept->len;
    self->figures.synced = self->figures.appended;
    self->figures.compactions++;
    return true;
}

void
vicu_journal_figures(const VicuJournal *self, VicuJournalFigures *figures)
{
    *figures = self->figures;
}
