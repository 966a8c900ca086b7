/* Numerics on disk, and the trend of a whole ward: bytes, CPU, slices, wall time.
 *
 * Beds of (20) numerics at 1 Hz (whole numbers that walk at random, the fourth of four
 * hardly at all), batches of ten seconds; then all of it is sealed. Reported: bytes of
 * files (keys and both pyramid levels included) per value, CPU of sealing, the longest
 * slice and the longest stall of a tick; and QueryTrend over the last day to 1000
 * columns, in process and over ipc with CURVE to a client that reads every column.
 *
 * usage: bench-trend STORE-PROGRAM [BEDS [HOURS [NUMERICS]]]
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/trend-rows.h"
#include "store/query.h"
#include "tests/bench/bench-trend-ipc.h"
#include "tests/store/make.h"

#define NUMERICS  20
#define PER_BATCH 10
#define RUNS      101
#define COLUMNS   1000

static double
thread_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double
cpu_s(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec
           + 1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static int
compare(gconstpointer pa, gconstpointer pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;
    return (a > b) - (a < b);
}

/* ---- the workload ---- */

typedef struct {
    double mean, at;
} Walk;

typedef struct {
    Ward ward;
    int beds;
    int numerics;    /* of each */
    int64_t seconds; /* so far */
    uint64_t sequence;
    Walk *walk; /* beds * NUMERICS */
    GRand *random;
    double longest_slice_us, slices_s;
    double longest_flush_us;
} Bench;

static double
gauss(GRand *random)
{
    double sum = 0;

    for (int i = 0; i < 4; i++)
        sum += g_rand_double_range(random, -1, 1);
    return sum * sqrt(0.75);
}

static void
add_bed(Bench *bench, Make *make, int bed, const char *name)
{
    Vicu__Numerics *n = MAKE_MESSAGE(Numerics, numerics);
    size_t all = (size_t)bench->numerics * PER_BATCH;

    n->bed = make_text(name);
    n->origin = VICU__ORIGIN__ORIGIN_LIVE;
    n->n_code = n->n_t_us = n->n_value = n->n_period_ms = all;
    n->code = malloc(all * sizeof *n->code);
    n->t_us = malloc(all * sizeof *n->t_us);
    n->value = malloc(all * sizeof *n->value);
    n->period_ms = malloc(all * sizeof *n->period_ms);
    for (size_t i = 0; i < all; i++) {
        size_t k = i % (size_t)bench->numerics;
        int64_t second = bench->seconds + (int64_t)(i / (size_t)bench->numerics);
        Walk *walk = &bench->walk[(size_t)(bed * bench->numerics) + k];
        if (second % (int64_t)(1 + k % 3) == 0)
            walk->at +=
                0.01 * (walk->mean - walk->at) + (k % 4 == 3 ? 0.02 : 0.6) * gauss(bench->random);
        n->code[i] = HEART + (uint32_t)k;
        n->t_us[i] = T0_US + second * SECOND;
        n->value[i] = round(walk->at);
        n->period_ms[i] = 1000;
    }
    g_ptr_array_add(make->owned[2], n);
}

static void
tick(Bench *bench)
{
    const StoreTrendCounts *counts = store_trend_counts(store_head_trend(bench->ward.head));
    VicuFingerprint id = make_sender(1);
    const StoreLane *lane = store_head_lane(bench->ward.head, &id, 1);
    uint64_t before = counts->slices;
    uint64_t waiting = store_numeric_count(lane->numeric);
    double cpu = thread_s();

    g_assert_true(store_head_tick(bench->ward.head, bench->ward.now, NULL));
    double took_us = (thread_s() - cpu) * 1e6;
    if (store_numeric_count(lane->numeric) < waiting) {
        bench->longest_flush_us = MAX(bench->longest_flush_us, took_us);
    } else if (counts->slices > before) {
        bench->longest_slice_us = MAX(bench->longest_slice_us, took_us);
        bench->slices_s += took_us * 1e-6;
    }
    ward_commit(&bench->ward);
}

static void
fill(Bench *bench, int64_t seconds)
{
    for (int64_t end = bench->seconds + seconds; bench->seconds < end;
         bench->seconds += PER_BATCH) {
        Make *make = make_new(T0_US + bench->seconds * SECOND);
        for (int b = 0; b < bench->beds; b++) {
            char name[32];
            g_snprintf(name, sizeof name, "bench/icu/%d", b + 1);
            add_bed(bench, make, b, name);
        }
        ward_put(&bench->ward, 1, 1, ++bench->sequence, make_done(make));
        ward_pass(&bench->ward, PER_BATCH * SECOND);
        for (int i = 0; i < PER_BATCH * 10; i++) /* the daemon ticks each 100 ms */
            tick(bench);
    }
}

static void
seal_all(Bench *bench)
{
    ward_pass(&bench->ward, 2 * HOUR);
    for (int idle = 0; idle < 5;) {
        uint64_t before = store_trend_counts(store_head_trend(bench->ward.head))->slices;
        tick(bench);
        idle =
            store_trend_counts(store_head_trend(bench->ward.head))->slices > before ? 0 : idle + 1;
    }
}

static uint64_t
bytes_of(Bench *bench, StoreFamily family)
{
    return store_db_family_bytes(bench->ward.db, family);
}

/* ---- questions in process ---- */

