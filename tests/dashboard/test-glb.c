/* The .glb of a ward, and the solids and texts of which it is made.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "dashboard/holo/glb-ward.h"
#include "dashboard/holo/label.h"
#include "dashboard/holo/twin-wave.h"
#include "dashboard/saved.h"
#include "tests/dashboard/glb-check.h"
#include "tests/dashboard/ward.h"

#define MIB    (1024 * 1024)
#define NOW_US (WARD_NOW_US + 30000) /* when a saved ward is drawn */

static DashModel *
model_of(const char *story, unsigned beds)
{
    WardOptions options = {.beds = beds};
    DashModel *model = dash_model_new();
    int64_t now_us = 0;
    g_autoptr(GError) error = NULL;

    g_assert_true(ward_options_parse(story, &options));
    options.beds = beds;
    g_autoptr(GByteArray) ward = ward_make(&options);
    g_assert_true(dash_saved_apply(ward->data, ward->len, model, &now_us, &error));
    g_assert_cmpint(now_us, ==, NOW_US);
    return model;
}

static GBytes *
file_of(const DashModel *model, const DashGlbAsk *ask, int64_t now_us)
{
    g_autoptr(DashGlbWard) ward = dash_glb_ward_new();
    return dash_glb_ward_write(ward, &model, 1, ask, now_us);
}

static char *
checked(GBytes *file)
{
    size_t size = 0;
    const uint8_t *data = g_bytes_get_data(file, &size);
    return glb_check(data, size);
}

static JsonParser *
parsed(GBytes *file)
{
    size_t size = 0;
    const uint8_t *data = g_bytes_get_data(file, &size);
    return glb_parse(data, size);
}

/* ---- solids ---- */

static double
facing(const DashGlbShape *shape, const uint16_t *corner)
{
    const float *p[3], *n[3];
    double u[3], v[3], face[3], sum = 0;

    for (unsigned i = 0; i < 3; i++) {
        p[i] = shape->position + 3 * corner[i];
        n[i] = shape->normal + 3 * corner[i];
    }
    for (unsigned c = 0; c < 3; c++) {
        u[c] = (double)(p[1][c] - p[0][c]);
        v[c] = (double)(p[2][c] - p[0][c]);
    }
    for (unsigned c = 0; c < 3; c++)
        face[c] = u[(c + 1) % 3] * v[(c + 2) % 3] - u[(c + 2) % 3] * v[(c + 1) % 3];
    for (unsigned c = 0; c < 3; c++)
        sum += face[c] * (double)(n[0][c] + n[1][c] + n[2][c]);
    return sum;
}

static void
solids_have_their_outside_outside(void)
{
    g_autoptr(DashSolids) solids = dash_solids_new();

    for (unsigned i = 0; i < DASH_N_SOLIDS; i++) {
        const DashGlbShape *shape = dash_solids_get(solids, (DashSolid)i);
        g_assert_cmpuint(shape->n, >, 3);
        g_assert_cmpuint(shape->n_index % 3, ==, 0);
        for (size_t k = 0; k < shape->n_index; k += 3) {
            double along = facing(shape, shape->index + k);
            if (!(along >= 0))
                g_error("%s: triangle %zu faces inwards (%g)", dash_solid_name((DashSolid)i), k / 3,
                        along);
        }
        for (unsigned k = 0; k < i; k++)
            g_assert_cmpstr(dash_solid_name((DashSolid)i), !=, dash_solid_name((DashSolid)k));
    }
}

/* ---- the file ---- */

