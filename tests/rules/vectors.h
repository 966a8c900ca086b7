/* Reading the clinical vectors in the tests of rules.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "rules/language/set.h"
#include "rules/scores/table.h"

static inline RulesTable *
vectors_load(const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(g_getenv("VICU_TEST_DATA"), "clinical", name, NULL);
    RulesTable *table = rules_table_load(path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(rules_table_rows(table), >, 0);
    return table;
}

static inline const char *
vectors_cell(const RulesTable *table, size_t row, const char *column)
{
    int c = rules_table_column(table, column);
    g_assert_cmpint(c, >=, 0);
    return rules_table_cell(table, row, (size_t)c);
}

static inline double
vectors_number(const RulesTable *table, size_t row, const char *column)
{
    return g_ascii_strtod(vectors_cell(table, row, column), NULL);
}

/* Asserts that @text compiles. */
static inline RulesSet *
vectors_compile(const char *text)
{
    g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new("test.vrules");
    RulesSet *set = rules_set_compile(text, strlen(text), diagnostics);
    for (size_t i = 0; i < rules_diagnostics_length(diagnostics); i++) {
        g_autofree char *line = rules_diagnostics_format(diagnostics, i, true);
        if (set == NULL)
            g_test_message("%s", line);
    }
    g_assert_nonnull(set);
    return set;
}
