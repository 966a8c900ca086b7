/* The importer's way to the store: its own key, spool and link, without the
 * lanes of live data.
 *
 * Nothing is fed to rules or pictures, and no heartbeat names a bed: what is
 * imported is of the past. Flow is the store's: append while _has_room(). One
 * thread, the context's main loop.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/link.h"
#include "common/root.h"
#include "common/socket.h"

G_BEGIN_DECLS

typedef struct CollectorImportSender CollectorImportSender;

typedef struct {
    /* Batches from now on belong to @epoch, from sequence 1. */
    void (*epoch)(uint64_t epoch, gpointer user);
    /* Something moved: there may be room, or all may be acknowledged. */
    void (*moved)(gpointer user);
} CollectorImportSenderOps;

/* Newest sequence that a spool left behind of each epoch; nothing where there is no spool. */
gboolean collector_import_spool_last(const char *folder, GHashTable *last, GError **error);

/* @folder of the spool. @ops are called from the main loop, and from _new() for the first epoch. */
CollectorImportSender *collector_import_sender_new(VicuContext *context,
                                                   VicuKeys *keys,
                                                   const VicuRoot *root,
                                                   const char *folder,
                                                   const CollectorImportSenderOps *ops,
                                                   gpointer user,
                                                   GError **error);
/* Syncs what was appended. */
void collector_import_sender_free(CollectorImportSender *self);

/* The store has welcomed us. */
gboolean collector_import_sender_is_open(const CollectorImportSender *self);
gboolean collector_import_sender_has_room(const CollectorImportSender *self);
gboolean collector_import_sender_append(CollectorImportSender *self, GBytes *batch, GError **error);
/* Batches that the store has not acknowledged. */
uint64_t collector_import_sender_waiting(const CollectorImportSender *self);
/* NULL while all is well: the disk failed, or the store refused this key. */
const char *collector_import_sender_failure(const CollectorImportSender *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorImportSender, collector_import_sender_free)

G_END_DECLS
