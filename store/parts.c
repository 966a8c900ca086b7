/* SPDX-License-Identifier: Apache-2.0 */
#include "store/parts.h"

#include <string.h>

#include "common/error.h"

struct StoreParts {
    StoreDb *db;
    GArray *all;  /* StorePart, by begin */
    GArray *gone; /* StorePart: their files are still there */
    uint64_t serial;
};

static StoreKey
row_key(StoreTier tier, int64_t period)
{
    StoreKey key = {0};

    store_key_u8(&key, STORE_META_PART);
    store_key_u8(&key, (uint8_t)tier);
    store_key_time(&key, period);
    return key;
}

void
store_part_range(const StorePart *part, StoreKey *first, StoreKey *last)
{
    *first = *last = store_part_key(part->tier, part->period, part->generation);
    memset(last->data + last->size, 0xff, STORE_PLACE_KEY + 1);
    last->size += STORE_PLACE_KEY + 1;
}

/* Index of the first part that ends after @minute. */
static guint
index_of(const StoreParts *self, int64_t minute)
{
    guint low = 0, high = self->all->len;

    while (low < high) {
        guint middle = (low + high) / 2;
        if (g_array_index(self->all, StorePart, middle).end <= minute)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const StorePart *
store_parts_find(const StoreParts *self, int64_t minute)
{
    guint i = index_of(self, minute);

    return i < self->all->len ? &g_array_index(self->all, StorePart, i) : NULL;
}

const StorePart *
store_parts_at(const StoreParts *self, int64_t minute)
{
    const StorePart *part = store_parts_find(self, minute);

    return part != NULL && part->begin <= minute ? part : NULL;
}

uint64_t
store_parts_serial(const StoreParts *self)
{
    return self->serial;
}

const GArray *
store_parts_all(const StoreParts *self)
{
    return self->all;
}

uint32_t
store_parts_next_generation(const StoreParts *self, StoreTier tier, int64_t period)
{
    uint32_t generation = 0;

    for (guint i = 0; i < self->all->len + self->gone->len; i++) {
        const StorePart *p = i < self->all->len
                                 ? &g_array_index(self->all, StorePart, i)
                                 : &g_array_index(self->gone, StorePart, i - self->all->len);
        if (p->tier == tier && p->period == period)
            generation = MAX(generation, p->generation);
    }
    return generation + 1;
}

static void
take_out(StoreParts *self, guint i)
{
    StorePart part = g_array_index(self->all, StorePart, i);
    StoreKey key = row_key(part.tier, part.period);

    store_db_delete(self->db, STORE_META, &key);
    g_array_append_val(self->gone, part);
    g_array_remove_index(self->all, i);
}

void
store_parts_put(StoreParts *self, const StorePart *part)
{
    guint i = index_of(self, part->begin);
    StorePart own = *part;
    StoreKey key = row_key(part->tier, part->period), value = {0};

    while (i < self->all->len && g_array_index(self->all, StorePart, i).begin < part->end) {
        const StorePart *old = &g_array_index(self->all, StorePart, i);
        g_assert(old->begin >= part->begin && old->end <= part->end);
        take_out(self, i);
    }
    if (part->rows == 0)
        return; /* all that was in it went */
    store_key_u32(&value, part->generation);
    store_key_u64(&value, part->rows);
    store_key_u64(&value, part->bytes);
    store_key_u64(&value, part->imported);
    store_key_u32(&value, part->policy);
    store_key_time(&value, part->least_us);
    store_key_time(&value, part->most_us);
    store_db_put(self->db, STORE_META, &key, value.data, value.size);
    own.serial = ++self->serial;
    g_array_insert_val(self->all, i, own);
}

void
store_parts_remove(StoreParts *self, const StorePart *part)
{
    guint i = index_of(self, part->begin);

    g_assert(i < self->all->len && g_array_index(self->all, StorePart, i).begin == part->begin);
    take_out(self, i);
}

void
store_parts_shed(StoreParts *self, guint index, StoreClass class)
{
    g_array_index(self->all, StorePart, index).shed |= 1u << class;
}

void
store_part_count(StorePart *part, uint64_t size, bool imported, int64_t keep_us)
{
    part->least_us = part->rows == 0 ? keep_us : MIN(part->least_us, keep_us);
    part->most_us = part->rows == 0 ? keep_us : MAX(part->most_us, keep_us);
    part->rows++;
    part->bytes += size;
    if (imported)
        part->imported += size;
}

bool
store_parts_has_swept(const StoreParts *self)
{
    return self->gone->len == 0;
}

bool
store_parts_sweep(StoreParts *self, GError **error)
{
    for (guint i = 0; i < self->gone->len; i++) {
        StoreKey first, last;
        store_part_range(&g_array_index(self->gone, StorePart, i), &first, &last);
        if (!store_db_drop_files(self->db, STORE_WAVE, &first, &last, error))
            return false;
    }
    g_array_set_size(self->gone, 0);
    return true;
}

/* ---- opening ---- */

static bool
read_row(StoreParts *self, const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    if (key_size != STORE_PART_ROW_KEY || size != STORE_PART_ROW
        || (key[1] != STORE_TIER_MINUTE && key[1] != STORE_TIER_HOUR && key[1] != STORE_TIER_DAY
            && key[1] != STORE_TIER_ARCHIVE))
        return false;
    StorePart part = {
        .tier = (StoreTier)key[1],
        .period = store_read_time(key + 2),
        .generation = store_read_u32(value),
        .rows = store_read_u64(value + 4),
        .bytes = store_read_u64(value + 12),
        .imported = store_read_u64(value + 20),
        .policy = store_read_u32(value + 28),
        .least_us = store_read_time(value + 32),
        .most_us = store_read_time(value + 40),
    };
    int64_t minutes = store_tier_minutes(part.tier);
    if (part.period < INT64_MIN / 2 / minutes || part.period > INT64_MAX / 2 / minutes)
        return false;
    part.begin = part.period * minutes;
    part.end = part.begin + minutes;
    guint i = index_of(self, part.begin);
    if (i < self->all->len && g_array_index(self->all, StorePart, i).begin < part.end)
        return false; /* overlaps */
    g_array_insert_val(self->all, i, part);
    return true;
}

static bool
load(StoreParts *self, GError **error)
{
    StoreKey first = {0}, end = {0};

    store_key_u8(&first, STORE_META_PART);
    store_key_u8(&end, STORE_META_PART + 1);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_META, &first, &end);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        if (read_row(self, key, key_size, value, size))
            continue;
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "store: a row of %zu bytes in the table of wave files is damaged: restore the "
                    "folder from a backup",
                    size);
        return false;
    }
    return store_iter_check(iter, error);
}

