/* Reading the log of groups. Writing it: store/group-slots.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/group-log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/crc32c.h"
#include "common/error.h"
#include "store/group-record.h"

#define OLDER_MAGIC    "vICUgrp1"
#define OLDER_HEADER   40u
#define OLDER_CRC_FROM 12u
#define ANY_MAGIC      "vICUgrp"
#define NOWHERE        UINT32_MAX

/* ---- a record ---- */

bool
store_group_header_read(const uint8_t *p, StoreGroupHeader *header)
{
    if (memcmp(p, STORE_GROUP_MAGIC, 8) != 0
        || vicu_crc32c(0, p, STORE_GROUP_HEADER - 4) != store_le_u32(p + STORE_GROUP_HEADER - 4))
        return false;
    *header = (StoreGroupHeader){
        .crc = store_le_u32(p + 8),
        .size = store_le_u32(p + 12),
        .life = store_le_u64(p + 16),
        .number = store_le_u64(p + 24),
        .sequence = store_le_u64(p + 32),
        .bodies = store_le_u32(p + 40),
        .n_bodies = store_le_u32(p + 44),
    };
    return true;
}

/* As schema 3 wrote it. */
static bool
read_older(const uint8_t *p, size_t left, StoreGroup *group)
{
    if (left < OLDER_HEADER || memcmp(p, OLDER_MAGIC, 8) != 0)
        return false;
    size_t size = store_le_u32(p + OLDER_CRC_FROM);
    if (size > left - OLDER_HEADER
        || vicu_crc32c(0, p + OLDER_CRC_FROM, OLDER_HEADER - OLDER_CRC_FROM + size)
               != store_le_u32(p + 8))
        return false;
    *group = (StoreGroup){
        .life = store_le_u64(p + 16),
        .number = store_le_u64(p + 24),
        .sequence = store_le_u64(p + 32),
        .data = p + OLDER_HEADER,
        .size = size,
        .record = OLDER_HEADER + size,
    };
    return true;
}

/* All bodies are there as the table says. */
static bool
bodies_are_whole(const uint8_t *bodies, const uint8_t *table, const StoreGroupHeader *header)
{
    size_t at = 0;

    for (uint32_t i = 0; i < header->n_bodies; i++, table += STORE_GROUP_TABLE_ROW) {
        size_t size = store_le_u32(table);
        if (size > header->bodies - at
            || vicu_crc32c(0, bodies + at, size) != store_le_u32(table + 4))
            return false;
        at += size;
    }
    return at == header->bodies;
}

