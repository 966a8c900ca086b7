/* SOFA: six organs, 0 to 4 points each, thresholds on measured values.
 *
 * Singer 2016, JAMA 315:801, table 1 (after Vincent 1996). The table prints
 * "> 12.0" and "> 5.0": the exact values belong to 4 points. Bands between
 * printed decimals close upwards: bilirubin 1.95 has 1 point.
 * Without a blood gas the ratio of SpO2 to FiO2 stands in for P/F (512, 357,
 * 214, 89 for 400, 300, 200, 100: Pandharipande 2009, Crit Care Med 37:1317),
 * up to SpO2 97 % (Rice 2007, Chest 132:410), and the answer says "estimated".
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/scores/points.h"
#include "rules/scores/score.h"

enum {
    PF,
    SUPPORT,
    PLATELETS,
    BILIRUBIN,
    MAP,
    DOPAMINE,
    DOBUTAMINE,
    EPINEPHRINE,
    NOREPINEPHRINE,
    GCS,
    CREATININE,
    URINE,
    SPO2,
    FIO2,
    INPUTS
};

enum { PARTS = 6 };

#define DOSE_MAX 1000.0 /* ug/kg/min */

static const RulesColumn columns[] = {
    [PF] = {.name = "pf_mmHg", .low = 0, .high = 5000},
    [SUPPORT] = {.name = "resp_support", .kind = RULES_COLUMN_WHOLE, .low = 0, .high = 1},
    [PLATELETS] = {.name = "platelets_10*9/L", .low = 0, .high = 1e5},
    [BILIRUBIN] = {.name = "bilirubin_mg/dL", .low = 0, .high = 1000},
    [MAP] = {.name = "map_mmHg", .signal = "ART_M"},
    [DOPAMINE] = {.name = "dopamine_ug/kg/min", .low = 0, .high = DOSE_MAX},
    [DOBUTAMINE] = {.name = "dobutamine_ug/kg/min", .low = 0, .high = DOSE_MAX},
    [EPINEPHRINE] = {.name = "epinephrine_ug/kg/min", .low = 0, .high = DOSE_MAX},
    [NOREPINEPHRINE] = {.name = "norepinephrine_ug/kg/min", .low = 0, .high = DOSE_MAX},
    [GCS] = {.name = "gcs", .kind = RULES_COLUMN_WHOLE, .signal = "GCS"},
    [CREATININE] = {.name = "creatinine_mg/dL", .signal = "Creat"},
    [URINE] = {.name = "urine_mL/d", .low = 0, .high = 1e5},
    [SPO2] = {.name = "spo2_pct", .signal = "SpO2", .optional = true},
    [FIO2] = {.name = "fio2_1", .kind = RULES_COLUMN_FIO2, .optional = true},
    [INPUTS] = {.name = NULL},
};

static const RulesChart pf_mmhg = {
    RULES_CHART_EXACT,
    {{RULES_CHART_BELOW, 4}, {100, 3}, {200, 2}, {300, 1}, {400, 0}, RULES_CHART_END}};
static const RulesChart sf_ratio = {
    RULES_CHART_EXACT,
    {{RULES_CHART_BELOW, 4}, {89, 3}, {214, 2}, {357, 1}, {512, 0}, RULES_CHART_END}};
static const RulesChart platelets = {
    RULES_CHART_EXACT,
    {{RULES_CHART_BELOW, 4}, {20, 3}, {50, 2}, {100, 1}, {150, 0}, RULES_CHART_END}};
static const RulesChart bilirubin_mg_dl = {
    RULES_CHART_EXACT,
    {{RULES_CHART_BELOW, 0}, {1.2, 1}, {2.0, 2}, {6.0, 3}, {12.0, 4}, RULES_CHART_END}};
static const RulesChart map_mmhg = {RULES_CHART_EXACT,
                                    {{RULES_CHART_BELOW, 1}, {70, 0}, RULES_CHART_END}};
static const RulesChart gcs = {
    RULES_CHART_EXACT,
    {{RULES_CHART_BELOW, 4}, {6, 3}, {10, 2}, {13, 1}, {15, 0}, RULES_CHART_END}};
