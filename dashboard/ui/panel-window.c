/* Panel window. See panel-window.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/panel-window.h"

#include <signal.h>

#include "common/clock.h"
#include "dashboard/holo/ward-layers.h"
#include "dashboard/picture.h"
#include "dashboard/ui/monitor.h"

#define FRAME_MS 40
#define LOOK_MS  1000

struct DashPanelWindow {
    const DashModel *model;
    DashOutput output;
    char *monitor;
    GtkWidget *window;
    GtkWidget *picture;
    GListModel *monitors;
    gulong changed;
    guint timer;
    GString *missing;
    DashWardLayers *layers;
    DashInterlace *interlace;
    DashSurface surface;
    uint64_t frames;
};

/* ---- which monitor ---- */

/* NULL, and what there is, where none is the panel. */
static GdkMonitor *
find(DashPanelWindow *self)
{
    GString *there = g_string_new(NULL);
    GdkMonitor *found = NULL;

    for (guint i = 0; i < g_list_model_get_n_items(self->monitors); i++) {
        g_autoptr(GdkMonitor) monitor = g_list_model_get_item(self->monitors, i);
        const char *name = gdk_monitor_get_connector(monitor);
        int w = 0, h = 0;
        dash_monitor_size(monitor, &w, &h);
        g_string_append_printf(there, "%s%s %d x %d", there->len ? ", " : "", name ? name : "?", w,
                               h);
        bool named = !self->monitor || g_strcmp0(self->monitor, name) == 0;
        if (!found && named && w == self->output.w && h == self->output.h)
            found = monitor; /* the list keeps it */
    }
    g_string_truncate(self->missing, 0);
    if (!found)
        g_string_append_printf(self->missing,
                               "no monitor%s%s of %d x %d pixels, the panel's size; there is: %s",
                               self->monitor ? " " : "", self->monitor ? self->monitor : "",
                               self->output.w, self->output.h, there->len ? there->str : "none");
    g_string_free(there, TRUE);
    return found;
}

static void
take_place(DashPanelWindow *self)
{
    GdkMonitor *monitor = find(self);

    if (monitor == NULL) {
        gtk_widget_set_visible(self->window, FALSE);
        return;
    }
    gtk_window_fullscreen_on_monitor(GTK_WINDOW(self->window), monitor);
    gtk_window_present(GTK_WINDOW(self->window));
}

static void
on_monitors(GListModel *monitors, guint at, guint removed, guint added, gpointer user)
{
    (void)monitors;
    (void)at;
    (void)removed;
    (void)added;
    take_place(user);
}

void
dash_panel_window_choose(DashPanelWindow *self, const char *monitor)
{
    char *own = g_strdup(monitor);

    g_free(self->monitor);
    self->monitor = own;
    take_place(self);
}

/* ---- pictures ---- */

static gboolean
draw(gpointer user)
{
    DashPanelWindow *self = user;
    const DashView view = {
        .now_us = vicu_clock_utc_us(), .utc_offset_us = dash_picture_utc_offset_us(), .dpi = 96};

    if (!gtk_widget_get_mapped(self->window))
        return G_SOURCE_CONTINUE;
    dash_ward_layers_update(self->layers, self->model, &view);
    dash_layers_panel(dash_ward_layers_layers(self->layers), self->interlace, &self->surface);
    dash_monitor_show(self->picture, &self->surface);
    self->frames++;
    return G_SOURCE_CONTINUE;
}

