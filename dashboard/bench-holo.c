/* Bench of panels and glasses. See bench-holo.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/bench-holo.h"

#include "common/clock.h"
#include "dashboard/bench-eye.h"
#include "dashboard/bench-feed.h"
#include "dashboard/holo/glb-ward.h"
#include "dashboard/holo/mesh.h"
#include "dashboard/holo/output.h"
#include "dashboard/holo/ward-layers.h"
#include "dashboard/scene/ward.h"

#define T0_US   (INT64_C(1700000000) * G_USEC_PER_SEC)
#define WARM_US (8 * (int64_t)G_USEC_PER_SEC)

enum { MESH_DRAWS = 5 }; /* of a processor that is none */
enum { BEDS = 100, ALARMS = 6, DRAWS = 15, CHANGES = 100, EYE_W = 1920, EYE_H = 1080 };

typedef struct {
    DashModel *model;
    DashBenchFeed *feed;
    int64_t now_us;
} Ward;

static void
raise_alarm(Ward *ward, unsigned i)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Alarm alarm = VICU__ALARM__INIT;
    g_autofree char *id = g_strdup_printf("bench-%u", i);

    alarm.id = item.key = id;
    alarm.bed = (char *)dash_model_bed(ward->model, i * 17 % BEDS)->id;
    alarm.rule = alarm.title = (char *)"HR above 130";
    alarm.text = (char *)"HR 142 /min";
    alarm.state = VICU__ALARM_STATE__ALARM_ACTIVE;
    alarm.priority = i % 2 ? VICU__PRIORITY__PRIORITY_HIGH : VICU__PRIORITY__PRIORITY_MEDIUM;
    alarm.t_condition_us = alarm.t_raised_us = ward->now_us;
    item.subject = VICU__SUBJECT__SUBJECT_ALARM;
    item.body_case = VICU__STATE_ITEM__BODY_ALARM;
    item.alarm = &alarm;
    dash_model_take_state(ward->model, &item, ward->now_us);
}

/* The next piece of everybody's waves and numbers. */
static void
go_on(Ward *ward, int64_t by_us)
{
    dash_bench_feed_take(ward->feed, ward->model, ward->now_us, ward->now_us + by_us, TRUE,
                         ward->now_us + by_us);
    ward->now_us += by_us;
}

static Ward
ward_new(void)
{
    Ward ward = {dash_model_new(), dash_bench_feed_new(BEDS, T0_US), T0_US};

    while (ward.now_us < T0_US + WARM_US)
        go_on(&ward, G_USEC_PER_SEC);
    for (unsigned i = 0; i < ALARMS; i++)
        raise_alarm(&ward, i);
    return ward;
}

static void
ward_free(Ward *ward)
{
    dash_bench_feed_free(ward->feed);
    dash_model_free(ward->model);
}

typedef struct {
    VicuFigures *figures;
    const char *name;
    gint64 begin_us;
    double begin_s;
} Watch;

static Watch
watch(VicuFigures *figures, const char *name)
{
    return (Watch){figures, name, g_get_monotonic_time(), vicu_clock_cpu_s()};
}

static void
note(const Watch *self)
{
    g_autofree char *cpu_name = g_strconcat(self->name, "_cpu", NULL);

    vicu_figures_add(self->figures, self->name, "ms",
                     (double)(g_get_monotonic_time() - self->begin_us) / 1e3);
    vicu_figures_add(self->figures, cpu_name, "ms", 1e3 * (vicu_clock_cpu_s() - self->begin_s));
}

static DashView
view_of(const Ward *ward, const DashWardState *state)
{
    return (DashView){.now_us = ward->now_us, .dpi = 96, .ward = state};
}

/* A device as its maker's sheet has it; the numbers of its lenses do not change the work. */
static DashCalibration
calibration_of(const DashDisplay *display)
{
    return (DashCalibration){.pitch = 50.1,
                             .slope = -7.2,
                             .center = 0.3,
                             .dpi = display->dpi,
                             .w = display->panel_w,
                             .h = display->panel_h,
                             .inv_view = true};
}

