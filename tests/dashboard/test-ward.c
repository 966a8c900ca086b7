/* The ward in depth: what every view of every form must have, measured in the pixels.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "dashboard/holo/output.h"
#include "dashboard/holo/twin.h"
#include "dashboard/holo/ward-layers.h"
#include "dashboard/saved.h"
#include "dashboard/scene/ward.h"
#include "tests/dashboard/ward.h"

enum { VIEWS = 48, W = 420, H = 560 };

typedef struct {
    DashModel *model;
    int64_t now_us;
} World;

static World
world_of(const char *story, unsigned beds)
{
    World world = {dash_model_new(), 0};
    WardOptions options = {0};
    g_autoptr(GError) error = NULL;

    g_assert_true(ward_options_parse(story, &options));
    options.beds = beds;
    g_autoptr(GByteArray) bytes = ward_make(&options);
    dash_saved_apply(bytes->data, bytes->len, world.model, &world.now_us, &error);
    g_assert_no_error(error);
    return world;
}

static DashView
view_of(const World *world)
{
    return (DashView){.now_us = world->now_us, .dpi = 96, .steady = true};
}

static DashOutput
output_of(const char *device)
{
    DashOutput output;
    DashOutputAsk ask = {.device = device};
    g_autoptr(GError) error = NULL;

    dash_output_choose(&output, DASH_FORM_QUILT, &ask, &error);
    g_assert_no_error(error);
    return output;
}

static DashWardLayers *
layers_of(const DashOutput *output, const World *world, const char *bed)
{
    DashCamera camera = dash_output_camera(output);
    DashView view = view_of(world);
    int w = 0, h = 0;

    dash_output_tile(output, &w, &h);
    DashWardLayers *layers = dash_ward_layers_new(&camera, w, h);
    if (bed)
        view.bed = dash_model_find_bed(world->model, bed)->id;
    dash_ward_layers_update(layers, world->model, &view);
    return layers;
}

/* ---- depth ---- */

static void
depth_is_acuity_and_nothing_else(void)
{
    double before = 0;

    for (int acuity = 0; acuity <= 10000; acuity++) {
        double z = dash_ward_depth(acuity);
        g_assert_cmpfloat(z, >=, before);
        g_assert_cmpfloat(z, <=, DASH_WARD_DEPTH_MAX);
        if (acuity < 7000)
            g_assert_cmpfloat(z, ==, 0);
        else
            g_assert_cmpfloat(z, >=, DASH_WARD_DEPTH_MIN);
        before = z;
    }
    g_assert_cmpfloat(dash_ward_depth(8999), ==, DASH_WARD_DEPTH_MAX);

    World world = world_of("alarms", 100);
    DashOutput output = output_of("portrait");
    g_autoptr(DashWardLayers) layers = layers_of(&output, &world, NULL);
    const DashScene *scene = dash_ward_layers_scene(layers);
    unsigned left = 0;
    g_assert_cmpuint(dash_ward_n_places(scene), ==, 100);
    for (size_t i = 0; i < dash_ward_n_places(scene); i++) {
        const DashWardPlace *place = dash_ward_place(scene, i);
        g_assert_cmpfloat(place->z, ==, dash_ward_depth(place->acuity));
        left += place->z > 0;
    }
    g_assert_cmpuint(left, >=, 1);
    g_assert_cmpuint(left, <=, 6);
    dash_model_free(world.model);
}

