/* Bedside PEWS: seven items, five age bands, sub-scores 0, 1, 2 and 4, at most 26.
 *
 * Parshuram 2009, Crit Care 13:R135, table 1. A copy prints ">150" for the
 * heart rate at 4 to 12 years and "<50" above 12; by analogy with the other
 * rows the limits belong to the band. Age bands are half-open: 3 months are
 * 3-12m, 12 months 1-4y, 4 years 4-12y, and 12 years still 4-12y.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/scores/points.h"
#include "rules/scores/score.h"

enum { AGE, HR, SBP, RR, CRT, EFFORT, SPO2, OXYGEN, INPUTS };

enum { PARTS = INPUTS - 1 };

static const char *const ages[] = {"0-3m", "3-12m", "1-4y", "4-12y", ">12y", NULL};
enum { AGES = G_N_ELEMENTS(ages) - 1 };

static const char *const efforts[] = {"normal", "mild", "moderate", "severe", "apnoea", NULL};
/* low: below 4 L/min and below 50 %; high: at or above one of them */
static const char *const oxygens[] = {"air", "low", "high", NULL};

static const RulesColumn columns[] = {
    [AGE] = {.name = "age_band", .kind = RULES_COLUMN_WORD, .words = ages},
    [HR] = {.name = "hr_per_min", .signal = "HR"},
    [SBP] = {.name = "sbp_mmHg", .signal = "ART_S"},
    [RR] = {.name = "rr_per_min", .signal = "RR"},
    [CRT] = {.name = "crt_s", .low = 0, .high = 60},
    [EFFORT] = {.name = "resp_effort", .kind = RULES_COLUMN_WORD, .words = efforts},
    [SPO2] = {.name = "spo2_pct", .signal = "SpO2"},
    [OXYGEN] = {.name = "oxygen", .kind = RULES_COLUMN_WORD, .words = oxygens},
    [INPUTS] = {.name = NULL},
};

/* At or above high, or at or below low: 4, 2 and 1 points in this order. */
typedef struct {
    int high[3];
    int low[3];
} Limits;

static const Limits heart_rate_per_min[AGES] = {
    {{190, 180, 150}, {80, 90, 110}}, /* 0-3m */
    {{180, 170, 150}, {70, 80, 100}}, /* 3-12m */
    {{170, 150, 120}, {60, 70, 90}},  /* 1-4y */
    {{150, 130, 110}, {50, 60, 70}},  /* 4-12y */
    {{140, 120, 100}, {40, 50, 60}},  /* >12y */
};

static const Limits systolic_mmhg[AGES] = {
    {{130, 100, 80}, {45, 50, 60}},   /* 0-3m */
    {{150, 120, 100}, {60, 70, 80}},  /* 3-12m */
    {{160, 125, 110}, {65, 75, 90}},  /* 1-4y */
    {{170, 140, 120}, {70, 80, 90}},  /* 4-12y */
    {{190, 150, 130}, {75, 85, 100}}, /* >12y */
};

static const Limits breaths_per_min[AGES] = {
    {{91, 81, 61}, {15, 19, 29}}, /* 0-3m */
    {{81, 71, 51}, {15, 19, 24}}, /* 3-12m */
    {{71, 61, 41}, {12, 15, 19}}, /* 1-4y */
    {{51, 41, 31}, {10, 14, 19}}, /* 4-12y */
    {{30, 23, 17}, {9, 10, 11}},  /* >12y */
};

static const RulesChart refill = {0, {{RULES_CHART_BELOW, 0}, {3, 4}, RULES_CHART_END}};
static const RulesChart saturation = {0,
                                      {{RULES_CHART_BELOW, 2}, {91, 1}, {95, 0}, RULES_CHART_END}};
/* by the place of the word */
static const RulesChart effort = {
    0, {{RULES_CHART_BELOW, 0}, {1, 1}, {2, 2}, {3, 4}, RULES_CHART_END}};
static const RulesChart oxygen = {0, {{RULES_CHART_BELOW, 0}, {1, 2}, {2, 4}, RULES_CHART_END}};

static int
points_of(const Limits *limits, double value)
{
    static const int points[] = {4, 2, 1};
    double x = rules_chart_steps(value, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(points); i++)
        if (x >= limits->high[i] || x <= limits->low[i])
            return points[i];
    return 0;
}

/* Without an age the points lie between those of all ages. */
static RulesPoints
by_age(const Limits *limits, const RulesCell *age, const RulesCell *cell)
{
    if (!cell->known)
        return rules_points_between(0, 4);
    if (age->known)
        return rules_points_known(points_of(&limits[(size_t)age->value], cell->value));
    int low = 4;
    int high = 0;
    for (size_t i = 0; i < AGES; i++) {
        int points = points_of(&limits[i], cell->value);
        low = MIN(low, points);
        high = MAX(high, points);
    }
    return rules_points_between(low, high);
}

static bool
score_pews(RulesScorer *scorer, const RulesCell *in, RulesScoreText *out, GError **error)
{
    const RulesPoints parts[PARTS] = {
        by_age(heart_rate_per_min, &in[AGE], &in[HR]), by_age(systolic_mmhg, &in[AGE], &in[SBP]),
        by_age(breaths_per_min, &in[AGE], &in[RR]),    rules_chart_cell(&refill, &in[CRT]),
        rules_chart_cell(&effort, &in[EFFORT]),        rules_chart_cell(&saturation, &in[SPO2]),
        rules_chart_cell(&oxygen, &in[OXYGEN]),
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

const RulesScoreKind rules_score_pews = {
    .name = "pews",
    .inputs = columns,
    .outputs = RULES_OUTPUTS(
        "hr", "sbp", "rr", "crt", "effort", "spo2", "o2", "total", "min", "max", "missing"),
    .row = score_pews,
};
