/* Painter: keeps a picture of the scene and redraws only what changed.
 *
 * Owns the pixels, or is lent them. Blocks are compared by what they hold; sweeps advance by the
 * columns that time has added. The picture is the same, but for rounding in the
 * last bit, as if all of it had been drawn at once. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/gl/raster.h"
#include "dashboard/scene/scene.h"

G_BEGIN_DECLS

typedef struct DashPainter DashPainter;

DashPainter *dash_painter_new(int w, int h);
/* On pixels that belong to others and outlive it. */
DashPainter *dash_painter_new_on(DashSurface surface);
void dash_painter_free(DashPainter *self);

/* Draws what differs from the last call. */
void dash_painter_draw(DashPainter *self, const DashScene *scene);
/* The next call draws everything. */
void dash_painter_forget(DashPainter *self);

const DashSurface *dash_painter_surface(const DashPainter *self);
/* What the last _draw() changed; borrowed. */
const DashRect *dash_painter_damage(const DashPainter *self, size_t *n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashPainter, dash_painter_free)

G_END_DECLS
