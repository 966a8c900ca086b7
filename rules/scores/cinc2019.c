/* PhysioNet/CinC Challenge 2019: early prediction of sepsis.
 *
 * Reyna 2019, Crit Care Med 48:210; where text and program leave a choice, the
 * Challenge's own program decides.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "rules/scores/points.h"
#include "rules/scores/score.h"

/* Hours from the onset of sepsis. */
enum { EARLY_H = -12, OPTIMAL_H = -6, LATE_H = 3 };

#define FALSE_ALARM (-0.05)

/* --- utility ------------------------------------------------------------------------ */

typedef struct {
    double observed; /* of the predictions */
    double best;     /* of positives in just the hours that count for good */
    double none;     /* of no positive at all */
} Utility;

/* @x: hours from the onset, at most LATE_H. */
static double
septic_utility(bool predicted, int x)
{
    if (predicted)
        return x <= OPTIMAL_H ? MAX((x - EARLY_H) / 6.0, FALSE_ALARM) : -(x - LATE_H) / 9.0;
    return x <= OPTIMAL_H ? 0 : -2 * (x - OPTIMAL_H) / 9.0;
}

/* Labels are 1 from 6 h before the onset on. */
static Utility
utility_of(const bool *labels, const bool *predictions, size_t hours)
{
    Utility sum = {0};
    size_t first = 0;
    while (first < hours && !labels[first])
        first++;
    if (first == hours) {
        for (size_t t = 0; t < hours; t++)
            sum.observed += predictions[t] ? FALSE_ALARM : 0;
        return sum;
    }
    int64_t onset = (int64_t)first - OPTIMAL_H;
    for (size_t t = 0; t < hours && (int64_t)t <= onset + LATE_H; t++) {
        int x = (int)MAX((int64_t)t - onset, EARLY_H - 6); /* earlier hours are all alike */
        sum.observed += septic_utility(predictions[t], x);
        sum.best += septic_utility(x >= EARLY_H, x);
        sum.none += septic_utility(false, x);
    }
    return sum;
}

/* --- a patient a row ------------------------------------------------------------------ */

static const RulesColumn patient_columns[] = {
    {.name = "labels_hourly", .kind = RULES_COLUMN_TEXT},
    {.name = "predictions_hourly", .kind = RULES_COLUMN_TEXT},
    {.name = NULL},
};

static bool *
hours_of(const RulesCell *cell, const char *column, size_t length, GError **error)
{
    if (strspn(cell->text, "01") != strlen(cell->text)) {
        size_t at = strspn(cell->text, "01");
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: hour %zu is \"%.20s\", expected 0 or 1 for each hour", column, at + 1,
                    cell->text + at);
        return NULL;
    }
    bool *hours = g_new0(bool, length + 1);
    for (size_t i = 0; i < length; i++)
        hours[i] = cell->text[i] == '1';
    return hours;
}

static bool
score_patient(RulesScorer *scorer, const RulesCell *in, RulesScoreText *out, GError **error)
{
    size_t length = strlen(in[0].text);
    (void)scorer;
    if (in[0].known && in[1].known && strlen(in[1].text) != length) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "predictions_hourly has %zu hours, expected the %zu of labels_hourly",
                    strlen(in[1].text), length);
        return false;
    }
    g_autofree bool *labels = hours_of(&in[0], patient_columns[0].name, length, error);
    g_autofree bool *predictions =
        labels != NULL ? hours_of(&in[1], patient_columns[1].name, strlen(in[1].text), error)
                       : NULL;
    if (predictions == NULL)
        return false;
    if (!in[0].known || !in[1].known)
        return true;
    Utility utility = utility_of(labels, predictions, length);
    rules_answer_number(out[0], utility.observed, 12);
    rules_answer_number(out[1], utility.best, 12);
    rules_answer_number(out[2], utility.none, 12);
    return true;
}

const RulesScoreKind rules_score_cinc2019 = {
    .name = "cinc2019",
    .inputs = patient_columns,
    .outputs = RULES_OUTPUTS("utility", "utility_best", "utility_none"),
    .row = score_patient,
};

/* --- a cohort: many patients, an hour a row ------------------------------------------- */

enum { COHORT, PATIENT, HOUR, LABEL, PREDICTED, PROBABILITY, COHORT_INPUTS };

