/* Bench of panels and glasses: a hundred live beds in depth. For `vicu bench render`.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/figures.h"

G_BEGIN_DECLS

/* quilt_portrait, quilt_portrait_all, interlace_16, panel_8k, stereo_pair: by the clock, and with
 * _cpu of all threads. Each picture is of a state that has just changed: built, drawn on the plane,
 * seen by every view and, but for the last two, woven for the panel. change_flat, _quilt, _native,
 * _stereo, _rgbd, _glb: from a change of the state to the whole picture in that form, a hundred
 * times each, so that the greatest is beyond the 99th percentile. */
void dash_bench_holo(VicuFigures *figures);

G_END_DECLS
