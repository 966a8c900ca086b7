/* SPDX-License-Identifier: Apache-2.0 */
#include "store/erase/place.h"

#include <string.h>

#include "store/erase/keytree.h"
#include "store/events.h"
#include "store/numeric.h"
#include "store/trend/block.h"
#include "store/trend/level.h"
#include "store/wave-key.h"

#define WINDOW_MINUTES 5 /* of a row of the archive */

static void
set_minutes(StoreErasePlace *place, int64_t minute, int64_t minutes)
{
    int64_t last = 0;

    if (__builtin_add_overflow(minute, minutes - 1, &last))
        last = INT64_MAX;
    place->first = store_tree_leaf(minute);
    place->last = store_tree_leaf(last);
}

/* The minutes that the span @n of @unit_us touches. */
static void
set_span(StoreErasePlace *place, int64_t n, int64_t unit_us)
{
    int64_t from_us = 0, to_us = 0;

    if (__builtin_mul_overflow(n, unit_us, &from_us))
        from_us = n < 0 ? INT64_MIN : INT64_MAX;
    if (__builtin_add_overflow(from_us, unit_us - 1, &to_us))
        to_us = INT64_MAX;
    place->first = store_tree_leaf(store_minute_of(from_us));
    place->last = store_tree_leaf(store_minute_of(to_us));
}

/* Bytes of a bed's name and its zero byte; 0: there is none, or an empty one. */
static size_t
bed_at(const uint8_t *key, size_t size)
{
    const uint8_t *zero = size > 0 ? memchr(key, '\0', MIN(size, STORE_BED_MAX + 1)) : NULL;

    return zero != NULL && zero > key ? (size_t)(zero - key) + 1 : 0;
}

static bool
wave_place(const uint8_t *key, size_t size, StoreErasePlace *place)
{
    StorePlace at;

    if (!store_read_place(key, size, &at))
        return false;
    place->stream = at.stream;
    if (key[0] == STORE_TIER_ARCHIVE)
        set_minutes(place, store_floor_to(at.minute, WINDOW_MINUTES), WINDOW_MINUTES);
    else
        set_minutes(place, at.minute, 1);
    return true;
}

static bool
late_place(const uint8_t *key, size_t size, StoreErasePlace *place)
{
    StorePlace at;
    uint64_t ordinal = 0;

    if (!store_read_late(key, size, &at, &ordinal))
        return false;
    place->stream = at.stream;
    set_minutes(place, at.minute, 1);
    return true;
}

static bool
wave_trend_place(const uint8_t *key, size_t size, StoreErasePlace *place)
{
    if (size != 12)
        return false;
    place->stream = store_read_u32(key + 8);
    set_span(place, store_read_time(key), INT64_C(1) * STORE_HOUR_MINUTES * STORE_MINUTE_US);
    return true;
}

/* bed | number of a span of @unit_us | what follows */
static bool
bed_place(const uint8_t *key, size_t size, int64_t unit_us, StoreErasePlace *place)
{
    size_t bed = bed_at(key, size);

    if (bed == 0 || size < bed + 8)
        return false;
    place->bed = (const char *)key;
    set_span(place, store_read_time(key + bed), unit_us);
    return true;
}

static bool
pyramid_place(const uint8_t *key, size_t size, StoreErasePlace *place)
{
    return size > 5 && key[0] >= 1 && key[0] <= STORE_LEVELS
           && bed_place(key + 5, size - 5, store_level_span_us(key[0]), place);
}

static bool
event_place(const uint8_t *key, size_t size, StoreErasePlace *place)
{
    if (size > 9 && key[0] == STORE_TAG_EVENT && bed_at(key + 9, size - 9) != 0) {
        place->bed = (const char *)key + 9;
        set_span(place, store_read_time(key + 1), 1);
        return true;
    }
    return size > 1 && (key[0] == STORE_TAG_SYMBOL || key[0] == STORE_TAG_UNMAPPED)
           && bed_place(key + 1, size - 1, 1, place);
}

static bool
head_place(const uint8_t *key, size_t size, StoreErasePlace *place)
{
    if (size != 8)
        return false;
    place->bed = STORE_ERASE_HEAD;
    place->first = place->last = MIN(store_read_u64(key), STORE_TREE_LAST);
    return true;
}

bool
store_erase_place(StoreFamily family, const uint8_t *key, size_t size, StoreErasePlace *place)
{
    *place = (StoreErasePlace){0};
    switch (family) {
    case STORE_HEAD:
        return head_place(key, size, place);
    case STORE_NUMERICS:
        return bed_place(key, size, STORE_NUMERIC_BLOCK_US, place);
    case STORE_TREND:
        return bed_place(key, size, STORE_TREND_BLOCK_US, place);
    case STORE_PYRAMID:
        return pyramid_place(key, size, place);
    case STORE_EVENTS:
        return event_place(key, size, place);
    case STORE_WAVE:
        return wave_place(key, size, place);
    case STORE_LATE:
        return late_place(key, size, place);
    case STORE_WAVE_TREND:
        return wave_trend_place(key, size, place);
    case STORE_META:
    case STORE_SEGMENTS:
    case STORE_STREAMS:
    case STORE_AUDIT:
    case STORE_AUDIT_INDEX:
    case STORE_N_FAMILIES:
        break;
    }
    return false;
}
