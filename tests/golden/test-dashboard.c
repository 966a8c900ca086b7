/* Pictures of the station against those kept beside this file.
 *
 * A pixel may differ a little (fonts are smoothed in other ways elsewhere); few
 * may differ much. VICU_GOLDEN_WRITE=1 in the environment of the test writes the
 * pictures anew, to be looked at before they are kept.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "dashboard/picture.h"
#include "dashboard/saved.h"
#include "dashboard/scene/past-state.h"
#include "dashboard/scene/png.h"
#include "dashboard/scene/wall.h"
#include "tests/dashboard/leads.h"
#include "tests/dashboard/past-world.h"
#include "tests/dashboard/review-world.h"
#include "tests/dashboard/ward.h"

#define FAR_OFF   48    /* of 255 in a channel: another thing, not another smoothing */
#define FAR_SHARE 0.004 /* of all pixels */

typedef struct {
    const char *name;
    const char *view;
    const char *story;
    unsigned beds;
    const char *bed; /* open, or chosen; NULL: none */
    int w;
    int h;
} Golden;

static const Golden goldens[] = {
    {"wall-calm", "wall", "calm", 4, NULL, 960, 540},
    {"wall-alarms", "wall", "alarms", 16, NULL, 1280, 720},
    {"wall-absence", "wall", "absence", 12, NULL, 1280, 720},
    {"wall-stale", "wall", "stale", 16, NULL, 1280, 720},
    {"wall-blind", "wall", "blind", 4, NULL, 960, 540},
    {"wall-mute", "wall", "mute", 4, NULL, 960, 540},
    {"wall-100", "wall", "all", 100, NULL, 1920, 1080},
    {"bed-alarm", "bed", "alarms", 16, "7", 1280, 720},
    {"bed-lost", "bed", "absence", 12, "8", 1280, 720},
    {"card", "card", "alarms", 16, "7", 1280, 720},
    {"card-answered", "card", "alarms", 16, "14", 1600, 900},
    {"bed-words", "bed", "handover", 16, "7", 1280, 720},
    {"handover", "handover", "handover", 16, "7", 1280, 720},
    {"handover-none", "handover", "calm", 4, NULL, 960, 540},
};

static void
draw(const Golden *golden, const char *path)
{
    WardOptions options = {.beds = golden->beds};
    g_assert_true(ward_options_parse(golden->story, &options));
    g_autoptr(GByteArray) ward = ward_make(&options);
    g_autoptr(DashModel) model = dash_model_new();
    g_autoptr(GError) error = NULL;
    DashView view = {.w = golden->w, .h = golden->h, .dpi = 96, .steady = true};
    g_assert_true(dash_saved_apply(ward->data, ward->len, model, &view.now_us, &error));
    g_assert_true(dash_view_find(golden->view, &view.kind));
    if (golden->bed)
        view.bed = view.selected = dash_model_find_bed(model, golden->bed)->id;
    g_assert_true(dash_picture_write(model, &view, path, &error));
}

/* ---- the alarm review ---- */

typedef struct {
    const char *name;
    void (*prepare)(DashReviewState *state, const DashModel *model); /* NULL: as first opened */
    bool known; /* the store gave the last days */
    int w;
    int h;
    double scale;
} GoldenReview;

static void
with_a_list(DashReviewState *state, const DashModel *model)
{
    (void)model;
    state->table = DASH_REVIEW_RULES;
    state->list = true;
    state->list_rule = "desaturation";
    state->list_row = 4;
}

static void
with_a_trial(DashReviewState *state, const DashModel *model)
{
    static DashTrial trial;
    static DashSimulated *found;
    if (!found)
        found = review_world_simulated();
    g_assert_true(dash_trial_begin(&trial, model, "desaturation", dash_model_bed(model, 2)->id));
    dash_trial_step(&trial, -3);
    state->table = DASH_REVIEW_RULES;
    state->trial = &trial;
    state->run = DASH_RUN_DONE;
    state->simulated = found;
}

static void
with_a_silent_record(DashReviewState *state, const DashModel *model)
{
    (void)model;
    state->trouble = "the store gave no answer for 10.0 s: see vicu status";
}

static const GoldenReview reviews[] = {
    {"review", NULL, true, 1920, 1080, 1},
    {"review-list", with_a_list, true, 1280, 720, 1},
    {"review-trial", with_a_trial, true, 1920, 1080, 1},
    {"review-large", with_a_trial, true, 3840, 2160, 2},
    {"review-unknown", with_a_silent_record, false, 1280, 720, 1},
};

