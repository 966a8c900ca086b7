/* Retention: the oldest hour of arrival goes as a whole.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/head-internal.h"

/* Streams learn up to when their waves are gone, so that a query can say so. */
static void
note_dropped(StoreHead *self, const StoreIndexRow *row)
{
    size_t n = MIN(store_streams_count(self->streams), row->streams_size * 8);

    for (uint32_t i = 0; i < n; i++)
        if (store_bits_has(row->streams, row->streams_size, i))
            store_stream_dropped(store_streams_at(self->streams, i), row->last_us);
}

static bool
drop_waves(StoreHead *self, uint32_t ordinal, GError **error)
{
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    StoreIndexRow row = {.number = numbers};
    StoreKey first = {0}, end = {0};

    store_key_u8(&first, STORE_INDEX_WAVE);
    store_key_u32(&end, 0);
    end = first;
    store_key_u32(&first, 0);
    store_key_u32(&end, ordinal + 1);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_INDEX, &first, &end);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t size = 0;
        const uint8_t *value = store_iter_value(iter, &size);
        if (store_index_read(value, size, true, &row))
            note_dropped(self, &row);
    }
    store_db_delete_range(self->db, STORE_INDEX, &first, &end);
    return store_iter_check(iter, error);
}

/* Keys of one lane's rows in STORE_INDEX. */
static void
lane_range(const uint8_t *lane, StoreKey *first, StoreKey *end)
{
    *first = (StoreKey){0};
    store_key_u8(first, STORE_INDEX_LANE);
    store_key_bytes(first, lane, STORE_SENDER_LEN + 8);
    *end = *first;
    store_key_u64(first, 0);
    store_key_u64(end, UINT64_MAX);
    store_key_u8(end, 0);
}

/* Deletes the lane's rows whose batches all came before @number; @left says
 * whether rows remain. */
static bool
drop_lane_rows(StoreHead *self, const uint8_t *lane, uint64_t number, bool *left, GError **error)
{
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    StoreIndexRow row = {.number = numbers};
    StoreKey first, end;

    lane_range(lane, &first, &end);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_INDEX, &first, &end);
    *left = false;
    for (; store_iter_valid(iter) && !*left; store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        *left = store_index_read(value, size, false, &row) && numbers->len > 0
                && g_array_index(numbers, uint64_t, numbers->len - 1) >= number;
        StoreKey old = {0};
        store_key_bytes(&old, key, key_size);
        if (!*left)
            store_db_delete(self->db, STORE_INDEX, &old);
    }
    return store_iter_check(iter, error);
}

/* An ended lane without batches: nothing refers to its segments any more, and
 * its watermark matters only while it is its sender's highest epoch. */
static void
forget_lane(StoreHead *self, const uint8_t *lane)
{
    VicuFingerprint sender;
    StoreKey first = {0}, end = {0};

    memcpy(sender.bytes, lane, sizeof sender.bytes);
    uint64_t epoch = store_read_u64(lane + sizeof sender.bytes);
    if (store_head_lane(self, &sender, epoch) != NULL)
        return;
    store_key_lane(&first, &sender, epoch);
    end = first;
    store_key_u32(&first, 0);
    store_key_u32(&end, UINT32_MAX);
    store_key_u8(&end, 0);
    store_db_delete_range(self->db, STORE_SEGMENTS, &first, &end);
    if (store_head_sender(self, &sender)->highest_epoch != epoch) {
        StoreKey key = store_meta_key(STORE_META_WATERMARK, &sender);
        store_key_u64(&key, epoch);
        store_db_delete(self->db, STORE_META, &key);
    }
}

static bool
drop_lanes(StoreHead *self, uint64_t number, GError **error)
{
    StoreKey first = store_meta_key(STORE_META_WATERMARK, NULL);
    StoreKey end = store_meta_key(STORE_META_WATERMARK + 1, NULL);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_META, &first, &end);

    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t size = 0;
        bool left = false;
        uint8_t lane[STORE_SENDER_LEN + 8];
        const uint8_t *key = store_iter_key(iter, &size);
        if (size != 1 + sizeof lane)
            continue;
        memcpy(lane, key + 1, sizeof lane);
        if (!drop_lane_rows(self, lane, number, &left, error))
            return false;
        if (!left)
            forget_lane(self, lane);
    }
    return store_iter_check(iter, error);
}

bool
store_head_drop_oldest(StoreHead *self, GError **error)
{
    if (self->periods->len < 2)
        return false;
    uint32_t ordinal = g_array_index(self->periods, StorePeriod, 0).ordinal;
    uint64_t keep = g_array_index(self->periods, StorePeriod, 1).first;
    if (!drop_waves(self, ordinal, error) || !drop_lanes(self, keep, error))
        return false;
    StoreKey row = store_meta_key(STORE_META_PERIOD, NULL), last = {0}, next = {0};
    store_key_u32(&row, ordinal);
    store_db_delete(self->db, STORE_META, &row);
    row = store_meta_key(STORE_META_NEXT, NULL);
    store_key_u64(&next, self->next);
    store_db_put(self->db, STORE_META, &row, next.data, next.size);
    store_streams_save(self->streams);
    g_array_remove_index(self->periods, 0);
    /* The index is durable before the files go: no row names a batch that is not
     * there. Then whole files, without a compaction. */
    if (!store_head_commit(self, NULL, error))
        return false;
    store_key_u64(&last, keep - 1);
    return store_db_drop_files(self->db, STORE_HEAD, &last, error);
}
