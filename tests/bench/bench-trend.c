/* Numerics: what sealing them costs, its longest slice and the longest stall of a tick.
 *
 * Beds of 20 numerics at 1 Hz, batches of ten seconds, the daemon's ticks of 100 ms; then
 * all of it is sealed. Bytes and questions are those of `vicu bench store`.
 *
 * usage: bench-trend [BEDS [HOURS]]
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "store/bench-batch.h"
#include "store/bench-world.h"
#include "tests/store/make.h"

#define STEP_MS 10000
#define TICK_US (SECOND / 10)

typedef struct {
    StoreBenchWorld world;
    double longest_slice_us, slices_s;
    double longest_other_us; /* of ticks without a slice: the flush of the lane */
} Bench;

static void
tick(Bench *bench)
{
    const StoreTrendCounts *counts = store_trend_counts(store_head_trend(bench->world.head));
    uint64_t before = counts->slices;
    double cpu_s = store_bench_thread_s();

    bench->world.now.utc_us += TICK_US;
    bench->world.now.mono_us += TICK_US;
    g_assert_true(store_head_tick(bench->world.head, bench->world.now, NULL));
    double took_us = (store_bench_thread_s() - cpu_s) * 1e6;
    if (counts->slices > before) {
        bench->longest_slice_us = MAX(bench->longest_slice_us, took_us);
        bench->slices_s += took_us * 1e-6;
    } else {
        bench->longest_other_us = MAX(bench->longest_other_us, took_us);
    }
    g_assert_true(store_head_commit(bench->world.head, NULL, NULL));
}

int
main(int argc, char **argv)
{
    int beds = argc > 1 ? atoi(argv[1]) : 20, hours = argc > 2 ? atoi(argv[2]) : 24;
    g_autoptr(VicuBenchWard) ward = vicu_bench_ward_new((unsigned)MAX(beds, 1), 250);
    StoreBenchFeed feed = {.ward = ward, .t0_us = T0_US, .numerics = VICU_BENCH_NUMERICS};
    g_autofree char *dir = make_folder();
    Bench bench = {0};

    g_assert_true(store_bench_world_open(&bench.world, dir, NULL, T0_US, false, NULL));
    double cpu_s = store_bench_cpu_s();
    for (int64_t ms = 0; ms < hours * INT64_C(3600000); ms += STEP_MS) {
        g_autoptr(GBytes) batch = store_bench_batch(&feed, ms, ms + STEP_MS);
        g_assert_true(store_bench_world_put(&bench.world, batch, 0, NULL));
        for (int i = 0; i < STEP_MS * 1000 / TICK_US; i++)
            tick(&bench);
    }
    bench.world.now.utc_us += 2 * HOUR;
    bench.world.now.mono_us += 2 * HOUR;
    g_assert_true(store_bench_world_settle(&bench.world, NULL));
    double values = (double)feed.values;
    printf("%.2f M values: sealing %.1f cpu-s per 1e9 values in slices of at most %.0f us; the "
           "flush of the lane each minute %.0f us at most; all that the store did, and making the "
           "ward: %.1f cpu-s per 1e9\n",
           values / 1e6, bench.slices_s / values * 1e9, bench.longest_slice_us,
           bench.longest_other_us, (store_bench_cpu_s() - cpu_s) / values * 1e9);
    store_bench_world_close(&bench.world);
    remove_folder(dir);
    return 0;
}