static void
draw_review(const GoldenReview *golden, const char *path)
{
    WardOptions options = {.beds = 16};
    g_assert_true(ward_options_parse("calm", &options));
    g_autoptr(GByteArray) ward = ward_make(&options);
    g_autoptr(DashModel) model = dash_model_new();
    g_autoptr(GError) error = NULL;
    DashReviewState state = {0};
    DashView view = {.kind = DASH_VIEW_REVIEW,
                     .w = golden->w,
                     .h = golden->h,
                     .dpi = 96,
                     .scale = golden->scale,
                     .steady = true};
    g_assert_true(dash_saved_apply(ward->data, ward->len, model, &view.now_us, &error));
    if (golden->known)
        review_world_fill(model, view.now_us);
    if (golden->prepare) {
        golden->prepare(&state, model);
        view.review = &state;
    }
    g_assert_true(dash_picture_write(model, &view, path, &error));
}

/* ---- the past of a bed ---- */

typedef struct {
    const char *name;
    DashViewKind kind;
    int64_t ago_us;  /* where the cursor stands; 0: now */
    int64_t span_us; /* of the rows or trends */
    void (*prepare)(DashPastState *state, const DashView *view);
    int w;
    int h;
    double scale;
    unsigned page; /* of the waves of a bed with twelve leads; 0: it has fewer */
} GoldenPast;

#define HOUR_US (3600 * (int64_t)G_USEC_PER_SEC)

static void
with_callipers(DashPastState *state, const DashView *view)
{
    state->mm_s = 50;
    state->at_us -= 400 * (int64_t)1000;
    dash_past_state_mark(state);
    state->at_us += 400 * (int64_t)1000;
    dash_past_state_mark(state);
    dash_past_state_compare(state);
    dash_past_state_cut(state, view);
}

/* The very first picture: what the station has itself. */
static void
before_the_store_told(DashPastState *state, const DashView *view)
{
    (void)view;
    dash_past_forget(state->past);
    state->complete = false;
}

static void
with_a_silent_store(DashPastState *state, const DashView *view)
{
    state->silent_us = view->now_us - 75 * (int64_t)G_USEC_PER_SEC;
}

static const GoldenPast pasts[] = {
    {"disclosure", DASH_VIEW_DISCLOSURE, PAST_WORLD_VT_US, 72 * HOUR_US, NULL, 1600, 900, 1, 0},
    {"disclosure-near", DASH_VIEW_DISCLOSURE, PAST_WORLD_VT_US - 6000000, HOUR_US / 4,
     with_callipers, 1600, 900, 1, 0},
    {"disclosure-silent", DASH_VIEW_DISCLOSURE, 0, 72 * HOUR_US, with_a_silent_store, 1280, 720, 1,
     0},
    {"disclosure-large", DASH_VIEW_DISCLOSURE, PAST_WORLD_VT_US, 72 * HOUR_US, NULL, 3200, 1800, 2,
     0},
    {"bed-replay", DASH_VIEW_BED, PAST_WORLD_VT_US - 20000000, 8 * HOUR_US, NULL, 1600, 900, 1, 0},
    {"bed-trends", DASH_VIEW_BED, 0, 24 * HOUR_US, NULL, 1600, 900, 1, 0},
    {"bed-leads", DASH_VIEW_BED, 0, HOUR_US, NULL, 1600, 900, 1, 1},
    {"bed-leads-wide", DASH_VIEW_BED, 0, HOUR_US, NULL, 2560, 1440, 1, 1},
    {"bed-hour", DASH_VIEW_BED, 0, HOUR_US, NULL, 1600, 900, 1, 0},
    {"bed-hour-asked", DASH_VIEW_BED, 0, HOUR_US, before_the_store_told, 1600, 900, 1, 0},
};

static void
draw_past(const GoldenPast *golden, const char *path)
{
    WardOptions options = {.beds = 16};
    bool words = golden->kind == DASH_VIEW_BED && golden->span_us == 24 * HOUR_US;
    g_assert_true(ward_options_parse(words ? "handover" : "calm", &options));
    g_autoptr(GByteArray) ward = ward_make(&options);
    g_autoptr(DashModel) model = dash_model_new();
    g_autoptr(DashModel) replay = dash_model_new();
    g_autoptr(DashPast) past = dash_past_new(256 << 20);
    g_autoptr(GError) error = NULL;
    DashPastState state;
    DashView view = {.kind = golden->kind,
                     .w = golden->w,
                     .h = golden->h,
                     .dpi = 96 * golden->scale,
                     .scale = golden->scale,
                     .bed = PAST_WORLD_BED,
                     .steady = true,
                     .past = &state};
    g_assert_true(dash_saved_apply(ward->data, ward->len, model, &view.now_us, &error));
    dash_past_state_init(&state);
    state.past = past;
    state.span_us = golden->span_us;
    state.page = golden->page;
    if (golden->page)
        leads_add(model, PAST_WORLD_BED, 12, view.now_us);
    state.complete = true;
    dash_past_state_follow(&state, view.now_us);
    if (golden->ago_us)
        dash_past_state_go(&state, view.now_us - golden->ago_us, view.now_us);
    dash_past_set_bed(past, PAST_WORLD_BED);
    if (golden->prepare != with_a_silent_store)
        past_world_streams(past, view.now_us);
    DashLook look = dash_past_state_look(&state, &view, dash_model_find_bed(model, view.bed));
    dash_past_look(past, &look, view.now_us);
    past_world_feed(past, view.now_us);
    if (golden->prepare)
        golden->prepare(&state, &view);
    if (golden->ago_us && golden->kind == DASH_VIEW_BED) {
        dash_past_replay(past, state.at_us, replay);
        state.replay = replay;
        look = dash_past_state_look(&state, &view, NULL);
        dash_past_look(past, &look, view.now_us);
        past_world_feed(past, view.now_us);
    }
    g_assert_true(dash_picture_write(model, &view, path, &error));
}

