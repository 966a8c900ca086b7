/* Views, places and screens, and what of them is kept.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "dashboard/scene/words.h"
#include "dashboard/ui/screens.h"
#include "dashboard/ui/views.h"
#include "tests/ui/ui.h"

static unsigned
count_tiles(const DashShell *shell)
{
    const DashScene *scene = dash_canvas_scene(shell->canvas);
    unsigned n = 0;
    for (size_t i = 0; i < dash_scene_n_targets(scene); i++)
        n += dash_scene_target(scene, i)->act == DASH_ACT_BED;
    return n;
}

static void
arrows_enter_and_escape_walk_wall_and_beds(void)
{
    Ui f;
    if (!ui_open(&f, "calm"))
        return;
    const DashPlace *place = &f.shell->place;
    ui_frames(&f, 2);
    g_assert_null(place->bed);
    ui_act(&f, DASH_ACT_OPEN);
    g_assert_cmpint(place->kind, ==, DASH_VIEW_WALL); /* none is chosen, no alarm stands */
    ui_act(&f, DASH_ACT_RIGHT);
    g_assert_cmpstr(place->bed, ==, "demo/icu/1");
    ui_act(&f, DASH_ACT_DOWN);
    g_assert_cmpstr(place->bed, ==, "demo/icu/5");
    ui_act(&f, DASH_ACT_OPEN);
    ui_frames(&f, 2);
    g_assert_cmpint(place->kind, ==, DASH_VIEW_BED);
    ui_act(&f, DASH_ACT_RIGHT);
    g_assert_cmpstr(place->bed, ==, "demo/icu/6");
    ui_act(&f, DASH_ACT_LEFT);
    ui_act(&f, DASH_ACT_LEFT);
    g_assert_cmpstr(place->bed, ==, "demo/icu/4");
    ui_act(&f, DASH_ACT_BACK);
    ui_frames(&f, 2);
    g_assert_cmpint(place->kind, ==, DASH_VIEW_WALL);
    g_assert_cmpstr(place->bed, ==, "demo/icu/4"); /* where one was is still chosen */
    ui_close(&f);
}

static void
a_station_comes_back_to_where_it_stood(void)
{
    Ui f;
    if (!ui_open(&f, "calm"))
        return;
    ui_frames(&f, 2);
    ui_act(&f, DASH_ACT_RIGHT);
    ui_act(&f, DASH_ACT_RIGHT);
    ui_act(&f, DASH_ACT_OPEN);
    ui_act(&f, DASH_ACT_NEXT_PALETTE);
    ui_act(&f, DASH_ACT_NEXT_LANGUAGE);
    ui_act(&f, DASH_ACT_NEXT_PRESSURE);
    g_autofree char *bed = g_strdup(f.shell->place.bed);
    dash_window_end(f.shell);
    dash_words_use("en");
    ui_show(&f);
    g_assert_cmpint(f.shell->place.kind, ==, DASH_VIEW_BED);
    g_assert_cmpstr(f.shell->place.bed, ==, bed);
    g_assert_cmpstr(f.shell->preferences.palette, ==, "red-green");
    g_assert_cmpstr(dash_words_used(), ==, "zh_CN");
    g_assert_cmpint(f.shell->preferences.units.pressure, ==, DASH_PRESSURE_KPA);
    g_assert_cmpint(f.shell->preferences.units.temperature, ==, DASH_TEMPERATURE_CELSIUS);
    ui_frames(&f, 2);
    ui_close(&f);
}

