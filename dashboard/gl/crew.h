/* Crew: draws the strips of a picture, many of them on all cores.
 *
 * Strips never overlap, so each can be drawn by any thread and the picture is the same. Threads
 * live only while a call lasts, and only where there is enough to draw to be worth them. One owner.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/gl/raster.h"

G_BEGIN_DECLS

typedef struct DashCrew DashCrew;

/* @max_w: the widest strip that will be drawn. */
DashCrew *dash_crew_new(int max_w);
void dash_crew_free(DashCrew *self);

void dash_crew_draw(DashCrew *self, const DashSurface *surface, const DashStripJob *jobs, size_t n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashCrew, dash_crew_free)

G_END_DECLS
