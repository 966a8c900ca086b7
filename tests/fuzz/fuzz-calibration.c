/* A panel's calibration of any bytes: refused with an error, or one whose lenses can be counted.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "dashboard/holo/lens.h"
#include "tests/fuzz/fuzz-target.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    DashCalibration calibration;

    if (!dash_calibration_parse(&calibration, "visual.json", (const char *)data, (gssize)size,
                                &error)) {
        g_assert_nonnull(error);
        return 0;
    }
    g_assert_no_error(error);
    g_assert_true(calibration.slope != 0 && calibration.dpi > 0 && calibration.w > 0);
    g_autofree char *words = dash_calibration_explain(&calibration);
    g_assert_true(g_utf8_validate(words, -1, NULL));
    DashLens lens;
    uint8_t row[3 * 64];
    dash_lens_init(&lens, &calibration, 48);
    g_assert_true(isfinite(lens.pitch) && isfinite(lens.tilt));
    for (int y = 0; y < MIN(calibration.h, 8); y++) {
        dash_lens_row(&lens, y, 0, MIN(calibration.w, 64), row);
        for (size_t i = 0; i < sizeof row; i++)
            g_assert_cmpuint(row[i], <, 48);
    }
    return 0;
}
