/* `vicu bench store`: what the store costs on this machine.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/figures.h"
#include "common/progress.h"
#include "store/bench-ask.h"
#include "store/bench-batch.h"
#include "store/bench-runs.h"
#include "store/bench-world.h"
#include "store/verbs.h"

#define SECOND_US ((int64_t)G_USEC_PER_SEC)
#define MINUTE_US ((int64_t)60 * G_USEC_PER_SEC)
#define HOUR_US   ((int64_t)3600 * G_USEC_PER_SEC)

#define MAIN_BEDS      100 /* whose figures have no suffix, where they are measured */
#define MOST_BEDS      1000
#define MOST_SIZES     8
#define INGEST_BED_S   12000 /* seconds of a bed in one run of ingest, about */
#define RESTART_S      120
#define COLD_RUNS      3
#define LEAD_HOURS     72
#define TREND_HOURS    24
#define TREND_NUMERICS 4 /* of each bed, beside the lead that is asked for */
#define BYTES_BEDS     5 /* with all numerics, for their bytes */
#define WARM_UP        3
#define PIXELS_TREND   1000
#define PIXELS_LEAD    2000

typedef struct {
    unsigned beds[MOST_SIZES];
    size_t n_beds;
    unsigned main_beds;
    unsigned ecg_hz;
    int runs;
    int asks;
    gboolean json, ingest, restart, queries;
    char *dir; /* of this bench */
    VicuFigures *figures;
    VicuProgress *progress;
    uint64_t steps;
} Bench;

static void
step(Bench *self)
{
    vicu_progress_set(self->progress, ++self->steps);
}

/* ---- folders ---- */

static void
remove_all(const char *dir)
{
    g_autoptr(GDir) open = g_dir_open(dir, 0, NULL);
    const char *name = NULL;

    while (open != NULL && (name = g_dir_read_name(open)) != NULL) {
        g_autofree char *path = g_build_filename(dir, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK))
            remove_all(path);
        else
            g_unlink(path);
    }
    g_rmdir(dir);
}

/* The beginning of the minute that is @before_us ago. */
static int64_t
minute_before(int64_t before_us)
{
    int64_t t_us = vicu_clock_utc_us() - before_us;
    return t_us - t_us % MINUTE_US;
}

/* ---- ingest ---- */

static char *
ingest_name(const Bench *self, const char *name, unsigned beds, int64_t tick_ms)
{
    g_autofree char *size =
        beds == self->main_beds ? g_strdup("") : g_strdup_printf("_%u_beds", beds);

    return g_strconcat(name, tick_ms == 40 ? "_40ms" : "", size, NULL);
}

static bool
ingest_runs(Bench *self, StoreBenchIngest *job, unsigned beds, GError **error)
{
    int64_t tick_ms = job->tick_us / 1000;
    g_autofree char *speed = ingest_name(self, "ingest_store", beds, tick_ms);
    g_autofree char *bytes = ingest_name(self, "wave_bytes", beds, 250);
    g_autofree char *dir = g_build_filename(self->dir, "ingest", NULL);

    job->dir = dir;
    for (int r = 0; r < self->runs; r++) {
        StoreBenchIngested found;
        if (!store_bench_apart(store_bench_ingest, job, &found, sizeof found, error))
            return false;
        remove_all(dir);
        vicu_figures_add(self->figures, speed, "samples/cpu-s", found.samples_per_cpu_s);
        if (tick_ms == 250)
            vicu_figures_add(self->figures, bytes, "B", found.wave_bytes);
        step(self);
    }
    return true;
}

static bool
measure_ingest(Bench *self, unsigned beds, int64_t tick_ms, GError **error)
{
    g_autoptr(VicuBenchWard) ward = vicu_bench_ward_new(beds, self->ecg_hz);
    g_autoptr(GPtrArray) batches = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    int64_t seconds = CLAMP(INGEST_BED_S / (int64_t)beds, 60, 120);
    StoreBenchFeed feed = {.ward = ward,
                           .t0_us = minute_before(HOUR_US),
                           .waves = STORE_BENCH_ALL_WAVES,
                           .beds = beds,
                           .numerics = VICU_BENCH_NUMERICS};

    for (int64_t ms = 0; ms < seconds * 1000; ms += tick_ms)
        g_ptr_array_add(batches, store_bench_batch(&feed, ms, ms + tick_ms));
    StoreBenchIngest job = {.batches = batches,
                            .t0_us = feed.t0_us,
                            .tick_us = tick_ms * 1000,
                            .samples = feed.samples};
    return ingest_runs(self, &job, beds, error);
}