/* Adjacent views differ by two pixels at most, whatever the panel. */
static void
no_panel_is_asked_for_more_depth_than_it_has(void)
{
    g_autoptr(DashDisplays) all = dash_displays_new();

    for (size_t i = 0; i < dash_displays_n(all); i++) {
        const DashDisplay *d = dash_displays_at(all, i);
        DashCamera camera = {1, d->quilt.aspect, DASH_CAMERA_FOV_DEG, d->cone_deg,
                             dash_quilt_views(&d->quilt)};
        double squeeze = dash_ward_layers_squeeze(&camera, dash_quilt_tile_w(&d->quilt));
        double near = dash_camera_step_px(&camera, dash_quilt_tile_w(&d->quilt),
                                          DASH_WARD_DEPTH_MAX * squeeze);
        double far = dash_camera_step_px(&camera, dash_quilt_tile_w(&d->quilt),
                                         -DASH_WARD_RIBBON_DEPTH * squeeze);
        g_test_message("%s: %.2f and %.2f px", d->name, near, far);
        g_assert_cmpfloat(fabs(near), <=, 2.001);
        g_assert_cmpfloat(fabs(far), <=, 2.001);
        g_assert_cmpfloat(squeeze, >, 0.7);
    }
}

/* ---- marks of alarms ---- */

typedef struct {
    size_t seen;
    size_t all;
} Seen;

static uint32_t
pixel_at(const DashSurface *surface, int x, int y)
{
    return surface->pixels[(size_t)y * (size_t)surface->stride + (size_t)x];
}

/* How much of a mark in a tile is what it is on the plane alone. */
static Seen
look_at_mark(const DashSurface *quilt, DashRect tile, const DashSurface *plane, DashRect mark)
{
    Seen seen = {0, 0};

    for (int y = mark.y; y < mark.y + mark.h; y++)
        for (int x = mark.x; x < mark.x + mark.w; x++, seen.all++)
            seen.seen += pixel_at(quilt, tile.x + x, tile.y + y) == pixel_at(plane, x, y);
    return seen;
}

static void
check_marks(const char *device, const char *story, unsigned beds)
{
    World world = world_of(story, beds);
    DashOutput output = output_of(device);
    g_autoptr(DashWardLayers) layers = layers_of(&output, &world, NULL);
    const DashScene *scene = dash_ward_layers_scene(layers);
    DashSurface quilt = dash_surface_new(output.w, output.h);
    int w = 0, h = 0;
    unsigned marks = 0;

    dash_output_tile(&output, &w, &h);
    DashSurface plane = dash_surface_new(w, h);
    DashCamera one = {1, output.quilt.aspect, DASH_CAMERA_FOV_DEG, output.cone_deg, 1};
    g_autoptr(DashWardLayers) alone = dash_ward_layers_new(&one, w, h);
    DashView view = view_of(&world);
    dash_ward_layers_update(alone, world.model, &view);
    dash_layers_view(dash_ward_layers_layers(alone), 0, &plane, 0, 0);
    dash_output_draw(&output, dash_ward_layers_layers(layers), &quilt);
    for (size_t i = 0; i < dash_ward_n_places(scene); i++) {
        const DashWardPlace *place = dash_ward_place(scene, i);
        if (place->marker.w == 0)
            continue;
        marks++;
        g_assert_cmphex(pixel_at(&plane, place->marker.x + 1, place->marker.y + 1), ==,
                        place->ground);
        for (int v = 0; v < dash_quilt_views(&output.quilt); v++) {
            Seen seen =
                look_at_mark(&quilt, dash_quilt_tile(&output.quilt, v), &plane, place->marker);
            g_assert_cmpuint(seen.all, >, 0);
            g_assert_cmpfloat((double)seen.seen, >=, 0.95 * (double)seen.all);
        }
    }
    g_assert_cmpuint(marks, >=, beds >= 12 ? 6 : 2);
    dash_surface_clear(&quilt);
    dash_surface_clear(&plane);
    dash_model_free(world.model);
}

static void
no_mark_of_an_alarm_is_hidden_in_any_view(void)
{
    check_marks("portrait", "alarms", 100);
    check_marks("portrait", "all", 16);
    check_marks("go", "alarms", 6);
    check_marks("16-landscape", "alarms", 100);
}

/* A figure over the place of a neighbour would be taken for the neighbour's: what has not left the
 * plane is the same bytes in the outermost views as in the middle, and what has stays in its own
 * place. */
