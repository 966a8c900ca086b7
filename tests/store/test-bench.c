/* The workload of the benches: every sample and every value of the ward is sent once,
 * whatever the tick; and the verb says the figures it is asked for.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/wire.h"
#include "store/bench-batch.h"
#include "store/verbs.h"

#define BEDS    3
#define SECONDS 5

static StoreBenchFeed
feed_of(VicuBenchWard *ward)
{
    return (StoreBenchFeed){.ward = ward,
                            .t0_us = 1790000000000000,
                            .waves = STORE_BENCH_ALL_WAVES,
                            .beds = BEDS,
                            .numerics = VICU_BENCH_NUMERICS};
}

static void
every_sample_and_value_of_a_ward_is_sent_once_whatever_the_tick(void)
{
    static const int64_t ticks_ms[] = {40, 250, 1000, 5000};

    for (size_t i = 0; i < G_N_ELEMENTS(ticks_ms); i++) {
        g_autoptr(VicuBenchWard) ward = vicu_bench_ward_new(BEDS, 250);
        StoreBenchFeed feed = feed_of(ward);
        uint64_t samples = 0, values = 0, next[BEDS * VICU_BENCH_WAVES + 1] = {0};
        for (int64_t ms = 0; ms < SECONDS * 1000; ms += ticks_ms[i]) {
            g_autoptr(GBytes) packed = store_bench_batch(&feed, ms, ms + ticks_ms[i]);
            Vicu__Batch *batch = vicu_wire_unpack_batch(g_bytes_get_data(packed, NULL),
                                                        g_bytes_get_size(packed), NULL);
            g_assert_nonnull(batch);
            for (size_t w = 0; w < batch->n_wave; w++) {
                g_assert_cmpuint(batch->wave[w]->first, ==, next[batch->wave[w]->segment]);
                next[batch->wave[w]->segment] += batch->wave[w]->samples.len / 2;
                samples += batch->wave[w]->samples.len / 2;
            }
            for (size_t n = 0; n < batch->n_numerics; n++) {
                values += batch->numerics[n]->n_value;
                g_assert_cmpint(batch->numerics[n]->origin, ==, VICU__ORIGIN__ORIGIN_SIMULATED);
            }
            vicu_wire_free(batch);
        }
        g_assert_cmpuint(samples, ==, BEDS * SECONDS * 1250);
        g_assert_cmpuint(feed.samples, ==, samples);
        g_assert_cmpuint(values, ==, BEDS * SECONDS * VICU_BENCH_NUMERICS);
        g_assert_cmpuint(feed.values, ==, values);
    }
}

static void
a_ward_is_the_same_each_time_and_no_two_beds_are_alike(void)
{
    g_autoptr(VicuBenchWard) a = vicu_bench_ward_new(BEDS, 500);
    g_autoptr(VicuBenchWard) b = vicu_bench_ward_new(BEDS, 500);

    for (unsigned w = 0; w < VICU_BENCH_WAVES; w++) {
        size_t n = vicu_bench_ward_wave(a, w)->hz * 10;
        const int16_t *first = vicu_bench_ward_samples(a, 0, w, 1234567, n);
        const int16_t *other = vicu_bench_ward_samples(a, 1, w, 1234567, n);
        g_assert_cmpint(memcmp(first, vicu_bench_ward_samples(b, 0, w, 1234567, n), n * 2), ==, 0);
        g_assert_cmpint(memcmp(first, other, n * 2), !=, 0);
        int16_t least = first[0], most = first[0];
        for (size_t i = 0; i < n; i++) {
            least = MIN(least, first[i]);
            most = MAX(most, first[i]);
        }
        g_assert_cmpint(least, >, INT16_MIN); /* which would say invalid */
        g_assert_cmpint(most - least, >, 50); /* beats, not a line */
    }
}

/* In memory, where a sync costs nothing: what is checked is what is said. */
static void
run(const char *only)
{
    const char *argv[] = {
        "bench",  "store",
        "--beds", "1,2",
        "--only", only,
        "--dir",  g_file_test("/dev/shm", G_FILE_TEST_IS_DIR) ? "/dev/shm" : "/tmp",
        "--json", NULL};

    exit(store_bench_main(9, (char **)argv));
}

static void
ingest_says_its_figures_with_their_units(void)
{
    if (g_test_subprocess())
        run("ingest");
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stdout("*\"bench\": \"store\", \"machine\": \"*");
    g_test_trap_assert_stdout(
        "*\"name\": \"ingest_store\", \"value\": *\"unit\": \"samples/cpu-s\", \"runs\": 3,*");
    g_test_trap_assert_stdout("*\"name\": \"ingest_store_40ms\", *");
    g_test_trap_assert_stdout("*\"name\": \"ingest_store_40ms_2_beds\", *");
    g_test_trap_assert_stdout("*\"name\": \"wave_bytes\", \"value\": 0.*\"unit\": \"B\",*");
}

static void
the_ledger_says_its_figures_with_their_units(void)
{
    if (g_test_subprocess())
        run("ledger");
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stdout("*\"name\": \"ledger_append\", *\"unit\": \"records/s\"*");
    g_test_trap_assert_stdout("*\"name\": \"ledger_path\", \"value\": 768, \"unit\": \"B\"*");
    g_test_trap_assert_stdout("*\"name\": \"ledger_verify\", *");
}

static void
what_cannot_be_measured_is_refused(void)
{
    static const char *const bad[][2] = {{"--beds", "0"},   {"--beds", "10,x"}, {"--ecg", "300"},
                                         {"--runs", "2"},   {"--only", "all"},  {"--beds", "1001"},
                                         {"--group", "-1"}, {"--group", "1001"}};

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        const char *argv[] = {"bench", "store", bad[i][0], bad[i][1], NULL};
        g_assert_cmpint(store_bench_main(4, (char **)argv), ==, STORE_USAGE);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/bench/every_sample_and_value_of_a_ward_is_sent_once_whatever_the_tick",
                    every_sample_and_value_of_a_ward_is_sent_once_whatever_the_tick);
    g_test_add_func("/store/bench/a_ward_is_the_same_each_time_and_no_two_beds_are_alike",
                    a_ward_is_the_same_each_time_and_no_two_beds_are_alike);
    g_test_add_func("/store/bench/ingest_says_its_figures_with_their_units",
                    ingest_says_its_figures_with_their_units);
    g_test_add_func("/store/bench/the_ledger_says_its_figures_with_their_units",
                    the_ledger_says_its_figures_with_their_units);
    g_test_add_func("/store/bench/what_cannot_be_measured_is_refused",
                    what_cannot_be_measured_is_refused);
    return g_test_run();
}