/* ---- questions ---- */

typedef struct {
    const char *name;
    Vicu__Query question;
    Vicu__QuerySamples samples;
    Vicu__QueryColumns columns;
    Vicu__QueryTrend trend;
    int64_t span_us;   /* of samples: asked for somewhere within the 72 h */
    uint64_t expected; /* samples, or beds that have to have columns; 0: any */
} Question;

static void
question_samples(Question *q, const char *name, int64_t span_us, uint32_t hz)
{
    *q = (Question){.name = name, .span_us = span_us, .samples = VICU__QUERY_SAMPLES__INIT};
    q->samples.bed = (char *)"bench/icu/1";
    q->expected = (uint64_t)(span_us / SECOND_US) * hz;
}

/* What is asked is on the stack of whoever calls: pointers are set at each question. */
static const Vicu__Query *
question_at(Question *q, const Bench *self, int64_t t0_us, uint32_t lead, int i)
{
    int64_t end_us = t0_us + LEAD_HOURS * HOUR_US;

    vicu__query__init(&q->question);
    if (q->span_us > 0) {
        int64_t room_s = (LEAD_HOURS * HOUR_US - q->span_us) / SECOND_US;
        q->samples.from_us = t0_us + (int64_t)i * 7919 % room_s * SECOND_US;
        q->samples.to_us = q->samples.from_us + q->span_us;
        q->samples.code = lead;
        q->question.what_case = VICU__QUERY__WHAT_SAMPLES;
        q->question.samples = &q->samples;
    } else if (q->columns.columns > 0) {
        q->columns.from_us = t0_us;
        q->columns.to_us = end_us;
        q->columns.code = lead;
        q->question.what_case = VICU__QUERY__WHAT_COLUMNS;
        q->question.columns = &q->columns;
        q->expected = PIXELS_LEAD;
    } else {
        q->trend.from_us = end_us - TREND_HOURS * HOUR_US;
        q->trend.to_us = end_us;
        q->question.what_case = VICU__QUERY__WHAT_TREND;
        q->question.trend = &q->trend;
        q->expected = (uint64_t)self->main_beds * PIXELS_TREND * 9 / 10;
    }
    return &q->question;
}

/* An answer that is not what was stored is no figure. */
static bool
check_answer(const Question *q, const StoreBenchAnswer *answer, GError **error)
{
    bool ok = q->span_us > 0 ? answer->samples == q->expected : answer->columns >= q->expected;

    if (!ok)
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO,
                    "%s: expected %" G_GUINT64_FORMAT
                    " samples or columns, the store gave %" G_GUINT64_FORMAT
                    " samples and %" G_GUINT64_FORMAT " columns",
                    q->name, q->expected, answer->samples, answer->columns);
    return ok;
}

static bool
ask(Bench *self,
    StoreBenchServer *server,
    Question *q,
    int64_t t0_us,
    int i,
    StoreBenchAnswer *answer,
    GError **error)
{
    static const uint32_t leads[VICU_BENCH_WAVES] = {131329, 131330};
    const Vicu__Query *question = question_at(q, self, t0_us, leads[STORE_BENCH_LEAD], i);

    return store_bench_server_ask(server, question, answer, error)
           && check_answer(q, answer, error);
}

static bool
measure_warm(Bench *self, StoreBenchServer *server, Question *q, int64_t t0_us, GError **error)
{
    g_autofree char *cpu = g_strconcat(q->name, "_cpu", NULL);

    for (int i = -WARM_UP; i < self->asks; i++) {
        StoreBenchAnswer answer;
        if (!ask(self, server, q, t0_us, i + WARM_UP, &answer, error))
            return false;
        if (i < 0)
            continue;
        vicu_figures_add(self->figures, cpu, "ms", answer.cpu_ms);
        vicu_figures_add(self->figures, q->name, "ms", answer.ms);
    }
    step(self);
    return true;
}

