/* A WFDB header of any bytes: refused with an error, or within its bounds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "collector/sources/wfdb-format.h"
#include "collector/sources/wfdb-header.h"
#include "tests/fuzz/fuzz-target.h"

static void
check_signal(const CollectorWfdbSignal *signal)
{
    g_assert_true(signal->file == NULL || strchr(signal->file, '/') == NULL);
    g_assert_true(signal->file == NULL || collector_wfdb_format_bits(signal->format) > 0);
    g_assert_true(signal->samples_per_frame >= 1);
    g_assert_true(isfinite(signal->gain) && signal->gain != 0.0);
    g_assert_true(g_utf8_validate(signal->name, -1, NULL));
    g_assert_true(g_utf8_validate(signal->unit, -1, NULL));
    g_assert_nonnull(collector_wfdb_ucum(signal->unit));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CollectorWfdbHeader) h = collector_wfdb_header_parse("x.hea", data, size, &error);

    g_assert_true((h == NULL) == (error != NULL));
    if (h == NULL)
        return 0;
    g_assert_true(h->rate_num > 0 && h->rate_den > 0);
    g_assert_true(h->n_frames >= -1);
    g_assert_true(h->base_us == 0 || (h->base_time != NULL && h->base_date != NULL));
    g_assert_true(collector_wfdb_header_frame_us(h, 0) == h->base_us);
    g_assert_true(h->base_us != 0 || collector_wfdb_header_frame_us(h, 1000) == 0);
    collector_wfdb_header_frame_us(h, COLLECTOR_WFDB_MAX_FRAMES);
    for (size_t i = 0; h->signals != NULL && i < h->n_signals; i++)
        check_signal(&h->signals[i]);
    int64_t total = 0;
    for (size_t i = 0; i < h->n_segments; i++) {
        g_assert_true(h->segments[i].n_frames >= 0);
        total += h->segments[i].n_frames;
    }
    g_assert_true(h->n_segments == 0 || total == h->n_frames);
    return 0;
}
