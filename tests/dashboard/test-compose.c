/* Layers put together fast: the same bytes as pixel by pixel, with narrow registers and wide ones,
 * with a quilt in between and without.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "dashboard/gl/over.h"
#include "dashboard/gl/weave.h"
#include "dashboard/holo/layers.h"

enum { VIEWS = 12, W = 61, H = 40, PANEL_W = 203, PANEL_H = 97 };

static uint32_t
premultiplied(GRand *dice)
{
    uint32_t kind = (uint32_t)g_rand_int_range(dice, 0, 4);
    uint32_t alpha = kind == 0 ? 0 : kind == 1 ? 255 : (uint32_t)g_rand_int_range(dice, 0, 256);
    uint32_t out = alpha << 24;

    for (int shift = 0; shift < 24; shift += 8)
        out |= (uint32_t)g_rand_int_range(dice, 0, (int)alpha + 1) << shift;
    return out;
}

/* Runs of clear, opaque and mixed pixels, as pictures have them. */
static void
scribble(GRand *dice, uint32_t *out, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t run = (size_t)g_rand_int_range(dice, 1, 24);
        uint32_t colour = premultiplied(dice);
        bool mixed = g_rand_boolean(dice);
        for (; run > 0 && i < n; run--, i++)
            out[i] = mixed ? premultiplied(dice) : colour;
    }
}

/* One channel, by the formula. */
static int
mixed(int a, int b, int part)
{
    return (a * (256 - part) + b * part + 128) / 256;
}

static int
channel(uint32_t pixel, int c)
{
    return (int)(pixel >> (8 * c) & 255);
}

static void
a_row_lies_over_another_as_the_formula_says(void)
{
    enum { N = 77 };
    g_autoptr(GRand) dice = g_rand_new_with_seed(7);
    uint32_t from[N], back[N + 1], have[N + 1];

    for (int round = 0; round < 400; round++) {
        int plain = round % 2, part = g_rand_int_range(dice, 1, 256);
        int w = g_rand_int_range(dice, 1, N + 1), first = g_rand_int_range(dice, 0, w + 1);
        int end = g_rand_int_range(dice, first, w + 2);
        scribble(dice, from, N);
        for (int i = 0; i <= N; i++)
            back[i] = g_rand_int(dice) | 0xff000000u;
        memcpy(have, back, sizeof have);
        dash_over_use_plain(plain);
        dash_over_row_moved(have, from, w, (uint32_t)part, first, end);
        for (int i = 0; i <= N; i++) {
            uint32_t here = i < w ? from[i] : 0, before = i > 0 && i <= w ? from[i - 1] : 0;
            bool inside = i >= first && i < end;
            int alpha = mixed(channel(here, 3), channel(before, 3), part);
            int through = 255 - alpha + (255 - alpha >= 128);
            for (int c = 0; c < 4; c++) {
                int front = mixed(channel(here, c), channel(before, c), part);
                int want = front + mixed(0, channel(back[i], c), through);
                g_assert_cmpint(channel(have[i], c), ==, inside ? want : channel(back[i], c));
            }
        }
    }
    dash_over_use_plain(FALSE);
}

static DashCamera
camera(void)
{
    return (DashCamera){1, (double)W / H, DASH_CAMERA_FOV_DEG, 40, VIEWS};
}

typedef struct {
    DashLayers *layers;
    GPtrArray *pictures;
} Scene;

static Scene
scene_new(GRand *dice, int n)
{
    DashCamera of = camera();
    Scene scene = {dash_layers_new(&of, W, H, 0xff203040u), g_ptr_array_new_with_free_func(g_free)};

    for (int i = 0; i < n; i++) {
        int w = g_rand_int_range(dice, 1, W + 10), h = g_rand_int_range(dice, 1, H);
        uint32_t *pixels = g_new(uint32_t, (gsize)w * (gsize)h);
        bool opaque = g_rand_int_range(dice, 0, 3) == 0;
        scribble(dice, pixels, (size_t)w * (size_t)h);
        for (int k = 0; opaque && k < w * h; k++)
            pixels[k] |= 0xff000000u;
        g_ptr_array_add(scene.pictures, pixels);
        DashLayer layer = {.pixels = pixels,
                           .w = w,
                           .h = h,
                           .x = g_rand_double_range(dice, -20, W),
                           .y = g_rand_int_range(dice, -10, H),
                           .z = g_rand_boolean(dice) ? 0 : g_rand_double_range(dice, -0.3, 0.4),
                           .view = g_rand_int_range(dice, 0, 5) == 0
                                       ? g_rand_int_range(dice, 0, VIEWS)
                                       : DASH_LAYERS_ALL_VIEWS,
                           .rank = g_rand_int_range(dice, 0, 3),
                           .opaque = opaque};
        dash_layers_put(scene.layers, &layer);
    }
    dash_layers_sort(scene.layers);
    return scene;
}

static void
scene_free(Scene *scene)
{
    dash_layers_free(scene->layers);
    g_ptr_array_unref(scene->pictures);
}

