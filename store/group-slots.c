/* Writing the log of groups: what waits for the next record, and which file it goes to.
 *
 * Bodies and group gather in memory that fits the file system's blocks, and go to the disk past
 * the page cache: nobody reads them soon, and to make a page of it dirty and clean again costs
 * more than the write. Where that is not to be had, the page cache takes them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/crc32c.h"
#include "common/error.h"
#include "common/folder.h"
#include "store/group-record.h"

#define SPARE 16 /* files that are needed no more, and kept to be written over */

typedef struct {
    uint64_t last;   /* number of the newest group; 0: none of this life */
    uint64_t newest; /* batch with a body in it; 0: none */
    uint64_t bytes;  /* the next group begins here */
    bool there;
} Slot;

struct StoreGroupLog {
    char *dir;
    uint64_t life;
    size_t slot_bytes;
    bool sync;
    GArray *slots; /* Slot */
    uint32_t current;
    int fd; /* of the current one */
    /* What waits: the header's place, and bodies. */
    uint8_t *data;
    size_t size, room;
    GArray *table; /* uint32_t: bytes and checksum of each body */
    uint64_t newest;
};

static Slot *
slot_at(const StoreGroupLog *self, uint32_t slot)
{
    return &g_array_index(self->slots, Slot, slot);
}

static bool
failed(const StoreGroupLog *self, uint32_t slot, const char *what, GError **error)
{
    int code = errno;

    g_set_error(error, VICU_ERROR, VICU_ERROR_IO,
                "store folder %s: %u" STORE_GROUP_SUFFIX " cannot be %s: %s", self->dir, slot, what,
                g_strerror(code));
    return false;
}

/* ---- what waits ---- */

static void
make_room(StoreGroupLog *self, size_t more)
{
    void *data = NULL;

    if (self->size + more <= self->room)
        return;
    size_t room = MAX(self->room * 2, self->size + more + 64 * STORE_GROUP_BLOCK);
    room -= room % STORE_GROUP_BLOCK;
    if (posix_memalign(&data, STORE_GROUP_BLOCK, room) != 0)
        g_error("no memory for %zu bytes of the log", room); /* as g_malloc() does */
    if (self->size > 0)
        memcpy(data, self->data, self->size);
    free(self->data);
    self->data = data;
    self->room = room;
}

static void
append(StoreGroupLog *self, const void *data, size_t size)
{
    make_room(self, size);
    if (size > 0)
        memcpy(self->data + self->size, data, size);
    self->size += size;
}

static void
begin_record(StoreGroupLog *self)
{
    self->size = 0;
    make_room(self, STORE_GROUP_HEADER);
    memset(self->data, 0, STORE_GROUP_HEADER);
    self->size = STORE_GROUP_HEADER;
    g_array_set_size(self->table, 0);
    self->newest = 0;
}

StoreBody
store_group_log_put(StoreGroupLog *self, uint64_t batch, const void *body, size_t size)
{
    StoreBody where = {
        .slot = self->current,
        .size = (uint32_t)size,
        .at = slot_at(self, self->current)->bytes + self->size,
        .crc = vicu_crc32c(0, body, size),
    };
    uint32_t row[] = {GUINT32_TO_LE(where.size), GUINT32_TO_LE(where.crc)};

    g_assert(size <= UINT32_MAX - self->size);
    append(self, body, size);
    g_array_append_vals(self->table, row, G_N_ELEMENTS(row));
    self->newest = MAX(self->newest, batch);
    return where;
}

