/* What every other path must agree with.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/codec/kernels-plain.h"

const CodecKernels vicu_codec_scalar = {
    .name = "scalar",
    .stats = stats,
    .window = window,
    .sum_of = sum_of,
    .autocorrelate = autocorrelate,
    .fixed_sums = fixed_sums,
    .difference = difference,
    .integrate = integrate,
    .lpc_residual = lpc_residual,
    .lpc_restore = lpc_restore,
    .zigzag = zigzag,
    .unzigzag = unzigzag,
    .rice_cost = rice_cost,
    .rice_put = rice_put,
    .rice_get = rice_get,
    .rice_get_beside = rice_get_beside,
    .lpc_restore_beside = lpc_restore_beside,
};
