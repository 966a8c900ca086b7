/* Interlace: the picture for the panel itself, out of a quilt.
 *
 * Each of a pixel's colours is taken from the view that its lens shows, at the pixel's own place
 * in the picture, from the nearest pixel of that view's tile.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/gl/raster.h"
#include "dashboard/holo/lens.h"
#include "dashboard/holo/quilt.h"

G_BEGIN_DECLS

typedef struct DashInterlace DashInterlace;

/* @lens has as many views as @quilt. Both are copied. */
DashInterlace *dash_interlace_new(const DashLens *lens, const DashQuilt *quilt);
void dash_interlace_free(DashInterlace *self);

/* The whole panel. @quilt is of the quilt's size, @panel of the panel's. By all cores. */
void
dash_interlace_draw(const DashInterlace *self, const DashSurface *quilt, const DashSurface *panel);
/* Its rows [@from, @to) alone. Any number of threads, each with rows of its own. */
void dash_interlace_rows(const DashInterlace *self,
                         const DashSurface *quilt,
                         const DashSurface *panel,
                         int from,
                         int to);

/* The rows [@from, @to) of the panel that show row @row of the tiles; FALSE: none does. */
bool dash_interlace_rows_of(const DashInterlace *self, int row, int *from, int *to);

/* One row of every tile. Views differ in the columns [first, end) alone. */
typedef struct {
    const uint32_t *base; /* what all of them show */
    const uint32_t *view; /* end - first pixels of each view, one view behind the other */
    int first;
    int end;
} DashViewsRow;

/* Row @y of the panel, which shows @row of the tiles. */
void dash_interlace_row(const DashInterlace *self, int y, const DashViewsRow *row, uint32_t *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashInterlace, dash_interlace_free)

G_END_DECLS
