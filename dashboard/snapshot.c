/* vicu-dashboard snapshot. See snapshot.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/snapshot.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/options.h"
#include "dashboard/client.h"
#include "dashboard/picture.h"
#include "dashboard/saved.h"
#include "dashboard/scene/handover.h"
#include "dashboard/scene/review.h"
#include "dashboard/scene/words.h"
#include "dashboard/snapshot-glb.h"
#include "dashboard/snapshot-holo.h"
#include "dashboard/snapshot-past.h"
#include "dashboard/witness.h"

#define KEY     "operator"
#define SIZE    "1920x1080"
#define WAIT_US (5 * (int64_t)G_USEC_PER_SEC)
#define TELL_US (2 * (int64_t)G_USEC_PER_SEC)
#define LOOK_MS 50
/* What the widest sweep of each view holds. */
#define WALL_SWEEP_US (6 * (int64_t)G_USEC_PER_SEC)
#define BED_SWEEP_US  (10500 * (int64_t)1000)
#define RIBBON_MEMORY ((size_t)8 << 20)
#define RECORD_MAX    (256u << 20)
#define DESCRIPTION                                                                                \
    "Joins the running installation as a reader, waits at most 5 s until every bed has a full\n"   \
    "sweep or a picture of its absence, and draws once. No display is needed. --from-file\n"       \
    "draws a saved state, the same bytes each time.\n\nExample:\n"                                 \
    "  vicu snapshot --view wall --size 1920x1080 -o wall.png\n"                                   \
    "  vicu snapshot --view ward --bed 7 --mode quilt --device portrait -o ward.png\n"             \
    "  vicu snapshot --view ward --mode glb -o ward.glb\n"

typedef struct {
    char *view;
    char *bed;
    char *mode;
    char *size;
    char *out;
    char *from_file;
    char *save;
    char *root;
    char *connect;
    char *alarm;
    char *palette;
    char *language;
    char *pressure;
    char *temperature;
    char *at;
    double hours;
    double dpi;
    double scale;
    gboolean json;
    gboolean with_patient;
    DashOutputAsk holo;
    DashOutput output; /* of a form other than flat */
    char *drawn;       /* the path that was written, where it is another than was asked for */
} Options;

/* A file of solids, not a picture. */
static bool
is_glb(const Options *o)
{
    return strcmp(o->mode, "glb") == 0 && strcmp(o->view, "ward") == 0;
}

static gboolean
check_options(Options *o, DashView *view, GError **error)
{
    if (!o->out) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "-o FILE is missing: where to draw");
        return FALSE;
    }
    if (strcmp(o->mode, "flat") != 0 && strcmp(o->view, "ward") != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "--mode %s: the views ward and test have it; --view %s is flat", o->mode,
                    o->view);
        return FALSE;
    }
    if (!(o->dpi >= 30 && o->dpi <= 600)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "--dpi %g is outside 30..600", o->dpi);
        return FALSE;
    }
    if (o->with_patient && !is_glb(o)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "--with-patient is of --view ward --mode glb");
        return FALSE;
    }
    if (!dash_view_find(o->view, &view->kind)) {
        g_autofree char *names = dash_view_names();
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "--view %s: expected one of %s", o->view,
                    names);
        return FALSE;
    }
    if (dash_view_row(view->kind)->of_bed && !o->bed) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "--view %s: --bed BED is missing; vicu bed ls names them", o->view);
        return FALSE;
    }
    if (dash_view_row(view->kind)->of_alarm && !o->bed && !o->alarm) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "--view %s: --alarm ID, or --bed BED for its worst alarm, is missing; vicu "
                    "alarm ls names them",
                    o->view);
        return FALSE;
    }
    view->palette = dash_palette_find(o->palette);
    if (!view->palette) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "--palette %s: expected common, red-green, blue-yellow, contrast or night",
                    o->palette);
        return FALSE;
    }
    if (!dash_words_use(o->language)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "--language %s: expected en or zh_CN",
                    o->language);
        return FALSE;
    }
    if (!dash_pressure_find(o->pressure, &view->units.pressure)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "--pressure %s: expected mmHg or kPa",
                    o->pressure);
        return FALSE;
    }
    if (!dash_temperature_find(o->temperature, &view->units.temperature)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "--temperature %s: expected C or F",
                    o->temperature);
        return FALSE;
    }
    if (!(o->scale >= 0.75 && o->scale <= 2)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "--scale %g is outside 0.75..2",
                    o->scale);
        return FALSE;
    }
    view->scale = o->scale;
    DashMoment moment;
    if (!dash_moment_parse(&moment, o->at, o->hours, vicu_clock_utc_us(), error))
        return FALSE;
    if ((o->at || o->hours != 0)
        && (o->from_file
            || (!is_glb(o) && view->kind != DASH_VIEW_BED && view->kind != DASH_VIEW_DISCLOSURE))) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "--at and --hours are of --view bed, disclosure and ward as glb, of what runs");
        return FALSE;
    }
    view->dpi = o->dpi;
    if (strcmp(o->mode, "flat") != 0 && !is_glb(o))
        return dash_snapshot_holo_choose(&o->output, &o->holo, o->mode, o->size, error);
    return dash_picture_parse_size(o->size ? o->size : SIZE, &view->w, &view->h, error);
}