static void
what_cannot_be_read_of_a_preference_is_left_as_usual(void)
{
    g_autofree char *folder = g_dir_make_tmp("vicu-test-ui-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(folder, "station.ini", NULL);
    DashPreferences preferences = {0};
    g_assert_true(g_file_set_contents(
        file, "[look]\npalette=plaid\nlanguage=xx\nscale=900\npressure=bar\n[place]\nview=\xff\n",
        -1, NULL));
    dash_preferences_load(&preferences, folder);
    g_assert_cmpstr(preferences.palette, ==, "common");
    g_assert_cmpstr(preferences.language, ==, "en");
    g_assert_cmpfloat(preferences.scale, ==, 1);
    g_assert_cmpint(preferences.units.pressure, ==, DASH_PRESSURE_MMHG);
    g_assert_cmpstr(preferences.view, ==, "wall");
    dash_preferences_clear(&preferences);
    g_remove(file);
    g_rmdir(folder);
}

static void
the_layout_of_the_wall_is_kept(void)
{
    Ui f;
    if (!ui_open(&f, "alarms"))
        return;
    ui_frames(&f, 2);
    ui_act(&f, DASH_ACT_NEXT_LAYOUT);
    ui_act(&f, DASH_ACT_NEXT_LAYOUT);
    ui_frames(&f, 2);
    const DashScene *scene = dash_canvas_scene(f.shell->canvas);
    g_assert_cmpstr(dash_scene_neighbour(scene, NULL, 0, 0), ==, "demo/icu/7"); /* worst first */
    dash_window_end(f.shell);
    ui_show(&f);
    ui_frames(&f, 2);
    g_assert_cmpint(f.shell->views->wall.layout, ==, DASH_LAYOUT_WORST);
    ui_act(&f, DASH_ACT_NEXT_LAYOUT);
    ui_frames(&f, 2);
    scene = dash_canvas_scene(f.shell->canvas);
    g_assert_cmpstr(dash_scene_neighbour(scene, NULL, 0, 0), ==, "demo/icu/1");
    ui_close(&f);
}

/* Three windows: thirds of the beds, no bed twice, and each window's own view. */
static void
three_screens_share_the_beds_and_keep_their_views(void)
{
    Ui f;
    DashScreens screens = {0};
    if (!ui_open(&f, "alarms"))
        return;
    dash_window_end(f.shell);
    g_autofree char *kept = g_build_filename(f.folder, "station.ini", NULL);
    g_remove(kept);
    dash_screens_open(&screens, &f.station, f.folder, 3);
    g_assert_cmpuint(screens.n, ==, 3);
    dash_screens_present(&screens);
    unsigned beds = 0;
    for (unsigned i = 0; i < 3; i++) {
        f.shell = screens.shell[i];
        ui_frames(&f, 2);
        g_assert_cmpuint(count_tiles(f.shell), >=, 5);
        beds += count_tiles(f.shell);
    }
    g_assert_cmpuint(beds, ==, 16);
    g_assert_true(dash_shell_do(screens.shell[2], DASH_ACT_WORKLIST, NULL, 0));
    dash_screens_close(&screens);
    dash_screens_open(&screens, &f.station, f.folder, 3);
    g_assert_cmpint(screens.shell[2]->place.kind, ==, DASH_VIEW_WORKLIST);
    g_assert_cmpuint(screens.shell[1]->views->wall.share, ==, 2);
    dash_screens_close(&screens);
    for (unsigned i = 2; i <= 3; i++) {
        g_autofree char *name = g_strdup_printf("screen-%u", i);
        g_autofree char *folder = g_build_filename(f.folder, name, NULL);
        g_autofree char *file = g_build_filename(folder, "station.ini", NULL);
        g_remove(file);
        g_rmdir(folder);
    }
    ui_show(&f);
    ui_close(&f);
}

/* The window that was opened last; NULL: the station's own is the only one. */
static GtkWidget *
dialog_of(Ui *f)
{
    GListModel *windows = gtk_window_get_toplevels();
    for (unsigned i = g_list_model_get_n_items(windows); i-- > 0;) {
        g_autoptr(GtkWidget) window = g_list_model_get_item(windows, i);
        if (window != f->shell->window)
            return window;
    }
    return NULL;
}

/* A row with names to choose from, somewhere in it. */
static GtkWidget *
row_of(GtkWidget *widget)
{
    GtkWidget *found = ADW_IS_COMBO_ROW(widget) ? widget : NULL;
    for (GtkWidget *c = gtk_widget_get_first_child(widget); c && !found;
         c = gtk_widget_get_next_sibling(c))
        found = row_of(c);
    return found;
}

/* Whoever works here for weeks opens them thousands of times. */
static void
a_dialog_that_is_closed_is_gone(void)
{
    static const DashAct acts[] = {DASH_ACT_KEYS, DASH_ACT_PALETTE, DASH_ACT_ABSENCE,
                                   DASH_ACT_PREFERENCES};
    Ui f;
    if (!ui_open_desk(&f))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(acts); i++) {
        ui_act(&f, acts[i]);
        GtkWidget *dialog = dialog_of(&f);
        g_assert_nonnull(dialog);
        ui_frames(&f, 2);
        GtkWidget *row = row_of(dialog);
        g_object_add_weak_pointer(G_OBJECT(dialog), (gpointer *)&dialog);
        if (row)
            g_object_add_weak_pointer(G_OBJECT(row), (gpointer *)&row);
        gtk_window_close(GTK_WINDOW(dialog));
        int64_t until_us = g_get_monotonic_time() + PATIENCE_US / 10;
        while ((dialog || row) && g_get_monotonic_time() < until_us)
            ui_frames(&f, 1);
        if (dialog || row)
            g_error("what %s opened is still there", dash_act_row(acts[i])->title);
    }
    ui_close(&f);
}