/* Header, table and group around the bodies; zeros up to the end of the block. */
static void
finish_record(
    StoreGroupLog *self, uint64_t number, uint64_t sequence, const void *data, size_t size)
{
    static const uint8_t zeros[STORE_GROUP_BLOCK];
    size_t bodies = self->size - STORE_GROUP_HEADER, table = self->size;

    append(self, self->table->data, self->table->len * sizeof(uint32_t));
    append(self, data, size);
    uint32_t crc = vicu_crc32c(0, self->data + table, self->size - table);
    append(self, zeros, (STORE_GROUP_BLOCK - self->size % STORE_GROUP_BLOCK) % STORE_GROUP_BLOCK);
    uint8_t *header = self->data;
    memcpy(header, STORE_GROUP_MAGIC, 8);
    store_le_set_u32(header + 8, crc);
    store_le_set_u32(header + 12, (uint32_t)size);
    store_le_set_u64(header + 16, self->life);
    store_le_set_u64(header + 24, number);
    store_le_set_u64(header + 32, sequence);
    store_le_set_u32(header + 40, (uint32_t)bodies);
    store_le_set_u32(header + 44, self->table->len / 2);
    store_le_set_u32(header + STORE_GROUP_HEADER - 4,
                     vicu_crc32c(0, header, STORE_GROUP_HEADER - 4));
}

static bool
write_at(int fd, const uint8_t *data, size_t size, uint64_t at)
{
    while (size > 0) {
        ssize_t done = pwrite(fd, data, size, (off_t)at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return false;
        at += (uint64_t)done;
        data += done;
        size -= (size_t)done;
    }
    return true;
}

bool
store_group_log_append(StoreGroupLog *self,
                       uint64_t number,
                       uint64_t sequence,
                       const void *data,
                       size_t size,
                       GError **error)
{
    Slot *slot = slot_at(self, self->current);

    g_assert(size <= UINT32_MAX);
    finish_record(self, number, sequence, data, size);
    if (!write_at(self->fd, self->data, self->size, slot->bytes))
        return failed(self, self->current, "written", error);
    if (self->sync && fdatasync(self->fd) != 0)
        return failed(self, self->current, "synced", error);
    slot->bytes += self->size;
    slot->last = number;
    slot->newest = MAX(slot->newest, self->newest);
    begin_record(self);
    return true;
}

/* ---- files ---- */

static void
close_slot(StoreGroupLog *self)
{
    if (self->fd >= 0)
        close(self->fd); /* what counts was synced */
    self->fd = -1;
}

/* A checkpoint has it, too: it keeps the bytes, and the log a name for new ones. */
static bool
let_go_of_links(const StoreGroupLog *self, uint32_t slot, const char *path, GError **error)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return errno == ENOENT || failed(self, slot, "looked at", error);
    return st.st_nlink == 1 || unlink(path) == 0 || failed(self, slot, "given up", error);
}

static bool
open_slot(StoreGroupLog *self, uint32_t slot, GError **error)
{
    const int flags = O_WRONLY | O_CLOEXEC | O_CREAT;
    g_autofree char *path = store_group_slot_path(self->dir, slot);
    struct stat st;

    close_slot(self);
    if (!let_go_of_links(self, slot, path, error))
        return false;
    bool there = access(path, F_OK) == 0;
    /* What is not to be durable has no business beyond the page cache. */
    self->fd = open(path, flags | (self->sync ? O_DIRECT : 0), 0600);
    if (self->fd < 0 && errno == EINVAL)
        self->fd = open(path, flags, 0600);
    if (self->fd < 0)
        return failed(self, slot, "opened", error);
    if (fstat(self->fd, &st) != 0)
        return failed(self, slot, "looked at", error);
    /* One that a large group has made long is cut: files stay small. */
    if ((size_t)st.st_size > 2 * self->slot_bytes
        && ftruncate(self->fd, (off_t)self->slot_bytes) != 0)
        return failed(self, slot, "cut", error);
    *slot_at(self, slot) = (Slot){.there = true};
    self->current = slot;
    return there || !self->sync || vicu_folder_sync(self->dir, error);
}

static bool
is_done(const Slot *slot, StoreGroupDone done)
{
    return slot->last <= done.group && (slot->newest == 0 || slot->newest < done.batch);
}

