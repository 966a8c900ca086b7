/* The runs of `vicu bench store` that need no process: what is filled in, and what ingest
 * costs. Each is a job for store_bench_apart().
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "store/bench-batch.h"

G_BEGIN_DECLS

/* Batches put with one sync each, or one for those of @group_us; everything is sealed at the
 * end. Those of the time before are made on the way, those that count beforehand. */
typedef struct {
    const char *dir;  /* of the database: made, and left as it is at the end */
    const char *keys; /* NULL, or a folder: store_bench_world_open() */
    const StoreBenchFeed *feed;
    int64_t warm_ms;    /* of the ward, before the first batch that counts */
    GPtrArray *batches; /* GBytes * */
    uint64_t samples;   /* in them */
    int64_t tick_us;
    int64_t group_us; /* 0: a sync each */
} StoreBenchIngest;

typedef struct {
    double samples_per_cpu_s; /* all threads, from the first counted batch until it is closed */
    double wave_bytes;        /* of files, keys included, per sample */
} StoreBenchIngested;

bool store_bench_ingest(gpointer job, gpointer result, GError **error);

/* The same ward up to a crash: returns without closing. */
typedef struct {
    const char *dir, *keys;
    VicuBenchWard *ward;
    int64_t t0_us;
    int64_t seconds;
} StoreBenchCrash;

/* @result: int64_t, the last second's end. */
bool store_bench_crash(gpointer job, gpointer result, GError **error);

#define STORE_BENCH_LEAD 1 /* the wave of bed 1 that is filled in */

/* Hours of that lead, and in the last of them numerics of all beds; then two hours in
 * which all of it is sealed and rolled up. */
typedef struct {
    const char *dir, *keys;
    VicuBenchWard *ward;
    int64_t t0_us;
    int64_t hours;
    int64_t trend_hours;
    unsigned numerics; /* of each bed */
} StoreBenchFill;

typedef struct {
    double numeric_bytes; /* of blocks and both levels of the pyramid, per value */
    double lead_bytes;    /* per sample, in files of days and hours, with its pyramid */
    double rows_left;     /* bytes of numerics in rows: not sealed */
} StoreBenchFilled;

bool store_bench_fill(gpointer job, gpointer result, GError **error);

G_END_DECLS