static void
check_places(const char *device, const char *story, unsigned beds)
{
    World world = world_of(story, beds);
    DashOutput output = output_of(device);
    DashCamera camera = dash_output_camera(&output);
    g_autoptr(DashWardLayers) layers = layers_of(&output, &world, NULL);
    const DashScene *scene = dash_ward_layers_scene(layers);
    int w = 0, h = 0, raised = 0;

    dash_output_tile(&output, &w, &h);
    double squeeze = dash_ward_layers_squeeze_figures(&camera, w, scene);
    double far =
        dash_camera_step_px(&camera, w, DASH_WARD_DEPTH_MAX * squeeze) * (camera.views - 1) / 2;
    g_test_message("%s, %u beds: depths by %.2f, %.1f px to either side, room for %d", device, beds,
                   squeeze, far, dash_ward_room(scene));
    g_assert_cmpfloat(far, <=, dash_ward_room(scene));
    g_assert_cmpfloat(far, >=, 3); /* or there is no depth to see */
    DashSurface side = dash_surface_new(w, h), middle = dash_surface_new(w, h);
    dash_layers_view(dash_ward_layers_layers(layers), camera.views / 2, &middle, 0, 0);
    for (int view = 0; view < camera.views; view += camera.views - 1) {
        dash_layers_view(dash_ward_layers_layers(layers), view, &side, 0, 0);
        for (size_t i = 0; i < dash_ward_n_places(scene); i++) {
            const DashWardPlace *place = dash_ward_place(scene, i);
            DashRect c = place->cell;
            raised += place->z > 0 && place->figure.w > 0;
            if (place->z > 0)
                continue;
            for (int y = c.y; y < c.y + c.h; y++)
                g_assert_cmpmem(side.pixels + (size_t)y * (size_t)side.stride + c.x,
                                sizeof(uint32_t) * (size_t)c.w,
                                middle.pixels + (size_t)y * (size_t)middle.stride + c.x,
                                sizeof(uint32_t) * (size_t)c.w);
        }
    }
    g_assert_cmpint(raised, >=, 2);
    dash_surface_clear(&side);
    dash_surface_clear(&middle);
    dash_model_free(world.model);
}

static void
a_raised_figure_stays_in_its_own_place(void)
{
    static const char *const devices[] = {"portrait", "go", "16-landscape", "32-portrait", "65"};
    static const unsigned beds[] = {6, 16, 50, 100};

    for (size_t d = 0; d < G_N_ELEMENTS(devices); d++)
        for (size_t b = 0; b < G_N_ELEMENTS(beds); b++)
            check_places(devices[d], "alarms", beds[b]);
}

/* The colour of each mark, byte for byte: flat, both eyes, panel, picture with depth. */
static void
an_alarm_has_one_colour_in_every_form(void)
{
    static const DashForm forms[] = {DASH_FORM_FLAT, DASH_FORM_STEREO, DASH_FORM_RGBD,
                                     DASH_FORM_NATIVE};
    World world = world_of("alarms", 16);

    for (size_t f = 0; f < G_N_ELEMENTS(forms); f++) {
        DashOutput output = output_of("portrait");
        output.form = forms[f];
        output.w = forms[f] == DASH_FORM_NATIVE ? 1536 : 2 * W;
        output.h = forms[f] == DASH_FORM_NATIVE ? 2048 : H;
        output.calibration = (DashCalibration){
            .pitch = 52.58, .slope = -7.15, .center = 0.565, .dpi = 324, .w = 1536, .h = 2048};
        int w = 0, h = 0;
        dash_output_tile(&output, &w, &h);
        g_autoptr(DashWardLayers) layers = layers_of(&output, &world, NULL);
        const DashScene *scene = dash_ward_layers_scene(layers);
        DashSurface picture = dash_surface_new(output.w, output.h);
        dash_output_draw(&output, dash_ward_layers_layers(layers), &picture);
        for (size_t i = 0; i < dash_ward_n_places(scene); i++) {
            DashRect m = dash_ward_place(scene, i)->marker;
            if (m.w == 0)
                continue;
            /* A pixel inside its upper left, where its sign is not. */
            bool native = forms[f] == DASH_FORM_NATIVE;
            int x = (2 * (m.x + 2) + 1) * (native ? output.w : w) / (2 * w);
            int y = (2 * (m.y + 2) + 1) * (native ? output.h : h) / (2 * h);
            g_assert_cmphex(pixel_at(&picture, x, y), ==, dash_ward_place(scene, i)->ground);
            if (forms[f] == DASH_FORM_STEREO)
                g_assert_cmphex(pixel_at(&picture, x + w, y), ==,
                                dash_ward_place(scene, i)->ground);
        }
        dash_surface_clear(&picture);
    }
    dash_model_free(world.model);
}

