/* Window. See window.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/window.h"

#include <adwaita.h>
#include <signal.h>

#include "common/error.h"
#include "dashboard/ui/acknowledge.h"
#include "dashboard/ui/canvas.h"

#define TITLE     "vICU central station"
#define STATUS_MS 1000
#define DEFAULT_W 1600
#define DEFAULT_H 940

static const char *const help[][2] = {
    {"Arrows", "choose a bed; in the bed view the next or the one before"},
    {"Enter", "open the bed"},
    {"Esc", "back to the wall"},
    {"A", "answer the worst unanswered alarm of the chosen bed, else of all"},
    {"F11", "full screen"},
    {"?", "this help"},
    {"***  **  *", "high, medium, low priority; filled: nobody has answered"},
    {"Hatched", "nothing is known here: no data, or the rules are silent"},
    {"STALE", "older than three of its own periods"},
    {"72?", "a doubtful value"},
    {"rec sim der", "recording, simulated, derived; nothing: a device's own, live"},
};

typedef struct {
    DashStation *station;
    GtkWindow *window;
    GtkWidget *bar;
    AdwWindowTitle *title;
    DashCanvas *canvas;
    guint timer;
    double frames;
} Shown;

static GtkWidget *
make_help(void)
{
    GtkWidget *grid = gtk_grid_new();
    gtk_grid_set_column_spacing(GTK_GRID(grid), 18);
    gtk_grid_set_row_spacing(GTK_GRID(grid), 6);
    for (size_t i = 0; i < G_N_ELEMENTS(help); i++)
        for (int column = 0; column < 2; column++) {
            GtkWidget *label = gtk_label_new(help[i][column]);
            gtk_label_set_xalign(GTK_LABEL(label), 0);
            if (column == 0)
                gtk_widget_add_css_class(label, "heading");
            gtk_grid_attach(GTK_GRID(grid), label, column, (int)i, 1, 1);
        }
    return grid;
}

static void
show_help(Shown *self)
{
    GtkWidget *dialog = adw_message_dialog_new(self->window, "Keys and signs", NULL);
    adw_message_dialog_set_body(ADW_MESSAGE_DIALOG(dialog),
                                "Supplemental: not a primary alarm. The bedside monitor is.\n"
                                "This version makes no sound.");
    adw_message_dialog_set_extra_child(ADW_MESSAGE_DIALOG(dialog), make_help());
    adw_message_dialog_add_response(ADW_MESSAGE_DIALOG(dialog), "close", "_Close");
    gtk_window_present(GTK_WINDOW(dialog));
}

static void
answer_alarm(Shown *self)
{
    const DashAlarm *alarm =
        dash_acknowledge_choose(self->station->model, dash_canvas_bed(self->canvas));
    if (alarm)
        dash_acknowledge_ask(self->window, self->station, alarm);
}

static void
toggle_full_screen(Shown *self)
{
    gboolean full = gtk_window_is_fullscreen(self->window);
    gtk_widget_set_visible(self->bar, full);
    if (full)
        gtk_window_unfullscreen(self->window);
    else
        gtk_window_fullscreen(self->window);
}

static gboolean
on_key(
    GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, gpointer user)
{
    (void)controller;
    (void)code;
    Shown *self = user;
    if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK))
        return FALSE;
    switch (key) {
    case GDK_KEY_Left:
        dash_canvas_move(self->canvas, -1, 0);
        return TRUE;
    case GDK_KEY_Right:
        dash_canvas_move(self->canvas, 1, 0);
        return TRUE;
    case GDK_KEY_Up:
        dash_canvas_move(self->canvas, 0, -1);
        return TRUE;
    case GDK_KEY_Down:
        dash_canvas_move(self->canvas, 0, 1);
        return TRUE;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
        dash_canvas_open_bed(self->canvas);
        return TRUE;
    case GDK_KEY_Escape:
        dash_canvas_close_bed(self->canvas);
        return TRUE;
    case GDK_KEY_a:
    case GDK_KEY_A:
        answer_alarm(self);
        return TRUE;
    case GDK_KEY_question:
    case GDK_KEY_F1:
        show_help(self);
        return TRUE;
    case GDK_KEY_F11:
        toggle_full_screen(self);
        return TRUE;
    default:
        return FALSE;
    }
}

static gboolean
on_status(gpointer user)
{
    Shown *self = user;
    g_autofree char *text = g_strdup_printf("%zu beds, %zu alarms - supplemental",
                                            dash_model_n_beds(self->station->model),
                                            dash_model_n_alarms(self->station->model));
    adw_window_title_set_subtitle(self->title, text);
    self->frames = dash_canvas_frames(self->canvas);
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

/* The whole of the first monitor: maximising needs a window manager, this does not. */
static GdkRectangle
screen_of(GtkWindow *window)
{
    GdkRectangle area = {0, 0, DEFAULT_W, DEFAULT_H};
    GdkDisplay *display = gtk_widget_get_display(GTK_WIDGET(window));
    g_autoptr(GdkMonitor) monitor = g_list_model_get_item(gdk_display_get_monitors(display), 0);
    if (monitor)
        gdk_monitor_get_geometry(monitor, &area);
    return area;
}

static gboolean
open_window(DashStation *station, gpointer user, GError **error)
{
    Shown *self = user;
    (void)error;
    self->station = station;
    adw_style_manager_set_color_scheme(adw_style_manager_get_default(),
                                       ADW_COLOR_SCHEME_FORCE_DARK);
    self->window = GTK_WINDOW(adw_window_new());
    self->canvas = DASH_CANVAS(dash_canvas_new(station));
    self->title = ADW_WINDOW_TITLE(adw_window_title_new(TITLE, ""));
    self->bar = adw_header_bar_new();
    adw_header_bar_set_title_widget(ADW_HEADER_BAR(self->bar), GTK_WIDGET(self->title));
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_box_append(GTK_BOX(box), self->bar);
    gtk_box_append(GTK_BOX(box), GTK_WIDGET(self->canvas));
    adw_window_set_content(ADW_WINDOW(self->window), box);
    gtk_window_set_title(self->window, TITLE);
    GdkRectangle screen = screen_of(self->window);
    gtk_window_set_default_size(self->window, screen.width, screen.height);
    GtkEventController *keys = gtk_event_controller_key_new();
    gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE);
    g_signal_connect(keys, "key-pressed", G_CALLBACK(on_key), self);
    gtk_widget_add_controller(GTK_WIDGET(self->window), keys);
    g_signal_connect(self->window, "close-request", G_CALLBACK(on_close), self);
    self->timer = g_timeout_add(STATUS_MS, on_status, self);
    gtk_window_maximize(self->window);
    gtk_window_present(self->window);
    return TRUE;
}

static void
close_window(gpointer user)
{
    Shown *self = user;
    g_clear_handle_id(&self->timer, g_source_remove);
    g_clear_pointer(&self->window, gtk_window_destroy);
}

gboolean
dash_window_possible(void)
{
    /* The pictures are drawn on the CPU and sent where they changed: GSK's cairo
     * renderer does that with least work, also where there is no GPU. */
    g_setenv("GSK_RENDERER", "cairo", FALSE);
    if (!gtk_init_check())
        return FALSE;
    adw_init();
    return TRUE;
}

int
dash_window_run(int argc, char **argv)
{
    Shown self = {0};
    const DashShower shower = {open_window, close_window, &self.frames};
    return dash_station_run(argc, argv, &shower, &self);
}
