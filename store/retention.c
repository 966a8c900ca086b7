/* Retention: whole files of waves go, the oldest first; and what nothing refers to.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/events.h"
#include "store/head-internal.h"
#include "store/wave-read.h"

/* Streams that have rows in @part learn up to when they are gone. */
static bool
note_dropped(StoreHead *self, const StorePart *part, GError **error)
{
    g_autoptr(StoreReader) reader = store_reader_new(&self->waves);
    int64_t last_us = part->end * STORE_MINUTE_US - 1;

    for (uint32_t i = 0; i < store_streams_count(self->streams); i++) {
        StoreStream *stream = store_streams_at(self->streams, i);
        int64_t minute = 0;
        if (!stream->wave || stream->first_us > last_us)
            continue;
        if (!store_reader_next(reader, part, i, part->begin, &minute, error))
            return false;
        if (minute < part->end)
            store_stream_dropped(stream, MIN(stream->last_us, last_us));
    }
    return true;
}

/* What goes with the minutes of @part. */
static void
drop_rows(StoreHead *self, const StorePart *part)
{
    StoreKey first = {0}, end = {0};

    store_key_time(&first, part->begin);
    store_key_time(&end, part->end);
    store_db_delete_range(self->db, STORE_LATE, &first, &end);
    first = store_wave_trend_key(store_floor(part->begin, STORE_HOUR_MINUTES), 0);
    end = store_wave_trend_key(store_floor(part->end - 1, STORE_HOUR_MINUTES) + 1, 0);
    if (part->tier != STORE_TIER_MINUTE)
        store_db_delete_range(self->db, STORE_WAVE_TREND, &first, &end);
}

/* Late rows of times that no file holds. */
static bool
drop_late(StoreHead *self, int64_t before_us, GError **error)
{
    StoreKey first = {0}, end = {0};

    store_key_time(&first, INT64_MIN);
    store_key_time(&end, store_minute_of(before_us));
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_LATE, &first, &end);
    bool any = store_iter_valid(iter);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t size = 0;
        StorePlace place;
        uint64_t ordinal = 0;
        const uint8_t *key = store_iter_key(iter, &size);
        if (store_read_late(key, size, &place, &ordinal)
            && place.stream < store_streams_count(self->streams)) {
            StoreStream *stream = store_streams_at(self->streams, place.stream);
            store_stream_dropped(stream,
                                 MIN(stream->last_us, (place.minute + 1) * STORE_MINUTE_US - 1));
        }
    }
    if (any)
        store_db_delete_range(self->db, STORE_LATE, &first, &end);
    return store_iter_check(iter, error);
}

/* An ended lane whose last batch is trimmed: nothing refers to its segments by number
 * any more, and its watermark matters only while it is its sender's highest epoch. */
static void
forget_lane(StoreHead *self, const uint8_t *lane)
{
    VicuFingerprint sender;
    StoreKey first, end;

    memcpy(sender.bytes, lane, sizeof sender.bytes);
    uint64_t epoch = store_read_u64(lane + sizeof sender.bytes);
    store_lane_segments_range(&sender, epoch, &first, &end);
    store_db_delete_range(self->db, STORE_SEGMENTS, &first, &end);
    if (store_head_sender(self, &sender)->highest_epoch != epoch) {
        StoreKey key = store_meta_key(STORE_META_WATERMARK, &sender);
        store_key_u64(&key, epoch);
        store_db_delete(self->db, STORE_META, &key);
    }
}

static bool
forget_lanes(StoreHead *self, GError **error)
{
    StoreKey first = store_meta_key(STORE_META_WATERMARK, NULL);
    StoreKey end = store_meta_key(STORE_META_WATERMARK + 1, NULL);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_META, &first, &end);

    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        if (key_size == 1 + STORE_SENDER_LEN + 8 && size == 17
            && store_read_u64(value + 9) <= self->trimmed)
            forget_lane(self, key + 1);
    }
    return store_iter_check(iter, error);
}

/* Batches kept apart go with the time of their arrival. */
static bool
drop_odd(StoreHead *self, int64_t before_us, GError **error)
{
    StoreKey first = {0}, end = {0};

    store_key_u8(&first, STORE_TAG_ODD);
    store_key_u8(&end, STORE_TAG_ODD + 1);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_EVENTS, &first, &end);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        const uint8_t *data = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        if (size < STORE_ODD_HEADER || store_read_time(value) >= before_us)
            continue;
        StoreKey key = {0};
        store_key_bytes(&key, data, key_size);
        store_db_delete(self->db, STORE_EVENTS, &key);
    }
    return store_iter_check(iter, error);
}

static uint64_t
bytes_of(const StoreHead *self)
{
    const GArray *all = store_parts_all(self->waves.parts);
    uint64_t bytes = 0;

    for (guint i = 0; i < all->len; i++)
        bytes += g_array_index(all, StorePart, i).bytes;
    return bytes;
}

bool
store_head_retain(StoreHead *self, int64_t before_us, uint64_t quota_bytes, GError **error)
{
    const GArray *all = store_parts_all(self->waves.parts);
    uint64_t bytes = bytes_of(self);

    while (all->len > 0) {
        StorePart part = g_array_index(all, StorePart, 0);
        bool old = part.end * STORE_MINUTE_US <= before_us;
        bool over = quota_bytes > 0 && bytes > quota_bytes && all->len > 1;
        if (!old && !over)
            break;
        if (!note_dropped(self, &part, error))
            return false;
        drop_rows(self, &part);
        store_parts_remove(self->waves.parts, &part);
        bytes -= part.bytes;
        self->counts.retained++;
    }
    if (!drop_late(self, before_us, error) || !drop_odd(self, before_us, error)
        || !forget_lanes(self, error))
        return false;
    store_streams_save(self->streams);
    self->unsettled = true;
    return store_head_commit(self, NULL, error);
}
