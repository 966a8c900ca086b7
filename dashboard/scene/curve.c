/* Curve: samples of a wave as the columns of a line that stands still.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "dashboard/scene/build.h"

#define SPANS_MAX 64

typedef struct {
    float *points;
    int w;
    double x; /* where the line is, in columns */
    double y;
    bool down; /* FALSE: the line has been lifted */
} Pen;

static void
reach(Pen *pen, int column, double y)
{
    float *pair = pen->points + 2 * column;
    if (column < 0 || column >= pen->w)
        return;
    pair[0] = isnan(pair[0]) ? (float)y : MIN(pair[0], (float)y);
    pair[1] = isnan(pair[1]) ? (float)y : MAX(pair[1], (float)y);
}

/* Every column that the line crosses holds what lies between its two borders. */
static void
draw_to(Pen *pen, double x, double y)
{
    if (pen->down && x > pen->x) {
        double slope = (y - pen->y) / (x - pen->x);
        int first = MAX((int)floor(pen->x), -1);
        int last = MIN((int)floor(x), pen->w);
        for (int c = first + 1; c <= last; c++) {
            double at = pen->y + slope * (c - pen->x);
            reach(pen, c - 1, at);
            reach(pen, c, at);
        }
    }
    reach(pen, (int)floor(x), y);
    pen->x = x;
    pen->y = y;
    pen->down = true;
}

void
dash_put_curve(DashScene *self, DashRect rect, uint32_t ink, const DashCurve *curve)
{
    DashSpan spans[SPANS_MAX];
    Pen pen = {.points = dash_put_columns(self, rect, ink), .w = rect.w};
    size_t n = dash_wave_spans(curve->wave, curve->from_us, curve->to_us, spans, SPANS_MAX);
    double per_us = rect.w / (double)MAX(curve->to_us - curve->from_us, 1);
    double per_unit = (rect.h - 2) / (curve->hi > curve->lo ? curve->hi - curve->lo : 1);
    for (size_t s = 0; s < n; s++) {
        const DashSpan *span = &spans[s];
        pen.down = pen.down && span->joins;
        for (size_t i = 0; i < span->n; i++) {
            double t_us = (double)(span->t_us - curve->from_us) + span->period_us * (double)i;
            double value = (span->samples[i] - span->baseline) / span->gain;
            if (span->samples[i] == DASH_SAMPLE_INVALID)
                pen.down = false;
            else
                draw_to(&pen, t_us * per_us,
                        CLAMP(1 + (curve->hi - value) * per_unit, 1, rect.h - 1));
        }
    }
}