/* ---- one state ---- */

/* All that stands on the plane away from the beds' rows is the same bytes in every view: the number
 * of the state, the time, every name and number. */
static void
every_view_is_of_one_state(void)
{
    World world = world_of("all", 16);
    DashOutput output = output_of("portrait");
    g_autoptr(DashWardLayers) layers = layers_of(&output, &world, "7");
    const DashScene *scene = dash_ward_layers_scene(layers);
    uint32_t first[W], other[W];
    bool free_row[H];

    memset(free_row, 1, sizeof free_row);
    for (size_t i = 0; i < dash_ward_n_raised(scene); i++) {
        const DashWardRaised *raised = dash_ward_raised(scene, i);
        for (int y = raised->y; y < raised->y + raised->figure->h; y++)
            free_row[y] = false;
    }
    int rows = 0;
    for (int y = 0; y < H; y++) {
        if (!free_row[y])
            continue;
        rows++;
        dash_layers_row(dash_ward_layers_layers(layers), 0, y, first);
        for (int view = 1; view < VIEWS; view += 7) {
            dash_layers_row(dash_ward_layers_layers(layers), view, y, other);
            g_assert_cmpmem(first, sizeof first, other, sizeof other);
        }
    }
    g_assert_cmpint(rows, >, H / 2);
    for (size_t i = 0; i < dash_ward_n_places(scene); i++) { /* names stand in such rows */
        DashRect cell = dash_ward_place(scene, i)->cell;
        g_assert_true(free_row[cell.y + 5]);
    }
    dash_model_free(world.model);
}

static void
check_twice(const World *world, DashOutput output)
{
    DashSurface a = dash_surface_new(output.w, output.h), b = dash_surface_new(output.w, output.h);

    for (int i = 0; i < 2; i++) {
        g_autoptr(DashWardLayers) layers = layers_of(&output, world, "7");
        dash_output_draw(&output, dash_ward_layers_layers(layers), i == 0 ? &a : &b);
    }
    g_assert_true(memcmp(a.pixels, b.pixels, (size_t)a.stride * (size_t)a.h * 4) == 0);
    dash_surface_clear(&a);
    dash_surface_clear(&b);
}

/* In every form; that of the file is judged with it (glb). */
static void
one_state_and_time_make_the_same_bytes(void)
{
    World world = world_of("all", 16);

    for (int form = 0; form < DASH_N_FORMS; form++)
        for (int kind = 0; kind < (form == DASH_FORM_STEREO ? DASH_N_STEREO : 1); kind++) {
            DashOutput output = output_of("portrait");
            output.form = (DashForm)form;
            output.stereo = (DashStereo)kind;
            if (form != DASH_FORM_QUILT) {
                output.w = form == DASH_FORM_NATIVE ? 1536 : 2 * W;
                output.h = form == DASH_FORM_NATIVE ? 2048 : H;
            }
            output.calibration = (DashCalibration){
                .pitch = 52.58, .slope = -7.15, .center = 0.565, .dpi = 324, .w = 1536, .h = 2048};
            check_twice(&world, output);
        }
    dash_model_free(world.model);
}

