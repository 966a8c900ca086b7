/* Soak: days of a ward in a time of their own. What is held in memory, open and on disk stays
 * bounded, and the last day costs no more than the first.
 *
 * Normally one day of two beds, judged by counts. With VICU_NIGHT a week of 20 beds, judged by
 * CPU time too, and a year of a bed that sends one minute of each hour. Every figure is
 * printed as a line "# figure:".
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/bench-batch.h"
#include "store/bench-world.h"
#include "store/query.h"
#include "tests/store/make.h"

#define HOURS_OF_DAY  24
#define STEP_MS       10000
#define TICKS_OF_STEP 20 /* the daemon has 100; sealing a minute of 20 beds takes some ten */
#define ASKS          15
#define MACHINE_RUNS  99
#define MIB           1048576.0
#define RSS_MOST_MIB  200
#define FILES_MOST    (512 + 64) /* [database] max_open_files, and what else a process has */
#define RATIO_MOST    1.5
#define T0            (T0_US - T0_US % (24 * HOUR)) /* midnight */
#define LEAD          1

typedef struct {
    const char *name;
    unsigned beds, waves, numerics;
    int64_t days;
    int64_t period_hours; /* what is compared */
    int64_t rounds;       /* of questions, in its last hours: other work only adds to their CPU */
    int64_t keep_hours;
    bool judge_cpu;
    bool in_memory; /* the file system; the week does not fit */
} Plan;

typedef struct {
    double seal_ms;                      /* median of CPU */
    double wave_ms, lead_ms, columns_ms; /* the same, the least of all rounds */
    double machine_ms; /* of the same work each time: the machine has other work, too */
    size_t wave_files, open_files;
} Period;

typedef struct {
    const Plan *plan;
    StoreBenchWorld world;
    StoreBenchFeed feed;
    GArray *seals;     /* CPU of each minute in the period, ms */
    double at_hand_ms; /* of the minute at hand */
    size_t most_open;
} Soak;

/* ---- what is measured ---- */

static double
median(GArray *values)
{
    g_assert_cmpuint(values->len, >, 0);
    double *v = (double *)(gpointer)values->data;
    for (guint i = 1; i < values->len; i++) /* some hundred: no library needed */
        for (guint k = i; k > 0 && v[k] < v[k - 1]; k--) {
            double swap = v[k];
            v[k] = v[k - 1];
            v[k - 1] = swap;
        }
    return v[values->len / 2];
}

/* CPU of coding a minute of 250 Hz, ms. */
static double
machine_ms(void)
{
    static int16_t samples[15000];
    const StoreSegment segment = {.num = 1, .den = 250, .gain = 200};
    g_autoptr(GArray) ms = g_array_new(FALSE, FALSE, sizeof(double));
    StoreCoder *coder = store_coder_new();

    for (size_t i = 0; i < G_N_ELEMENTS(samples); i++)
        samples[i] = (int16_t)(500 * (i % 250) / 250 + (i * 2654435761u >> 7) % 9);
    for (int i = 0; i < MACHINE_RUNS; i++) {
        size_t size = 0;
        double cpu_s = store_bench_thread_s();
        store_row_pack(coder, &segment, samples, G_N_ELEMENTS(samples), &size);
        double took_ms = 1e3 * (store_bench_thread_s() - cpu_s);
        g_array_append_val(ms, took_ms);
    }
    store_coder_free(coder);
    return median(ms);
}

static size_t
open_files(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    size_t n = 0;

    g_assert_nonnull(dir);
    while (g_dir_read_name(dir) != NULL)
        n++;
    return n - 1; /* the folder itself */
}

static double
peak_rss_mib(void)
{
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents("/proc/self/status", &text, NULL, NULL));
    const char *line = strstr(text, "VmHWM:");
    g_assert_nonnull(line);
    return g_ascii_strtod(line + strlen("VmHWM:"), NULL) / 1024;
}

static void
figure(const Plan *plan, const char *name, double value, const char *unit)
{
    printf("# figure: soak_%s_%s %.4g %s\n", plan->name, name, value, unit);
    fflush(stdout);
}

/* ---- the days ---- */

