/* Canvas: the widget that shows the painter's picture.
 *
 * Under X11 the picture has a screen of its own and goes to the server where it changed, at the
 * pace of the display. Elsewhere GTK shows it as slices, 20 to 30 times a second; only slices that
 * changed become new textures. Where other widgets lie over the picture, GTK shows the slices, too.
 * Owns text masks, scene and painter; borrows the station. Main thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "dashboard/scene/scene.h"
#include "dashboard/station.h"
#include "dashboard/ui/reader.h"

G_BEGIN_DECLS

#define DASH_TYPE_CANVAS (dash_canvas_get_type())
G_DECLARE_FINAL_TYPE(DashCanvas, dash_canvas, DASH, CANVAS, GtkWidget)

/* Called for each picture with what the canvas knows filled in: size, dpi, times. */
typedef void (*DashCanvasViewFunc)(DashView *view, gpointer user);
/* A target was pressed; @n of a target without one is how often: 1, 2. @arg stands until the next
 * picture. */
typedef void (*DashCanvasTargetFunc)(DashAct act, const char *arg, int64_t n, gpointer user);

GtkWidget *dash_canvas_new(DashStation *station,
                           DashCanvasViewFunc view,
                           DashCanvasTargetFunc target,
                           gpointer user);

/* The last one built; stands until the next picture. */
const DashScene *dash_canvas_scene(DashCanvas *self);

/* What readers of screens are told beside the picture. */
DashReader *dash_canvas_reader(DashCanvas *self);
/* Pictures presented so far. */
double dash_canvas_frames(DashCanvas *self);
/* Also counted there from now on; stands as long as the canvas. */
void dash_canvas_count(DashCanvas *self, double *frames);

G_END_DECLS
