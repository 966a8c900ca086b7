/* The widgets on a display of their own; skipped where there is no Xvfb.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <adwaita.h>
#include <string.h>

#include <glib/gstdio.h>

#include "dashboard/saved.h"
#include "dashboard/scene/words.h"
#include "dashboard/ui/acknowledge.h"
#include "dashboard/ui/window.h"
#include "tests/dashboard/display.h"
#include "tests/dashboard/ward.h"

#define PATIENCE_US (20 * (int64_t)G_USEC_PER_SEC)

static bool has_display;

typedef struct {
    DashStation station;
    DashShell *shell;
    char *folder;
} Fixture;

static void
open_shell(Fixture *f)
{
    f->shell = dash_window_make(&f->station, f->folder);
    gtk_window_set_default_size(GTK_WINDOW(f->shell->window), 1280, 760);
    gtk_window_present(GTK_WINDOW(f->shell->window));
}

static bool
open_fixture(Fixture *f, const char *story)
{
    if (!has_display) {
        g_test_skip("no display: Xvfb is not installed or cannot be used");
        return false;
    }
    WardOptions options = {.beds = 16};
    g_assert_true(ward_options_parse(story, &options));
    g_autoptr(GByteArray) ward = ward_make(&options);
    int64_t now_us = 0;
    f->station = (DashStation){.model = dash_model_new(), .dpi = 96};
    f->folder = g_dir_make_tmp("vicu-test-ui-XXXXXX", NULL);
    g_assert_true(dash_saved_apply(ward->data, ward->len, f->station.model, &now_us, NULL));
    open_shell(f);
    return true;
}

static void
close_fixture(Fixture *f)
{
    g_autofree char *file = g_build_filename(f->folder, "station.ini", NULL);
    dash_window_end(f->shell);
    dash_model_free(f->station.model);
    g_remove(file);
    g_rmdir(f->folder);
    g_free(f->folder);
    dash_words_use("en");
}

static void
run_frames(Fixture *f, double n)
{
    double wanted = dash_canvas_frames(f->shell->canvas) + n;
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    while (dash_canvas_frames(f->shell->canvas) < wanted && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpfloat(dash_canvas_frames(f->shell->canvas), >=, wanted);
}

static void
act(Fixture *f, DashAct act)
{
    g_assert_true(dash_shell_do(f->shell, act, NULL, 0));
}

static void
arrows_enter_and_escape_walk_wall_and_beds(void)
{
    Fixture f;
    if (!open_fixture(&f, "calm"))
        return;
    const DashPlace *place = &f.shell->place;
    run_frames(&f, 2);
    g_assert_null(place->bed);
    act(&f, DASH_ACT_OPEN);
    g_assert_cmpint(place->kind, ==, DASH_VIEW_WALL); /* none is chosen, no alarm stands */
    act(&f, DASH_ACT_RIGHT);
    g_assert_cmpstr(place->bed, ==, "demo/icu/1");
    act(&f, DASH_ACT_DOWN);
    g_assert_cmpstr(place->bed, ==, "demo/icu/5");
    act(&f, DASH_ACT_OPEN);
    run_frames(&f, 2);
    g_assert_cmpint(place->kind, ==, DASH_VIEW_BED);
    act(&f, DASH_ACT_RIGHT);
    g_assert_cmpstr(place->bed, ==, "demo/icu/6");
    act(&f, DASH_ACT_LEFT);
    act(&f, DASH_ACT_LEFT);
    g_assert_cmpstr(place->bed, ==, "demo/icu/4");
    act(&f, DASH_ACT_BACK);
    run_frames(&f, 2);
    g_assert_cmpint(place->kind, ==, DASH_VIEW_WALL);
    g_assert_cmpstr(place->bed, ==, "demo/icu/4"); /* where one was is still chosen */
    close_fixture(&f);
}

