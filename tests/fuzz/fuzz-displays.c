/* A table of panels of any bytes: refused with an error, or rows that are within their bounds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/display.h"
#include "tests/fuzz/fuzz-target.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DashDisplays) all =
        dash_displays_parse("x.csv", (const char *)data, (gssize)size, &error);

    g_assert_true((all == NULL) == (error != NULL));
    for (size_t i = 0; all != NULL && i < dash_displays_n(all); i++) {
        const DashDisplay *row = dash_displays_at(all, i);
        g_assert_true(dash_quilt_check(&row->quilt, NULL));
        g_assert_true(row->panel_w > 0 && row->panel_h > 0 && row->dpi > 0 && row->cone_deg > 0);
        g_assert_true(dash_displays_find(all, row->name, NULL) == row);
    }
    return 0;
}