static void
file_of_every_ward_keeps_to_the_format(void)
{
    static const char *const stories[] = {"calm",  "alarms", "absence", "stale",
                                          "blind", "mute",   "all",     "handover"};
    static const unsigned beds[] = {1, 2, 9, 100};

    for (size_t s = 0; s < G_N_ELEMENTS(stories); s++)
        for (size_t b = 0; b < G_N_ELEMENTS(beds); b++) {
            g_autoptr(DashModel) model = model_of(stories[s], beds[b]);
            g_autoptr(GBytes) file = file_of(model, &(DashGlbAsk){0}, NOW_US);
            g_autofree char *wrong = checked(file);
            g_assert_cmpstr(wrong, ==, NULL);
        }
    g_autoptr(DashModel) empty = dash_model_new();
    g_autoptr(GBytes) file = file_of(empty, &(DashGlbAsk){0}, NOW_US);
    g_autofree char *wrong = checked(file);
    g_assert_cmpstr(wrong, ==, NULL);
}

static void
kit_has_every_solid_and_every_stuff(void)
{
    g_autoptr(DashGlbWard) ward = dash_glb_ward_new();
    g_autoptr(GBytes) file = dash_glb_kit_write(ward, NULL);
    g_autofree char *wrong = checked(file);
    g_autoptr(JsonParser) parser = parsed(file);
    JsonObject *root = glb_root(parser);

    g_assert_cmpstr(wrong, ==, NULL);
    for (unsigned i = 0; i < DASH_N_SOLIDS; i++)
        g_assert_cmpint(glb_find(root, "meshes", dash_solid_name((DashSolid)i)), >=, 0);
    for (unsigned i = 0; i < DASH_N_STUFFS; i++) {
        DashStuffLook look = dash_stuff_look((DashStuff)i, dash_palette_at(0));
        g_assert_cmpint(glb_find(root, "materials", look.name), ==, (int)i);
    }
}

static void
replace(GByteArray *bytes, const char *from, const char *to)
{
    g_assert_cmpuint(strlen(from), ==, strlen(to));
    void *at = memmem(bytes->data, bytes->len, from, strlen(from));
    g_assert_nonnull(at);
    memcpy(at, to, strlen(to));
}

static void
judge_finds_what_is_broken(void)
{
    static const char *const swaps[][2] = {
        {"glTF", "glTf"},
        {"\"version\": \"2.0\"", "\"version\": \"2.1\""},
        {"\"mode\": 3", "\"mode\": 9"},
        {"\"target\": 34963", "\"target\": 34962"},
        {"\"byteStride\": 12", "\"byteStride\": 10"},
        {"\"type\": \"VEC3\"", "\"type\": \"VEC2\""},
        {"\"componentType\": 5123", "\"componentType\": 5126"},
        {"\"scene\": 0", "\"scene\": 7"},
        {"\"children\": [1, 2", "\"children\": [1, 1"},
        {"\"children\": [1, 2", "\"children\": [1, 0"},
        {"KHR_materials_unlit", "KHR_materials_unfit"},
        {"\"bufferView\": 0, \"byte", "\"bufferView\": 9, \"byte"},
        {"\"mimeType\": \"image/png\"", "\"mimeType\": \"image/pnp\""},
        {"\x89PNG", "\x89PNT"},
    };
    g_autoptr(DashModel) model = model_of("all", 9);
    g_autoptr(GBytes) file = file_of(model, &(DashGlbAsk){0}, NOW_US);
    size_t size = 0;
    const uint8_t *data = g_bytes_get_data(file, &size);

    for (size_t i = 0; i < G_N_ELEMENTS(swaps); i++) {
        g_autoptr(GByteArray) broken = g_byte_array_new();
        g_byte_array_append(broken, data, (guint)size);
        replace(broken, swaps[i][0], swaps[i][1]);
        g_autofree char *wrong = glb_check(broken->data, broken->len);
        if (wrong == NULL)
            g_error("not found: %s for %s", swaps[i][1], swaps[i][0]);
    }
    for (size_t cut = 0; cut < size; cut += 997) {
        g_autofree char *wrong = glb_check(data, cut);
        g_assert_nonnull(wrong);
    }
}