/* A redrawn picture is what it would be if it were the first. */
static void
a_picture_that_goes_on_is_as_a_new_one(void)
{
    World world = world_of("alarms", 16);
    DashOutput output = output_of("portrait");
    DashView view = view_of(&world);
    uint32_t before[W], after[W];

    view.steady = false;
    g_autoptr(DashWardLayers) layers = layers_of(&output, &world, NULL);
    for (int i = 0; i < 30; i++) {
        view.now_us = world.now_us + i * (int64_t)33000;
        dash_ward_layers_update(layers, world.model, &view);
    }
    g_autoptr(DashWardLayers) anew = layers_of(&output, &world, NULL);
    dash_ward_layers_update(layers, world.model, &view);
    const DashScene *scene = dash_ward_layers_scene(layers);
    DashRect cell = dash_ward_place(scene, 6)->cell;
    dash_ward_layers_update(anew, world.model, &view);
    for (int y = cell.y; y < cell.y + 16; y++) { /* names and marks: the same phase of the flash */
        dash_layers_row(dash_ward_layers_layers(layers), 3, y, before);
        dash_layers_row(dash_ward_layers_layers(anew), 3, y, after);
        g_assert_cmpmem(before, sizeof before, after, sizeof after);
    }
    dash_model_free(world.model);
}

/* ---- what is missing ---- */

static void
a_silent_ward_shows_no_figure_as_it_was(void)
{
    World world = world_of("calm", 16);
    DashOutput output = output_of("portrait");
    DashView view = view_of(&world);
    g_autoptr(DashWardLayers) layers = layers_of(&output, &world, NULL);

    for (size_t i = 0; i < 16; i++)
        g_assert_cmpint(dash_ward_place(dash_ward_layers_scene(layers), i)->figure.w, >, 0);
    view.now_us += DASH_LOST_US + 60 * (int64_t)G_USEC_PER_SEC;
    dash_ward_layers_update(layers, world.model, &view);
    for (size_t i = 0; i < 16; i++) {
        const DashWardPlace *place = dash_ward_place(dash_ward_layers_scene(layers), i);
        g_assert_cmpint(place->figure.w, ==, 0); /* a picture of absence stands there */
    }
    dash_model_free(world.model);
}

/* Frame by frame over the limits of silence: what the judge says of each bed in that frame is what
 * that frame's views and that frame's file show. */
static void
silence_is_shown_in_the_frame_of_its_limit(void)
{
    World world = world_of("calm", 9);
    DashOutput output = output_of("portrait");
    DashView view = view_of(&world);
    g_autoptr(DashWardLayers) layers = layers_of(&output, &world, NULL);
    const DashModel *models[] = {world.model};
    unsigned turned = 0;
    bool before = true;

    for (int64_t us = 0; us < DASH_LOST_US + 3 * (int64_t)G_USEC_PER_SEC; us += 40000) {
        view.now_us = world.now_us + us;
        dash_ward_layers_update(layers, world.model, &view);
        const DashScene *scene = dash_ward_layers_scene(layers);
        g_autoptr(DashTwin) twin = dash_twin_new(models, 1, NULL, view.now_us);
        for (unsigned i = 0; i < 9; i++) {
            const DashBed *bed = dash_model_find_bed(world.model, dash_ward_place(scene, i)->bed);
            bool here = dash_judge_shows_data(dash_judge_absence(bed, view.now_us));
            g_assert_true((dash_ward_place(scene, i)->figure.w > 0) == here);
            bool crossed = false;
            for (unsigned t = 0; t < twin->n; t++)
                for (unsigned k = 0; twin->bed[t].bed == bed && k < twin->bed[t].n_pieces; k++)
                    crossed = crossed || twin->bed[t].piece[k].solid == DASH_SOLID_CROSS;
            g_assert_true(crossed == !here);
            turned += i == 0 && before != here;
            before = i == 0 ? here : before;
        }
    }
    g_assert_cmpuint(turned, ==, 1); /* the limit lay within */
    dash_model_free(world.model);
}

