/* A picture on an X server of its own; skipped where there is no Xvfb.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <X11/Xlib.h>
#include <X11/Xutil.h>

#include <gdk/x11/gdkx.h>

#include "dashboard/ui/screen.h"
#include "tests/dashboard/display.h"

#define PATIENCE_US (20 * (int64_t)G_USEC_PER_SEC)
#define W           200
#define H           100
#define INK         0xff54d98cu
#define OTHER       0xfff2686bu

static bool has_display;

typedef struct {
    GtkWidget *window;
    DashScreen *screen;
} Fixture;

static void
wait_for_server(Fixture *f)
{
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    while (!dash_screen_is_ready(f->screen) && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, FALSE);
    g_assert_true(dash_screen_is_ready(f->screen));
}

static void
show(Fixture *f, DashRect rect, uint32_t colour)
{
    dash_raster_fill(dash_screen_surface(f->screen), rect, colour);
    dash_screen_put(f->screen, &rect, 1);
    wait_for_server(f);
}

static bool
open_fixture(Fixture *f)
{
    if (!has_display) {
        g_test_skip("no display: Xvfb is not installed or cannot be used");
        return false;
    }
    f->window = gtk_window_new();
    gtk_window_set_decorated(GTK_WINDOW(f->window), FALSE);
    gtk_window_set_default_size(GTK_WINDOW(f->window), 400, 300);
    gtk_window_present(GTK_WINDOW(f->window));
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    while (!gtk_widget_get_mapped(f->window) && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, TRUE);
    f->screen = dash_screen_new(f->window, W, H);
    g_assert_nonnull(f->screen);
    return true;
}

static void
close_fixture(Fixture *f)
{
    dash_screen_free(f->screen);
    gtk_window_destroy(GTK_WINDOW(f->window));
}

/* What the screen shows at this place of the window, whoever drew it. */
static uint32_t
seen_at(const Fixture *f, int x, int y)
{
    Display *link = gdk_x11_display_get_xdisplay(gtk_widget_get_display(f->window));
    Window window = gdk_x11_surface_get_xid(gtk_native_get_surface(GTK_NATIVE(f->window)));
    Window child;
    int left = 0, top = 0;
    XTranslateCoordinates(link, window, DefaultRootWindow(link), x, y, &left, &top, &child);
    XImage *image = XGetImage(link, DefaultRootWindow(link), left, top, 1, 1, AllPlanes, ZPixmap);
    g_assert_nonnull(image);
    uint32_t pixel = 0xff000000u | (uint32_t)XGetPixel(image, 0, 0);
    XDestroyImage(image);
    return pixel;
}

static void
what_is_put_is_seen_where_it_was_placed(void)
{
    Fixture f;
    if (!open_fixture(&f))
        return;
    dash_screen_place(f.screen, 30, 40, NULL, 0);
    show(&f, (DashRect){0, 0, W, H}, INK);
    show(&f, (DashRect){10, 20, 5, 5}, OTHER);
    g_assert_cmphex(seen_at(&f, 30, 40), ==, INK);
    g_assert_cmphex(seen_at(&f, 30 + W - 1, 40 + H - 1), ==, INK);
    g_assert_cmphex(seen_at(&f, 30 + 12, 40 + 22), ==, OTHER);
    g_assert_cmphex(seen_at(&f, 30 + W, 40 + H), !=, INK);
    close_fixture(&f);
}

static void
a_hole_shows_the_widgets_below(void)
{
    const DashRect hole = {50, 20, 60, 30};
    Fixture f;
    if (!open_fixture(&f))
        return;
    dash_screen_place(f.screen, 0, 0, &hole, 1);
    show(&f, (DashRect){0, 0, W, H}, INK);
    g_assert_cmphex(seen_at(&f, 49, 30), ==, INK);
    g_assert_cmphex(seen_at(&f, 50, 20), !=, INK);
    g_assert_cmphex(seen_at(&f, 109, 49), !=, INK);
    dash_screen_place(f.screen, 0, 0, NULL, 0);
    wait_for_server(&f);
    show(&f, (DashRect){0, 0, W, H}, INK);
    g_assert_cmphex(seen_at(&f, 50, 20), ==, INK);
    close_fixture(&f);
}

/* A window that was covered asks for what it showed; nobody has to draw it again. */
static void
a_window_that_was_covered_shows_its_picture_again(void)
{
    Fixture f;
    if (!open_fixture(&f))
        return;
    dash_screen_place(f.screen, 0, 0, NULL, 0);
    show(&f, (DashRect){0, 0, W, H}, INK);
    Display *link = gdk_x11_display_get_xdisplay(gtk_widget_get_display(f.window));
    Window window = gdk_x11_surface_get_xid(gtk_native_get_surface(GTK_NATIVE(f.window)));
    Window cover = XCreateSimpleWindow(link, window, 0, 0, W, H, 0, 0, OTHER & 0xffffffu);
    XMapRaised(link, cover);
    XSync(link, False);
    g_assert_cmphex(seen_at(&f, 5, 5), !=, INK);
    XDestroyWindow(link, cover);
    XSync(link, False);
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    while (seen_at(&f, 5, 5) != INK && g_get_monotonic_time() < until_us)
        dash_screen_is_ready(f.screen);
    g_assert_cmphex(seen_at(&f, 5, 5), ==, INK);
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
#define ADD(name) g_test_add_func("/dashboard/screen/" #name, name)
    ADD(what_is_put_is_seen_where_it_was_placed);
    ADD(a_hole_shows_the_widgets_below);
    ADD(a_window_that_was_covered_shows_its_picture_again);
    int status = g_test_run();
    test_display_close(&server);
    return status;
}
