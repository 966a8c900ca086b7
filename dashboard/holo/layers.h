/* Layers: a scene as flat pictures at their depths, seen by every view.
 *
 * Since the cameras differ only in x (camera.h), a flat picture that faces the viewer is the same
 * picture in every view, moved along its own rows: what lies on the focus plane does not move at
 * all and is the same bytes everywhere; what lies before or behind it moves by the same part of a
 * pixel from each view to the next. So a picture is drawn once at its size, and a view costs a
 * shifted copy. Between pixels a shift is the mean of both, weighted by how near they are.
 *
 * Layers are drawn back to front; within one depth the later one covers. A row of a view can be had
 * alone: nothing in it depends on other rows, views or tiles. What all views show alike is drawn
 * once, and only the columns in which they differ for each of them. One owner while layers are put,
 * then any number of threads that read.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/gl/raster.h"
#include "dashboard/holo/camera.h"
#include "dashboard/holo/interlace.h"

G_BEGIN_DECLS

#define DASH_LAYERS_ALL_VIEWS (-1)

typedef struct {
    const uint32_t *pixels; /* premultiplied 0xAARRGGBB; borrowed until _clear() */
    int stride;             /* pixels a row; 0: w */
    int w;
    int h;
    double x;    /* of its left edge in the middle between the outermost views, pixels of a tile */
    int y;       /* of its top */
    double z;    /* of the scene; nearer ones are put later */
    int view;    /* seen in this view alone, or in DASH_LAYERS_ALL_VIEWS */
    int rank;    /* those of a higher one cover those of a lower one, whatever their depths */
    bool opaque; /* every pixel is */
} DashLayer;

typedef struct DashLayers DashLayers;

/* Tiles of @w x @h pixels, opaque @back where nothing lies. */
DashLayers *dash_layers_new(const DashCamera *camera, int w, int h, uint32_t back);
void dash_layers_free(DashLayers *self);

void dash_layers_clear(DashLayers *self);
void dash_layers_put(DashLayers *self, const DashLayer *layer);
/* After the last one was put, before anything is drawn. */
void dash_layers_sort(DashLayers *self);

/* What was put, for who draws it in another way: in the order of covering after _sort(). */
size_t dash_layers_n(const DashLayers *self);
const DashLayer *dash_layers_at(const DashLayers *self, size_t i);
const DashCamera *dash_layers_camera(const DashLayers *self);
uint32_t dash_layers_back(const DashLayers *self);
void dash_layers_size(const DashLayers *self, int *w, int *h);

/* Row @y of what @view sees, w pixels. */
void dash_layers_row(const DashLayers *self, int view, int y, uint32_t *out);

/* The depth of what @view sees in row @y: that of the nearest layer that covers more than half of
 * the pixel, 0 where none does. */
void dash_layers_depth_row(const DashLayers *self, int view, int y, float *out);

/* What @view sees, at @at of @out. */
void dash_layers_view(const DashLayers *self, int view, const DashSurface *out, int x, int y);
/* All views; what the grid leaves over is black. By all cores. */
void dash_layers_quilt(const DashLayers *self, const DashQuilt *quilt, const DashSurface *out);
/* What the panel itself shows, row by row, without a quilt in between; the same bytes as
 * dash_interlace_draw() makes of it. By all cores. */
void
dash_layers_panel(const DashLayers *self, const DashInterlace *interlace, const DashSurface *out);
/* Both: the panel's rows are woven while the quilt's are at hand. */
void dash_layers_both(const DashLayers *self,
                      const DashQuilt *quilt,
                      const DashSurface *out,
                      const DashInterlace *interlace,
                      const DashSurface *panel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashLayers, dash_layers_free)

G_END_DECLS
