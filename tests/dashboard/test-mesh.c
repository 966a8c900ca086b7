/* Meshes and sprites: two ways to the same picture, each judged by the other and by the formula.
 *
 * What needs OpenGL runs on whatever draws here, Mesa's llvmpipe included.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "common/error.h"
#include "dashboard/gl/context.h"
#include "dashboard/holo-path.h"
#include "dashboard/holo/mesh.h"
#include "dashboard/holo/path.h"
#include "dashboard/holo/ward-layers.h"
#include "dashboard/saved.h"
#include "dashboard/scene/ward.h"
#include "tests/dashboard/measure.h"
#include "tests/dashboard/ward.h"

static DashMesh *mesh; /* one for all: drivers take long to start */

static bool
has_mesh(void)
{
    g_autoptr(GError) error = NULL;

    if (mesh == NULL)
        mesh = dash_mesh_new(&error);
    if (mesh == NULL) {
        g_autofree char *why = g_strdup_printf("not judged here: needs OpenGL: %s", error->message);
        g_test_skip(why);
    }
    return mesh != NULL;
}

typedef struct {
    DashOutput output;
    DashWardLayers *layers;
    DashSurface sprites;
    DashSurface meshes;
} Both;

static DashModel *
model_of(const char *story, unsigned beds, int64_t *now_us)
{
    DashModel *model = dash_model_new();
    WardOptions options = {0};
    g_autoptr(GError) error = NULL;

    g_assert_true(ward_options_parse(story, &options));
    options.beds = beds;
    g_autoptr(GByteArray) bytes = ward_make(&options);
    dash_saved_apply(bytes->data, bytes->len, model, now_us, &error);
    g_assert_no_error(error);
    return model;
}

static DashOutput
output_of(DashForm form, const DashOutputAsk *ask)
{
    DashOutput output;
    g_autoptr(GError) error = NULL;

    /* No file: a Portrait's lenses. */
    dash_output_choose(&output, form == DASH_FORM_NATIVE ? DASH_FORM_QUILT : form, ask, &error);
    g_assert_no_error(error);
    if (form == DASH_FORM_NATIVE) {
        output.form = form;
        output.calibration = (DashCalibration){
            .pitch = 52.58, .slope = -7.15, .center = 0.565, .dpi = 324, .w = 1536, .h = 2048};
        output.w = 1536;
        output.h = 2048;
    }
    return output;
}

static Both
both_of(DashForm form, const DashOutputAsk *ask, const char *story, unsigned beds)
{
    Both both = {.output = output_of(form, ask)};
    int64_t now_us = 0;
    DashModel *model = model_of(story, beds, &now_us);
    DashCamera camera = dash_output_camera(&both.output);
    DashView view = {.now_us = now_us, .dpi = 96, .steady = true};
    int w = 0, h = 0;
    g_autoptr(GError) error = NULL;

    dash_output_tile(&both.output, &w, &h);
    both.layers = dash_ward_layers_new(&camera, w, h);
    dash_ward_layers_update(both.layers, model, &view);
    both.sprites = dash_surface_new(both.output.w, both.output.h);
    both.meshes = dash_surface_new(both.output.w, both.output.h);
    dash_output_draw(&both.output, dash_ward_layers_layers(both.layers), &both.sprites);
    dash_mesh_draw(mesh, &both.output, dash_ward_layers_layers(both.layers), &both.meshes, &error);
    g_assert_no_error(error);
    dash_model_free(model);
    return both;
}

static void
both_clear(Both *both)
{
    dash_surface_clear(&both->sprites);
    dash_surface_clear(&both->meshes);
    dash_ward_layers_free(both->layers);
}

/* The part of a picture that is view @i, FALSE: there are no more. */
static bool
part_of(const DashOutput *output, int i, DashRect *rect)
{
    if (output->form == DASH_FORM_QUILT && i < dash_quilt_views(&output->quilt)) {
        *rect = dash_quilt_tile(&output->quilt, i);
        return true;
    }
    *rect = (DashRect){0, 0, output->w, output->h};
    return output->form != DASH_FORM_QUILT && i == 0;
}

/* ---- the same picture ---- */

