/* Grouped sync of a spool on a worker thread (docs/decisions/0002).
 *
 * The main loop appends and sends; fdatasync, which may take a second on a
 * busy disk, runs on one thread of its own. poke() after every append: a sync
 * begins 20 ms after the oldest unsynced append; at 64 KiB as soon as the loop
 * has its next turn, so that what is appended in one turn shares it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/spool.h"

G_BEGIN_DECLS

#define VICU_SPOOL_GROUP_BYTES (64u << 10)
#define VICU_SPOOL_GROUP_US    20000

typedef struct VicuSpoolSync VicuSpoolSync;

/* On the thread of @context, after each sync; @error is set once when the disk
 * failed, and the process should then end. */
typedef void (*VicuSpoolSynced)(const GError *error, gpointer data);

/* @context NULL: the default one. Borrows @spool. */
VicuSpoolSync *
vicu_spool_sync_new(VicuSpool *spool, GMainContext *context, VicuSpoolSynced synced, gpointer data);
/* Waits for a sync under way and for its thread. */
void vicu_spool_sync_free(VicuSpoolSync *self);

void vicu_spool_sync_poke(VicuSpoolSync *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuSpoolSync, vicu_spool_sync_free)

G_END_DECLS
