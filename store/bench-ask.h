/* A vicu-store process of a bench, and questions to it over ipc with CURVE.
 *
 * The process is this program, started anew on an installation of the bench's own. One
 * thread beside libzmq's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <glib.h>

#include "common/query.h"
#include "common/root.h"

G_BEGIN_DECLS

typedef struct {
    VicuRoot *root;
    VicuKeys *keys;
    VicuContext *context;
    VicuQueryClient *client;
    pid_t pid; /* 0: does not run */
} StoreBenchServer;

/* What an answer held, and what it cost. */
typedef struct {
    double ms;     /* from the question to the last row, decoded */
    double cpu_ms; /* of the store and of this process */
    uint64_t samples;
    uint64_t columns; /* that hold values */
} StoreBenchAnswer;

/* Keys and settings below @dir; nothing runs yet. @keys: [erasure] keys, or NULL. */
bool
store_bench_server_make(StoreBenchServer *self, const char *dir, const char *keys, GError **error);
/* The folder of its database. Caller frees. */
char *store_bench_server_database(const StoreBenchServer *self);
bool store_bench_server_start(StoreBenchServer *self, GError **error);
/* SIGTERM, or SIGKILL; returns when it has ended. */
void store_bench_server_stop(StoreBenchServer *self, bool kill);
void store_bench_server_clear(StoreBenchServer *self);

/* Waits at most 30 s. */
bool store_bench_server_ask(StoreBenchServer *self,
                            const Vicu__Query *question,
                            StoreBenchAnswer *answer,
                            GError **error);

/* Reads the files of @dir once: the library puts what it writes of waves out of the page cache. */
bool store_bench_make_warm(const char *dir);
/* Puts the files of @dir out of the page cache: what is read next comes from the disk.
 * False where that cannot be done (a file system in memory). */
bool store_bench_make_cold(const char *dir);

G_END_DECLS
