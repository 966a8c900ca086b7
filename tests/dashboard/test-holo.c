/* Panels, their calibration, where a point lies in each view, which view each subpixel shows: all
 * against formulas in double precision, written here once more.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dashboard/holo/camera.h"
#include "dashboard/holo/display.h"
#include "dashboard/holo/output.h"
#include "dashboard/holo/stereo.h"
#include "dashboard/holo/test-view.h"
#include "tests/dashboard/measure.h"

#define PORTRAIT                                                                                   \
    "{\"serial\":\"LKG-P00001\",\"configVersion\":\"1.0\",\"pitch\":{\"value\":52.58},"            \
    "\"slope\":{\"value\":-7.15},\"center\":{\"value\":0.565},\"viewCone\":{\"value\":40},"        \
    "\"invView\":{\"value\":1},\"DPI\":{\"value\":324},\"screenW\":{\"value\":1536},"              \
    "\"screenH\":{\"value\":2048},\"flipImageX\":{\"value\":0},\"flipImageY\":{\"value\":0},"      \
    "\"flipSubp\":{\"value\":0}"

/* ---- displays ---- */

static void
every_panel_of_the_table_has_its_quilt(void)
{
    static const struct {
        const char *name;
        int views, tile_w, tile_h;
    } told[] = {
        {"go", 66, 372, 682},
        {"portrait", 48, 420, 560},
        {"16-gen2", 45, 819, 455},
        {"16-landscape", 49, 857, 857},
        {"16-portrait", 66, 545, 1000},
        {"32-gen2", 45, 1638, 910},
        {"32-landscape", 49, 1170, 1170},
        {"32-portrait", 66, 744, 1364},
        {"65", 72, 1024, 910},
    };
    g_autoptr(DashDisplays) all = dash_displays_new();

    for (size_t i = 0; i < G_N_ELEMENTS(told); i++) {
        g_autoptr(GError) error = NULL;
        const DashDisplay *d = dash_displays_find(all, told[i].name, &error);
        g_assert_no_error(error);
        g_assert_cmpint(dash_quilt_views(&d->quilt), ==, told[i].views);
        g_assert_cmpint(dash_quilt_tile_w(&d->quilt), ==, told[i].tile_w);
        g_assert_cmpint(dash_quilt_tile_h(&d->quilt), ==, told[i].tile_h);
    }
    g_assert_cmpstr(dash_displays_of_serial(all, "LKG-P01234")->name, ==, "portrait");
    g_assert_cmpstr(dash_displays_of_serial(all, "LKG-4K-9")->name, ==, "legacy-15.6");
    g_assert_null(dash_displays_of_serial(all, "ACME-1"));
}

static void
an_unknown_panel_is_refused_with_the_nearest_name(void)
{
    g_autoptr(DashDisplays) all = dash_displays_new();
    g_autoptr(GError) error = NULL;

    g_assert_null(dash_displays_find(all, "portrate", &error));
    g_assert_nonnull(strstr(error->message, "nearest is portrait"));
    g_assert_nonnull(strstr(error->message, "16-landscape"));
}

static void
a_table_that_cannot_be_is_refused_at_its_line(void)
{
#define HEAD "name,title,serial,panel_w,panel_h,dpi,quilt_w,quilt_h,columns,rows,aspect,cone\n"
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"name\n", "x.csv:1: header"},
        {HEAD, "rows"},
        {HEAD "# fine\na,b,c,1,2,100,64,64,2,2,1\n", "x.csv:3: cells \"11\""},
        {HEAD "a,\"b,c,1,2,100,64,64,2,2,1,40\n", "cells"},
        {HEAD "A,b,c,1,2,100,64,64,2,2,1,40\n", "name \"A\""},
        {HEAD "a,b,c,0,2,100,64,64,2,2,1,40\n", "panel_w \"0\""},
        {HEAD "a,b,c,1,2,nan,64,64,2,2,1,40\n", "dpi \"nan\""},
        {HEAD "a,b,c,1,2,100,99999,64,2,2,1,40\n", "quilt_w \"99999\""},
        {HEAD "a,b,c,1,2,100,64,64,9,2,1,40\n", "columns 9 is outside"},
        {HEAD "a,b,c,1,2,100,64,64,2,2,1,400\n", "cone \"400\""},
        {HEAD "a,b,c,1,2,100,64,64,2,2,1,40\na,b,c,1,2,100,64,64,2,2,1,40\n", "x.csv:3: name"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(dash_displays_parse("x.csv", bad[i].text, -1, &error));
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, bad[i].says));
    }
}