/* A picture, a file of solids, or the handover on paper. */
static gboolean
draw(Options *o, const DashModel *model, const DashView *view, GError **error)
{
    char place[DASH_HANDOVER_PLACE];
    const char *path = o->out;
    if (is_glb(o))
        return dash_snapshot_glb(model, view, o->with_patient, path, error);
    if (strcmp(o->mode, "flat") != 0) {
        o->drawn = dash_snapshot_holo_ward(&o->output, model, view, path, error);
        return o->drawn != NULL;
    }
    if (view->kind != DASH_VIEW_HANDOVER || !g_str_has_suffix(path, ".pdf"))
        return dash_picture_write(model, view, path, error);
    dash_handover_place(model, view->handover, place);
    return dash_handover_print(model, view->units, place, view->now_us, view->utc_offset_us, path,
                               error);
}

static gboolean
choose_bed(const Options *o, const DashModel *model, DashView *view, GError **error)
{
    view->alarm = o->alarm;
    if (!o->bed)
        return TRUE;
    const DashBed *bed = dash_model_find_bed(model, o->bed);
    if (bed) {
        view->bed = bed->id;
        return TRUE;
    }
    if (view->kind == DASH_VIEW_DISCLOSURE && strchr(o->bed, '/')) {
        view->bed = o->bed; /* the store may have it all the same */
        return TRUE;
    }
    g_set_error(
        error, VICU_ERROR, VICU_ERROR_ABSENT,
        "--bed %s: none of %zu beds, or more than one, has this name; vicu bed ls names them",
        o->bed, dash_model_n_beds(model));
    return FALSE;
}

/* ---- from the running installation ---- */

typedef struct {
    DashWitness *witness;
    gboolean done;
} Telling;

typedef struct {
    DashClient *client;
    DashModel *model;
    int64_t sweep_us;
    int64_t began_us; /* to listen, UTC */
    gboolean done;
} Waiting;

static gboolean
look(gpointer user)
{
    Waiting *waiting = user;
    int64_t now_us = vicu_clock_utc_us();
    size_t n = dash_model_n_beds(waiting->model);
    bool full = (n > 0 || waiting->sweep_us == 0) && dash_client_is_level(waiting->client);
    for (size_t i = 0; full && waiting->sweep_us > 0 && i < n; i++)
        full = dash_judge_is_full(dash_model_bed(waiting->model, i), waiting->sweep_us,
                                  now_us - waiting->began_us, now_us);
    const DashRecall *recall = dash_client_recalled(waiting->client);
    waiting->done = full && dash_client_has_seldom(waiting->client)
                    && (!recall || dash_recall_is_done(recall) || dash_recall_trouble(recall));
    return G_SOURCE_CONTINUE;
}

static gboolean
save_record(DashClient *client, const char *path, GError **error)
{
    g_autoptr(GByteArray) record = dash_client_take_record(client);
    return g_file_set_contents(path, (const char *)record->data, record->len, error);
}

static gboolean
heard_anything(const DashModel *model, const VicuRoot *root, GError **error)
{
    if (dash_model_arrived_us(model) > 0 || dash_model_has_state(model))
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_TIMEOUT,
                "%s: neither the hub nor the rules answered within 5 s; vicu status says which "
                "processes run",
                root->dir);
    return FALSE;
}

static gboolean
look_at_witness(gpointer user)
{
    Telling *telling = user;
    telling->done = dash_witness_waiting(telling->witness) == 0;
    return G_SOURCE_CONTINUE;
}

/* The picture is drawn and waits for nobody; the view is still told where that
 * can be done soon. */
static void
await_witness(VicuContext *context, DashWitness *witness)
{
    Telling telling = {.witness = witness};
    guint source = g_timeout_add(LOOK_MS / 5, look_at_witness, &telling);
    vicu_context_run_until(context, &telling.done, TELL_US);
    g_source_remove(source);
    if (!telling.done)
        g_printerr("vicu snapshot: the store did not take the audit entry of this view\n");
}

