/* The archive: a day's file that has been quiet is coded again, densely.
 *
 * Five minutes of data time of one segment become one row (store/archive-row.h), cut at
 * multiples of five minutes and where samples are missing; rows for which that does not pay
 * stay as they are. Of the electrocardiogram's leads of one bed, channel and source the
 * *roots* stand alone: I and II, or when neither has a row in these five minutes the lead
 * with the least code. Every other lead may need those of the roots that have the same
 * first instant and rate and at least half of its samples. A reference is always a root
 * and in the same part: it is never circular, and goes only with all that need it. All this
 * is decided by what the day's file holds: the same samples end as the same bytes.
 *
 * The new part replaces that of the day in one group of writes, as a roll-up does. Late
 * rows are not touched: the roll-up merges them into a new day, which comes here again.
 *
 * A slice packs one row (at most STORE_ARCHIVE_MAX samples); then the work rests as long
 * as the share asks for. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "store/waves.h"

G_BEGIN_DECLS

typedef struct {
    int64_t after_us;       /* from a day's end on, before it is taken; 72 h */
    int64_t quiet_us;       /* mono: since its file was made; 1 h */
    unsigned share_percent; /* of a core, at most; 25 */
    uint64_t file_bytes;    /* a larger day is split into several files; 1 GiB */
} StoreArchiveSettings;

typedef struct {
    uint64_t days;    /* archived by this process */
    uint64_t refused; /* days with a row that cannot be read: left as they are */
    uint64_t samples; /* packed */
} StoreArchiverCounts;

typedef struct StoreArchiver StoreArchiver;

void store_archive_settings_init(StoreArchiveSettings *settings);
StoreArchiver *store_archiver_new(StoreWaves *waves);
void store_archiver_free(StoreArchiver *self);

/* A bounded piece of work. *@put: the open group holds something of it. False: the disk
 * failed. */
bool store_archiver_step(StoreArchiver *self,
                         const StoreArchiveSettings *settings,
                         int64_t utc_us,
                         int64_t mono_us,
                         bool *put,
                         GError **error);

const StoreArchiverCounts *store_archiver_counts(const StoreArchiver *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreArchiver, store_archiver_free)

G_END_DECLS
