/* Any text as a pack whose delays are changed, and as the words of a grid: what comes out of it
 * reads as it should, or is refused with a reason.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/replay/edit.h"
#include "rules/replay/grid.h"
#include "tests/fuzz/fuzz-target.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    size_t n = strlen(text);
    g_autoptr(GPtrArray) rules = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) again = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *same = rules_edit_delay(text, n, "HR_low", RULES_EDIT_AS_WRITTEN, rules);
    g_assert_cmpstr(same, ==, text);
    g_autofree char *slow = rules_edit_delay(text, n, "HR_low", 1500000, again);
    g_assert_cmpuint(again->len, ==, rules->len);
    g_autofree char *raw = rules_edit_raw(text, n);
    g_assert_cmpuint(strlen(raw), <=, n);
    g_autoptr(GError) error = NULL;
    g_autoptr(RulesGrid) grid = rules_grid_parse(text, size % 2 ? text : NULL, &error);
    g_assert((grid == NULL) == (error != NULL));
    return 0;
}