/* A file whose keys are of one part's range, and of none that counts. */
static void
look_at_file(
    const uint8_t *first, size_t first_size, const uint8_t *last, size_t last_size, gpointer user)
{
    StoreParts *self = user;

    (void)last;
    if (first_size < STORE_PART_KEY || last_size < STORE_PART_KEY)
        return;
    StorePart stray = {
        .tier = (StoreTier)first[0],
        .period = store_read_time(first + 1),
        .generation = store_read_u32(first + 9),
    };
    for (guint i = 0; i < self->all->len; i++) {
        const StorePart *p = &g_array_index(self->all, StorePart, i);
        if (p->tier == stray.tier && p->period == stray.period && p->generation == stray.generation)
            return;
    }
    g_array_append_val(self->gone, stray);
}

StoreParts *
store_parts_open(StoreDb *db, int64_t mono_us, GError **error)
{
    g_autoptr(StoreParts) self = g_new0(StoreParts, 1);

    self->db = db;
    self->all = g_array_new(FALSE, FALSE, sizeof(StorePart));
    self->gone = g_array_new(FALSE, FALSE, sizeof(StorePart));
    if (!load(self, error))
        return NULL;
    for (guint i = 0; i < self->all->len; i++)
        g_array_index(self->all, StorePart, i).made_us = mono_us;
    store_db_files(db, STORE_WAVE, look_at_file, self);
    return store_parts_sweep(self, error) ? g_steal_pointer(&self) : NULL;
}

void
store_parts_free(StoreParts *self)
{
    if (self == NULL)
        return;
    g_array_unref(self->all);
    g_array_unref(self->gone);
    g_free(self);
}
