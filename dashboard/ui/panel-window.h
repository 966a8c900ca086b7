/* Panel window: the ward in depth on a light-field panel, in the panel's own pixels.
 *
 * Fills the monitor that is the panel: the one of its calibration's size, or the one that is named,
 * which has to be of that size, since a scaled picture is woven wrongly. Where there is none the
 * window is hidden and waits; a panel that is unplugged and comes back is filled again. It runs in
 * a process of its own, so that nothing of it can slow a station down. One thread, the main loop's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "dashboard/holo/output.h"
#include "dashboard/model/model.h"
#include "dashboard/station.h"

G_BEGIN_DECLS

typedef struct DashPanelWindow DashPanelWindow;

/* @output is native; it is copied, @model is borrowed. @monitor: a connector ("HDMI-1"), NULL: by
 * size. */
DashPanelWindow *
dash_panel_window_new(const DashModel *model, const DashOutput *output, const char *monitor);
void dash_panel_window_free(DashPanelWindow *self);

/* Another one; looks at what monitors there are. */
void dash_panel_window_choose(DashPanelWindow *self, const char *monitor);
/* "" while a panel is filled, else which one is awaited and what there is. */
const char *dash_panel_window_missing(const DashPanelWindow *self);
uint64_t dash_panel_window_frames(const DashPanelWindow *self);
/* What is shown: the pixels of the last picture; borrowed. */
const DashSurface *dash_panel_window_surface(const DashPanelWindow *self);

/* Runs the station with this window; returns the exit code. */
int dash_panel_run(int argc, char **argv, const DashStationOptions *options);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashPanelWindow, dash_panel_window_free)

G_END_DECLS
