/* Retention of what lies in rows: numerics with their pyramids, events and their like.
 *
 * Once a day, bed by bed. Numerics go by whole rows of the widest level of the pyramid,
 * so that a row of it never holds what the blocks do not; the rest by whole days. What
 * is put goes with the caller's group.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/events.h"
#include "store/head-internal.h"
#include "store/trend/gather.h"
#include "store/trend/level.h"

#define DAY_US     (INT64_C(86400) * G_USEC_PER_SEC)
#define SLICE_ROWS 20000 /* some 20 ms */

/* ---- what is over, for the gap that says so ---- */

static StoreKey
gone_key(const char *bed)
{
    StoreKey key = {0};

    store_key_u8(&key, STORE_META_EVENTS_GONE);
    store_key_bed(&key, bed);
    return key;
}

StoreFind
store_retention_events_gone(
    StoreDb *db, const char *bed, int64_t *from_us, int64_t *to_us, GError **error)
{
    StoreKey key = gone_key(bed);
    g_auto(StoreValue) value = {0};
    StoreFind found = store_db_get(db, STORE_META, &key, &value, error);

    if (found == STORE_FOUND && value.size != 16)
        return STORE_ABSENT;
    if (found == STORE_FOUND) {
        *from_us = store_read_time(value.data);
        *to_us = store_read_time(value.data + 8);
    }
    return found;
}

static bool
note_gone(StoreHead *self, const char *bed, int64_t first_us, int64_t before_us, GError **error)
{
    int64_t from_us = first_us, to_us = before_us;
    StoreKey key = gone_key(bed), value = {0};
    StoreFind found = store_retention_events_gone(self->db, bed, &from_us, &to_us, error);

    if (found == STORE_BROKEN)
        return false;
    store_key_time(&value, MIN(from_us, first_us));
    store_key_time(&value, MAX(to_us, before_us));
    store_db_put(self->db, STORE_META, &key, value.data, value.size);
    return true;
}

/* ---- numerics ---- */

/* Puts the deletion of [@first, @end) unless nothing is there. */
static bool
drop_range(StoreHead *self,
           StoreFamily family,
           const StoreKey *first,
           const StoreKey *end,
           bool *any,
           GError **error)
{
    g_autoptr(StoreIter) iter = store_iter_new(self->db, family, first, end);

    if (store_iter_valid(iter)) {
        store_db_delete_range(self->db, family, first, end);
        *any = true;
    }
    return store_iter_check(iter, error);
}

static bool
drop_pyramid(StoreHead *self, const char *bed, uint32_t code, int64_t before_us, GError **error)
{
    bool any = false;

    for (unsigned level = 1; level <= STORE_LEVELS; level++) {
        StoreKey first = store_pyramid_key(level, code), end;
        store_key_bed(&first, bed);
        end = first;
        store_key_time(&first, INT64_MIN);
        store_key_time(&end, store_multiple(before_us, store_level_span_us(level)));
        if (!drop_range(self, STORE_PYRAMID, &first, &end, &any, error))
            return false;
    }
    return true;
}

/* A bed that has had an import is kept as long as imported data, should that be longer. */
static int64_t
numerics_keep_us(const StoreHead *self, const char *bed, bool imported)
{
    int64_t keep_us = store_policy_keep_us(self->waves.policy, STORE_CLASS_NUMERICS, bed);

    if (!imported)
        return keep_us;
    return MAX(keep_us, store_policy_keep_us(self->waves.policy, STORE_CLASS_IMPORTED, bed));
}

static bool
drop_numerics(StoreHead *self, const char *bed, bool imported, int64_t utc_us, GError **error)
{
    int64_t span_us = store_level_span_us(STORE_LEVELS);
    int64_t before_us = store_keep_before_us(utc_us, numerics_keep_us(self, bed, imported));
    bool any = false;

    if (before_us == INT64_MIN)
        return true;
    before_us = store_multiple(before_us, span_us) * span_us;
    StoreKey first = store_trend_key(bed, INT64_MIN);
    StoreKey end = store_trend_key(bed, store_multiple(before_us, STORE_TREND_BLOCK_US));
    if (!drop_range(self, STORE_TREND, &first, &end, &any, error))
        return false;
    if (!any)
        return true; /* the pyramid holds what the blocks hold */
    for (size_t i = 0; i < store_streams_count(self->streams); i++) {
        StoreStream *s = store_streams_at(self->streams, i);
        if (s->wave || strcmp(s->bed, bed) != 0)
            continue;
        if (!drop_pyramid(self, bed, s->code, before_us, error))
            return false;
        if (s->first_us < before_us)
            store_stream_dropped(s, MIN(s->last_us, before_us - 1));
    }
    return true;
}

/* ---- symbols, unmapped values, gaps ---- */

static int64_t
events_before_us(const StoreHead *self, const char *bed, int64_t utc_us)
{
    int64_t keep_us = store_policy_keep_us(self->waves.policy, STORE_CLASS_EVENTS, bed);
    int64_t before_us = store_keep_before_us(utc_us, keep_us);

    return before_us == INT64_MIN ? INT64_MIN : store_multiple(before_us, DAY_US) * DAY_US;
}

