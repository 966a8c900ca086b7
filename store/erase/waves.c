/* Waves of a bed without a stretch of time. Their files stay as they are: a row in them is a
 * minute, or five of the archive, and goes with its key.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/erase/inner.h"
#include "store/wave-read.h"
#include "store/wave-trend.h"

#define WINDOW_MINUTES 5 /* of a row of the archive */

static int64_t
first_minute(const StoreErasing *self)
{
    return store_minute_of(self->from_us);
}

static int64_t
end_minute(const StoreErasing *self)
{
    return store_minute_of(self->to_us - 1) + 1;
}

static bool
is_ours(const StoreErasing *self, uint32_t stream)
{
    StoreStreams *streams = store_head_streams(self->head);

    return stream < store_streams_count(streams)
           && strcmp(store_streams_at(streams, stream)->bed, self->bed) == 0;
}

/* ---- late rows ---- */

static void
drop_late(StoreErasing *self)
{
    StoreKey first = {0}, end = {0};

    store_key_time(&first, first_minute(self));
    store_key_time(&end, end_minute(self));
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_LATE, &first, &end);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        StorePlace place;
        StoreKey key = {0};
        uint64_t ordinal = 0;
        size_t size = 0;
        const uint8_t *data = store_iter_key(iter, &size);
        if (!store_read_late(data, size, &place, &ordinal) || !is_ours(self, place.stream))
            continue;
        store_key_bytes(&key, data, size);
        store_db_delete(self->db, STORE_LATE, &key);
        self->rows++;
    }
    self->unread += !store_iter_check(iter, NULL);
}

/* ---- the pyramid ---- */

static void
cut_hour(StoreErasing *self, const StoreKey *key, int64_t hour, const StoreValue *value)
{
    g_autoptr(GByteArray) left = g_byte_array_new();
    g_autoptr(GError) error = NULL;
    StoreTrendRow row;
    size_t at = 0, before = 1;
    bool any = false;

    store_wave_trend_begin(left);
    while (store_wave_trend_next(value->data, value->size, &at, &row, &error)) {
        int64_t minute = hour * STORE_HOUR_MINUTES + row.minute;
        if (minute < first_minute(self) || minute >= end_minute(self)) {
            g_byte_array_append(left, value->data + before, (guint)(at - before));
            any = true;
        }
        before = at;
    }
    self->unread += error != NULL;
    self->rows++;
    if (any && error == NULL)
        store_db_put(self->db, STORE_WAVE_TREND, key, left->data, left->len);
    else
        store_db_delete(self->db, STORE_WAVE_TREND, key);
}

static void
cut_hours(StoreErasing *self, uint32_t stream)
{
    int64_t end = store_floor(end_minute(self) - 1, STORE_HOUR_MINUTES);

    for (int64_t hour = store_floor(first_minute(self), STORE_HOUR_MINUTES); hour <= end; hour++) {
        StoreKey key = store_wave_trend_key(hour, stream);
        g_auto(StoreValue) value = {0};
        StoreFind found = store_db_get(self->db, STORE_WAVE_TREND, &key, &value, NULL);
        self->unread += found == STORE_BROKEN;
        if (found == STORE_FOUND)
            cut_hour(self, &key, hour, &value);
    }
}

/* ---- rows of the archive at the edges ---- */

static bool
put_late(const StorePlace *place, const uint8_t *value, size_t size, gpointer user, GError **error)
{
    StoreErasing *self = user;
    StoreWaves *waves = store_head_waves(self->head);
    StoreKey key = store_late_key(place, waves->late_next++);

    (void)error;
    store_db_put(self->db, STORE_LATE, &key, value, size);
    store_waves_note_late(waves, place->minute, self->mono_us);
    return true;
}

/* Minutes that share five minutes of the archive with @edge, itself erased, and stay. */
static void
save_beside(StoreErasing *self, StoreReader *reader, uint32_t stream, int64_t edge)
{
    const StorePart *part = store_parts_at(store_head_waves(self->head)->parts, edge);
    int64_t window = store_floor(edge, WINDOW_MINUTES) * WINDOW_MINUTES;

    if (part == NULL || part->tier != STORE_TIER_ARCHIVE)
        return;
    for (int64_t minute = window; minute < window + WINDOW_MINUTES; minute++)
        if (minute < first_minute(self) || minute >= end_minute(self))
            self->unread += !store_reader_rows(reader, part, stream, minute, put_late, self, NULL);
}

/* ---- all of it ---- */

static bool
count_row(const StorePlace *place, const uint8_t *value, size_t size, gpointer user, GError **error)
{
    StoreErasing *self = user;

    (void)place;
    (void)value;
    (void)size;
    (void)error;
    self->rows++;
    return true;
}

static void
count_rows(StoreErasing *self, StoreReader *reader, uint32_t stream)
{
    const GArray *parts = store_parts_all(store_head_waves(self->head)->parts);

    for (guint i = 0; i < parts->len; i++) {
        const StorePart *part = &g_array_index(parts, StorePart, i);
        int64_t first = MAX(part->begin, first_minute(self)),
                end = MIN(part->end, end_minute(self));
        if (first < end)
            self->unread +=
                !store_reader_raw(reader, part, stream, first, end, count_row, self, NULL);
    }
}

void
store_erasing_waves(StoreErasing *self)
{
    g_autoptr(StoreReader) reader = store_reader_new(store_head_waves(self->head));
    StoreStreams *streams = store_head_streams(self->head);

    drop_late(self);
    for (uint32_t i = 0; i < store_streams_count(streams); i++) {
        if (!store_streams_at(streams, i)->wave || !is_ours(self, i))
            continue;
        count_rows(self, reader, i);
        cut_hours(self, i);
        save_beside(self, reader, i, first_minute(self));
        if (store_floor(first_minute(self), WINDOW_MINUTES)
            != store_floor(end_minute(self) - 1, WINDOW_MINUTES))
            save_beside(self, reader, i, end_minute(self) - 1);
    }
}