/* ---- walls, worklists and links ---- */

typedef struct {
    const char *name;
    const char *view;
    const char *story;
    unsigned beds;
    int w;
    int h;
    const char *palette; /* NULL: the usual one */
    double scale;        /* 0 = usual */
    DashLayout layout;
    DashUnits units;
} GoldenWard;

#define USUAL                                                                                      \
    NULL, 0, DASH_LAYOUT_WARD,                                                                     \
    {                                                                                              \
        0                                                                                          \
    }
#define OTHERS                                                                                     \
    {                                                                                              \
        DASH_PRESSURE_KPA, DASH_TEMPERATURE_FAHRENHEIT                                             \
    }

static const GoldenWard wards[] = {
    {"wall-12", "wall", "all", 12, 1280, 720, USUAL},
    {"wall-12-red-green", "wall", "alarms", 12, 960, 540, "red-green", 0, DASH_LAYOUT_WARD, {0}},
    {"wall-12-blue-yellow",
     "wall",
     "alarms",
     12,
     960,
     540,
     "blue-yellow",
     0,
     DASH_LAYOUT_WARD,
     {0}},
    {"wall-12-contrast", "wall", "alarms", 12, 960, 540, "contrast", 0, DASH_LAYOUT_WARD, {0}},
    {"wall-12-night", "wall", "alarms", 12, 960, 540, "night", 0, DASH_LAYOUT_WARD, {0}},
    {"wall-12-wide", "wall", "all", 12, 1920, 1080, USUAL},
    {"wall-50", "wall", "all", 50, 1920, 1080, USUAL},
    {"wall-120", "wall", "all", 120, 1280, 720, USUAL},
    {"wall-worst", "wall", "all", 16, 1280, 720, NULL, 0, DASH_LAYOUT_WORST, {0}},
    {"wall-sites", "wall", "all", 16, 1280, 720, NULL, 0, DASH_LAYOUT_SITES, {0}},
    {"worklist-12", "worklist", "all", 12, 1280, 720, USUAL},
    {"worklist-120", "worklist", "all", 120, 1920, 1080, USUAL},
    {"worklist-large", "worklist", "all", 16, 1920, 1080, NULL, 1.6, DASH_LAYOUT_WARD, {0}},
    {"wall-kpa", "wall", "all", 12, 1280, 720, NULL, 0, DASH_LAYOUT_WARD, OTHERS},
    {"worklist-kpa", "worklist", "all", 16, 1280, 720, NULL, 0, DASH_LAYOUT_WARD, OTHERS},
    {"bed-kpa", "bed", "alarms", 16, 1280, 720, NULL, 0, DASH_LAYOUT_WARD, OTHERS},
    {"bed-large", "bed", "alarms", 16, 1280, 760, NULL, 1.6, DASH_LAYOUT_WARD, {0}},
    {"card-large", "card", "alarms", 16, 1280, 760, NULL, 1.6, DASH_LAYOUT_WARD, {0}},
    {"links", "links", "all", 16, 1280, 720, USUAL},
};

static void
draw_ward(const GoldenWard *golden, const char *path)
{
    WardOptions options = {.beds = golden->beds};
    g_assert_true(ward_options_parse(golden->story, &options));
    g_autoptr(GByteArray) ward = ward_make(&options);
    g_autoptr(DashModel) model = dash_model_new();
    g_autoptr(GError) error = NULL;
    const DashWallState wall = {.layout = golden->layout};
    DashView view = {.w = golden->w,
                     .h = golden->h,
                     .dpi = 96,
                     .scale = golden->scale,
                     .palette = dash_palette_find(golden->palette),
                     .units = golden->units,
                     .wall = &wall,
                     .bed = "demo/icu/7",
                     .selected = "demo/icu/3",
                     .steady = true};
    g_assert_true(dash_saved_apply(ward->data, ward->len, model, &view.now_us, &error));
    g_assert_true(dash_view_find(golden->view, &view.kind));
    g_assert_true(dash_picture_write(model, &view, path, &error));
}

