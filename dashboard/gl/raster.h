/* Raster: draws waves, fills, text masks and hatching into pixels on the CPU.
 *
 * A wave is stroked by exact area: in each quarter of a pixel column the stroke
 * of a line that is a function of x covers one interval, whose ends come from
 * the line widened by a disc; coverage is the mean over the quarters. So a
 * column costs the same however many samples it holds, and columns can be drawn
 * one by one as the sweep moves. Memory is fixed after _new(). One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "dashboard/gl/stroke.h"
#include "dashboard/scene/scene.h"

G_BEGIN_DECLS

typedef struct {
    uint32_t *pixels; /* 0xffRRGGBB */
    int w;
    int h;
    int stride; /* pixels a row */
} DashSurface;

/* A surface of its own, all zero. Large pages where the system has them: a strip's rows lie far
 * apart, and each would cost a walk through the page tables. */
DashSurface dash_surface_new(int w, int h);
void dash_surface_clear(DashSurface *self);

typedef struct DashRaster DashRaster;

/* @max_w: the widest strip that will be drawn. */
DashRaster *dash_raster_new(int max_w);
void dash_raster_free(DashRaster *self);

/* How a strip's time lies on its columns. Column numbers count from 1970. */
int64_t dash_raster_column_at(double px_per_s, int64_t t_us);

/* What of a strip is drawn. */
typedef struct {
    const DashItem *item; /* a DASH_ITEM_STRIP */
    int64_t first;        /* columns to draw, the last one included: fewer than the strip is wide */
    int64_t last;
    int64_t bar; /* then @bar_n columns behind this one are cleared */
    int bar_n;
    DashRows *rows; /* what stands in each place of the strip, kept up; NULL: not known */
    bool fresh;     /* or all is to be written whatever @rows says */
} DashStripJob;

/* The columns are cleared and stroked. Columns without data are hatched where there should be
 * some. */
void dash_raster_strip(DashRaster *self, const DashSurface *surface, const DashStripJob *job);
/* Draws nothing: lines of the picture that a step of a sweep will touch are fetched meanwhile. */
void dash_raster_ahead(const DashSurface *surface, const DashStripJob *job);

/* A line of any points in pixels, y downwards; for tests and benches of the stroke. */
void dash_raster_polyline(DashRaster *self,
                          const DashSurface *surface,
                          DashRect rect,
                          uint32_t colour,
                          const float *x,
                          const float *y,
                          size_t n);

void dash_raster_fill(const DashSurface *surface, DashRect rect, uint32_t colour);
void dash_raster_hatch(const DashSurface *surface, DashRect rect, uint32_t colour, int every);
void dash_raster_mask(const DashSurface *surface, DashRect rect, const uint8_t *mask, uint32_t ink);
void dash_raster_trend(const DashSurface *surface, const DashItem *item);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashRaster, dash_raster_free)

G_END_DECLS
