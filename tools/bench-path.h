/* The way of a batch, for `vicu bench link`: collector with synced spool, hub, store.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/figures.h"

G_BEGIN_DECLS

/* One run of ingest_path with ticks of @tick_ms: three processes in a folder of their own
 * below @dir, CPU time of all of them from the second tick to the last acknowledgement. Adds
 * ingest_path and ingest_path_spool_share, with _40ms where the tick is 40 ms. */
gboolean tool_bench_path(
    const char *dir, int tick_ms, int beds, int seconds, VicuFigures *figures, GError **error);

G_END_DECLS
