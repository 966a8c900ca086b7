/* The ward in a headset: what its eyes would see, in what order it was asked for.
 *
 * The judge is a runtime of our own (xr-runtime.h) behind the system's loader. A maker's runtime is
 * asked, too, where there is one.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "dashboard/holo/ward-layers.h"
#include "dashboard/saved.h"
#include "dashboard/xr/headset.h"
#include "dashboard/xr/runtime.h"
#include "tests/dashboard/ward.h"
#include "tests/dashboard/xr-runtime.h"

enum { FRAMES = 60, MANY = 600, STOPPING = 6, EXITING = 8 };

static char *folder;
static char *manifest;
static char *own_runtime; /* what the environment named before */

static DashWardLayers *
ward_layers(void)
{
    DashCamera camera = dash_headset_camera();
    DashWardLayers *layers = dash_ward_layers_new(&camera, DASH_HEADSET_W, DASH_HEADSET_H);
    g_autoptr(DashModel) model = dash_model_new();
    WardOptions options = {0};
    int64_t now_us = 0;

    g_assert_true(ward_options_parse("alarms-brief", &options));
    options.beds = 12;
    g_autoptr(GByteArray) bytes = ward_make(&options);
    g_assert_true(dash_saved_apply(bytes->data, bytes->len, model, &now_us, NULL));
    const DashView view = {.now_us = now_us, .dpi = 96, .steady = true};
    dash_ward_layers_update(layers, model, &view);
    return layers;
}

/* NULL: skipped, with the reason. */
static DashHeadset *
open_headset(void)
{
    g_autoptr(GError) missing = NULL, error = NULL;
    g_autoptr(DashMesh) mesh = dash_mesh_new(&missing);

    if (mesh == NULL) {
        g_autofree char *why =
            g_strdup_printf("not judged here: needs OpenGL: %s", missing->message);
        g_test_skip(why);
        return NULL;
    }
    DashHeadset *headset = dash_headset_new(&error);
    g_assert_no_error(error);
    return headset;
}

/* A function of the judge, into @function. */
static void
ask(const char *name, void *function)
{
    static void *runtime;

    if (runtime == NULL)
        runtime = dlopen(XR_TEST_RUNTIME, RTLD_NOW | RTLD_LOCAL);
    g_assert_nonnull(runtime);
    void *found = dlsym(runtime, name);
    g_assert_nonnull(found);
    memcpy(function, &found, sizeof found);
}

static unsigned
count(const char *name)
{
    XrTestCountFunc *function = NULL;

    ask(name, &function);
    return function();
}

static const XrTestEye *
eye_of(int eye)
{
    XrTestEyeFunc *function = NULL;

    ask("xr_test_eye", &function);
    return function(eye);
}

/* ---- no runtime ---- */

static void
without_a_runtime_the_reason_is_said_in_words(void)
{
    static const char *const nowhere[] = {"/nowhere/a.json", "/nowhere/b.json", NULL};
    const char *both[] = {"/nowhere/a.json", manifest, NULL};
    g_autoptr(GError) error = NULL, other = NULL;

    g_assert_null(dash_xr_runtime_find_in(nowhere, &error));
    g_assert_nonnull(strstr(error->message, "no OpenXR runtime: /nowhere/a.json is not there"));
    g_autofree char *found = dash_xr_runtime_find_in(both, NULL);
    g_assert_cmpstr(found, ==, manifest);

    g_setenv("XR_RUNTIME_JSON", "/nowhere/visor.json", TRUE);
    g_assert_null(dash_headset_new(&other));
    g_setenv("XR_RUNTIME_JSON", manifest, TRUE);
    g_assert_nonnull(strstr(other->message, "no OpenXR runtime: /nowhere/visor.json"));
}

/* ---- pictures ---- */

/* The same eye, from what the runtime was told, into a picture off the screen. */
static DashMatrix
matrix_of(const XrTestEye *eye)
{
    const double middle[3] = {0, 0, -DASH_HEADSET_FAR_M};
    DashEye own = {.left = tan((double)eye->fov[0]),
                   .right = tan((double)eye->fov[1]),
                   .up = tan((double)eye->fov[2]),
                   .down = tan((double)eye->fov[3])};

    for (int i = 0; i < 3; i++)
        own.position[i] = (double)eye->position[i];
    for (int i = 0; i < 4; i++)
        own.turn[i] = (double)eye->turn[i];
    return dash_frustum_of_eye(&own, middle, DASH_HEADSET_HALF_M);
}