static void
check_same(DashForm form, const DashOutputAsk *ask, const char *story, unsigned beds)
{
    Both both = both_of(form, ask, story, beds);
    double least = 1;
    int greatest = 0, i = 0;
    DashRect rect;

    for (; part_of(&both.output, i, &rect); i++) {
        least = MIN(least, measure_ssim(&both.sprites, rect, &both.meshes, rect.x, rect.y));
        greatest =
            MAX(greatest, measure_greatest(&both.sprites, rect, &both.meshes, rect.x, rect.y));
    }
    g_test_message(
        "%d x %d, %u beds, %d views: SSIM at least %.5f, a channel differs by %d at most",
        both.output.w, both.output.h, beds, i, least, greatest);
    g_assert_cmpfloat(least, >=, 0.98);
    g_assert_cmpint(greatest, <=, 4);
    both_clear(&both);
}

static void
meshes_and_sprites_give_the_same_picture_in_every_form(void)
{
    static const char *const kinds[] = {"side", "side-half", "top", "top-half", "rows", "anaglyph"};

    if (!has_mesh())
        return;
    g_test_message("OpenGL: %s", dash_mesh_renderer(mesh));
    check_same(DASH_FORM_FLAT, &(DashOutputAsk){.w = 960, .h = 540}, "all", 16);
    check_same(DASH_FORM_QUILT, &(DashOutputAsk){.device = "portrait"}, "alarms", 100);
    check_same(DASH_FORM_QUILT, &(DashOutputAsk){.device = "go", .w = 1364, .h = 1364}, "all", 16);
    check_same(DASH_FORM_NATIVE, &(DashOutputAsk){.device = "portrait"}, "alarms", 16);
    check_same(DASH_FORM_RGBD, &(DashOutputAsk){.w = 1600, .h = 600}, "alarms", 16);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        check_same(DASH_FORM_STEREO, &(DashOutputAsk){.stereo = kinds[i], .w = 960, .h = 540},
                   "alarms", 16);
}

/* The judge would have said so: other views of the same ward are less like. */
static void
the_judge_of_likeness_sees_a_wrong_view(void)
{
    if (!has_mesh())
        return;
    Both both = both_of(DASH_FORM_QUILT, &(DashOutputAsk){.device = "portrait"}, "alarms", 6);
    const DashScene *scene = dash_ward_layers_scene(both.layers);
    const DashWardRaised *raised = dash_ward_raised(scene, 0);
    DashRect first = dash_quilt_tile(&both.output.quilt, 0);
    DashRect middle = dash_quilt_tile(&both.output.quilt, 23);
    DashRect rect = {first.x, first.y + raised->y, first.w, raised->figure->h};
    double own = measure_ssim(&both.sprites, rect, &both.meshes, first.x, first.y + raised->y);
    double other = measure_ssim(&both.sprites, rect, &both.meshes, middle.x, middle.y + raised->y);
    g_test_message("own view %.5f, the middle one %.5f", own, other);
    g_assert_cmpfloat(own, >=, 0.999);
    g_assert_cmpfloat(other, <, 0.98);
    both_clear(&both);
}

/* ---- the plane, and the marks on it ---- */

static void
what_lies_on_the_plane_is_the_same_bytes(void)
{
    if (!has_mesh())
        return;
    Both both = both_of(DASH_FORM_QUILT, &(DashOutputAsk){.device = "portrait"}, "all", 16);
    const DashScene *scene = dash_ward_layers_scene(both.layers);
    int w = 0, h = 0, rows = 0;

    dash_output_tile(&both.output, &w, &h);
    g_autofree bool *raised_row = g_new0(bool, (gsize)h);
    for (size_t i = 0; i < dash_ward_n_raised(scene); i++) {
        const DashWardRaised *raised = dash_ward_raised(scene, i);
        for (int y = MAX(raised->y, 0); y < MIN(raised->y + raised->figure->h, h); y++)
            raised_row[y] = true;
    }
    for (int view = 0; view < dash_quilt_views(&both.output.quilt); view++) {
        DashRect tile = dash_quilt_tile(&both.output.quilt, view);
        rows = 0;
        for (int y = 0; y < h; y++) {
            size_t at = (size_t)(tile.y + y) * (size_t)both.meshes.stride + (size_t)tile.x;
            if (!raised_row[y]) {
                g_assert_cmpmem(both.meshes.pixels + at, 4 * (size_t)w, both.sprites.pixels + at,
                                4 * (size_t)w);
                rows++;
            }
        }
    }
    g_assert_cmpint(rows, >, h / 2);
    g_assert_cmpint(rows, <, h);
    both_clear(&both);
}

