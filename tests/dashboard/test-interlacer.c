/* Our panel's picture against a program that is not ours, where one is named.
 *
 * VICU_INTERLACER is a program that makes a panel's own picture out of a quilt, each subpixel from
 * its nearest view:  PROGRAM visual.json quilt.png COLUMNS ROWS native.png
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <cairo.h>
#include <stdlib.h>

#include "common/folder.h"
#include "dashboard/holo/calibration.h"
#include "dashboard/holo/interlace.h"

#define COLUMNS 8
#define ROWS    6
#define WIDTH   384
#define HEIGHT  512
#define WRONG   0.0001 /* of the subpixels may differ by more than 1 of 255 */

static const char visual[] =
    "{\"serial\":\"LKG-P00001\",\"configVersion\":\"1.0\",\"pitch\":{\"value\":52.58},"
    "\"slope\":{\"value\":-7.15},\"center\":{\"value\":0.565},\"viewCone\":{\"value\":40},"
    "\"invView\":{\"value\":1},\"DPI\":{\"value\":324},\"screenW\":{\"value\":384},"
    "\"screenH\":{\"value\":512},\"flipImageX\":{\"value\":0},\"flipImageY\":{\"value\":0},"
    "\"flipSubp\":{\"value\":0},\"verticalAngle\":{\"value\":0}}";

/* Any colours: each view another one, each place, too. */
static cairo_surface_t *
make_quilt(const DashQuilt *quilt, DashSurface *pixels)
{
    cairo_surface_t *picture = cairo_image_surface_create(CAIRO_FORMAT_RGB24, quilt->w, quilt->h);
    g_autoptr(GRand) random = g_rand_new_with_seed(8);

    *pixels = (DashSurface){(uint32_t *)(void *)cairo_image_surface_get_data(picture), quilt->w,
                            quilt->h, cairo_image_surface_get_stride(picture) / 4};
    for (int y = 0; y < quilt->h; y++)
        for (int x = 0; x < quilt->w; x++)
            pixels->pixels[y * pixels->stride + x] = 0xff000000u | (g_rand_int(random) & 0xffffffu);
    cairo_surface_mark_dirty(picture);
    return picture;
}

static size_t
count_wrong(const DashSurface *ours, cairo_surface_t *theirs)
{
    const uint8_t *data = cairo_image_surface_get_data(theirs);
    size_t wrong = 0;

    g_assert_cmpint(cairo_image_surface_get_width(theirs), ==, ours->w);
    g_assert_cmpint(cairo_image_surface_get_height(theirs), ==, ours->h);
    for (int y = 0; y < ours->h; y++) {
        const uint32_t *row =
            (const uint32_t *)(const void *)(data + y * cairo_image_surface_get_stride(theirs));
        for (int x = 0; x < ours->w; x++)
            for (int shift = 0; shift < 24; shift += 8)
                wrong += abs((int)(ours->pixels[y * ours->stride + x] >> shift & 255)
                             - (int)(row[x] >> shift & 255))
                         > 1;
    }
    return wrong;
}

static void
an_outside_program_weaves_the_same_picture(void)
{
    const char *program = g_getenv("VICU_INTERLACER");
    if (program == NULL) {
        g_test_skip("not judged here: needs an outside interlacer, named by VICU_INTERLACER");
        return;
    }
    g_autofree char *dir = g_dir_make_tmp("vicu-interlacer-XXXXXX", NULL);
    g_autofree char *json = g_build_filename(dir, "visual.json", NULL);
    g_autofree char *in = g_build_filename(dir, "quilt.png", NULL);
    g_autofree char *out = g_build_filename(dir, "native.png", NULL);
    const char *argv[] = {program, json, in, G_STRINGIFY(COLUMNS), G_STRINGIFY(ROWS), out, NULL};
    const DashQuilt quilt = {COLUMNS * 48, ROWS * 64, COLUMNS, ROWS, 0.75};
    g_autoptr(GError) error = NULL;
    DashCalibration calibration;
    DashSurface pixels, ours = dash_surface_new(WIDTH, HEIGHT);
    DashLens lens;
    int status = 0;

    g_assert_true(dash_calibration_parse(&calibration, "visual.json", visual, -1, &error));
    dash_lens_init(&lens, &calibration, COLUMNS * ROWS);
    g_autoptr(DashInterlace) interlace = dash_interlace_new(&lens, &quilt);
    cairo_surface_t *picture = make_quilt(&quilt, &pixels);
    dash_interlace_draw(interlace, &pixels, &ours);
    g_assert_true(g_file_set_contents(json, visual, -1, NULL));
    g_assert_cmpint(cairo_surface_write_to_png(picture, in), ==, CAIRO_STATUS_SUCCESS);
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status,
                 &error);
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
    cairo_surface_t *theirs = cairo_image_surface_create_from_png(out);
    g_assert_cmpint(cairo_surface_status(theirs), ==, CAIRO_STATUS_SUCCESS);
    size_t wrong = count_wrong(&ours, theirs);
    g_test_message("%zu of %d subpixels differ by more than 1", wrong, 3 * WIDTH * HEIGHT);
    g_assert_cmpfloat((double)wrong, <=, WRONG * 3 * WIDTH * HEIGHT);
    cairo_surface_destroy(theirs);
    cairo_surface_destroy(picture);
    dash_surface_clear(&ours);
    vicu_folder_remove(dir);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dashboard/interlacer/an_outside_program_weaves_the_same_picture",
                    an_outside_program_weaves_the_same_picture);
    return g_test_run();
}
