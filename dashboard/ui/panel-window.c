/* Panel window. See panel-window.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/panel-window.h"

#include "common/clock.h"
#include "dashboard/holo/path.h"
#include "dashboard/holo/ward-layers.h"
#include "dashboard/picture.h"
#include "dashboard/ui/monitor.h"

#define FRAME_MS 40

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
    DashPath *path; /* NULL: what was asked for is not there */
    char *trouble;
    DashInterlace *interlace;
    DashSurface surface;
    uint64_t frames;
    char *bed; /* as it was asked for; NULL: none is chosen */
    const DashPastState *past;
    DashPanelChosen chosen;
    gpointer user;
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

/* ---- which bed ---- */

/* NULL: none is chosen, or it is not there. */
static const char *
bed_of(const DashPanelWindow *self)
{
    const DashBed *bed = self->bed ? dash_model_find_bed(self->model, self->bed) : NULL;

    return bed ? bed->id : NULL;
}

void
dash_panel_window_choose_bed(DashPanelWindow *self, const char *bed)
{
    char *own = bed && *bed ? g_strdup(bed) : NULL;

    g_free(self->bed);
    self->bed = own;
    if (self->chosen)
        self->chosen(self->user);
}

const char *
dash_panel_window_bed(const DashPanelWindow *self, bool *missing)
{
    const char *bed = bed_of(self);

    if (missing)
        *missing = self->bed && !bed;
    return bed;
}

void
dash_panel_window_on_chosen(DashPanelWindow *self, DashPanelChosen chosen, gpointer user)
{
    self->chosen = chosen;
    self->user = user;
}

void
dash_panel_window_set_past(DashPanelWindow *self, const DashPastState *past)
{
    self->past = past;
}

static gboolean
on_key(
    GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, gpointer user)
{
    static const struct {
        guint key;
        int dx, dy;
    } ways[] = {
        {GDK_KEY_Left, -1, 0}, {GDK_KEY_Right, 1, 0}, {GDK_KEY_Up, 0, -1}, {GDK_KEY_Down, 0, 1}};
    DashPanelWindow *self = user;

    (void)controller, (void)code, (void)state;
    if (key == GDK_KEY_Escape) {
        dash_panel_window_choose_bed(self, NULL);
        return TRUE;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++)
        if (key == ways[i].key) {
            dash_panel_window_choose_bed(
                self, dash_scene_neighbour(dash_ward_layers_scene(self->layers), bed_of(self),
                                           ways[i].dx, ways[i].dy));
            return TRUE;
        }
    return FALSE;
}

/* A place of the glass is the same place of every view. */
static void
on_press(GtkGestureClick *gesture, int n, double x, double y, gpointer user)
{
    DashPanelWindow *self = user;
    int w = 0, h = 0, its_w = gtk_widget_get_width(self->picture),
        its_h = gtk_widget_get_height(self->picture);

    (void)gesture, (void)n;
    dash_output_tile(&self->output, &w, &h);
    if (its_w < 1 || its_h < 1)
        return;
    dash_panel_window_choose_bed(self,
                                 dash_scene_bed_at(dash_ward_layers_scene(self->layers),
                                                   (int)(x * w / its_w), (int)(y * h / its_h)));
}

static void
listen_to(DashPanelWindow *self)
{
    GtkEventController *keys = gtk_event_controller_key_new();
    GtkGesture *press = gtk_gesture_click_new();

    g_signal_connect(keys, "key-pressed", G_CALLBACK(on_key), self);
    gtk_widget_add_controller(self->window, keys);
    g_signal_connect(press, "pressed", G_CALLBACK(on_press), self);
    gtk_widget_add_controller(self->picture, GTK_EVENT_CONTROLLER(press));
}

/* ---- pictures ---- */

/* By meshes through a quilt, or by sprites straight to the panel's rows. */
static void
draw_layers(DashPanelWindow *self, const DashLayers *layers)
{
    g_autoptr(GError) error = NULL;

    if (self->path != NULL && dash_path_kind(self->path) == DASH_PATH_MESH) {
        if (dash_path_draw(self->path, &self->output, layers, &self->surface, &error))
            return;
        self->trouble = g_strdup(error->message);
        g_clear_pointer(&self->path, dash_path_free);
    }
    dash_layers_panel(layers, self->interlace, &self->surface);
}

static gboolean
draw(gpointer user)
{
    DashPanelWindow *self = user;
    const DashView view = {.now_us = vicu_clock_utc_us(),
                           .utc_offset_us = dash_picture_utc_offset_us(),
                           .dpi = 96,
                           .bed = bed_of(self),
                           .past = self->past};

    if (!gtk_widget_get_mapped(self->window))
        return G_SOURCE_CONTINUE;
    dash_ward_layers_update(self->layers, self->model, &view);
    draw_layers(self, dash_ward_layers_layers(self->layers));
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
    g_autoptr(GError) error = NULL;
    int w = 0, h = 0;

    self->model = model;
    self->output = *output;
    self->path = dash_path_new(output->path, &error);
    self->trouble = error != NULL ? g_strdup(error->message) : NULL;
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
    listen_to(self);
    self->monitors = gdk_display_get_monitors(gtk_widget_get_display(self->window));
    self->changed =
        g_signal_connect(self->monitors, "items-changed", G_CALLBACK(on_monitors), self);
    /* Behind GTK's own drawing: a picture that takes longer than its turn must still be shown. */
    self->timer = g_timeout_add_full(G_PRIORITY_DEFAULT_IDLE, FRAME_MS, draw, self, NULL);
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
    dash_path_free(self->path);
    g_free(self->trouble);
    dash_ward_layers_free(self->layers);
    dash_surface_clear(&self->surface);
    g_string_free(self->missing, TRUE);
    g_free(self->monitor);
    g_free(self->bed);
    g_free(self);
}

const char *
dash_panel_window_missing(const DashPanelWindow *self)
{
    return self->missing->str;
}

const char *
dash_panel_window_trouble(const DashPanelWindow *self)
{
    return self->trouble ? self->trouble : "";
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

GtkWindow *
dash_panel_window_window(const DashPanelWindow *self)
{
    return GTK_WINDOW(self->window);
}