/* ---- quilts ---- */

static void
views_fill_a_quilt_from_the_lower_left(void)
{
    g_autoptr(DashDisplays) all = dash_displays_new();

    for (size_t k = 0; k < dash_displays_n(all); k++) {
        const DashQuilt *q = &dash_displays_at(all, k)->quilt;
        int tw = q->w / q->columns, th = q->h / q->rows, view = 0;
        for (int row = 0; row < q->rows; row++)
            for (int column = 0; column < q->columns; column++, view++) {
                DashRect r = dash_quilt_tile(q, view);
                g_assert_cmpint(r.x, ==, column * tw);
                g_assert_cmpint(q->h - (r.y + r.h), ==, row * th);
                g_assert_true(r.w == tw && r.h == th && r.y >= 0 && r.x + r.w <= q->w);
            }
        g_assert_cmpint(view, ==, dash_quilt_views(q));
    }
}

static void
a_quilts_name_is_read_back(void)
{
    g_autoptr(DashDisplays) all = dash_displays_new();

    for (size_t k = 0; k < dash_displays_n(all); k++) {
        const DashQuilt *q = &dash_displays_at(all, k)->quilt;
        g_autofree char *name = dash_quilt_name(q, "/tmp/a.b/ward_qs.png");
        DashQuilt back = {0};
        g_assert_true(dash_quilt_read_name(name, &back));
        g_assert_cmpint(back.columns, ==, q->columns);
        g_assert_cmpint(back.rows, ==, q->rows);
        g_assert_cmpfloat_with_epsilon(back.aspect, q->aspect, 1e-5);
    }
    DashQuilt portrait = {3360, 3360, 8, 6, 0.75};
    g_autofree char *plain = dash_quilt_name(&portrait, "ward.png");
    g_autofree char *bare = dash_quilt_name(&portrait, "d.x/ward");
    g_assert_cmpstr(plain, ==, "ward_qs8x6a0.75.png");
    g_assert_cmpstr(bare, ==, "d.x/ward_qs8x6a0.75");
    static const char *const none[] = {"ward.png",        "a_qs0x6a1.png",    "a_qs8a1.png",
                                       "a_qs8x6a.png",    "_qs8x6a1/a.png",   "a_qs8x6anan.png",
                                       "a_qs300x6a1.png", "a_qs200x200a1.png"};
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++)
        g_assert_false(dash_quilt_read_name(none[i], &portrait));
}

/* ---- camera ---- */

static void
a_point_moves_with_the_view_as_its_depth_says(void)
{
    DashCamera camera = {1, 0.75, DASH_CAMERA_FOV_DEG, 40, 48};
    double d = 1 / tan(7 * G_PI / 180);

    for (int view = 0; view < 48; view++) {
        double o = d * tan(20 * G_PI / 180) * (2.0 * view / 47 - 1);
        for (int k = -2; k <= 2; k++) {
            double z = 0.2 * k, x = 0.3, y = -0.7;
            DashCameraPoint p = dash_camera_project(&camera, view, 420, 560, x, y, z);
            double want_x = ((x * d - o * z) / (d - z) / 0.75 + 1) / 2 * 420;
            double want_y = (1 - y * d / (d - z)) / 2 * 560;
            g_assert_cmpfloat_with_epsilon(p.x, want_x, 1e-9);
            g_assert_cmpfloat_with_epsilon(p.y, want_y, 1e-9);
            if (view > 0) {
                DashCameraPoint last = dash_camera_project(&camera, view - 1, 420, 560, x, y, z);
                g_assert_cmpfloat(p.y, ==, last.y);
                g_assert_cmpfloat_with_epsilon(last.x - p.x, dash_camera_step_px(&camera, 420, z),
                                               1e-9);
            }
        }
    }
    /* The leftmost camera sees what is before the plane farther to the right. */
    g_assert_cmpfloat(dash_camera_project(&camera, 0, 420, 560, 0, 0, 0.4).x, >, 210);
    double z = dash_camera_z_of_step(&camera, 420, 0.5);
    g_assert_cmpfloat_with_epsilon(dash_camera_step_px(&camera, 420, z), 0.5, 1e-12);
}

