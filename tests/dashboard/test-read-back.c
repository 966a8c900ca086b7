/* What stands in the views of a panel is read back by somebody else: every number by tesseract, and
 * the number of the state out of each of ten thousand quilts.
 *
 * Tesseract is run as a program and never linked. Not judged where it is not installed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <gio/gio.h>

#include "common/folder.h"
#include "dashboard/holo/output.h"
#include "dashboard/holo/ward-layers.h"
#include "dashboard/saved.h"
#include "dashboard/scene/png.h"
#include "dashboard/scene/ward.h"
#include "tests/dashboard/ward.h"

enum {
    LETTER_PX = 56, /* print is read at about 300 dots an inch */
    FRAMES = 10000,
};

typedef struct {
    DashModel *model;
    int64_t now_us;
} World;

static World
world_of(const char *story, unsigned beds)
{
    World world = {dash_model_new(), 0};
    WardOptions options = {0};

    g_assert_true(ward_options_parse(story, &options));
    options.beds = beds;
    g_autoptr(GByteArray) bytes = ward_make(&options);
    g_assert_true(dash_saved_apply(bytes->data, bytes->len, world.model, &world.now_us, NULL));
    return world;
}

/* ---- numbers, read by tesseract ---- */

typedef struct {
    char text[16];
    DashRect rect;
} Number;

static bool
is_number(const char *text)
{
    size_t length = strlen(text);

    return length > 0 && length < 4 && strspn(text, "0123456789") == length;
}

/* All of them that stand on the plane, in the order of the scene. */
static GArray *
numbers_of(const DashScene *scene)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(Number));

    for (size_t b = 0; b < dash_scene_n_blocks(scene); b++)
        for (unsigned i = 0; i < dash_scene_block(scene, b)->n; i++) {
            const DashItem *item = dash_scene_item(scene, dash_scene_block(scene, b)->first + i);
            Number number = {.rect = item->rect};
            if (item->kind != DASH_ITEM_TEXT || !is_number(item->sprite->text))
                continue;
            g_strlcpy(number.text, item->sprite->text, sizeof number.text);
            g_array_append_val(all, number);
        }
    return all;
}

/* How far from its ground, 0 = none: print is dark on light. */
static int
ink_of(uint32_t pixel, uint32_t ground)
{
    int most = 0;

    for (int shift = 0; shift < 24; shift += 8)
        most = MAX(most, abs((int)(pixel >> shift & 255) - (int)(ground >> shift & 255)));
    return most;
}

/* The pixels of a tile about @number as dark on light, larger. */
static DashSurface
print_of(const DashSurface *tile, const Number *number)
{
    DashRect r = number->rect;
    uint32_t ground = tile->pixels[(size_t)(r.y - 1) * (size_t)tile->stride + (size_t)(r.x - 1)];
    int larger = CLAMP(LETTER_PX / MAX(r.h, 1), 1, 4), edge = r.h * larger / 2;
    DashSurface print = dash_surface_new(r.w * larger + 2 * edge, r.h * larger + 2 * edge);

    memset(print.pixels, 0xff, (size_t)print.stride * (size_t)print.h * sizeof *print.pixels);
    for (int y = 0; y < r.h * larger; y++)
        for (int x = 0; x < r.w * larger; x++) {
            /* Between pixels: a staircase is no print. */
            int sum = 0;
            for (int k = 0; k < 4; k++) {
                int sx = MIN(r.x + (x + (k & 1) * larger / 2) / larger, tile->w - 1);
                int sy = MIN(r.y + (y + (k >> 1) * larger / 2) / larger, tile->h - 1);
                sum += ink_of(tile->pixels[(size_t)sy * (size_t)tile->stride + (size_t)sx], ground);
            }
            print.pixels[(size_t)(edge + y) * (size_t)print.stride + (size_t)(edge + x)] =
                0xff000000u | (uint32_t)(255 - sum / 4) * 0x010101u;
        }
    return print;
}

static bool
same_surface(const DashSurface *a, const DashSurface *b)
{
    return a->w == b->w && a->h == b->h
           && memcmp(a->pixels, b->pixels, (size_t)a->stride * (size_t)a->h * sizeof *a->pixels)
                  == 0;
}

