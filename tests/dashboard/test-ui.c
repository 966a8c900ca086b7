/* The widgets on a display of their own; skipped where there is no Xvfb.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <adwaita.h>
#include <string.h>

#include "dashboard/saved.h"
#include "dashboard/ui/acknowledge.h"
#include "dashboard/ui/canvas.h"
#include "dashboard/ui/window.h"
#include "tests/dashboard/display.h"
#include "tests/dashboard/ward.h"

#define PATIENCE_US (20 * (int64_t)G_USEC_PER_SEC)

static bool has_display;

typedef struct {
    DashStation station;
    GtkWidget *window;
    DashCanvas *canvas;
} Fixture;

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
    g_assert_true(dash_saved_apply(ward->data, ward->len, f->station.model, &now_us, NULL));
    f->window = gtk_window_new();
    f->canvas = DASH_CANVAS(dash_canvas_new(&f->station));
    gtk_window_set_child(GTK_WINDOW(f->window), GTK_WIDGET(f->canvas));
    gtk_window_set_default_size(GTK_WINDOW(f->window), 1280, 720);
    gtk_window_present(GTK_WINDOW(f->window));
    return true;
}

static void
close_fixture(Fixture *f)
{
    gtk_window_destroy(GTK_WINDOW(f->window));
    dash_model_free(f->station.model);
}

static void
run_frames(Fixture *f, double n)
{
    double wanted = dash_canvas_frames(f->canvas) + n;
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    while (dash_canvas_frames(f->canvas) < wanted && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpfloat(dash_canvas_frames(f->canvas), >=, wanted);
}

static void
arrows_enter_and_escape_walk_wall_and_beds(void)
{
    Fixture f;
    if (!open_fixture(&f, "calm"))
        return;
    run_frames(&f, 2);
    g_assert_null(dash_canvas_bed(f.canvas));
    dash_canvas_open_bed(f.canvas);
    g_assert_false(dash_canvas_shows_bed(f.canvas)); /* none is chosen */
    dash_canvas_move(f.canvas, 1, 0);
    g_assert_cmpstr(dash_canvas_bed(f.canvas), ==, "demo/icu/1");
    dash_canvas_move(f.canvas, 0, 1);
    g_assert_cmpstr(dash_canvas_bed(f.canvas), ==, "demo/icu/5");
    dash_canvas_open_bed(f.canvas);
    run_frames(&f, 2);
    g_assert_true(dash_canvas_shows_bed(f.canvas));
    dash_canvas_move(f.canvas, 1, 0);
    g_assert_cmpstr(dash_canvas_bed(f.canvas), ==, "demo/icu/6");
    dash_canvas_move(f.canvas, -1, 0);
    dash_canvas_move(f.canvas, -1, 0);
    g_assert_cmpstr(dash_canvas_bed(f.canvas), ==, "demo/icu/4");
    dash_canvas_close_bed(f.canvas);
    run_frames(&f, 2);
    g_assert_false(dash_canvas_shows_bed(f.canvas));
    close_fixture(&f);
}

static void
the_picture_is_named_for_those_who_cannot_see_it(void)
{
    Fixture f;
    if (!open_fixture(&f, "alarms"))
        return;
    run_frames(&f, 92);
    gtk_test_accessible_assert_role(f.canvas, GTK_ACCESSIBLE_ROLE_IMG);
    gtk_test_accessible_assert_property(
        f.canvas, GTK_ACCESSIBLE_PROPERTY_LABEL,
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
    ADD(the_picture_is_named_for_those_who_cannot_see_it);
    ADD(an_answer_goes_to_the_chosen_bed_first);
    int status = g_test_run();
    test_display_close(&server);
    return status;
}
