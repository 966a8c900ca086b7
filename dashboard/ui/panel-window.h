/* Panel window: the ward in depth on a light-field panel, in the panel's own pixels.
 *
 * Fills the monitor that is the panel: the one of its calibration's size, or the one that is named,
 * which has to be of that size, since a scaled picture is woven wrongly. Where there is none the
 * window is hidden and waits; a panel that is unplugged and comes back is filled again. One thread,
 * the main loop's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "dashboard/holo/output.h"
#include "dashboard/model/model.h"
#include "dashboard/scene/past-state.h"

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
/* "" while it is drawn as output->path asks, else why the CPU does it. */
const char *dash_panel_window_trouble(const DashPanelWindow *self);
uint64_t dash_panel_window_frames(const DashPanelWindow *self);
/* What is shown: the pixels of the last picture; borrowed. */
const DashSurface *dash_panel_window_surface(const DashPanelWindow *self);

GtkWindow *dash_panel_window_window(const DashPanelWindow *self);

/* The bed whose waves and last 24 hours stand beside the others: by its label or id, NULL: none. It
 * need not be there yet. Arrows go from bed to bed, a press chooses, Esc chooses none. */
void dash_panel_window_choose_bed(DashPanelWindow *self, const char *bed);
/* Its full id; NULL: none is chosen, or, with @missing, it is not there. Borrowed. */
const char *dash_panel_window_bed(const DashPanelWindow *self, bool *missing);
typedef void (*DashPanelChosen)(gpointer user);
void dash_panel_window_on_chosen(DashPanelWindow *self, DashPanelChosen chosen, gpointer user);
/* What is known of its past, borrowed until another one is; NULL: nothing. */
void dash_panel_window_set_past(DashPanelWindow *self, const DashPastState *past);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashPanelWindow, dash_panel_window_free)

G_END_DECLS
