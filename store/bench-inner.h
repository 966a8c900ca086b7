/* The parts of `vicu bench store`: one object for a whole run. Used by store/bench*.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/figures.h"
#include "common/progress.h"

G_BEGIN_DECLS

#define STORE_BENCH_SIZES 8 /* at most */

typedef struct {
    unsigned beds[STORE_BENCH_SIZES];
    size_t n_beds;
    unsigned main_beds;
    unsigned ecg_hz;
    int runs;
    int group_ms; /* within which a sync is shared; 0: none is */
    int asks;
    gboolean json, ingest, restart, queries, ledger;
    char *dir;  /* of this bench */
    char *keys; /* folder of the keys that values are sealed with; NULL: in clear */
    VicuFigures *figures;
    VicuProgress *progress;
    uint64_t steps;
} StoreBench;

void store_bench_step(StoreBench *self); /* of the progress */
/* A run's value; with keys the name ends in _keys. */
void store_bench_figure(StoreBench *self, const char *name, const char *unit, double value);
/* The beginning of the minute that is @before_us ago, UTC. */
int64_t store_bench_minute_before(int64_t before_us);

/* bench-queries.c: each adds its figures. False: it could not be measured, or an answer
 * was not what had been stored. */
bool store_bench_bytes(StoreBench *self, GError **error);
bool store_bench_queries(StoreBench *self, GError **error);
bool store_bench_restart(StoreBench *self, GError **error);
/* bench-ledger.c */
bool store_bench_ledger(StoreBench *self, GError **error);

G_END_DECLS
