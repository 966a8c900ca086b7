/* Running a score in the tests of rules: whole tables, or one row that is said
 * as "column=value;column=value".
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rules/scores/score.h"
#include "tests/rules/vectors.h"

static inline bool
scores_is_number(const char *text, double *value)
{
    char *end = NULL;
    *value = g_ascii_strtod(text, &end);
    return end != text && *end == '\0';
}

/* Every e_ column of @vectors against @answer, row by row: as text; @tolerance > 0:
 * numbers as numbers, relative. Returns the number of rows. */
static inline size_t
scores_compare(const RulesTable *vectors, const char *answer, double tolerance)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RulesTable) found = rules_table_new(answer, strlen(answer), "answer", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(rules_table_rows(found), ==, rules_table_rows(vectors));
    size_t compared = 0;
    for (size_t c = 0; c < rules_table_columns(vectors); c++) {
        const char *name = rules_table_name(vectors, c);
        if (!g_str_has_prefix(name, "e_"))
            continue;
        for (size_t row = 0; row < rules_table_rows(vectors); row++, compared++) {
            const char *expected = rules_table_cell(vectors, row, c);
            const char *cell = vectors_cell(found, row, name + 2);
            double e = 0;
            double v = 0;
            g_test_message("%s %s", rules_table_cell(vectors, row, 0), name);
            if (tolerance > 0 && scores_is_number(expected, &e) && scores_is_number(cell, &v))
                g_assert_cmpfloat_with_epsilon(v, e, tolerance * MAX(1e-3, fabs(e)));
            else
                g_assert_cmpstr(cell, ==, expected);
        }
    }
    g_assert_cmpuint(compared, >, 0);
    return rules_table_rows(vectors);
}

/* @text scored; NULL and @error. Caller frees. */
static inline char *
scores_run(const char *kind, const char *text, GError **error)
{
    g_autoptr(RulesTable) table = rules_table_new(text, strlen(text), "t", error);
    return table != NULL ? rules_score_table(rules_score_kind(kind), table, "t", error) : NULL;
}

/* Everything that @kind says of @vectors, whose e_ columns are left out. */
static inline RulesTable *
scores_all(const char *kind, const RulesTable *vectors)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t row = 0; row <= rules_table_rows(vectors); row++) {
        for (size_t c = 0; c < rules_table_columns(vectors); c++)
            if (!g_str_has_prefix(rules_table_name(vectors, c), "e_"))
                g_string_append_printf(text, "%s%s", c > 0 ? "," : "",
                                       row == 0 ? rules_table_name(vectors, c)
                                                : rules_table_cell(vectors, row - 1, c));
        g_string_append_c(text, '\n');
    }
    g_autoptr(GError) error = NULL;
    g_autofree char *csv = scores_run(kind, text->str, &error);
    g_assert_no_error(error);
    RulesTable *table = rules_table_new(csv, strlen(csv), "answer", &error);
    g_assert_no_error(error);
    return table;
}

/* The cell of @column in "column=value;..."; NULL: not said. Caller frees. */
static inline char *
scores_said(const char *said, const char *column)
{
    g_auto(GStrv) items = g_strsplit(said, ";", -1);
    char *value = NULL;
    for (size_t i = 0; items[i] != NULL; i++) {
        char *sign = strchr(items[i], '=');
        if (sign == NULL)
            continue;
        *sign = '\0';
        if (strcmp(items[i], column) == 0) {
            g_free(value);
            value = g_strdup(sign + 1);
        }
    }
    return value;
}

/* A table of one row: what @set says, else what @base says, else nothing. */
static inline char *
scores_row(const char *kind, const char *base, const char *set)
{
    g_autoptr(GString) names = g_string_new("id");
    g_autoptr(GString) cells = g_string_new("x");
    for (const RulesColumn *c = rules_score_kind(kind)->inputs; c->name != NULL; c++) {
        g_autofree char *first = scores_said(set, c->name);
        g_autofree char *second = scores_said(base, c->name);
        g_string_append_printf(names, ",%s", c->name);
        g_string_append_printf(cells, ",%s", first != NULL ? first : second != NULL ? second : "");
    }
    return g_strdup_printf("%s\n%s\n", names->str, cells->str);
}

/* The answer called @answer for such a row; NULL and @error. Caller frees. */
static inline char *
scores_answer(
    const char *kind, const char *base, const char *set, const char *answer, GError **error)
{
    g_autofree char *text = scores_row(kind, base, set);
    g_autofree char *csv = scores_run(kind, text, error);
    if (csv == NULL)
        return NULL;
    g_autoptr(RulesTable) table = rules_table_new(csv, strlen(csv), "answer", NULL);
    return g_strdup(vectors_cell(table, 0, answer));
}
