/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/meter.h"

#include <math.h>
#include <string.h>

#define MIN_US    (60 * (int64_t)G_USEC_PER_SEC)
#define HOUR_US   (60 * MIN_US)
#define BUCKETS   12
#define BUCKET_US (HOUR_US / BUCKETS)
#define BUCKET_H  (1.0 / BUCKETS)
#define FADE_H    0.5
#define BY_CHANCE 2.0

/* Alerts of the last hour; bucket 0 is the newest. */
typedef struct {
    double all[BUCKETS];
    unsigned n;       /* buckets that are known */
    GHashTable *beds; /* name -> double[BUCKETS] */
} Alerts;

static void
count_alerts(Alerts *self, const DashBurden *burden, int64_t now_us, DashMeter *out)
{
    unsigned acted = 0;
    for (unsigned i = 0; i < dash_burden_length(burden); i++) {
        DashBurdenAlarm a = dash_burden_alarm(burden, i);
        int64_t age_us = now_us - a.raised_us;
        if (!a.calls || a.technical)
            continue;
        out->verdicts += a.answer > DASH_ANSWER_SEEN;
        acted += a.answer == DASH_ANSWER_ACT;
        if (age_us < 0 || age_us >= (int64_t)self->n * BUCKET_US)
            continue;
        double *bed = g_hash_table_lookup(self->beds, a.bed);
        if (!bed) {
            bed = g_new0(double, BUCKETS);
            g_hash_table_insert(self->beds, (gpointer)a.bed, bed);
        }
        bed[age_us / BUCKET_US]++;
        self->all[age_us / BUCKET_US]++;
    }
    out->share_is_own = out->verdicts >= DASH_METER_VERDICTS;
    out->share = out->share_is_own ? (double)acted / out->verdicts : DASH_METER_SHARE;
}

static double
age_h(unsigned bucket)
{
    return (bucket + 0.5) * BUCKET_H;
}

static double
rate(const double *bucket, unsigned n)
{
    double sum = 0, weights = 0;
    for (unsigned i = 0; i < n; i++) {
        double weight = exp(-age_h(i) / FADE_H);
        sum += weight * bucket[i];
        weights += weight;
    }
    return weights > 0 ? sum / weights / BUCKET_H : 0;
}

/* Alerts per hour, each hour; 0 where a steady stream would often look so. */
static double
slope(const double *bucket, unsigned n)
{
    double mean = 0, mean_t = 0, sxx = 0, sxy = 0;
    for (unsigned i = 0; i < n; i++) {
        mean += bucket[i] / n;
        mean_t += -age_h(i) / n;
    }
    for (unsigned i = 0; i < n; i++) {
        double t = -age_h(i) - mean_t;
        sxx += t * t;
        sxy += t * (bucket[i] - mean);
    }
    if (n < 3 || mean <= 0)
        return 0;
    double b = sxy / sxx;
    return fabs(b) > BY_CHANCE * sqrt(mean / sxx) ? b / BUCKET_H : 0;
}

static double
load_of(const DashMeter *meter, double alerts_per_hour)
{
    return alerts_per_hour * meter->share * DASH_METER_ENGAGEMENT_MIN / meter->available;
}

static void
look_ahead(DashMeter *out)
{
    double then = MAX(out->alerts_per_hour + out->slope, 0);
    out->forecast = load_of(out, then);
    out->full_in_us = out->load >= 1 ? 0 : INT64_MAX;
    if (out->load < 1 && out->forecast >= 1)
        out->full_in_us =
            (int64_t)((1 - out->load) / (out->forecast - out->load) * (double)HOUR_US);
    out->state = out->load >= 1                      ? DASH_METER_OVER
                 : out->load >= DASH_METER_NEAR_LOAD ? DASH_METER_NEAR
                 : out->forecast >= 1                ? DASH_METER_FILLING
                                                     : DASH_METER_CALM;
}

/* --- whom to hand over --- */

static int
by_work(const void *pa, const void *pb)
{
    const DashMeterBed *a = pa, *b = pb;
    if (a->alerts_per_hour != b->alerts_per_hour)
        return a->alerts_per_hour > b->alerts_per_hour ? -1 : 1;
    return strcmp(a->bed, b->bed);
}

static GArray *
beds_by_work(const Alerts *alerts, const DashMeter *meter)
{
    GArray *beds = g_array_new(FALSE, FALSE, sizeof(DashMeterBed));
    GHashTableIter iter;
    gpointer name, bucket;
    g_hash_table_iter_init(&iter, alerts->beds);
    while (g_hash_table_iter_next(&iter, &name, &bucket)) {
        DashMeterBed bed = {.bed = name, .alerts_per_hour = rate(bucket, alerts->n)};
        bed.minutes_per_hour = load_of(meter, bed.alerts_per_hour) * meter->available;
        if (*bed.bed)
            g_array_append_val(beds, bed);
    }
    g_array_sort(beds, by_work);
    return beds;
}

/* Until it is below "near", and for the hour ahead; a bed's part of the worse of the two
 * is its part of now. */
static void
propose(const Alerts *alerts, DashMeter *out)
{
    g_autoptr(GArray) beds = beds_by_work(alerts, out);
    double worse = MAX(out->load, out->forecast), left = 1;
    out->load_after = worse;
    for (guint i = 0; i < beds->len && out->n_hand_over < DASH_METER_HAND_OVER
                      && out->load_after >= DASH_METER_NEAR_LOAD;
         i++) {
        const DashMeterBed *bed = &g_array_index(beds, DashMeterBed, i);
        out->hand_over[out->n_hand_over++] = *bed;
        left -= bed->alerts_per_hour / out->alerts_per_hour;
        out->load_after = worse * MAX(left, 0);
    }
}

void
dash_meter_judge(const DashBurden *burden, unsigned staff, int64_t now_us, DashMeter *out)
{
    Alerts alerts = {.beds = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free)};
    *out = (DashMeter){.staff = MAX(staff, 1), .full_in_us = INT64_MAX};
    int64_t known_from_us = dash_burden_known_us(burden);
    if (known_from_us < now_us)
        out->known_us = MIN(now_us - known_from_us, HOUR_US);
    alerts.n = (unsigned)(out->known_us / BUCKET_US);
    out->available = 60.0 * out->staff;
    count_alerts(&alerts, burden, now_us, out);
    if (out->known_us >= DASH_METER_LEAST_US) {
        out->alerts_per_hour = rate(alerts.all, alerts.n);
        out->slope = slope(alerts.all, alerts.n);
        out->load = load_of(out, out->alerts_per_hour);
        out->minutes_per_hour = out->load * out->available;
        look_ahead(out);
        if (out->state > DASH_METER_CALM)
            propose(&alerts, out);
    }
    g_hash_table_unref(alerts.beds);
}
