/* The cases that others test their scores with, against ours.
 *
 * Every case of every guideline is compared, or its guideline is listed as
 * another score; every input and output is translated, or listed as not ours;
 * every difference is listed with its reason, and one that no longer is there
 * fails the test as one that is new.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/rules/peers-gdl2.h"
#include "tests/rules/scores.h"

/* --- one case ---------------------------------------------------------------------------- */

typedef struct {
    const Guideline *guideline;
    char *id;
    GString *set;
    double pao2_mmhg;
    double fio2;
    GPtrArray *expected; /* answer, value, answer, value, ... */
} Case;

static void
case_clear(Case *c)
{
    g_free(c->id);
    if (c->set != NULL)
        g_string_free(c->set, TRUE);
    g_clear_pointer(&c->expected, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Case, case_clear)

static bool
fits(const char *start, const char *text)
{
    return g_str_has_prefix(text, start);
}

static double
in_our_unit(const char *column, const char *value)
{
    const char *comma = strchr(value, ',');
    double number = g_ascii_strtod(value, NULL);
    if (comma == NULL)
        return number;
    if (strcmp(comma, ",kPa") == 0)
        return number * 7.500617;
    if (g_str_has_suffix(comma, "mol/l"))
        return number / 88.4;
    if (strcmp(column, "mean_paw_cmH2O") == 0 && strcmp(comma, ",mm[Hg]") == 0)
        return number / 0.7355592;
    return number;
}

static void
take_input(Case *c, const char *label, const char *value)
{
    const Input *found = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(inputs) && found == NULL; i++)
        if (fits(inputs[i].guideline, c->guideline->name) && fits(inputs[i].label, label)
            && (inputs[i].code == NULL || strstr(value, inputs[i].code) != NULL))
            found = &inputs[i];
    g_test_message("%s: input %s = %s", c->id, label, value);
    g_assert_nonnull(found);
    double number = in_our_unit(found->column, value);
    if (strcmp(c->guideline->kind, "sofa") == 0 && strcmp(found->column, "pao2_mmHg") == 0)
        c->pao2_mmhg = number;
    else if (strcmp(c->guideline->kind, "sofa") == 0 && strcmp(found->column, "fio2_1") == 0)
        c->fio2 = number / 100;
    else if (*found->column != '\0' && found->set != NULL)
        g_string_append_printf(c->set, ";%s=%s", found->column, found->set);
    else if (*found->column != '\0')
        g_string_append_printf(c->set, ";%s=%.10g", found->column, number);
}

static void
take_output(Case *c, const char *label, const char *value)
{
    const Output *found = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(outputs) && found == NULL; i++)
        if (fits(outputs[i].guideline, c->guideline->name) && fits(outputs[i].label, label)
            && (outputs[i].code == NULL || strstr(value, outputs[i].code) != NULL))
            found = &outputs[i];
    g_test_message("%s: output %s = %s", c->id, label, value);
    g_assert_nonnull(found);
    if (*found->answer == '\0')
        return;
    g_ptr_array_add(c->expected, g_strdup(found->answer));
    g_ptr_array_add(c->expected, found->word != NULL
                                     ? g_strdup(found->word)
                                     : g_strndup(value, strspn(value, "0123456789.")));
}

/* --- comparing ------------------------------------------------------------------------------ */

static bool seen[G_N_ELEMENTS(differences)];

/* TRUE when a difference is listed just so. */
static bool
is_listed(const char *id, const char *answer, const char *peer, const char *ours)
{
    for (size_t i = 0; i < G_N_ELEMENTS(differences); i++) {
        const Difference *d = &differences[i];
        if (strcmp(d->id, id) != 0 || strcmp(d->answer, answer) != 0 || strcmp(d->peer, peer) != 0
            || strcmp(d->ours, ours) != 0)
            continue;
        g_assert_cmpint(strlen(d->why), >, 0);
        seen[i] = true;
        return true;
    }
    g_test_message("not listed: {\"%s\", \"%s\", \"%s\", \"%s\", \"\"},", id, answer, peer, ours);
    return false;
}

/* What of @set our columns take; what they refuse is a difference of its own. */
static char *
taken(const Case *c, bool *good)
{
    g_auto(GStrv) items = g_strsplit(c->set->str, ";", -1);
    GString *set = g_string_new(NULL);
    for (size_t i = 0; items[i] != NULL; i++) {
        const char *sign = strchr(items[i], '=');
        g_autoptr(GError) error = NULL;
        if (sign == NULL)
            continue;
        g_autofree char *text = scores_row(c->guideline->kind, "", items[i]);
        g_autofree char *csv = scores_run(c->guideline->kind, text, &error);
        g_autofree char *column = g_strndup(items[i], (gsize)(sign - items[i]));
        if (csv == NULL)
            *good &= is_listed(c->id, column, sign + 1, "refused");
        else
            g_string_append_printf(set, ";%s", items[i]);
    }
    return g_string_free(set, FALSE);
}