bool
store_group_read(const uint8_t *p, size_t left, StoreGroup *group)
{
    StoreGroupHeader header;

    if (left < STORE_GROUP_HEADER || !store_group_header_read(p, &header))
        return read_older(p, left, group);
    uint64_t table_size = (uint64_t)header.n_bodies * STORE_GROUP_TABLE_ROW;
    if (table_size + header.bodies + header.size > left - STORE_GROUP_HEADER)
        return false;
    const uint8_t *bodies = p + STORE_GROUP_HEADER, *table = bodies + header.bodies;
    if (vicu_crc32c(0, table, (size_t)table_size + header.size) != header.crc
        || !bodies_are_whole(bodies, table, &header))
        return false;
    *group = (StoreGroup){
        .life = header.life,
        .number = header.number,
        .sequence = header.sequence,
        .data = table + table_size,
        .size = header.size,
        .record = (size_t)(STORE_GROUP_HEADER + header.bodies + table_size + header.size),
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
            at += group.record;
            continue;
        }
        /* Not even a length can be believed: the next one may begin anywhere. */
        const uint8_t *next = memmem(data + at + 1, size - at - 1, ANY_MAGIC, strlen(ANY_MAGIC));
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

/* ---- files ---- */

static int
by_slot(gconstpointer a, gconstpointer b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

GArray *
store_group_slots(const char *dir)
{
    GArray *slots = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_autoptr(GDir) open = g_dir_open(dir, 0, NULL);
    const char *name;

    while (open != NULL && (name = g_dir_read_name(open)) != NULL) {
        char *end = NULL;
        guint64 slot = g_ascii_strtoull(name, &end, 10);
        uint32_t number = (uint32_t)slot;
        if (g_ascii_isdigit(name[0]) && slot < STORE_GROUP_SLOTS_MAX
            && strcmp(end, STORE_GROUP_SUFFIX) == 0)
            g_array_append_val(slots, number);
    }
    g_array_sort(slots, by_slot);
    return slots;
}

char *
store_group_slot_path(const char *dir, uint32_t slot)
{
    g_autofree char *name = g_strdup_printf("%u" STORE_GROUP_SUFFIX, slot);

    return g_build_filename(dir, name, NULL);
}

/* As many of @size bytes at @at as there are; -1: it failed. */
static ssize_t
read_at(int fd, uint8_t *into, size_t size, uint64_t at)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = pread(fd, into + done, size - done, (off_t)(at + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

bool
store_group_body_read(const char *dir, const StoreBody *body, GByteArray *out, GError **error)
{
    g_autofree char *path = store_group_slot_path(dir, body->slot);
    guint before = out->len;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int code = errno;
    ssize_t n = -1;

    if (fd >= 0) {
        g_byte_array_set_size(out, before + body->size);
        n = read_at(fd, out->data + before, body->size, body->at);
        code = errno;
        close(fd);
    }
    if (n == (ssize_t)body->size && vicu_crc32c(0, out->data + before, body->size) == body->crc)
        return true;
    g_byte_array_set_size(out, before);
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO,
                "store folder %s: a batch of %u bytes at byte %" G_GUINT64_FORMAT
                " of %u" STORE_GROUP_SUFFIX " %s%s: restore the folder from a backup",
                dir, body->size, body->at, body->slot,
                n < 0 ? "cannot be read: " : "is not what was received",
                n < 0 ? g_strerror(code) : "");
    return false;
}

/* ---- what a crash left ---- */

/* A group and where it lies. */
typedef struct {
    StoreGroup group; /* first: what is sorted by */
    uint32_t slot;
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
    uint32_t slot;
    uint32_t later_slot; /* where a group of a later life lies; NOWHERE */
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

/* What the first record of a file says: the others have higher numbers, or are older. */
typedef struct {
    uint32_t slot;
    enum { EMPTY, DOUBTED, SAID } state;
    StoreGroupHeader first;
} Slot;

static bool
slot_failed(const char *path, int code, GError **error)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "the log of groups: %s cannot be read: %s", path,
                g_strerror(code));
    return false;
}

static bool
peek(const char *dir, Slot *slot, GError **error)
{
    g_autofree char *path = store_group_slot_path(dir, slot->slot);
    uint8_t header[STORE_GROUP_HEADER];
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    slot->state = EMPTY;
    if (fd < 0)
        return errno == ENOENT || slot_failed(path, errno, error);
    ssize_t n = read_at(fd, header, sizeof header, 0);
    int code = errno;
    close(fd);
    if (n < 0)
        return slot_failed(path, code, error);
    if (n > 0)
        slot->state = n == STORE_GROUP_HEADER && store_group_header_read(header, &slot->first)
                          ? SAID
                          : DOUBTED;
    return true;
}

/* It may have a group of the life above @least, or one of a later life. */
static bool
is_asked(const Slot *slot, uint64_t life, uint64_t least)
{
    if (slot->state != SAID)
        return slot->state == DOUBTED;
    return slot->first.life == life ? slot->first.number >= least
                                    : (int64_t)(slot->first.life - life) > 0;
}

/* Number of the first group in the file where what follows @after begins. */
static uint64_t
first_asked(const Slot *slots, guint n, uint64_t life, uint64_t after)
{
    uint64_t least = 0;

    for (guint i = 0; i < n; i++)
        if (slots[i].state == SAID && slots[i].first.life == life
            && slots[i].first.number <= after + 1)
            least = MAX(least, slots[i].first.number);
    return least;
}

static bool
read_slot(StoreGroupTail *self, const char *dir, Collect *to, GError **error)
{
    g_autofree char *path = store_group_slot_path(dir, to->slot);
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
    return true;
}

static bool
read_slots(StoreGroupTail *self, const char *dir, Collect *to, GError **error)
{
    g_autoptr(GArray) numbers = store_group_slots(dir);
    g_autofree Slot *slots = g_new0(Slot, numbers->len);

    for (guint i = 0; i < numbers->len; i++) {
        slots[i].slot = g_array_index(numbers, uint32_t, i);
        if (!peek(dir, &slots[i], error))
            return false;
    }
    uint64_t least = first_asked(slots, numbers->len, to->life, to->after);
    for (guint i = 0; i < numbers->len; i++) {
        to->slot = slots[i].slot;
        if (is_asked(&slots[i], to->life, least) && !read_slot(self, dir, to, error))
            return false;
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
    if (c->later_slot != NOWHERE)
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
    Collect to = {found, life, after, 0, NOWHERE};

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
