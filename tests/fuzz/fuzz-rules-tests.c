/* Tests as data (x.vtests), against the pack.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/packs/packs.h"
#include "rules/packs/tests.h"
#include "tests/fuzz/fuzz-target.h"

/* Long series are bounded, but too slow for a fuzzer. */
static bool
is_long(const uint8_t *data, size_t size)
{
    size_t digits = 0;
    for (size_t i = 0; i < size; i++) {
        digits = g_ascii_isdigit(data[i]) ? digits + 1 : 0;
        if (digits > 3)
            return true;
    }
    return size > 4000;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static RulesSet *set;
    if (set == NULL) {
        const char *pack = rules_pack_text("adult-icu");
        g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new("pack");
        set = rules_set_compile(pack, strlen(pack), diagnostics);
        g_assert(set != NULL);
    }
    if (is_long(data, size))
        return 0;
    g_autoptr(RulesTestReport) report = rules_tests_run(set, (const char *)data, size, "fuzz");
    g_assert(report->n_failed <= report->n_tests);
    return 0;
}
