/* Raster: waves by exact area. See raster.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/gl/raster.h"

#include <math.h>
#include <string.h>

#define SUB        4      /* parts of a pixel column */
#define MARGIN     2      /* columns read on both sides, for the disc and the joins */
#define HALF_PX    0.625f /* half the stroke */
#define TAPS       2      /* parts that the disc reaches to each side: floor(HALF_PX * SUB) */
#define SPANS_MAX  160
#define RAMP       255
#define HATCH_STEP 6
#define HATCH_INK  0xff2c3540u

struct DashRaster {
    int room; /* parts */
    float *lo;
    float *hi;
    float *up; /* ends of the stroke's interval, y downwards */
    float *dn;
    uint32_t ramp[RAMP + 1];
    uint32_t ramp_ink;
    uint32_t ramp_back;
};

DashRaster *
dash_raster_new(int max_w)
{
    DashRaster *self = g_new0(DashRaster, 1);
    self->room = (max_w + 2 * MARGIN + 1) * SUB;
    self->lo = g_new(float, self->room);
    self->hi = g_new(float, self->room);
    self->up = g_new(float, self->room);
    self->dn = g_new(float, self->room);
    return self;
}

void
dash_raster_free(DashRaster *self)
{
    if (!self)
        return;
    g_free(self->lo);
    g_free(self->hi);
    g_free(self->up);
    g_free(self->dn);
    g_free(self);
}

static uint32_t
blend(uint32_t back, uint32_t ink, unsigned part)
{
    uint32_t out = 0xff000000u;
    for (int shift = 0; shift < 24; shift += 8) {
        unsigned a = (back >> shift) & 0xff;
        unsigned b = (ink >> shift) & 0xff;
        out |= ((a * (255 - part) + b * part + 127) / 255) << shift;
    }
    return out;
}

static void
prepare_ramp(DashRaster *self, uint32_t ink, uint32_t back)
{
    if (self->ramp_ink == ink && self->ramp_back == back)
        return;
    for (unsigned i = 0; i <= RAMP; i++)
        self->ramp[i] = blend(back, ink, i);
    self->ramp_ink = ink;
    self->ramp_back = back;
}

