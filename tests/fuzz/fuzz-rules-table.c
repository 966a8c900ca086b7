/* Tables of scores and traces.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/scores/score.h"
#include "rules/scores/trace.h"
#include "tests/fuzz/fuzz-target.h"

/* Whatever stood in the table, the answer is a table. */
static void
check_answer(const char *text, const GError *error)
{
    g_assert((text == NULL) == (error != NULL));
    if (text != NULL) {
        g_autoptr(RulesTable) answer = rules_table_new(text, strlen(text), "answer", NULL);
        g_assert(answer != NULL);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const traces[] = {"limit", "slope", "exposure", "rhythm"};
    g_autoptr(RulesTable) table = rules_table_new((const char *)data, size, "fuzz", NULL);
    if (table == NULL)
        return 0;
    for (size_t i = 0; i < G_N_ELEMENTS(traces); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = rules_trace_table(traces[i], table, "fuzz", &error);
        check_answer(text, error);
    }
    for (size_t i = 0; rules_score_kinds[i] != NULL; i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = rules_score_table(rules_score_kinds[i], table, "fuzz", &error);
        check_answer(text, error);
    }
    return 0;
}
