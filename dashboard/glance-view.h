/* Glance view: the picture of a trial, flat or for a light-field panel.
 *
 * Both forms stand below the same bar, which says that it is a study and synthetic, and that it is
 * supplemental. On a panel the wall lies on the focus plane, of the ward the beds leave it whose
 * alarms do. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/gl/raster.h"
#include "dashboard/holo/output.h"
#include "dashboard/model/glance.h"

G_BEGIN_DECLS

typedef struct DashGlanceView DashGlanceView;

/* @output: DASH_FORM_FLAT of its size, or DASH_FORM_NATIVE. @dpi: of the screen. */
DashGlanceView *dash_glance_view_new(const DashOutput *output, double dpi);
void dash_glance_view_free(DashGlanceView *self);

/* The trial that is drawn from now on; begins at @now_us. */
void dash_glance_view_set(DashGlanceView *self, const DashGlanceTrial *trial, int64_t now_us);
/* As of @now_us; borrowed until the next call. */
const DashSurface *
dash_glance_view_draw(DashGlanceView *self, int64_t now_us, int64_t utc_offset_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashGlanceView, dash_glance_view_free)

G_END_DECLS