static DashOutput
panel_of(const char *device)
{
    g_autoptr(DashDisplays) all = dash_displays_new();
    const DashDisplay *display = dash_displays_find(all, device, NULL);

    return (DashOutput){.form = DASH_FORM_NATIVE,
                        .quilt = display->quilt,
                        .cone_deg = display->cone_deg,
                        .calibration = calibration_of(display),
                        .w = display->panel_w,
                        .h = display->panel_h};
}

static const DashOutput eyes = {
    .form = DASH_FORM_STEREO, .stereo = DASH_STEREO_SIDE, .w = 2 * EYE_W, .h = EYE_H};

/* The whole quilt, and the panel's own picture out of it. */
static void
measure_panel(VicuFigures *figures,
              Ward *ward,
              const char *device,
              const DashWardState *state,
              const char *name)
{
    g_autoptr(DashDisplays) all = dash_displays_new();
    const DashDisplay *display = dash_displays_find(all, device, NULL);
    DashCalibration calibration = calibration_of(display);
    DashOutput output = {.form = DASH_FORM_QUILT,
                         .quilt = display->quilt,
                         .cone_deg = display->cone_deg,
                         .w = display->quilt.w,
                         .h = display->quilt.h};
    DashCamera camera = dash_output_camera(&output);
    DashLens lens;
    int w = 0, h = 0;

    dash_output_tile(&output, &w, &h);
    dash_lens_init(&lens, &calibration, camera.views);
    g_autoptr(DashInterlace) interlace = dash_interlace_new(&lens, &display->quilt);
    g_autoptr(DashWardLayers) layers = dash_ward_layers_new(&camera, w, h);
    DashSurface quilt = dash_surface_new(output.w, output.h);
    DashSurface panel = dash_surface_new(calibration.w, calibration.h);
    for (int i = 0; i <= DRAWS; i++) {
        go_on(ward, DASH_BENCH_TICK_US);
        DashView view = view_of(ward, state);
        Watch begun = watch(figures, name);
        dash_ward_layers_update(layers, ward->model, &view);
        dash_layers_both(dash_ward_layers_layers(layers), &display->quilt, &quilt, interlace,
                         &panel);
        if (i > 0) /* the first one also draws what is kept */
            note(&begun);
    }
    dash_surface_clear(&quilt);
    dash_surface_clear(&panel);
}

/* A quilt from anywhere, every subpixel of its own view. */
static void
measure_interlace(VicuFigures *figures, const char *device, const char *name)
{
    g_autoptr(DashDisplays) all = dash_displays_new();
    const DashDisplay *display = dash_displays_find(all, device, NULL);
    DashCalibration calibration = calibration_of(display);
    DashLens lens;

    dash_lens_init(&lens, &calibration, dash_quilt_views(&display->quilt));
    g_autoptr(DashInterlace) interlace = dash_interlace_new(&lens, &display->quilt);
    DashSurface quilt = dash_surface_new(display->quilt.w, display->quilt.h);
    DashSurface panel = dash_surface_new(calibration.w, calibration.h);
    for (size_t i = 0; i < (size_t)quilt.stride * (size_t)quilt.h; i++)
        quilt.pixels[i] = (uint32_t)i * 2654435761u;
    for (int i = 0; i <= DRAWS; i++) {
        Watch begun = watch(figures, name);
        dash_interlace_draw(interlace, &quilt, &panel);
        if (i > 0)
            note(&begun);
    }
    dash_surface_clear(&quilt);
    dash_surface_clear(&panel);
}

/* From a change of the state to the whole picture of it. */
static void
measure_output(
    VicuFigures *figures, Ward *ward, const DashOutput *output, int draws, const char *name)
{
    DashCamera camera = dash_output_camera(output);
    DashSurface picture = dash_surface_new(output->w, output->h);
    int w = 0, h = 0;

    dash_output_tile(output, &w, &h);
    g_autoptr(DashWardLayers) layers = dash_ward_layers_new(&camera, w, h);
    for (int i = 0; i <= draws; i++) {
        go_on(ward, DASH_BENCH_TICK_US);
        DashView view = view_of(ward, NULL);
        Watch begun = watch(figures, name);
        dash_ward_layers_update(layers, ward->model, &view);
        dash_output_draw(output, dash_ward_layers_layers(layers), &picture);
        if (i > 0)
            note(&begun);
    }
    dash_surface_clear(&picture);
}