static void
the_mark_of_an_alarm_is_the_same_bytes(void)
{
    static const DashForm forms[] = {DASH_FORM_FLAT, DASH_FORM_QUILT, DASH_FORM_STEREO,
                                     DASH_FORM_RGBD};
    if (!has_mesh())
        return;
    for (size_t f = 0; f < G_N_ELEMENTS(forms); f++) {
        const DashOutputAsk ask = {.w = forms[f] == DASH_FORM_QUILT ? 0 : 1680, .h = 1120};
        Both both = both_of(forms[f], &ask, "alarms", 16);
        const DashScene *scene = dash_ward_layers_scene(both.layers);
        unsigned marks = 0;
        DashRect rect;
        for (size_t i = 0; i < dash_ward_n_places(scene); i++) {
            DashRect mark = dash_ward_place(scene, i)->marker;
            if (mark.w == 0)
                continue;
            marks++;
            for (int view = 0; part_of(&both.output, view, &rect); view++) {
                DashRect at = {rect.x + mark.x, rect.y + mark.y, mark.w, mark.h};
                size_t inner = (size_t)(at.y + 2) * (size_t)both.meshes.stride + (size_t)(at.x + 2);
                g_assert_cmpint(measure_greatest(&both.sprites, at, &both.meshes, at.x, at.y), ==,
                                0);
                g_assert_cmphex(both.meshes.pixels[inner], ==, dash_ward_place(scene, i)->ground);
            }
        }
        g_assert_cmpuint(marks, >=, 2);
        both_clear(&both);
    }
}

/* ---- the formula ---- */

static void
a_matrix_projects_as_the_formula_says(void)
{
    static const char *const names[] = {"portrait", "65", "32-portrait"};
    g_autoptr(DashDisplays) all = dash_displays_new();
    double worst = 0;

    for (size_t k = 0; k < G_N_ELEMENTS(names); k++) {
        const DashDisplay *d = dash_displays_find(all, names[k], NULL);
        DashCamera camera = {1, d->quilt.aspect, DASH_CAMERA_FOV_DEG, d->cone_deg,
                             dash_quilt_views(&d->quilt)};
        int w = dash_quilt_tile_w(&d->quilt), h = dash_quilt_tile_h(&d->quilt);
        for (int view = 0; view < camera.views; view++) {
            DashMatrix matrix = dash_frustum_of_view(&camera, view);
            for (int i = 0; i < 27; i++) {
                double x = 0.7 * (i % 3 - 1), y = 0.9 * (i / 3 % 3 - 1), z = 0.4 * (i / 9 - 1);
                DashCameraPoint want = dash_camera_project(&camera, view, w, h, x, y, z);
                DashCameraPoint have = dash_frustum_project(&matrix, w, h, x, y, z);
                worst = MAX(worst, MAX(fabs(have.x - want.x), fabs(have.y - want.y)));
            }
        }
    }
    g_test_message("%.6f px at worst", worst);
    g_assert_cmpfloat(worst, <=, 0.001);
}

