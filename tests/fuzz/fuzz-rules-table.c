/* Tables of scores and traces.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/scores/score.h"
#include "rules/scores/trace.h"
#include "tests/fuzz/fuzz-target.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const traces[] = {"limit", "slope", "exposure"};
    g_autoptr(RulesTable) table = rules_table_new((const char *)data, size, "fuzz", NULL);
    if (table == NULL)
        return 0;
    for (size_t i = 0; i < G_N_ELEMENTS(traces); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = rules_trace_table(traces[i], table, "fuzz", &error);
        g_assert((text == NULL) == (error != NULL));
    }
    for (size_t i = 0; rules_score_kinds[i] != NULL; i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = rules_score_table(rules_score_kinds[i], table, "fuzz", &error);
        g_assert((text == NULL) == (error != NULL));
    }
    return 0;
}
