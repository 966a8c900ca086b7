/* What a speech program gives: any bytes become frames or a refusal.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "dashboard/annunciator/burst.h"
#include "dashboard/annunciator/wave-read.h"
#include "tests/fuzz/fuzz-target.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    size_t n = 0;
    g_autofree float *frames = ann_wave_read(data, size, &n, &error);

    g_assert_true((frames == NULL) == (error != NULL));
    g_assert_true(frames == NULL || n <= (size_t)ANN_WAVE_MAX_S * ANN_RATE_HZ);
    for (size_t i = 0; frames != NULL && i < n; i++)
        g_assert_true(fabsf(frames[i]) <= 1);
    return 0;
}
