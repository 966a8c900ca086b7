/* Indices of circulation, oxygenation and mechanics, by their formulas.
 *
 * Shock index: Koch 2019, OAEM 11:179; modified SI: Liu 2012, WJEM 3:114.
 * P/F classes: ARDS Task Force 2012, JAMA 307:2526. S/F = 64 + 0.84 P/F: Rice
 * 2007, Chest 132:410. ROX: Roca 2016, 2019; ROX-HR: Goh 2020, J Intensive
 * Care 8:41. Driving pressure: Amato 2015, NEJM 372:747. The airway pressure
 * of the oxygenation index is in cm[H2O].
 *
 * They are arithmetic: whatever is divided by nought is missing. Two answers
 * say what their sources ask for beside the number: spo2_le97 (S/F stands for
 * P/F up to SpO2 97 %) and peep_ge5 (a P/F class is one of ARDS with PEEP of
 * at least 5 cm[H2O]).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/scores/points.h"
#include "rules/scores/score.h"

enum { HR, SBP, DBP, FIO2, SPO2, RR, PAO2, PPLAT, PEEP, VT, PAW, PACO2, INPUTS };

static const RulesColumn columns[] = {
    [HR] = {.name = "hr_per_min", .signal = "HR"},
    [SBP] = {.name = "sbp_mmHg", .signal = "ART_S"},
    [DBP] = {.name = "dbp_mmHg", .signal = "ART_D"},
    [FIO2] = {.name = "fio2_1", .kind = RULES_COLUMN_FIO2},
    [SPO2] = {.name = "spo2_pct", .signal = "SpO2"},
    [RR] = {.name = "rr_per_min", .signal = "RR"},
    [PAO2] = {.name = "pao2_mmHg", .low = 0, .high = 1000},
    [PPLAT] = {.name = "pplat_cmH2O", .signal = "Pplat"},
    [PEEP] = {.name = "peep_cmH2O", .signal = "PEEP"},
    [VT] = {.name = "vt_mL", .signal = "VTe"},
    [PAW] = {.name = "mean_paw_cmH2O", .signal = "Paw"},
    [PACO2] = {.name = "paco2_mmHg", .low = 0, .high = 500, .optional = true},
    [INPUTS] = {.name = NULL},
};

/* --- numbers that may be unknown ------------------------------------------------------ */

typedef struct {
    double value;
    bool known;
} Number;

static Number
exactly(double value)
{
    return (Number){value, true};
}

static Number
plus(Number a, Number b)
{
    return (Number){a.value + b.value, a.known && b.known};
}

static Number
minus(Number a, Number b)
{
    return (Number){a.value - b.value, a.known && b.known};
}

static Number
times(Number a, Number b)
{
    return (Number){a.value * b.value, a.known && b.known};
}

/* Nothing here has a meaning when it is divided by nought or less. */
static Number
over(Number a, Number b)
{
    bool known = a.known && b.known && b.value > 0;
    return (Number){known ? a.value / b.value : 0, known};
}

/* --- formulas --------------------------------------------------------------------------- */

static Number
mean_pressure_mmhg(Number sbp_mmhg, Number dbp_mmhg)
{
    return plus(dbp_mmhg, over(minus(sbp_mmhg, dbp_mmhg), exactly(3)));
}

static Number
oxygenation_index(Number mean_paw_cmh2o, Number fio2, Number pao2_mmhg)
{
    return over(times(times(mean_paw_cmh2o, fio2), exactly(100)), pao2_mmhg);
}

/* Rice 2007 turned round. */
static Number
pf_from_sf(Number sf)
{
    return over(minus(sf, exactly(64)), exactly(0.84));
}

/* At sea level: 760 mm[Hg], of which 47 are water vapour; respiratory quotient 0.8. */
static Number
alveolar_arterial_mmhg(Number fio2, Number paco2_mmhg, Number pao2_mmhg)
{
    Number inspired_mmhg = times(fio2, exactly(760 - 47));
    return minus(minus(inspired_mmhg, over(paco2_mmhg, exactly(0.8))), pao2_mmhg);
}

static const char *
berlin_class(Number pf_mmhg)
{
    static const struct {
        double up_to_mmhg;
        const char *word;
    } classes[] = {{100, "severe"}, {200, "moderate"}, {300, "mild"}};
    if (!pf_mmhg.known)
        return "";
    for (size_t i = 0; i < G_N_ELEMENTS(classes); i++)
        if (pf_mmhg.value <= classes[i].up_to_mmhg)
            return classes[i].word;
    return "none";
}

/* --- a row ------------------------------------------------------------------------------- */

static void
write_number(char *out, Number number)
{
    if (number.known)
        rules_answer_number(out, number.value, 6);
}

static bool
score_indices(RulesScorer *scorer, const RulesCell *in, RulesScoreText *out, GError **error)
{
    Number v[INPUTS];
    (void)scorer;
    (void)error;
    for (size_t i = 0; i < INPUTS; i++)
        v[i] = (Number){in[i].value, in[i].known};
    Number map_mmhg = mean_pressure_mmhg(v[SBP], v[DBP]);
    Number pf_mmhg = over(v[PAO2], v[FIO2]);
    Number sf = over(v[SPO2], v[FIO2]);
    Number rox = over(sf, v[RR]);
    Number driving_cmh2o = minus(v[PPLAT], v[PEEP]);
    const Number answers[] = {
        map_mmhg,
        minus(v[SBP], v[DBP]),
        over(v[HR], v[SBP]),
        over(v[HR], map_mmhg),
        pf_mmhg,
        sf,
        rox,
        driving_cmh2o,
        over(v[VT], driving_cmh2o),
        oxygenation_index(v[PAW], v[FIO2], v[PAO2]),
        pf_from_sf(sf),
    };
    size_t n = G_N_ELEMENTS(answers);
    for (size_t i = 0; i < n; i++)
        write_number(out[i], answers[i]);
    g_strlcpy(out[n], berlin_class(pf_mmhg), RULES_SCORE_TEXT);
    write_number(out[n + 1], over(times(rox, exactly(100)), v[HR]));
    write_number(out[n + 2], alveolar_arterial_mmhg(v[FIO2], v[PACO2], v[PAO2]));
    if (in[SPO2].known)
        rules_answer_integer(out[n + 3], in[SPO2].value <= 97);
    if (in[PEEP].known)
        rules_answer_integer(out[n + 4], in[PEEP].value >= 5);
    rules_answer_missing(out[n + 5], columns, in);
    return true;
}

const RulesScoreKind rules_score_indices = {
    .name = "indices",
    .inputs = columns,
    .outputs = RULES_OUTPUTS("map_mmHg",
                             "pp_mmHg",
                             "si",
                             "msi",
                             "pf",
                             "sf",
                             "rox",
                             "driving_cmH2O",
                             "cstat_mL/cmH2O",
                             "oi",
                             "pf_from_sf_rice",
                             "berlin_pf_class",
                             "rox_hr",
                             "aa_mmHg",
                             "spo2_le97",
                             "peep_ge5",
                             "missing"),
    .row = score_indices,
};
