/* Stroke: what a line of 1.25 px that is a function of x covers, by exact area.
 *
 * A column of pixels is cut into quarters. Where the line crosses the edges of a quarter, and
 * where it turns inside of one, is noted; a disc of half the stroke's width around each of these
 * places gives the interval that the stroke covers in the middle of every quarter. Coverage of a
 * pixel is the mean over its column's quarters. So a column costs the same however many samples
 * it holds. Memory is fixed after _new(). Pictures are the same on every machine of one kind of
 * arithmetic (IEEE 754, no contraction). One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

enum { DASH_STROKE_PARTS = 4, DASH_STROKE_MARGIN = 2 };

#define DASH_STROKE_HALF_PX 0.625f /* half the stroke: two and a half parts */

typedef struct DashStroke DashStroke;

/* Rows @first to before @end of a column; none where @first is not before @end. */
typedef struct {
    int16_t first;
    int16_t end;
} DashRows;

/* Where a stroke is painted, and what stands there. */
typedef struct {
    uint32_t *top; /* opaque pixels */
    int stride;
    int h; /* as begun with */
    uint32_t ink;
    uint32_t back;
    DashRows *rows; /* of each column: what is not @back, before and after; NULL: not known */
    bool fresh;     /* or all is to be written whatever @rows says */
} DashPatch;

/* At most @columns columns are drawn at once. */
DashStroke *dash_stroke_new(int columns);
void dash_stroke_free(DashStroke *self);
bool dash_stroke_holds(const DashStroke *self, int columns);

/* Columns 0 to @columns are begun anew, nothing on them. x counts parts; 0 is the left edge of
 * the column DASH_STROKE_MARGIN before the first one: so much of the line is read on both sides. */
void dash_stroke_begin(DashStroke *self, int columns, int h);
/* The line breaks off here. */
void dash_stroke_lift(DashStroke *self);
/* On to (@x, @y), y downwards in pixels; x never goes back. */
void dash_stroke_to(DashStroke *self, float x, float y);
/* @n points from @x on, @step apart, y = @scale * sample + @shift; @invalid lifts. */
void dash_stroke_samples(DashStroke *self,
                         const int16_t *samples,
                         size_t n,
                         int16_t invalid,
                         float x,
                         float step,
                         float scale,
                         float shift);

/* The line is whole: how far the stroke reaches. */
void dash_stroke_end(DashStroke *self);
bool dash_stroke_has_data(const DashStroke *self, int column);
/* Makes columns 0 to @columns hold the background and the stroke, and nothing else. */
void dash_stroke_paint(DashStroke *self, const DashPatch *patch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashStroke, dash_stroke_free)

G_END_DECLS
