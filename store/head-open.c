/* Opening the head: tables from their rows, and the last minute from its batches.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/error.h"
#include "store/head-internal.h"

typedef bool (*RowFunc)(
    StoreHead *self, const uint8_t *key, size_t key_size, const uint8_t *value, size_t size);

/* Every row under @tag to @func; false and @error for a damaged one. */
static bool
each_row(StoreHead *self, char tag, RowFunc func, GError **error)
{
    StoreKey first = store_meta_key(tag, NULL), end = store_meta_key((char)(tag + 1), NULL);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_META, &first, &end);

    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        if (!func(self, key, key_size, value, size)) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "store: a row of %zu bytes under '%c' of its tables is damaged: "
                        "restore the folder from a backup",
                        size, tag);
            return false;
        }
    }
    return store_iter_check(iter, error);
}

static void
read_sender_id(const uint8_t *key, VicuFingerprint *id)
{
    memcpy(id->bytes, key + 1, sizeof id->bytes);
}

#define SENDER_KEY (1 + sizeof(VicuFingerprint))
#define LANE_KEY   (SENDER_KEY + 8)

static bool
load_sender(StoreHead *self, const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    VicuFingerprint id;

    if (key_size != SENDER_KEY || size < 8)
        return false;
    read_sender_id(key, &id);
    StoreSender *sender = store_head_sender(self, &id);
    sender->highest_epoch = store_read_u64(value);
    g_free(sender->name);
    sender->name = g_strndup((const char *)value + 8, size - 8);
    return true;
}

static bool
load_instance(
    StoreHead *self, const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    VicuFingerprint id;

    if (key_size != SENDER_KEY || size != 8)
        return false;
    read_sender_id(key, &id);
    store_head_sender(self, &id)->instance = store_read_u64(value);
    return true;
}

static bool
load_bed(StoreHead *self, const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    VicuFingerprint id;

    (void)value;
    (void)size;
    if (key_size <= SENDER_KEY)
        return false;
    read_sender_id(key, &id);
    g_hash_table_add(store_head_sender(self, &id)->beds,
                     g_strndup((const char *)key + SENDER_KEY, key_size - SENDER_KEY));
    return true;
}

static bool
load_watermark(
    StoreHead *self, const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    VicuFingerprint id;

    if (key_size != LANE_KEY || size != 9)
        return false;
    if (value[8] != 0)
        return true; /* ended */
    read_sender_id(key, &id);
    StoreLane *lane = store_lane_new(&id, store_read_u64(key + SENDER_KEY));
    lane->beds = store_head_sender(self, &id)->beds;
    lane->watermark = store_read_u64(value);
    g_hash_table_add(self->lanes, lane);
    return true;
}

static bool
load_checkpoint(
    StoreHead *self, const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    VicuFingerprint id;

    if (key_size != LANE_KEY || size != 24)
        return false;
    read_sender_id(key, &id);
    StoreLane *lane = store_head_lane(self, &id, store_read_u64(key + SENDER_KEY));
    if (lane == NULL)
        return true;
    lane->indexed = store_read_u64(value);
    lane->blocked = store_read_u64(value + 8);
    uint64_t from = store_read_u64(value + 16);
    if (lane->blocked < lane->watermark)
        g_hash_table_insert(self->replay, lane, g_memdup2(&from, sizeof from));
    return lane->blocked <= lane->indexed && lane->indexed <= lane->watermark;
}

static bool
load_period(StoreHead *self, const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    StorePeriod period = {.least_minute = INT64_MAX, .greatest_minute = INT64_MIN};

    if (key_size != 5 || size != 16)
        return false;
    period.ordinal = store_read_u32(key + 1);
    period.begun_us = store_read_time(value);
    period.first = store_read_u64(value + 8);
    g_array_append_val(self->periods, period);
    return true;
}

static bool
load_next(StoreHead *self, const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    (void)key;
    if (key_size != 1 || size != 8)
        return false;
    self->next = MAX(self->next, store_read_u64(value));
    return true;
}

/* First and last minute that the index has for a period. */
static bool
load_minutes(StoreHead *self, StorePeriod *period, GError **error)
{
    StoreKey first = {0}, end = {0};
    size_t size = 0;

    store_key_u8(&first, STORE_INDEX_WAVE);
    store_key_u32(&first, period->ordinal);
    store_key_u8(&end, STORE_INDEX_WAVE);
    store_key_u32(&end, period->ordinal + 1);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_INDEX, &first, &end);
    if (store_iter_valid(iter)) {
        period->least_minute = store_read_time(store_iter_key(iter, &size) + 5);
        store_iter_seek_last(iter);
        period->greatest_minute = store_read_time(store_iter_key(iter, &size) + 5);
    }
    return store_iter_check(iter, error);
}

