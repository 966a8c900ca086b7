/* Window. See window.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/window.h"

#include <adwaita.h>
#include <signal.h>

#include "common/error.h"
#include "common/memory.h"
#include "dashboard/scene/words.h"
#include "dashboard/ui/desk.h"
#include "dashboard/ui/sign-in.h"

#define TITLE     N_("vICU central station")
#define STATUS_MS 1000
#define TIDY_S    60
#define FREE_MAX  ((size_t)16 << 20) /* bytes; a page of 72 h, a print and a new size leave more */

typedef struct {
    DashScreens screens;
    double frames; /* of the first screen */
    guint timer;   /* of tidying up */
    DashWindowOpened opened;
    gpointer user;
} Window;

static gboolean
on_status(gpointer user)
{
    DashShell *self = user;
    g_autofree char *text = g_strdup_printf(_("%zu beds, %zu alarms - supplemental"),
                                            dash_model_n_beds(self->station->model),
                                            dash_model_n_alarms(self->station->model));
    adw_window_title_set_title(self->title, _(TITLE));
    adw_window_title_set_subtitle(self->title, text);
    dash_shell_lock_seen(self);
    dash_shell_save(self);
    dash_desk_tick(self);
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

DashShell *
dash_window_make(DashStation *station, const char *folder)
{
    DashShell *self = dash_shell_new(station, folder);
    adw_style_manager_set_color_scheme(adw_style_manager_get_default(),
                                       ADW_COLOR_SCHEME_FORCE_DARK);
    self->window = adw_window_new();
    self->title = ADW_WINDOW_TITLE(adw_window_title_new(_(TITLE), ""));
    self->bar = adw_header_bar_new();
    adw_header_bar_set_title_widget(ADW_HEADER_BAR(self->bar), GTK_WIDGET(self->title));
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_box_append(GTK_BOX(box), self->bar);
    gtk_box_append(GTK_BOX(box), GTK_WIDGET(self->toasts));
    adw_window_set_content(ADW_WINDOW(self->window), box);
    gtk_window_set_title(GTK_WINDOW(self->window), _(TITLE));
    dash_keys_attach(self);
    dash_sign_in_watch(self, self->window);
    self->timer = g_timeout_add(STATUS_MS, on_status, self);
    return self;
}

void
dash_window_end(DashShell *shell)
{
    if (!shell)
        return;
    g_clear_handle_id(&shell->timer, g_source_remove);
    gtk_window_destroy(GTK_WINDOW(shell->window));
    shell->window = NULL;
    dash_shell_free(shell);
}

static gboolean
on_tidy(gpointer user)
{
    (void)user;
    vicu_memory_give_back(FREE_MAX);
    return G_SOURCE_CONTINUE;
}

static gboolean
open_window(DashStation *station, gpointer user, GError **error)
{
    Window *self = user;
    g_autofree char *folder =
        vicu_root_folder(vicu_daemon_root(station->daemon), "dashboard", error);
    if (!folder)
        return FALSE;
    dash_screens_open(&self->screens, station, folder, dash_screens_wanted(folder));
    for (unsigned i = 0; i < self->screens.n; i++)
        g_signal_connect(self->screens.shell[i]->window, "close-request", G_CALLBACK(on_close),
                         self);
    dash_canvas_count(self->screens.shell[0]->canvas, &self->frames);
    dash_screens_present(&self->screens);
    self->timer = g_timeout_add_seconds(TIDY_S, on_tidy, NULL);
    if (self->opened)
        self->opened(&self->screens, self->user);
    return TRUE;
}

static void
close_window(gpointer user)
{
    Window *self = user;
    g_clear_handle_id(&self->timer, g_source_remove);
    dash_screens_close(&self->screens);
}

gboolean
dash_window_possible(void)
{
    /* The pictures are drawn on the CPU and sent where they changed: GSK's cairo
     * renderer does that with least work, also where there is no GPU. */
    g_setenv("GSK_RENDERER", "cairo", FALSE);
    /* Asked a second time, GTK says yes without a display. */
    if (!gtk_init_check() || !gdk_display_get_default())
        return FALSE;
    adw_init();
    /* What moves on this screen are data. And libadwaita 1.2 lets go of an animation once too
     * often when the widget that it moves goes while it runs. */
    g_object_set(gtk_settings_get_default(), "gtk-enable-animations", FALSE, NULL);
    return TRUE;
}

int
dash_window_run(int argc, char **argv)
{
    return dash_window_run_driven(argc, argv, NULL, NULL);
}

int
dash_window_run_driven(int argc, char **argv, DashWindowOpened opened, gpointer user)
{
    Window self = {.opened = opened, .user = user};
    const DashShower shower = {open_window, close_window, &self.frames, true};
    return dash_station_run(argc, argv, &shower, &self);
}
