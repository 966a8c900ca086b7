/* Keys of the database: fixed-width big-endian numbers, so that bytes sort as
 * the numbers do. A time is offset by 2^63, so that the years before 1970 sort
 * first. docs/storage.md lists every key.
 *
 * Values, no memory of their own. A key never exceeds STORE_KEY_MAX: bed ids
 * are at most 98 characters (three names of 32 and two slashes).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

G_BEGIN_DECLS

#define STORE_BED_MAX    98
#define STORE_SENDER_LEN 16
#define STORE_KEY_MAX    192

typedef struct {
    uint8_t data[STORE_KEY_MAX];
    size_t size;
} StoreKey;

static inline void
store_key_bytes(StoreKey *key, const void *data, size_t size)
{
    g_assert(key->size + size <= STORE_KEY_MAX);
    memcpy(key->data + key->size, data, size);
    key->size += size;
}

static inline void
store_key_u8(StoreKey *key, uint8_t value)
{
    store_key_bytes(key, &value, 1);
}

static inline void
store_key_u32(StoreKey *key, uint32_t value)
{
    uint32_t be = GUINT32_TO_BE(value);
    store_key_bytes(key, &be, sizeof be);
}

static inline void
store_key_u64(StoreKey *key, uint64_t value)
{
    uint64_t be = GUINT64_TO_BE(value);
    store_key_bytes(key, &be, sizeof be);
}

static inline void
store_key_time(StoreKey *key, int64_t t_us)
{
    store_key_u64(key, (uint64_t)t_us ^ (UINT64_C(1) << 63));
}

/* The bed's id and a zero byte: no id is another one's prefix. */
static inline void
store_key_bed(StoreKey *key, const char *bed)
{
    store_key_bytes(key, bed, strlen(bed) + 1);
}

static inline uint32_t
store_read_u32(const uint8_t *data)
{
    uint32_t be;
    memcpy(&be, data, sizeof be);
    return GUINT32_FROM_BE(be);
}

static inline uint64_t
store_read_u64(const uint8_t *data)
{
    uint64_t be;
    memcpy(&be, data, sizeof be);
    return GUINT64_FROM_BE(be);
}

static inline int64_t
store_read_time(const uint8_t *data)
{
    return (int64_t)(store_read_u64(data) ^ (UINT64_C(1) << 63));
}

G_END_DECLS
