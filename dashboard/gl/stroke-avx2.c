/* Stroke: its kernels for x86-64 with registers of 256 bits.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/gl/stroke-kernels.h"

const DashStrokeKernels dash_stroke_avx2 = {follow_all, reach_all, paint_all};