/* ---- calibration ---- */

static void
a_calibration_that_cannot_be_is_refused_with_its_member(void)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"", "v.json"},
        {"[]", "object"},
        {"{", "v.json"},
        {"{\"slope\":{\"value\":1}}", "\"pitch\" is missing"},
        {"{\"Pitch\":{\"value\":52}}", "\"Pitch\": expected \"pitch\""},
        {"{\"pitch\":{\"value\":\"52\"}}", "\"pitch\" is no number"},
        {"{\"pitch\":{\"value\":1e999}}", "pitch"},
        {"{\"pitch\":{\"Value\":52}}", "\"pitch\" is no number"},
        {"{\"pitch\":{\"value\":0}}", "\"pitch\" = 0 is outside 1..1000"},
        {PORTRAIT ",\"slope\":{\"value\":0}}", "\"slope\" = 0"},
        {PORTRAIT ",\"slope\":{\"value\":NaN}}", "v.json"},
        {PORTRAIT ",\"screenW\":{\"value\":0}}", "\"screenW\" = 0 is outside"},
        {PORTRAIT ",\"screenW\":{\"value\":1536.5}}", "whole"},
        {PORTRAIT ",\"DPI\":{\"value\":-1}}", "\"DPI\" = -1"},
        {PORTRAIT ",\"DPI\":null}", "\"DPI\" is no number"},
        {PORTRAIT ",\"CellPatternMode\":{\"value\":5}}", "\"CellPatternMode\" = 5"},
        {PORTRAIT ",\"cellPatternMode\":{\"value\":2}}", "needs \"subpixelCells\""},
        {PORTRAIT ",\"subpixelCells\":3}", "no array"},
        {PORTRAIT ",\"subpixelCells\":[{\"ROffsetX\":0}]}", "\"ROffsetY\" is missing"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        DashCalibration c;
        g_autoptr(GError) error = NULL;
        g_assert_false(dash_calibration_parse(&c, "v.json", bad[i].text, -1, &error));
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, bad[i].says));
    }
    DashCalibration c;
    g_autoptr(GError) error = NULL;
    g_assert_false(dash_calibration_load(&c, "/nowhere/visual.json", &error));
    g_assert_nonnull(strstr(error->message, "/nowhere/visual.json"));
}

static DashCalibration
calibration(const char *more)
{
    g_autofree char *text = g_strconcat(PORTRAIT, more, "}", NULL);
    g_autoptr(GError) error = NULL;
    DashCalibration c;

    dash_calibration_parse(&c, "v.json", text, -1, &error);
    g_assert_no_error(error);
    return c;
}

/* ---- lenses ---- */

/* The formula of lens.h, straight, one subpixel at a time. */
static int
view_by_the_formula(const DashCalibration *c, int views, int x, int y, int channel)
{
    double pitch = c->pitch * c->w / c->dpi * cos(atan(1 / c->slope));
    double tilt = c->h / (c->w * c->slope) * (c->flip_x ? -1 : 1);
    int k = c->flip_subpixels ? 2 - channel : channel;
    double u = (x + 0.5) / c->w, v = 1 - (y + 0.5) / c->h;

    if (c->cell_mode == 0) {
        u += k / (3.0 * c->w);
    } else {
        int cell[] = {0, (x + y) % 2, y % 4, (y + 2 * (x % 2)) % 4, x % 2};
        const DashLensCell *own = &c->cells[(size_t)cell[c->cell_mode] % c->n_cells];
        u += own->x[k] / c->w;
        v += own->y[k] / c->h;
    }
    double phase = (u + v * tilt) * pitch - c->center;
    double fraction = phase - floor(phase);
    if (c->inv_view)
        fraction = 1 - fraction;
    return MIN((int)(fraction * views), views - 1);
}

