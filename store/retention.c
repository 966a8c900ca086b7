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

/* ---- which parts go ---- */

static void
drop_part(StoreHead *self, const StorePart *part)
{
    drop_rows(self, part);
    store_parts_remove(self->waves.parts, part);
    self->counts.retained++;
}

/* Before that, nothing of @part is kept. */
static int64_t
part_before_us(const StoreHead *self, const StorePart *part, int64_t utc_us)
{
    const StorePolicy *policy = self->waves.policy;
    int64_t keep_us = part->most_us;

    if (part->policy != store_policy_waves_id(policy))
        keep_us = MAX(store_policy_longest_us(policy, STORE_CLASS_WAVES),
                      store_policy_longest_us(policy, STORE_CLASS_IMPORTED));
    return store_keep_before_us(utc_us, keep_us);
}

static bool
drop_old(StoreHead *self, int64_t utc_us, GError **error)
{
    const GArray *all = store_parts_all(self->waves.parts);

    for (guint i = 0; i < all->len;) {
        StorePart part = g_array_index(all, StorePart, i);
        if (part.end * STORE_MINUTE_US > part_before_us(self, &part, utc_us)) {
            i++;
            continue;
        }
        if (!note_dropped(self, &part, error))
            return false;
        drop_part(self, &part);
    }
    return true;
}

static uint64_t
bytes_of(const StorePart *part, StoreClass class)
{
    if ((part->shed >> class & 1) != 0)
        return 0; /* on its way out */
    return class == STORE_CLASS_IMPORTED ? part->imported : part->bytes - part->imported;
}

/* Beyond @most bytes the oldest of @class go, but for the newest part. A part with others
 * beside them is made again by the roll-up, without them. */
static bool
drop_beyond(StoreHead *self, StoreClass class, uint64_t most, GError **error)
{
    const GArray *all = store_parts_all(self->waves.parts);
    uint64_t bytes = 0;

    for (guint i = 0; i < all->len; i++)
        bytes += bytes_of(&g_array_index(all, StorePart, i), class);
    for (guint i = 0; most > 0 && bytes > most && i + 1 < all->len;) {
        StorePart part = g_array_index(all, StorePart, i);
        uint64_t own = bytes_of(&part, class);
        bool alone = own == part.bytes && part.policy != 0;
        if (own > 0 && !alone && part.tier == STORE_TIER_MINUTE)
            break; /* soon part of an hour */
        bytes -= own;
        if (own > 0 && alone) {
            if (!note_dropped(self, &part, error))
                return false;
            drop_part(self, &part);
            continue;
        }
        if (own > 0)
            store_parts_shed(self->waves.parts, i, class);
        i++;
    }
    return true;
}

#define AUDIT_RECORDS 5000 /* a minute */

static bool
drop_audit(StoreHead *self, int64_t keep_us, int64_t utc_us, GError **error)
{
    int64_t day_us = INT64_C(1) * STORE_DAY_MINUTES * STORE_MINUTE_US;
    unsigned n = 0;

    if (keep_us == 0)
        return true;
    int64_t before_us = store_floor(store_keep_before_us(utc_us, keep_us), day_us) * day_us;
    return store_ledger_retain(self->ledger, before_us, utc_us, AUDIT_RECORDS, &n, error);
}

bool
store_head_retain(StoreHead *self, const StoreRetainBounds *bounds, int64_t utc_us, GError **error)
{
    const StorePolicy *policy = self->waves.policy;
    int64_t longest_us = MAX(store_policy_longest_us(policy, STORE_CLASS_WAVES),
                             store_policy_longest_us(policy, STORE_CLASS_IMPORTED));
    int64_t odd_us =
        store_keep_before_us(utc_us, store_policy_longest_us(policy, STORE_CLASS_WAVES));

    if (!drop_old(self, utc_us, error)
        || !drop_beyond(self, STORE_CLASS_WAVES, bounds->waves_bytes, error)
        || !drop_beyond(self, STORE_CLASS_IMPORTED, bounds->imported_bytes, error)
        || !drop_late(self, store_keep_before_us(utc_us, longest_us), error)
        || !drop_odd(self, odd_us, error) || !forget_lanes(self, error)
        || !store_retention_values(self, utc_us, error)
        || !drop_audit(self, bounds->audit_keep_us, utc_us, error))
        return false;
    store_streams_save(self->streams);
    store_fault(&self->waves, STORE_FAULT_RETAIN_PUT);
    self->unsettled = true;
    return store_head_commit(self, NULL, error);
}
