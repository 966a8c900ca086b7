/* Bench of what a display is shown. See bench-present.h.
 *
 * Samples come every 40 ms in this process, as a hub sends them: taking them in is part of the
 * share, links and decryption are not.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/bench-present.h"

#include "common/clock.h"
#include "dashboard/bench-feed.h"
#include "dashboard/ui/canvas.h"
#include "dashboard/ui/window.h"

#define TICK_MS 40
#define WARM_US (4 * (int64_t)G_USEC_PER_SEC)
#define RUN_US  (6 * (int64_t)G_USEC_PER_SEC)

enum { BEDS = 100 };

typedef struct {
    DashStation station;
    DashBenchFeed *feed;
    int64_t told_us;
    unsigned ticks;
} Present;

static gboolean
on_tick(gpointer user)
{
    Present *self = user;
    int64_t now_us = vicu_clock_utc_us();
    dash_bench_feed_take(self->feed, self->station.model, self->told_us, now_us,
                         self->ticks % 25 == 0, now_us);
    self->told_us = now_us;
    self->ticks++;
    return G_SOURCE_CONTINUE;
}

static void
show_wall(DashView *view, gpointer user)
{
    (void)user;
    view->kind = DASH_VIEW_WALL;
}

static void
do_nothing(DashAct act, const char *arg, int64_t n, gpointer user)
{
    (void)act;
    (void)arg;
    (void)n;
    (void)user;
}

static void
run_for(int64_t us)
{
    int64_t until_us = vicu_clock_boot_us() + us;
    while (vicu_clock_boot_us() < until_us)
        g_main_context_iteration(NULL, TRUE);
}

static gboolean
has_room(int w, int h)
{
    GListModel *monitors = gdk_display_get_monitors(gdk_display_get_default());
    g_autoptr(GdkMonitor) monitor = g_list_model_get_item(monitors, 0);
    GdkRectangle area = {0};
    if (monitor)
        gdk_monitor_get_geometry(monitor, &area);
    return area.width >= w && area.height >= h;
}

static void
present(VicuFigures *figures, const char *name, int w, int h)
{
    g_autofree char *fps = g_strconcat("present_", name, "_fps", NULL);
    g_autofree char *share = g_strconcat("present_", name, "_core_share", NULL);
    Present self = {.station = {.model = dash_model_new(), .dpi = 96},
                    .told_us = vicu_clock_utc_us()};
    self.feed = dash_bench_feed_new(BEDS, self.told_us);
    guint timer = g_timeout_add(TICK_MS, on_tick, &self);
    GtkWidget *window = gtk_window_new();
    DashCanvas *canvas = DASH_CANVAS(dash_canvas_new(&self.station, show_wall, do_nothing, &self));
    gtk_window_set_decorated(GTK_WINDOW(window), FALSE);
    gtk_window_set_child(GTK_WINDOW(window), GTK_WIDGET(canvas));
    gtk_window_set_default_size(GTK_WINDOW(window), w, h);
    gtk_window_present(GTK_WINDOW(window));
    run_for(WARM_US);
    double frames = dash_canvas_frames(canvas), cpu_s = vicu_clock_cpu_s();
    int64_t from_us = vicu_clock_boot_us();
    run_for(RUN_US);
    double s = (double)(vicu_clock_boot_us() - from_us) / 1e6;
    vicu_figures_add(figures, fps, "1", (dash_canvas_frames(canvas) - frames) / s);
    vicu_figures_add(figures, share, "1", (vicu_clock_cpu_s() - cpu_s) / s);
    g_source_remove(timer);
    gtk_window_destroy(GTK_WINDOW(window));
    dash_bench_feed_free(self.feed);
    dash_model_free(self.station.model);
}

void
dash_bench_present(VicuFigures *figures)
{
    if (!dash_window_possible())
        return;
    if (has_room(1920, 1080))
        present(figures, "1080p", 1920, 1080);
    if (has_room(3840, 2160))
        present(figures, "4k", 3840, 2160);
}
