/* See bench-past.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/bench-past.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "common/bench-ward.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/folder.h"
#include "common/root.h"
#include "dashboard/bench-feed.h"
#include "dashboard/gl/painter.h"
#include "dashboard/past-client.h"
#include "dashboard/scene/past-state.h"

#define S         ((int64_t)G_USEC_PER_SEC)
#define HOURS     72
#define BED       "bench/icu/1"
#define RATE      250
#define LEADS     4 /* three of the heart and a pressure */
#define FRAME_S   60
#define EACH_S    5  /* of a number */
#define OPENS     4  /* of a run */
#define DRAGS     40 /* of a run: some into the other bed's file cache, most into nothing */
#define LIVE_US   (20 * S)
#define WAIT_US   (120 * S)
#define PAUSE_US  (S / 4)  /* the store has ended what it was asked for before */
#define ROLLED_US (10 * S) /* without a new file: every hour is one */
#define ROLL_US   (60 * S) /* a store is asked long before it has rolled up all it was given */
#define W         1920
#define H         1080

typedef struct {
    char *dir;
    VicuRoot *root;
    VicuKeys *keys;
    VicuContext *context;
    GPid store;
    GPid hub; /* whose time lets the store seal minutes */
    DashPast *past;
    DashPastClient *client;
    DashText *text;
    DashScene *scene;
    DashPainter *painter;
    DashModel *model;
    DashBenchFeed *feed;
    int64_t fed_us; /* the bed is told of until then */
    DashPastState state;
    DashView view;
    gboolean seen;
    uint64_t minute; /* of the next drag */
} Bench;

char *
dash_bench_program(const char *room, const char *name)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self ? g_path_get_dirname(self) : g_strdup(".");
    g_autofree char *beside = g_build_filename(folder, name, NULL);
    if (g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer(&beside);
    return g_build_filename(folder, "..", room, name, NULL);
}

/* ---- what is stored ---- */

/* A minute of all leads, frame by frame, again and again: 72 h in format 16. */
static gboolean
write_samples(const char *path, unsigned bed, GError **error)
{
    g_autoptr(VicuBenchWard) ward = vicu_bench_ward_new(1, RATE);
    FILE *file = fopen(path, "wb");
    if (!file) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s cannot be written", path);
        return FALSE;
    }
    size_t n = FRAME_S * RATE;
    g_autofree int16_t *frames = g_new(int16_t, n * LEADS);
    bool ok = true;
    for (int64_t minute = 0; ok && minute < HOURS * 60; minute++) {
        for (unsigned lead = 0; lead < LEADS; lead++) {
            bool slow = vicu_bench_ward_wave(ward, lead)->hz < RATE;
            const int16_t *samples = vicu_bench_ward_samples(
                ward, bed, lead, (uint64_t)minute * n / (slow ? 2 : 1), slow ? n / 2 : n);
            for (size_t i = 0; i < n; i++)
                frames[i * LEADS + lead] = samples[slow ? i / 2 : i];
        }
        ok = fwrite(frames, sizeof *frames * LEADS, n, file) == n;
    }
    ok = fclose(file) == 0 && ok;
    if (!ok)
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: is the disk full?", path);
    return ok;
}

static gboolean
write_record(const char *folder, unsigned bed, GError **error)
{
    static const char *const names[LEADS] = {"I", "II", "V", "ABP"};
    g_autofree char *header = g_strdup_printf("%s/bed%u.hea", folder, bed);
    g_autofree char *samples = g_strdup_printf("%s/bed%u.dat", folder, bed);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(VicuBenchWard) ward = vicu_bench_ward_new(1, RATE);
    g_string_append_printf(text, "bed%u %d %d %d\n", bed, LEADS, RATE, HOURS * 3600 * RATE);
    for (unsigned i = 0; i < LEADS; i++)
        g_string_append_printf(text, "bed%u.dat 16 %g(0)/%s 16 0 0 0 0 %s\n", bed,
                               vicu_bench_ward_wave(ward, i)->gain, i == 3 ? "mmHg" : "mV",
                               names[i]);
    return g_file_set_contents(header, text->str, -1, error) && write_samples(samples, bed, error);
}

static gboolean
run(const char *const *argv, GError **error)
{
    int status = 0;
    g_autofree char *said = NULL;
    if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                      &said, &status, error))
        return FALSE;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s %s: %s", argv[0], argv[1], said);
    return FALSE;
}

static gboolean
write_numbers(const char *path, GError **error)
{
    g_autoptr(GString) text = g_string_new("time,HR [/min],SpO2 [%],ABP MEAN [mm[Hg]],RR [/min]\n");
    for (int t_s = 0; t_s < HOURS * 3600; t_s += EACH_S) {
        double slow = sin(t_s / 5000.0);
        g_string_append_printf(text, "%d,%.0f,%.0f,%.0f,%.0f\n", t_s, 80 + 15 * slow, 96 + 2 * slow,
                               75 + 10 * slow + t_s % 3, 16 + 4 * slow);
    }
    return g_file_set_contents(path, text->str, -1, error);
}