static double
ask(Bench *bench, int64_t from_us, int64_t to_us, double *cpu, double *bytes)
{
    Vicu__Query question = VICU__QUERY__INIT;
    Vicu__QueryTrend what = VICU__QUERY_TREND__INIT;
    g_autoptr(GByteArray) out = g_byte_array_new();
    char *refusal = NULL;
    double sum = 0;

    what.code = HEART;
    what.from_us = from_us;
    what.to_us = to_us;
    what.columns = COLUMNS;
    question.what_case = VICU__QUERY__WHAT_TREND;
    question.trend = &what;
    g_autoptr(GBytes) packed = vicu_wire_pack(&question.base);
    double cpu_before = thread_s();
    int64_t begin_us = g_get_monotonic_time();
    g_autoptr(StoreQuery) query = store_query_new(
        bench->ward.head,
        vicu_wire_unpack_query(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), NULL),
        &refusal);
    g_assert_nonnull(query);
    *bytes = 0;
    for (StoreQueryStep step = STORE_QUERY_WORKED; step != STORE_QUERY_LAST;) {
        step = store_query_step(query, out);
        if (step == STORE_QUERY_WORKED)
            continue;
        *bytes += out->len;
        Vicu__QueryRows *rows = vicu_wire_unpack_query_rows(out->data, out->len, NULL);
        for (size_t i = 0; i < rows->n_trend; i++) {
            VicuTrend trend;
            g_assert_true(vicu_trend_init(&trend, rows->trend[i], NULL));
            for (guint c = 0; c < trend.columns; c++)
                sum += vicu_trend_column(&trend, c).mean;
        }
        vicu_wire_free(rows);
        g_byte_array_set_size(out, 0);
    }
    g_assert_true(isfinite(sum));
    *cpu = (thread_s() - cpu_before) * 1e3;
    return (double)(g_get_monotonic_time() - begin_us) / 1e3;
}

static void
ask_many(Bench *bench, int64_t from_us, int64_t to_us, const char *name)
{
    double ms[RUNS], cpu[RUNS], bytes = 0;

    for (int i = 0; i < RUNS; i++)
        ms[i] = ask(bench, from_us, to_us, &cpu[i], &bytes);
    qsort(ms, RUNS, sizeof *ms, compare);
    qsort(cpu, RUNS, sizeof *cpu, compare);
    printf("trend of %d beds, %s, %d columns, in process with decoding: %.2f ms (%.2f..%.2f), "
           "cpu %.2f ms, %.0f KiB\n",
           bench->beds, name, COLUMNS, ms[RUNS / 2], ms[0], ms[RUNS - 1], cpu[RUNS / 2],
           bytes / 1024);
}

static void
report(Bench *bench, double cpu)
{
    double values = (double)bench->beds * bench->numerics * (double)bench->seconds;
    double trend = (double)bytes_of(bench, STORE_TREND),
           pyramid = (double)bytes_of(bench, STORE_PYRAMID);

    printf(
        "%.2f M values: %.4f B each on disk (blocks %.4f, pyramids %.4f), %.0f kB of rows left\n",
        values / 1e6, (trend + pyramid) / values, trend / values, pyramid / values,
        (double)bytes_of(bench, STORE_NUMERICS) / 1e3);
    printf("sealing: %.1f cpu-s per 1e9 values in slices of at most %.0f us; the flush of the lane "
           "each "
           "minute %.0f us at most; all that the store did: %.1f cpu-s per 1e9\n",
           bench->slices_s / values * 1e9, bench->longest_slice_us, bench->longest_flush_us,
           cpu / values * 1e9);
}

int
main(int argc, char **argv)
{
    Bench bench = {.beds = argc > 2 ? atoi(argv[2]) : 20};

    bench.numerics = argc > 4 ? atoi(argv[4]) : 20;
    int64_t hours = argc > 3 ? atoi(argv[3]) : 24;
    StoreDbOptions options;
    GError *error = NULL;

    setvbuf(stdout, NULL, _IOLBF, 0);
    bench.random = g_rand_new_with_seed(1);
    bench.walk = g_new(Walk, (size_t)(bench.beds * bench.numerics));
    for (int i = 0; i < bench.beds * bench.numerics; i++)
        bench.walk[i].mean = bench.walk[i].at = 40 + 80 * g_rand_double(bench.random);
    store_db_options_init(&options);
    options.sync = false;
    g_autofree char *root = make_folder();
    bench.ward.dir = g_build_filename(root, "store", NULL);
    bench.ward.now = (StoreNow){T0_US, SECOND};
    bench.ward.db = store_db_open(bench.ward.dir, &options, &error);
    g_assert_no_error(error);
    bench.ward.head = store_head_open(bench.ward.db, bench.ward.now, &error);
    g_assert_no_error(error);
    ward_epoch(&bench.ward, 1, 1);
    double cpu = cpu_s();
    fill(&bench, hours * 3600);
    cpu = cpu_s() - cpu;
    int64_t end_us = T0_US + bench.seconds * SECOND;
    ask_many(&bench, end_us - 24 * HOUR, end_us, "24 h to now, the last hour open");
    seal_all(&bench);
    ward_shut(&bench.ward); /* what is in memory becomes files */
    ward_reopen(&bench.ward);
    report(&bench, cpu);
    ask_many(&bench, end_us - 24 * HOUR, end_us, "24 h, all sealed");
    ward_shut(&bench.ward);
    if (argc > 1)
        bench_trend_ipc(argv[1], root, HEART, end_us - 24 * HOUR, end_us, COLUMNS, RUNS);
    remove_folder(root);
    return 0;
}
