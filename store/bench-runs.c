/* SPDX-License-Identifier: Apache-2.0 */
#include "store/bench-runs.h"

#include "store/bench-batch.h"
#include "store/bench-world.h"

#define SECOND_US ((int64_t)G_USEC_PER_SEC)
#define HOUR_US   ((int64_t)3600 * G_USEC_PER_SEC)
#define SLICE_US  (SECOND_US / 2) /* the daemon ticks five times as often, a day takes longer */

bool
store_bench_ingest(gpointer data, gpointer result, GError **error)
{
    const StoreBenchIngest *job = data;
    StoreBenchIngested *ingested = result;
    StoreBenchWorld world;

    StoreBenchFeed feed = *job->feed;
    int64_t tick_ms = job->tick_us / 1000;

    feed.samples = 0;
    if (!store_bench_world_open(&world, job->dir, job->keys, feed.t0_us, true, error))
        return false;
    world.group_us = job->group_us;
    for (int64_t ms = 0; ms < job->warm_ms; ms += tick_ms) {
        g_autoptr(GBytes) batch = store_bench_batch(&feed, ms, ms + tick_ms);
        if (!store_bench_world_put(&world, batch, job->tick_us, error))
            return false;
    }
    double cpu_s = store_bench_cpu_s();
    for (guint i = 0; i < job->batches->len; i++)
        if (!store_bench_world_put(&world, job->batches->pdata[i], job->tick_us, error))
            return false;
    if (!store_bench_world_pass(&world, 300 * SECOND_US, error)
        || !store_bench_world_settle(&world, error))
        return false;
    ingested->wave_bytes =
        (double)store_db_family_bytes(world.db, STORE_WAVE) / (double)(feed.samples + job->samples);
    store_bench_world_close(&world);
    ingested->samples_per_cpu_s = (double)job->samples / (store_bench_cpu_s() - cpu_s);
    return true;
}

bool
store_bench_crash(gpointer data, gpointer result, GError **error)
{
    const StoreBenchCrash *job = data;
    int64_t *end_us = result;
    StoreBenchWorld world;
    StoreBenchFeed feed = {.ward = job->ward,
                           .t0_us = job->t0_us,
                           .waves = STORE_BENCH_ALL_WAVES,
                           .beds = vicu_bench_ward_beds(job->ward),
                           .numerics = VICU_BENCH_NUMERICS};

    if (!store_bench_world_open(&world, job->dir, job->keys, job->t0_us, true, error))
        return false;
    for (int64_t ms = 0; ms < job->seconds * 1000; ms += 40) {
        g_autoptr(GBytes) batch = store_bench_batch(&feed, ms, ms + 40);
        if (!store_bench_world_put(&world, batch, 40000, error))
            return false;
    }
    *end_us = job->t0_us + job->seconds * SECOND_US;
    return true;
}

/* @us, as the daemon ticks. */
static bool
idle(StoreBenchWorld *world, int64_t us, GError **error)
{
    for (int64_t done = 0; done < us; done += SLICE_US)
        if (!store_bench_world_pass(world, SLICE_US, error))
            return false;
    return true;
}

static bool
fill(StoreBenchWorld *world, const StoreBenchFill *job, StoreBenchFeed *feed, GError **error)
{
    const int64_t step_ms = 10000, hour_ms = 3600000;

    for (int64_t ms = 0; ms < job->hours * hour_ms; ms += step_ms) {
        feed->numerics = ms >= (job->hours - job->trend_hours) * hour_ms ? job->numerics : 0;
        g_autoptr(GBytes) batch = store_bench_batch(feed, ms, ms + step_ms);
        if (!store_bench_world_put(world, batch, SLICE_US, error)
            || !idle(world, step_ms * 1000 - SLICE_US, error))
            return false;
    }
    return idle(world, 2 * HOUR_US, error) && store_bench_world_settle(world, error);
}

bool
store_bench_fill(gpointer data, gpointer result, GError **error)
{
    const StoreBenchFill *job = data;
    StoreBenchFilled *filled = result;
    StoreBenchWorld world;
    StoreBenchFeed feed = {
        .ward = job->ward, .t0_us = job->t0_us, .waves = 1u << STORE_BENCH_LEAD, .beds = 1};

    if (!store_bench_world_open(&world, job->dir, job->keys, job->t0_us, false, error)
        || !fill(&world, job, &feed, error))
        return false;
    int64_t now_us = world.now.utc_us;
    if (!store_db_compact(world.db, STORE_META, error)) /* what is in memory becomes files */
        return false;
    store_bench_world_close(&world);
    if (!store_bench_world_open(&world, job->dir, job->keys, now_us, false, error))
        return false;
    filled->numeric_bytes = (double)(store_db_family_bytes(world.db, STORE_TREND)
                                     + store_db_family_bytes(world.db, STORE_PYRAMID))
                            / (double)feed.values;
    filled->lead_bytes = (double)(store_db_family_bytes(world.db, STORE_WAVE)
                                  + store_db_family_bytes(world.db, STORE_WAVE_TREND))
                         / (double)feed.samples;
    filled->rows_left = (double)store_db_family_bytes(world.db, STORE_NUMERICS);
    store_bench_world_close(&world);
    return true;
}