/* Every minute of the last 72 h of a bed, and of its numbers. An hour is rolled up when it has
 * rested for a second: those of a ward have rested for days. */
static gboolean
fill(Bench *b, GError **error)
{
    g_autofree char *vicu = dash_bench_program("tools", "vicu");
    g_autofree char *settings = g_build_filename(b->root->etc, "store.conf", NULL);
    g_autofree char *at =
        vicu_time_format(vicu_clock_utc_us() / (60 * S) * 60 * S - HOURS * 3600 * S);
    g_autofree char *record = g_strdup_printf("%s/bed0", b->dir);
    g_autofree char *data = g_strdup_printf("%s/bed0.dat", b->dir);
    g_autofree char *numbers = g_strdup_printf("%s/numbers.csv", b->dir);
    const char *const waves[] = {vicu,   "import", "--unchecked", record,       "--bed", BED,
                                 "--at", at,       "--root",      b->root->dir, NULL};
    const char *const rest[] = {vicu,   "import", numbers,  "--bed",      BED,
                                "--at", at,       "--root", b->root->dir, NULL};
    g_mkdir_with_parents(b->root->etc, 0700);
    gboolean ok = g_file_set_contents(settings, "[seal]\nquiet = 1s\n", -1, error)
                  && write_record(b->dir, 0, error) && run(waves, error)
                  && write_numbers(numbers, error) && run(rest, error);
    remove(data);
    return ok;
}

static unsigned
n_files(const char *folder)
{
    unsigned n = 0;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    while (dir && g_dir_read_name(dir))
        n++;
    return n;
}

/* Until the store makes no more files of those it has. */
static void
await_rest(Bench *b)
{
    gboolean never = FALSE;
    g_autofree char *folder = g_build_filename(b->root->dir, "store", NULL);
    unsigned before = 0;
    int64_t begin_us = vicu_clock_boot_us();
    int64_t since_us = begin_us;
    while (vicu_clock_boot_us() - since_us < ROLLED_US
           && vicu_clock_boot_us() - begin_us < ROLL_US) {
        unsigned n = n_files(folder);
        since_us = n == before ? since_us : vicu_clock_boot_us();
        before = n;
        vicu_context_run_until(b->context, &never, S);
    }
}

/* ---- the station ---- */

static void
on_changed(gpointer user)
{
    Bench *b = user;
    b->seen = dash_past_client_is_seen(b->client);
}

static gboolean
begin_process(Bench *b, const char *room, const char *name, GPid *pid, GError **error)
{
    g_autofree char *program = dash_bench_program(room, name);
    const char *const argv[] = {program, "--root", b->root->dir, NULL};
    return g_spawn_async(NULL, (char **)argv, NULL,
                         G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL
                             | G_SPAWN_STDOUT_TO_DEV_NULL,
                         NULL, NULL, pid, error);
}

static void
end_process(GPid pid)
{
    if (!pid)
        return;
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
}

static gboolean
open_station(Bench *b, GError **error)
{
    if (!begin_process(b, "hub", "vicu-hub", &b->hub, error)
        || !begin_process(b, "store", "vicu-store", &b->store, error))
        return FALSE;
    b->keys = vicu_keys_open(b->root->keys, "operator", error);
    b->context = b->keys ? vicu_context_new(b->keys, NULL, error) : NULL;
    if (!b->context)
        return FALSE;
    b->past = dash_past_new((size_t)128 << 20);
    b->client = dash_past_client_new(b->context, b->root, b->past, on_changed, b, error);
    if (!b->client)
        return FALSE;
    b->model = dash_model_new();
    b->fed_us = vicu_clock_utc_us();
    b->feed = dash_bench_feed_new(1, b->fed_us - LIVE_US);
    for (int64_t t_us = b->fed_us - LIVE_US; t_us < b->fed_us; t_us += S)
        dash_bench_feed_take(b->feed, b->model, t_us, t_us + S, TRUE, t_us + S);
    b->text = dash_text_new(NULL);
    b->scene = dash_scene_new(b->text);
    b->painter = dash_painter_new(W, H);
    return TRUE;
}

static void
close_station(Bench *b)
{
    dash_past_client_free(b->client);
    dash_past_free(b->past);
    dash_painter_free(b->painter);
    dash_scene_free(b->scene);
    dash_text_free(b->text);
    dash_bench_feed_free(b->feed);
    dash_model_free(b->model);
    vicu_context_free(b->context);
    vicu_keys_free(b->keys);
    end_process(b->store);
    end_process(b->hub);
}

static double
draw(Bench *b)
{
    gint64 begin_us = g_get_monotonic_time();
    dash_scene_build(b->scene, b->model, &b->view);
    dash_painter_draw(b->painter, b->scene);
    return (double)(g_get_monotonic_time() - begin_us) / 1e3;
}

