/* MEWS, the modified early warning score.
 *
 * Subbe 2001, QJM 94:521, table. Printed copies write "< 40" and "> 130" for
 * the heart rate, which leaves 40 and 130 without points; the closed forms
 * here give them 2 and 3.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/scores/points.h"
#include "rules/scores/score.h"

enum { SBP, HR, RR, TEMP, AVPU, PARTS };

enum { ALERT = 5 };

static const char *const avpu[] = {"A", "V", "P", "U", NULL};

static const RulesColumn columns[] = {
    [SBP] = {.name = "sbp_mmHg", .signal = "ART_S"},
    [HR] = {.name = "hr_per_min", .signal = "HR"},
    [RR] = {.name = "rr_per_min", .signal = "RR"},
    [TEMP] = {.name = "temp_Cel", .signal = "Temp"},
    [AVPU] = {.name = "avpu", .kind = RULES_COLUMN_WORD, .words = avpu},
    [PARTS] = {.name = NULL},
};

static const RulesChart charts[PARTS] = {
    [SBP] = {0, {{RULES_CHART_BELOW, 3}, {71, 2}, {81, 1}, {101, 0}, {200, 2}, RULES_CHART_END}},
    [HR] =
        {0,
         {{RULES_CHART_BELOW, 2}, {41, 1}, {51, 0}, {101, 1}, {111, 2}, {130, 3}, RULES_CHART_END}},
    [RR] = {0, {{RULES_CHART_BELOW, 2}, {9, 0}, {15, 1}, {21, 2}, {30, 3}, RULES_CHART_END}},
    [TEMP] = {1, {{RULES_CHART_BELOW, 2}, {35.0, 0}, {38.5, 2}, RULES_CHART_END}},
    /* by the place of the letter */
    [AVPU] = {0, {{RULES_CHART_BELOW, 0}, {1, 1}, {2, 2}, {3, 3}, RULES_CHART_END}},
};

static bool
score_mews(RulesScorer *scorer, const RulesCell *in, RulesScoreText *out, GError **error)
{
    RulesPoints parts[PARTS];
    (void)scorer;
    (void)error;
    for (size_t i = 0; i < PARTS; i++) {
        parts[i] = rules_chart_cell(&charts[i], &in[i]);
        rules_answer_points(out[i], parts[i]);
    }
    RulesPoints total = rules_points_sum(parts, PARTS);
    rules_answer_points(out[PARTS], total);
    rules_answer_reaches(out[PARTS + 1], total, ALERT);
    rules_answer_integer(out[PARTS + 2], total.low);
    rules_answer_integer(out[PARTS + 3], total.high);
    rules_answer_missing(out[PARTS + 4], columns, in);
    return true;
}

const RulesScoreKind rules_score_mews = {
    .name = "mews",
    .inputs = columns,
    .outputs = RULES_OUTPUTS(
        "sbp", "hr", "rr", "temp", "avpu", "total", "alert_ge5", "min", "max", "missing"),
    .row = score_mews,
};