static void
check_lens(const DashCalibration *c, int views, int every)
{
    DashLens lens;
    g_autofree uint8_t *row = g_malloc(3 * (gsize)c->w);
    size_t wrong = 0, all = 0;

    dash_lens_init(&lens, c, views);
    for (int y = 0; y < c->h; y += every) {
        dash_lens_row(&lens, y, 0, c->w, row);
        for (int x = 0; x < c->w; x++)
            for (int k = 0; k < 3; k++, all++)
                wrong += row[3 * x + k] != view_by_the_formula(c, views, x, y, k);
    }
    g_test_message("%zu of %zu subpixels show another view", wrong, all);
    g_assert_cmpfloat((double)wrong, <=, 1e-6 * (double)all);
}

static void
each_subpixel_shows_the_view_of_the_formula(void)
{
    static const char cells[] =
        ",\"subpixelCells\":[{\"ROffsetX\":0,\"ROffsetY\":0.1,\"GOffsetX\":0.3,\"GOffsetY\":0,"
        "\"BOffsetX\":0.7,\"BOffsetY\":-0.2},{\"ROffsetX\":0.1,\"ROffsetY\":0,\"GOffsetX\":0.5,"
        "\"GOffsetY\":0.25,\"BOffsetX\":0.6,\"BOffsetY\":0},{\"ROffsetX\":-0.3,\"ROffsetY\":0,"
        "\"GOffsetX\":0,\"GOffsetY\":0,\"BOffsetX\":0.3,\"BOffsetY\":0}]";

    for (int bits = 0; bits < 8; bits++)
        for (int mode = 0; mode <= 4; mode++) {
            g_autofree char *more = g_strdup_printf(
                ",\"invView\":%d,\"flipImageX\":%d,\"flipSubp\":%d,\"CellPatternMode\":%d%s",
                bits & 1, bits >> 1 & 1, bits >> 2 & 1, mode, cells);
            DashCalibration c = calibration(more);
            check_lens(&c, 48, 37);
        }
    DashCalibration wide = calibration(",\"screenW\":7680,\"screenH\":4320,\"DPI\":280,"
                                       "\"pitch\":75,\"slope\":-7.2,\"center\":-0.2");
    check_lens(&wide, 49, 101);
    DashCalibration whole = calibration("");
    check_lens(&whole, 48, 1);
}

/* ---- interlacing ---- */

/* Each view has its number in red, green and blue alike: what comes out is what the lens chose. */
static void
each_subpixel_comes_from_its_view_and_place(void)
{
    DashCalibration c = calibration(",\"screenW\":150,\"screenH\":200");
    DashQuilt quilt = {8 * 21 + 3, 6 * 28 + 5, 8, 6, 0.75};
    DashLens lens;

    for (int flips = 0; flips < 4; flips++) {
        c.flip_x = flips & 1;
        c.flip_y = flips >> 1;
        dash_lens_init(&lens, &c, 48);
        DashSurface in = dash_surface_new(quilt.w, quilt.h), out = dash_surface_new(150, 200);
        for (int view = 0; view < 48; view++) {
            DashRect t = dash_quilt_tile(&quilt, view);
            for (int y = 0; y < t.h; y++)
                for (int x = 0; x < t.w; x++) /* place and view: red x, green y, blue view */
                    in.pixels[(t.y + y) * in.stride + t.x + x] =
                        (uint32_t)(x + 8 * (view % 8)) << 16 | (uint32_t)(y + view) << 8
                        | (uint32_t)view;
        }
        g_autoptr(DashInterlace) self = dash_interlace_new(&lens, &quilt);
        dash_interlace_rows(self, &in, &out, 0, 77);
        dash_interlace_rows(self, &in, &out, 77, 200);
        for (int y = 0; y < 200; y++)
            for (int x = 0; x < 150; x++) {
                uint32_t have = out.pixels[y * out.stride + x];
                int tx = (int)((((flips & 1) ? 149 - x : x) + 0.5) / 150 * 21);
                int ty = (int)((((flips >> 1) ? 199 - y : y) + 0.5) / 200 * 28);
                int red = view_by_the_formula(&c, 48, x, y, 0);
                int green = view_by_the_formula(&c, 48, x, y, 1);
                g_assert_cmpint(have >> 16 & 255, ==, tx + 8 * (red % 8));
                g_assert_cmpint(have >> 8 & 255, ==, ty + green);
                g_assert_cmpint(have & 255, ==, view_by_the_formula(&c, 48, x, y, 2));
                g_assert_cmpint(have >> 24, ==, 255);
            }
        dash_surface_clear(&in);
        dash_surface_clear(&out);
    }
}