/* From the act to the picture that shows all of it, in milliseconds. */
static gboolean
show(Bench *b, double *ms, GError **error)
{
    gint64 begin_us = g_get_monotonic_time();
    const DashBed *bed = dash_model_find_bed(b->model, BED);
    DashLook look = dash_past_state_look(&b->state, &b->view, bed);
    dash_past_client_look(b->client, b->view.bed, &look);
    b->seen = dash_past_client_is_seen(b->client);
    if (!b->seen)
        vicu_context_run_until(b->context, &b->seen, WAIT_US);
    if (!b->seen) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_TIMEOUT,
                    "the store did not tell of all in %d s: %s", (int)(WAIT_US / S),
                    dash_past_client_refusal(b->client));
        return FALSE;
    }
    draw(b);
    *ms = (double)(g_get_monotonic_time() - begin_us) / 1e3;
    return TRUE;
}

/* The ward's wall is seen, and nothing is asked for. @known: of the bed at the station. */
static void
begin(Bench *b, DashViewKind kind, int64_t span_us, bool known)
{
    gboolean never = FALSE;
    b->view = (DashView){.kind = DASH_VIEW_WALL, .w = W, .h = H, .dpi = 96};
    b->view.now_us = vicu_clock_utc_us();
    dash_past_client_look(b->client, NULL, NULL);
    if (known)
        dash_past_set_bed(b->past, "");
    else
        dash_past_forget(b->past);
    vicu_context_run_until(b->context, &never, PAUSE_US);
    draw(b);
    b->view.kind = kind;
    b->view.bed = BED;
    b->view.past = &b->state;
    dash_past_state_init(&b->state);
    b->state.past = b->past;
    b->state.complete = true;
    b->state.span_us = span_us;
    dash_past_state_follow(&b->state, b->view.now_us);
}

static gboolean
open_as(Bench *b,
        const char *name,
        DashViewKind kind,
        int hours,
        bool known,
        VicuFigures *figures,
        GError **error)
{
    for (int i = 0; i < OPENS; i++) {
        double ms = 0;
        begin(b, kind, hours * 3600 * S, known);
        if (!show(b, &ms, error))
            return FALSE;
        vicu_figures_add(figures, name, "ms", ms);
    }
    return TRUE;
}

/* What a key shows in the very next picture: all that is live, before the store was asked. */
static void
measure_first(Bench *b, VicuFigures *figures)
{
    for (int i = 0; i < OPENS; i++) {
        begin(b, DASH_VIEW_BED, 3600 * S, false);
        vicu_figures_add(figures, "bed_first_picture_ms", "ms", draw(b));
    }
}

static gboolean
measure_opens(Bench *b, VicuFigures *figures, GError **error)
{
    measure_first(b, figures);
    return open_as(b, "bed_open_ms", DASH_VIEW_BED, 1, false, figures, error)
           && open_as(b, "bed_open_again_ms", DASH_VIEW_BED, 1, true, figures, error)
           && open_as(b, "bed_open_72h_ms", DASH_VIEW_BED, HOURS, false, figures, error)
           && open_as(b, "disclosure_open_ms", DASH_VIEW_DISCLOSURE, HOURS, false, figures, error);
}

/* Minutes all over the 72 h, by the golden ratio; every third time in the rows of an hour. */
static gboolean
measure_drags(Bench *b, VicuFigures *figures, GError **error)
{
    double ms = 0;
    begin(b, DASH_VIEW_DISCLOSURE, HOURS * 3600 * S, false);
    if (!show(b, &ms, error))
        return FALSE;
    for (int i = 0; i < DRAGS; i++) {
        int64_t minutes = HOURS * 60 - 20;
        int64_t minute = 10 + (int64_t)(b->minute++ * 2654435769u % (uint64_t)minutes);
        b->state.span_us = i % 3 == 2 ? 3600 * S : HOURS * 3600 * S;
        dash_past_state_go(&b->state, b->view.now_us - minute * 60 * S, b->view.now_us);
        if (!show(b, &ms, error))
            return FALSE;
        vicu_figures_add(figures, "disclosure_drag_ms", "ms", ms);
    }
    return TRUE;
}

static gboolean
measure(Bench *b, int runs, VicuFigures *figures, GError **error)
{
    double warm = 0;
    if (!open_station(b, error))
        return FALSE;
    begin(b, DASH_VIEW_DISCLOSURE, HOURS * 3600 * S, false);
    if (!show(b, &warm, error)) /* connected, and the store has opened its files */
        return FALSE;
    dash_past_client_look(b->client, NULL, NULL);
    await_rest(b);
    for (int r = 0; r < runs; r++)
        if (!measure_opens(b, figures, error) || !measure_drags(b, figures, error))
            return FALSE;
    return TRUE;
}

gboolean
dash_bench_past(int runs, VicuFigures *figures, GError **error)
{
    Bench b = {0};
    b.dir = g_dir_make_tmp("vicu-bench-past-XXXXXX", error);
    if (!b.dir)
        return FALSE;
    g_autofree char *root = g_build_filename(b.dir, "root", NULL);
    b.root = vicu_root_new(root, error);
    gboolean ok = b.root && fill(&b, error) && measure(&b, runs, figures, error);
    close_station(&b);
    vicu_root_free(b.root);
    vicu_folder_remove(b.dir);
    g_free(b.dir);
    return ok;
}