void
dash_raster_fill(const DashSurface *surface, DashRect rect, uint32_t colour)
{
    int x0 = MAX(rect.x, 0);
    int x1 = MIN(rect.x + rect.w, surface->w);
    int y1 = MIN(rect.y + rect.h, surface->h);
    for (int y = MAX(rect.y, 0); y < y1; y++) {
        uint32_t *row = surface->pixels + (size_t)y * surface->stride;
        for (int x = x0; x < x1; x++)
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

/* One instruction each: fminf() and fmaxf() are calls, for the sake of NaN, which
 * never comes here. */
static inline float
least(float a, float b)
{
    return a < b ? a : b;
}

static inline float
most(float a, float b)
{
    return a > b ? a : b;
}

static inline int
floor_int(float x)
{
    int whole = (int)x;
    return whole - (x < (float)whole);
}

static void
clear_parts(DashRaster *self, int n)
{
    for (int i = 0; i < n; i++) {
        self->lo[i] = INFINITY;
        self->hi[i] = -INFINITY;
    }
}

static void
cover_part(DashRaster *self, int i, float y0, float y1)
{
    float low = least(y0, y1);
    float high = most(y0, y1);
    self->lo[i] = least(self->lo[i], low);
    self->hi[i] = most(self->hi[i], high);
}

/* A straight piece from (x0, y0) to (x1, y1), x in parts, x0 <= x1. */
static void
cover_line(DashRaster *self, int n, float x0, float y0, float x1, float y1)
{
    int first = floor_int(x0);
    int last = floor_int(x1);
    if (first == last) {
        if (first >= 0 && first < n)
            cover_part(self, first, y0, y1);
        return;
    }
    float slope = (y1 - y0) / (x1 - x0);
    for (int i = MAX(first, 0); i <= MIN(last, n - 1); i++) {
        float a = i == first ? y0 : y0 + slope * ((float)i - x0);
        float b = i == last ? y1 : y0 + slope * ((float)(i + 1) - x0);
        cover_part(self, i, a, b);
    }
}

/* Widens the line by the disc of the stroke. The parts at both ends of the
 * arrays only lend their values. */
static void
widen(DashRaster *self, int n)
{
    float reach[TAPS + 1];
    for (int t = 0; t <= TAPS; t++) {
        float x = (float)t / SUB;
        reach[t] = sqrtf(most(HALF_PX * HALF_PX - x * x, 0));
    }
    for (int i = TAPS; i < n - TAPS; i++) {
        float up = self->lo[i] - reach[0];
        float dn = self->hi[i] + reach[0];
        for (int t = 1; t <= TAPS; t++) {
            up = least(up, least(self->lo[i - t], self->lo[i + t]) - reach[t]);
            dn = most(dn, most(self->hi[i - t], self->hi[i + t]) + reach[t]);
        }
        self->up[i] = up;
        self->dn[i] = dn;
    }
}

/* One column of the surface from its parts; FALSE when it holds no data. */
static bool
paint_column(DashRaster *self, uint32_t *top, int stride, int h, int part)
{
    const float *up = self->up + part;
    const float *dn = self->dn + part;
    float top_y = up[0];
    float end_y = dn[0];
    for (int k = 1; k < SUB; k++) {
        top_y = least(top_y, up[k]);
        end_y = most(end_y, dn[k]);
    }
    if (!(top_y <= end_y))
        return false;
    if (top_y >= (float)h || end_y <= 0)
        return true; /* beyond the range it is drawn in */
    int first = (int)most(top_y, 0);
    int last = floor_int(least(end_y, (float)(h - 1)));
    uint32_t *to = top + (size_t)MAX(first, 0) * stride;
    for (int y = first; y <= last; y++, to += stride) {
        float sum = 0;
        for (int k = 0; k < SUB; k++) {
            float covered = least(dn[k], (float)(y + 1)) - most(up[k], (float)y);
            sum += most(covered, 0);
        }
        *to = self->ramp[(int)(sum * ((float)RAMP / SUB) + 0.5f)];
    }
    return true;
}

int64_t
dash_raster_column_at(double px_per_s, int64_t t_us)
{
    return (int64_t)floor((double)t_us * px_per_s / 1e6);
}

/* Samples of the strip as a line over the parts; part 0 begins at @base_us. */
static void
cover_samples(DashRaster *self, const DashItem *item, int n, double base_us)
{
    DashSpan spans[SPANS_MAX];
    const DashStrip *strip = &item->strip;
    double parts_per_us = strip->px_per_s * SUB / 1e6;
    size_t n_spans = dash_wave_spans(strip->wave, (int64_t)base_us,
                                     (int64_t)(base_us + n / parts_per_us) + 1, spans, SPANS_MAX);
    double room = item->rect.h - 3;
    double span = strip->hi > strip->lo ? strip->hi - strip->lo : 1;
    float last_x = 0;
    float last_y = 0;
    bool joined = false;
    for (size_t s = 0; s < n_spans; s++) {
        const DashSpan *piece = &spans[s];
        double per_unit = room / span;
        float scale = (float)(-per_unit / piece->gain);
        float shift =
            (float)(item->rect.h - 1.5 + per_unit * (strip->lo + piece->baseline / piece->gain));
        float x0 = (float)(((double)piece->t_us - base_us) * parts_per_us);
        float step = (float)(piece->period_us * parts_per_us);
        joined = joined && piece->joins;
        for (size_t i = 0; i < piece->n; i++) {
            if (piece->samples[i] == DASH_SAMPLE_INVALID) {
                joined = false;
                continue;
            }
            float x = x0 + step * (float)i;
            float y = (float)piece->samples[i] * scale + shift;
            if (joined)
                cover_line(self, n, last_x, last_y, x, y);
            last_x = x;
            last_y = y;
            joined = true;
        }
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

/* Columns that lie side by side on the surface. */
static void
draw_piece(DashRaster *self, const DashSurface *surface, const DashItem *item, int64_t first, int n)
{
    const DashStrip *strip = &item->strip;
    int x0 = item->rect.x + (int)(first % item->rect.w);
    double base_us = (double)(first - MARGIN) * 1e6 / strip->px_per_s;
    int parts = (n + 2 * MARGIN) * SUB;
    g_return_if_fail(parts <= self->room);
    dash_raster_fill(surface, (DashRect){x0, item->rect.y, n, item->rect.h}, item->back);
    clear_parts(self, parts);
    cover_samples(self, item, parts, base_us);
    widen(self, parts);
    double start_us = (double)dash_wave_start_us(strip->wave);
    for (int c = 0; c < n; c++) {
        uint32_t *top = surface->pixels + (size_t)item->rect.y * surface->stride + x0 + c;
        double t_us = (double)(first + c) * 1e6 / strip->px_per_s;
        if (!paint_column(self, top, surface->stride, item->rect.h, (MARGIN + c) * SUB)
            && start_us > 0 && t_us > start_us)
            hatch_column(surface, item, x0 + c);
    }
}

void
dash_raster_columns(
    DashRaster *self, const DashSurface *surface, const DashItem *item, int64_t first, int64_t last)
{
    int w = item->rect.w;
    prepare_ramp(self, item->colour, item->back);
    first = MAX(first, MAX(last - w + 1, 0));
    while (first <= last) {
        int64_t left = w - first % w;
        int n = (int)MIN(left, last - first + 1);
        draw_piece(self, surface, item, first, n);
        first += n;
    }
}

void
dash_raster_bar(const DashSurface *surface, const DashItem *item, int64_t from, int n)
{
    for (int i = 1; i <= MIN(n, item->rect.w - 1); i++) {
        int x = item->rect.x + (int)((from + i) % item->rect.w);
        dash_raster_fill(surface, (DashRect){x, item->rect.y, 1, item->rect.h}, item->back);
    }
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
    int parts = (rect.w + 2 * MARGIN) * SUB;
    uint32_t back = surface->pixels[(size_t)rect.y * surface->stride + rect.x];
    g_return_if_fail(parts <= self->room);
    prepare_ramp(self, colour, back);
    clear_parts(self, parts);
    for (size_t i = 1; i < n; i++)
        cover_line(self, parts, (x[i - 1] + MARGIN) * SUB, y[i - 1], (x[i] + MARGIN) * SUB, y[i]);
    widen(self, parts);
    for (int c = 0; c < rect.w; c++)
        paint_column(self, surface->pixels + (size_t)rect.y * surface->stride + rect.x + c,
                     surface->stride, rect.h, (MARGIN + c) * SUB);
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