static const RulesColumn cohort_columns[] = {
    [COHORT] = {.name = "cohort", .kind = RULES_COLUMN_TEXT},
    [PATIENT] = {.name = "patient", .kind = RULES_COLUMN_TEXT},
    [HOUR] = {.name = "hour", .kind = RULES_COLUMN_WHOLE, .low = 0, .high = 1e6},
    [LABEL] = {.name = "SepsisLabel", .kind = RULES_COLUMN_WHOLE, .low = 0, .high = 1},
    [PREDICTED] = {.name = "PredictedLabel", .kind = RULES_COLUMN_WHOLE, .low = 0, .high = 1},
    [PROBABILITY] = {.name = "PredictedProbability", .low = 0, .high = 1},
    [COHORT_INPUTS] = {.name = NULL},
};

typedef struct {
    double probability;
    bool label;
} Hour;

typedef struct {
    const char *name;    /* NULL: none yet */
    const char *patient; /* whose rows are being read */
    double last_hour;
    GArray *labels; /* of bool, of that patient */
    GArray *predictions;
    GArray *hours; /* of Hour, of all */
    Utility utility;
    size_t counts[2][2]; /* by label and prediction */
    GHashTable *patients;
    GHashTable *names; /* of the cohorts, this one too */
    GString *out;
} Cohort;

static void
cohort_clear(Cohort *c)
{
    g_array_unref(c->labels);
    g_array_unref(c->predictions);
    g_array_unref(c->hours);
    g_hash_table_unref(c->patients);
    g_hash_table_unref(c->names);
    if (c->out != NULL)
        g_string_free(c->out, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Cohort, cohort_clear)

static int
by_falling_probability(const void *a, const void *b)
{
    double pa = ((const Hour *)a)->probability;
    double pb = ((const Hour *)b)->probability;
    return (pa < pb) - (pa > pb);
}

/* Both curves have a point for the threshold 1 and for each lower probability
 * above 0, as in the Challenge's own program: hours at exactly 1 make its first
 * point, hours at exactly 0 are in none. Specificity is joined by straight
 * lines over sensitivity, precision is constant up to each point. */
static void
write_curves(const GArray *sorted, const size_t *n, char *auroc, char *auprc)
{
    const Hour *hours = (const Hour *)(const void *)sorted->data;
    size_t seen[2] = {0, 0}; /* by label */
    size_t i = 0;
    double sensitivity = 0;
    double specificity = 0;
    double roc = 0;
    double prc = 0;
    if (n[0] == 0 || n[1] == 0)
        return;
    for (double threshold = 1; threshold > 0;
         threshold = i < sorted->len ? hours[i].probability : 0) {
        for (; i < sorted->len && hours[i].probability >= threshold; i++)
            seen[hours[i].label]++;
        double next = (double)seen[1] / (double)n[1];
        double next_specificity = 1 - (double)seen[0] / (double)n[0];
        if (threshold < 1 && next > sensitivity) {
            roc += (next - sensitivity) * (specificity + next_specificity) / 2;
            prc += (next - sensitivity) * (double)seen[1] / (double)(seen[0] + seen[1]);
        }
        sensitivity = next;
        specificity = next_specificity;
    }
    rules_answer_number(auroc, roc, 12);
    rules_answer_number(auprc, prc, 12);
}

static void
end_patient(Cohort *c)
{
    Utility u = utility_of((const bool *)(const void *)c->labels->data,
                           (const bool *)(const void *)c->predictions->data, c->labels->len);
    c->utility.observed += u.observed;
    c->utility.best += u.best;
    c->utility.none += u.none;
    g_array_set_size(c->labels, 0);
    g_array_set_size(c->predictions, 0);
    c->patient = NULL;
}

/* The cohort's line; what would be divided by nought is missing. */
static void
end_cohort(Cohort *c)
{
    RulesScoreText answers[5] = {"", "", "", "", ""};
    if (c->name == NULL)
        return;
    end_patient(c);
    g_array_sort(c->hours, by_falling_probability);
    size_t tn = c->counts[0][0];
    size_t fp = c->counts[0][1];
    size_t fn = c->counts[1][0];
    size_t tp = c->counts[1][1];
    const size_t n[] = {tn + fp, fn + tp};
    write_curves(c->hours, n, answers[0], answers[1]);
    rules_answer_number(answers[2], (double)(tp + tn) / (double)(n[0] + n[1]), 12);
    if (2 * tp + fp + fn > 0)
        rules_answer_number(answers[3], (double)(2 * tp) / (double)(2 * tp + fp + fn), 12);
    if (c->utility.best > c->utility.none)
        rules_answer_number(
            answers[4],
            (c->utility.observed - c->utility.none) / (c->utility.best - c->utility.none), 12);
    rules_table_append(c->out, c->name);
    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++)
        g_string_append_printf(c->out, ",%s", answers[i]);
    g_string_append_c(c->out, '\n');
    c->name = NULL;
    c->utility = (Utility){0};
    memset(c->counts, 0, sizeof c->counts);
    g_array_set_size(c->hours, 0);
    g_hash_table_remove_all(c->patients);
}