/* A tick, its CPU put to the minute that is being sealed, if one is. */
static void
tick(Soak *soak, int64_t us)
{
    GError *error = NULL;
    StoreSealer *sealer = store_head_sealer(soak->world.head);
    const StoreHeadCounts *counts = store_head_counts(soak->world.head);
    uint64_t sealed = counts->sealed;
    bool before = store_sealer_at_hand(sealer) != NULL;
    double cpu_s = store_bench_thread_s();

    g_assert_true(store_bench_world_pass(&soak->world, us, &error));
    g_assert_no_error(error);
    if (before || store_sealer_at_hand(sealer) != NULL || counts->sealed != sealed)
        soak->at_hand_ms += 1e3 * (store_bench_thread_s() - cpu_s);
    if (counts->sealed == sealed)
        return;
    g_array_append_val(soak->seals, soak->at_hand_ms);
    soak->at_hand_ms = 0;
}

static void
send(Soak *soak, int64_t from_ms, int64_t to_ms)
{
    GError *error = NULL;
    g_autoptr(GBytes) batch = store_bench_batch(&soak->feed, from_ms, to_ms);

    g_assert_true(store_bench_world_put(&soak->world, batch, 0, &error));
    g_assert_no_error(error);
}

static void
run_hour(Soak *soak, int64_t hour)
{
    for (int64_t ms = hour * 3600000; ms < (hour + 1) * 3600000; ms += STEP_MS) {
        send(soak, ms, ms + STEP_MS);
        for (int i = 0; i < TICKS_OF_STEP; i++)
            tick(soak, STEP_MS * 1000 / TICKS_OF_STEP);
    }
    store_head_set_policy(soak->world.head, store_policy_new((const int64_t[STORE_N_CLASSES]){
                                                soak->plan->keep_hours * HOUR}));
    g_assert_true(
        store_head_retain(soak->world.head, &(StoreRetainBounds){0}, soak->world.now.utc_us, NULL));
    soak->most_open = MAX(soak->most_open, open_files());
}

/* ---- questions ---- */

/* CPU of the question, ms; @samples and @columns of its answer. */
static double
ask(Soak *soak, Vicu__Query *question, uint64_t *samples, uint64_t *columns)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    g_autoptr(GBytes) packed = vicu_wire_pack(&question->base);
    char *refusal = NULL;
    double cpu_s = store_bench_thread_s();
    g_autoptr(StoreQuery) query = store_query_new(
        soak->world.head,
        vicu_wire_unpack_query(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), NULL),
        &refusal);

    g_assert_cmpstr(refusal, ==, NULL);
    for (StoreQueryStep step = STORE_QUERY_WORKED; step != STORE_QUERY_LAST;) {
        step = store_query_step(query, out);
        if (step == STORE_QUERY_WORKED)
            continue;
        Vicu__QueryRows *rows = vicu_wire_unpack_query_rows(out->data, out->len, NULL);
        g_assert_nonnull(rows);
        for (size_t i = 0; i < rows->n_run; i++)
            *samples += rows->run[i]->samples.len / 2;
        for (size_t i = 0; i < rows->n_column; i++)
            *columns += rows->column[i]->coverage > 0;
        vicu_wire_free(rows);
        g_byte_array_set_size(out, 0);
    }
    return 1e3 * (store_bench_thread_s() - cpu_s);
}

/* Samples of the lead, @span_us of them, from one to two hours ago; all have to be there. */
static double
ask_samples(Soak *soak, int64_t span_us)
{
    g_autoptr(GArray) ms = g_array_new(FALSE, FALSE, sizeof(double));
    uint64_t hz = vicu_bench_ward_wave(soak->feed.ward, LEAD)->hz;

    for (int i = 0; i < ASKS; i++) {
        Vicu__Query question = VICU__QUERY__INIT;
        Vicu__QuerySamples what = VICU__QUERY_SAMPLES__INIT;
        uint64_t samples = 0, columns = 0;
        what.bed = (char *)vicu_bench_ward_bed(soak->feed.ward, 0);
        what.code = vicu_bench_ward_wave(soak->feed.ward, LEAD)->code;
        what.from_us = soak->world.now.utc_us - 2 * HOUR + i * SECOND;
        what.to_us = what.from_us + span_us;
        question.what_case = VICU__QUERY__WHAT_SAMPLES;
        question.samples = &what;
        double took_ms = ask(soak, &question, &samples, &columns);
        g_assert_cmpuint(samples, ==, hz * (uint64_t)(span_us / SECOND));
        g_array_append_val(ms, took_ms);
    }
    return median(ms);
}

