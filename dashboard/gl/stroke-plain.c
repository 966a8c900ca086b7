/* Stroke: its kernels for every machine.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/gl/stroke-kernels.h"

const DashStrokeKernels dash_stroke_plain = {follow_all, reach_all, paint_all};