/* ---- layers ---- */

static DashCamera
camera_of(const DashDisplay *d)
{
    return (DashCamera){1, d->quilt.aspect, DASH_CAMERA_FOV_DEG, d->cone_deg,
                        dash_quilt_views(&d->quilt)};
}

static void
a_square_lies_in_each_view_where_its_depth_says(void)
{
    static const char *const names[] = {"portrait", "go", "16-landscape"};
    g_autoptr(DashDisplays) all = dash_displays_new();
    g_autoptr(DashText) text = dash_text_new(NULL);

    for (size_t k = 0; k < G_N_ELEMENTS(names); k++) {
        const DashDisplay *d = dash_displays_find(all, names[k], NULL);
        DashCamera camera = camera_of(d);
        int w = dash_quilt_tile_w(&d->quilt), h = dash_quilt_tile_h(&d->quilt);
        g_autoptr(DashTestView) test = dash_test_view_new(&camera, w, h, text);
        DashSurface quilt = dash_surface_new(d->quilt.w, d->quilt.h);
        dash_layers_quilt(dash_test_view_layers(test), &d->quilt, &quilt);
        double worst = 0;
        for (size_t i = 0; i < DASH_TEST_SQUARES; i++) {
            const DashTestSquare *square = &dash_test_squares[i];
            double first_y = 0;
            for (int view = 0; view < camera.views; view++) {
                DashCameraPoint want =
                    dash_camera_project(&camera, view, w, h, 0, square->y, square->z);
                DashCameraPoint have =
                    measure_middle(&quilt, dash_quilt_tile(&d->quilt, view), square,
                                   (int)want.y - h / 14, (int)want.y + h / 14);
                worst = MAX(worst, fabs(have.x - want.x));
                g_assert_cmpfloat_with_epsilon(have.y, want.y, 0.1);
                if (view == 0)
                    first_y = have.y;
                g_assert_cmpfloat_with_epsilon(have.y, first_y, 0.005);
            }
        }
        g_test_message("%s: %.4f px at worst", d->name, worst);
        g_assert_cmpfloat(worst, <=, 0.1);
        dash_surface_clear(&quilt);
    }
}

static void
what_lies_on_the_plane_is_the_same_bytes_in_every_view(void)
{
    g_autoptr(DashDisplays) all = dash_displays_new();
    g_autoptr(DashText) text = dash_text_new(NULL);
    const DashDisplay *d = dash_displays_find(all, "portrait", NULL);
    DashCamera camera = camera_of(d);
    g_autoptr(DashTestView) test = dash_test_view_new(&camera, 420, 560, text);
    uint32_t first[420], other[420];
    size_t differ = 0;

    for (int y = 280 - 30; y < 280 + 30; y++) {
        dash_layers_row(dash_test_view_layers(test), 0, y, first);
        for (int view = 1; view < 48; view++) {
            dash_layers_row(dash_test_view_layers(test), view, y, other);
            g_assert_cmpmem(first, sizeof first, other, sizeof other);
        }
    }
    /* And it could have differed: the nearest square does. */
    for (int view = 1; view < 48; view++) {
        dash_layers_row(dash_test_view_layers(test), 0, 90, first);
        dash_layers_row(dash_test_view_layers(test), view, 90, other);
        differ += memcmp(first, other, sizeof first) != 0;
    }
    g_assert_cmpuint(differ, ==, 47);
}

