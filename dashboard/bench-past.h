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

/* Where the program of another room lies: beside this one, or in the build. Caller frees. */
char *dash_bench_program(const char *room, const char *name);

G_END_DECLS
