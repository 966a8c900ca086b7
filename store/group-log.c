/* SPDX-License-Identifier: Apache-2.0 */
#include "store/group-log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "common/crc32c.h"
#include "common/error.h"
#include "common/folder.h"

#define MAGIC    "vICUgrp1"
#define CRC_FROM 12u

typedef struct {
    int fd;
    size_t at;     /* the next group begins here */
    uint64_t last; /* number of the newest group; 0: none of this life */
} Slot;

struct StoreGroupLog {
    char *dir;
    uint64_t life;
    size_t slot_bytes;
    bool sync;
    Slot slots[STORE_GROUP_SLOTS];
    unsigned n_slots;
    unsigned current;
};

static uint64_t
get_u64(const uint8_t *p)
{
    uint64_t le;
    memcpy(&le, p, sizeof le);
    return GUINT64_FROM_LE(le);
}

static uint32_t
get_u32(const uint8_t *p)
{
    uint32_t le;
    memcpy(&le, p, sizeof le);
    return GUINT32_FROM_LE(le);
}

static void
set_u64(uint8_t *p, uint64_t value)
{
    uint64_t le = GUINT64_TO_LE(value);
    memcpy(p, &le, sizeof le);
}

static void
set_u32(uint8_t *p, uint32_t value)
{
    uint32_t le = GUINT32_TO_LE(value);
    memcpy(p, &le, sizeof le);
}

/* ---- reading ---- */

bool
store_group_read(const uint8_t *p, size_t left, StoreGroup *group)
{
    if (left < STORE_GROUP_HEADER || memcmp(p, MAGIC, 8) != 0)
        return false;
    size_t size = get_u32(p + CRC_FROM);
    if (size > left - STORE_GROUP_HEADER
        || vicu_crc32c(0, p + CRC_FROM, STORE_GROUP_HEADER - CRC_FROM + size) != get_u32(p + 8))
        return false;
    *group = (StoreGroup){
        .life = get_u64(p + 16),
        .number = get_u64(p + 24),
        .sequence = get_u64(p + 32),
        .data = p + STORE_GROUP_HEADER,
        .size = size,
    };
    return true;
}

void
store_group_each(const uint8_t *data, size_t size, StoreGroupFunc func, gpointer user)
{
    size_t at = 0;
    StoreGroup group;

    while (at < size) {
        if (store_group_read(data + at, size - at, &group)) {
            func(&group, at, user);
            at += STORE_GROUP_HEADER + group.size;
            continue;
        }
        /* Not even a length can be believed: the next one may begin anywhere. */
        const uint8_t *next = memmem(data + at + 1, size - at - 1, MAGIC, 8);
        at = next != NULL ? (size_t)(next - data) : size;
    }
}

uint64_t
store_group_next_life(uint64_t life)
{
    do
        life +=
            (life == 0 ? (uint64_t)g_random_int_range(1, G_MAXINT32) << 32 : 1) + g_random_int();
    while (life == 0);
    return life;
}

/* ---- what a crash left ---- */

/* A group and where it lies. */
typedef struct {
    StoreGroup group; /* first: what is sorted by */
    unsigned slot;
    size_t at;
} Found;

static int
by_number(gconstpointer pa, gconstpointer pb)
{
    const Found *a = pa, *b = pb;

    return (a->group.number > b->group.number) - (a->group.number < b->group.number);
}

typedef struct {
    GArray *found; /* Found */
    uint64_t life;
    uint64_t after;
    unsigned slot;
    unsigned later_slot; /* where a group of a later life lies; STORE_GROUP_SLOTS: nowhere */
} Collect;

static void
collect(const StoreGroup *group, size_t at, gpointer user)
{
    Collect *c = user;
    Found found = {*group, c->slot, at};

    if (group->life == c->life && group->number > c->after)
        g_array_append_val(c->found, found);
    if ((int64_t)(group->life - c->life) > 0)
        c->later_slot = MIN(c->later_slot, c->slot);
}

