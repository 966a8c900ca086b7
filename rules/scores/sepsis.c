/* qSOFA and SIRS: thresholds on measured values, not rounded.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/scores/points.h"
#include "rules/scores/score.h"

enum { POSITIVE = 2 };

static void
write_total(RulesScoreText *out, const RulesPoints *parts, size_t n)
{
    RulesPoints total = rules_points_sum(parts, n);
    rules_answer_points(out[0], total);
    rules_answer_reaches(out[1], total, POSITIVE);
    rules_answer_integer(out[2], total.low);
    rules_answer_integer(out[3], total.high);
}

/* --- qSOFA: Singer 2016, JAMA 315:801 -------------------------------------------- */

enum { Q_RR, Q_SBP, Q_GCS, Q_PARTS };

static const RulesColumn qsofa_columns[] = {
    [Q_RR] = {.name = "rr_per_min", .signal = "RR"},
    [Q_SBP] = {.name = "sbp_mmHg", .signal = "ART_S"},
    [Q_GCS] = {.name = "gcs", .kind = RULES_COLUMN_WHOLE, .signal = "GCS"},
    [Q_PARTS] = {.name = NULL},
};

static bool
score_qsofa(RulesScorer *scorer, const RulesCell *in, RulesScoreText *out, GError **error)
{
    /* Altered mentation is GCS below 15, as Sepsis-3 publishes it; its
     * derivation used 13 or less. */
    const RulesPoints parts[Q_PARTS] = {
        [Q_RR] =
            in[Q_RR].known ? rules_points_known(in[Q_RR].value >= 22) : rules_points_between(0, 1),
        [Q_SBP] = in[Q_SBP].known ? rules_points_known(in[Q_SBP].value <= 100)
                                  : rules_points_between(0, 1),
        [Q_GCS] =
            in[Q_GCS].known ? rules_points_known(in[Q_GCS].value < 15) : rules_points_between(0, 1),
    };
    (void)scorer;
    (void)error;
    for (size_t i = 0; i < Q_PARTS; i++)
        rules_answer_points(out[i], parts[i]);
    write_total(out + Q_PARTS, parts, Q_PARTS);
    rules_answer_missing(out[Q_PARTS + 4], qsofa_columns, in);
    return true;
}

const RulesScoreKind rules_score_qsofa = {
    .name = "qsofa",
    .inputs = qsofa_columns,
    .outputs = RULES_OUTPUTS("rr", "sbp", "gcs", "score", "positive_ge2", "min", "max", "missing"),
    .row = score_qsofa,
};

/* --- SIRS: Bone 1992, Chest 101:1644 ---------------------------------------------- */

enum { S_TEMP, S_HR, S_RR, S_PACO2, S_WBC, S_BANDS, S_INPUTS };

enum { S_PARTS = 4 };

static const RulesColumn sirs_columns[] = {
    [S_TEMP] = {.name = "temp_Cel", .signal = "Temp"},
    [S_HR] = {.name = "hr_per_min", .signal = "HR"},
    [S_RR] = {.name = "rr_per_min", .signal = "RR"},
    [S_PACO2] = {.name = "paco2_mmHg", .low = 0, .high = 500},
    [S_WBC] = {.name = "wbc_10*9/L", .low = 0, .high = 1e4},
    [S_BANDS] = {.name = "bands_pct", .low = 0, .high = 100},
    [S_INPUTS] = {.name = NULL},
};

static RulesPoints
outside(const RulesCell *cell, double low, double high)
{
    return cell->known ? rules_points_known(cell->value < low || cell->value > high)
                       : rules_points_between(0, 1);
}

static bool
score_sirs(RulesScorer *scorer, const RulesCell *in, RulesScoreText *out, GError **error)
{
    /* Gas and bands are not taken of everyone: they add to the rate and to the
     * count, which stand without them. */
    const RulesPoints parts[S_PARTS] = {
        outside(&in[S_TEMP], 36, 38),
        outside(&in[S_HR], -HUGE_VAL, 90),
        rules_points_raised(outside(&in[S_RR], -HUGE_VAL, 20), outside(&in[S_PACO2], 32, HUGE_VAL)),
        rules_points_raised(outside(&in[S_WBC], 4, 12), outside(&in[S_BANDS], -HUGE_VAL, 10)),
    };
    (void)scorer;
    (void)error;
    for (size_t i = 0; i < S_PARTS; i++)
        rules_answer_points(out[i], parts[i]);
    write_total(out + S_PARTS, parts, S_PARTS);
    rules_answer_missing(out[S_PARTS + 4], sirs_columns, in);
    return true;
}

const RulesScoreKind rules_score_sirs = {
    .name = "sirs",
    .inputs = sirs_columns,
    .outputs = RULES_OUTPUTS(
        "temp", "hr", "resp", "wbc", "score", "positive_ge2", "min", "max", "missing"),
    .row = score_sirs,
};
