/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "common/error.h"
#include "common/folder.h"
#include "store/bench-ask.h"
#include "store/bench-inner.h"
#include "store/bench-runs.h"
#include "store/bench-world.h"

#define SECOND_US ((int64_t)G_USEC_PER_SEC)
#define HOUR_US   ((int64_t)3600 * G_USEC_PER_SEC)

#define RESTART_S      120
#define COLD_RUNS      3
#define LEAD_HOURS     72
#define TREND_HOURS    24
#define TREND_NUMERICS 4 /* of each bed, beside the lead that is asked for */
#define BYTES_BEDS     5 /* with all numerics, for their bytes */
#define WARM_UP        3
#define PIXELS_TREND   1000
#define PIXELS_LEAD    2000

/* ---- questions ---- */

static const uint32_t lead_code = 131330; /* ECG II: wave STORE_BENCH_LEAD of the ward */

typedef struct {
    const char *name;
    Vicu__Query question;
    Vicu__QuerySamples samples;
    Vicu__QueryColumns columns;
    Vicu__QueryTrend trend;
    int64_t span_us;   /* of samples: asked for somewhere within the 72 h */
    bool nothing;      /* the same, of the day before everything */
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
question_at(Question *q, const StoreBench *self, int64_t t0_us, uint32_t lead, int i)
{
    int64_t end_us = t0_us + LEAD_HOURS * HOUR_US;

    vicu__query__init(&q->question);
    if (q->span_us > 0) {
        int64_t room_s = (LEAD_HOURS * HOUR_US - q->span_us) / SECOND_US;
        q->samples.from_us = q->nothing ? t0_us - TREND_HOURS * HOUR_US
                                        : t0_us + (int64_t)i * 7919 % room_s * SECOND_US;
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
ask(StoreBench *self,
    StoreBenchServer *server,
    Question *q,
    int64_t t0_us,
    int i,
    StoreBenchAnswer *answer,
    GError **error)
{
    const Vicu__Query *question = question_at(q, self, t0_us, lead_code, i);

    return store_bench_server_ask(server, question, answer, error)
           && check_answer(q, answer, error);
}

static bool
measure_warm(StoreBench *self, StoreBenchServer *server, Question *q, int64_t t0_us, GError **error)
{
    g_autofree char *cpu = g_strconcat(q->name, "_cpu", NULL);

    for (int i = -WARM_UP; i < self->asks; i++) {
        StoreBenchAnswer answer;
        if (!ask(self, server, q, t0_us, i + WARM_UP, &answer, error))
            return false;
        if (i < 0)
            continue;
        store_bench_figure(self, cpu, "ms", answer.cpu_ms);
        store_bench_figure(self, q->name, "ms", answer.ms);
    }
    store_bench_step(self);
    return true;
}

/* Reads no wave: what is left is the way there and back. */
static void
question_nothing(Question *q, const char *name)
{
    question_samples(q, name, SECOND_US, 0);
    q->nothing = true;
}

static bool
connect_first(StoreBench *self, StoreBenchServer *server, int64_t t0_us, GError **error)
{
    StoreBenchAnswer answer;
    Question nothing;

    question_nothing(&nothing, "connect");
    return ask(self, server, &nothing, t0_us, 0, &answer, error);
}

/* The first question of a store that has just started, whose files are not in memory. */
static bool
measure_cold(StoreBench *self, StoreBenchServer *server, Question *q, int64_t t0_us, GError **error)
{
    g_autofree char *name = g_strconcat(q->name, "_cold", NULL);
    g_autofree char *database = store_bench_server_database(server);

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
        if (!store_bench_server_start(server, error) || !connect_first(self, server, t0_us, error)
            || !ask(self, server, q, t0_us, 997 * (i + 1), &answer, error))
            return false;
        store_bench_figure(self, name, "ms", answer.ms);
    }
    store_bench_step(self);
    return true;
}

/* All numerics of a few beds over a day: their bytes do not depend on how many beds. */
bool
store_bench_bytes(StoreBench *self, GError **error)
{
    g_autofree char *dir = g_build_filename(self->dir, "bytes", NULL);

    for (int r = 0; r < self->runs; r++) {
        g_autoptr(VicuBenchWard) ward = vicu_bench_ward_new(BYTES_BEDS, self->ecg_hz);
        StoreBenchFill job = {dir,
                              self->keys,
                              ward,
                              store_bench_minute_before((TREND_HOURS + 3) * HOUR_US),
                              TREND_HOURS,
                              TREND_HOURS,
                              VICU_BENCH_NUMERICS};
        StoreBenchFilled filled;
        if (!store_bench_apart(store_bench_fill, &job, &filled, sizeof filled, error))
            return false;
        vicu_folder_remove(dir);
        store_bench_figure(self, "numeric_bytes", "B", filled.numeric_bytes);
        store_bench_figure(self, "wave_bytes_lead", "B", filled.lead_bytes);
        store_bench_step(self);
    }
    return true;
}

static bool
fill(StoreBench *self, StoreBenchServer *server, int64_t t0_us, GError **error)
{
    g_autofree char *database = store_bench_server_database(server);
    g_autoptr(VicuBenchWard) ward = vicu_bench_ward_new(self->main_beds, self->ecg_hz);
    StoreBenchFill job = {database,   self->keys,  ward,          t0_us,
                          LEAD_HOURS, TREND_HOURS, TREND_NUMERICS};
    StoreBenchFilled filled;

    if (!store_bench_apart(store_bench_fill, &job, &filled, sizeof filled, error))
        return false;
    store_bench_step(self);
    return true;
}

static bool
ask_all(StoreBench *self, StoreBenchServer *server, int64_t t0_us, GError **error)
{
    g_autofree char *database = store_bench_server_database(server);
    Question nothing, q[4];

    store_bench_make_warm(database);
    question_nothing(&nothing, "query_nothing");
    question_samples(&q[0], "query_wave_10s", 10 * SECOND_US, self->ecg_hz);
    question_samples(&q[1], "query_lead_1h", HOUR_US, self->ecg_hz);
    q[2] = (Question){.name = "query_lead_72h_columns", .columns = VICU__QUERY_COLUMNS__INIT};
    q[2].columns.bed = (char *)"bench/icu/1";
    q[2].columns.columns = PIXELS_LEAD;
    q[3] = (Question){.name = "query_trend_ward", .trend = VICU__QUERY_TREND__INIT};
    q[3].trend.code = vicu_bench_ward_numeric(0);
    q[3].trend.columns = PIXELS_TREND;
    if (!measure_warm(self, server, &nothing, t0_us, error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(q); i++)
        if (!measure_warm(self, server, &q[i], t0_us, error))
            return false;
    for (size_t i = 0; i < G_N_ELEMENTS(q); i++)
        if (!measure_cold(self, server, &q[i], t0_us, error))
            return false;
    return true;
}

bool
store_bench_queries(StoreBench *self, GError **error)
{
    g_autofree char *dir = g_build_filename(self->dir, "q", NULL);
    StoreBenchServer server;
    int64_t t0_us = store_bench_minute_before((LEAD_HOURS + 3) * HOUR_US);
    bool ok = store_bench_server_make(&server, dir, self->keys, error)
              && fill(self, &server, t0_us, error) && store_bench_server_start(&server, error)
              && ask_all(self, &server, t0_us, error);

    store_bench_server_clear(&server);
    vicu_folder_remove(dir);
    return ok;
}

/* ---- restart ---- */

/* From the start of the process after a crash to an answer that has all of the last ten
 * seconds that were acknowledged, of the last bed. */
static bool
restart_once(StoreBench *self, VicuBenchWard *ward, StoreBenchServer *server, GError **error)
{
    g_autofree char *database = store_bench_server_database(server);
    StoreBenchCrash job = {database, self->keys, ward,
                           store_bench_minute_before(RESTART_S * SECOND_US), RESTART_S};
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
    store_bench_figure(self, "restart", "s", (double)(g_get_monotonic_time() - begin_us) / 1e6);
    return true;
}

bool
store_bench_restart(StoreBench *self, GError **error)
{
    g_autoptr(VicuBenchWard) ward = vicu_bench_ward_new(self->main_beds, self->ecg_hz);

    for (int r = 0; r < self->runs; r++) {
        g_autofree char *dir = g_strdup_printf("%s/r%d", self->dir, r);
        StoreBenchServer server;
        bool ok = store_bench_server_make(&server, dir, self->keys, error)
                  && restart_once(self, ward, &server, error);
        store_bench_server_clear(&server);
        vicu_folder_remove(dir);
        if (!ok)
            return false;
        store_bench_step(self);
    }
    return true;
}
