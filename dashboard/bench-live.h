/* Benches of a station that lives: how old samples are when they are seen, what a picture of a
 * hundred live beds costs, and whether memory stays level over a shift.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/figures.h"

G_BEGIN_DECLS

/* sample_to_pixel_*, frame_1080p_*: one run. */
void dash_bench_live(VicuFigures *figures);
/* card_first_pixel_*: from an alarm's arrival to the first picture of its card. FALSE: its six
 * seconds are not in it. */
gboolean dash_bench_card(VicuFigures *figures);
/* rss_8h, rss_growth: one run. */
void dash_bench_memory(VicuFigures *figures);

G_END_DECLS