/* Any single float of the geometry that changes is seen: in a bound, a length or a use. */
static void
judge_finds_a_value_that_is_no_number(void)
{
    g_autoptr(DashModel) model = model_of("calm", 2);
    g_autoptr(GBytes) file = file_of(model, &(DashGlbAsk){0}, NOW_US);
    g_autoptr(JsonParser) parser = parsed(file);
    JsonObject *view = glb_at(glb_root(parser), "bufferViews", 1);
    size_t size = 0;
    const uint8_t *data = g_bytes_get_data(file, &size);
    g_autoptr(GByteArray) broken = g_byte_array_new();
    uint32_t text;
    const float nothing = NAN;

    g_byte_array_append(broken, data, (guint)size);
    memcpy(&text, data + 12, 4);
    memcpy(broken->data + 28 + text + json_object_get_int_member(view, "byteOffset"), &nothing, 4);
    g_autofree char *wrong = glb_check(broken->data, broken->len);
    g_assert_nonnull(strstr(wrong, "not finite"));
}

static void
same_state_and_time_are_the_same_bytes(void)
{
    g_autoptr(DashModel) one = model_of("all", 25);
    g_autoptr(DashModel) two = model_of("all", 25);
    g_autoptr(GBytes) a = file_of(one, &(DashGlbAsk){0}, NOW_US);
    g_autoptr(GBytes) b = file_of(two, &(DashGlbAsk){0}, NOW_US);
    g_autoptr(GBytes) later = file_of(two, &(DashGlbAsk){0}, NOW_US + 300000);

    g_assert_true(g_bytes_equal(a, b));
    g_assert_false(g_bytes_equal(a, later)); /* breath and beat go on */
}

static void
hundred_beds_are_small_and_soon_made(void)
{
    g_autoptr(DashModel) model = model_of("all", 100);
    const DashModel *models[] = {model};
    g_autoptr(DashGlbWard) ward = dash_glb_ward_new();
    int64_t least_us = G_MAXINT64;
    struct timespec from, to;
    size_t size = 0;

    for (int i = 0; i < 9; i++) {
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
        g_autoptr(GBytes) file = dash_glb_ward_write(ward, models, 1, &(DashGlbAsk){0}, NOW_US + i);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
        least_us = MIN(least_us, (to.tv_sec - from.tv_sec) * G_USEC_PER_SEC
                                     + (to.tv_nsec - from.tv_nsec) / 1000);
        size = g_bytes_get_size(file);
    }
    g_test_message("100 beds: %zu bytes, least of 9 runs %.1f ms of CPU", size,
                   (double)least_us / 1000);
    g_assert_cmpuint(size, <=, 2 * MIB);
}

/* ---- what it says ---- */

static void
nothing_of_the_patient_unless_asked(void)
{
    g_autoptr(DashModel) model = model_of("all", 25);
    g_autoptr(GBytes) plain = file_of(model, &(DashGlbAsk){0}, NOW_US);
    g_autoptr(GBytes) asked = file_of(model, &(DashGlbAsk){.with_patient = true}, NOW_US);
    unsigned seen = 0;

    for (size_t i = 0; i < dash_model_n_beds(model); i++) {
        const char *patient = dash_model_bed(model, i)->patient;
        if (!patient || !*patient)
            continue;
        seen++;
        g_assert_null(memmem(g_bytes_get_data(plain, NULL), g_bytes_get_size(plain), patient,
                             strlen(patient)));
        g_assert_nonnull(memmem(g_bytes_get_data(asked, NULL), g_bytes_get_size(asked), patient,
                                strlen(patient)));
    }
    g_assert_cmpuint(seen, >, 5);
    g_assert_null(memmem(g_bytes_get_data(plain, NULL), g_bytes_get_size(plain), "patient", 7));
}

