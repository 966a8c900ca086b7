/* Trend: one numeric over the last hour in buckets of ten seconds.
 *
 * A bucket that saw no value stays empty: it is drawn as a gap. Fixed memory.
 * Time is UTC in microseconds, given by the caller.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define DASH_TREND_BUCKETS   360
#define DASH_TREND_BUCKET_US (10 * (int64_t)G_USEC_PER_SEC)

typedef struct {
    float min;
    float max;
} DashBucket;

typedef struct {
    int64_t newest; /* number of the newest bucket since 1970; 0 = none */
    DashBucket bucket[DASH_TREND_BUCKETS];
    bool seen[DASH_TREND_BUCKETS];
} DashTrend;

/* A value older than the buckets held is left out. */
void dash_trend_put(DashTrend *self, int64_t t_us, double value);

/* FALSE when nothing was seen in the bucket that holds @t_us. */
bool dash_trend_at(const DashTrend *self, int64_t t_us, DashBucket *bucket);

/* Least and greatest in [from, to); FALSE, and nothing is written, when nothing was seen. */
bool
dash_trend_extent(const DashTrend *self, int64_t from_us, int64_t to_us, double *lo, double *hi);

G_END_DECLS
