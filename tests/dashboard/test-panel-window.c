/* The ward on a panel that is an X server of its own; skipped where there is no Xvfb.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <string.h>

#include <gdk/x11/gdkx.h>

#include "dashboard/saved.h"
#include "dashboard/ui/panel-window.h"
#include "tests/dashboard/display.h"
#include "tests/dashboard/ward.h"

#define PATIENCE_US (60 * (int64_t)G_USEC_PER_SEC)

static bool has_display;

typedef struct {
    DashModel *model;
    DashOutput output;
    DashPanelWindow *window;
} Fixture;

static bool
open_fixture(Fixture *f)
{
    WardOptions options = {0};
    int64_t now_us = 0;
    GdkRectangle at;

    if (!has_display) {
        g_test_skip("no display: Xvfb is not installed or cannot be used");
        return false;
    }
    f->model = dash_model_new();
    g_assert_true(ward_options_parse("alarms-brief", &options));
    options.beds = 16;
    g_autoptr(GByteArray) ward = ward_make(&options);
    g_assert_true(dash_saved_apply(ward->data, ward->len, f->model, &now_us, NULL));
    GListModel *monitors = gdk_display_get_monitors(gdk_display_get_default());
    g_autoptr(GdkMonitor) monitor = g_list_model_get_item(monitors, 0);
    gdk_monitor_get_geometry(monitor, &at);
    int scale = gdk_monitor_get_scale_factor(monitor);
    f->output = (DashOutput){.form = DASH_FORM_NATIVE,
                             .quilt = {1680, 1260, 4, 3, (double)at.width / at.height},
                             .cone_deg = 40,
                             .w = at.width * scale,
                             .h = at.height * scale};
    f->output.calibration = (DashCalibration){.pitch = 52.58,
                                              .slope = -7.15,
                                              .center = 0.565,
                                              .dpi = 324,
                                              .w = f->output.w,
                                              .h = f->output.h};
    return true;
}

static void
close_fixture(Fixture *f)
{
    dash_panel_window_free(f->window);
    dash_model_free(f->model);
}

static void
await_frames(Fixture *f, uint64_t n)
{
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;

    while (dash_panel_window_frames(f->window) < n && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(dash_panel_window_frames(f->window), >=, n);
}

static uint32_t
seen_at(int x, int y)
{
    Display *link = gdk_x11_display_get_xdisplay(gdk_display_get_default());
    XImage *image = XGetImage(link, DefaultRootWindow(link), x, y, 1, 1, AllPlanes, ZPixmap);

    g_assert_nonnull(image);
    uint32_t pixel = 0xff000000u | (uint32_t)XGetPixel(image, 0, 0);
    XDestroyImage(image);
    return pixel;
}

/* Pixel for pixel: what was woven is what the panel gets. What moves between two pictures may
 * differ. */
static void
show(DashPathKind path)
{
    Fixture f;

    if (!open_fixture(&f))
        return;
    f.output.path = path;
    f.window = dash_panel_window_new(f.model, &f.output, NULL);
    g_assert_cmpstr(dash_panel_window_missing(f.window), ==, "");
    await_frames(&f, 6);
    g_test_message("%s", dash_panel_window_trouble(f.window));
    g_assert_true(path == DASH_PATH_MESH || *dash_panel_window_trouble(f.window) == '\0');
    const DashSurface *surface = dash_panel_window_surface(f.window);
    int same = 0, all = 0;
    for (int y = 5; y < f.output.h; y += 29)
        for (int x = 5; x < f.output.w; x += 31, all++)
            same +=
                seen_at(x, y) == surface->pixels[(size_t)y * (size_t)surface->stride + (size_t)x];
    g_test_message("%d of %d pixels", same, all);
    g_assert_cmpint(same, >=, all * 9 / 10);
    close_fixture(&f);
}

static void
a_panel_shows_the_pixels_that_were_woven(void)
{
    show(DASH_PATH_SPRITES);
}

/* Where there is no OpenGL it says so and is drawn all the same. */
static void
a_panel_can_be_drawn_by_meshes(void)
{
    show(DASH_PATH_MESH);
}

static void
a_panel_that_is_not_there_is_awaited_and_named(void)
{
    Fixture f;

    if (!open_fixture(&f))
        return;
    f.window = dash_panel_window_new(f.model, &f.output, NULL);
    await_frames(&f, 2);
    dash_panel_window_choose(f.window, "NONE-9"); /* as if it had been unplugged */
    g_assert_nonnull(strstr(dash_panel_window_missing(f.window), "NONE-9"));
    uint64_t n = dash_panel_window_frames(f.window);
    for (int i = 0; i < 30; i++)
        g_main_context_iteration(NULL, FALSE);
    g_assert_cmpuint(dash_panel_window_frames(f.window), <=, n + 1);
    dash_panel_window_choose(f.window, NULL);
    g_assert_cmpstr(dash_panel_window_missing(f.window), ==, "");
    await_frames(&f, n + 3);
    close_fixture(&f);
}