/* A file without alarms has to tell calm from not knowing. */
static void
silent_rules_are_said_in_the_file(void)
{
    static const char *const stories[] = {"calm", "mute", "blind"};

    for (size_t i = 0; i < G_N_ELEMENTS(stories); i++) {
        g_autoptr(DashModel) model = model_of(stories[i], 4);
        g_autoptr(GBytes) file = file_of(model, &(DashGlbAsk){0}, NOW_US);
        g_autoptr(JsonParser) parser = parsed(file);
        JsonObject *asset = json_object_get_object_member(glb_root(parser), "asset");
        JsonObject *extras = json_object_get_object_member(asset, "extras");
        g_assert_true(json_object_get_boolean_member(extras, "alarms_known") == (i == 0));
    }
}

/* The colour that a viewer makes of the file: linear to the screen's bytes. */
static unsigned
srgb_of(double linear)
{
    double c = linear <= 0.0031308 ? linear * 12.92 : 1.055 * pow(linear, 1 / 2.4) - 0.055;
    return (unsigned)floor(c * 255 + 0.5);
}

static void
alarms_have_the_bytes_of_the_wall(void)
{
    static const struct {
        const char *material, *mesh;
        Vicu__Priority priority;
    } rows[] = {{"alarm high", "marker high", VICU__PRIORITY__PRIORITY_HIGH},
                {"alarm medium", "marker medium", VICU__PRIORITY__PRIORITY_MEDIUM},
                {"alarm low", "marker low", VICU__PRIORITY__PRIORITY_LOW}};
    g_autoptr(DashModel) model = model_of("alarms", 25);
    g_autoptr(GBytes) file = file_of(model, &(DashGlbAsk){0}, NOW_US);
    g_autoptr(JsonParser) parser = parsed(file);
    JsonObject *root = glb_root(parser);

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        int index = glb_find(root, "materials", rows[i].material);
        g_assert_cmpint(index, >=, 0);
        JsonObject *material = glb_at(root, "materials", (unsigned)index);
        JsonArray *factor = json_object_get_array_member(
            json_object_get_object_member(material, "pbrMetallicRoughness"), "baseColorFactor");
        uint32_t colour = 0xff;
        for (unsigned c = 0; c < 3; c++)
            colour = colour << 8 | srgb_of(json_array_get_double_element(factor, c));
        g_assert_cmphex(colour, ==, dash_palette_alarm(rows[i].priority)->ground);
        g_assert_true(json_object_has_member(material, "extensions")); /* whatever the light */
        g_assert_cmpint(glb_find(root, "meshes", rows[i].mesh), >=, 0);
    }
}

static void
beds_stand_where_the_twin_has_them(void)
{
    g_autoptr(DashModel) model = model_of("all", 25);
    const DashModel *models[] = {model};
    g_autoptr(DashTwin) twin = dash_twin_new(models, 1, NULL, NOW_US);
    g_autoptr(GBytes) file = file_of(model, &(DashGlbAsk){0}, NOW_US);
    g_autoptr(JsonParser) parser = parsed(file);
    JsonObject *root = glb_root(parser);

    g_assert_cmpuint(twin->n, ==, 25);
    for (unsigned i = 0; i < twin->n; i++) {
        const DashTwinBed *bed = &twin->bed[i];
        g_autofree char *name = g_strdup_printf("bed %s", bed->bed->id);
        int index = glb_find(root, "nodes", name);
        g_assert_cmpint(index, >=, 0);
        JsonObject *node = glb_at(root, "nodes", (unsigned)index);
        JsonObject *extras = json_object_get_object_member(node, "extras");
        g_assert_cmpint(json_object_get_int_member(extras, "acuity"), ==, bed->acuity.value);
        JsonArray *at = json_object_has_member(node, "translation")
                            ? json_object_get_array_member(node, "translation")
                            : NULL;
        for (unsigned c = 0; c < 3; c++)
            g_assert_cmpfloat_with_epsilon(at ? json_array_get_double_element(at, c) : 0,
                                           (double)bed->at[c], 1e-4);
        g_assert_cmpfloat((double)bed->at[2], ==, (double)dash_twin_depth(bed->acuity.value));
    }
}

