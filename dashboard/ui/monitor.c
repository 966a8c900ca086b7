/* Monitors. See monitor.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/monitor.h"

#if G_BYTE_ORDER == G_LITTLE_ENDIAN
#define PIXELS GDK_MEMORY_B8G8R8A8
#else
#define PIXELS GDK_MEMORY_A8R8G8B8
#endif

#define DPI     96
#define DPI_MIN 30
#define DPI_MAX 600
#define INCH_MM 25.4

void
dash_monitor_size(GdkMonitor *monitor, int *w, int *h)
{
    GdkRectangle at;
    int scale = gdk_monitor_get_scale_factor(monitor);

    gdk_monitor_get_geometry(monitor, &at);
    *w = at.width * scale;
    *h = at.height * scale;
}

GdkMonitor *
dash_monitor_find(int w, int h)
{
    GListModel *all = gdk_display_get_monitors(gdk_display_get_default());

    for (guint i = 0; i < g_list_model_get_n_items(all); i++) {
        g_autoptr(GdkMonitor) monitor = g_list_model_get_item(all, i);
        int its_w = 0, its_h = 0;
        dash_monitor_size(monitor, &its_w, &its_h);
        if (w == 0 || (its_w == w && its_h == h))
            return monitor; /* the list keeps it */
    }
    return NULL;
}

double
dash_monitor_dpi(GdkMonitor *monitor)
{
    int w = 0, h = 0, mm = gdk_monitor_get_width_mm(monitor);

    dash_monitor_size(monitor, &w, &h);
    double dpi = mm > 0 ? w / (mm / INCH_MM) : DPI;
    return dpi >= DPI_MIN && dpi <= DPI_MAX ? dpi : DPI;
}

void
dash_monitor_show(GtkWidget *picture, const DashSurface *surface)
{
    size_t stride = (size_t)surface->stride * sizeof *surface->pixels;
    g_autoptr(GBytes) bytes = g_bytes_new(surface->pixels, stride * (size_t)surface->h);
    g_autoptr(GdkTexture) texture =
        gdk_memory_texture_new(surface->w, surface->h, PIXELS, bytes, stride);

    gtk_picture_set_paintable(GTK_PICTURE(picture), GDK_PAINTABLE(texture));
}