/* The first question of a store that has just started, whose files are not in memory.
 * What the connection costs is kept out by a question about a bed that is not there. */
static bool
measure_cold(Bench *self, StoreBenchServer *server, Question *q, int64_t t0_us, GError **error)
{
    g_autofree char *name = g_strconcat(q->name, "_cold", NULL);
    g_autofree char *database = store_bench_server_database(server);
    Question nobody;

    for (int i = 0; i < COLD_RUNS; i++) {
        StoreBenchAnswer answer;
        store_bench_server_stop(server, false);
        if (!store_bench_make_cold(database)) {
            fprintf(stderr,
                    "vicu bench store: %s: not measured here: %s cannot be put out of "
                    "memory\n",
                    name, database);
            return store_bench_server_start(server, error);
        }
        question_samples(&nobody, "connect", SECOND_US, 0);
        nobody.samples.bed = (char *)"bench/icu/0";
        if (!store_bench_server_start(server, error)
            || !ask(self, server, &nobody, t0_us, 0, &answer, error)
            || !ask(self, server, q, t0_us, 997 * (i + 1), &answer, error))
            return false;
        vicu_figures_add(self->figures, name, "ms", answer.ms);
    }
    step(self);
    return true;
}

/* All numerics of a few beds over a day: their bytes do not depend on how many beds. */
static bool
measure_bytes(Bench *self, GError **error)
{
    g_autofree char *dir = g_build_filename(self->dir, "bytes", NULL);

    for (int r = 0; r < self->runs; r++) {
        g_autoptr(VicuBenchWard) ward = vicu_bench_ward_new(BYTES_BEDS, self->ecg_hz);
        StoreBenchFill job = {dir,         ward,        minute_before((TREND_HOURS + 3) * HOUR_US),
                              TREND_HOURS, TREND_HOURS, VICU_BENCH_NUMERICS};
        StoreBenchFilled filled;
        if (!store_bench_apart(store_bench_fill, &job, &filled, sizeof filled, error))
            return false;
        remove_all(dir);
        vicu_figures_add(self->figures, "numeric_bytes", "B", filled.numeric_bytes);
        vicu_figures_add(self->figures, "wave_bytes_lead", "B", filled.lead_bytes);
        step(self);
    }
    return true;
}

static bool
fill(Bench *self, StoreBenchServer *server, int64_t t0_us, GError **error)
{
    g_autofree char *database = store_bench_server_database(server);
    g_autoptr(VicuBenchWard) ward = vicu_bench_ward_new(self->main_beds, self->ecg_hz);
    StoreBenchFill job = {database, ward, t0_us, LEAD_HOURS, TREND_HOURS, TREND_NUMERICS};
    StoreBenchFilled filled;

    if (!store_bench_apart(store_bench_fill, &job, &filled, sizeof filled, error))
        return false;
    step(self);
    return true;
}

static bool
ask_all(Bench *self, StoreBenchServer *server, int64_t t0_us, GError **error)
{
    Question q[4];

    question_samples(&q[0], "query_wave_10s", 10 * SECOND_US, self->ecg_hz);
    question_samples(&q[1], "query_lead_1h", HOUR_US, self->ecg_hz);
    q[2] = (Question){.name = "query_lead_72h_columns", .columns = VICU__QUERY_COLUMNS__INIT};
    q[2].columns.bed = (char *)"bench/icu/1";
    q[2].columns.columns = PIXELS_LEAD;
    q[3] = (Question){.name = "query_trend_ward", .trend = VICU__QUERY_TREND__INIT};
    q[3].trend.code = vicu_bench_ward_numeric(0);
    q[3].trend.columns = PIXELS_TREND;
    for (size_t i = 0; i < G_N_ELEMENTS(q); i++)
        if (!measure_warm(self, server, &q[i], t0_us, error))
            return false;
    for (size_t i = 0; i < G_N_ELEMENTS(q); i++)
        if (!measure_cold(self, server, &q[i], t0_us, error))
            return false;
    return true;
}