static const RulesChart creatinine_mg_dl = {
    RULES_CHART_EXACT,
    {{RULES_CHART_BELOW, 0}, {1.2, 1}, {2.0, 2}, {3.5, 3}, {5.0, 4}, RULES_CHART_END}};
static const RulesChart urine_ml_d = {
    RULES_CHART_EXACT, {{RULES_CHART_BELOW, 4}, {200, 3}, {500, 0}, RULES_CHART_END}};

/* Doses given for at least an hour: so many points above so much. */
static const struct {
    size_t input;
    struct {
        double above;
        int points;
    } steps[3]; /* the greatest first */
} drugs[] = {
    {DOPAMINE, {{15, 4}, {5, 3}, {0, 2}}},
    {DOBUTAMINE, {{0, 2}}},
    {EPINEPHRINE, {{0.1, 4}, {0, 3}}},
    {NOREPINEPHRINE, {{0.1, 4}, {0, 3}}},
};

static RulesPoints
drug_points(size_t drug, const RulesCell *dose)
{
    if (!dose->known)
        return rules_points_between(0, drugs[drug].steps[0].points);
    for (size_t i = 0; i < G_N_ELEMENTS(drugs[drug].steps); i++)
        if (drugs[drug].steps[i].points > 0 && dose->value > drugs[drug].steps[i].above)
            return rules_points_known(drugs[drug].steps[i].points);
    return rules_points_known(0);
}

static RulesPoints
cardiovascular(const RulesCell *in)
{
    RulesPoints worst = rules_chart_cell(&map_mmhg, &in[MAP]);
    for (size_t i = 0; i < G_N_ELEMENTS(drugs); i++)
        worst = rules_points_greater(worst, drug_points(i, &in[drugs[i].input]));
    return worst;
}

/* 3 and 4 points need respiratory support; without it a ratio below 200 has 2. */
static RulesPoints
with_support(RulesPoints points, const RulesCell *support)
{
    bool always = support->known && support->value > 0;
    bool never = support->known && !always;
    return rules_points_between(always ? points.low : MIN(points.low, 2),
                                never ? MIN(points.high, 2) : points.high);
}

static RulesPoints
respiratory(const RulesCell *in, char *estimated)
{
    bool by_saturation = !in[PF].known && in[SPO2].known && in[SPO2].value <= 97 && in[FIO2].known;
    RulesPoints points = rules_chart_cell(&pf_mmhg, &in[PF]);
    if (by_saturation)
        points = rules_points_known(rules_chart_points(&sf_ratio, in[SPO2].value / in[FIO2].value));
    if (by_saturation || in[PF].known)
        rules_answer_integer(estimated, by_saturation);
    return with_support(points, &in[SUPPORT]);
}

static bool
score_sofa(RulesScorer *scorer, const RulesCell *in, RulesScoreText *out, GError **error)
{
    const RulesPoints parts[PARTS] = {
        respiratory(in, out[PARTS + 4]),
        rules_chart_cell(&platelets, &in[PLATELETS]),
        rules_chart_cell(&bilirubin_mg_dl, &in[BILIRUBIN]),
        cardiovascular(in),
        rules_chart_cell(&gcs, &in[GCS]),
        rules_points_raised(rules_chart_cell(&creatinine_mg_dl, &in[CREATININE]),
                            rules_chart_cell(&urine_ml_d, &in[URINE])),
    };
    (void)scorer;
    (void)error;
    for (size_t i = 0; i < PARTS; i++)
        rules_answer_points(out[i], parts[i]);
    RulesPoints total = rules_points_sum(parts, PARTS);
    rules_answer_points(out[PARTS], total);
    rules_answer_integer(out[PARTS + 1], total.low);
    rules_answer_integer(out[PARTS + 2], total.high);
    rules_answer_missing(out[PARTS + 3], columns, in);
    return true;
}

const RulesScoreKind rules_score_sofa = {
    .name = "sofa",
    .inputs = columns,
    .outputs = RULES_OUTPUTS("resp",
                             "coag",
                             "liver",
                             "cardio",
                             "cns",
                             "renal",
                             "total",
                             "min",
                             "max",
                             "missing",
                             "resp_estimated"),
    .row = score_sofa,
};
