/* Measure: where things lie in a picture, and how like two pictures are.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/holo/test-view.h"

G_BEGIN_DECLS

/* Where a square's ink lies in the rows [y0, y1) of a tile: the middle of its coverage, both ways.
 */
DashCameraPoint measure_middle(
    const DashSurface *picture, DashRect tile, const DashTestSquare *square, int y0, int y1);

/* Likeness of the lumas of @a at @rect and of @b at the same size from @x, @y on: 1 = the same.
 * The mean over windows of 8 x 8 pixels, every fourth of them both ways (Wang et al., IEEE Trans.
 * Image Process. 2004;13:600, K1 0.01, K2 0.03). */
double measure_ssim(const DashSurface *a, DashRect rect, const DashSurface *b, int x, int y);

/* The greatest difference of a channel in the same two. */
int measure_greatest(const DashSurface *a, DashRect rect, const DashSurface *b, int x, int y);

G_END_DECLS