static bool
measure_queries(Bench *self, GError **error)
{
    g_autofree char *dir = g_build_filename(self->dir, "q", NULL);
    StoreBenchServer server;
    int64_t t0_us = minute_before((LEAD_HOURS + 3) * HOUR_US);
    bool ok = store_bench_server_make(&server, dir, error) && fill(self, &server, t0_us, error)
              && store_bench_server_start(&server, error) && ask_all(self, &server, t0_us, error);

    store_bench_server_clear(&server);
    remove_all(dir);
    return ok;
}

/* ---- restart ---- */

/* From the start of the process after a crash to an answer that has all of the last ten
 * seconds that were acknowledged, of the last bed. */
static bool
restart_once(Bench *self, VicuBenchWard *ward, StoreBenchServer *server, GError **error)
{
    g_autofree char *database = store_bench_server_database(server);
    StoreBenchCrash job = {database, ward, minute_before(RESTART_S * SECOND_US), RESTART_S};
    StoreBenchAnswer answer;
    Question q;
    int64_t end_us = 0;

    if (!store_bench_apart(store_bench_crash, &job, &end_us, sizeof end_us, error))
        return false;
    question_samples(&q, "restart", 10 * SECOND_US, self->ecg_hz);
    q.samples.bed = (char *)vicu_bench_ward_bed(ward, vicu_bench_ward_beds(ward) - 1);
    q.samples.code = vicu_bench_ward_wave(ward, 0)->code;
    q.samples.from_us = end_us - q.span_us;
    q.samples.to_us = end_us;
    q.question = (Vicu__Query)VICU__QUERY__INIT;
    q.question.what_case = VICU__QUERY__WHAT_SAMPLES;
    q.question.samples = &q.samples;
    int64_t begin_us = g_get_monotonic_time();
    if (!store_bench_server_start(server, error)
        || !store_bench_server_ask(server, &q.question, &answer, error)
        || !check_answer(&q, &answer, error))
        return false;
    vicu_figures_add(self->figures, "restart", "s",
                     (double)(g_get_monotonic_time() - begin_us) / 1e6);
    return true;
}

static bool
measure_restart(Bench *self, GError **error)
{
    g_autoptr(VicuBenchWard) ward = vicu_bench_ward_new(self->main_beds, self->ecg_hz);

    for (int r = 0; r < self->runs; r++) {
        g_autofree char *dir = g_strdup_printf("%s/r%d", self->dir, r);
        StoreBenchServer server;
        bool ok = store_bench_server_make(&server, dir, error)
                  && restart_once(self, ward, &server, error);
        store_bench_server_clear(&server);
        remove_all(dir);
        if (!ok)
            return false;
        step(self);
    }
    return true;
}

/* ---- the verb ---- */

static bool
measure(Bench *self, GError **error)
{
    for (size_t i = 0; self->ingest && i < self->n_beds; i++)
        if (!measure_ingest(self, self->beds[i], 250, error)
            || !measure_ingest(self, self->beds[i], 40, error))
            return false;
    if (self->queries && (!measure_bytes(self, error) || !measure_queries(self, error)))
        return false;
    return !self->restart || measure_restart(self, error);
}

static bool
take_beds(Bench *self, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, ",", MOST_SIZES + 1);

    for (size_t i = 0; words[i] != NULL; i++) {
        guint64 beds = 0;
        if (i == MOST_SIZES || !g_ascii_string_to_unsigned(words[i], 10, 1, MOST_BEDS, &beds, NULL))
            return false;
        self->beds[self->n_beds++] = (unsigned)beds;
        if (beds == MAIN_BEDS || i == 0)
            self->main_beds = (unsigned)beds;
    }
    return self->n_beds > 0;
}