/* What the reader makes of each of @n pictures, one page each. @as: "7" a line, "8" a word. */
static char **
read_all(const DashSurface *prints, size_t n, const char *program, const char *as)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-read-XXXXXX", NULL);
    g_autofree char *list = g_build_filename(dir, "list.txt", NULL);
    const char *const argv[] = {
        program, list, "-", "--psm", as, "--dpi", "300", "-c", "tessedit_char_whitelist=0123456789",
        NULL};
    g_autoptr(GString) paths = g_string_new(NULL);
    g_autofree char *said = NULL;
    g_autoptr(GError) error = NULL;
    int status = 0;

    for (size_t i = 0; i < n; i++) {
        g_autofree char *path = g_strdup_printf("%s/%04zu.png", dir, i);
        g_assert_true(dash_png_write(path, prints[i].pixels, prints[i].w, prints[i].h,
                                     prints[i].stride, &error));
        g_string_append_printf(paths, "%s\n", path);
    }
    g_assert_true(g_file_set_contents(list, paths->str, -1, NULL));
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &said, NULL,
                 &status, &error);
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
    vicu_folder_remove(dir);
    return g_strsplit(said, "\f", -1);
}

/* How many are read as something else than what stands there. */
static unsigned
count_wrong(const DashSurface *prints, const GArray *numbers, const char *program, const char *what)
{
    g_auto(GStrv) pages = read_all(prints, numbers->len, program, "7");
    unsigned wrong = 0;

    g_assert_cmpuint(g_strv_length(pages), >=, numbers->len);
    for (unsigned i = 0; i < numbers->len; i++) {
        const char *stands = g_array_index(numbers, Number, i).text;
        if (*g_strstrip(pages[i]) == '\0') { /* one digit is no line to it: then a word */
            g_auto(GStrv) again = read_all(&prints[i], 1, program, "8");
            g_free(pages[i]);
            pages[i] = g_strdup(g_strstrip(again[0]));
        }
        if (strcmp(pages[i], stands) == 0)
            continue;
        wrong++;
        g_test_message("%s: \"%s\" was read, \"%s\" stands there", what, pages[i], stands);
    }
    return wrong;
}

/* A reader sees pixels only: the same ones are read the same, and not read again. */
static unsigned
check_tile(const DashSurface *tile,
           const GArray *numbers,
           DashSurface *before,
           const char *program,
           const char *what,
           unsigned *read)
{
    bool same = true;

    for (unsigned i = 0; i < numbers->len; i++) {
        DashSurface print = print_of(tile, &g_array_index(numbers, Number, i));
        same = same && before[i].pixels && same_surface(&print, &before[i]);
        dash_surface_clear(&before[i]);
        before[i] = print;
    }
    *read += !same;
    return same ? 0 : count_wrong(before, numbers, program, what);
}

static void
check_device(const char *device, unsigned beds, const char *program)
{
    World world = world_of("alarms", beds);
    DashOutput output;
    const DashOutputAsk ask = {.device = device};
    DashView view = {.now_us = world.now_us, .dpi = 96, .steady = true};
    unsigned read = 0, wrong = 0;
    int w = 0, h = 0;

    g_assert_true(dash_output_choose(&output, DASH_FORM_QUILT, &ask, NULL));
    DashCamera camera = dash_output_camera(&output);
    dash_output_tile(&output, &w, &h);
    g_autoptr(DashWardLayers) layers = dash_ward_layers_new(&camera, w, h);
    dash_ward_layers_update(layers, world.model, &view);
    g_autoptr(GArray) numbers = numbers_of(dash_ward_layers_scene(layers));
    g_assert_cmpuint(numbers->len, >=, beds);
    DashSurface quilt = dash_surface_new(output.w, output.h);
    g_autofree DashSurface *before = g_new0(DashSurface, numbers->len);
    dash_output_draw(&output, dash_ward_layers_layers(layers), &quilt);
    for (int v = 0; v < camera.views; v++) {
        DashRect at = dash_quilt_tile(&output.quilt, v);
        DashSurface tile = {quilt.pixels + (size_t)at.y * (size_t)quilt.stride + at.x, at.w, at.h,
                            quilt.stride};
        g_autofree char *what = g_strdup_printf("%s, %u beds, view %d", device, beds, v);
        wrong += check_tile(&tile, numbers, before, program, what, &read);
    }
    g_test_message("%s, %u beds: %u numbers in each of %d tiles, %u of them unlike the one before, "
                   "%u numbers wrong",
                   device, beds, numbers->len, camera.views, read, wrong);
    g_assert_cmpuint(wrong, ==, 0);
    for (unsigned i = 0; i < numbers->len; i++)
        dash_surface_clear(&before[i]);
    dash_surface_clear(&quilt);
    dash_model_free(world.model);
}

