/* APACHE II: twelve variables of the first 24 h (the worst of each), age and
 * chronic health; at most 71.
 *
 * Knaus 1985, Crit Care Med 13:818, table. For display only: predicted
 * mortality needs weights by diagnosis and is not reckoned.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "common/error.h"
#include "rules/scores/points.h"
#include "rules/scores/score.h"

enum {
    TEMP,
    MAP,
    HR,
    RR,
    FIO2,
    AADO2,
    PAO2,
    PH,
    SODIUM,
    POTASSIUM,
    CREATININE,
    RENAL_FAILURE,
    HAEMATOCRIT,
    WHITE_CELLS,
    GCS,
    AGE,
    CHRONIC,
    INPUTS
};

enum { APS_PARTS = 12 };

static const RulesColumn columns[] = {
    [TEMP] = {.name = "temp_Cel", .signal = "Temp"},
    [MAP] = {.name = "map_mmHg", .signal = "ART_M"},
    [HR] = {.name = "hr_per_min", .signal = "HR"},
    [RR] = {.name = "rr_per_min", .signal = "RR"},
    [FIO2] = {.name = "fio2_1", .kind = RULES_COLUMN_FIO2},
    [AADO2] = {.name = "aado2_mmHg", .low = -200, .high = 1000},
    [PAO2] = {.name = "pao2_mmHg", .low = 0, .high = 1000},
    [PH] = {.name = "ph", .low = 6, .high = 8.5},
    [SODIUM] = {.name = "na_mmol/L", .low = 0, .high = 300},
    [POTASSIUM] = {.name = "k_mmol/L", .low = 0, .high = 30},
    [CREATININE] = {.name = "creatinine_mg/dL", .signal = "Creat"},
    [RENAL_FAILURE] = {.name = "acute_renal_failure",
                       .kind = RULES_COLUMN_WHOLE,
                       .low = 0,
                       .high = 1},
    [HAEMATOCRIT] = {.name = "hct_pct", .low = 0, .high = 100},
    [WHITE_CELLS] = {.name = "wbc_10*9/L", .low = 0, .high = 1e4},
    [GCS] = {.name = "gcs", .kind = RULES_COLUMN_WHOLE, .signal = "GCS"},
    [AGE] = {.name = "age_a", .signal = "age_years"},
    [CHRONIC] = {.name = "chronic", .kind = RULES_COLUMN_TEXT},
    [INPUTS] = {.name = NULL},
};

static const RulesChart charts[INPUTS] = {
    [TEMP] = {1,
              {{RULES_CHART_BELOW, 4},
               {30.0, 3},
               {32.0, 2},
               {34.0, 1},
               {36.0, 0},
               {38.5, 1},
               {39.0, 3},
               {41.0, 4},
               RULES_CHART_END}},
    [MAP] =
        {0,
         {{RULES_CHART_BELOW, 4}, {50, 2}, {70, 0}, {110, 2}, {130, 3}, {160, 4}, RULES_CHART_END}},
    [HR] = {0,
            {{RULES_CHART_BELOW, 4},
             {40, 3},
             {55, 2},
             {70, 0},
             {110, 2},
             {140, 3},
             {180, 4},
             RULES_CHART_END}},
    [RR] = {0,
            {{RULES_CHART_BELOW, 4},
             {6, 2},
             {10, 1},
             {12, 0},
             {25, 1},
             {35, 3},
             {50, 4},
             RULES_CHART_END}},
    [AADO2] = {0, {{RULES_CHART_BELOW, 0}, {200, 2}, {350, 3}, {500, 4}, RULES_CHART_END}},
    [PAO2] = {0, {{RULES_CHART_BELOW, 4}, {55, 3}, {61, 1}, {71, 0}, RULES_CHART_END}},
    [PH] = {2,
            {{RULES_CHART_BELOW, 4},
             {7.15, 3},
             {7.25, 2},
             {7.33, 0},
             {7.50, 1},
             {7.60, 3},
             {7.70, 4},
             RULES_CHART_END}},
    [SODIUM] = {0,
                {{RULES_CHART_BELOW, 4},
                 {111, 3},
                 {120, 2},
                 {130, 0},
                 {150, 1},
                 {155, 2},
                 {160, 3},
                 {180, 4},
                 RULES_CHART_END}},
    [POTASSIUM] = {1,
                   {{RULES_CHART_BELOW, 4},
                    {2.5, 2},
                    {3.0, 1},
                    {3.5, 0},
                    {5.5, 1},
                    {6.0, 3},
                    {7.0, 4},
                    RULES_CHART_END}},
    [CREATININE] =
        {1, {{RULES_CHART_BELOW, 2}, {0.6, 0}, {1.5, 2}, {2.0, 3}, {3.5, 4}, RULES_CHART_END}},
    [HAEMATOCRIT] = {1,
                     {{RULES_CHART_BELOW, 4},
                      {20.0, 2},
                      {30.0, 0},
                      {46.0, 1},
                      {50.0, 2},
                      {60.0, 4},
                      RULES_CHART_END}},
    [WHITE_CELLS] = {1,
                     {{RULES_CHART_BELOW, 4},
                      {1.0, 2},
                      {3.0, 0},
                      {15.0, 1},
                      {20.0, 2},
                      {40.0, 4},
                      RULES_CHART_END}},
    /* completed years */
    [AGE] = {RULES_CHART_EXACT,
             {{RULES_CHART_BELOW, 0}, {45, 2}, {55, 3}, {65, 5}, {75, 6}, RULES_CHART_END}},
};

