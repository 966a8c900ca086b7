/* One WFDB signal file: the stored integers of the signals that share it.
 *
 * Reads any range of frames; long files are streamed, never loaded. Memory: one
 * buffer as large as the largest range asked for. One owner thread. The caller
 * decides what the integers mean: nothing here is skewed or marked invalid.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "collector/sources/wfdb-header.h"

G_BEGIN_DECLS

typedef struct CollectorWfdbFile CollectorWfdbFile;

/* @signals (@n of them, borrowed for the life of the file) share one file name,
 * format and byte offset. VICU_ERROR_ABSENT when there is no such file. */
CollectorWfdbFile *collector_wfdb_file_open(const char *path,
                                            const CollectorWfdbSignal *signals,
                                            size_t n,
                                            GError **error);
CollectorWfdbFile *collector_wfdb_file_new_for_bytes(
    const char *name, GBytes *bytes, const CollectorWfdbSignal *signals, size_t n, GError **error);
void collector_wfdb_file_free(CollectorWfdbFile *self);

/* Whole frames in the file; -1: only reading to the end can tell. */
int64_t collector_wfdb_file_frames(const CollectorWfdbFile *self);

/* Samples of all signals in one frame. */
size_t collector_wfdb_file_width(const CollectorWfdbFile *self);

/* Frames @first..@first + @n, each with the samples of the first signal, then
 * of the second, and so on. Fewer in @got only at the end of the file. */
gboolean collector_wfdb_file_read(
    CollectorWfdbFile *self, int64_t first, size_t n, int32_t *out, size_t *got, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorWfdbFile, collector_wfdb_file_free)

G_END_DECLS
