/* Monitors: what there is, in the pixels that a panel counts, and a picture for one.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "dashboard/gl/raster.h"

G_BEGIN_DECLS

/* In its own pixels, whatever the desktop scales by. */
void dash_monitor_size(GdkMonitor *monitor, int *w, int *h);
/* The first one of that size, w 0: of any. NULL: there is none. Borrowed from the display. */
GdkMonitor *dash_monitor_find(int w, int h);
/* 96 where it does not say how large it is, or says what cannot be. */
double dash_monitor_dpi(GdkMonitor *monitor);

/* From now on @picture, a GtkPicture, shows a copy of @surface. */
void dash_monitor_show(GtkWidget *picture, const DashSurface *surface);

G_END_DECLS
