/* Sealed blocks of an answer become runs of samples, at the one who asked.
 *
 * Pure. One scratch object per client, owned by the caller.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "common/codec/block.h"
#include "common/wire.h"

G_BEGIN_DECLS

/* Every block of @rows is decoded, cut to from <= t < to, and stands among the runs,
 * which then ascend by the time of their first sample; none is left. FALSE and @error
 * for a block that cannot be read: nothing of @rows may be used then. */
gboolean vicu_query_blocks_unpack(VicuCodecScratch *scratch,
                                  Vicu__QueryRows *rows,
                                  int64_t from_us,
                                  int64_t to_us,
                                  GError **error);

G_END_DECLS