static int
compare(DashMesh *mesh, const DashLayers *layers, const XrTestEye *eye, size_t *lit)
{
    DashSurface picture = dash_surface_new(XR_TEST_W, XR_TEST_H);
    DashMatrix matrix = matrix_of(eye);
    g_autoptr(GError) error = NULL;
    int greatest = 0;

    dash_mesh_draw_eye(mesh, &matrix, layers, 0, &picture, &error);
    g_assert_no_error(error);
    for (int y = 0; y < XR_TEST_H; y++)
        for (int x = 0; x < XR_TEST_W; x++) {
            uint32_t p = picture.pixels[y * picture.stride + x];
            const uint8_t *q = eye->pixels[XR_TEST_H - 1 - y][x];
            greatest = MAX(greatest, abs((int)(p >> 16 & 255) - q[0]));
            greatest = MAX(greatest, abs((int)(p >> 8 & 255) - q[1]));
            greatest = MAX(greatest, abs((int)(p & 255) - q[2]));
            g_assert_cmpint(q[3], ==, 255);
            *lit += (p & 0xffffff) > 0x404040;
        }
    dash_surface_clear(&picture);
    return greatest;
}

static void
an_eyes_picture_is_the_one_off_the_screen(void)
{
    g_autoptr(DashHeadset) headset = open_headset();
    g_autoptr(GError) error = NULL;
    int greatest = 0, hidden = 0;
    size_t lit[2] = {0, 0};
    uint64_t judged = 0;

    if (headset == NULL)
        return;
    g_test_message("%s", dash_headset_name(headset));
    g_assert_true(g_str_has_prefix(dash_headset_name(headset), "test runtime: test headset"));
    g_autoptr(DashWardLayers) ward = ward_layers();
    const DashLayers *layers = dash_ward_layers_layers(ward);
    g_autoptr(DashMesh) mesh = dash_mesh_new(&error);
    const uint64_t frames = g_test_slow() ? MANY : FRAMES;
    while (dash_headset_frames(headset) < frames) {
        DashHeadsetState state = dash_headset_begin(headset, &error);
        g_assert_no_error(error);
        g_assert_cmpint(state, !=, DASH_HEADSET_GONE);
        if (state == DASH_HEADSET_WAITING)
            continue;
        hidden += state == DASH_HEADSET_HIDDEN;
        g_assert_true(dash_headset_end(headset, layers, &error));
        if (state == DASH_HEADSET_SHOWN && judged++ % 6 == 0)
            for (int i = 0; i < 2; i++)
                greatest = MAX(greatest, compare(mesh, layers, eye_of(i), &lit[i]));
    }
    g_test_message("%" G_GUINT64_FORMAT
                   " pictures, %d more that nobody looked at, a channel differs by %d at most",
                   frames, hidden, greatest);
    g_assert_cmpint(greatest, <=, 1);
    g_assert_cmpuint(count("xr_test_frames"), ==, frames);
    g_assert_cmpuint(count("xr_test_refused"), ==, 0);
    g_assert_cmpint(hidden, >, 0);
    g_assert_cmpuint(lit[0], >, 1000); /* and there was something to see */
    g_assert_cmpuint(lit[1], >, 1000);
    g_assert_true(memcmp(eye_of(0)->pixels, eye_of(1)->pixels, sizeof eye_of(0)->pixels) != 0);
}

/* From where the head was at the start it is the flat picture: what stands at a place of it lies in
 * the direction of that place. */
static void
the_flat_picture_stands_where_it_is_said_to(void)
{
    DashCamera camera = dash_headset_camera();
    const double middle[3] = {0, 0, -DASH_HEADSET_FAR_M};
    const DashEye head = {.turn = {0, 0, 0, 1},
                          .left = -DASH_HEADSET_HALF_M * 16 / 9 / DASH_HEADSET_FAR_M,
                          .right = DASH_HEADSET_HALF_M * 16 / 9 / DASH_HEADSET_FAR_M,
                          .up = DASH_HEADSET_HALF_M / DASH_HEADSET_FAR_M,
                          .down = -DASH_HEADSET_HALF_M / DASH_HEADSET_FAR_M};
    DashMatrix matrix = dash_frustum_of_eye(&head, middle, DASH_HEADSET_HALF_M);

    for (int i = 0; i < 27; i++) {
        double x = i % 3 - 1, y = 0.9 * (i / 3 % 3 - 1), z = 0.24 * (i / 9 - 1);
        DashCameraPoint want = dash_camera_project(&camera, 0, 1920, 1080, x, y, z);
        DashCameraPoint have = dash_frustum_project(&matrix, 1920, 1080, x, y, z);
        g_assert_cmpfloat_with_epsilon(have.x, want.x, 0.01);
        g_assert_cmpfloat_with_epsilon(have.y, want.y, 0.01);
    }
}