static DashInterlace *
interlace_new(const DashQuilt *quilt, int bits)
{
    DashCalibration c = {.pitch = 52.58,
                         .slope = bits & 8 ? 5.1 : -7.15,
                         .center = 0.565,
                         .dpi = 324,
                         .w = PANEL_W,
                         .h = PANEL_H,
                         .inv_view = bits & 1,
                         .flip_x = bits & 2,
                         .flip_y = bits & 4};
    DashLens lens;

    dash_lens_init(&lens, &c, VIEWS);
    return dash_interlace_new(&lens, quilt);
}

static void
assert_same(const DashSurface *a, const DashSurface *b)
{
    for (int y = 0; y < a->h; y++)
        g_assert_cmpmem(a->pixels + (size_t)y * (size_t)a->stride, 4 * (size_t)a->w,
                        b->pixels + (size_t)y * (size_t)b->stride, 4 * (size_t)b->w);
}

/* Every view by itself, one after the other, with narrow registers. */
static void
draw_slowly(const DashLayers *layers, const DashQuilt *quilt, const DashSurface *out)
{
    for (int i = 0; i < out->w * out->h; i++)
        out->pixels[i / out->w * out->stride + i % out->w] = 0xff000000u;
    for (int view = 0; view < VIEWS; view++) {
        DashRect tile = dash_quilt_tile(quilt, view);
        dash_layers_view(layers, view, out, tile.x, tile.y);
    }
}

static void
fast_ways_draw_the_bytes_of_the_slow_one(void)
{
    g_autoptr(GRand) dice = g_rand_new_with_seed(11);
    DashQuilt quilt = {4 * W + 3, 3 * H + 2, 4, 3, (double)W / H};
    DashSurface slow = dash_surface_new(quilt.w, quilt.h);
    DashSurface fast = dash_surface_new(quilt.w, quilt.h);
    DashSurface panel = dash_surface_new(PANEL_W, PANEL_H);
    DashSurface straight = dash_surface_new(PANEL_W, PANEL_H);

    for (int round = 0; round < 48; round++) {
        Scene scene = scene_new(dice, round % 12);
        g_autoptr(DashInterlace) interlace = interlace_new(&quilt, round % 16);
        dash_over_use_plain(TRUE);
        dash_weave_use_plain(TRUE);
        draw_slowly(scene.layers, &quilt, &slow);
        dash_interlace_rows(interlace, &slow, &panel, 0, PANEL_H);
        for (int plain = 0; plain < 2; plain++) {
            dash_over_use_plain(plain);
            dash_weave_use_plain(plain);
            dash_layers_quilt(scene.layers, &quilt, &fast);
            assert_same(&fast, &slow);
            dash_layers_panel(scene.layers, interlace, &straight);
            assert_same(&straight, &panel);
            memset(fast.pixels, 7, (size_t)fast.stride * (size_t)fast.h * 4);
            memset(straight.pixels, 7, (size_t)straight.stride * (size_t)straight.h * 4);
            dash_layers_both(scene.layers, &quilt, &fast, interlace, &straight);
            assert_same(&fast, &slow);
            assert_same(&straight, &panel);
            dash_interlace_draw(interlace, &slow, &straight);
            assert_same(&straight, &panel);
        }
        scene_free(&scene);
    }
    dash_surface_clear(&slow);
    dash_surface_clear(&fast);
    dash_surface_clear(&panel);
    dash_surface_clear(&straight);
}

static void
a_higher_rank_covers_whatever_the_depth(void)
{
    DashCamera of = camera();
    uint32_t near[W], far[W], row[W];
    g_autoptr(DashLayers) layers = dash_layers_new(&of, W, H, 0xff000000u);

    for (int i = 0; i < W; i++) {
        near[i] = 0xff111111u;
        far[i] = 0xff222222u;
    }
    DashLayer layer = {
        .pixels = far, .w = W, .h = 1, .z = -0.1, .view = DASH_LAYERS_ALL_VIEWS, .rank = 1};
    dash_layers_put(layers, &layer);
    layer = (DashLayer){
        .pixels = near, .w = W, .h = 1, .z = 0, .view = DASH_LAYERS_ALL_VIEWS, .opaque = true};
    dash_layers_put(layers, &layer);
    dash_layers_sort(layers);
    for (int view = 0; view < VIEWS; view++) {
        dash_layers_row(layers, view, 0, row);
        g_assert_cmphex(row[W / 2], ==, 0xff222222u);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dashboard/compose/a_row_lies_over_another_as_the_formula_says",
                    a_row_lies_over_another_as_the_formula_says);
    g_test_add_func("/dashboard/compose/fast_ways_draw_the_bytes_of_the_slow_one",
                    fast_ways_draw_the_bytes_of_the_slow_one);
    g_test_add_func("/dashboard/compose/a_higher_rank_covers_whatever_the_depth",
                    a_higher_rank_covers_whatever_the_depth);
    return g_test_run();
}
