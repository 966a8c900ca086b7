/* Raster: waves by exact area. See raster.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/gl/raster.h"

#include <math.h>
#include <string.h>
#include <sys/mman.h>

#include "dashboard/gl/blend.h"
#include "dashboard/gl/stroke.h"

#define SUB        DASH_STROKE_PARTS
#define MARGIN     DASH_STROKE_MARGIN
#define WIDE       16 /* pixels written at once */
#define SPANS_MAX  160
#define HATCH_STEP 6
#define HATCH_INK  0xff2c3540u

#define LARGE_PAGE ((size_t)2 << 20)

DashSurface
dash_surface_new(int w, int h)
{
    size_t bytes = (size_t)w * (size_t)h * sizeof(uint32_t);
    size_t room = (bytes + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
    DashSurface self = {
        .pixels = g_aligned_alloc(1, room, LARGE_PAGE), .w = w, .h = h, .stride = w};
    madvise(self.pixels, room, MADV_HUGEPAGE); /* a hint: without it all is the same, and slower */
    memset(self.pixels, 0, bytes);
    return self;
}

void
dash_surface_clear(DashSurface *self)
{
    g_aligned_free(self->pixels);
    *self = (DashSurface){0};
}

struct DashRaster {
    DashStroke *stroke;
};

DashRaster *
dash_raster_new(int max_w)
{
    DashRaster *self = g_new0(DashRaster, 1);
    self->stroke = dash_stroke_new(max_w);
    return self;
}

void
dash_raster_free(DashRaster *self)
{
    if (!self)
        return;
    dash_stroke_free(self->stroke);
    g_free(self);
}

void
dash_raster_fill(const DashSurface *surface, DashRect rect, uint32_t colour)
{
    int x0 = MAX(rect.x, 0);
    int x1 = MIN(rect.x + rect.w, surface->w);
    int y1 = MIN(rect.y + rect.h, surface->h);
    int y0 = MAX(rect.y, 0);
    uint32_t *row = surface->pixels + (size_t)y0 * surface->stride;
    for (int y = y0; y < y1; y++, row += surface->stride) {
        int x = x0;
        for (; x + WIDE <= x1; x += WIDE)
            for (int i = 0; i < WIDE; i++)
                row[x + i] = colour;
        for (; x < x1; x++)
            row[x] = colour;
    }
}

void
dash_raster_hatch(const DashSurface *surface, DashRect rect, uint32_t colour, int every)
{
    int x1 = MIN(rect.x + rect.w, surface->w);
    int y1 = MIN(rect.y + rect.h, surface->h);
    for (int y = MAX(rect.y, 0); y < y1; y++) {
        uint32_t *row = surface->pixels + (size_t)y * surface->stride;
        int phase = (every - y % every) % every;
        for (int x = rect.x + ((phase - rect.x % every) + every) % every; x < x1; x += every)
            if (x >= 0)
                row[x] = colour;
    }
}

void
dash_raster_mask(const DashSurface *surface, DashRect rect, const uint8_t *mask, uint32_t ink)
{
    int x0 = MAX(-rect.x, 0);
    int x1 = MIN(rect.w, surface->w - rect.x);
    int y1 = MIN(rect.h, surface->h - rect.y);
    for (int y = MAX(-rect.y, 0); y < y1; y++) {
        const uint8_t *from = mask + (size_t)y * rect.w;
        uint32_t *to = surface->pixels + (size_t)(rect.y + y) * surface->stride + rect.x;
        for (int x = x0; x < x1; x++)
            if (from[x])
                to[x] = from[x] == 255 ? ink : blend(to[x], ink, from[x]);
    }
}

int64_t
dash_raster_column_at(double px_per_s, int64_t t_us)
{
    return (int64_t)floor((double)t_us * px_per_s / 1e6);
}

/* Samples of the strip as a line over the parts; part 0 begins at @base_us. */
static void
draw_line(DashStroke *stroke, const DashItem *item, int n, double base_us)
{
    DashSpan spans[SPANS_MAX];
    const DashStrip *strip = &item->strip;
    double parts_per_us = strip->px_per_s * SUB / 1e6;
    size_t n_spans = dash_wave_spans(strip->wave, (int64_t)base_us,
                                     (int64_t)(base_us + n / parts_per_us) + 1, spans, SPANS_MAX);
    double room = item->rect.h - 3;
    double span = strip->hi > strip->lo ? strip->hi - strip->lo : 1;
    for (size_t s = 0; s < n_spans; s++) {
        const DashSpan *piece = &spans[s];
        double per_unit = room / span;
        float scale = (float)(-per_unit / piece->gain);
        float shift =
            (float)(item->rect.h - 1.5 + per_unit * (strip->lo + piece->baseline / piece->gain));
        if (!piece->joins)
            dash_stroke_lift(stroke);
        dash_stroke_samples(stroke, piece->samples, piece->n, DASH_SAMPLE_INVALID,
                            (float)(((double)piece->t_us - base_us) * parts_per_us),
                            (float)(piece->period_us * parts_per_us), scale, shift);
    }
}

/* "Should be data here, and is not." */
static void
hatch_column(const DashSurface *surface, const DashItem *item, int x)
{
    for (int y = item->rect.y; y < item->rect.y + item->rect.h; y++)
        if ((x + y) % HATCH_STEP == 0)
            surface->pixels[(size_t)y * surface->stride + x] = HATCH_INK;
}

/* Columns after the wave's begin on which nothing was drawn. */
static void
hatch_gaps(const DashStroke *stroke,
           const DashSurface *surface,
           const DashStripJob *job,
           int64_t first,
           int n)
{
    const DashItem *item = job->item;
    int place = (int)(first % item->rect.w);
    int64_t start_us = dash_wave_start_us(item->strip.wave);
    if (start_us <= 0)
        return;
    int64_t begin = dash_raster_column_at(item->strip.px_per_s, start_us) + 1;
    for (int c = (int)CLAMP(begin - first, 0, n); c < n; c++)
        if (!dash_stroke_has_data(stroke, c)) {
            hatch_column(surface, item, item->rect.x + place + c);
            if (job->rows)
                job->rows[place + c] = (DashRows){0, (int16_t)item->rect.h};
        }
}

/* Columns that lie side by side on the surface. */
static void
draw_piece(
    DashRaster *self, const DashSurface *surface, const DashStripJob *job, int64_t first, int n)
{
    const DashItem *item = job->item;
    const DashRect rect = item->rect;
    int place = (int)(first % rect.w);
    double base_us = (double)(first - MARGIN) * 1e6 / item->strip.px_per_s;
    const DashPatch patch = {
        .top = surface->pixels + (size_t)rect.y * surface->stride + rect.x + place,
        .stride = surface->stride,
        .h = rect.h,
        .ink = item->colour,
        .back = item->back,
        .rows = job->rows ? job->rows + place : NULL,
        .fresh = job->fresh,
    };
    g_return_if_fail(dash_stroke_holds(self->stroke, n));
    dash_stroke_begin(self->stroke, n, rect.h);
    draw_line(self->stroke, item, (n + 2 * MARGIN) * SUB, base_us);
    dash_stroke_end(self->stroke);
    dash_stroke_paint(self->stroke, &patch);
    hatch_gaps(self->stroke, surface, job, first, n);
}

/* Places that lie side by side: nothing is left in them. */
static void
clear_piece(const DashSurface *surface, const DashStripJob *job, int place, int n)
{
    const DashItem *item = job->item;
    bool is_known = job->rows && !job->fresh;
    DashRows all = {is_known ? (int16_t)item->rect.h : 0, is_known ? 0 : (int16_t)item->rect.h};
    for (int i = place; job->rows && i < place + n; i++) {
        if (job->rows[i].first < job->rows[i].end) {
            all.first = MIN(all.first, job->rows[i].first);
            all.end = MAX(all.end, job->rows[i].end);
        }
        job->rows[i] = (DashRows){0, 0};
    }
    DashRect rect = {item->rect.x + place, item->rect.y + all.first, n, all.end - all.first};
    dash_raster_fill(surface, rect, item->back);
}

/* Lines that the stroke reaches at a place. */
static void
fetch_lines(const DashSurface *surface, const DashStripJob *job, int place)
{
    const DashRect rect = job->item->rect;
    const DashRows rows = job->rows[place];
    const uint32_t *at =
        surface->pixels + (size_t)(rect.y + rows.first) * surface->stride + rect.x + place;
    for (int y = rows.first; y < rows.end; y++, at += surface->stride)
        __builtin_prefetch(at, 1);
}

void
dash_raster_ahead(const DashSurface *surface, const DashStripJob *job)
{
    int w = job->item->rect.w;
    if (!job->rows || job->fresh || job->first < 0 || job->bar < 0)
        return;
    fetch_lines(surface, job, (int)(job->first % w));
    if (job->bar_n > 0)
        fetch_lines(surface, job, (int)((job->bar + 1) % w));
}

void
dash_raster_strip(DashRaster *self, const DashSurface *surface, const DashStripJob *job)
{
    int w = job->item->rect.w;
    int64_t first = MAX(job->first, MAX(job->last - w + 1, 0));
    while (first <= job->last) {
        int n = (int)MIN(w - first % w, job->last - first + 1);
        draw_piece(self, surface, job, first, n);
        first += n;
    }
    int place = (int)((job->bar + 1) % w);
    place += place < 0 ? w : 0; /* of a time before 1970 */
    int n = CLAMP(job->bar_n, 0, w - 1);
    int head = MIN(n, w - place);
    clear_piece(surface, job, place, head);
    clear_piece(surface, job, 0, n - head);
}

void
dash_raster_polyline(DashRaster *self,
                     const DashSurface *surface,
                     DashRect rect,
                     uint32_t colour,
                     const float *x,
                     const float *y,
                     size_t n)
{
    uint32_t *top = surface->pixels + (size_t)rect.y * surface->stride + rect.x;
    const DashPatch patch = {
        .top = top, .stride = surface->stride, .h = rect.h, .ink = colour, .back = *top};
    g_return_if_fail(dash_stroke_holds(self->stroke, rect.w));
    dash_stroke_begin(self->stroke, rect.w, rect.h);
    for (size_t i = 0; i < n; i++)
        dash_stroke_to(self->stroke, (x[i] + MARGIN) * SUB, y[i]);
    dash_stroke_end(self->stroke);
    dash_stroke_paint(self->stroke, &patch);
}

static int
trend_y(const DashItem *item, double value)
{
    double part = (value - item->trend.lo) / (item->trend.hi - item->trend.lo);
    int y = item->rect.y + item->rect.h - 2 - (int)(part * (item->rect.h - 3) + 0.5);
    return CLAMP(y, item->rect.y, item->rect.y + item->rect.h - 2);
}

/* Each column is the least and greatest of its buckets; an empty one stays empty. */
void
dash_raster_trend(const DashSurface *surface, const DashItem *item)
{
    const DashTrendLine *line = &item->trend;
    int last_hi = 0;
    int last_lo = 0;
    bool joined = false;
    for (int c = 0; c < item->rect.w; c++) {
        int64_t span_us = line->to_us - line->from_us;
        int64_t t_us = line->from_us + span_us * c / item->rect.w;
        DashBucket bucket;
        if (!dash_trend_at(line->trend, t_us, &bucket)) {
            joined = false;
            continue;
        }
        int hi = trend_y(item, (double)bucket.max);
        int lo = trend_y(item, (double)bucket.min) + 2;
        int y0 = joined ? MIN(hi, last_lo - 1) : hi;
        int y1 = joined ? MAX(lo, last_hi + 1) : lo;
        DashRect bar = {item->rect.x + c, y0, 1, y1 - y0};
        dash_raster_fill(surface, bar, item->colour);
        last_hi = hi;
        last_lo = lo;
        joined = true;
    }
}