/* A picture that is scaled is woven wrongly. */
static void
a_monitor_of_another_size_is_no_panel(void)
{
    Fixture f;

    if (!open_fixture(&f))
        return;
    f.output.w = f.output.calibration.w = 333;
    f.window = dash_panel_window_new(f.model, &f.output, NULL);
    g_assert_nonnull(strstr(dash_panel_window_missing(f.window), "of 333 x"));
    for (int i = 0; i < 30; i++)
        g_main_context_iteration(NULL, FALSE);
    g_assert_cmpuint(dash_panel_window_frames(f.window), ==, 0);
    close_fixture(&f);
}

static void
await_bed(Fixture *f, const char *bed)
{
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    const DashBed *wanted = bed ? dash_model_find_bed(f->model, bed) : NULL;

    while (g_strcmp0(dash_panel_window_bed(f->window, NULL), wanted ? wanted->id : NULL) != 0
           && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpstr(dash_panel_window_bed(f->window, NULL), ==, wanted ? wanted->id : NULL);
}

static void
count_chosen(gpointer user)
{
    ++*(int *)user;
}

/* With a real keyboard and a real pointer. */
static void
a_bed_is_chosen_by_arrows_and_by_a_press(void)
{
    Fixture f;
    int chosen = 0;
    bool missing = false;

    if (!open_fixture(&f))
        return;
    f.window = dash_panel_window_new(f.model, &f.output, NULL);
    dash_panel_window_choose_bed(f.window, "no-such-bed");
    g_assert_null(dash_panel_window_bed(f.window, &missing));
    g_assert_true(missing);
    dash_panel_window_choose_bed(f.window, "7");
    g_assert_nonnull(dash_panel_window_bed(f.window, &missing));
    g_assert_false(missing);
    dash_panel_window_on_chosen(f.window, count_chosen, &chosen);
    await_frames(&f, 4);
    /* Nobody manages windows on this display: the server gives the focus only when it is told. */
    Display *link = gdk_x11_display_get_xdisplay(gdk_display_get_default());
    XSetInputFocus(link,
                   gdk_x11_surface_get_xid(
                       gtk_native_get_surface(GTK_NATIVE(dash_panel_window_window(f.window)))),
                   RevertToParent, CurrentTime);
    XSync(link, False);
    if (!test_display_keys(g_getenv("DISPLAY"), "Right")) {
        g_test_skip("no keyboard: libXtst is not installed");
    } else {
        await_bed(&f, "8");
        test_display_keys(g_getenv("DISPLAY"), "Left");
        await_bed(&f, "7");
        test_display_keys(g_getenv("DISPLAY"), "Escape");
        await_bed(&f, NULL);
        test_display_click(g_getenv("DISPLAY"), f.output.w / 40, f.output.h / 6); /* upper left */
        await_bed(&f, "1");
        g_assert_cmpint(chosen, ==, 4);
    }
    close_fixture(&f);
}

/* Where somebody else takes its size and its place away, it goes on. */
static void
a_window_of_one_pixel_goes_on(void)
{
    Fixture f;

    if (!open_fixture(&f))
        return;
    f.window = dash_panel_window_new(f.model, &f.output, NULL);
    await_frames(&f, 2);
    Display *link = gdk_x11_display_get_xdisplay(gdk_display_get_default());
    Window own = gdk_x11_surface_get_xid(
        gtk_native_get_surface(GTK_NATIVE(dash_panel_window_window(f.window))));
    XResizeWindow(link, own, 1, 1);
    XMoveWindow(link, own, -2000, -2000);
    XSync(link, False);
    await_frames(&f, dash_panel_window_frames(f.window) + 4);
    XUnmapWindow(link, own);
    XSync(link, False);
    for (int i = 0; i < 30; i++)
        g_main_context_iteration(NULL, FALSE);
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
        g_setenv("GSK_RENDERER", "cairo", TRUE);
        has_display = gtk_init_check();
    }
#define ADD(name) g_test_add_func("/dashboard/panel-window/" #name, name)
    ADD(a_panel_shows_the_pixels_that_were_woven);
    ADD(a_panel_can_be_drawn_by_meshes);
    ADD(a_panel_that_is_not_there_is_awaited_and_named);
    ADD(a_monitor_of_another_size_is_no_panel);
    ADD(a_bed_is_chosen_by_arrows_and_by_a_press);
    ADD(a_window_of_one_pixel_goes_on);
    int status = g_test_run();
    test_display_close(&server);
    return status;
}