static void
what_is_not_known_looks_unlike_anything_known(void)
{
    g_autoptr(DashFigures) figures = dash_figures_new();
    const DashPalette *pal = dash_palette_at(0);
    DashAvatar nobody = {.absence = DASH_PRESENT};

    for (int part = 0; part < DASH_N_FIGURES; part++) {
        const DashFigure *unknown =
            dash_figures_get(figures, (DashFigurePart)part, &nobody, pal, 64, 64);
        g_assert_cmpint(unknown->w, >, 0);
        for (int band = -3; band <= 3; band++) {
            DashAvatar known = nobody;
            for (int i = 0; i < DASH_N_AVATAR_SIGNS; i++)
                known.sign[i] = (DashAvatarSign){.known = true, .banded = true, .band = band};
            const DashFigure *figure =
                dash_figures_get(figures, (DashFigurePart)part, &known, pal, 64, 64);
            g_assert_true(figure->id != unknown->id);
            /* None of its colours is in the unknown one. */
            uint32_t ink = dash_figure_colour(&known.sign[0], part == DASH_FIGURE_BODY);
            for (int k = 0; k < unknown->w * unknown->h; k++)
                g_assert_cmphex(unknown->pixels[k], !=, ink);
        }
    }
}

/* Two pictures of the same state are one; what nobody asks for is dropped. */
static void
parts_are_kept_for_their_few_states(void)
{
    g_autoptr(DashFigures) figures = dash_figures_new();
    const DashPalette *pal = dash_palette_at(0);
    DashAvatar avatar = {.absence = DASH_PRESENT};
    DashAvatarSign *rr = &avatar.sign[DASH_SIGN_OF_BREATHING];

    *rr = (DashAvatarSign){.known = true, .banded = true, .value = 15};
    for (int i = 0; i < 1000; i++) {
        avatar.breath = i / 1000.0;
        dash_figures_get(figures, DASH_FIGURE_CHEST, &avatar, pal, 40, 40);
    }
    g_assert_cmpuint(dash_figures_n_kept(figures), <=, 9);
    for (int i = 0; i < 300; i++)
        dash_figures_next_frame(figures);
    g_assert_cmpuint(dash_figures_n_kept(figures), ==, 0);
}