/* A tracked eye that stands where a view's camera does, and sees the same plane, is that view. */
static void
an_eye_where_a_camera_stands_sees_its_view(void)
{
    const DashCamera camera = {1, 0.75, DASH_CAMERA_FOV_DEG, 40, 48};
    const double half_m = 0.3, middle[3] = {0.2, 1.4, -2};
    double d = dash_camera_distance(&camera);

    for (int view = 0; view < 48; view++) {
        double o = dash_camera_offset(&camera, view);
        DashEye eye = {.position = {middle[0] + half_m * o, middle[1], middle[2] + half_m * d},
                       .turn = {0, 0, 0, 1},
                       .left = (-0.75 - o) / d,
                       .right = (0.75 - o) / d,
                       .up = 1 / d,
                       .down = -1 / d};
        DashMatrix matrix = dash_frustum_of_eye(&eye, middle, half_m);
        for (int i = 0; i < 27; i++) {
            double x = 0.7 * (i % 3 - 1), y = 0.9 * (i / 3 % 3 - 1), z = 0.4 * (i / 9 - 1);
            DashCameraPoint want = dash_camera_project(&camera, view, 420, 560, x, y, z);
            DashCameraPoint have = dash_frustum_project(&matrix, 420, 560, x, y, z);
            g_assert_cmpfloat_with_epsilon(have.x, want.x, 0.001);
            g_assert_cmpfloat_with_epsilon(have.y, want.y, 0.001);
        }
    }
    /* Turned to its left by 30 degrees, what was in the middle lies to the right, by the tangent.
     */
    DashEye turned = {.position = {0, 0, 1},
                      .turn = {0, sin(G_PI / 12), 0, cos(G_PI / 12)},
                      .left = -1,
                      .right = 1,
                      .up = 1,
                      .down = -1};
    const double origin[3] = {0, 0, 0};
    DashMatrix matrix = dash_frustum_of_eye(&turned, origin, 1);
    DashCameraPoint have = dash_frustum_project(&matrix, 100, 100, 0, 0, 0);
    g_assert_cmpfloat_with_epsilon(have.x, 50 * (1 + tan(G_PI / 6)), 0.001);
    g_assert_cmpfloat_with_epsilon(have.y, 50, 0.001);
}

static void
a_square_lies_in_each_view_where_its_depth_says(void)
{
    static const char *const names[] = {"portrait", "go"};
    g_autoptr(DashDisplays) all = dash_displays_new();
    g_autoptr(DashText) text = dash_text_new(NULL);

    if (!has_mesh())
        return;
    for (size_t k = 0; k < G_N_ELEMENTS(names); k++) {
        DashOutput output = output_of(DASH_FORM_QUILT, &(DashOutputAsk){.device = names[k]});
        DashCamera camera = dash_output_camera(&output);
        int w = dash_quilt_tile_w(&output.quilt), h = dash_quilt_tile_h(&output.quilt);
        g_autoptr(DashTestView) test = dash_test_view_new(&camera, w, h, text);
        DashSurface quilt = dash_surface_new(output.w, output.h);
        g_autoptr(GError) error = NULL;
        dash_mesh_draw(mesh, &output, dash_test_view_layers(test), &quilt, &error);
        g_assert_no_error(error);
        double worst = 0, worst_y = 0;
        for (size_t i = 0; i < DASH_TEST_SQUARES; i++) {
            const DashTestSquare *square = &dash_test_squares[i];
            double first_y = 0;
            for (int view = 0; view < camera.views; view++) {
                DashCameraPoint want =
                    dash_camera_project(&camera, view, w, h, 0, square->y, square->z);
                DashCameraPoint have =
                    measure_middle(&quilt, dash_quilt_tile(&output.quilt, view), square,
                                   (int)want.y - h / 14, (int)want.y + h / 14);
                first_y = view == 0 ? have.y : first_y;
                worst = MAX(worst, fabs(have.x - want.x));
                worst_y = MAX(worst_y, fabs(have.y - first_y));
            }
        }
        g_test_message("%s: %.4f px at worst, %.4f px between heights", names[k], worst, worst_y);
        g_assert_cmpfloat(worst, <=, 0.1);
        g_assert_cmpfloat(worst_y, <=, 0.005);
        dash_surface_clear(&quilt);
    }
}

/* ---- tiles ---- */

static void
a_tile_is_the_same_alone_and_what_is_left_over_is_black(void)
{
    DashOutput output = output_of(
        DASH_FORM_QUILT, &(DashOutputAsk){.device = "portrait", .w = 8 * 42 + 5, .h = 6 * 56 + 3});
    DashCamera camera = dash_output_camera(&output), *one = &camera;
    g_autoptr(DashText) text = dash_text_new(NULL);
    g_autoptr(GError) error = NULL;

    if (!has_mesh())
        return;
    g_autoptr(DashTestView) test = dash_test_view_new(&camera, 42, 56, text);
    const DashLayers *layers = dash_test_view_layers(test);
    DashSurface whole = dash_surface_new(output.w, output.h), alone = dash_surface_new(42, 56);
    dash_mesh_draw(mesh, &output, layers, &whole, &error);
    g_assert_no_error(error);
    for (int view = 0; view < 48; view++) {
        DashMatrix matrix = dash_frustum_of_view(one, view);
        DashRect t = dash_quilt_tile(&output.quilt, view);
        dash_mesh_draw_eye(mesh, &matrix, layers, view, &alone, &error);
        g_assert_no_error(error);
        for (int y = 0; y < 56; y++)
            g_assert_cmpmem(alone.pixels + y * alone.stride, 42 * 4,
                            whole.pixels + (t.y + y) * whole.stride + t.x, 42 * 4);
    }
    for (int y = 0; y < output.h; y++)
        for (int x = y < 3 ? 0 : 8 * 42; x < output.w; x++)
            g_assert_cmphex(whole.pixels[y * whole.stride + x], ==, 0xff000000u);
    dash_surface_clear(&whole);
    dash_surface_clear(&alone);
}

