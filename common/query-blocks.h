/* Sealed blocks of an answer become runs of samples, at the one who asked.
 *
 * Where a message has more than a moment's work, threads share its blocks; what comes out
 * is the same. One object for each client, owned by the caller and used by one thread at a time.
 * Memory: 16 bytes for each sample of the longest block so far, for each thread. Threads
 * begin with the first answer that is worth it, and end with the object.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "common/wire.h"

G_BEGIN_DECLS

#define VICU_QUERY_BLOCKS_THREADS 4u /* at most, that of the caller included */

typedef struct VicuQueryBlocks VicuQueryBlocks;

/* @threads: how many decode at once, at most VICU_QUERY_BLOCKS_THREADS; 0: one for each
 * processor. Caller frees. */
VicuQueryBlocks *vicu_query_blocks_new(unsigned threads);
void vicu_query_blocks_free(VicuQueryBlocks *self);

/* Every block of @rows is decoded, cut to from <= t < to, and stands among the runs,
 * which then ascend by the time of their first sample; none is left. FALSE and @error
 * for the first block that cannot be read: nothing of @rows may be used then. Returns
 * when all of it is done. */
gboolean vicu_query_blocks_unpack(
    VicuQueryBlocks *self, Vicu__QueryRows *rows, int64_t from_us, int64_t to_us, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuQueryBlocks, vicu_query_blocks_free)

G_END_DECLS
