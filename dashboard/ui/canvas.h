/* Canvas: the widget that shows the painter's picture, slice by slice.
 *
 * The scene is built and painted about 30 times a second; only slices that
 * changed become new textures, so GTK redraws and sends no more than that. Owns
 * text masks, scene and painter; borrows the station. Main thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "dashboard/station.h"

G_BEGIN_DECLS

#define DASH_TYPE_CANVAS (dash_canvas_get_type())
G_DECLARE_FINAL_TYPE(DashCanvas, dash_canvas, DASH, CANVAS, GtkWidget)

GtkWidget *dash_canvas_new(DashStation *station);

/* Full id of the tile under the keyboard, or of the bed that is open; NULL = none. */
const char *dash_canvas_bed(DashCanvas *self);
gboolean dash_canvas_shows_bed(DashCanvas *self);

/* Moves the selection on the wall; in the bed view goes to the next bed. */
void dash_canvas_move(DashCanvas *self, int dx, int dy);
void dash_canvas_open_bed(DashCanvas *self); /* the selected one */
void dash_canvas_close_bed(DashCanvas *self);

/* Pictures presented so far. */
double dash_canvas_frames(DashCanvas *self);

G_END_DECLS