/* It stands beside the caption and as near: from no side does one move over the other. */
static void
no_marker_of_an_alarm_covers_a_caption(void)
{
    g_autoptr(DashModel) model = model_of("alarms", 25);
    const DashModel *models[] = {model};
    g_autoptr(DashTwin) twin = dash_twin_new(models, 1, NULL, NOW_US);
    g_autoptr(DashSolids) solids = dash_solids_new();
    unsigned markers = 0;

    for (unsigned i = 0; i < twin->n; i++)
        for (unsigned k = 0; k < twin->bed[i].n_pieces; k++) {
            const DashTwinPiece *piece = &twin->bed[i].piece[k];
            const DashGlbShape *shape = dash_solids_get(solids, piece->solid);
            if (piece->solid < DASH_SOLID_TRIANGLE || piece->solid > DASH_SOLID_FRAME
                || piece->at[0] < 0.2f) /* a disc lies on the chest, too */
                continue;
            markers++;
            for (size_t v = 0; v < shape->n; v++) {
                float left = piece->at[0] + shape->position[3 * v] * piece->scale[0];
                float before = piece->at[2] + shape->position[3 * v + 2] * piece->scale[2]
                               - dash_twin_caption[4];
                g_assert_cmpfloat((double)left, >, (double)dash_twin_caption[2]);
                g_assert_cmpfloat((double)fabsf(before), <=, 0.05);
            }
        }
    g_assert_cmpuint(markers, >=, 6);
}

static void
one_bed_alone_is_that_bed(void)
{
    g_autoptr(DashModel) model = model_of("all", 25);
    g_autoptr(GBytes) file =
        file_of(model, &(DashGlbAsk){.only = dash_model_bed(model, 6)->id}, NOW_US);
    g_autoptr(JsonParser) parser = parsed(file);
    g_autofree char *wrong = checked(file), *name = NULL;
    unsigned beds = 0;

    g_assert_cmpstr(wrong, ==, NULL);
    for (size_t i = 0; i < dash_model_n_beds(model); i++) {
        g_free(name);
        name = g_strdup_printf("bed %s", dash_model_bed(model, i)->id);
        beds += glb_find(glb_root(parser), "nodes", name) >= 0;
    }
    g_assert_cmpuint(beds, ==, 1);
}

static void
nearness_rises_with_acuity_and_only_with_alarms(void)
{
    float before = 0;

    for (int acuity = 0; acuity < 9000; acuity++) {
        float depth = dash_twin_depth(acuity);
        g_assert_true(depth >= before && depth <= DASH_TWIN_DEPTH);
        g_assert_true((acuity < 7000) == (depth == 0));
        before = depth;
    }
    g_assert_cmpfloat((double)dash_twin_depth(8999), >, (double)dash_twin_depth(7999));
}

static void
what_is_not_known_is_hatched_and_never_calm(void)
{
    g_autoptr(DashModel) model = model_of("absence", 25);
    const DashModel *models[] = {model};
    g_autoptr(DashTwin) twin = dash_twin_new(models, 1, NULL, NOW_US);
    unsigned away = 0;

    for (unsigned i = 0; i < twin->n; i++) {
        const DashTwinBed *bed = &twin->bed[i];
        bool here = dash_judge_shows_data(bed->avatar.absence), crossed = false;
        away += !here;
        for (unsigned k = 0; k < bed->n_pieces; k++) {
            DashStuff stuff = bed->piece[k].stuff;
            crossed = crossed || bed->piece[k].solid == DASH_SOLID_CROSS;
            if (!here && stuff >= DASH_STUFF_SKIN)
                g_error("bed %s is away and has the band of something", bed->bed->id);
            g_assert_true(here || bed->piece[k].motion == DASH_MOTION_NONE);
        }
        g_assert_true(crossed == !here);
    }
    g_assert_cmpuint(away, >, 2);
    g_assert_true(dash_stuff_look(DASH_STUFF_UNKNOWN, dash_palette_at(0)).hatched);
    g_assert_true(dash_stuff_look(DASH_STUFF_DOUBTFUL, dash_palette_at(0)).hatched);
}