static void
a_tile_is_the_same_alone_and_what_is_left_over_is_black(void)
{
    DashQuilt quilt = {8 * 42 + 5, 6 * 56 + 3, 8, 6, 0.75};
    DashCamera camera = {1, 0.75, DASH_CAMERA_FOV_DEG, 40, 48};
    g_autoptr(DashText) text = dash_text_new(NULL);
    g_autoptr(DashTestView) test = dash_test_view_new(&camera, 42, 56, text);
    const DashLayers *layers = dash_test_view_layers(test);
    DashSurface whole = dash_surface_new(quilt.w, quilt.h), alone = dash_surface_new(42, 56);

    dash_raster_fill(&whole, (DashRect){0, 0, quilt.w, quilt.h}, 0xffabcdefu);
    dash_layers_quilt(layers, &quilt, &whole);
    for (int view = 0; view < 48; view++) {
        DashRect t = dash_quilt_tile(&quilt, view);
        dash_layers_view(layers, view, &alone, 0, 0);
        for (int y = 0; y < 56; y++)
            g_assert_cmpmem(alone.pixels + y * alone.stride, 42 * 4,
                            whole.pixels + (t.y + y) * whole.stride + t.x, 42 * 4);
    }
    for (int y = 0; y < quilt.h; y++)
        for (int x = y < 3 ? 0 : 8 * 42; x < quilt.w; x++)
            g_assert_cmphex(whole.pixels[y * whole.stride + x], ==, 0xff000000u);
    dash_surface_clear(&whole);
    dash_surface_clear(&alone);
}

static void
a_panel_is_the_same_with_a_quilt_in_between(void)
{
    DashCalibration c = calibration(",\"screenW\":300,\"screenH\":400");
    DashQuilt quilt = {8 * 84, 6 * 112, 8, 6, 0.75};
    DashCamera camera = {1, 0.75, DASH_CAMERA_FOV_DEG, 40, 48};
    g_autoptr(DashText) text = dash_text_new(NULL);
    g_autoptr(DashTestView) test = dash_test_view_new(&camera, 84, 112, text);
    DashSurface between = dash_surface_new(quilt.w, quilt.h);
    DashSurface with = dash_surface_new(300, 400), without = dash_surface_new(300, 400);
    DashLens lens;

    for (int flips = 0; flips < 4; flips++) {
        c.flip_x = flips & 1;
        c.flip_y = flips >> 1;
        dash_lens_init(&lens, &c, 48);
        g_autoptr(DashInterlace) interlace = dash_interlace_new(&lens, &quilt);
        dash_layers_quilt(dash_test_view_layers(test), &quilt, &between);
        dash_interlace_rows(interlace, &between, &with, 0, 400);
        dash_layers_panel(dash_test_view_layers(test), interlace, &without);
        for (int y = 0; y < 400; y++)
            g_assert_cmpmem(with.pixels + y * with.stride, 1200,
                            without.pixels + y * without.stride, 1200);
    }
    dash_surface_clear(&between);
    dash_surface_clear(&with);
    dash_surface_clear(&without);
}

/* What is opaque stays so, whatever lies over it, and a full colour is itself. */
static void
an_opaque_layer_keeps_its_bytes_between_pixels(void)
{
    DashCamera camera = {1, 1, DASH_CAMERA_FOV_DEG, 40, 16};
    static const uint32_t inks[] = {0xffe0112bu, 0xffffd11au, 0xff2bc4d9u, 0xffffffffu,
                                    0xff010203u};
    g_autoptr(DashLayers) layers = dash_layers_new(&camera, 64, 4, 0xff808080u);
    uint32_t pixels[5][4 * 30], row[64];

    for (size_t i = 0; i < G_N_ELEMENTS(inks); i++) {
        for (size_t k = 0; k < G_N_ELEMENTS(pixels[i]); k++)
            pixels[i][k] = inks[i];
        dash_layers_clear(layers);
        DashLayer layer = {.pixels = pixels[i],
                           .w = 30,
                           .h = 4,
                           .x = 17.3,
                           .z = 0.3,
                           .view = DASH_LAYERS_ALL_VIEWS};
        dash_layers_put(layers, &layer);
        dash_layers_sort(layers);
        for (int view = 0; view < 16; view++) {
            dash_layers_row(layers, view, 1, row);
            int same = 0;
            for (int x = 0; x < 64; x++) {
                g_assert_cmphex(row[x] >> 24, ==, 255);
                same += row[x] == inks[i];
            }
            g_assert_cmpint(same, >=, 29);
        }
    }
}

