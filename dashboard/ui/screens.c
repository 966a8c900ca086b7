/* Screens. See screens.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/screens.h"

#include "dashboard/scene/words.h"
#include "dashboard/ui/views.h"
#include "dashboard/ui/window.h"

#define DEFAULT_W 1600
#define DEFAULT_H 940

static GdkMonitor *
monitor_at(unsigned index)
{
    GListModel *monitors = gdk_display_get_monitors(gdk_display_get_default());
    return g_list_model_get_item(monitors, index);
}

unsigned
dash_screens_wanted(const char *folder)
{
    DashPreferences likes = {0};
    GListModel *monitors = gdk_display_get_monitors(gdk_display_get_default());
    dash_preferences_load(&likes, folder);
    unsigned wanted = likes.screens ? likes.screens : g_list_model_get_n_items(monitors);
    dash_preferences_clear(&likes);
    return CLAMP(wanted, 1, DASH_SCREENS_MAX);
}

/* NULL where nothing is kept, or the folder can not be made. */
static char *
folder_of(const char *folder, unsigned index)
{
    if (!folder || index == 0)
        return g_strdup(folder);
    g_autofree char *name = g_strdup_printf("screen-%u", index + 1);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return g_mkdir_with_parents(path, 0700) == 0 ? g_steal_pointer(&path) : NULL;
}

void
dash_screens_open(DashScreens *self, DashStation *station, const char *folder, unsigned n)
{
    self->n = CLAMP(n, 1, DASH_SCREENS_MAX);
    for (unsigned i = 0; i < self->n; i++) {
        g_autofree char *own = folder_of(folder, i);
        g_autofree char *kept = own ? g_build_filename(own, DASH_PREFERENCES_FILE, NULL) : NULL;
        bool first_time = !kept || !g_file_test(kept, G_FILE_TEST_EXISTS);
        self->shell[i] = dash_window_make(station, own);
        if (first_time && self->n > 1) {
            self->shell[i]->views->wall.share = i + 1;
            self->shell[i]->views->wall.shares = self->n;
            dash_shell_changed(self->shell[i]);
        }
    }
    dash_words_use(self->shell[0]->preferences.language); /* one language for all screens */
}

/* The whole of its monitor: maximising needs a window manager, this does not. */
static void
place_on(GtkWindow *window, GdkMonitor *monitor, bool alone)
{
    GdkRectangle area = {0, 0, DEFAULT_W, DEFAULT_H};
    if (monitor)
        gdk_monitor_get_geometry(monitor, &area);
    gtk_window_set_default_size(window, area.width, area.height);
    if (alone)
        gtk_window_maximize(window);
    else if (monitor)
        gtk_window_fullscreen_on_monitor(window, monitor);
    gtk_window_present(window);
}

void
dash_screens_present(DashScreens *self)
{
    for (unsigned i = 0; i < self->n; i++) {
        g_autoptr(GdkMonitor) monitor = monitor_at(i);
        place_on(GTK_WINDOW(self->shell[i]->window), monitor, self->n == 1);
    }
}

void
dash_screens_close(DashScreens *self)
{
    for (unsigned i = 0; i < self->n; i++)
        g_clear_pointer(&self->shell[i], dash_window_end);
    self->n = 0;
}