static bool
drop_tagged(StoreHead *self, StoreEventTag tag, const char *bed, int64_t before_us, GError **error)
{
    StoreKey first = store_events_key(tag, bed, INT64_MIN);
    StoreKey end = store_events_key(tag, bed, before_us);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_EVENTS, &first, &end);
    size_t size = 0;

    if (store_iter_valid(iter)) {
        const uint8_t *key = store_iter_key(iter, &size);
        size_t at = 1 + strlen(bed) + 1;
        int64_t first_us = size >= at + 8 ? store_read_time(key + at) : before_us;
        if (!note_gone(self, bed, first_us, before_us, error))
            return false;
        store_db_delete_range(self->db, STORE_EVENTS, &first, &end);
    }
    return store_iter_check(iter, error);
}

/* Gaps that ended before; one that is open, or ends later, stays. */
static bool
drop_gaps(StoreHead *self, const char *bed, int64_t before_us, GError **error)
{
    StoreKey first = store_events_key(STORE_TAG_GAP, bed, INT64_MIN);
    StoreKey end = store_events_key(STORE_TAG_GAP, bed, before_us);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_EVENTS, &first, &end);

    for (unsigned n = 0; store_iter_valid(iter) && n < SLICE_ROWS; store_iter_next(iter), n++) {
        size_t key_size = 0, size = 0;
        const uint8_t *data = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        Vicu__Gap *gap = vicu_wire_unpack(&vicu__gap__descriptor, value, size, NULL);
        bool over = gap != NULL && gap->to_us != 0 && gap->to_us <= before_us;
        vicu_wire_free(gap);
        if (!over)
            continue;
        StoreKey key = {0};
        store_key_bytes(&key, data, key_size);
        store_db_delete(self->db, STORE_EVENTS, &key);
    }
    return store_iter_check(iter, error);
}

/* ---- events: by time, over all beds ---- */

/* One slice of them, from self->events_at on. *@done: the end was reached. */
static bool
drop_events(StoreHead *self, int64_t utc_us, bool *done, GError **error)
{
    int64_t keep_us = store_policy_shortest_us(self->waves.policy, STORE_CLASS_EVENTS);
    int64_t until_us = store_keep_before_us(utc_us, keep_us);
    StoreKey end = store_events_key(STORE_TAG_EVENT, "", until_us);

    *done = true;
    if (until_us == INT64_MIN)
        return true;
    if (self->events_at.size == 0)
        self->events_at = store_events_key(STORE_TAG_EVENT, "", INT64_MIN);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_EVENTS, &self->events_at, &end);
    for (unsigned n = 0; store_iter_valid(iter); store_iter_next(iter), n++) {
        size_t size = 0;
        const uint8_t *data = store_iter_key(iter, &size);
        StoreKey key = {0};
        store_key_bytes(&key, data, size);
        if (n == SLICE_ROWS) {
            self->events_at = key;
            *done = false;
            return true;
        }
        if (size < 10 || memchr(data + 9, '\0', size - 9) == NULL)
            continue;
        const char *bed = (const char *)data + 9;
        int64_t before_us = events_before_us(self, bed, utc_us), t_us = store_read_time(data + 1);
        if (t_us >= before_us)
            continue;
        if (!note_gone(self, bed, t_us, before_us, error))
            return false;
        store_db_delete(self->db, STORE_EVENTS, &key);
    }
    self->events_at = (StoreKey){0};
    return store_iter_check(iter, error);
}

/* ---- all of it ---- */

static bool
drop_of_beds(StoreHead *self, int64_t utc_us, GError **error)
{
    g_autoptr(GHashTable) beds = g_hash_table_new(g_str_hash, g_str_equal);
    GHashTableIter iter;
    gpointer bed, imported; /* whether numerics of it were */

    for (size_t i = 0; i < store_streams_count(self->streams); i++) {
        const StoreStream *s = store_streams_at(self->streams, i);
        bool before = g_hash_table_lookup(beds, s->bed) != NULL;
        g_hash_table_replace(beds, s->bed, GINT_TO_POINTER(before || (!s->wave && s->imported)));
    }
    g_hash_table_iter_init(&iter, beds);
    while (g_hash_table_iter_next(&iter, &bed, &imported)) {
        int64_t before_us = events_before_us(self, bed, utc_us);
        if (!drop_numerics(self, bed, imported != NULL, utc_us, error))
            return false;
        if (before_us != INT64_MIN
            && (!drop_tagged(self, STORE_TAG_SYMBOL, bed, before_us, error)
                || !drop_tagged(self, STORE_TAG_UNMAPPED, bed, before_us, error)
                || !drop_gaps(self, bed, before_us, error)))
            return false;
    }
    return true;
}

bool
store_retention_values(StoreHead *self, int64_t utc_us, GError **error)
{
    int64_t day = store_multiple(utc_us, DAY_US);
    bool done = false;

    if (self->retained_day == day)
        return true;
    if (self->events_at.size == 0 && !drop_of_beds(self, utc_us, error))
        return false;
    if (!drop_events(self, utc_us, &done, error))
        return false;
    if (done)
        self->retained_day = day;
    return true;
}
