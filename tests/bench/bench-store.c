/* Cost of durable ingest in the store alone: CPU seconds per 10^9 wave samples.
 *
 * 100 beds of 3 waves at 250 Hz, 4 at 125 Hz and 20 numerics at 1 Hz, one sender,
 * one batch per tick, each synced by itself. The batches are made beforehand; the
 * CPU is that of all threads from the first put until every minute is sealed and the
 * database is closed, flushes included. Then: how long opening takes after a crash, and
 * queries, of a ward and of 72 h of one lead.
 *
 * usage: bench-store [SECONDS [FOLDER [ingest | lead]]]
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/query-blocks.h"
#include "store/query.h"
#include "tests/store/make.h"

#define BEDS  100
#define WAVES 7
#define RUNS  3

typedef struct {
    double samples;
    double cpu_s;
    double wall_s;
    double bytes_on_disk;
    double sync_p50_us;
} Run;

static double
cpu_s(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec
           + 1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

/* Milliseconds of this thread: what other jobs take of the machine does not count. */
static double
thread_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
hz_of(int wave)
{
    return wave < 3 ? 250 : 125;
}

static int16_t
sample(int bed, int wave, int64_t i)
{
    return (int16_t)(300 * sin((double)i * 0.02 + bed) + (double)((i * 7919 + wave * 31) % 17));
}

static void
add_numerics(Make *make, const char *bed, int64_t second)
{
    Vicu__Numerics *n = MAKE_MESSAGE(Numerics, numerics);

    n->bed = make_text(bed);
    n->origin = VICU__ORIGIN__ORIGIN_LIVE;
    n->n_code = n->n_t_us = n->n_value = n->n_period_ms = 20;
    n->code = malloc(20 * sizeof *n->code);
    n->t_us = malloc(20 * sizeof *n->t_us);
    n->value = malloc(20 * sizeof *n->value);
    n->period_ms = malloc(20 * sizeof *n->period_ms);
    for (uint32_t i = 0; i < 20; i++) {
        n->code[i] = HEART + i;
        n->t_us[i] = T0_US + second * SECOND;
        n->value[i] = 60 + (double)((second * 7 + i) % 40);
        n->period_ms[i] = 1000;
    }
    g_ptr_array_add(make->owned[2], n);
}

/* One tick of the whole ward; adds the samples in it to @samples. */
static GBytes *
ward_tick(int64_t tick, int tick_ms, double *samples)
{
    int per_s = 1000 / tick_ms;
    Make *make = make_new(T0_US + (tick + 1) * tick_ms * 1000);

    for (int b = 0; b < BEDS; b++) {
        char bed[32];
        g_snprintf(bed, sizeof bed, "bench/icu/%d", b + 1);
        for (int w = 0; w < WAVES; w++) {
            int16_t buffer[256];
            uint32_t id = (uint32_t)(b * WAVES + w);
            int64_t first = tick * hz_of(w) / per_s, end = (tick + 1) * hz_of(w) / per_s;
            if (tick % per_s == 0)
                make_segment(make, id, bed, ECG_II + (uint32_t)w, T0_US, 1, (uint32_t)hz_of(w));
            for (int64_t i = first; i < end; i++)
                buffer[i - first] = sample(b, w, i);
            make_wave(make, id, (uint64_t)first, buffer, (size_t)(end - first));
            *samples += (double)(end - first);
        }
        if (tick % per_s == b % per_s)
            add_numerics(make, bed, tick / per_s);
    }
    return make_done(make);
}

static GPtrArray *
make_ward(int seconds, int tick_ms, double *samples)
{
    GPtrArray *ticks = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);

    for (int64_t i = 0; i < (int64_t)seconds * 1000 / tick_ms; i++)
        g_ptr_array_add(ticks, ward_tick(i, tick_ms, samples));
    return ticks;
}

static int
compare(gconstpointer pa, gconstpointer pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;
    return (a > b) - (a < b);
}

static double
median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, compare);
    return values[n / 2];
}