static void
a_station_comes_back_to_where_it_stood(void)
{
    Fixture f;
    if (!open_fixture(&f, "calm"))
        return;
    run_frames(&f, 2);
    act(&f, DASH_ACT_RIGHT);
    act(&f, DASH_ACT_RIGHT);
    act(&f, DASH_ACT_OPEN);
    act(&f, DASH_ACT_NEXT_PALETTE);
    act(&f, DASH_ACT_NEXT_LANGUAGE);
    g_autofree char *bed = g_strdup(f.shell->place.bed);
    dash_window_end(f.shell);
    dash_words_use("en");
    open_shell(&f);
    g_assert_cmpint(f.shell->place.kind, ==, DASH_VIEW_BED);
    g_assert_cmpstr(f.shell->place.bed, ==, bed);
    g_assert_cmpstr(f.shell->preferences.palette, ==, "red-green");
    g_assert_cmpstr(dash_words_used(), ==, "zh_CN");
    run_frames(&f, 2);
    close_fixture(&f);
}

static void
what_cannot_be_read_of_a_preference_is_left_as_usual(void)
{
    g_autofree char *folder = g_dir_make_tmp("vicu-test-ui-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(folder, "station.ini", NULL);
    DashPreferences preferences = {0};
    g_assert_true(g_file_set_contents(
        file, "[look]\npalette=plaid\nlanguage=xx\nscale=900\n[place]\nview=\xff\n", -1, NULL));
    dash_preferences_load(&preferences, folder);
    g_assert_cmpstr(preferences.palette, ==, "common");
    g_assert_cmpstr(preferences.language, ==, "en");
    g_assert_cmpfloat(preferences.scale, ==, 1);
    g_assert_cmpstr(preferences.view, ==, "wall");
    dash_preferences_clear(&preferences);
    g_remove(file);
    g_rmdir(folder);
}

static void
the_picture_is_named_for_those_who_cannot_see_it(void)
{
    Fixture f;
    if (!open_fixture(&f, "alarms"))
        return;
    run_frames(&f, 92);
    gtk_test_accessible_assert_role(f.shell->canvas, GTK_ACCESSIBLE_ROLE_IMG);
    gtk_test_accessible_assert_property(
        f.shell->canvas, GTK_ACCESSIBLE_PROPERTY_LABEL,
        "16 beds, 7 standing alarms. Supplemental: not a primary alarm.");
    close_fixture(&f);
}

static void
an_answer_goes_to_the_chosen_bed_first(void)
{
    Fixture f;
    if (!open_fixture(&f, "alarms"))
        return;
    const DashModel *model = f.station.model;
    g_assert_cmpstr(dash_acknowledge_choose(model, "demo/icu/3")->id, ==, "spo2-low-3");
    g_assert_cmpstr(dash_acknowledge_choose(model, NULL)->id, ==, "map-critical-7");
    /* Bed 14 has one, and it is answered already: the worst of all is offered. */
    g_assert_cmpstr(dash_acknowledge_choose(model, "demo/icu/14")->id, ==, "map-critical-7");
    dash_model_begin_snapshot(f.station.model);
    dash_model_set_local(f.station.model, DASH_HUB_BLIND, VICU__PRIORITY__PRIORITY_HIGH, "hub",
                         true, 1);
    g_assert_null(dash_acknowledge_choose(model, NULL)); /* nobody can answer what only we see */
    close_fixture(&f);
}

int
main(int argc, char **argv)
{
    GPid server = 0;
    g_setenv("GTK_A11Y", "test", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_autofree char *display = test_display_open(&server);
    if (display) {
        g_setenv("DISPLAY", display, TRUE);
        g_setenv("GDK_BACKEND", "x11", TRUE);
        has_display = dash_window_possible();
    }
#define ADD(name) g_test_add_func("/dashboard/ui/" #name, name)
    ADD(arrows_enter_and_escape_walk_wall_and_beds);
    ADD(a_station_comes_back_to_where_it_stood);
    ADD(what_cannot_be_read_of_a_preference_is_left_as_usual);
    ADD(the_picture_is_named_for_those_who_cannot_see_it);
    ADD(an_answer_goes_to_the_chosen_bed_first);
    int status = g_test_run();
    test_display_close(&server);
    return status;
}
