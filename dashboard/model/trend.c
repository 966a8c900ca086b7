/* Trend buckets. See trend.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/trend.h"

static size_t
slot(int64_t number)
{
    return (size_t)(number % DASH_TREND_BUCKETS);
}

void
dash_trend_put(DashTrend *self, int64_t t_us, double value)
{
    int64_t number = t_us / DASH_TREND_BUCKET_US;
    if (t_us <= 0 || number <= self->newest - DASH_TREND_BUCKETS)
        return;
    if (number > self->newest) {
        int64_t first = MAX(self->newest + 1, number - DASH_TREND_BUCKETS + 1);
        for (int64_t empty = first; empty <= number; empty++)
            self->seen[slot(empty)] = false;
        self->newest = number;
    }
    DashBucket *bucket = &self->bucket[slot(number)];
    float v = (float)value;
    bool seen = self->seen[slot(number)];
    bucket->min = seen ? MIN(bucket->min, v) : v;
    bucket->max = seen ? MAX(bucket->max, v) : v;
    self->seen[slot(number)] = true;
}

bool
dash_trend_at(const DashTrend *self, int64_t t_us, DashBucket *bucket)
{
    int64_t number = t_us / DASH_TREND_BUCKET_US;
    if (t_us <= 0 || number > self->newest || number <= self->newest - DASH_TREND_BUCKETS
        || !self->seen[slot(number)])
        return false;
    *bucket = self->bucket[slot(number)];
    return true;
}

bool
dash_trend_extent(const DashTrend *self, int64_t from_us, int64_t to_us, double *lo, double *hi)
{
    bool any = false;
    for (int64_t t = from_us; t < to_us; t += DASH_TREND_BUCKET_US) {
        DashBucket bucket;
        if (!dash_trend_at(self, t, &bucket))
            continue;
        *lo = any ? MIN(*lo, (double)bucket.min) : (double)bucket.min;
        *hi = any ? MAX(*hi, (double)bucket.max) : (double)bucket.max;
        any = true;
    }
    return any;
}