static RulesPoints
chart(size_t input, const RulesCell *in)
{
    return rules_chart_cell(&charts[input], &in[input]);
}

/* The gradient counts from FiO2 0.5 on, the pressure below it. */
static RulesPoints
oxygenation(const RulesCell *in)
{
    RulesPoints gradient = chart(AADO2, in);
    RulesPoints pressure = chart(PAO2, in);
    if (in[FIO2].known)
        return in[FIO2].value >= 0.5 ? gradient : pressure;
    return rules_points_between(MIN(gradient.low, pressure.low), MAX(gradient.high, pressure.high));
}

/* Twice the points in acute renal failure. */
static RulesPoints
renal(const RulesCell *in)
{
    RulesPoints points = chart(CREATININE, in);
    bool always = in[RENAL_FAILURE].known && in[RENAL_FAILURE].value > 0;
    bool never = in[RENAL_FAILURE].known && !always;
    return rules_points_between(points.low * (always ? 2 : 1), points.high * (never ? 1 : 2));
}

/* Severe organ insufficiency or immunocompromise, by the kind of admission; longer
 * wordings that hold one of the words mean it ("emergency post-operative"). */
static bool
chronic_health(const RulesCell *cell, RulesPoints *points, GError **error)
{
    static const struct {
        const char *word;
        int points;
    } words[] = {{"nonop", 5}, {"emergency", 5}, {"elective", 2}};
    *points = rules_points_between(0, 5);
    if (!cell->known)
        return true;
    g_autofree char *text = g_ascii_strdown(cell->text, -1);
    size_t n = 0;
    for (const char *p = text; *p != '\0'; p++)
        if (strchr("-_ ", *p) == NULL)
            text[n++] = *p;
    text[n] = '\0';
    if (strcmp(text, "none") == 0) {
        *points = rules_points_known(0);
        return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (strstr(text, words[i].word) != NULL) {
            *points = rules_points_known(words[i].points);
            return true;
        }
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "chronic is \"%.40s\", expected one of none, elective, nonoperative, emergency or "
                "nothing",
                cell->text);
    return false;
}

/* Of gradient and pressure only the one that counts can be missing. */
static void
write_missing(char *out, const RulesCell *in)
{
    RulesCell needed[INPUTS];
    memcpy(needed, in, sizeof needed);
    if (in[FIO2].known)
        needed[in[FIO2].value >= 0.5 ? PAO2 : AADO2].known = true;
    rules_answer_missing(out, columns, needed);
}

static bool
score_apache2(RulesScorer *scorer, const RulesCell *in, RulesScoreText *out, GError **error)
{
    RulesPoints chronic;
    (void)scorer;
    if (!chronic_health(&in[CHRONIC], &chronic, error))
        return false;
    const RulesPoints aps_parts[APS_PARTS] = {
        chart(TEMP, in),
        chart(MAP, in),
        chart(HR, in),
        chart(RR, in),
        oxygenation(in),
        chart(PH, in),
        chart(SODIUM, in),
        chart(POTASSIUM, in),
        renal(in),
        chart(HAEMATOCRIT, in),
        chart(WHITE_CELLS, in),
        in[GCS].known ? rules_points_known(15 - (int)in[GCS].value) : rules_points_between(0, 12),
    };
    RulesPoints aps = rules_points_sum(aps_parts, APS_PARTS);
    const RulesPoints all[] = {aps, chart(AGE, in), chronic};
    RulesPoints total = rules_points_sum(all, G_N_ELEMENTS(all));
    for (size_t i = 0; i < APS_PARTS; i++)
        rules_answer_points(out[i], aps_parts[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        rules_answer_points(out[APS_PARTS + i], all[i]);
    rules_answer_points(out[15], total);
    rules_answer_integer(out[16], total.low);
    rules_answer_integer(out[17], total.high);
    write_missing(out[18], in);
    return true;
}

const RulesScoreKind rules_score_apache2 = {
    .name = "apache2",
    .inputs = columns,
    .outputs = RULES_OUTPUTS("t",
                             "map",
                             "hr",
                             "rr",
                             "ox",
                             "ph",
                             "na",
                             "k",
                             "cr",
                             "hct",
                             "wbc",
                             "gcs",
                             "aps",
                             "age",
                             "chronic",
                             "total",
                             "min",
                             "max",
                             "missing"),
    .row = score_apache2,
};
