/* Parts: which files of waves count.
 *
 * A part is one period of data time (a minute, an hour or a day) in one generation,
 * in one file or a few. A file is taken in first and counts only once its part stands
 * in this table, whose row is put in the same group as everything else that goes with
 * it. Files of no part are what a crash leaves; they are dropped at opening. Parts
 * never overlap in time.
 *
 * All of the table is in memory, 48 bytes each. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "store/db.h"
#include "store/policy.h"
#include "store/wave-key.h"

G_BEGIN_DECLS

typedef struct {
    StoreTier tier;
    int64_t period;
    uint32_t generation;
    int64_t begin, end; /* minutes: begin <= m < end */
    uint64_t rows;
    uint64_t bytes;
    uint64_t imported; /* of these: of imported data */
    uint32_t policy;   /* by which the next two are: store_policy_waves_id(); 0: not known */
    int64_t least_us, most_us; /* shortest and longest time to keep of its rows */
    unsigned shed;             /* 1 << StoreClass: not to be copied again; not on disk */
    int64_t made_us;           /* mono; of those there at opening: when that was */
    uint64_t serial;           /* counts parts as they were put; 0: there at opening */
} StorePart;

typedef struct StoreParts StoreParts;

/* Reads the table and drops files of no part. */
StoreParts *store_parts_open(StoreDb *db, int64_t mono_us, GError **error);
void store_parts_free(StoreParts *self);

/* The part that holds @minute, or the first one after it; NULL: none. Borrowed until
 * the next change. */
const StorePart *store_parts_find(const StoreParts *self, int64_t minute);
/* The same, but NULL unless it holds @minute. */
const StorePart *store_parts_at(const StoreParts *self, int64_t minute);
uint64_t store_parts_serial(const StoreParts *self);   /* of the newest part */
const GArray *store_parts_all(const StoreParts *self); /* StorePart, by time */

/* A generation that no file of the period has. */
uint32_t store_parts_next_generation(const StoreParts *self, StoreTier tier, int64_t period);

/* @part takes the place of every part within its period; puts the rows. One that has none
 * leaves nothing in their place. After the
 * commit store_parts_sweep() gives the files of the others back. */
void store_parts_put(StoreParts *self, const StorePart *part);
/* The part goes (retention); puts the row. */
void store_parts_remove(StoreParts *self, const StorePart *part);
/* Rows of @class go when the part is made again, which it is soon. */
void store_parts_shed(StoreParts *self, guint index, StoreClass class);
/* A row of @size bytes that is kept for @keep_us goes into a part on its way. */
void store_part_count(StorePart *part, uint64_t size, bool imported, int64_t keep_us);

/* Drops the files of parts that were replaced or removed. To be called after the commit. */
bool store_parts_sweep(StoreParts *self, GError **error);
bool store_parts_has_swept(const StoreParts *self);

/* First and last key of the files of @part. */
void store_part_range(const StorePart *part, StoreKey *first, StoreKey *last);

/* Tag of STORE_META: | tier | period -> generation, rows, bytes, imported, policy, least, most. */
#define STORE_META_PART    'P'
#define STORE_PART_ROW_KEY 10
#define STORE_PART_ROW     48

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreParts, store_parts_free)

G_END_DECLS