static void
one_state_and_time_make_the_same_bytes(void)
{
    if (!has_mesh())
        return;
    const DashOutputAsk ask = {.device = "portrait"};
    Both a = both_of(DASH_FORM_QUILT, &ask, "all", 16),
         b = both_of(DASH_FORM_QUILT, &ask, "all", 16);
    size_t bytes = (size_t)a.meshes.stride * (size_t)a.meshes.h * 4;
    g_assert_true(memcmp(a.meshes.pixels, b.meshes.pixels, bytes) == 0);
    both_clear(&a);
    both_clear(&b);
}

/* ---- which way ---- */

static void
a_renderer_that_computes_on_the_cpu_is_told_by_its_name(void)
{
    static const char *const software[] = {"llvmpipe (LLVM 15.0.6, 256 bits)",
                                           "softpipe",
                                           "Software Rasterizer",
                                           "Mesa DRI swrast",
                                           "ANGLE (Google, Vulkan 1.3 (SwiftShader Device))",
                                           ""};
    static const char *const hardware[] = {"NVIDIA H200/PCIe/SSE2", "Mesa Intel(R) UHD Graphics",
                                           "AMD Radeon RX 6600 (navi23, LLVM 15.0.6, DRM 3.49)",
                                           "V3D 4.2"};

    for (size_t i = 0; i < G_N_ELEMENTS(software); i++)
        g_assert_false(dash_renderer_is_hardware(software[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(hardware); i++)
        g_assert_true(dash_renderer_is_hardware(hardware[i]));
}

static void
the_way_of_drawing_is_chosen_and_told(void)
{
    DashPathKind kind = DASH_N_PATHS;
    g_autoptr(GError) error = NULL;

    g_assert_true(dash_path_find(NULL, &kind, NULL) && kind == DASH_PATH_AUTO);
    g_assert_true(dash_path_find("mesh", &kind, NULL) && kind == DASH_PATH_MESH);
    g_assert_false(dash_path_find("gpu", &kind, &error));
    g_assert_cmpstr(error->message, ==, "--path gpu: expected auto, sprites or mesh");

    g_autoptr(DashPath) sprites = dash_path_new(DASH_PATH_SPRITES, NULL);
    g_assert_cmpint(dash_path_kind(sprites), ==, DASH_PATH_SPRITES);
    g_autoptr(DashPath) left = dash_path_new(DASH_PATH_AUTO, NULL);
    g_test_message("%s", dash_path_why(left));
    bool hardware = dash_renderer_is_hardware(dash_path_renderer(left));
    g_assert_cmpint(dash_path_kind(left), ==, hardware ? DASH_PATH_MESH : DASH_PATH_SPRITES);
    g_assert_true(g_str_has_prefix(dash_path_why(left), dash_path_name(dash_path_kind(left))));
    if (!has_mesh())
        return;
    g_autoptr(DashPath) forced = dash_path_new(DASH_PATH_MESH, NULL);
    g_assert_cmpint(dash_path_kind(forced), ==, DASH_PATH_MESH);
    g_assert_nonnull(strstr(dash_path_why(forced), dash_mesh_renderer(mesh)));
}

/* Runs in a process of its own: what it prints is looked at from outside. */
static void
says_on_the_command_line_who_draws(void)
{
    char *sprites[] = {(char *)"holo", (char *)"path", (char *)"--path", (char *)"sprites", NULL};
    char *json[] = {(char *)"holo", (char *)"path", (char *)"--json", NULL};
    char *wrong[] = {(char *)"holo", (char *)"path", (char *)"--path", (char *)"gpu", NULL};

    if (g_test_subprocess()) {
        g_assert_cmpint(dash_holo_path_main(4, sprites), ==, 0);
        g_assert_cmpint(dash_holo_path_main(3, json), ==, 0);
        g_assert_cmpint(dash_holo_path_main(4, wrong), ==, 2);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stdout("*sprites: asked for*\"path\": \"*\"renderer\": \"*\"why\": \"*");
    g_test_trap_assert_stderr("*--path gpu: expected auto, sprites or mesh*");
}

/* Larger than any processor takes: refused with the bound, and drawn by the next one all the same.
 */
static void
a_picture_too_large_is_refused_with_its_bound(void)
{
    g_autoptr(GError) error = NULL;
    const DashCamera camera = {1, 1, DASH_CAMERA_FOV_DEG, 0, 1};

    if (!has_mesh())
        return;
    g_autoptr(DashLayers) layers = dash_layers_new(&camera, 8, 8, 0xff102030u);
    dash_layers_sort(layers);
    DashOutput output = {.form = DASH_FORM_FLAT, .w = 1 << 20, .h = 8};
    DashSurface large = {NULL, output.w, output.h, output.w};
    g_assert_false(dash_mesh_draw(mesh, &output, layers, &large, &error));
    g_test_message("%s", error->message);
    g_assert_error(error, VICU_ERROR, VICU_ERROR_REFUSED);
    g_assert_nonnull(strstr(error->message, "1048576 x 8 is outside 1.."));
    g_clear_error(&error);
    output.w = 8;
    DashSurface small = dash_surface_new(8, 8);
    g_assert_true(dash_mesh_draw(mesh, &output, layers, &small, &error));
    g_assert_cmphex(small.pixels[7 * small.stride + 7], ==, 0xff102030u);
    dash_surface_clear(&small);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dashboard/mesh/a_matrix_projects_as_the_formula_says",
                    a_matrix_projects_as_the_formula_says);
    g_test_add_func("/dashboard/mesh/an_eye_where_a_camera_stands_sees_its_view",
                    an_eye_where_a_camera_stands_sees_its_view);
    g_test_add_func("/dashboard/mesh/a_square_lies_in_each_view_where_its_depth_says",
                    a_square_lies_in_each_view_where_its_depth_says);
    g_test_add_func("/dashboard/mesh/meshes_and_sprites_give_the_same_picture_in_every_form",
                    meshes_and_sprites_give_the_same_picture_in_every_form);
    g_test_add_func("/dashboard/mesh/the_judge_of_likeness_sees_a_wrong_view",
                    the_judge_of_likeness_sees_a_wrong_view);
    g_test_add_func("/dashboard/mesh/what_lies_on_the_plane_is_the_same_bytes",
                    what_lies_on_the_plane_is_the_same_bytes);
    g_test_add_func("/dashboard/mesh/the_mark_of_an_alarm_is_the_same_bytes",
                    the_mark_of_an_alarm_is_the_same_bytes);
    g_test_add_func("/dashboard/mesh/a_tile_is_the_same_alone_and_what_is_left_over_is_black",
                    a_tile_is_the_same_alone_and_what_is_left_over_is_black);
    g_test_add_func("/dashboard/mesh/one_state_and_time_make_the_same_bytes",
                    one_state_and_time_make_the_same_bytes);
    g_test_add_func("/dashboard/mesh/a_renderer_that_computes_on_the_cpu_is_told_by_its_name",
                    a_renderer_that_computes_on_the_cpu_is_told_by_its_name);
    g_test_add_func("/dashboard/mesh/the_way_of_drawing_is_chosen_and_told",
                    the_way_of_drawing_is_chosen_and_told);
    g_test_add_func("/dashboard/mesh/a_picture_too_large_is_refused_with_its_bound",
                    a_picture_too_large_is_refused_with_its_bound);
    g_test_add_func("/dashboard/mesh/says_on_the_command_line_who_draws",
                    says_on_the_command_line_who_draws);
    int status = g_test_run();
    dash_mesh_free(mesh);
    return status;
}
