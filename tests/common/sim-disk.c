/* A disk that forgets.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/common/sim-disk.h"

#include <errno.h>
#include <string.h>

typedef struct {
    uint64_t offset;
    GBytes *bytes;
} Write;

typedef struct {
    int refs;
    GByteArray *now;
    GByteArray *durable;
    GPtrArray *unsynced; /* Write */
} File;

typedef struct {
    char *name;
    File *now;     /* NULL: removed */
    File *durable; /* NULL: not there yet */
} Name;

struct SimDisk {
    SimRandom *random;
    GPtrArray *names;
    GPtrArray *handles; /* File, NULL where closed */
    uint64_t capacity;
    bool fails_sync;
    bool failed;
};

static void
free_write(gpointer data)
{
    g_bytes_unref(((Write *)data)->bytes);
    g_free(data);
}

static File *
file_new(void)
{
    File *file = g_new0(File, 1);
    file->refs = 1;
    file->now = g_byte_array_new();
    file->durable = g_byte_array_new();
    file->unsynced = g_ptr_array_new_with_free_func(free_write);
    return file;
}

static File *
file_ref(File *file)
{
    if (file)
        file->refs++;
    return file;
}

static void
file_unref(File *file)
{
    if (!file || --file->refs > 0)
        return;
    g_byte_array_unref(file->now);
    g_byte_array_unref(file->durable);
    g_ptr_array_unref(file->unsynced);
    g_free(file);
}

static void
free_name(gpointer data)
{
    Name *name = data;
    file_unref(name->now);
    file_unref(name->durable);
    g_free(name->name);
    g_free(name);
}

SimDisk *
sim_disk_new(SimRandom *random)
{
    SimDisk *self = g_new0(SimDisk, 1);
    self->random = random;
    self->names = g_ptr_array_new_with_free_func(free_name);
    self->handles = g_ptr_array_new();
    return self;
}

void
sim_disk_free(SimDisk *self)
{
    if (!self)
        return;
    sim_disk_kill(self);
    g_ptr_array_unref(self->names);
    g_ptr_array_unref(self->handles);
    g_free(self);
}

static Name *
find(const SimDisk *self, const char *name)
{
    for (guint i = 0; i < self->names->len; i++) {
        Name *entry = g_ptr_array_index(self->names, i);
        if (strcmp(entry->name, name) == 0)
            return entry;
    }
    return NULL;
}

static void
put(GByteArray *into, uint64_t offset, const void *from, size_t len)
{
    if (into->len < offset + len) {
        guint before = into->len;
        g_byte_array_set_size(into, (guint)(offset + len));
        memset(into->data + before, 0, into->len - before);
    }
    if (len > 0)
        memcpy(into->data + offset, from, len);
}

static void
make_durable(File *file)
{
    g_byte_array_set_size(file->durable, 0);
    g_byte_array_append(file->durable, file->now->data, file->now->len);
    g_ptr_array_set_size(file->unsynced, 0);
}

SimDisk *
sim_disk_copy(const SimDisk *self, SimRandom *random)
{
    SimDisk *copy = sim_disk_new(random);
    for (guint i = 0; i < self->names->len; i++) {
        const Name *from = g_ptr_array_index(self->names, i);
        if (!from->now)
            continue;
        Name *to = g_new0(Name, 1);
        to->name = g_strdup(from->name);
        to->now = file_new();
        g_byte_array_append(to->now->now, from->now->now->data, from->now->now->len);
        make_durable(to->now);
        to->durable = file_ref(to->now);
        g_ptr_array_add(copy->names, to);
    }
    return copy;
}

/* ---- what the spool asks ---- */

static int
disk_open(gpointer disk, const char *name, bool create)
{
    SimDisk *self = disk;
    Name *entry = find(self, name);
    if ((!entry || !entry->now) && !create)
        return -ENOENT;
    if (!entry) {
        entry = g_new0(Name, 1);
        entry->name = g_strdup(name);
        g_ptr_array_add(self->names, entry);
    }
    if (!entry->now)
        entry->now = file_new();
    g_ptr_array_add(self->handles, file_ref(entry->now));
    return (int)self->handles->len - 1;
}

static File *
file_of(SimDisk *self, int handle)
{
    g_assert(handle >= 0 && (guint)handle < self->handles->len);
    File *file = g_ptr_array_index(self->handles, handle);
    g_assert(file);
    return file;
}

static void
disk_close(gpointer disk, int handle)
{
    SimDisk *self = disk;
    file_unref(file_of(self, handle));
    g_ptr_array_index(self->handles, handle) = NULL;
}

static int64_t
disk_size(gpointer disk, int handle)
{
    return file_of(disk, handle)->now->len;
}

static int64_t
disk_read(gpointer disk, int handle, uint64_t offset, void *into, size_t len)
{
    const GByteArray *now = file_of(disk, handle)->now;
    if (offset >= now->len)
        return 0;
    size_t n = MIN(len, now->len - offset);
    memcpy(into, now->data + offset, n);
    return (int64_t)n;
}

static uint64_t
used(const SimDisk *self)
{
    uint64_t bytes = 0;
    for (guint i = 0; i < self->names->len; i++) {
        const Name *entry = g_ptr_array_index(self->names, i);
        bytes += entry->now ? entry->now->now->len : 0;
    }
    return bytes;
}