/* As many decimals as the peer gives. */
static char *
as_printed_there(char *ours, const char *peer)
{
    const char *point = strchr(peer, '.');
    double value = 0;
    if (point == NULL || !scores_is_number(ours, &value))
        return ours;
    g_free(ours);
    return g_strdup_printf("%.*f", (int)strlen(point + 1), value);
}

static bool
compare_case(Case *c)
{
    bool good = true;
    if (c->pao2_mmhg > 0 && c->fio2 > 0)
        g_string_append_printf(c->set, ";pf_mmHg=%.10g", c->pao2_mmhg / c->fio2);
    g_autofree char *set = taken(c, &good);
    for (guint i = 0; i < c->expected->len; i += 2) {
        const char *answer = c->expected->pdata[i];
        const char *peer = c->expected->pdata[i + 1];
        g_autoptr(GError) error = NULL;
        g_autofree char *ours = as_printed_there(
            scores_answer(c->guideline->kind, c->guideline->base, set, answer, &error), peer);
        g_assert_no_error(error);
        if (strcmp(ours, peer) != 0)
            good &= is_listed(c->id, answer, peer, ours);
    }
    return good;
}

static const Guideline *
guideline_called(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(guidelines); i++)
        if (strcmp(guidelines[i].name, name) == 0)
            return &guidelines[i];
    return NULL;
}

static void
every_difference_from_gdl2_is_listed(void)
{
    g_autoptr(RulesTable) table = vectors_load("peer_gdl2_cases.csv");
    size_t cases[G_N_ELEMENTS(guidelines)] = {0};
    bool good = true;
    memset(seen, 0, sizeof seen);
    for (size_t row = 0; row < rules_table_rows(table);) {
        const char *name = vectors_cell(table, row, "guideline");
        const char *number = vectors_cell(table, row, "case");
        const Guideline *guideline = guideline_called(name);
        g_test_message("%s", name);
        g_assert_nonnull(guideline);
        cases[guideline - guidelines]++;
        g_auto(Case) c = {.guideline = guideline,
                          .id = g_strdup_printf("%s/%s", name, number),
                          .set = g_string_new(NULL),
                          .expected = g_ptr_array_new_with_free_func(g_free)};
        for (; row < rules_table_rows(table)
               && strcmp(vectors_cell(table, row, "guideline"), name) == 0
               && strcmp(vectors_cell(table, row, "case"), number) == 0;
             row++) {
            bool in = strcmp(vectors_cell(table, row, "side"), "in") == 0;
            if (guideline->kind != NULL)
                (in ? take_input : take_output)(&c, vectors_cell(table, row, "label"),
                                                vectors_cell(table, row, "value"));
        }
        if (guideline->kind != NULL)
            good &= compare_case(&c);
    }
    g_assert_true(good);
    for (size_t i = 0; i < G_N_ELEMENTS(guidelines); i++)
        g_assert_cmpuint(cases[i], ==, guidelines[i].cases);
    for (size_t i = 0; i < G_N_ELEMENTS(differences); i++) {
        g_test_message("%s %s", differences[i].id, differences[i].answer);
        g_assert_true(seen[i]);
    }
}

static void
every_stage_of_epocakir_is_ours(void)
{
    g_autoptr(RulesTable) table = vectors_load("peer_epocakir_creatinine.csv");
    g_assert_cmpuint(rules_table_rows(table), ==, 6);
    for (size_t row = 0; row < rules_table_rows(table); row++) {
        const char *stage = vectors_cell(table, row, "e_stage");
        g_autofree char *set = g_strdup_printf("creatinine_mg/dL=%s;baseline_mg/dL=%s",
                                               vectors_cell(table, row, "creatinine_mg/dL"),
                                               vectors_cell(table, row, "baseline_mg/dL"));
        g_autoptr(GError) error = NULL;
        g_autofree char *ours = scores_answer("kdigo", "", set, "stage", &error);
        g_assert_no_error(error);
        g_test_message("%s", set);
        g_assert_cmpstr(ours, ==, strcmp(stage, "none") == 0 ? "0" : stage);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/peers/every_difference_from_gdl2_is_listed",
                    every_difference_from_gdl2_is_listed);
    g_test_add_func("/rules/peers/every_stage_of_epocakir_is_ours",
                    every_stage_of_epocakir_is_ours);
    return g_test_run();
}