static double
ask_columns(Soak *soak)
{
    g_autoptr(GArray) ms = g_array_new(FALSE, FALSE, sizeof(double));
    int64_t hours = soak->plan->period_hours - soak->plan->rounds + 1; /* there in each round */

    for (int i = 0; i < ASKS; i++) {
        Vicu__Query question = VICU__QUERY__INIT;
        Vicu__QueryColumns what = VICU__QUERY_COLUMNS__INIT;
        uint64_t samples = 0, columns = 0;
        what.bed = (char *)vicu_bench_ward_bed(soak->feed.ward, 0);
        what.code = vicu_bench_ward_wave(soak->feed.ward, LEAD)->code;
        what.from_us = soak->world.now.utc_us - hours * HOUR;
        what.to_us = soak->world.now.utc_us - HOUR;
        what.columns = 500;
        question.what_case = VICU__QUERY__WHAT_COLUMNS;
        question.columns = &what;
        double took_ms = ask(soak, &question, &samples, &columns);
        g_assert_cmpuint(columns, ==, 500);
        g_array_append_val(ms, took_ms);
    }
    return median(ms);
}

/* ---- one plan ---- */

static char *
folder(const Plan *plan)
{
    char *dir = g_strdup("/dev/shm/vicu-soak-XXXXXX");

    if (plan->in_memory && g_mkdtemp(dir) != NULL)
        return dir;
    g_free(dir);
    return make_folder();
}

static double
least(double so_far, double ms)
{
    return so_far == 0 ? ms : MIN(so_far, ms);
}

static void
ask_round(Soak *soak, Period *period)
{
    period->wave_ms = least(period->wave_ms, ask_samples(soak, 10 * SECOND));
    period->lead_ms = least(period->lead_ms, ask_samples(soak, HOUR));
    period->columns_ms = least(period->columns_ms, ask_columns(soak));
}

static Period
run_period(Soak *soak, int64_t from_hour, int64_t hours)
{
    Period period = {0};
    int64_t end = from_hour + hours;

    g_array_set_size(soak->seals, 0);
    for (int64_t h = from_hour; h < end; h++) {
        run_hour(soak, h);
        if (h + soak->plan->rounds >= end)
            ask_round(soak, &period);
    }
    period.wave_files = store_db_files(soak->world.db, STORE_WAVE, NULL, NULL);
    period.seal_ms = median(soak->seals);
    period.open_files = soak->most_open;
    period.machine_ms = machine_ms();
    return period;
}

/* @slower: how much longer the same work took than on the first day. */
static void
compare(const Plan *plan, const char *name, double first, double last, double slower)
{
    g_autofree char *ratio = g_strconcat(name, "_ratio", NULL);
    g_autofree char *cpu = g_strconcat(name, "_cpu", NULL);

    figure(plan, cpu, last, "ms");
    figure(plan, ratio, last / first, "1");
    if (plan->judge_cpu)
        g_assert_cmpfloat(last, <=, RATIO_MOST * first * MAX(slower, 1));
}

static void
judge(const Soak *soak, const Period *first, const Period *last)
{
    const Plan *plan = soak->plan;
    /* Days kept and the one at hand, hours of two days, minutes of two hours. */
    size_t files_most = (size_t)(plan->keep_hours / HOURS_OF_DAY + 2 + 48 + 120);

    double slower = last->machine_ms / first->machine_ms;

    figure(plan, "samples", (double)soak->feed.samples, "1");
    figure(plan, "machine_ratio", slower, "1");
    compare(plan, "seal_minute", first->seal_ms, last->seal_ms, slower);
    compare(plan, "query_wave_10s", first->wave_ms, last->wave_ms, slower);
    compare(plan, "query_lead_1h", first->lead_ms, last->lead_ms, slower);
    compare(plan, "query_columns", first->columns_ms, last->columns_ms, slower);
    figure(plan, "wave_files", (double)last->wave_files, "1");
    figure(plan, "open_files", (double)last->open_files, "1");
    figure(plan, "rss", peak_rss_mib(), "MiB");
    figure(plan, "wave_disk", (double)store_db_family_bytes(soak->world.db, STORE_WAVE) / MIB,
           "MiB");
    g_assert_cmpuint(last->wave_files, <=, files_most);
    g_assert_cmpuint(last->open_files, <=, FILES_MOST);
#ifndef __SANITIZE_ADDRESS__
    g_assert_cmpfloat(peak_rss_mib(), <=, RSS_MOST_MIB);
#endif
}

