/* Eye of a bench: a model's wall, drawn at 1920 x 1080, and how old samples are when they are seen
 * in it for the first time.
 *
 * Pieces are of 40 ms. Clocks are the caller's. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/figures.h"
#include "dashboard/scene/scene.h"

G_BEGIN_DECLS

#define DASH_BENCH_TICK_US (40 * (int64_t)1000)

typedef struct DashBenchEye DashBenchEye;

/* @model is borrowed. */
DashBenchEye *dash_bench_eye_new(DashModel *model);
void dash_bench_eye_free(DashBenchEye *self);

/* The wall. */
void dash_bench_eye_draw(DashBenchEye *self, int64_t now_us);
/* Another view, whose size is this eye's; borrowed, until the next picture. */
const DashScene *dash_bench_eye_show(DashBenchEye *self, DashView view);
/* The picture of @frame_us was there at @done_us. */
void dash_bench_eye_note(DashBenchEye *self, int64_t frame_us, int64_t done_us);
/* NAME_p99, NAME_p50 and the delay that was chosen, NAME_delay. */
void dash_bench_eye_tell(const DashBenchEye *self, VicuFigures *figures, const char *name);

/* NAME_pPERCENT in ms; at least one of @ages_us (double), which are put in order. */
void
dash_bench_tell_part(VicuFigures *figures, const char *name, unsigned percent, GArray *ages_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashBenchEye, dash_bench_eye_free)

G_END_DECLS