static char *
slot_path(const char *dir, unsigned slot)
{
    g_autofree char *name = g_strdup_printf("%u" STORE_GROUP_SUFFIX, slot);

    return g_build_filename(dir, name, NULL);
}

static bool
read_slots(StoreGroupTail *self, const char *dir, Collect *to, GError **error)
{
    for (unsigned slot = 0; slot < STORE_GROUP_SLOTS; slot++) {
        to->slot = slot;
        g_autofree char *path = slot_path(dir, slot);
        g_autoptr(GError) why = NULL;
        char *text = NULL;
        gsize size = 0;
        if (g_file_get_contents(path, &text, &size, &why)) {
            g_ptr_array_add(self->texts, text);
            store_group_each((const uint8_t *)text, size, collect, to);
        } else if (!g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
            g_propagate_prefixed_error(error, g_steal_pointer(&why), "the log of groups: ");
            return false;
        }
    }
    return true;
}

/* Those that follow each other from @after on are taken. Their number. */
static guint
take(StoreGroupTail *self, GArray *found, uint64_t after)
{
    guint n = 0;

    g_array_sort(found, by_number);
    for (; n < found->len; n++) {
        const Found *next = &g_array_index(found, Found, n);
        if (next->group.number != after + 1 + n)
            break;
        g_array_append_val(self->groups, next->group);
    }
    return n;
}

#define LOST                                                                                       \
    "Senders are asked for what they still have; audit records, and what was sealed or trimmed "   \
    "meanwhile, are lost: look at the disk, and compare with the last backup"

/* What was left. NULL: nothing. */
static char *
damage_of(const Collect *c, guint taken)
{
    if (taken < c->found->len) {
        const Found *behind = &g_array_index(c->found, Found, taken);
        return g_strdup_printf(
            "log %u" STORE_GROUP_SUFFIX " is damaged before byte %zu (group %" G_GUINT64_FORMAT
            "), and whole behind it: what was written to the database from there on is gone. " LOST,
            behind->slot, behind->at, c->after + 1 + taken);
    }
    if (c->later_slot < STORE_GROUP_SLOTS)
        return g_strdup_printf(
            "log %u" STORE_GROUP_SUFFIX
            " was written later than what the database knows of it: the "
            "database has lost its newest files, or is an older copy, and what was written to it "
            "since is gone. " LOST,
            c->later_slot);
    return NULL;
}

StoreGroupTail *
store_group_tail_read(const char *dir, uint64_t life, uint64_t after, GError **error)
{
    g_autoptr(StoreGroupTail) self = g_new0(StoreGroupTail, 1);
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Found));
    Collect to = {found, life, after, 0, STORE_GROUP_SLOTS};

    self->groups = g_array_new(FALSE, FALSE, sizeof(StoreGroup));
    self->texts = g_ptr_array_new_with_free_func(g_free);
    if (!read_slots(self, dir, &to, error))
        return NULL;
    self->damage = damage_of(&to, take(self, found, after));
    return g_steal_pointer(&self);
}

void
store_group_tail_free(StoreGroupTail *self)
{
    if (self == NULL)
        return;
    g_array_unref(self->groups);
    g_ptr_array_unref(self->texts);
    g_free(self->damage);
    g_free(self);
}

/* ---- writing ---- */

static bool
failed(const StoreGroupLog *self, unsigned slot, const char *what, GError **error)
{
    int code = errno;

    g_set_error(error, VICU_ERROR, VICU_ERROR_IO,
                "store folder %s: %u" STORE_GROUP_SUFFIX " cannot be %s: %s", self->dir, slot, what,
                g_strerror(code));
    return false;
}

static bool
open_slot(StoreGroupLog *self, unsigned slot, bool make, GError **error)
{
    g_autofree char *path = slot_path(self->dir, slot);
    int fd = open(path, O_WRONLY | O_CLOEXEC | (make ? O_CREAT : 0), 0600);

    if (fd < 0 && !make && errno == ENOENT)
        return true;
    if (fd < 0)
        return failed(self, slot, "opened", error);
    self->slots[self->n_slots++] = (Slot){.fd = fd};
    return !make || !self->sync || vicu_folder_sync(self->dir, error);
}