static void
open_ward(Ward *ward, char *dir, bool sync)
{
    StoreDbOptions options;
    GError *error = NULL;

    store_db_options_init(&options);
    options.sync = sync;
    ward->dir = dir;
    ward->now = (StoreNow){T0_US, SECOND};
    ward->db = store_db_open(dir, &options, &error);
    g_assert_no_error(error);
    ward->head = store_head_open(ward->db, ward->now, &error);
    g_assert_no_error(error);
}

static Run
ingest(char *dir, GPtrArray *ticks, int tick_ms, double samples)
{
    Ward ward;
    Run run = {.samples = samples};
    VicuFingerprint id = make_sender(1);
    g_autofree double *sync_us = g_new(double, ticks->len);
    double cpu = cpu_s();
    int64_t wall_us = g_get_monotonic_time();

    open_ward(&ward, dir, true);
    ward_epoch(&ward, 1, 1);
    for (guint i = 0; i < ticks->len; i++) {
        StorePutFate fate = STORE_PUT_HOLE;
        size_t size = 0;
        int64_t took_us = 0;
        const void *data = g_bytes_get_data(ticks->pdata[i], &size);
        g_assert_true(
            store_head_batch(ward.head, &id, 1, i + 1, data, size, ward.now, &fate, NULL));
        g_assert_cmpint(fate, ==, STORE_PUT_TAKEN);
        ward_rest(&ward);
        g_assert_true(store_head_commit(ward.head, &took_us, NULL));
        sync_us[i] = (double)took_us;
        ward_pass(&ward, tick_ms * 1000);
    }
    ward_pass(&ward, 5 * MINUTE);
    ward_seal(&ward);
    run.bytes_on_disk = (double)store_db_family_bytes(ward.db, STORE_WAVE);
    ward_shut(&ward);
    run.cpu_s = cpu_s() - cpu;
    run.wall_s = (double)(g_get_monotonic_time() - wall_us) / 1e6;
    run.sync_p50_us = median(sync_us, ticks->len);
    return run;
}

static void
report(int seconds, int tick_ms, const char *folder)
{
    double samples = 0, cpu[RUNS], wall = 0, sync_us = 0, bytes = 0;
    g_autoptr(GPtrArray) ticks = make_ward(seconds, tick_ms, &samples);

    for (int r = 0; r < RUNS; r++) {
        g_autofree char *dir = g_strdup_printf("%s/bench-%d-%d", folder, tick_ms, r);
        Run run = ingest(dir, ticks, tick_ms, samples);
        cpu[r] = run.cpu_s / samples * 1e9;
        wall = run.wall_s;
        sync_us = run.sync_p50_us;
        bytes = run.bytes_on_disk / samples;
        remove_folder(dir);
    }
    double middle = median(cpu, RUNS);
    printf("ingest %3d ms ticks: %.1f cpu-s per 1e9 samples (%.1f..%.1f, %d runs) = %.1f M "
           "samples/cpu-s; sync p50 %.0f us; %.3f B/sample sealed; last run %.1f s of wall for %d "
           "s of "
           "ward\n",
           tick_ms, middle, cpu[0], cpu[RUNS - 1], RUNS, 1e3 / middle, sync_us, bytes, wall,
           seconds);
}

static double
ask(Ward *ward, Vicu__Query *question)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    char *refusal = NULL;
    double begin_ms = thread_ms();
    g_autoptr(GBytes) packed = vicu_wire_pack(&question->base);
    g_autoptr(StoreQuery) query = store_query_new(
        ward->head,
        vicu_wire_unpack_query(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), NULL),
        &refusal);

    g_assert_nonnull(query);
    for (StoreQueryStep step = STORE_QUERY_WORKED; step != STORE_QUERY_LAST;) {
        step = store_query_step(query, out);
        if (step != STORE_QUERY_WORKED)
            g_byte_array_set_size(out, 0);
    }
    return thread_ms() - begin_ms;
}

