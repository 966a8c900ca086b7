/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/scores/score.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "common/error.h"
#include "rules/engine/truth.h"

const RulesScoreKind *
rules_score_kind(const char *name)
{
    for (const RulesScoreKind *k = rules_score_kinds; k->name != NULL; k++)
        if (strcmp(k->name, name) == 0)
            return k;
    return NULL;
}

bool
rules_score_number(const char *cell, const char *column, double *value, bool *known, GError **error)
{
    char *end = NULL;
    *known = *cell != '\0';
    *value = g_ascii_strtod(cell, &end);
    if (!*known || (*end == '\0' && end != cell && isfinite(*value)))
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "%s is \"%.40s\", expected a number or nothing", column, cell);
    return false;
}

static bool
find_inputs(const RulesScoreKind *kind,
            const RulesTable *table,
            const char *file_name,
            int *columns,
            GError **error)
{
    for (size_t i = 0; kind->inputs[i] != NULL; i++) {
        columns[i] = rules_table_column(table, kind->inputs[i]);
        if (columns[i] < 0) {
            g_autofree char *all = g_strjoinv(",", (char **)(uintptr_t)kind->inputs);
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "%s:1: no column \"%s\"; score %s reads %s", file_name, kind->inputs[i],
                        kind->name, all);
            return false;
        }
    }
    return true;
}

/* The answers asked for: those the table expects (e_*), in its order, or all. */
static bool
find_outputs(const RulesScoreKind *kind,
             const RulesTable *table,
             const char *file_name,
             GArray *wanted,
             GError **error)
{
    size_t n = 0;
    while (kind->outputs[n] != NULL)
        n++;
    for (size_t c = 0; c < rules_table_columns(table); c++) {
        const char *name = rules_table_name(table, c);
        if (!g_str_has_prefix(name, "e_"))
            continue;
        size_t i = 0;
        while (i < n && strcmp(kind->outputs[i], name + 2) != 0)
            i++;
        if (i == n) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s:1: score %s has no answer \"%s\"",
                        file_name, kind->name, name + 2);
            return false;
        }
        g_array_append_val(wanted, i);
    }
    if (wanted->len > 0)
        return true;
    for (size_t i = 0; i < n; i++)
        g_array_append_val(wanted, i);
    return true;
}

static void
write_head(const RulesScoreKind *kind, const RulesTable *table, const GArray *wanted, GString *out)
{
    g_string_append(out, rules_table_name(table, 0));
    for (guint i = 0; i < wanted->len; i++)
        g_string_append_printf(out, ",%s", kind->outputs[g_array_index(wanted, size_t, i)]);
    g_string_append_c(out, '\n');
}

char *
rules_score_table(const RulesScoreKind *kind,
                  const RulesTable *table,
                  const char *file_name,
                  GError **error)
{
    int columns[RULES_SCORE_COLUMNS];
    g_autoptr(GArray) wanted = g_array_new(FALSE, FALSE, sizeof(size_t));
    if (!find_inputs(kind, table, file_name, columns, error)
        || !find_outputs(kind, table, file_name, wanted, error))
        return NULL;

    g_autoptr(RulesScorer) scorer = rules_scorer_new();
    g_autoptr(GString) out = g_string_new(NULL);
    write_head(kind, table, wanted, out);
    for (size_t row = 0; row < rules_table_rows(table); row++) {
        const char *in[RULES_SCORE_COLUMNS];
        char answers[RULES_SCORE_COLUMNS][32];
        for (size_t i = 0; kind->inputs[i] != NULL; i++)
            in[i] = rules_table_cell(table, row, (size_t)columns[i]);
        for (size_t i = 0; i < RULES_SCORE_COLUMNS; i++)
            answers[i][0] = '\0';
        if (!kind->row(scorer, in, answers, error)) {
            g_prefix_error(error, "%s, row %zu (%s): ", file_name, row + 1,
                           rules_table_cell(table, row, 0));
            return NULL;
        }
        g_string_append(out, rules_table_cell(table, row, 0));
        for (guint i = 0; i < wanted->len; i++)
            g_string_append_printf(out, ",%s", answers[g_array_index(wanted, size_t, i)]);
        g_string_append_c(out, '\n');
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* --- kleene ------------------------------------------------------------------- */

static bool
truth_of(const char *cell, RulesTruth *truth, GError **error)
{
    static const char letters[] = "FUT";
    const char *at = *cell != '\0' && cell[1] == '\0' ? strchr(letters, *cell) : NULL;
    if (at == NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "found \"%.20s\", expected T, F or U",
                    cell);
        return false;
    }
    *truth = (RulesTruth)(at - letters);
    return true;
}

static bool
score_kleene(RulesScorer *scorer, const char *const *in, char out[][32], GError **error)
{
    RulesTruth a = RULES_UNKNOWN;
    RulesTruth b = RULES_UNKNOWN;
    (void)scorer;
    if (!truth_of(in[0], &a, error) || !truth_of(in[1], &b, error))
        return false;
    g_snprintf(out[0], 32, "%c", rules_truth_letter(rules_truth_and(a, b)));
    g_snprintf(out[1], 32, "%c", rules_truth_letter(rules_truth_or(a, b)));
    g_snprintf(out[2], 32, "%c", rules_truth_letter(rules_truth_not(a)));
    return true;
}

/* --- PhysioNet/CinC Challenge 2015 --------------------------------------------- */

static bool
score_cinc2015(RulesScorer *scorer, const char *const *in, char out[][32], GError **error)
{
    static const char *const names[] = {"tp", "tn", "fp", "fn"};
    double n[4];
    (void)scorer;
    for (size_t i = 0; i < 4; i++) {
        bool known = false;
        if (!rules_score_number(in[i], names[i], &n[i], &known, error))
            return false;
        if (!known)
            return true;
    }
    double all = n[0] + n[1] + n[2] + 5 * n[3];
    if (all > 0)
        g_snprintf(out[0], 32, "%.9f", (n[0] + n[1]) / all);
    return true;
}

#define COLUMNS(...)                                                                               \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

const RulesScoreKind rules_score_kinds[] = {
    {"news2",
     COLUMNS("rr_per_min",
             "spo2_pct",
             "spo2_scale",
             "on_oxygen",
             "sbp_mmHg",
             "hr_per_min",
             "acvpu",
             "temp_Cel"),
     COLUMNS("rr", "spo2", "o2", "sbp", "hr", "con", "temp", "total", "min", "max", "any3", "risk"),
     rules_score_news2},
    {"kleene", COLUMNS("a", "b"), COLUMNS("and", "or", "not_a"), score_kleene},
    {"cinc2015", COLUMNS("tp", "tn", "fp", "fn"), COLUMNS("score"), score_cinc2015},
    {NULL, NULL, NULL, NULL},
};