/* ---- stereo ---- */

static uint32_t
noise(int which, int x, int y)
{
    uint32_t k = (uint32_t)(which * 7919 + x * 104729 + y * 1299709) * 2654435761u;
    return 0xff000000u | (k >> 8);
}

/* What one pixel of the joined picture must be, from the eyes' pixels alone. */
static uint32_t
joined(DashStereo stereo, int x, int y, int w, int h)
{
    uint32_t a = 0, b = 0, out = 0;

    switch (stereo) {
    case DASH_STEREO_SIDE:
        return noise(x / w, x % w, y);
    case DASH_STEREO_TOP:
        return noise(y / h, x, y % h);
    case DASH_STEREO_ROWS:
        return noise(y % 2, x, y);
    case DASH_STEREO_ANAGLYPH:
        return 0xff000000u | (noise(0, x, y) & 0xff0000u) | (noise(1, x, y) & 0xffffu);
    case DASH_STEREO_SIDE_HALF:
        a = noise(x / (w / 2), 2 * (x % (w / 2)), y);
        b = noise(x / (w / 2), 2 * (x % (w / 2)) + 1, y);
        break;
    case DASH_STEREO_TOP_HALF:
    case DASH_N_STEREO:
        a = noise(y / (h / 2), x, 2 * (y % (h / 2)));
        b = noise(y / (h / 2), x, 2 * (y % (h / 2)) + 1);
        break;
    }
    for (int shift = 0; shift < 32; shift += 8)
        out |= ((a >> shift & 255) + (b >> shift & 255) + 1) / 2 << shift;
    return out;
}

static void
two_eyes_are_joined_byte_for_byte(void)
{
    DashSurface eye[2] = {dash_surface_new(34, 22), dash_surface_new(34, 22)};

    for (int k = 0; k < 2; k++)
        for (int y = 0; y < 22; y++)
            for (int x = 0; x < 34; x++)
                eye[k].pixels[y * eye[k].stride + x] = noise(k, x, y);
    for (DashStereo s = 0; s < DASH_N_STEREO; s++) {
        DashStereo named = DASH_N_STEREO;
        int w = 34, h = 22;
        dash_stereo_size(s, &w, &h);
        DashSurface out = dash_surface_new(w, h);
        dash_stereo_join(s, &eye[0], &eye[1], &out);
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++)
                g_assert_cmphex(out.pixels[y * out.stride + x], ==, joined(s, x, y, 34, 22));
        dash_surface_clear(&out);
        g_assert_true(dash_stereo_eye_size(s, &w, &h) && w == 34 && h == 22);
        g_assert_true(dash_stereo_find(dash_stereo_name(s), &named) && named == s);
    }
    int w = 33, h = 22;
    g_assert_false(dash_stereo_eye_size(DASH_STEREO_SIDE, &w, &h));
    dash_surface_clear(&eye[0]);
    dash_surface_clear(&eye[1]);
}

/* ---- outputs ---- */

