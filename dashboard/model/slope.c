/* Slope. See slope.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/slope.h"

#include <math.h>
#include <string.h>

#define POINTS_MIN 3

bool
dash_slope_change(const DashTrend *trend, int64_t now_us, int64_t window_us, double *change)
{
    double n = 0, sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0, first = 0, last = 0;
    int64_t from = (now_us - window_us) / DASH_TREND_BUCKET_US + 1;
    for (int64_t number = from; number <= now_us / DASH_TREND_BUCKET_US; number++) {
        DashBucket bucket;
        if (!dash_trend_at(trend, number * DASH_TREND_BUCKET_US, &bucket))
            continue;
        double x = (double)(number - from);
        double y = ((double)bucket.min + (double)bucket.max) / 2;
        first = n == 0 ? x : first;
        last = x;
        n++;
        sum_x += x;
        sum_y += y;
        sum_xx += x * x;
        sum_xy += x * y;
    }
    double buckets = (double)window_us / (double)DASH_TREND_BUCKET_US;
    if (n < POINTS_MIN || last - first < buckets / 2)
        return false;
    *change = (n * sum_xy - sum_x * sum_y) / (n * sum_xx - sum_x * sum_x) * buckets;
    return true;
}

double
dash_slope_threshold(const VicuSignal *signal)
{
    static const struct {
        const char *prefix;
        double change;
    } stated[] = {{"HR", 20},  {"PULSE", 20}, {"RR", 4},  {"SpO2", 2},
                  {"ART", 10}, {"NIBP", 10},  {"Temp", 1}};
    for (size_t i = 0; signal && i < G_N_ELEMENTS(stated); i++) {
        size_t length = strlen(stated[i].prefix);
        if (strncmp(signal->name, stated[i].prefix, length) == 0
            && (signal->name[length] == '\0' || signal->name[length] == '_'))
            return stated[i].change;
    }
    return 0;
}

static DashSlope
slope_for(double change, double threshold)
{
    if (fabs(change) < threshold)
        return DASH_SLOPE_LEVEL;
    return change > 0 ? DASH_SLOPE_UP : DASH_SLOPE_DOWN;
}

DashSlope
dash_slope_of(const DashNumeric *numeric, int64_t now_us, int64_t window_us)
{
    double change = 0;
    double threshold = numeric ? dash_slope_threshold(numeric->signal) : 0;
    if (threshold <= 0 || !numeric->trend
        || !dash_slope_change(numeric->trend, now_us, window_us, &change))
        return DASH_SLOPE_UNKNOWN;
    return slope_for(change, threshold);
}

/* What stood at @t_us: the newest at or before it. */
static bool
score_at(const DashTrend *trend, int64_t t_us, double *middle)
{
    DashBucket bucket;
    int64_t oldest = trend->newest - DASH_TREND_BUCKETS;
    for (int64_t number = MIN(t_us / DASH_TREND_BUCKET_US, trend->newest); number > oldest;
         number--)
        if (dash_trend_at(trend, number * DASH_TREND_BUCKET_US, &bucket)) {
            *middle = ((double)bucket.min + (double)bucket.max) / 2;
            return true;
        }
    return false;
}

DashSlope
dash_slope_of_score(const DashBed *bed, const DashScore *score, int64_t now_us, int64_t window_us)
{
    double before = 0;
    double now = score->known ? score->value : (score->min + score->max) / 2.0;
    for (unsigned i = 0; i < bed->n_pasts; i++)
        if (strcmp(bed->past[i].name, score->name) == 0
            && score_at(bed->past[i].trend, now_us - window_us, &before))
            return slope_for(now - before, 1);
    return DASH_SLOPE_UNKNOWN;
}
