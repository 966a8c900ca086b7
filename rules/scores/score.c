/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/scores/score.h"

#include <string.h>

#include "common/error.h"
#include "rules/engine/truth.h"

const RulesScoreKind *
rules_score_kind(const char *name)
{
    for (size_t i = 0; rules_score_kinds[i] != NULL; i++)
        if (strcmp(rules_score_kinds[i]->name, name) == 0)
            return rules_score_kinds[i];
    return NULL;
}

static char *
names_of(const RulesScoreKind *kind)
{
    GString *names = g_string_new(NULL);
    for (const RulesColumn *c = kind->inputs; c->name != NULL; c++)
        if (!c->optional)
            g_string_append_printf(names, "%s%s", names->len > 0 ? "," : "", c->name);
    return g_string_free(names, FALSE);
}

/* @columns: where each input stands in the table; -1: an optional one that is not there. */
static bool
find_inputs(const RulesScoreKind *kind,
            const RulesTable *table,
            const char *file_name,
            int *columns,
            GError **error)
{
    for (size_t i = 0; kind->inputs[i].name != NULL; i++) {
        const RulesColumn *input = &kind->inputs[i];
        columns[i] = rules_table_column(table, input->name);
        if (columns[i] < 0 && !input->optional) {
            g_autofree char *all = names_of(kind);
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "%s:1: no column \"%s\"; score %s reads %s", file_name, input->name,
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
    rules_table_append(out, rules_table_name(table, 0));
    for (guint i = 0; i < wanted->len; i++)
        g_string_append_printf(out, ",%s", kind->outputs[g_array_index(wanted, size_t, i)]);
    g_string_append_c(out, '\n');
}

static bool
score_row(const RulesScoreKind *kind,
          RulesScorer *scorer,
          const RulesTable *table,
          size_t row,
          const int *columns,
          RulesScoreText *answers,
          GError **error)
{
    RulesCell in[RULES_SCORE_COLUMNS];
    for (size_t i = 0; kind->inputs[i].name != NULL; i++) {
        const char *text = columns[i] < 0 ? "" : rules_table_cell(table, row, (size_t)columns[i]);
        if (!rules_cell_read(&kind->inputs[i], text, &in[i], error))
            return false;
    }
    for (size_t i = 0; i < RULES_SCORE_COLUMNS; i++)
        answers[i][0] = '\0';
    return kind->row(scorer, in, answers, error);
}

char *
rules_score_table(const RulesScoreKind *kind,
                  const RulesTable *table,
                  const char *file_name,
                  GError **error)
{
    int columns[RULES_SCORE_COLUMNS];
    g_autoptr(GArray) wanted = g_array_new(FALSE, FALSE, sizeof(size_t));
    if (!find_inputs(kind, table, file_name, columns, error))
        return NULL;
    if (kind->whole != NULL)
        return kind->whole(table, file_name, error);
    if (!find_outputs(kind, table, file_name, wanted, error))
        return NULL;

    g_autoptr(RulesScorer) scorer = rules_scorer_new();
    g_autoptr(GString) out = g_string_new(NULL);
    write_head(kind, table, wanted, out);
    for (size_t row = 0; row < rules_table_rows(table); row++) {
        RulesScoreText answers[RULES_SCORE_COLUMNS];
        if (!score_row(kind, scorer, table, row, columns, answers, error)) {
            g_prefix_error(error, "%s, row %zu (%s): ", file_name, row + 1,
                           rules_table_cell(table, row, 0));
            return NULL;
        }
        rules_table_append(out, rules_table_cell(table, row, 0));
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
score_kleene(RulesScorer *scorer, const RulesCell *in, RulesScoreText *out, GError **error)
{
    RulesTruth a = RULES_UNKNOWN;
    RulesTruth b = RULES_UNKNOWN;
    (void)scorer;
    if (!truth_of(in[0].text, &a, error) || !truth_of(in[1].text, &b, error))
        return false;
    g_snprintf(out[0], RULES_SCORE_TEXT, "%c", rules_truth_letter(rules_truth_and(a, b)));
    g_snprintf(out[1], RULES_SCORE_TEXT, "%c", rules_truth_letter(rules_truth_or(a, b)));
    g_snprintf(out[2], RULES_SCORE_TEXT, "%c", rules_truth_letter(rules_truth_not(a)));
    return true;
}

const RulesScoreKind rules_score_kleene = {
    .name = "kleene",
    .inputs = (const RulesColumn[]){{.name = "a", .kind = RULES_COLUMN_TEXT},
                                    {.name = "b", .kind = RULES_COLUMN_TEXT},
                                    {.name = NULL}},
    .outputs = RULES_OUTPUTS("and", "or", "not_a"),
    .row = score_kleene,
};

/* --- PhysioNet/CinC Challenge 2015 --------------------------------------------- */

static bool
score_cinc2015(RulesScorer *scorer, const RulesCell *in, RulesScoreText *out, GError **error)
{
    (void)scorer;
    (void)error;
    for (size_t i = 0; i < 4; i++)
        if (!in[i].known)
            return true;
    double all = in[0].value + in[1].value + in[2].value + 5 * in[3].value;
    if (all > 0)
        g_snprintf(out[0], RULES_SCORE_TEXT, "%.9f", (in[0].value + in[1].value) / all);
    return true;
}

const RulesScoreKind rules_score_cinc2015 = {
    .name = "cinc2015",
    .inputs = (const RulesColumn[]){{.name = "tp", .high = 1e9},
                                    {.name = "tn", .high = 1e9},
                                    {.name = "fp", .high = 1e9},
                                    {.name = "fn", .high = 1e9},
                                    {.name = NULL}},
    .outputs = RULES_OUTPUTS("score"),
    .row = score_cinc2015,
};

const RulesScoreKind *const rules_score_kinds[] = {
    &rules_score_news2,
    &rules_score_mews,
    &rules_score_pews,
    &rules_score_qsofa,
    &rules_score_sirs,
    &rules_score_sofa,
    &rules_score_kdigo,
    &rules_score_indices,
    &rules_score_apache2,
    &rules_score_hrv,
    &rules_score_kleene,
    &rules_score_cinc2015,
    &rules_score_cinc2019,
    &rules_score_cinc2019_cohort,
    NULL,
};
