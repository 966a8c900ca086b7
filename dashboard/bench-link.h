/* How old a sample is when it stands on the screen of a station that a real hub feeds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/figures.h"

G_BEGIN_DECLS

/* sample_to_pixel_link_*: starts vicu-hub in a folder of its own, which goes at the end; 40 s by
 * the clock. */
gboolean dash_bench_link(VicuFigures *figures, GError **error);

G_END_DECLS