/* 0: the view is not of live waves. */
static int64_t
sweep_of(DashViewKind kind)
{
    if (kind == DASH_VIEW_DISCLOSURE)
        return 0;
    return dash_view_row(kind)->of_bed ? BED_SWEEP_US : WALL_SWEEP_US;
}

static gboolean
draw_live(Options *o, DashView *view, GError **error)
{
    g_autoptr(VicuRoot) root = vicu_root_find_client(o->root, o->connect, error);
    if (!root)
        return FALSE;
    g_autoptr(VicuKeys) keys = vicu_keys_open(root->keys, root->key ? root->key : KEY, error);
    if (!keys)
        return FALSE;
    g_autoptr(VicuContext) context = vicu_context_new(keys, NULL, error);
    if (!context)
        return FALSE;
    g_autoptr(DashModel) model = dash_model_new();
    g_autoptr(DashClient) client = dash_client_new(context, root, "snapshot", model, error);
    g_autoptr(DashWitness) witness = dash_witness_new(context, root, vicu_keys_name(keys),
                                                      vicu_keys_role(keys), "snapshot", error);
    if (!client || !witness)
        return FALSE;
    if (o->save)
        dash_client_record(client, RECORD_MAX);
    if (view->kind == DASH_VIEW_REVIEW)
        dash_client_recall(client, DASH_RECALL_US);
    if (view->kind == DASH_VIEW_WARD)
        dash_client_want_seldom(client);
    Waiting waiting = {.client = client,
                       .model = model,
                       .sweep_us = sweep_of(view->kind),
                       .began_us = vicu_clock_utc_us()};
    guint source = g_timeout_add(LOOK_MS, look, &waiting);
    vicu_context_run_until(context, &waiting.done, WAIT_US);
    g_source_remove(source);
    view->now_us = vicu_clock_utc_us();
    view->utc_offset_us = dash_picture_utc_offset_us();
    if (!heard_anything(model, root, error) || !choose_bed(o, model, view, error))
        return FALSE;
    const DashRecall *recall = dash_client_recalled(client);
    DashReviewState review = {
        .trouble = recall ? dash_recall_trouble(recall) : NULL,
        .recalling = recall && !dash_recall_is_done(recall),
    };
    DashMoment moment;
    if (!dash_moment_parse(&moment, o->at, o->hours, view->now_us, error))
        return FALSE;
    view->review = &review;
    g_autoptr(DashPast) past = dash_past_new(RIBBON_MEMORY);
    DashPastState ribbon = {0};
    if (view->kind == DASH_VIEW_WARD && !is_glb(o)
        && !dash_moment_ribbon(context, root, model, past, &ribbon, view, error))
        return FALSE;
    dash_witness_look(witness, model, view->bed, view->now_us);
    gboolean drawn = is_glb(o) && moment.at_us != 0 ? dash_snapshot_glb_past(
                         &moment, context, root, model, view, o->with_patient, o->out, error)
                     : dash_moment_is_past(&moment, view)
                         ? dash_moment_draw(&moment, context, root, model, view, o->out, error)
                         : draw(o, model, view, error);
    drawn = drawn && (!o->save || save_record(client, o->save, error));
    view->review = NULL;
    view->past = NULL;
    await_witness(context, witness);
    return drawn;
}

static gboolean
draw_saved(Options *o, DashView *view, GError **error)
{
    g_autoptr(DashModel) model = dash_model_new();
    return dash_saved_load(o->from_file, model, &view->now_us, error)
           && choose_bed(o, model, view, error) && draw(o, model, view, error);
}

static void
print_done(const Options *o, const char *out, int w, int h)
{
    g_autofree char *path = g_canonicalize_filename(out, NULL);
    g_autofree char *escaped = g_strescape(path, NULL);
    if (o->json && o->mode && is_glb(o))
        printf("{\"model\":\"%s\"}\n", escaped);
    else if (o->json)
        printf("{\"picture\":\"%s\",\"width\":%d,\"height\":%d}\n", escaped, w, h);
}

/* Of no installation: to measure parallax by. */
static int
draw_test(Options *o)
{
    g_autoptr(GError) error = NULL;
    DashOutput output;
    const char *mode = o->mode ? o->mode : "flat";
    if (!o->out)
        g_set_error(&error, VICU_ERROR, VICU_ERROR_FORMAT, "-o FILE is missing: where to draw");
    if (error || !dash_snapshot_holo_choose(&output, &o->holo, mode, o->size, &error)) {
        g_printerr("vicu snapshot: %s\n", error->message);
        return 2;
    }
    g_autofree char *path = dash_snapshot_holo_test(&output, o->out, &error);
    if (!path) {
        g_printerr("vicu snapshot: %s\n", error->message);
        return 1;
    }
    print_done(o, path, output.w, output.h);
    return 0;
}

