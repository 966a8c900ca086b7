/* A store without its process: database and head, fed batch by batch in a time that the
 * caller makes. For benches and soaks; what runs is the store's own code.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "store/head.h"

G_BEGIN_DECLS

typedef struct {
    StoreCipher *cipher; /* NULL: values are in clear */
    StoreDb *db;
    StoreHead *head;
    StoreNow now;
    uint64_t sequence; /* of the last batch */
    int64_t group_us; /* what comes within it shares a sync, as [link] group has it; 0: each pass */
    int64_t due_us;   /* mono: the sync of what waits; 0: nothing does */
} StoreBenchWorld;

/* @dir: of the database. @keys: folder of the keys that values are sealed with; NULL: none
 * are. @t_us: the time it is. One sender begins. */
bool store_bench_world_open(StoreBenchWorld *self,
                            const char *dir,
                            const char *keys,
                            int64_t t_us,
                            bool sync,
                            GError **error);
void store_bench_world_close(StoreBenchWorld *self);

/* The batch is taken, @us pass, what is due gets its slice, and all of it is committed
 * with one sync, now or with others of its group. */
bool store_bench_world_put(StoreBenchWorld *self, GBytes *batch, int64_t us, GError **error);
/* @us pass; then one slice of the work that is due, committed. */
bool store_bench_world_pass(StoreBenchWorld *self, int64_t us, GError **error);
/* Until no minute is at hand or due and nothing was sealed or rolled up any more. */
bool store_bench_world_settle(StoreBenchWorld *self, GError **error);

/* CPU of all threads of this process, or of this thread, in seconds. */
double store_bench_cpu_s(void);
double store_bench_thread_s(void);

/* @func runs in a child, whose memory, threads and database end with it; what it wrote
 * into the @size bytes at @result comes back, or its @error. Call it while this process
 * has one thread. */
typedef bool (*StoreBenchJob)(gpointer job, gpointer result, GError **error);
bool
store_bench_apart(StoreBenchJob func, gpointer job, gpointer result, size_t size, GError **error);

G_END_DECLS
