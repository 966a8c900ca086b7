/* AVX2.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#if defined(__x86_64__)
#include "common/codec/kernels-x86.h"

const CodecKernels vicu_codec_avx2 = {
    .name = "avx2",
    .stats = stats,
    .autocorrelate = autocorrelate_avx2,
    .fixed_sums = fixed_sums,
    .difference = difference,
    .integrate = integrate,
    .lpc_residual = lpc_residual_avx2,
    .lpc_restore = lpc_restore_avx2,
    .zigzag = zigzag,
    .unzigzag = unzigzag,
    .rice_cost = rice_cost_avx2,
    .rice_put = rice_put,
    .rice_get = rice_get,
};
#endif