/* The row of an act, by its title, somewhere in it. */
static GtkWidget *
act_row_of(GtkWidget *widget, const char *title)
{
    GtkWidget *found = NULL;

    if (ADW_IS_ACTION_ROW(widget)
        && g_strcmp0(adw_preferences_row_get_title(ADW_PREFERENCES_ROW(widget)), title) == 0)
        return widget;
    for (GtkWidget *c = gtk_widget_get_first_child(widget); c && !found;
         c = gtk_widget_get_next_sibling(c))
        found = act_row_of(c, title);
    return found;
}

/* In a room without an OpenXR runtime the act stands in the list, and says why it is grey. */
static void
a_headset_that_cannot_be_had_is_greyed_with_the_reason(void)
{
    Ui f;
    if (!ui_open(&f, "calm"))
        return;
    ui_act(&f, DASH_ACT_PALETTE);
    GtkWidget *dialog = dialog_of(&f);
    GtkWidget *row = act_row_of(dialog, dash_act_row(DASH_ACT_HEADSET)->title);
    g_assert_nonnull(row);
    g_assert_false(gtk_widget_get_sensitive(row));
    const char *why = adw_action_row_get_subtitle(ADW_ACTION_ROW(row));
    g_assert_nonnull(strstr(why, "this machine has no OpenXR runtime"));
    GtkWidget *other = act_row_of(dialog, dash_act_row(DASH_ACT_WARD)->title);
    g_assert_true(gtk_widget_get_sensitive(other));
    gtk_window_close(GTK_WINDOW(dialog));
    ui_act(&f, DASH_ACT_HEADSET); /* and by key it does not start either */
    ui_frames(&f, 2);
    g_assert_null(f.shell->headset);
    ui_close(&f);
}

int
main(int argc, char **argv)
{
    g_setenv("XR_RUNTIME_JSON", "/nowhere/runtime.json", TRUE);
    ui_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/ui/places/" #name, name)
    ADD(arrows_enter_and_escape_walk_wall_and_beds);
    ADD(a_station_comes_back_to_where_it_stood);
    ADD(what_cannot_be_read_of_a_preference_is_left_as_usual);
    ADD(the_layout_of_the_wall_is_kept);
    ADD(three_screens_share_the_beds_and_keep_their_views);
    ADD(a_dialog_that_is_closed_is_gone);
    ADD(a_headset_that_cannot_be_had_is_greyed_with_the_reason);
    return ui_end();
}
