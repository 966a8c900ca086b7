/* What the importer asks the store before it sends: which bed is meant, which
 * channels are free, whether this recording or another is there already.
 *
 * Everything waits, with an end. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "collector/import/source.h"
#include "common/auth.h"
#include "common/query.h"

G_BEGIN_DECLS

typedef struct CollectorArchive CollectorArchive;

/* @store is borrowed. Loads the list of streams. */
CollectorArchive *collector_archive_new(VicuQueryClient *store, GError **error);
void collector_archive_free(CollectorArchive *self);

/* The full id that @text names: an id of three parts, or the unique tail of a known bed. */
char *collector_archive_bed(const CollectorArchive *self, const char *text, GError **error);

/* Gives each signal the channel that @bed's stream of the same label has, or a free one. */
void collector_archive_channels(const CollectorArchive *self, const char *bed, GPtrArray *signals);

typedef enum {
    COLLECTOR_ARCHIVE_NEW,
    COLLECTOR_ARCHIVE_BEGUN, /* an import of it was begun and did not end */
    COLLECTOR_ARCHIVE_DONE,
} CollectorArchiveFound;

/* Whether the recording @fingerprint is at @bed from @from_us on. */
gboolean collector_archive_find(CollectorArchive *self,
                                const char *bed,
                                const char *fingerprint,
                                int64_t from_us,
                                CollectorArchiveFound *found,
                                GError **error);

/* Refuses when @bed already has something of any of the signals in that time. */
gboolean collector_archive_is_free(CollectorArchive *self,
                                   const char *bed,
                                   const GPtrArray *signals,
                                   int64_t from_us,
                                   int64_t to_us,
                                   GError **error);

/* Adds the newest sequence that the store has of each epoch of @sender to @last. */
gboolean collector_archive_watermarks(CollectorArchive *self,
                                      const VicuFingerprint *sender,
                                      GHashTable *last,
                                      GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorArchive, collector_archive_free)

G_END_DECLS
