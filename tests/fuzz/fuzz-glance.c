/* A study's table of any bytes: refused with an error, or rows that agree with themselves and are
 * written as they were read.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "dashboard/model/glance-report.h"
#include "tests/fuzz/fuzz-target.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(DashGlanceRow));
    g_autoptr(GString) text = g_string_new(NULL);
    DashGlanceReport report;
    unsigned cut = 0;

    if (!dash_glance_table_read("x.csv", (const char *)data, size, rows, &cut, &error)) {
        g_assert_nonnull(error);
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        g_assert_cmpuint(rows->len, ==, 0);
        return 0;
    }
    g_assert_no_error(error);
    for (guint i = 0; i < rows->len; i++) {
        const DashGlanceRow *row = &g_array_index(rows, DashGlanceRow, i);
        g_assert_true(dash_glance_code_fits(row->sitting.participant));
        g_assert_cmpuint(row->trial, <=, row->sitting.trials);
        dash_glance_table_put(text, row);
    }
    dash_glance_report(&report, rows);
    for (int m = 0; m < DASH_GLANCE_MEASURES; m++)
        g_assert_true(isfinite(report.figure[m].difference) && isfinite(report.figure[m].sd));
    dash_glance_report_words(&report, text);
    return 0;
}