/* Rows of a cohort, and in it of a patient, stand together. */
static bool
open_row(Cohort *c, const RulesCell *in, GError **error)
{
    if (c->name == NULL || strcmp(c->name, in[COHORT].text) != 0) {
        end_cohort(c);
        c->name = in[COHORT].text;
        if (!g_hash_table_add(c->names, (char *)(uintptr_t)c->name)) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "cohort \"%.40s\" comes again, expected all its rows together", c->name);
            return false;
        }
    }
    if (c->patient == NULL || strcmp(c->patient, in[PATIENT].text) != 0) {
        end_patient(c);
        c->patient = in[PATIENT].text;
        if (g_hash_table_add(c->patients, (char *)(uintptr_t)c->patient))
            return true;
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "patient \"%.40s\" comes again, expected all its rows together", c->patient);
        return false;
    }
    if (in[HOUR].value == c->last_hour + 1)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "hour is \"%.40s\", expected %.0f, the next of patient %.40s", in[HOUR].text,
                c->last_hour + 1, c->patient);
    return false;
}

static bool
take_row(Cohort *c, const RulesCell *in, GError **error)
{
    for (size_t i = 0; i < COHORT_INPUTS; i++)
        if (!in[i].known) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "%s is empty, expected a value in every row", cohort_columns[i].name);
            return false;
        }
    if (!open_row(c, in, error))
        return false;
    bool label = in[LABEL].value > 0;
    bool predicted = in[PREDICTED].value > 0;
    Hour hour = {in[PROBABILITY].value, label};
    g_array_append_val(c->labels, label);
    g_array_append_val(c->predictions, predicted);
    g_array_append_val(c->hours, hour);
    c->counts[label][predicted]++;
    c->last_hour = in[HOUR].value;
    return true;
}

static char *
score_cohorts(const RulesTable *table, const char *file_name, GError **error)
{
    g_auto(Cohort) c = {.labels = g_array_new(FALSE, FALSE, sizeof(bool)),
                        .predictions = g_array_new(FALSE, FALSE, sizeof(bool)),
                        .hours = g_array_new(FALSE, FALSE, sizeof(Hour)),
                        .patients = g_hash_table_new(g_str_hash, g_str_equal),
                        .names = g_hash_table_new(g_str_hash, g_str_equal),
                        .out = g_string_new("cohort,auroc,auprc,accuracy,f_measure,"
                                            "normalized_utility\n")};
    for (size_t row = 0; row < rules_table_rows(table); row++) {
        RulesCell in[COHORT_INPUTS];
        bool good = true;
        for (size_t i = 0; good && i < COHORT_INPUTS; i++) {
            int column = rules_table_column(table, cohort_columns[i].name);
            const char *text = rules_table_cell(table, row, (size_t)column);
            good = rules_cell_read(&cohort_columns[i], text, &in[i], error);
        }
        if (!good || !take_row(&c, in, error)) {
            g_prefix_error(error, "%s, row %zu (%s): ", file_name, row + 1,
                           rules_table_cell(table, row, 0));
            return NULL;
        }
    }
    end_cohort(&c);
    return g_string_free(g_steal_pointer(&c.out), FALSE);
}

const RulesScoreKind rules_score_cinc2019_cohort = {
    .name = "cinc2019-cohort",
    .inputs = cohort_columns,
    .outputs = RULES_OUTPUTS("auroc", "auprc", "accuracy", "f_measure", "normalized_utility"),
    .whole = score_cohorts,
};
