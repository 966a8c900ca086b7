/* What it costs to open a bed's 72 h and to go to any minute of them: a real store, filled by
 * `vicu import`, asked as the station asks it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/figures.h"

G_BEGIN_DECLS

/* Fills a store in a folder of its own, which goes at the end, and measures @runs times. Blocks. */
gboolean dash_bench_past(int runs, VicuFigures *figures, GError **error);

G_END_DECLS