static void
query_ward(Ward *ward, int seconds)
{
    Vicu__Query question = VICU__QUERY__INIT;
    Vicu__QuerySamples samples = VICU__QUERY_SAMPLES__INIT;
    Vicu__QueryColumns columns = VICU__QUERY_COLUMNS__INIT;
    Vicu__QueryNumerics numerics = VICU__QUERY_NUMERICS__INIT;
    double ms[3][11];

    samples.bed = columns.bed = numerics.bed = (char *)"bench/icu/7";
    samples.code = columns.code = ECG_II;
    for (int i = 0; i < 11; i++) {
        samples.from_us = T0_US + g_random_int_range(0, seconds - 10) * SECOND;
        samples.to_us = samples.from_us + 10 * SECOND;
        question.what_case = VICU__QUERY__WHAT_SAMPLES;
        question.samples = &samples;
        ms[0][i] = ask(ward, &question);
        columns.from_us = numerics.from_us = T0_US;
        columns.to_us = numerics.to_us = T0_US + seconds * SECOND;
        columns.columns = 1000;
        question.what_case = VICU__QUERY__WHAT_COLUMNS;
        question.columns = &columns;
        ms[1][i] = ask(ward, &question);
        question.what_case = VICU__QUERY__WHAT_NUMERICS;
        question.numerics = &numerics;
        ms[2][i] = ask(ward, &question);
    }
    printf("queries in process, CPU, median of 11: 10 s of a wave %.2f ms; %d s of a wave in 1000 "
           "columns %.1f ms; all numerics of a bed over %d s %.2f ms\n",
           median(ms[0], 11), seconds, median(ms[1], 11), seconds, median(ms[2], 11));
}

/* A child fills it and dies; the parent opens. */
static void
restart(int seconds, const char *folder)
{
    g_autofree char *dir = g_strdup_printf("%s/bench-restart", folder);
    Ward ward;
    double samples = 0;
    VicuFingerprint id = make_sender(1);

    pid_t child = fork();
    if (child == 0) {
        g_autoptr(GPtrArray) ticks = make_ward(seconds, 40, &samples);
        open_ward(&ward, dir, false);
        ward_epoch(&ward, 1, 1);
        for (guint i = 0; i < ticks->len; i++) {
            StorePutFate fate;
            size_t size = 0;
            const void *data = g_bytes_get_data(ticks->pdata[i], &size);
            g_assert_true(
                store_head_batch(ward.head, &id, 1, i + 1, data, size, ward.now, &fate, NULL));
            ward_rest(&ward);
            ward_commit(&ward);
            ward_pass(&ward, 40000);
        }
        _exit(0); /* no close */
    }
    g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
    int64_t begin_us = g_get_monotonic_time();
    open_ward(&ward, dir, true);
    printf("open after a crash, %d beds: %.0f ms, %" G_GUINT64_FORMAT " batches read again\n", BEDS,
           (double)(g_get_monotonic_time() - begin_us) / 1000,
           store_head_counts(ward.head)->replayed);
    query_ward(&ward, seconds);
    ward_shut(&ward);
    remove_folder(dir);
}

/* ---- 72 h of one lead ---- */

#define LEAD_HOURS 72

static void
fill_lead(Ward *ward)
{
    static int16_t samples[250 * 60];

    ward_epoch(ward, 1, 1);
    for (int64_t m = 0; m < LEAD_HOURS * 60; m++) {
        Make *make = make_new(T0_US + (m + 1) * MINUTE);
        for (int i = 0; i < 250 * 60; i++)
            samples[i] = sample(1, 0, m * 250 * 60 + i);
        make_segment(make, 1, "bench/icu/1", ECG_II, T0_US, 1, 250);
        make_wave(make, 1, (uint64_t)(m * 250 * 60), samples, 250 * 60);
        ward->now = (StoreNow){T0_US + (m + 1) * MINUTE, SECOND + (m + 1) * MINUTE};
        g_assert_cmpint(ward_put(ward, 1, 1, (uint64_t)m + 1, make_done(make)), ==,
                        STORE_PUT_TAKEN);
        ward_seal(ward);
        for (int i = 0; i < 4; i++) {
            ward_rest(ward);
            ward_commit(ward);
            ward_pass(ward, 2 * SECOND);
        }
    }
}