DashPanelWindow *
dash_panel_window_new(const DashModel *model, const DashOutput *output, const char *monitor)
{
    DashPanelWindow *self = g_new0(DashPanelWindow, 1);
    DashCamera camera = dash_output_camera(output);
    DashLens lens;
    int w = 0, h = 0;

    self->model = model;
    self->output = *output;
    self->missing = g_string_new(NULL);
    dash_output_tile(output, &w, &h);
    dash_lens_init(&lens, &output->calibration, camera.views);
    self->layers = dash_ward_layers_new(&camera, w, h);
    self->interlace = dash_interlace_new(&lens, &output->quilt);
    self->surface = dash_surface_new(output->w, output->h);
    self->picture = gtk_picture_new();
    gtk_picture_set_can_shrink(GTK_PICTURE(self->picture), TRUE);
    self->window = gtk_window_new();
    gtk_window_set_title(GTK_WINDOW(self->window), "vICU");
    gtk_window_set_decorated(GTK_WINDOW(self->window), FALSE);
    gtk_window_set_default_size(GTK_WINDOW(self->window), output->w, output->h);
    gtk_window_set_child(GTK_WINDOW(self->window), self->picture);
    self->monitors = gdk_display_get_monitors(gtk_widget_get_display(self->window));
    self->changed =
        g_signal_connect(self->monitors, "items-changed", G_CALLBACK(on_monitors), self);
    self->timer = g_timeout_add(FRAME_MS, draw, self);
    dash_panel_window_choose(self, monitor);
    return self;
}

void
dash_panel_window_free(DashPanelWindow *self)
{
    if (self == NULL)
        return;
    g_source_remove(self->timer);
    g_signal_handler_disconnect(self->monitors, self->changed);
    gtk_window_destroy(GTK_WINDOW(self->window));
    dash_interlace_free(self->interlace);
    dash_ward_layers_free(self->layers);
    dash_surface_clear(&self->surface);
    g_string_free(self->missing, TRUE);
    g_free(self->monitor);
    g_free(self);
}

const char *
dash_panel_window_missing(const DashPanelWindow *self)
{
    return self->missing->str;
}

uint64_t
dash_panel_window_frames(const DashPanelWindow *self)
{
    return self->frames;
}

const DashSurface *
dash_panel_window_surface(const DashPanelWindow *self)
{
    return &self->surface;
}

/* ---- a station of its own ---- */

typedef struct {
    const DashOutput *output;
    const char *monitor;
    DashStation *station;
    DashPanelWindow *window;
    guint timer;
    double frames;
} Run;

static gboolean
look(gpointer user)
{
    Run *self = user;
    const char *missing = dash_panel_window_missing(self->window);

    self->frames = (double)dash_panel_window_frames(self->window);
    vicu_daemon_condition(self->station->daemon, "panel-absent", *missing ? missing : NULL);
    dash_witness_look(self->station->witness, self->station->model, NULL, vicu_clock_utc_us());
    return G_SOURCE_CONTINUE;
}

/* Closing the window ends the process as SIGTERM would. */
static gboolean
on_close(GtkWindow *window, gpointer user)
{
    (void)window;
    (void)user;
    raise(SIGTERM);
    return TRUE;
}

static gboolean
open_panel(DashStation *station, gpointer user, GError **error)
{
    Run *self = user;

    (void)error;
    self->station = station;
    self->window = dash_panel_window_new(station->model, self->output, self->monitor);
    g_signal_connect(self->window->window, "close-request", G_CALLBACK(on_close), self);
    self->timer = g_timeout_add(LOOK_MS, look, self);
    look(self);
    return TRUE;
}

static void
close_panel(gpointer user)
{
    Run *self = user;

    g_clear_handle_id(&self->timer, g_source_remove);
    g_clear_pointer(&self->window, dash_panel_window_free);
}

int
dash_panel_run(int argc, char **argv, const DashStationOptions *options)
{
    DashOutput output;
    const DashOutputAsk ask = {.calibration = options->panel};
    g_autoptr(GError) error = NULL;
    Run self = {.output = &output, .monitor = options->monitor};
    const DashShower shower = {open_panel, close_panel, &self.frames};

    if (!dash_output_choose(&output, DASH_FORM_NATIVE, &ask, &error)) {
        g_printerr("vicu-dashboard: --panel: %s\n", error->message);
        return 2;
    }
    return dash_station_run(argc, argv, &shower, &self);
}
