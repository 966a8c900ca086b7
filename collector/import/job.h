/* Where an import is, kept on disk so that an interrupted one goes on.
 *
 * An import cuts its recording into pieces 0, 1, 2 ...; piece n is always the
 * same. Each epoch of the sender begins at some piece, and from there on batch
 * number s of the epoch is piece begin + s - 1. So the newest batch that the
 * spool or the store has of each epoch tells how many pieces are safe.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct CollectorImportJob CollectorImportJob;

/* The job in DIR/import of what @fingerprint names, at @bed from @from_us on:
 * as it was left, or new. */
CollectorImportJob *collector_import_job_open(
    const char *folder, const char *fingerprint, const char *bed, int64_t from_us, GError **error);
void collector_import_job_free(CollectorImportJob *self);

gboolean collector_import_job_is_new(const CollectorImportJob *self);

/* Epoch @epoch begins with piece @piece; on disk when it returns. */
gboolean collector_import_job_epoch(CollectorImportJob *self,
                                    uint64_t epoch,
                                    uint64_t piece,
                                    GError **error);

/* How many pieces are safe. @last: epoch -> newest sequence that is (uint64_t). */
uint64_t collector_import_job_safe(const CollectorImportJob *self, GHashTable *last);

/* Nothing is left to do: the file goes. */
void collector_import_job_done(CollectorImportJob *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorImportJob, collector_import_job_free)

G_END_DECLS