StoreGroupLog *
store_group_log_new(const char *dir, uint64_t life, size_t slot_bytes, bool sync, GError **error)
{
    g_autoptr(StoreGroupLog) self = g_new0(StoreGroupLog, 1);

    self->dir = g_strdup(dir);
    self->life = life;
    self->slot_bytes = slot_bytes;
    self->sync = sync;
    for (unsigned slot = 0; slot < STORE_GROUP_SLOTS && self->n_slots == slot; slot++)
        if (!open_slot(self, slot, slot == 0, error))
            return NULL;
    return g_steal_pointer(&self);
}

void
store_group_log_free(StoreGroupLog *self)
{
    if (self == NULL)
        return;
    for (unsigned slot = 0; slot < self->n_slots; slot++)
        close(self->slots[slot].fd); /* what counts was synced */
    g_free(self->dir);
    g_free(self);
}

bool
store_group_log_fits(const StoreGroupLog *self, size_t size)
{
    const Slot *slot = &self->slots[self->current];

    return slot->at == 0 || slot->at + STORE_GROUP_HEADER + size <= self->slot_bytes;
}

/* From its beginning. One that a large group has made long is cut: files stay small. */
static bool
use_again(StoreGroupLog *self, unsigned slot, GError **error)
{
    struct stat st;

    if (fstat(self->slots[slot].fd, &st) != 0)
        return failed(self, slot, "looked at", error);
    if ((size_t)st.st_size > self->slot_bytes
        && ftruncate(self->slots[slot].fd, (off_t)self->slot_bytes) != 0)
        return failed(self, slot, "cut", error);
    self->slots[slot].at = 0;
    self->slots[slot].last = 0;
    self->current = slot;
    return true;
}

bool
store_group_log_turn(
    StoreGroupLog *self, size_t size, uint64_t in_files, bool *full, GError **error)
{
    *full = false;
    if (store_group_log_fits(self, size))
        return true;
    for (unsigned slot = 0; slot < self->n_slots; slot++)
        if (self->slots[slot].last <= in_files)
            return use_again(self, slot, error);
    *full = self->n_slots == STORE_GROUP_SLOTS;
    if (*full)
        return true;
    self->current = self->n_slots;
    return open_slot(self, self->n_slots, true, error);
}

static bool
write_at(int fd, struct iovec *parts, int n, off_t at)
{
    while (n > 0) {
        ssize_t done = pwritev(fd, parts, n, at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return false;
        at += done;
        for (; n > 0 && (size_t)done >= parts->iov_len; parts++, n--)
            done -= (ssize_t)parts->iov_len;
        if (n > 0) {
            parts->iov_base = (uint8_t *)parts->iov_base + done;
            parts->iov_len -= (size_t)done;
        }
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
    Slot *slot = &self->slots[self->current];
    uint8_t header[STORE_GROUP_HEADER];
    struct iovec parts[] = {{header, sizeof header}, {(void *)data, size}};

    g_assert(store_group_log_fits(self, size) && size <= UINT32_MAX);
    memcpy(header, MAGIC, 8);
    set_u32(header + CRC_FROM, (uint32_t)size);
    set_u64(header + 16, self->life);
    set_u64(header + 24, number);
    set_u64(header + 32, sequence);
    uint32_t crc = vicu_crc32c(0, header + CRC_FROM, sizeof header - CRC_FROM);
    set_u32(header + 8, vicu_crc32c(crc, data, size));
    if (!write_at(slot->fd, parts, G_N_ELEMENTS(parts), (off_t)slot->at))
        return failed(self, self->current, "written", error);
    if (self->sync && fdatasync(slot->fd) != 0)
        return failed(self, self->current, "synced", error);
    slot->at += sizeof header + size;
    slot->last = number;
    return true;
}
