/* The bytes of a record: what reading and writing the log of groups share, and nobody else
 * includes. See group-log.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <string.h>

#include "store/group-log.h"

#define STORE_GROUP_MAGIC     "vICUgrp2"
#define STORE_GROUP_TABLE_ROW 8

typedef struct {
    uint32_t crc; /* of table and group */
    uint32_t size;
    uint64_t life;
    uint64_t number;
    uint64_t sequence;
    uint32_t bodies; /* bytes */
    uint32_t n_bodies;
} StoreGroupHeader;

/* From STORE_GROUP_HEADER bytes. False: it is none. */
bool store_group_header_read(const uint8_t *p, StoreGroupHeader *header);

static inline uint64_t
store_le_u64(const uint8_t *p)
{
    uint64_t le;
    memcpy(&le, p, sizeof le);
    return GUINT64_FROM_LE(le);
}

static inline uint32_t
store_le_u32(const uint8_t *p)
{
    uint32_t le;
    memcpy(&le, p, sizeof le);
    return GUINT32_FROM_LE(le);
}

static inline void
store_le_set_u64(uint8_t *p, uint64_t value)
{
    uint64_t le = GUINT64_TO_LE(value);
    memcpy(p, &le, sizeof le);
}

static inline void
store_le_set_u32(uint8_t *p, uint32_t value)
{
    uint32_t le = GUINT32_TO_LE(value);
    memcpy(p, &le, sizeof le);
}
