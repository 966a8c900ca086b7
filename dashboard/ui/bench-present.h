/* Bench of what a display is shown: the wall of a hundred live beds in a window.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/figures.h"

G_BEGIN_DECLS

/* present_1080p_*, present_4k_*: one run each, of those sizes that the display has room for.
 * Without a display there are none. */
void dash_bench_present(VicuFigures *figures);

G_END_DECLS
