/* Waves of the twin: the last seconds of a bed's waves as points that face the viewer.
 *
 * Gaps stay gaps: each run of samples is a line of its own. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/holo/twin.h"

G_BEGIN_DECLS

#define DASH_TWIN_WAVES        2
#define DASH_TWIN_WAVE_US      (5 * (int64_t)G_USEC_PER_SEC)
#define DASH_TWIN_WAVE_COLUMNS 110
#define DASH_TWIN_WAVE_RUNS    16
#define DASH_TWIN_WAVE_POINTS  (2 * DASH_TWIN_WAVE_COLUMNS)

typedef struct {
    const DashStream *stream;
    unsigned n_runs;
    size_t run[DASH_TWIN_WAVE_RUNS]; /* points of each */
    float x[DASH_TWIN_WAVE_POINTS];  /* 0 the oldest .. 1 the newest */
    float y[DASH_TWIN_WAVE_POINTS];  /* 0 .. 1 of the range it is drawn in */
} DashTwinWave;

/* The ECG, then what there is of pressure, pleth and breathing. NULL where there is none. */
const DashStream *dash_twin_stream(const DashBed *bed, unsigned which);
/* FALSE: nothing of it is to be seen now. */
bool
dash_twin_wave(const DashBed *bed, const DashStream *stream, int64_t now_us, DashTwinWave *out);

G_END_DECLS