/* "ingest,restart": FALSE for a word that is none of the three. */
static bool
take_parts(Bench *self, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, ",", 4);

    self->ingest = self->restart = self->queries = FALSE;
    for (size_t i = 0; words[i] != NULL; i++) {
        gboolean *part = strcmp(words[i], "ingest") == 0    ? &self->ingest
                         : strcmp(words[i], "restart") == 0 ? &self->restart
                         : strcmp(words[i], "queries") == 0 ? &self->queries
                                                            : NULL;
        if (part == NULL)
            return false;
        *part = TRUE;
    }
    return words[0] != NULL;
}

static int
run(Bench *self, const char *where)
{
    g_autoptr(GError) error = NULL;
    uint64_t runs = (uint64_t)self->runs;
    uint64_t total = (self->ingest ? 2 * self->n_beds * runs : 0) + (self->queries ? runs + 9 : 0)
                     + (self->restart ? runs : 0);

    self->dir =
        g_build_filename(where != NULL ? where : g_get_tmp_dir(), "vicu-bench-XXXXXX", NULL);
    if (g_mkdtemp(self->dir) == NULL) {
        fprintf(stderr, "vicu bench store: %s: no folder can be made: %s\n", self->dir,
                g_strerror(errno));
        return STORE_WANTING;
    }
    self->figures = vicu_figures_new("store");
    self->progress = vicu_progress_new("bench store", "steps", total);
    bool ok = measure(self, &error);
    g_clear_pointer(&self->progress, vicu_progress_free);
    remove_all(self->dir);
    if (ok)
        vicu_figures_print(self->figures, self->json, stdout);
    else
        fprintf(stderr, "vicu bench store: %s\n", error->message);
    vicu_figures_free(self->figures);
    g_free(self->dir);
    return ok ? STORE_DONE : STORE_WANTING;
}

int
store_bench_main(int argc, char **argv)
{
    Bench self = {.runs = 3, .asks = 25, .ingest = TRUE, .restart = TRUE, .queries = TRUE};
    g_autofree char *beds = NULL;
    g_autofree char *only = NULL;
    g_autofree char *where = NULL;
    int ecg_hz = 250;
    const GOptionEntry entries[] = {
        {"beds", 0, 0, G_OPTION_ARG_STRING, &beds, "Sizes of the ward (100)", "N[,N...]"},
        {"ecg", 0, 0, G_OPTION_ARG_INT, &ecg_hz, "Rate of the leads (250)", "250|500"},
        {"runs", 0, 0, G_OPTION_ARG_INT, &self.runs, "How often (3), the median counts", "N"},
        {"only", 0, 0, G_OPTION_ARG_STRING, &only, "Some parts of it", "ingest,queries,restart"},
        {"dir", 0, 0, G_OPTION_ARG_FILENAME, &where, "On which disk (that of temporary files)",
         "DIR"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &self.json, "Print JSON", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;

    if (argc < 2 || strcmp(argv[1], "store") != 0)
        return store_verb_usage("the store knows no such bench; it has \"bench store\"");
    g_set_prgname("vicu bench store");
    g_option_context_set_summary(context, "What the store costs on this machine.");
    g_option_context_set_description(context,
                                     "Example:\n  vicu bench store --beds 10,100 --json\n");
    g_option_context_add_main_entries(context, entries, NULL);
    argc--;
    argv++;
    if (!g_option_context_parse(context, &argc, &argv, &error))
        return store_verb_usage("%s", error->message);
    if (argc > 1)
        return store_verb_usage("\"%s\" is one word too many", argv[1]);
    if (ecg_hz != 250 && ecg_hz != 500)
        return store_verb_usage("--ecg %d is neither 250 nor 500", ecg_hz);
    if (self.runs < 3 || self.runs > 100)
        return store_verb_usage("--runs %d is outside 3..100", self.runs);
    if (!take_beds(&self, beds != NULL ? beds : "100"))
        return store_verb_usage("--beds %s: expected up to %d numbers of 1..%d", beds, MOST_SIZES,
                                MOST_BEDS);
    if (only != NULL && !take_parts(&self, only))
        return store_verb_usage("--only %s: expected ingest, queries or restart", only);
    self.ecg_hz = (unsigned)ecg_hz;
    return run(&self, where);
}