/* Those that a burst, or a long wait, has made beyond what is needed. */
static void
remove_spare(StoreGroupLog *self, StoreGroupDone done)
{
    unsigned spare = 0;

    for (uint32_t i = 0; i < self->slots->len; i++) {
        Slot *slot = slot_at(self, i);
        if (i == self->current || !slot->there || !is_done(slot, done) || ++spare <= SPARE)
            continue;
        g_autofree char *path = store_group_slot_path(self->dir, i);
        slot->there = unlink(path) != 0;
    }
}

bool
store_group_log_turn(StoreGroupLog *self, StoreGroupDone done, GError **error)
{
    uint32_t slot = 0;

    g_assert(self->table->len == 0);
    while (slot < self->slots->len && !is_done(slot_at(self, slot), done))
        slot++;
    if (slot == self->slots->len)
        g_array_set_size(self->slots, slot + 1);
    if (!open_slot(self, slot, error))
        return false;
    remove_spare(self, done);
    return true;
}

/* What earlier lives have left. */
static void
find_slots(StoreGroupLog *self, const GArray *newest)
{
    g_autoptr(GArray) numbers = store_group_slots(self->dir);

    for (guint i = 0; i < numbers->len; i++) {
        uint32_t number = g_array_index(numbers, uint32_t, i);
        g_autofree char *path = store_group_slot_path(self->dir, number);
        struct stat st = {0};
        if (number >= self->slots->len)
            g_array_set_size(self->slots, number + 1);
        if (stat(path, &st) == 0)
            *slot_at(self, number) = (Slot){
                .newest = number < newest->len ? g_array_index(newest, uint64_t, number) : 0,
                .bytes = (uint64_t)st.st_size,
                .there = true,
            };
    }
}

StoreGroupLog *
store_group_log_new(const char *dir,
                    uint64_t life,
                    size_t slot_bytes,
                    bool sync,
                    const GArray *newest,
                    StoreGroupDone done,
                    GError **error)
{
    g_autoptr(StoreGroupLog) self = g_new0(StoreGroupLog, 1);

    self->dir = g_strdup(dir);
    self->life = life;
    self->slot_bytes = slot_bytes;
    self->sync = sync;
    self->fd = -1;
    self->slots = g_array_new(FALSE, TRUE, sizeof(Slot));
    self->table = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    find_slots(self, newest);
    begin_record(self);
    return store_group_log_turn(self, done, error) ? g_steal_pointer(&self) : NULL;
}

void
store_group_log_free(StoreGroupLog *self)
{
    if (self == NULL)
        return;
    close_slot(self);
    free(self->data);
    g_array_unref(self->slots);
    g_array_unref(self->table);
    g_free(self->dir);
    g_free(self);
}

bool
store_group_log_is_full(const StoreGroupLog *self)
{
    return slot_at(self, self->current)->bytes >= self->slot_bytes;
}

uint64_t
store_group_log_beyond(const StoreGroupLog *self, uint64_t in_files)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < self->slots->len; i++)
        if (slot_at(self, i)->last > in_files)
            bytes += slot_at(self, i)->bytes;
    return bytes;
}

uint64_t
store_group_log_kept(const StoreGroupLog *self, uint64_t batch)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < self->slots->len; i++)
        if (slot_at(self, i)->newest >= MAX(batch, 1))
            bytes += slot_at(self, i)->bytes;
    return bytes;
}

bool
store_group_log_link(StoreGroupLog *self, uint64_t batch, const char *to, GError **error)
{
    for (uint32_t i = 0; i < self->slots->len; i++) {
        const Slot *slot = slot_at(self, i);
        if (!slot->there || slot->newest < MAX(batch, 1))
            continue;
        g_autofree char *path = store_group_slot_path(self->dir, i);
        g_autofree char *link_path = store_group_slot_path(to, i);
        if (link(path, link_path) != 0)
            return failed(self, i, "linked", error);
    }
    return true;
}