static void
soak_open(Soak *soak, const Plan *plan, const char *dir)
{
    GError *error = NULL;

    *soak = (Soak){.plan = plan, .seals = g_array_new(FALSE, FALSE, sizeof(double))};
    soak->feed = (StoreBenchFeed){.ward = vicu_bench_ward_new(plan->beds, 250),
                                  .t0_us = T0,
                                  .waves = plan->waves,
                                  .beds = plan->beds,
                                  .numerics = plan->numerics};
    g_assert_true(store_bench_world_open(&soak->world, dir, NULL, T0, false, &error));
    g_assert_no_error(error);
}

static void
soak_close(Soak *soak)
{
    store_bench_world_close(&soak->world);
    vicu_bench_ward_free(soak->feed.ward);
    g_array_unref(soak->seals);
}

static void
run(const Plan *plan)
{
    Soak soak;
    g_autofree char *dir = folder(plan);
    int64_t periods = plan->days * HOURS_OF_DAY / plan->period_hours;
    Period first = {0}, last = {0};

    soak_open(&soak, plan, dir);
    for (int64_t p = 0; p < periods; p++) {
        last = run_period(&soak, p * plan->period_hours, plan->period_hours);
        if (p == 0)
            first = last;
        printf("# %s: part %d of %d: seal %.2f ms, 10 s %.3f ms, 1 h %.2f ms, columns %.2f ms, %zu "
               "files of waves\n",
               plan->name, (int)p + 1, (int)periods, last.seal_ms, last.wave_ms, last.lead_ms,
               last.columns_ms, last.wave_files);
        fflush(stdout);
    }
    judge(&soak, &first, &last);
    soak_close(&soak);
    remove_folder(dir);
}

static void
a_day_of_two_beds_stays_within_its_bounds(void)
{
    static const Plan plan = {.name = "day",
                              .beds = 2,
                              .waves = 1u << LEAD,
                              .numerics = 4,
                              .days = 1,
                              .period_hours = 6,
                              .rounds = 3,
                              .keep_hours = 12,
                              .in_memory = true};

    run(&plan);
}

static void
a_week_of_twenty_beds_costs_on_its_last_day_what_it_did_on_the_first(void)
{
    static const Plan plan = {.name = "week",
                              .beds = 20,
                              .waves = STORE_BENCH_ALL_WAVES,
                              .numerics = VICU_BENCH_NUMERICS,
                              .days = 7,
                              .period_hours = 24,
                              .rounds = 12,
                              .keep_hours = 72,
                              .judge_cpu = true};

    if (g_getenv("VICU_NIGHT") == NULL) {
        g_test_skip("VICU_NIGHT is not set");
        return;
    }
    run(&plan);
}

/* One minute of each hour is sent, so that there is something to roll up all year. */
static void
a_year_is_some_four_hundred_files(void)
{
    static const Plan plan = {.name = "year", .beds = 1, .waves = 1u << 6, .in_memory = true};
    Soak soak;

    if (g_getenv("VICU_NIGHT") == NULL) {
        g_test_skip("VICU_NIGHT is not set");
        return;
    }
    g_autofree char *dir = folder(&plan);
    soak_open(&soak, &plan, dir);
    for (int64_t hour = 0; hour < 365 * HOURS_OF_DAY; hour++) {
        send(&soak, hour * 3600000, hour * 3600000 + 60000);
        for (int i = 0; i < 60; i++)
            tick(&soak, MINUTE);
        soak.most_open = MAX(soak.most_open, open_files());
    }
    for (int i = 0; i < 300; i++)
        tick(&soak, MINUTE);
    size_t files = store_db_files(soak.world.db, STORE_WAVE, NULL, NULL);
    figure(&plan, "wave_files", (double)files, "1");
    figure(&plan, "open_files", (double)soak.most_open, "1");
    figure(&plan, "rss", peak_rss_mib(), "MiB");
    g_assert_cmpuint(files, >=, 365);
    g_assert_cmpuint(files, <=, 365 + 48);
    g_assert_cmpuint(soak.most_open, <=, FILES_MOST);
    soak_close(&soak);
    remove_folder(dir);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/soak/a_day_of_two_beds_stays_within_its_bounds",
                    a_day_of_two_beds_stays_within_its_bounds);
    g_test_add_func(
        "/store/soak/a_week_of_twenty_beds_costs_on_its_last_day_what_it_did_on_the_first",
        a_week_of_twenty_beds_costs_on_its_last_day_what_it_did_on_the_first);
    g_test_add_func("/store/soak/a_year_is_some_four_hundred_files",
                    a_year_is_some_four_hundred_files);
    return g_test_run();
}
