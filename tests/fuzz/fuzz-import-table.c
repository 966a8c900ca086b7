/* A table of any text: its head, then each line as a row; times into the finder
 * of rates. Refused with an error, or within its bounds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "collector/import/rate.h"
#include "collector/import/table.h"
#include "tests/fuzz/fuzz-target.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_auto(GStrv) line = g_strsplit(text, "\n", -1);
    guint n = g_strv_length(line);
    g_autoptr(GError) error = NULL;
    int64_t last_us = INT64_MIN;

    if (n == 0)
        return 0;
    g_autoptr(CollectorTable) table = collector_table_parse(
        "x.csv", line[0], n > 1 ? line[1] : NULL, n > 2 ? line[2] : NULL, &error);
    g_assert_true((table == NULL) == (error != NULL));
    if (table == NULL)
        return 0;
    g_assert_cmpuint(table->n, <=, COLLECTOR_TABLE_MAX_COLUMNS);
    g_autofree CollectorTableCell *cells = g_new0(CollectorTableCell, table->n);
    g_autoptr(CollectorRate) rate = collector_rate_new(1);
    for (guint i = (guint)table->first_line - 1; i < n; i++) {
        g_autoptr(GError) wrong = NULL;
        int64_t t_us = 0;
        gboolean ok = collector_table_row(table, "x.csv", i + 1, line[i], &t_us, cells, &wrong);
        g_assert_true(ok == (wrong == NULL));
        for (size_t c = 0; ok && c < table->n; c++)
            g_assert_true(!cells[c].present || isfinite(cells[c].value));
        if (ok && t_us > last_us) {
            collector_rate_push(rate, t_us);
            last_us = t_us;
        }
    }
    const GArray *runs = collector_rate_finish(rate);
    for (guint i = 0; i < runs->len; i++)
        g_assert_cmpuint(g_array_index(runs, CollectorRateRun, i).n, >, 0);
    return 0;
}
