/* Trace. See trace.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/gl/trace.h"

#include <math.h>
#include <string.h>

#include "dashboard/gl/blend.h"
#include "dashboard/gl/stroke.h"

#define SUB       DASH_STROKE_PARTS
#define MARGIN    DASH_STROKE_MARGIN
#define SPANS_MAX 256
#define HATCH     6
#define DOTS      5
#define PARTLY    0.97f /* less of a column was observed: its foot says so */
#define FOOT      3
#define BAND      120 /* of 255: a wave between its bounds, its mean over it */

struct DashTracer {
    DashStroke *stroke;
    uint32_t *scratch; /* coverage, 0 to 255 */
    size_t room;
};

DashTracer *
dash_tracer_new(int max_w)
{
    DashTracer *self = g_new0(DashTracer, 1);
    self->stroke = dash_stroke_new(max_w);
    return self;
}

void
dash_tracer_free(DashTracer *self)
{
    if (!self)
        return;
    dash_stroke_free(self->stroke);
    g_free(self->scratch);
    g_free(self);
}

static void
put(const DashSurface *surface, int x, int y, uint32_t colour)
{
    if (x >= 0 && x < surface->w && y >= 0 && y < surface->h)
        surface->pixels[(size_t)y * surface->stride + x] = colour;
}

static void
hatch_column(const DashSurface *surface, const DashItem *item, int x)
{
    DashRect r = item->rect;
    for (int y = r.y; y < r.y + r.h; y++)
        if ((x + y) % HATCH == 0)
            put(surface, x, y, item->back);
}

/* ---- samples ---- */

static void
stroke_spans(DashTracer *self, const DashItem *item)
{
    const DashTrace *trace = &item->trace;
    DashSpan spans[SPANS_MAX];
    double parts_per_us = trace->px_per_s * SUB / 1e6;
    int64_t margin_us = (int64_t)(MARGIN * 1e6 / trace->px_per_s) + 1;
    int64_t to_us = trace->from_us + (int64_t)(item->rect.w * 1e6 / trace->px_per_s);
    double base_us = (double)trace->from_us - MARGIN * 1e6 / trace->px_per_s;
    double per_unit = (item->rect.h - 3) / (trace->hi - trace->lo);
    size_t n = dash_wave_spans(trace->wave, trace->from_us - margin_us, to_us + margin_us, spans,
                               SPANS_MAX);
    dash_stroke_begin(self->stroke, item->rect.w, item->rect.h);
    for (size_t s = 0; s < n; s++) {
        const DashSpan *span = &spans[s];
        float scale = (float)(-per_unit / span->gain);
        float shift =
            (float)(item->rect.h - 1.5 + per_unit * (trace->lo + span->baseline / span->gain));
        if (!span->joins)
            dash_stroke_lift(self->stroke);
        dash_stroke_samples(self->stroke, span->samples, span->n, DASH_SAMPLE_INVALID,
                            (float)(((double)span->t_us - base_us) * parts_per_us),
                            (float)(span->period_us * parts_per_us), scale, shift);
    }
    dash_stroke_end(self->stroke);
}

static void
lay_over(const DashTracer *self, const DashSurface *surface, const DashItem *item)
{
    DashRect r = item->rect;
    for (int y = 0; y < r.h; y++)
        for (int x = 0; x < r.w; x++) {
            unsigned part = self->scratch[(size_t)y * r.w + x] & 0xff;
            if (part == 0 || r.x + x >= surface->w || r.y + y >= surface->h)
                continue;
            uint32_t *pixel = &surface->pixels[(size_t)(r.y + y) * surface->stride + r.x + x];
            *pixel = blend(*pixel, item->colour, part);
        }
}

void
dash_tracer_trace(DashTracer *self, const DashSurface *surface, const DashItem *item)
{
    DashRect r = item->rect;
    size_t need = (size_t)r.w * (size_t)r.h;
    if (r.w <= 0 || r.h <= 3 || !(item->trace.hi > item->trace.lo)
        || !dash_stroke_holds(self->stroke, r.w))
        return;
    if (need > self->room) {
        g_free(self->scratch);
        self->scratch = g_new(uint32_t, need);
        self->room = need;
    }
    memset(self->scratch, 0, need * sizeof *self->scratch);
    stroke_spans(self, item);
    /* Blue on black: the last byte of a pixel is how much of it the line covers. */
    const DashPatch patch = {.top = self->scratch,
                             .stride = r.w,
                             .h = r.h,
                             .ink = 0xff0000ffu,
                             .back = 0xff000000u,
                             .fresh = true};
    dash_stroke_paint(self->stroke, &patch);
    lay_over(self, surface, item);
    for (int x = 0; x < r.w; x++) {
        int64_t t_us = item->trace.from_us + (int64_t)(x * 1e6 / item->trace.px_per_s);
        if (item->trace.told && t_us < item->trace.now_us && !dash_stroke_has_data(self->stroke, x))
            hatch_column(surface, item, r.x + x);
    }
}

/* ---- columns ---- */

static int
y_of(const DashItem *item, float value)
{
    const DashBands *c = &item->bands;
    double part = ((double)value - c->lo) / (c->hi - c->lo);
    int y = item->rect.y + item->rect.h - 2 - (int)floor(part * (item->rect.h - 3) + 0.5);
    return CLAMP(y, item->rect.y, item->rect.y + item->rect.h - 2);
}

typedef struct {
    int top, bottom;
    bool drawn;
} Before;

static void
draw_band(const DashSurface *surface,
          const DashItem *item,
          int x,
          const DashColumn *column,
          Before *before)
{
    bool wide = item->bands.band && column->max > column->min;
    uint32_t ink = column->coarse ? blend(item->back, item->colour, 170) : item->colour;
    int top = y_of(item, column->max);
    int bottom = y_of(item, column->min) + 2;
    int y0 = before->drawn ? MIN(top, before->bottom - 1) : top;
    int y1 = before->drawn ? MAX(bottom, before->top + 1) : bottom;
    dash_raster_fill(surface, (DashRect){x, y0, 1, y1 - y0},
                     wide ? blend(item->back, item->colour, BAND) : ink);
    if (wide)
        dash_raster_fill(surface, (DashRect){x, y_of(item, column->mean), 1, 2}, ink);
    *before = (Before){top, bottom, true};
    DashRect r = item->rect;
    for (int y = r.y + r.h - FOOT; column->coverage < PARTLY && y < r.y + r.h; y++)
        if ((x + y) % 2 == 0)
            put(surface, x, y, item->back);
}

void
dash_tracer_bands(const DashSurface *surface, const DashItem *item)
{
    DashRect r = item->rect;
    Before before = {0};
    if (!(item->bands.hi > item->bands.lo))
        return;
    for (int i = 0; i < r.w; i++) {
        const DashColumn *column = &item->bands.column[i];
        if (column->known && column->coverage > 0) {
            draw_band(surface, item, r.x + i, column, &before);
            continue;
        }
        before.drawn = false;
        if (i >= item->bands.n_past)
            continue;
        if (column->known)
            hatch_column(surface, item, r.x + i);
        else if ((r.x + i) % DOTS == 0)
            put(surface, r.x + i, r.y + r.h / 2, item->back);
    }
}
