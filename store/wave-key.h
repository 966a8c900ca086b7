/* Keys of waves, and arithmetic on minutes of data time.
 *
 * STORE_WAVE: tier | period | generation | place, in files that hold one period;
 * STORE_LATE: minute | stream | t0 | hash | first | ordinal;
 * STORE_WAVE_TREND: hour | stream.
 * A place is stream | minute | t0 | hash | first: the stream's number, the minute of
 * the row, and which samples of which segment. So rows of one stream lie together in
 * the file of an hour or a day, in the order of time, and what was measured alone
 * decides a place: the same data give the same rows in whatever order they came.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "store/key.h"

G_BEGIN_DECLS

#define STORE_MINUTE_US        (60 * G_USEC_PER_SEC)
#define STORE_HOUR_MINUTES     60
#define STORE_DAY_MINUTES      1440
#define STORE_SEGMENT_HASH_LEN 8

/* What a file of waves spans. */
typedef enum {
    STORE_TIER_MINUTE = 'm',
    STORE_TIER_HOUR = 'h',
    STORE_TIER_DAY = 'd',
    STORE_TIER_ARCHIVE = 'a', /* a day, coded densely: store/archive.h */
} StoreTier;

typedef struct {
    uint32_t stream;
    int64_t minute;
    int64_t t0_us;
    uint8_t hash[STORE_SEGMENT_HASH_LEN];
    uint64_t first;
} StorePlace;

#define STORE_PART_KEY  (1 + 8 + 4)
#define STORE_PLACE_KEY (4 + 8 + 8 + STORE_SEGMENT_HASH_LEN + 8)
#define STORE_WAVE_KEY  (STORE_PART_KEY + STORE_PLACE_KEY)
#define STORE_LATE_KEY  (8 + 4 + 8 + STORE_SEGMENT_HASH_LEN + 8 + 8)

/* Quotient rounded down, for the years before 1970, too. */
static inline int64_t
store_floor(int64_t n, int64_t by)
{
    return n / by - (n % by < 0);
}

/* The greatest multiple of @by that is not above @n; the least number where there is none. */
static inline int64_t
store_floor_to(int64_t n, int64_t by)
{
    int64_t above = n % by < 0 ? n % by + by : n % by;

    return n < INT64_MIN + above ? INT64_MIN : n - above;
}

static inline int64_t
store_minute_of(int64_t t_us)
{
    return store_floor(t_us, STORE_MINUTE_US);
}

/* Minutes of a period of @tier. */
static inline int64_t
store_tier_minutes(StoreTier tier)
{
    switch (tier) {
    case STORE_TIER_DAY:
    case STORE_TIER_ARCHIVE:
        return STORE_DAY_MINUTES;
    case STORE_TIER_HOUR:
        return STORE_HOUR_MINUTES;
    case STORE_TIER_MINUTE:
        break;
    }
    return 1;
}

static inline void
store_key_place(StoreKey *key, const StorePlace *place)
{
    store_key_u32(key, place->stream);
    store_key_time(key, place->minute);
    store_key_time(key, place->t0_us);
    store_key_bytes(key, place->hash, sizeof place->hash);
    store_key_u64(key, place->first);
}

static inline StoreKey
store_part_key(StoreTier tier, int64_t period, uint32_t generation)
{
    StoreKey key = {0};

    store_key_u8(&key, (uint8_t)tier);
    store_key_time(&key, period);
    store_key_u32(&key, generation);
    return key;
}

/* False for a key of another length. */
static inline bool
store_read_place(const uint8_t *key, size_t size, StorePlace *place)
{
    if (size != STORE_WAVE_KEY)
        return false;
    key += STORE_PART_KEY;
    place->stream = store_read_u32(key);
    place->minute = store_read_time(key + 4);
    place->t0_us = store_read_time(key + 12);
    memcpy(place->hash, key + 20, sizeof place->hash);
    place->first = store_read_u64(key + 28);
    return true;
}

static inline StoreKey
store_wave_trend_key(int64_t hour, uint32_t stream)
{
    StoreKey key = {0};

    store_key_time(&key, hour);
    store_key_u32(&key, stream);
    return key;
}

static inline StoreKey
store_late_key(const StorePlace *place, uint64_t ordinal)
{
    StoreKey key = {0};

    store_key_time(&key, place->minute);
    store_key_u32(&key, place->stream);
    store_key_time(&key, place->t0_us);
    store_key_bytes(&key, place->hash, sizeof place->hash);
    store_key_u64(&key, place->first);
    store_key_u64(&key, ordinal);
    return key;
}

static inline bool
store_read_late(const uint8_t *key, size_t size, StorePlace *place, uint64_t *ordinal)
{
    if (size != STORE_LATE_KEY)
        return false;
    place->minute = store_read_time(key);
    place->stream = store_read_u32(key + 8);
    place->t0_us = store_read_time(key + 12);
    memcpy(place->hash, key + 20, sizeof place->hash);
    place->first = store_read_u64(key + 28);
    *ordinal = store_read_u64(key + 36);
    return true;
}

G_END_DECLS
