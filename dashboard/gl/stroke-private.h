/* Stroke: its memory, and what is done to many columns at once. See stroke.h.
 *
 * Part p of the line stands in plane p % 4 at place p / 4: the same quarter of neighbouring
 * columns lies side by side, so that sixteen columns are worked on at once. Heights are 16-bit
 * numbers, from the middle of the strip, as fine as its height allows: sixteen fill one register
 * of 256 bits. The kernels are compiled twice, for every machine and for those with such registers,
 * and draw the same picture.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/gl/stroke.h"

G_BEGIN_DECLS

enum {
    PARTS = DASH_STROKE_PARTS,
    MARGIN = DASH_STROKE_MARGIN,
    WIDE = 16, /* columns worked on at once: a cache line of pixels */
};

/* No place of a line is farther from the strip's middle than this; what is farther is put here. */
#define FARTHEST 8000
/* Where there is no line. Half of it and half of a place of a line is still beyond every place. */
#define NONE   30000
#define BEYOND 12000 /* the ends of no interval: their distance, too, has 16 bits */
#define FINEST 7     /* a pixel in 128 steps */

/* Columns that lie in one cache line of the picture, and the rows that their line reaches. */
typedef struct {
    int column;
    int n;
    int first; /* first >= end: none */
    int end;
    int top; /* what is to be written: what it reaches, and what stood there */
    int bottom;
} Group;

/* Samples without a hole between them. */
typedef struct {
    const int16_t *samples;
    int n; /* two at least */
    float x;
    float per_part;
    float scale; /* to steps from the middle */
    float shift;
} Run;

/* Each for all columns, or for all parts of a run. */
typedef struct {
    /* Parts @first to @last, whose left edges all lie within the run. */
    void (*follow)(DashStroke *self, const Run *run, int first, int last);
    void (*reach)(DashStroke *self);
    void (*paint)(DashStroke *self, const DashPatch *patch);
} DashStrokeKernels;

extern const DashStrokeKernels dash_stroke_plain;
#if defined(__x86_64__)
extern const DashStrokeKernels dash_stroke_avx2;
#endif

struct DashStroke {
    const DashStrokeKernels *kernels;
    int room; /* columns */
    int columns;
    size_t places; /* of a plane: one for each column, the margins included */
    int16_t *memory;
    /* Four planes each, one a quarter. */
    int16_t *edge_lo; /* where the line crosses the part's left edge; NONE: nowhere */
    int16_t *edge_hi; /* the same; -NONE: nowhere */
    int16_t *turn_lo; /* least and greatest of the points inside */
    int16_t *turn_hi;
    int16_t *up; /* ends of the stroke's interval */
    int16_t *down;
    Group *groups; /* of the columns being painted */
    int shift;     /* 1 << shift steps make a pixel */
    float unit;
    float middle; /* of the strip */
    float x, y;   /* @y in steps from the middle */
    bool joined;
};

/* To the nearest step; halves go up everywhere alike. */
static inline __attribute__((always_inline)) int16_t
whole(float y)
{
    y = y < -FARTHEST ? -FARTHEST : y;
    y = y > FARTHEST ? FARTHEST : y;
    return (int16_t)((int)(y + (FARTHEST + 0.5f)) - FARTHEST);
}

G_END_DECLS
