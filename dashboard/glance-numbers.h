/* Glance numbers: the six beds of a trial as a wall of numbers.
 *
 * The tiles of the station leave numbers out where there is little room, and which ones depends on
 * the size; here each tile has the same five at any size, which are those that are asked for, and
 * the alarm of the bed in the station's colours. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/gl/raster.h"
#include "dashboard/model/glance.h"

G_BEGIN_DECLS

/* Over all of @surface, at least 160 x 120. @model: that of glance-ward.h. */
void dash_glance_numbers_draw(const DashSurface *surface,
                              DashText *text,
                              const DashModel *model,
                              const DashGlanceTrial *trial,
                              int64_t now_us);

G_END_DECLS
