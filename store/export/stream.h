/* What an export has pulled of one stream: runs of samples, or values over time.
 *
 * Samples lie in a file without a name, two bytes each, in the order in which
 * they came; runs say where. Memory: 80 bytes a run, and the values of numerics.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/query.h"

G_BEGIN_DECLS

#define STORE_EXPORT_INVALID INT32_MIN

/* Samples first .. first + n - 1 of a grid: sample i at t0 + i * num / den seconds. */
typedef struct {
    int64_t t0_us;
    uint32_t period_num, period_den;
    uint64_t first, n;
    double gain;
    int32_t baseline;
    uint64_t at;      /* of its first sample in the stream's data */
    int32_t min, max; /* of what is valid; min > max: nothing is */
} StoreExportRun;

typedef struct {
    int64_t t_us;
    double value;
    bool invalid;
} StoreExportValue;

typedef struct {
    char *name; /* among the streams of the bed: its label, a repeated one with #2 */
    char *label;
    char *unit; /* UCUM */
    uint32_t code, channel;
    bool wave;
    int64_t first_us, last_us; /* of all that the store has */
    uint32_t period_num, period_den;
    GArray *runs;     /* StoreExportRun, in order of time, none over another */
    GArray *values;   /* StoreExportValue of a numeric, in order of time */
    GArray *numbers;  /* int32_t: a numeric's samples, for formats of integers */
    int fd;           /* of a wave's samples; -1: none */
    uint64_t n;       /* samples in it */
    uint64_t overlap; /* samples that lay over others and were left out */
} StoreExportStream;

void store_export_stream_free(StoreExportStream *self);

/* Samples @at.. of the stream's data. */
bool store_export_read(
    const StoreExportStream *self, uint64_t at, size_t n, int32_t *out, GError **error);

/* When sample @i of the run's grid begins, rounded down to the microsecond. */
int64_t store_export_time_us(const StoreExportRun *run, uint64_t i);

/* Sorts the runs, joins what follows each other, cuts what lies over another. */
void store_export_settle(StoreExportStream *self);

/* Makes runs of a numeric's values: equal steps of time and few decimals. NULL: done; else why
 * it cannot be, caller frees. */
char *store_export_number_runs(StoreExportStream *self);

/* "mm[Hg]" as recordings write it: "mmHg". Borrowed or static. */
const char *store_export_plain_unit(const char *ucum);

/* ---- pulling ---- */

typedef struct {
    VicuQueryClient *store;
    const char *bed;
    int64_t from_us, to_us;
    const char *why;
    const char *folder;                                /* for files without a name */
    void (*progress)(uint64_t samples, gpointer user); /* samples so far; may be NULL */
    gpointer user;
} StoreExportPull;

/* The streams of the bed that have something in the time, @wanted (NULL: all) among them. */
GPtrArray *store_export_list(const StoreExportPull *pull, char **wanted, GError **error);
bool store_export_pull(const StoreExportPull *pull, StoreExportStream *stream, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreExportStream, store_export_stream_free)

G_END_DECLS