static void
chest_moves_at_the_rate_and_stands_when_not_known(void)
{
    DashTwinPiece chest = {.motion = DASH_MOTION_BREATH, .scale = {1, 1, 1}};
    DashAvatar avatar = {.breath = 0.5,
                         .sign[DASH_SIGN_OF_BREATHING] = {.known = true, .value = 12}};
    float in[3], out[3];

    dash_twin_moved(&chest, &avatar, in);
    avatar.breath = 0;
    dash_twin_moved(&chest, &avatar, out);
    g_assert_cmpfloat((double)in[2], >, (double)out[2]);
    g_assert_cmpfloat((double)out[2], ==, 1);
    avatar = (DashAvatar){.breath = 0.5};
    dash_twin_moved(&chest, &avatar, in);
    g_assert_cmpfloat((double)in[2], ==, 1);
}

static void
gap_of_a_wave_stays_a_gap(void)
{
    g_autoptr(DashModel) calm = model_of("calm", 2);
    g_autoptr(DashModel) stale = model_of("stale", 25);
    const DashBed *bed = dash_model_bed(calm, 0);
    DashTwinWave wave;
    unsigned most = 0;

    g_assert_true(dash_twin_wave(bed, dash_twin_stream(bed, 0), NOW_US, &wave));
    g_assert_cmpuint(wave.n_runs, ==, 1);
    g_assert_cmpuint(wave.run[0], >, DASH_TWIN_WAVE_COLUMNS);
    for (size_t i = 0; i < wave.run[0]; i++)
        g_assert_true(wave.x[i] >= 0 && wave.x[i] <= 1 && wave.y[i] >= 0 && wave.y[i] <= 1
                      && (i == 0 || wave.x[i] > wave.x[i - 1]));
    for (size_t i = 0; i < dash_model_n_beds(stale); i++)
        for (unsigned k = 0; k < DASH_TWIN_WAVES; k++) {
            const DashStream *stream = dash_twin_stream(dash_model_bed(stale, i), k);
            if (stream && dash_twin_wave(dash_model_bed(stale, i), stream, NOW_US, &wave))
                most = MAX(most, wave.n_runs);
        }
    g_assert_cmpuint(most, ==, 2);
}

static void
letters_stay_in_their_cell(void)
{
    g_autoptr(DashText) text = dash_text_new(NULL);
    DashLabels empty, labels;

    dash_labels_init(&empty, 20);
    dash_labels_init(&labels, 20);
    dash_labels_put(&labels, text, 9, "WWWWWWWWWWWWWWWWWWWWWWWW",
                    "jjjjjjggggggggggggggggggggggggg");
    unsigned outside = 0, inside = 0;
    for (int y = 0; y < labels.h; y++)
        for (int x = 0; x < labels.w; x++) {
            bool changed = labels.pixels[y * labels.w + x] != empty.pixels[y * labels.w + x];
            bool mine = x / DASH_LABEL_W == 1 && (y - DASH_HEADING_H) / DASH_LABEL_H == 1
                        && y >= DASH_HEADING_H;
            outside += changed && !mine;
            inside += changed && mine;
        }
    g_assert_cmpuint(outside, ==, 0);
    g_assert_cmpuint(inside, >, 100);
    dash_labels_clear(&empty);
    dash_labels_clear(&labels);
}

/* ---- judges from outside ---- */

/* FALSE: it is not installed. */
static gboolean
run_judge(const char *program, const char *first, const char *second, char **out, int *status)
{
    const char *line[] = {program, first, second, NULL};
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_find_program_in_path(program);

    if (path == NULL)
        return FALSE;
    g_assert_true(g_spawn_sync(NULL, (char **)line, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, out,
                               NULL, status, &error));
    return TRUE;
}