static int
channel_distance(uint32_t a, uint32_t b)
{
    int worst = 0;
    for (int shift = 0; shift < 24; shift += 8)
        worst = MAX(worst, abs((int)(a >> shift & 255) - (int)(b >> shift & 255)));
    return worst;
}

static void
compare(const char *drawn, const char *kept)
{
    g_autoptr(GError) error = NULL;
    int w = 0;
    int h = 0;
    int kept_w = 0;
    int kept_h = 0;
    g_autofree uint32_t *a = dash_png_read(drawn, &w, &h, &error);
    g_assert_no_error(error);
    g_autofree uint32_t *b = dash_png_read(kept, &kept_w, &kept_h, &error);
    g_assert_no_error(error);
    g_assert_cmpint(w, ==, kept_w);
    g_assert_cmpint(h, ==, kept_h);
    int far = 0;
    for (int i = 0; i < w * h; i++)
        far += channel_distance(a[i], b[i]) > FAR_OFF;
    g_test_message("%d of %d pixels are far off", far, w * h);
    g_assert_cmpfloat(far, <, FAR_SHARE * w * h);
}

/* Drawn to where the pictures are kept when they are written anew, else beside and compared. */
#define LOOKS(test, type, draws)                                                                   \
    static void test(const void *data)                                                             \
    {                                                                                              \
        const type *golden = data;                                                                 \
        g_autofree char *kept = picture_of("VICU_SOURCE_ROOT", golden->name);                      \
        g_autofree char *drawn = picture_of("VICU_BUILD_ROOT", golden->name);                      \
        draws(golden, g_getenv("VICU_GOLDEN_WRITE") ? kept : drawn);                               \
        if (!g_getenv("VICU_GOLDEN_WRITE"))                                                        \
            compare(drawn, kept);                                                                  \
    }

static char *
picture_of(const char *root, const char *name)
{
    g_autofree char *file = g_strdup_printf("%s.png", name);
    return g_build_filename(g_getenv(root), "tests", "golden", file, NULL);
}

LOOKS(looks_as_it_did, Golden, draw)
LOOKS(review_looks_as_it_did, GoldenReview, draw_review)
LOOKS(past_looks_as_it_did, GoldenPast, draw_past)
LOOKS(ward_looks_as_it_did, GoldenWard, draw_ward)

static void
two_drawings_of_one_state_are_the_same_bytes(void)
{
    const char *build = g_getenv("VICU_BUILD_ROOT");
    g_autofree char *a = g_build_filename(build, "tests", "golden", "same-a.png", NULL);
    g_autofree char *b = g_build_filename(build, "tests", "golden", "same-b.png", NULL);
    g_autofree char *first = NULL;
    g_autofree char *second = NULL;
    size_t n_first = 0;
    size_t n_second = 0;
    draw(&goldens[1], a);
    draw(&goldens[1], b);
    g_assert_true(g_file_get_contents(a, &first, &n_first, NULL));
    g_assert_true(g_file_get_contents(b, &second, &n_second, NULL));
    g_assert_cmpuint(n_first, ==, n_second);
    g_assert_true(memcmp(first, second, n_first) == 0);
    g_assert_cmpint(memcmp(first, "\x89PNG", 4), ==, 0);
    g_assert_true(first[24] == 8);     /* bits a channel */
    g_assert_cmpint(first[28], ==, 0); /* not interlaced */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(goldens); i++) {
        g_autofree char *path = g_strdup_printf("/golden/dashboard/%s", goldens[i].name);
        g_test_add_data_func(path, &goldens[i], looks_as_it_did);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(reviews); i++) {
        g_autofree char *path = g_strdup_printf("/golden/dashboard/%s", reviews[i].name);
        g_test_add_data_func(path, &reviews[i], review_looks_as_it_did);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(pasts); i++) {
        g_autofree char *path = g_strdup_printf("/golden/dashboard/%s", pasts[i].name);
        g_test_add_data_func(path, &pasts[i], past_looks_as_it_did);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(wards); i++) {
        g_autofree char *path = g_strdup_printf("/golden/dashboard/%s", wards[i].name);
        g_test_add_data_func(path, &wards[i], ward_looks_as_it_did);
    }
    g_test_add_func("/golden/dashboard/two_drawings_of_one_state_are_the_same_bytes",
                    two_drawings_of_one_state_are_the_same_bytes);
    return g_test_run();
}
