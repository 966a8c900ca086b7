/* Sealing: minutes of fresh samples become files of blocks.
 *
 * A minute of data time is closed for all streams at once: when hub time has passed
 * its end by a margin; when it was over already as its first sample came (a backlog, a
 * clock that stepped) a minute and the margin after that; or when memory runs short.
 * Its runs are packed in the order of their keys into one file, the file is synced and
 * taken in, and in the next group of writes the part and the new floor stand. A minute
 * that has a part already gives rows of STORE_LATE instead, of those samples only that
 * are not stored yet.
 *
 * Work in slices, so that no acknowledgement waits for it. Nothing here commits: what
 * is put waits for the group's sync as everything else. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "store/waves.h"

G_BEGIN_DECLS

typedef struct {
    int64_t margin_us;   /* hub time after the end of a minute; 15 s */
    size_t memory_bytes; /* of fresh samples; beyond it minutes are closed early */
} StoreSealSettings;

typedef struct StoreSealer StoreSealer;

void store_seal_settings_init(StoreSealSettings *settings);
StoreSealer *store_sealer_new(StoreWaves *waves, const StoreSealSettings *settings);
void store_sealer_free(StoreSealer *self);
void store_sealer_set(StoreSealer *self, const StoreSealSettings *settings);

/* A bounded piece of work on minutes that are due. *@closed: one was closed, and the
 * open group holds what has to be committed with it. False: the disk failed. */
bool
store_sealer_step(StoreSealer *self, int64_t utc_us, int64_t mono_us, bool *closed, GError **error);

/* The minute at hand, while it is worked at: its samples are in no file yet. */
const StoreFreshMinute *store_sealer_at_hand(const StoreSealer *self);

/* Whatever is open is due now (a store that stops, or whose disk has a quota). */
void store_sealer_hurry(StoreSealer *self, bool hurry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreSealer, store_sealer_free)

G_END_DECLS
