/* Screen: shows a picture in memory in an X window of its own, within a widget's place.
 *
 * The X server reads the pixels where the painter keeps them; only what has changed is sent for.
 * The window takes no input: pointer and keys reach the widget below. Where another widget lies
 * over it, it has a hole. Its link to the server is its own, so that none of its events and errors
 * are GTK's. Main thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "dashboard/gl/raster.h"

G_BEGIN_DECLS

#define DASH_SCREEN_HOLES 8

typedef struct DashScreen DashScreen;

/* Within the window of @widget, which is realized, @w x @h pixels. NULL where this way is not open:
 * built without it, not X11, a server on another machine, or one with other pixels. */
DashScreen *dash_screen_new(GtkWidget *widget, int w, int h);
void dash_screen_free(DashScreen *self);

/* Opaque pixels, shared with the server; valid until _free(). */
const DashSurface *dash_screen_surface(const DashScreen *self);
/* Where it lies in the window, in pixels, and where others lie over it, in its own. */
void dash_screen_place(DashScreen *self, int x, int y, const DashRect *holes, size_t n);

/* The server has taken all that was put: the surface may be drawn on. It asks for the whole picture
 * again, by itself, where the window had been covered. */
gboolean dash_screen_is_ready(DashScreen *self);
void dash_screen_put(DashScreen *self, const DashRect *damage, size_t n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashScreen, dash_screen_free)

G_END_DECLS