static char *
saved_file(void)
{
    g_autoptr(DashModel) model = model_of("all", 100);
    g_autoptr(GBytes) file = file_of(model, &(DashGlbAsk){0}, NOW_US);
    g_autoptr(GError) error = NULL;
    char *path = NULL;
    int fd = g_file_open_tmp("ward-XXXXXX.glb", &path, &error);

    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(path, g_bytes_get_data(file, NULL),
                                      (gssize)g_bytes_get_size(file), &error));
    return path;
}

static void
gltf_validator_finds_nothing(void)
{
    g_autofree char *path = saved_file(), *out = NULL;
    int status = 0;

    if (!run_judge("gltf_validator", "-o", path, &out, &status))
        g_test_skip("not judged here: needs gltf_validator on the path");
    else {
        g_assert_nonnull(strstr(out, "\"numErrors\": 0"));
        g_assert_nonnull(strstr(out, "\"numWarnings\": 0"));
    }
    g_unlink(path);
}

static void
assimp_reads_all_of_it(void)
{
    g_autofree char *path = saved_file(), *out = NULL;
    int status = 0;

    if (!run_judge("assimp", "info", path, &out, &status))
        g_test_skip("not judged here: needs assimp on the path");
    else {
        g_assert_cmpint(status, ==, 0);
        g_assert_nonnull(strstr(out, "Animations:         0"));
        g_assert_nonnull(strstr(out, "bed demo/icu/1"));
    }
    g_unlink(path);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/glb/solids_have_their_outside_outside", solids_have_their_outside_outside);
    g_test_add_func("/glb/file_of_every_ward_keeps_to_the_format",
                    file_of_every_ward_keeps_to_the_format);
    g_test_add_func("/glb/kit_has_every_solid_and_every_stuff",
                    kit_has_every_solid_and_every_stuff);
    g_test_add_func("/glb/judge_finds_what_is_broken", judge_finds_what_is_broken);
    g_test_add_func("/glb/judge_finds_a_value_that_is_no_number",
                    judge_finds_a_value_that_is_no_number);
    g_test_add_func("/glb/same_state_and_time_are_the_same_bytes",
                    same_state_and_time_are_the_same_bytes);
    g_test_add_func("/glb/hundred_beds_are_small_and_soon_made",
                    hundred_beds_are_small_and_soon_made);
    g_test_add_func("/glb/nothing_of_the_patient_unless_asked",
                    nothing_of_the_patient_unless_asked);
    g_test_add_func("/glb/silent_rules_are_said_in_the_file", silent_rules_are_said_in_the_file);
    g_test_add_func("/glb/alarms_have_the_bytes_of_the_wall", alarms_have_the_bytes_of_the_wall);
    g_test_add_func("/glb/beds_stand_where_the_twin_has_them", beds_stand_where_the_twin_has_them);
    g_test_add_func("/glb/no_marker_of_an_alarm_covers_a_caption",
                    no_marker_of_an_alarm_covers_a_caption);
    g_test_add_func("/glb/one_bed_alone_is_that_bed", one_bed_alone_is_that_bed);
    g_test_add_func("/glb/nearness_rises_with_acuity_and_only_with_alarms",
                    nearness_rises_with_acuity_and_only_with_alarms);
    g_test_add_func("/glb/what_is_not_known_is_hatched_and_never_calm",
                    what_is_not_known_is_hatched_and_never_calm);
    g_test_add_func("/glb/chest_moves_at_the_rate_and_stands_when_not_known",
                    chest_moves_at_the_rate_and_stands_when_not_known);
    g_test_add_func("/glb/gap_of_a_wave_stays_a_gap", gap_of_a_wave_stays_a_gap);
    g_test_add_func("/glb/letters_stay_in_their_cell", letters_stay_in_their_cell);
    g_test_add_func("/glb/gltf_validator_finds_nothing", gltf_validator_finds_nothing);
    g_test_add_func("/glb/assimp_reads_all_of_it", assimp_reads_all_of_it);
    return g_test_run();
}
