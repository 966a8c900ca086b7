/* One segment of a WFDB record, or a single record: its header and its files,
 * opened. For wfdb-record.c; one owner thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "collector/sources/wfdb-file.h"
#include "collector/sources/wfdb-header.h"
#include "collector/sources/wfdb-record.h"

G_BEGIN_DECLS

/* One segment, opened: a header and its files. */
typedef struct {
    const CollectorWfdbHeader *header;
    CollectorWfdbHeader *owned; /* NULL: the header belongs to the record */
    char *path;                 /* of the header */
    int64_t n_frames;
    CollectorWfdbFile **files; /* in the order of their first signals */
    size_t *first_signal;      /* of each file */
    size_t *n_signals;         /* of each file */
    size_t n_files;
    char *absent; /* the file that is not there: nothing else is set */
} CollectorWfdbPart;

/* The segment or record called @name in @folder. An absent header or signal
 * file is no error: it sets ->absent. */
CollectorWfdbPart *collector_wfdb_part_open(const char *folder, const char *name, GError **error);

/* The same with a header that is read already, borrowed. */
CollectorWfdbPart *collector_wfdb_part_new(const char *folder,
                                           const char *path,
                                           const CollectorWfdbHeader *header,
                                           GError **error);
void collector_wfdb_part_free(CollectorWfdbPart *part);

/* Reads all of it and adds a CollectorWfdbCheck for each signal. */
gboolean collector_wfdb_part_check(CollectorWfdbPart *part, GPtrArray *checks, GError **error);
void collector_wfdb_check_free(CollectorWfdbCheck *check);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorWfdbPart, collector_wfdb_part_free)

G_END_DECLS
