/* What the files of the archive's work share, and nobody else includes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/archive-read.h"
#include "store/archive.h"

/* Consecutive samples of one identity; its hot rows are neighbours in the window. */
typedef struct {
    guint row; /* the first of them */
    guint n_rows;
    uint64_t first;
    size_t n;
} StoreArchiveRun;

/* Five minutes of one stream on their way. */
typedef struct {
    uint32_t stream;
    int64_t minute; /* the first of the five */
    GArray *rows;   /* StoreArchivedRow, as they lie in the day; by identity and index */
    GArray *runs;   /* StoreArchiveRun */
    guint next;     /* run */
    GArray *out;    /* StoreArchivedRow: what goes into the archive */
    GArray *samples;
    GArray *series[VICU_ARCHIVE_REFS_MAX];
} StoreArchiveWork;

void store_archive_work_init(StoreArchiveWork *work);
void store_archive_work_clear(StoreArchiveWork *work);

/* Reads the five minutes. */
bool store_archive_work_begin(StoreArchiveWork *work,
                              StoreReader *reader,
                              const StorePart *day,
                              uint32_t stream,
                              int64_t minute,
                              GError **error);
/* Packs the next run, with its references. *@samples: how many. */
bool store_archive_work_run(StoreArchiveWork *work,
                            StoreWaves *waves,
                            StoreReader *reader,
                            const StorePart *day,
                            size_t *samples,
                            GError **error);

/* Streams that @number may need in the minutes from @minute on: those that have a row there.
 * Appended to @roots, in the order of references; none for a root. */
bool store_archive_roots(StoreWaves *waves,
                         StoreReader *reader,
                         const StorePart *day,
                         uint32_t number,
                         int64_t minute,
                         GArray *roots,
                         GError **error);