static void
every_number_is_read_in_every_tile(void)
{
    g_autofree char *program = g_find_program_in_path("tesseract");

    if (!program) {
        g_test_skip("not judged here: needs tesseract (package tesseract-ocr)");
        return;
    }
    g_setenv("OMP_THREAD_LIMIT", "1", TRUE);
    check_device("portrait", 100, program);
    check_device("portrait", 16, program);
    check_device("go", 6, program);
    check_device("16-landscape", 50, program);
}

/* ---- one state ---- */

/* The last word of a rules' beat counts as a message: the state's number grows by one. */
static void
change(World *world)
{
    Vicu__Batch batch = VICU__BATCH__INIT;
    uint8_t sender[16] = {1};

    world->now_us += 40000;
    batch.t_us = world->now_us;
    dash_model_take_batch(world->model, &batch, sender, 1, world->now_us);
}

static DashRect
place_of(const DashScene *scene, const char *text)
{
    for (size_t b = 0; b < dash_scene_n_blocks(scene); b++)
        for (unsigned i = 0; i < dash_scene_block(scene, b)->n; i++) {
            const DashItem *item = dash_scene_item(scene, dash_scene_block(scene, b)->first + i);
            if (item->kind == DASH_ITEM_TEXT && strcmp(item->sprite->text, text) == 0)
                return item->rect;
        }
    return (DashRect){0};
}

/* The number's letters, as they were drawn alone, are those of the tile. */
static void
check_number(const DashSurface *quilt, DashRect tile, DashRect r, const DashSurface *alone)
{
    for (int y = 0; y < r.h; y++)
        g_assert_cmpmem(quilt->pixels + (size_t)(tile.y + r.y + y) * (size_t)quilt->stride + tile.x
                            + r.x,
                        (size_t)r.w * sizeof(uint32_t),
                        alone->pixels + (size_t)(r.y + y) * (size_t)alone->stride + r.x,
                        (size_t)r.w * sizeof(uint32_t));
}

/* Ten thousand frames, each after a change, drawn by all threads there are: the number of the state
 * that was asked for stands in every tile of each, and the frame before it had another one. */
static void
no_frame_is_mixed_of_two_states(void)
{
    World world = world_of("alarms-brief", 4);
    DashOutput output = {.form = DASH_FORM_QUILT,
                         .quilt = {8 * 240, 6 * 120, 8, 6, 0.75},
                         .cone_deg = 40,
                         .w = 8 * 240,
                         .h = 6 * 120};
    DashCamera camera = dash_output_camera(&output), one = camera;
    DashSurface quilt = dash_surface_new(output.w, output.h), alone = dash_surface_new(240, 120);
    g_autoptr(DashWardLayers) layers = dash_ward_layers_new(&camera, 240, 120);
    uint64_t before = 0;

    one.views = 1;
    g_autoptr(DashWardLayers) flat = dash_ward_layers_new(&one, 240, 120);
    for (int frame = 0; frame < FRAMES; frame++) {
        change(&world);
        char text[24];
        DashView view = {.now_us = world.now_us, .dpi = 96, .steady = true};
        dash_ward_layers_update(layers, world.model, &view);
        dash_output_draw(&output, dash_ward_layers_layers(layers), &quilt);
        g_assert_cmpuint(dash_ward_sequence(world.model), ==,
                         before ? before + 1 : dash_ward_sequence(world.model));
        before = dash_ward_sequence(world.model);
        g_snprintf(text, sizeof text, "%" G_GUINT64_FORMAT, before);
        DashRect r = place_of(dash_ward_layers_scene(layers), text);
        g_assert_cmpint(r.w, >, 0);
        dash_ward_layers_update(flat, world.model, &view);
        dash_layers_view(dash_ward_layers_layers(flat), 0, &alone, 0, 0);
        for (int v = 0; v < camera.views; v++)
            check_number(&quilt, dash_quilt_tile(&output.quilt, v), r, &alone);
    }
    dash_surface_clear(&quilt);
    dash_surface_clear(&alone);
    dash_model_free(world.model);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dashboard/read-back/every_number_is_read_in_every_tile",
                    every_number_is_read_in_every_tile);
    g_test_add_func("/dashboard/read-back/no_frame_is_mixed_of_two_states",
                    no_frame_is_mixed_of_two_states);
    return g_test_run();
}