/* WCAG 2.2, relative luminance and contrast. */
static double
luminance(uint32_t colour)
{
    static const double parts[] = {0.0722, 0.7152, 0.2126};
    double sum = 0;

    for (int c = 0; c < 3; c++) {
        double v = (colour >> (8 * c) & 255) / 255.0;
        sum += parts[c] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static void
numbers_stand_out_and_are_large_enough(void)
{
    static const char *const names[] = {"common", "contrast"};
    static const char *const signals[] = {"HR", "SpO2", "ART_M", "NIBP_M", "RR"};
    g_autoptr(DashText) text = dash_text_new(NULL);

    for (size_t p = 0; p < G_N_ELEMENTS(names); p++) {
        const DashPalette *pal = dash_palette_find(names[p]);
        for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
            uint32_t ink = dash_palette_ink(pal, vicu_signal_by_name(signals[i]));
            double contrast = (luminance(ink) + 0.05) / (luminance(pal->tile) + 0.05);
            g_test_message("%s, %s: %.1f to 1", names[p], signals[i], contrast);
            g_assert_cmpfloat(contrast, >=, 7);
        }
    }
    World world = world_of("alarms", 100);
    DashOutput output = output_of("portrait");
    g_autoptr(DashWardLayers) layers = layers_of(&output, &world, NULL);
    const DashScene *scene = dash_ward_layers_scene(layers);
    int found = 0;
    for (size_t b = 0; b < dash_scene_n_blocks(scene); b++)
        for (unsigned i = 0; i < dash_scene_block(scene, b)->n; i++) {
            const DashItem *item = dash_scene_item(scene, dash_scene_block(scene, b)->first + i);
            if (item->kind != DASH_ITEM_TEXT || strcmp(item->sprite->text, "142") != 0)
                continue; /* the heart rate of bed 7 */
            g_assert_cmpint(item->sprite->h, >=, 10);
            found++;
        }
    g_assert_cmpint(found, ==, 1);
    dash_model_free(world.model);
}

/* ---- sizes that cannot be ---- */

static void
any_size_is_drawn_or_left(void)
{
    static const int sizes[][2] = {{1, 1}, {8, 8}, {8, 400}, {400, 8}, {64, 48}, {333, 1201}};
    static const unsigned beds[] = {1, 16, 200};

    for (size_t b = 0; b < G_N_ELEMENTS(beds); b++) {
        World world = world_of("all-brief", beds[b]);
        for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
            DashCamera camera = {1, 1, DASH_CAMERA_FOV_DEG, 40, 5};
            DashView view = view_of(&world);
            view.bed = i % 2 ? dash_model_bed(world.model, 0)->id : NULL;
            g_autoptr(DashWardLayers) layers =
                dash_ward_layers_new(&camera, sizes[i][0], sizes[i][1]);
            dash_ward_layers_update(layers, world.model, &view);
            g_autofree uint32_t *row = g_new(uint32_t, (gsize)sizes[i][0]);
            for (int y = 0; y < sizes[i][1]; y++)
                dash_layers_row(dash_ward_layers_layers(layers), 4, y, row);
        }
        dash_model_free(world.model);
    }
    g_autoptr(DashModel) empty = dash_model_new();
    World nobody = {empty, WARD_NOW_US};
    DashOutput output = output_of("portrait");
    g_autoptr(DashWardLayers) layers = layers_of(&output, &nobody, NULL);
    g_assert_cmpuint(dash_ward_n_places(dash_ward_layers_scene(layers)), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dashboard/ward/depth_is_acuity_and_nothing_else",
                    depth_is_acuity_and_nothing_else);
    g_test_add_func("/dashboard/ward/no_panel_is_asked_for_more_depth_than_it_has",
                    no_panel_is_asked_for_more_depth_than_it_has);
    g_test_add_func("/dashboard/ward/no_mark_of_an_alarm_is_hidden_in_any_view",
                    no_mark_of_an_alarm_is_hidden_in_any_view);
    g_test_add_func("/dashboard/ward/a_raised_figure_stays_in_its_own_place",
                    a_raised_figure_stays_in_its_own_place);
    g_test_add_func("/dashboard/ward/an_alarm_has_one_colour_in_every_form",
                    an_alarm_has_one_colour_in_every_form);
    g_test_add_func("/dashboard/ward/every_view_is_of_one_state", every_view_is_of_one_state);
    g_test_add_func("/dashboard/ward/one_state_and_time_make_the_same_bytes",
                    one_state_and_time_make_the_same_bytes);
    g_test_add_func("/dashboard/ward/a_picture_that_goes_on_is_as_a_new_one",
                    a_picture_that_goes_on_is_as_a_new_one);
    g_test_add_func("/dashboard/ward/a_silent_ward_shows_no_figure_as_it_was",
                    a_silent_ward_shows_no_figure_as_it_was);
    g_test_add_func("/dashboard/ward/silence_is_shown_in_the_frame_of_its_limit",
                    silence_is_shown_in_the_frame_of_its_limit);
    g_test_add_func("/dashboard/ward/what_is_not_known_looks_unlike_anything_known",
                    what_is_not_known_looks_unlike_anything_known);
    g_test_add_func("/dashboard/ward/parts_are_kept_for_their_few_states",
                    parts_are_kept_for_their_few_states);
    g_test_add_func("/dashboard/ward/numbers_stand_out_and_are_large_enough",
                    numbers_stand_out_and_are_large_enough);
    g_test_add_func("/dashboard/ward/any_size_is_drawn_or_left", any_size_is_drawn_or_left);
    return g_test_run();
}
