/* What everything that seals, reads and rolls up waves shares.
 *
 * A plain table of borrowed pointers, owned by the head; and the moments at which a
 * test ends the process, so that each kind of crash is tried. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "store/db.h"
#include "store/fresh.h"
#include "store/parts.h"
#include "store/policy.h"
#include "store/wave-block.h"

G_BEGIN_DECLS

#define STORE_LATE_DAYS_LOOKED 4

/* Moments at which a test ends the process: what a crash leaves there is checked. */
typedef enum {
    STORE_FAULT_BATCH_PUT,        /* in the group, not committed */
    STORE_FAULT_BATCH_SYNCED,     /* committed, not acknowledged */
    STORE_FAULT_SEAL_BEGUN,       /* some rows are in the file */
    STORE_FAULT_SEAL_WRITTEN,     /* the file is whole and synced */
    STORE_FAULT_SEAL_INGESTED,    /* it is in the database, its part is not */
    STORE_FAULT_SEAL_PUT,         /* the part is in the group, not committed */
    STORE_FAULT_LATE_PUT,         /* the same of late rows */
    STORE_FAULT_TRIM_PUT,         /* the trim point is in the group, not committed */
    STORE_FAULT_TRIM_SYNCED,      /* committed, the files of old batches are still there */
    STORE_FAULT_ROLL_BEGUN,       /* some rows of the larger file are written */
    STORE_FAULT_ROLL_INGESTED,    /* taken in, its part is not */
    STORE_FAULT_ROLL_PUT,         /* in the group, not committed */
    STORE_FAULT_ROLL_COMMITTED,   /* the files that it replaces are still there */
    STORE_FAULT_RETAIN_PUT,       /* what retention drops is in the group, not committed */
    STORE_FAULT_ARCHIVE_BEGUN,    /* some rows of the archive's file are written */
    STORE_FAULT_ARCHIVE_INGESTED, /* taken in, its part is not */
    STORE_FAULT_ARCHIVE_PUT,      /* in the group, not committed */
    STORE_N_FAULTS,
} StoreFault;

typedef void (*StoreFaultFunc)(StoreFault fault, gpointer user);

typedef struct StoreArchive StoreArchive; /* store/archive-read.h */

/* What everything that reads and writes waves shares. */
typedef struct {
    StoreDb *db;
    StoreStreams *streams;
    StoreIdentities *identities;
    StoreFresh *fresh;
    StoreParts *parts;
    StoreCoder *coder;
    StoreArchive *archive;
    const StorePolicy *policy; /* how long what is kept */
    uint64_t late_next;        /* ordinal of the next late row */
    uint64_t late_durable;     /* those below are committed */
    GHashTable *late_days;     /* day (int64_t *) -> mono (int64_t *): when late rows came to it */
    uint64_t late_rows;        /* put by this process */
    uint64_t sealed_rows;      /* the same */
    StoreFaultFunc fault;      /* NULL but in tests */
    gpointer fault_user;
} StoreWaves;

static inline void
store_waves_note_late(StoreWaves *waves, int64_t minute, int64_t mono_us)
{
    int64_t day = store_floor(minute, STORE_DAY_MINUTES);

    g_hash_table_replace(waves->late_days, g_memdup2(&day, sizeof day),
                         g_memdup2(&mono_us, sizeof mono_us));
}

/* Some day of the minutes from @minute to before @end has late rows; long times are not looked
 * through. */
static inline bool
store_waves_may_be_late(const StoreWaves *waves, int64_t minute, int64_t end)
{
    int64_t day = store_floor(minute, STORE_DAY_MINUTES);
    bool late = end - minute > STORE_LATE_DAYS_LOOKED * STORE_DAY_MINUTES;

    for (; !late && day * STORE_DAY_MINUTES < end; day++)
        late = g_hash_table_contains(waves->late_days, &day);
    return late;
}

/* How long rows of @identity are kept. */
static inline int64_t
store_waves_keep_us(const StoreWaves *waves, const StoreIdentity *identity)
{
    return store_policy_keep_us(waves->policy,
                                identity->imported ? STORE_CLASS_IMPORTED : STORE_CLASS_WAVES,
                                identity->stream->bed);
}

static inline void
store_fault(const StoreWaves *waves, StoreFault fault)
{
    if (waves->fault != NULL)
        waves->fault(fault, waves->fault_user);
}

G_END_DECLS