static char *
write_file(const char *folder, const char *name, const char *text)
{
    char *path = g_build_filename(folder, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static void
an_output_is_chosen_or_refused_with_what_it_can_be(void)
{
    g_autofree char *folder = g_dir_make_tmp("vicu-test-holo-XXXXXX", NULL);
    g_autofree char *panel = write_file(folder, "visual.json", PORTRAIT "}");
    g_autofree char *stranger =
        write_file(folder, "other.json", PORTRAIT ",\"serial\":\"ACME-1\"}");
    const struct {
        DashForm form;
        DashOutputAsk ask;
        const char *says;
    } bad[] = {
        {DASH_FORM_NATIVE, {0}, "--calibration FILE is missing"},
        {DASH_FORM_NATIVE, {.calibration = stranger}, "serial \"ACME-1\""},
        {DASH_FORM_NATIVE, {.calibration = panel, .w = 100, .h = 100}, "--size 100x100"},
        {DASH_FORM_QUILT, {.device = "none"}, "\"none\" is not known"},
        {DASH_FORM_QUILT, {.w = 40, .h = 4000}, "columns 8 is outside 1..5"},
        {DASH_FORM_STEREO, {.stereo = "both"}, "--stereo both"},
        {DASH_FORM_STEREO, {.w = 101, .h = 100}, "--size 101x100"},
        {DASH_FORM_RGBD, {.w = 101, .h = 100}, "even width"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        DashOutput output;
        g_assert_false(dash_output_choose(&output, bad[i].form, &bad[i].ask, &error));
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, bad[i].says));
    }
    DashOutput native, stereo, flat;
    int w = 0, h = 0;
    const DashOutputAsk of_panel = {.calibration = panel}, none = {0};
    g_assert_true(dash_output_choose(&native, DASH_FORM_NATIVE, &of_panel, NULL));
    dash_output_tile(&native, &w, &h);
    g_assert_true(native.w == 1536 && native.h == 2048 && w == 420 && h == 560);
    g_assert_cmpint(dash_output_camera(&native).views, ==, 48);
    g_assert_true(dash_output_choose(&stereo, DASH_FORM_STEREO, &none, NULL));
    dash_output_tile(&stereo, &w, &h);
    g_assert_true(stereo.w == 3840 && stereo.h == 1080 && w == 1920 && h == 1080);
    g_assert_true(dash_output_choose(&flat, DASH_FORM_FLAT, &none, NULL));
    g_assert_cmpint(dash_output_camera(&flat).views, ==, 1);
    remove(panel);
    remove(stranger);
    remove(folder);
}

static void
depth_is_that_of_the_nearest_layer(void)
{
    DashOutput output;
    const DashOutputAsk ask = {.w = 240, .h = 160};
    g_autoptr(DashText) text = dash_text_new(NULL);

    g_assert_true(dash_output_choose(&output, DASH_FORM_RGBD, &ask, NULL));
    DashCamera camera = dash_output_camera(&output);
    g_autoptr(DashTestView) test = dash_test_view_new(&camera, 120, 160, text);
    DashSurface out = dash_surface_new(240, 160);
    dash_output_draw(&output, dash_test_view_layers(test), &out);
    for (size_t i = 0; i < DASH_TEST_SQUARES; i++) {
        const DashTestSquare *square = &dash_test_squares[i];
        DashCameraPoint at = dash_camera_project(&camera, 0, 120, 160, 0, square->y, square->z);
        const uint32_t *row = out.pixels + (int)at.y * out.stride;
        long grey = lround(255 * (square->z + 0.5));
        g_assert_cmphex(row[(int)at.x], ==, square->colour);
        g_assert_cmpint(labs((long)(row[120 + (int)at.x] & 255) - grey), <=, 1);
        g_assert_cmpint(row[120 + 5] & 255, ==, 128);
    }
    dash_surface_clear(&out);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(f) g_test_add_func("/dashboard/holo/" #f, f)
    ADD(every_panel_of_the_table_has_its_quilt);
    ADD(an_unknown_panel_is_refused_with_the_nearest_name);
    ADD(a_table_that_cannot_be_is_refused_at_its_line);
    ADD(views_fill_a_quilt_from_the_lower_left);
    ADD(a_quilts_name_is_read_back);
    ADD(a_point_moves_with_the_view_as_its_depth_says);
    ADD(a_calibration_that_cannot_be_is_refused_with_its_member);
    ADD(each_subpixel_shows_the_view_of_the_formula);
    ADD(each_subpixel_comes_from_its_view_and_place);
    ADD(a_square_lies_in_each_view_where_its_depth_says);
    ADD(what_lies_on_the_plane_is_the_same_bytes_in_every_view);
    ADD(a_tile_is_the_same_alone_and_what_is_left_over_is_black);
    ADD(a_panel_is_the_same_with_a_quilt_in_between);
    ADD(an_opaque_layer_keeps_its_bytes_between_pixels);
    ADD(two_eyes_are_joined_byte_for_byte);
    ADD(an_output_is_chosen_or_refused_with_what_it_can_be);
    ADD(depth_is_that_of_the_nearest_layer);
    return g_test_run();
}
