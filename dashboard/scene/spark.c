/* Sparks: the last half hour of a number in a few pixels, with its limits.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "dashboard/scene/build.h"

#define SPAN_US (30 * 60 * (int64_t)G_USEC_PER_SEC)

typedef struct {
    const char *label;
    const DashNumeric *numeric;
    const char *low; /* names of the limits */
    const char *high;
    double span; /* at least so much is shown */
} Spark;

/* Of the limits in force at the bed; FALSE: it is not told. */
static bool
find_limit(const DashBed *bed, const char *name, double *value)
{
    for (unsigned i = 0; i < bed->n_limits; i++)
        if (g_strcmp0(bed->limit[i].name, name) == 0) {
            *value = bed->limit[i].value;
            return true;
        }
    return false;
}

/* All that was seen, and a limit where it is near; FALSE: nothing was seen. */
static bool
range_of(const Spark *spark, int64_t now_us, double *lo, double *hi)
{
    bool seen = false;
    for (int64_t t = now_us - SPAN_US; t <= now_us; t += DASH_TREND_BUCKET_US) {
        DashBucket bucket;
        if (!dash_trend_at(spark->numeric->trend, t, &bucket))
            continue;
        *lo = seen ? MIN(*lo, (double)bucket.min) : (double)bucket.min;
        *hi = seen ? MAX(*hi, (double)bucket.max) : (double)bucket.max;
        seen = true;
    }
    double grow = (spark->span - (*hi - *lo)) / 2;
    if (seen && grow > 0) {
        *lo -= grow;
        *hi += grow;
    }
    return seen;
}

static void
put_limit(DashScene *self, DashRect rect, double value, double lo, double hi, uint32_t ink)
{
    if (!(value > lo && value < hi))
        return;
    int y = rect.y + (int)lrint((hi - value) / (hi - lo) * (rect.h - 1));
    for (int x = rect.x; x + 3 <= rect.x + rect.w; x += 6)
        dash_put_fill(self, (DashRect){x, y, 3, 1}, ink);
}

static void
put_spark(DashScene *self, const DashBed *bed, const Spark *spark, DashRect rect, DashSizes s)
{
    char text[DASH_TEXT_MAX];
    double lo = 0;
    double hi = 0;
    double limit = 0;
    int64_t now_us = (self->view->now_us / DASH_TREND_BUCKET_US + 1) * DASH_TREND_BUCKET_US;
    const char *unit = dash_unit_of(spark->numeric);
    const char *beside = dash_units_beside(self->view->units, unit);
    uint32_t ink = dash_palette_ink(self->pal, spark->numeric->signal);
    /* Three lines have to go one below the other. */
    DashFace name = {MIN(s.small - 1, rect.h * 36 / 100), DASH_WEIGHT_BOLD, ink, 0};
    DashFace edge = {CLAMP(s.small - 2, 8, MAX(rect.h * 28 / 100, 8)), DASH_WEIGHT_REGULAR,
                     self->pal->dim, 0};
    int name_w = dash_text_width(self, name, spark->label);
    int label_w = MAX(s.label_w, name_w + dash_text_width(self, edge, beside)) + 4;
    dash_begin_block(self, rect, self->pal->tile);
    int base = dash_baseline(rect.y, rect.h, name.size);
    dash_put_text(self, rect.x + 2, base, name, spark->label);
    dash_put_text(self, rect.x + 2 + name_w, base, edge, beside);
    DashRect area = {rect.x + label_w, rect.y + 4, rect.w - label_w - 6, rect.h - 8};
    if (area.w < 20 || !range_of(spark, now_us, &lo, &hi))
        return;
    dash_format_number(text, self->view->units, unit, hi, 0);
    dash_put_text(self, rect.x + 2, rect.y + edge.size + 1, edge, text);
    dash_format_number(text, self->view->units, unit, lo, 0);
    dash_put_text(self, rect.x + 2, rect.y + rect.h - MAX(edge.size / 3, 4), edge, text);
    dash_put_fill(self, (DashRect){area.x, area.y + area.h, area.w, 1}, self->pal->seam);
    if (find_limit(bed, spark->low, &limit))
        put_limit(self, area, limit, lo, hi, self->pal->dim);
    if (find_limit(bed, spark->high, &limit))
        put_limit(self, area, limit, lo, hi, self->pal->dim);
    dash_put_trend(self, area, ink,
                   (DashTrendLine){spark->numeric->trend, now_us - SPAN_US, now_us, lo, hi});
}

void
dash_put_sparks(DashScene *self, const DashBed *bed, DashRect rect, DashSizes s)
{
    const Spark all[] = {
        {"HR", dash_judge_find(bed, "HR"), "HR_low", "HR_high", 20},
        {"MAP", dash_acuity_map(bed, self->view->now_us), "MAP_low", "MAP_high", 20},
        {"SpO2", dash_judge_find(bed, "SpO2"), "SpO2_low", "SpO2_high", 6},
    };
    int n = G_N_ELEMENTS(all);
    for (int i = 0; i < n; i++) {
        int x0 = rect.x + rect.w * i / n;
        int x1 = rect.x + rect.w * (i + 1) / n;
        DashRect cell = {x0, rect.y, x1 - x0, rect.h};
        if (all[i].numeric)
            put_spark(self, bed, &all[i], cell, s);
        else
            dash_begin_block(self, cell, self->pal->tile);
    }
}