/* As a client does: blocks are decoded by who asked. */
static double
ask_blocks(Ward *ward, Vicu__Query *question, VicuCodecScratch *scratch, uint64_t *n)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    char *refusal = NULL;
    double begin_ms = thread_ms();
    g_autoptr(GBytes) packed = vicu_wire_pack(&question->base);
    g_autoptr(StoreQuery) query = store_query_new(
        ward->head,
        vicu_wire_unpack_query(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), NULL),
        &refusal);

    g_assert_nonnull(query);
    for (StoreQueryStep step = STORE_QUERY_WORKED; step != STORE_QUERY_LAST;) {
        step = store_query_step(query, out);
        if (step == STORE_QUERY_WORKED)
            continue;
        g_autoptr(Vicu__QueryRows) rows = vicu_wire_unpack_query_rows(out->data, out->len, NULL);
        g_assert_true(vicu_query_blocks_unpack(scratch, rows, question->samples->from_us,
                                               question->samples->to_us, NULL));
        for (size_t i = 0; i < rows->n_run; i++)
            *n += rows->run[i]->samples.len / 2;
        g_byte_array_set_size(out, 0);
    }
    return thread_ms() - begin_ms;
}

static void
query_lead(const char *folder)
{
    g_autofree char *dir = g_strdup_printf("%s/bench-lead", folder);
    g_autoptr(VicuCodecScratch) scratch = vicu_codec_scratch_new(VICU_BLOCK_MAX_SAMPLES);
    Ward ward;
    Vicu__Query question = VICU__QUERY__INIT;
    Vicu__QuerySamples samples = VICU__QUERY_SAMPLES__INIT;
    Vicu__QueryColumns columns = VICU__QUERY_COLUMNS__INIT;
    double ms[4][11];
    uint64_t n = 0;

    open_ward(&ward, dir, false);
    fill_lead(&ward);
    ward_commit(&ward);
    samples.bed = columns.bed = (char *)"bench/icu/1";
    samples.code = columns.code = ECG_II;
    columns.from_us = T0_US;
    columns.to_us = T0_US + LEAD_HOURS * HOUR;
    columns.columns = 2000;
    samples.blocks = true;
    for (int i = 0; i < 11; i++) {
        question.what_case = VICU__QUERY__WHAT_SAMPLES;
        question.samples = &samples;
        samples.from_us = T0_US + g_random_int_range(0, LEAD_HOURS * 3600 - 7200) * SECOND;
        samples.to_us = samples.from_us + HOUR;
        ms[0][i] = ask(&ward, &question);
        ms[1][i] = ask_blocks(&ward, &question, scratch, &n);
        samples.to_us = samples.from_us + 10 * SECOND;
        ms[2][i] = ask_blocks(&ward, &question, scratch, &n);
        question.what_case = VICU__QUERY__WHAT_COLUMNS;
        question.columns = &columns;
        ms[3][i] = ask(&ward, &question);
    }
    g_assert_cmpuint(n, ==, 11 * (900000 + 2500));
    printf(
        "one lead of 250 Hz, CPU, median of 11: 1 h as blocks %.2f ms, decoded %.2f ms; 10 s %.3f "
        "ms; %d h in 2000 columns %.2f ms; %zu files, %.3f B/sample\n",
        median(ms[0], 11), median(ms[1], 11), median(ms[2], 11), LEAD_HOURS, median(ms[3], 11),
        store_db_files(ward.db, STORE_WAVE, NULL, NULL),
        (double)store_db_family_bytes(ward.db, STORE_WAVE) / (LEAD_HOURS * 900000.0));
    ward_shut(&ward);
    remove_folder(dir);
}

int
main(int argc, char **argv)
{
    int seconds = argc > 1 ? atoi(argv[1]) : 120;
    g_autofree char *folder = argc > 2 ? g_strdup(argv[2]) : make_folder();

    setvbuf(stdout, NULL, _IOLBF, 0);
    const char *only = argc > 3 ? argv[3] : "";
    if (only[0] == '\0') /* first: it forks, and a database has threads */
        restart(MAX(seconds, 120), folder);
    if (strcmp(only, "ingest") != 0)
        query_lead(folder);
    if (strcmp(only, "lead") == 0)
        return 0;
    report(seconds, 250, folder);
    report(seconds, 40, folder);
    if (argc <= 2)
        remove_folder(folder);
    return 0;
}
