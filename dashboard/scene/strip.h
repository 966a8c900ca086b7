/* Strip: a piece of a lead that stands still, on paper: its samples, its scale, its lines.
 *
 * The scale follows from the samples that are shown and from nothing else, so that a strip looks
 * the same wherever and whenever it is drawn. Not for other folders.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/scene/build.h"

G_BEGIN_DECLS

/* How it is drawn: a heart's leads at 10 mm/mV, or half of it, or a quarter, where that is higher
 * than the strip; others between their least and greatest. @mm_per_unit 0: not in millimetres. */
typedef struct {
    double lo;
    double hi;
    double mm_per_unit;
} DashGain;

/* The samples that the store told of as a wave; NULL: there are none. Owned by the scene. */
const DashWave *
dash_strip_wave(DashScene *self, DashPast *past, unsigned stream, int64_t from_us, int64_t to_us);
/* For samples of [from, to) in @mm of paper. */
DashGain dash_strip_gain(const VicuSignal *signal,
                         const char *unit,
                         const DashWave *wave,
                         int64_t from_us,
                         int64_t to_us,
                         double mm);
/* "10 mm/mV", "0…150 mmHg"; "" for what has no unit. */
char *
dash_strip_scale(char out[DASH_TEXT_MAX], DashUnits units, const char *unit, const DashGain *gain);
/* A line each millimetre, and each five; @mm in pixels. */
void dash_put_paper(DashScene *self, DashRect plot, double mm);
/* The pulse of a millivolt for 0.2 s at the left edge, where the lead is drawn in millimetres. */
void dash_put_calibration(
    DashScene *self, DashRect plot, const DashGain *gain, double px_per_s, uint32_t ink);

G_END_DECLS
