/* Slope: whether a number or a score has moved, by how much and which way.
 *
 * Numbers: the line of least squares through the buckets of a trend in
 * (now - window, now], times the window. Not known with fewer than three
 * buckets, or when those seen span less than half of the window: a gap is no
 * level line. "Moved" is a change of at least one band of NEWS2 in the window:
 * HR 20 /min, RR 4 /min, SpO2 2 %, blood pressures 10 mmHg, temperature 1 °C.
 * Other signals have no stated threshold, so no arrow.
 *
 * Scores: the middle of their bounds now, less that of a window ago; a score
 * holds until its next. Moved by one point is moved.
 *
 * Pure; the time is given. SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/bed.h"

G_BEGIN_DECLS

typedef enum {
    DASH_SLOPE_UNKNOWN,
    DASH_SLOPE_LEVEL,
    DASH_SLOPE_UP,
    DASH_SLOPE_DOWN,
} DashSlope;

#define DASH_SLOPE_BESIDE_US (15 * 60 * (int64_t)G_USEC_PER_SEC) /* the arrow beside a number */
#define DASH_SLOPE_RANK_US   (30 * 60 * (int64_t)G_USEC_PER_SEC) /* what counts for acuity */

/* FALSE: not known. @change: what the line gains over the whole window. */
bool dash_slope_change(const DashTrend *trend, int64_t now_us, int64_t window_us, double *change);
/* In the signal's own unit; 0 = none is stated. */
double dash_slope_threshold(const VicuSignal *signal);

DashSlope dash_slope_of(const DashNumeric *numeric, int64_t now_us, int64_t window_us);
DashSlope
dash_slope_of_score(const DashBed *bed, const DashScore *score, int64_t now_us, int64_t window_us);

G_END_DECLS
