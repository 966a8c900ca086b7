/* Blocks of numerics that are not sealed yet: which there are, and their cells.
 *
 * What a lane writes as rows of 5 minutes is noted here, so that a trend up to now
 * needs no row of a block that this process has seen from its beginning. After a
 * restart the rows that are found are known, not what is in them: such a block is not
 * whole until it was sealed. Memory: 2.5 KiB for each stream and block; beyond
 * STORE_OPEN_STREAMS blocks are not whole either. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "store/numeric.h"
#include "store/trend/block.h"
#include "store/trend/level.h"

G_BEGIN_DECLS

#define STORE_OPEN_STREAMS 32768
#define STORE_OPEN_CELLS   64 /* of level 1 in a block */

typedef struct {
    StoreTrendStream stream;
    uint64_t values; /* invalid ones, too */
    StoreCell cell[STORE_OPEN_CELLS];
} StoreOpenStream;

typedef struct {
    int64_t block;      /* multiple of STORE_TREND_BLOCK_US */
    bool whole;         /* @streams hold all that is not sealed */
    bool broken;        /* cannot be read: left alone by this process */
    int64_t first_us;   /* mono: since when something waits to be sealed */
    int64_t touched_us; /* mono: when the newest row came */
    uint64_t touches;
    GPtrArray *streams; /* StoreOpenStream *; empty unless whole */
} StoreOpenBlock;

typedef struct StoreOpen StoreOpen;

StoreOpen *store_open_new(void);
void store_open_free(StoreOpen *self);

/* Rows of @block exist that this process did not write. */
void store_open_found(StoreOpen *self, const char *bed, int64_t block, int64_t mono_us);
/* All that waits in @numeric is about to become rows. */
void store_open_flushing(StoreOpen *self, const StoreNumeric *numeric, int64_t mono_us);

/* NULL: nothing of it is open. */
StoreOpenBlock *store_open_block(StoreOpen *self, const char *bed, int64_t block);
/* Nothing of it is open any more. */
void store_open_done(StoreOpen *self, const char *bed, int64_t block);
/* Part of it was sealed: what is left is in rows only. */
void store_open_not_whole(StoreOpen *self, StoreOpenBlock *block, int64_t mono_us);

/* Of one bed, by time; of all beds. Nothing may be changed meanwhile. */
typedef void (*StoreOpenFunc)(const char *bed, StoreOpenBlock *block, gpointer user);
void store_open_each(StoreOpen *self, const char *bed, StoreOpenFunc func, gpointer user);
void store_open_all(StoreOpen *self, StoreOpenFunc func, gpointer user);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreOpen, store_open_free)

G_END_DECLS