/* What was not said has its usual value. */
static void
complete(Options *o)
{
    o->view = o->view ? o->view : g_strdup("wall");
    o->mode = o->mode ? o->mode : g_strdup("flat");
    o->palette = o->palette ? o->palette : g_strdup("common");
    o->language = o->language ? o->language : g_strdup("en");
    o->pressure = o->pressure ? o->pressure : g_strdup("mmHg");
    o->temperature = o->temperature ? o->temperature : g_strdup("C");
}

static void
options_clear(Options *o)
{
    char *all[] = {o->view, o->bed,      o->mode,        o->size,    o->out,      o->from_file,
                   o->save, o->root,     o->connect,     o->palette, o->language, o->alarm,
                   o->at,   o->pressure, o->temperature, o->drawn};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        g_free(all[i]);
    dash_output_ask_clear(&o->holo);
}

static int
run(Options *o, int argc, char **argv)
{
    const GOptionEntry entries[] = {
        {"view", 0, 0, G_OPTION_ARG_STRING, &o->view, "wall, bed ..., test", "VIEW"},
        {"alarm", 0, 0, G_OPTION_ARG_STRING, &o->alarm, "the alarm of --view card", "ID"},
        {"bed", 0, 0, G_OPTION_ARG_STRING, &o->bed, "of a view of one bed", "BED"},
        {"at", 0, 0, G_OPTION_ARG_STRING, &o->at, "of disclosure, bed, glb: a past time", "TIME"},
        {"hours", 0, 0, G_OPTION_ARG_DOUBLE, &o->hours, "shown there: 0.084 to 72", "H"},
        {"mode", 0, 0, G_OPTION_ARG_STRING, &o->mode,
         "flat; of ward and test: quilt, native, stereo, rgbd; of ward: glb", "MODE"},
        {"with-patient", 0, 0, G_OPTION_ARG_NONE, &o->with_patient, "of glb: names in the file",
         NULL},
        {"size", 0, 0, G_OPTION_ARG_STRING, &o->size, "in pixels (1920x1080)", "WxH"},
        {"dpi", 0, 0, G_OPTION_ARG_DOUBLE, &o->dpi, "of the screen: true mm/s (96)", "DPI"},
        {"palette", 0, 0, G_OPTION_ARG_STRING, &o->palette,
         "common, red-green, blue-yellow, contrast, night", "NAME"},
        {"language", 0, 0, G_OPTION_ARG_STRING, &o->language, "en or zh_CN", "CODE"},
        {"pressure", 0, 0, G_OPTION_ARG_STRING, &o->pressure, "mmHg or kPa", "UNIT"},
        {"temperature", 0, 0, G_OPTION_ARG_STRING, &o->temperature, "C or F", "UNIT"},
        {"scale", 0, 0, G_OPTION_ARG_DOUBLE, &o->scale, "of text and rows (1)", "FACTOR"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->out,
         "the PNG to write; handover: a .pdf for paper", "FILE"},
        {"from-file", 0, 0, G_OPTION_ARG_FILENAME, &o->from_file, "draw a saved state", "STATE"},
        {"save", 0, 0, G_OPTION_ARG_FILENAME, &o->save, "also keep what was heard", "STATE"},
        {"root", 0, 0, G_OPTION_ARG_FILENAME, &o->root, "installation folder", "DIR"},
        {"connect", 0, 0, G_OPTION_ARG_STRING, &o->connect, "the hub of another machine", "HOST"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &o->json, "say what was drawn as JSON", NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("- draw one picture offscreen");
    g_option_context_set_description(context, DESCRIPTION);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_group(context, dash_snapshot_holo_options(&o->holo));
    g_autoptr(GError) error = NULL;
    DashView view = {.steady = true};
    gboolean parsed = vicu_options_parse(context, "vicu snapshot", &argc, &argv, &error);
    if (parsed && g_strcmp0(o->view, "test") == 0)
        return draw_test(o);
    complete(o);
    if (!parsed || !check_options(o, &view, &error)) {
        g_printerr("vicu snapshot: %s\n", error->message);
        return 2;
    }
    if (!(o->from_file ? draw_saved(o, &view, &error) : draw_live(o, &view, &error))) {
        g_printerr("vicu snapshot: %s\n", error->message);
        return 1;
    }
    bool flat = strcmp(o->mode, "flat") == 0;
    print_done(o, o->drawn ? o->drawn : o->out, flat ? view.w : o->output.w,
               flat ? view.h : o->output.h);
    return 0;
}

int
dash_snapshot_main(int argc, char **argv)
{
    Options o = {.dpi = 96, .scale = 1};
    int status = run(&o, argc, argv);
    options_clear(&o);
    return status;
}