static bool
load_lanes(StoreHead *self, GError **error)
{
    GHashTableIter iter;
    gpointer lane;

    g_hash_table_iter_init(&iter, self->lanes);
    while (g_hash_table_iter_next(&iter, &lane, NULL))
        if (!store_lane_load_segments(lane, self->db, self->streams, error))
            return false;
    return true;
}

static bool
find_newest(StoreHead *self, GError **error)
{
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_HEAD, NULL, NULL);
    size_t size = 0;

    store_iter_seek_last(iter);
    if (store_iter_valid(iter))
        self->next = MAX(self->next, store_read_u64(store_iter_key(iter, &size)) + 1);
    return store_iter_check(iter, error);
}

static uint32_t
period_of(const StoreHead *self, uint64_t number)
{
    uint32_t ordinal = 1;

    for (guint i = 0; i < self->periods->len; i++) {
        const StorePeriod *period = &g_array_index(self->periods, StorePeriod, i);
        if (period->first <= number)
            ordinal = period->ordinal;
    }
    return ordinal;
}

static bool
replay_row(StoreHead *self, uint64_t number, const uint8_t *value, size_t size, StoreNow now)
{
    VicuFingerprint sender;
    StoreLaneCounts ignored = {0};

    if (size < STORE_BATCH_HEADER)
        return false;
    memcpy(sender.bytes, value, sizeof sender.bytes);
    uint64_t epoch = store_read_u64(value + 16), sequence = store_read_u64(value + 24);
    StoreLane *lane = store_head_lane(self, &sender, epoch);
    if (lane == NULL || sequence <= lane->blocked || sequence > lane->watermark)
        return true;
    store_lane_take(lane, self->db, self->streams, value + STORE_BATCH_HEADER,
                    size - STORE_BATCH_HEADER, sequence, number, period_of(self, number),
                    now.mono_us, &ignored);
    if (store_lane_chunk_is_due(lane, now.mono_us))
        store_head_close_chunk(self, lane);
    self->counts.replayed++;
    return true;
}

static bool
replay(StoreHead *self, StoreNow now, GError **error)
{
    GHashTableIter iter;
    gpointer from;
    StoreKey first = {0};
    uint64_t least = UINT64_MAX;

    g_hash_table_iter_init(&iter, self->replay);
    while (g_hash_table_iter_next(&iter, NULL, &from))
        least = MIN(least, *(uint64_t *)from);
    if (least == UINT64_MAX)
        return true;
    store_key_u64(&first, least);
    g_autoptr(StoreIter) rows = store_iter_new(self->db, STORE_HEAD, &first, NULL);
    for (; store_iter_valid(rows); store_iter_next(rows)) {
        size_t key_size = 0, size = 0;
        uint64_t number = store_read_u64(store_iter_key(rows, &key_size));
        const uint8_t *value = store_iter_value(rows, &size);
        if (!replay_row(self, number, value, size, now)) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "store: batch %" G_GUINT64_FORMAT
                        " is damaged: restore the folder from a backup",
                        number);
            return false;
        }
    }
    return store_iter_check(rows, error);
}

static bool
load(StoreHead *self, StoreNow now, GError **error)
{
    self->streams = store_streams_load(self->db, error);
    if (self->streams == NULL)
        return false;
    self->trend = store_trend_new(self->db, self->streams, now.mono_us, error);
    if (self->trend == NULL)
        return false;
    self->ledger = store_ledger_open(self->db, error);
    if (self->ledger == NULL)
        return false;
    if (!each_row(self, STORE_META_SENDER, load_sender, error)
        || !each_row(self, STORE_META_INSTANCE, load_instance, error)
        || !each_row(self, STORE_META_BED, load_bed, error)
        || !each_row(self, STORE_META_WATERMARK, load_watermark, error)
        || !each_row(self, STORE_META_CHECKPOINT, load_checkpoint, error)
        || !each_row(self, STORE_META_PERIOD, load_period, error)
        || !each_row(self, STORE_META_NEXT, load_next, error) || !find_newest(self, error)
        || !load_lanes(self, error))
        return false;
    for (guint i = 0; i < self->periods->len; i++)
        if (!load_minutes(self, &g_array_index(self->periods, StorePeriod, i), error))
            return false;
    return replay(self, now, error);
}

StoreHead *
store_head_open(StoreDb *db, StoreNow now, GError **error)
{
    g_autoptr(StoreHead) self = store_head_new_empty(db);

    if (!load(self, now, error) || !store_head_commit(self, NULL, error))
        return NULL;
    return g_steal_pointer(&self);
}
