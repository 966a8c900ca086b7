/* Sheets: flat pictures standing in space, drawn as instances into a picture off the screen.
 *
 * Load the sheets of a frame, begin a picture, draw a rectangle of it for each camera, read it
 * back. Row 0 of a picture is the first row in memory. Sheets cover each other in the order in
 * which they are loaded. Between the pixels of a sheet a place is the mean of its neighbours,
 * weighted in 256ths; beyond its edge it is clear. All calls in the context of _new(), one thread;
 * memory of the graphics processor is kept from frame to frame.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/gl/raster.h"

G_BEGIN_DECLS

typedef struct {
    const uint32_t *pixels; /* premultiplied 0xAARRGGBB; read by _load() alone */
    int stride;             /* pixels a row */
    int w;
    int h;
    float x; /* of its upper left corner, y upwards */
    float y;
    float z;
    float step_x; /* of one pixel to the right */
    float step_y; /* of one pixel down */
    int view;     /* seen by this camera alone; negative: by all */
} DashSheet;

typedef enum {
    DASH_SHEETS_COLOUR,
    DASH_SHEETS_DEPTH, /* of each pixel the z of the nearest sheet that covers half of it or more */
    DASH_N_SHEETS,
} DashSheetsKind;

typedef struct DashSheets DashSheets;

/* VICU_ERROR_REFUSED: the driver's words. */
DashSheets *dash_sheets_new(GError **error);
void dash_sheets_free(DashSheets *self);

/* VICU_ERROR_REFUSED: more pixels than the processor takes, or out of its memory. */
bool dash_sheets_load(DashSheets *self, const DashSheet *sheets, size_t n, GError **error);

/* A picture of @w x @h, black (0 of depth). VICU_ERROR_REFUSED: too large. */
bool dash_sheets_begin(DashSheets *self, DashSheetsKind kind, int w, int h, GError **error);

/* The same into a texture of the context, red first; VICU_ERROR_REFUSED: it cannot be drawn to. */
bool dash_sheets_begin_texture(DashSheets *self, unsigned texture, GError **error);
/* Hands what was drawn to the driver, and lets the texture go. */
bool dash_sheets_end_texture(DashSheets *self, GError **error);

/* What camera @view with @matrix (4 x 4, by columns) sees, in @rect; opaque @back where nothing
 * stands. Nothing outside @rect changes. */
void
dash_sheets_draw(DashSheets *self, const float matrix[16], int view, DashRect rect, uint32_t back);

/* Its pixels 0xffRRGGBB into all of @out, from @x, @y on; waits until they are drawn. */
bool dash_sheets_read(DashSheets *self, int x, int y, const DashSurface *out, GError **error);
/* Of depth: w x h numbers. */
bool dash_sheets_read_depth(DashSheets *self, int w, int h, float *out, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashSheets, dash_sheets_free)

G_END_DECLS
