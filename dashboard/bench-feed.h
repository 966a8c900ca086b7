/* Feed of a bench: the synthetic ward as the batches that a hub would send, for any stretch of
 * time, into a model.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/model.h"

G_BEGIN_DECLS

typedef struct DashBenchFeed DashBenchFeed;

/* Samples are counted from @t0_us. */
DashBenchFeed *dash_bench_feed_new(unsigned beds, int64_t t0_us);
void dash_bench_feed_free(DashBenchFeed *self);

/* All beds' waves of [@from_us, @to_us), less than a minute, and with @with_numerics the next value
 * of each, come to @model at @now_us. */
void dash_bench_feed_take(DashBenchFeed *self,
                          DashModel *model,
                          int64_t from_us,
                          int64_t to_us,
                          gboolean with_numerics,
                          int64_t now_us);

/* The same as a batch of the wire. @announce: with what its waves are, and the numerics. */
GBytes *
dash_bench_feed_pack(DashBenchFeed *self, int64_t from_us, int64_t to_us, gboolean announce);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashBenchFeed, dash_bench_feed_free)

G_END_DECLS