static int
disk_write(gpointer disk, int handle, uint64_t offset, const VicuSpoolPart *parts, size_t n)
{
    SimDisk *self = disk;
    g_autoptr(GByteArray) joined = g_byte_array_new();
    for (size_t i = 0; i < n; i++)
        g_byte_array_append(joined, parts[i].data, (guint)parts[i].size);
    const void *from = joined->data;
    size_t len = joined->len;
    File *file = file_of(self, handle);
    uint64_t end = offset + len;
    if (self->capacity > 0 && end > file->now->len
        && used(self) + (end - file->now->len) > self->capacity) {
        /* As much as there is room for, which tears what is written. */
        size_t part = (size_t)sim_between(self->random, 0, (int64_t)len / 2);
        put(file->now, offset, from, part);
        self->failed = true;
        return -ENOSPC;
    }
    put(file->now, offset, from, len);
    Write *write = g_new0(Write, 1);
    write->offset = offset;
    write->bytes = g_bytes_new(from, len);
    g_ptr_array_add(file->unsynced, write);
    return 0;
}

static int
disk_sync(gpointer disk, int handle)
{
    SimDisk *self = disk;
    File *file = file_of(self, handle);
    if (self->fails_sync) {
        self->fails_sync = false;
        self->failed = true;
        return -EIO;
    }
    make_durable(file);
    return 0;
}

static int
disk_unlink(gpointer disk, const char *name)
{
    Name *entry = find(disk, name);
    if (!entry || !entry->now)
        return -ENOENT;
    file_unref(g_steal_pointer(&entry->now));
    return 0;
}

static int
disk_sync_folder(gpointer disk)
{
    SimDisk *self = disk;
    for (guint i = self->names->len; i > 0; i--) {
        Name *entry = g_ptr_array_index(self->names, i - 1);
        file_unref(entry->durable);
        entry->durable = file_ref(entry->now);
        if (!entry->now)
            g_ptr_array_remove_index(self->names, i - 1);
    }
    return 0;
}

static GPtrArray *
disk_list(gpointer disk)
{
    return sim_disk_names(disk);
}

const VicuSpoolFiles *
sim_disk_files(void)
{
    static const VicuSpoolFiles files = {
        .open = disk_open,
        .close = disk_close,
        .size = disk_size,
        .read = disk_read,
        .write = disk_write,
        .sync = disk_sync,
        .unlink = disk_unlink,
        .sync_folder = disk_sync_folder,
        .list = disk_list,
    };
    return &files;
}

/* ---- what happens to it ---- */

void
sim_disk_kill(SimDisk *self)
{
    for (guint i = 0; i < self->handles->len; i++)
        file_unref(g_ptr_array_index(self->handles, i));
    g_ptr_array_set_size(self->handles, 0);
}

static void
lose_unsynced(SimDisk *self, File *file)
{
    g_byte_array_set_size(file->now, 0);
    g_byte_array_append(file->now, file->durable->data, file->durable->len);
    /* Pages go to disk in any order, or not at all. */
    bool in_order = sim_chance(self->random, 500000);
    for (guint i = 0; i < file->unsynced->len; i++) {
        const Write *write = g_ptr_array_index(file->unsynced, i);
        gsize len;
        const void *from = g_bytes_get_data(write->bytes, &len);
        if (sim_chance(self->random, 400000)) {
            put(file->now, write->offset, from, len);
        } else if (sim_chance(self->random, 400000)) {
            put(file->now, write->offset, from, (size_t)sim_between(self->random, 0, (int64_t)len));
            if (in_order)
                break;
        } else if (in_order) {
            break;
        }
    }
    make_durable(file);
}

void
sim_disk_power_cut(SimDisk *self)
{
    sim_disk_kill(self);
    for (guint i = self->names->len; i > 0; i--) {
        Name *entry = g_ptr_array_index(self->names, i - 1);
        if (entry->now != entry->durable) {
            File *kept = sim_chance(self->random, 500000) ? entry->now : entry->durable;
            file_ref(kept);
            file_unref(entry->now);
            file_unref(entry->durable);
            entry->now = kept;
            entry->durable = file_ref(kept);
        }
        if (entry->now)
            lose_unsynced(self, entry->now);
        else
            g_ptr_array_remove_index(self->names, i - 1);
    }
}

void
sim_disk_lose(SimDisk *self)
{
    sim_disk_kill(self);
    g_ptr_array_set_size(self->names, 0);
}

void
sim_disk_set_capacity(SimDisk *self, uint64_t bytes)
{
    self->capacity = bytes;
}

void
sim_disk_fail_sync(SimDisk *self)
{
    self->fails_sync = true;
}

bool
sim_disk_take_failed(SimDisk *self)
{
    bool failed = self->failed;
    self->failed = false;
    return failed;
}

void
sim_disk_truncate(SimDisk *self, const char *name, uint64_t size)
{
    Name *entry = find(self, name);
    g_assert(entry && entry->now && size <= entry->now->now->len);
    g_byte_array_set_size(entry->now->now, (guint)size);
    make_durable(entry->now);
}

void
sim_disk_flip(SimDisk *self, const char *name, uint64_t offset)
{
    Name *entry = find(self, name);
    g_assert(entry && entry->now && offset < entry->now->now->len);
    entry->now->now->data[offset] ^= 0x10;
    make_durable(entry->now);
}

uint64_t
sim_disk_file_size(const SimDisk *self, const char *name)
{
    const Name *entry = find(self, name);
    return entry && entry->now ? entry->now->now->len : 0;
}

GPtrArray *
sim_disk_names(const SimDisk *self)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < self->names->len; i++) {
        const Name *entry = g_ptr_array_index(self->names, i);
        if (entry->now)
            g_ptr_array_add(names, g_strdup(entry->name));
    }
    return names;
}
