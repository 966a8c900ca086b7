/* Trends: rows of 5 minutes become blocks and pyramids once their time is over.
 *
 * A block's time is over STORE_TREND_GRACE_US after its end, by the clock that the
 * caller gives, and when nothing has come for it for STORE_TREND_QUIET_US (or when
 * something has waited for an hour). Then, a slice of work at each step: its rows are
 * read, joined with what a block of that time held before, and blocks, pyramid rows
 * and the deletion of those rows go into one write group. So a value is in a row or in
 * a block, never in both, whenever the power fails; and a pyramid holds exactly what
 * the blocks hold. A row of a time that was sealed is what says that something came
 * late: it is found again at start, and folded in by the same work. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "store/db.h"
#include "store/streams.h"
#include "store/trend/open.h"

G_BEGIN_DECLS

#define STORE_TREND_GRACE_US (300 * G_USEC_PER_SEC)
#define STORE_TREND_QUIET_US (120 * G_USEC_PER_SEC)
#define STORE_TREND_WAIT_US  (INT64_C(3600) * G_USEC_PER_SEC)

typedef struct {
    uint64_t sealed; /* blocks of beds turned from rows */
    uint64_t values; /* in them */
    uint64_t broken; /* that could not be read */
    uint64_t slices; /* of work */
} StoreTrendCounts;

typedef struct StoreTrend StoreTrend;

/* Borrows both. Finds the rows that are there. */
StoreTrend *
store_trend_new(StoreDb *db, const StoreStreams *streams, int64_t mono_us, GError **error);
void store_trend_free(StoreTrend *self);

/* A lane's values are about to become rows, in the open write group. */
void store_trend_flushing(StoreTrend *self, const StoreNumeric *numeric);
/* The write group is durable. */
void store_trend_committed(StoreTrend *self);
/* One slice of work at most. @settled: no batch and no row waits for the commit. May
 * put into the open write group. */
void store_trend_step(StoreTrend *self, int64_t utc_us, int64_t mono_us, bool settled);
/* Work waits for the next step. */
bool store_trend_is_busy(const StoreTrend *self);

StoreOpen *store_trend_open(StoreTrend *self);
const StoreTrendCounts *store_trend_counts(const StoreTrend *self);

/* ---- keys of STORE_PYRAMID: level | code | bed | span | channel | source ---- */

StoreKey store_pyramid_key(unsigned level, uint32_t code); /* every row begins so */
StoreKey
store_pyramid_key_of(unsigned level, const char *bed, int64_t span, const StoreTrendStream *stream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreTrend, store_trend_free)

G_END_DECLS