/* The same by meshes, quilt and panel; of whatever OpenGL draws here. */
static void
measure_mesh(
    VicuFigures *figures, Ward *ward, DashMesh *mesh, const DashOutput *output, const char *name)
{
    DashCamera camera = dash_output_camera(output);
    DashSurface picture = dash_surface_new(output->w, output->h);
    int w = 0, h = 0, draws = dash_mesh_is_hardware(mesh) ? DRAWS : MESH_DRAWS;

    dash_output_tile(output, &w, &h);
    g_autoptr(DashWardLayers) layers = dash_ward_layers_new(&camera, w, h);
    for (int i = 0; i <= draws; i++) {
        g_autoptr(GError) error = NULL;
        go_on(ward, DASH_BENCH_TICK_US);
        DashView view = view_of(ward, NULL);
        Watch begun = watch(figures, name);
        dash_ward_layers_update(layers, ward->model, &view);
        if (!dash_mesh_draw(mesh, output, dash_ward_layers_layers(layers), &picture, &error)) {
            g_printerr("vicu bench render: %s: not measured: %s\n", name, error->message);
            break;
        }
        if (i > 0)
            note(&begun);
    }
    dash_surface_clear(&picture);
}

static void
measure_meshes(VicuFigures *figures, Ward *ward)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DashMesh) mesh = dash_mesh_new(&error);

    if (mesh == NULL) {
        g_printerr("vicu bench render: meshes are not measured: %s\n", error->message);
        return;
    }
    g_autofree char *renderer = g_strdup_printf("OpenGL %s", dash_mesh_renderer(mesh));
    const DashOutput portrait = panel_of("portrait"), large = panel_of("65");
    vicu_figures_on(figures, renderer);
    measure_mesh(figures, ward, mesh, &portrait, "quilt_portrait_mesh");
    measure_mesh(figures, ward, mesh, &eyes, "stereo_pair_mesh");
    if (dash_mesh_is_hardware(mesh)) /* long to wait for elsewhere */
        measure_mesh(figures, ward, mesh, &large, "panel_8k_mesh");
}

static void
measure_change(VicuFigures *figures, Ward *ward, DashForm form, const char *name)
{
    bool quilt = form == DASH_FORM_QUILT;
    const DashOutputAsk ask = {.w = quilt ? 0 : EYE_W, .h = quilt ? 0 : EYE_H};
    DashOutput output;

    if (dash_output_choose(&output, form, &ask, NULL))
        measure_output(figures, ward, &output, CHANGES, name);
}

/* Of the .glb, too. */
static void
measure_file(VicuFigures *figures, Ward *ward, const char *name)
{
    g_autoptr(DashGlbWard) glb = dash_glb_ward_new();
    const DashGlbAsk ask = {0};
    const DashModel *models[] = {ward->model};

    for (int i = 0; i <= CHANGES; i++) {
        go_on(ward, DASH_BENCH_TICK_US);
        Watch begun = watch(figures, name);
        g_autoptr(GBytes) file = dash_glb_ward_write(glb, models, 1, &ask, ward->now_us);
        if (i > 0)
            note(&begun);
    }
}

void
dash_bench_holo(VicuFigures *figures)
{
    const DashWardState all = {.all = true};
    const DashOutput portrait = panel_of("portrait");
    Ward ward = ward_new();

    measure_panel(figures, &ward, "portrait", NULL, "quilt_portrait");
    measure_panel(figures, &ward, "portrait", &all, "quilt_portrait_all");
    measure_interlace(figures, "16-gen2", "interlace_16");
    measure_panel(figures, &ward, "65", NULL, "panel_8k");
    measure_output(figures, &ward, &eyes, DRAWS, "stereo_pair");
    measure_change(figures, &ward, DASH_FORM_FLAT, "change_flat");
    measure_change(figures, &ward, DASH_FORM_QUILT, "change_quilt");
    measure_output(figures, &ward, &portrait, CHANGES, "change_native");
    measure_change(figures, &ward, DASH_FORM_STEREO, "change_stereo");
    measure_change(figures, &ward, DASH_FORM_RGBD, "change_rgbd");
    measure_file(figures, &ward, "change_glb");
    measure_meshes(figures, &ward);
    ward_free(&ward);
}