/* ---- its end ---- */

static void
a_headset_that_is_put_down_is_let_go(void)
{
    g_autoptr(DashHeadset) headset = open_headset();
    g_autoptr(GError) error = NULL;
    DashHeadsetState state = DASH_HEADSET_WAITING;
    XrTestSayFunc *say = NULL;

    if (headset == NULL)
        return;
    while ((state = dash_headset_begin(headset, &error)) == DASH_HEADSET_WAITING)
        continue;
    g_assert_true(dash_headset_end(headset, NULL, &error)); /* nothing to show yet */
    ask("xr_test_say", &say);
    say(STOPPING);
    g_assert_cmpint(dash_headset_begin(headset, &error), ==, DASH_HEADSET_WAITING);
    say(EXITING);
    g_assert_cmpint(dash_headset_begin(headset, &error), ==, DASH_HEADSET_GONE);
    g_assert_cmpint(dash_headset_begin(headset, &error), ==, DASH_HEADSET_GONE);
    g_assert_no_error(error);
    g_assert_cmpuint(count("xr_test_frames"), ==, 0);
    g_assert_cmpuint(count("xr_test_refused"), ==, 0);
}

/* ---- a judge from outside ---- */

static void
a_makers_runtime_takes_sixty_pictures(void)
{
    g_autoptr(GError) error = NULL;

    if (own_runtime != NULL)
        g_setenv("XR_RUNTIME_JSON", own_runtime, TRUE);
    else
        g_unsetenv("XR_RUNTIME_JSON");
    g_autofree char *found = dash_xr_runtime_find(NULL);
    g_autoptr(DashHeadset) headset = found != NULL ? dash_headset_new(&error) : NULL;
    if (headset == NULL) {
        g_test_skip("not judged here: needs an OpenXR runtime");
        return;
    }
    g_autoptr(DashWardLayers) ward = ward_layers();
    while (dash_headset_frames(headset) < FRAMES) {
        DashHeadsetState state = dash_headset_begin(headset, &error);
        g_assert_no_error(error);
        g_assert_cmpint(state, !=, DASH_HEADSET_GONE);
        if (state != DASH_HEADSET_WAITING)
            g_assert_true(dash_headset_end(headset, dash_ward_layers_layers(ward), &error));
    }
}

static void
set_up(void)
{
    g_autofree char *text =
        g_strdup_printf("{\"file_format_version\":\"1.0.0\",\"runtime\":{\"library_path\":\"%s\"}}",
                        XR_TEST_RUNTIME);

    own_runtime = g_strdup(g_getenv("XR_RUNTIME_JSON"));
    folder = g_dir_make_tmp("vicu-test-headset-XXXXXX", NULL);
    manifest = g_build_filename(folder, "runtime.json", NULL);
    g_assert_true(g_file_set_contents(manifest, text, -1, NULL));
    g_setenv("XR_RUNTIME_JSON", manifest, TRUE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    set_up();
    g_test_add_func("/dashboard/headset/without_a_runtime_the_reason_is_said_in_words",
                    without_a_runtime_the_reason_is_said_in_words);
    g_test_add_func("/dashboard/headset/the_flat_picture_stands_where_it_is_said_to",
                    the_flat_picture_stands_where_it_is_said_to);
    g_test_add_func("/dashboard/headset/an_eyes_picture_is_the_one_off_the_screen",
                    an_eyes_picture_is_the_one_off_the_screen);
    g_test_add_func("/dashboard/headset/a_headset_that_is_put_down_is_let_go",
                    a_headset_that_is_put_down_is_let_go);
    g_test_add_func("/dashboard/headset/a_makers_runtime_takes_sixty_pictures",
                    a_makers_runtime_takes_sixty_pictures);
    int status = g_test_run();
    g_unlink(manifest);
    g_rmdir(folder);
    g_free(manifest);
    g_free(folder);
    g_free(own_runtime);
    return status;
}
