/* KDIGO stage of acute kidney injury: the higher of creatinine and urine.
 *
 * KDIGO 2012, Kidney Int Suppl 2:19, table 2; bands close upwards ([1.5, 2.0)
 * times the baseline and so on). Creatinine of 4.0 mg/dL is stage 3 only once
 * injury is met by the ratio or by the rise within 48 h.
 * The stage is what the measured criteria show; min and max say what the
 * missing ones leave open.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/scores/points.h"
#include "rules/scores/score.h"

enum { CREATININE, BASELINE, RISE, UO6, UO12, UO24, ANURIA, RRT, INPUTS };

static const RulesColumn columns[] = {
    [CREATININE] = {.name = "creatinine_mg/dL", .signal = "Creat"},
    [BASELINE] = {.name = "baseline_mg/dL", .signal = "Creat"},
    [RISE] = {.name = "rise48h_mg/dL", .low = -50, .high = 50},
    [UO6] = {.name = "uo6h_mL/kg/h", .signal = "UO"},
    [UO12] = {.name = "uo12h_mL/kg/h", .signal = "UO"},
    [UO24] = {.name = "uo24h_mL/kg/h", .signal = "UO"},
    [ANURIA] = {.name = "anuria_12h", .kind = RULES_COLUMN_WHOLE, .low = 0, .high = 1},
    [RRT] = {.name = "rrt", .kind = RULES_COLUMN_WHOLE, .low = 0, .high = 1},
    [INPUTS] = {.name = NULL},
};

/* Below so many mL/kg/h over the hours of the column. */
static const struct {
    size_t input;
    double below;
    int stage;
} urine_rates[] = {{UO6, 0.5, 1}, {UO12, 0.5, 2}, {UO24, 0.3, 3}};

/* @value reaches @times @base as the decimals were written: 2.1 is three times
 * 0.7, which binary fractions miss by their last bit. */
static bool
reaches(double value, double times, double base)
{
    return value >= times * base * (1 - 1e-12);
}

static RulesPoints
by_ratio(const RulesCell *creatinine, const RulesCell *baseline)
{
    static const struct {
        double times;
        int stage;
    } ratios[] = {{3.0, 3}, {2.0, 2}, {1.5, 1}};
    if (!creatinine->known || !baseline->known || baseline->value <= 0)
        return rules_points_between(0, 3);
    for (size_t i = 0; i < G_N_ELEMENTS(ratios); i++)
        if (reaches(creatinine->value, ratios[i].times, baseline->value))
            return rules_points_known(ratios[i].stage);
    return rules_points_known(0);
}

static RulesPoints
by_creatinine(const RulesCell *in)
{
    RulesPoints ratio = by_ratio(&in[CREATININE], &in[BASELINE]);
    RulesPoints rise =
        in[RISE].known ? rules_points_known(in[RISE].value >= 0.3) : rules_points_between(0, 1);
    RulesPoints stage = rules_points_greater(ratio, rise);
    bool may_be_high = !in[CREATININE].known || in[CREATININE].value >= 4.0;
    if (may_be_high && stage.high >= 1)
        stage.high = 3;
    if (may_be_high && in[CREATININE].known && stage.low >= 1)
        stage.low = 3;
    stage.points = stage.low;
    stage.known = ratio.known || rise.known;
    return stage;
}

static RulesPoints
by_urine(const RulesCell *in)
{
    RulesPoints stage = rules_points_known(0);
    for (size_t i = 0; i < G_N_ELEMENTS(urine_rates); i++) {
        const RulesCell *rate = &in[urine_rates[i].input];
        bool low = rate->known && rate->value < urine_rates[i].below;
        RulesPoints points = rate->known ? rules_points_known(low ? urine_rates[i].stage : 0)
                                         : rules_points_between(0, urine_rates[i].stage);
        stage = rules_points_greater(stage, points);
    }
    RulesPoints anuria = in[ANURIA].known ? rules_points_known(in[ANURIA].value > 0 ? 3 : 0)
                                          : rules_points_between(0, 3);
    return rules_points_greater(stage, anuria);
}

static bool
score_kdigo(RulesScorer *scorer, const RulesCell *in, RulesScoreText *out, GError **error)
{
    RulesPoints creatinine = by_creatinine(in);
    RulesPoints urine = by_urine(in);
    RulesPoints replacement =
        in[RRT].known ? rules_points_known(in[RRT].value > 0 ? 3 : 0) : rules_points_between(0, 3);
    RulesPoints stage = rules_points_raised(rules_points_raised(creatinine, urine), replacement);
    (void)scorer;
    (void)error;
    rules_answer_points(out[0], stage);
    rules_answer_points(out[1], creatinine);
    rules_answer_points(out[2], urine);
    rules_answer_integer(out[3], stage.low);
    rules_answer_integer(out[4], stage.high);
    rules_answer_missing(out[5], columns, in);
    return true;
}

const RulesScoreKind rules_score_kdigo = {
    .name = "kdigo",
    .inputs = columns,
    .outputs = RULES_OUTPUTS("stage", "creatinine", "urine", "min", "max", "missing"),
    .row = score_kdigo,
};
