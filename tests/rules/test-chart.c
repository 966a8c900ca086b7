/* The printed charts again, in another form than the product's, value by value;
 * and each threshold that is not on a chart from both sides.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/rules/scores.h"

#define MEWS "sbp_mmHg=120;hr_per_min=80;rr_per_min=12;temp_Cel=37;avpu=A"
#define PEWS                                                                                       \
    "age_band=1-4y;hr_per_min=105;sbp_mmHg=100;rr_per_min=30;crt_s=1;resp_effort=normal;"          \
    "spo2_pct=98;oxygen=air"
#define QSOFA "rr_per_min=12;sbp_mmHg=120;gcs=15"
#define SIRS  "temp_Cel=37;hr_per_min=80;rr_per_min=14;paco2_mmHg=40;wbc_10*9/L=8;bands_pct=0"
#define SOFA                                                                                       \
    "pf_mmHg=450;resp_support=0;platelets_10*9/L=200;bilirubin_mg/dL=0.8;map_mmHg=85;"             \
    "dopamine_ug/kg/min=0;dobutamine_ug/kg/min=0;epinephrine_ug/kg/min=0;"                         \
    "norepinephrine_ug/kg/min=0;gcs=15;creatinine_mg/dL=0.9;urine_mL/d=1500"
#define KDIGO                                                                                      \
    "creatinine_mg/dL=1;baseline_mg/dL=1;rise48h_mg/dL=0;uo6h_mL/kg/h=1;uo12h_mL/kg/h=1;"          \
    "uo24h_mL/kg/h=1;anuria_12h=0;rrt=0"
#define APACHE2                                                                                    \
    "temp_Cel=37;map_mmHg=85;hr_per_min=80;rr_per_min=16;fio2_1=0.3;aado2_mmHg=100;pao2_mmHg=90;"  \
    "ph=7.4;na_mmol/L=140;k_mmol/L=4;creatinine_mg/dL=1;acute_renal_failure=0;hct_pct=38;"         \
    "wbc_10*9/L=8;gcs=15;age_a=40;chronic=none"

/* A column's bands as printed: up to and with this step, these points. */
typedef struct {
    const char *kind;
    const char *base;
    const char *column;
    const char *answer;
    int decimals;
    int from; /* steps to walk */
    int to;
    int bands[9][2];
} Chart;

static const Chart charts[] = {
    {"mews", MEWS, "sbp_mmHg", "sbp", 0, 0, 300, {{70, 3}, {80, 2}, {100, 1}, {199, 0}, {999, 2}}},
    {"mews",
     MEWS,
     "hr_per_min",
     "hr",
     0,
     0,
     250,
     {{40, 2}, {50, 1}, {100, 0}, {110, 1}, {129, 2}, {999, 3}}},
    {"mews", MEWS, "rr_per_min", "rr", 0, 0, 99, {{8, 2}, {14, 0}, {20, 1}, {29, 2}, {999, 3}}},
    {"mews", MEWS, "temp_Cel", "temp", 1, 300, 440, {{349, 2}, {384, 0}, {999, 2}}},
    {"pews", PEWS, "crt_s", "crt", 0, 0, 9, {{2, 0}, {99, 4}}},
    {"pews", PEWS, "spo2_pct", "spo2", 0, 50, 100, {{90, 2}, {94, 1}, {100, 0}}},
    {"apache2",
     APACHE2,
     "temp_Cel",
     "t",
     1,
     250,
     450,
     {{299, 4}, {319, 3}, {339, 2}, {359, 1}, {384, 0}, {389, 1}, {409, 3}, {999, 4}}},
    {"apache2",
     APACHE2,
     "map_mmHg",
     "map",
     0,
     0,
     300,
     {{49, 4}, {69, 2}, {109, 0}, {129, 2}, {159, 3}, {999, 4}}},
    {"apache2",
     APACHE2,
     "hr_per_min",
     "hr",
     0,
     0,
     300,
     {{39, 4}, {54, 3}, {69, 2}, {109, 0}, {139, 2}, {179, 3}, {999, 4}}},
    {"apache2",
     APACHE2,
     "rr_per_min",
     "rr",
     0,
     0,
     99,
     {{5, 4}, {9, 2}, {11, 1}, {24, 0}, {34, 1}, {49, 3}, {999, 4}}},
    {"apache2",
     APACHE2 ";fio2_1=0.5",
     "aado2_mmHg",
     "ox",
     0,
     -50,
     700,
     {{199, 0}, {349, 2}, {499, 3}, {999, 4}}},
    {"apache2",
     APACHE2 ";fio2_1=0.49",
     "pao2_mmHg",
     "ox",
     0,
     0,
     200,
     {{54, 4}, {60, 3}, {70, 1}, {999, 0}}},
    {"apache2",
     APACHE2,
     "ph",
     "ph",
     2,
     650,
     800,
     {{714, 4}, {724, 3}, {732, 2}, {749, 0}, {759, 1}, {769, 3}, {999, 4}}},
    {"apache2",
     APACHE2,
     "na_mmol/L",
     "na",
     0,
     90,
     220,
     {{110, 4}, {119, 3}, {129, 2}, {149, 0}, {154, 1}, {159, 2}, {179, 3}, {999, 4}}},
    {"apache2",
     APACHE2,
     "k_mmol/L",
     "k",
     1,
     0,
     99,
     {{24, 4}, {29, 2}, {34, 1}, {54, 0}, {59, 1}, {69, 3}, {999, 4}}},
    {"apache2",
     APACHE2,
     "creatinine_mg/dL",
     "cr",
     1,
     0,
     99,
     {{5, 2}, {14, 0}, {19, 2}, {34, 3}, {999, 4}}},
    {"apache2",
     APACHE2 ";acute_renal_failure=1",
     "creatinine_mg/dL",
     "cr",
     1,
     0,
     99,
     {{5, 4}, {14, 0}, {19, 4}, {34, 6}, {999, 8}}},
    {"apache2",
     APACHE2,
     "hct_pct",
     "hct",
     1,
     0,
     800,
     {{199, 4}, {299, 2}, {459, 0}, {499, 1}, {599, 2}, {999, 4}}},
    {"apache2",
     APACHE2,
     "wbc_10*9/L",
     "wbc",
     1,
     0,
     600,
     {{9, 4}, {29, 2}, {149, 0}, {199, 1}, {399, 2}, {999, 4}}},
    {"apache2", APACHE2, "age_a", "age", 0, 0, 110, {{44, 0}, {54, 2}, {64, 3}, {74, 5}, {999, 6}}},
};

static int
printed(const int (*bands)[2], int step)
{
    size_t i = 0;
    while (step > bands[i][0])
        i++;
    return bands[i][1];
}

/* One table of all the column's values, the other columns as in base. */
static void
walk(const Chart *chart, const char *age)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int step = chart->from; step <= chart->to; step++) {
        g_autofree char *set = g_strdup_printf("age_band=%s;%s=%.*f", age, chart->column,
                                               chart->decimals, step / pow(10, chart->decimals));
        g_autofree char *row = scores_row(chart->kind, chart->base, set);
        char *cells = strchr(row, '\n') + 1;
        if (step == chart->from)
            g_string_append_printf(text, "%.*s,e_%s\n", (int)(cells - row - 1), row, chart->answer);
        g_string_append_printf(text, "%.*s,%d\n", (int)strcspn(cells, "\n"), cells,
                               printed(chart->bands, step));
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(RulesTable) table = rules_table_new(text->str, text->len, "chart", &error);
    g_assert_no_error(error);
    g_autofree char *answer = scores_run(chart->kind, text->str, &error);
    g_assert_no_error(error);
    g_test_message("%s %s", chart->kind, chart->column);
    scores_compare(table, answer, 0);
}

static void
every_value_of_a_chart_scores_as_printed(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(charts); i++)
        walk(&charts[i], "1-4y");
}

/* Parshuram 2009, table 1: at or above, at or below; 4, 2 and 1 points. */
static const struct {
    const char *answer;
    const char *age;
    int limits[3][2];
} pews[] = {
    {"hr", "0-3m", {{190, 80}, {180, 90}, {150, 110}}},
    {"hr", "3-12m", {{180, 70}, {170, 80}, {150, 100}}},
    {"hr", "1-4y", {{170, 60}, {150, 70}, {120, 90}}},
    {"hr", "4-12y", {{150, 50}, {130, 60}, {110, 70}}},
    {"hr", ">12y", {{140, 40}, {120, 50}, {100, 60}}},
    {"sbp", "0-3m", {{130, 45}, {100, 50}, {80, 60}}},
    {"sbp", "3-12m", {{150, 60}, {120, 70}, {100, 80}}},
    {"sbp", "1-4y", {{160, 65}, {125, 75}, {110, 90}}},
    {"sbp", "4-12y", {{170, 70}, {140, 80}, {120, 90}}},
    {"sbp", ">12y", {{190, 75}, {150, 85}, {130, 100}}},
    {"rr", "0-3m", {{91, 15}, {81, 19}, {61, 29}}},
    {"rr", "3-12m", {{81, 15}, {71, 19}, {51, 24}}},
    {"rr", "1-4y", {{71, 12}, {61, 15}, {41, 19}}},
    {"rr", "4-12y", {{51, 10}, {41, 14}, {31, 19}}},
    {"rr", ">12y", {{30, 9}, {23, 10}, {17, 11}}},
};

static void
every_value_of_every_age_scores_as_printed(void)
{
    static const int points[] = {4, 2, 1};
    for (size_t i = 0; i < G_N_ELEMENTS(pews); i++) {
        g_autofree char *column = g_strdup_printf(
            "%s%s", pews[i].answer, strcmp(pews[i].answer, "sbp") == 0 ? "_mmHg" : "_per_min");
        Chart chart = {"pews", PEWS, column, pews[i].answer, 0, 0, 0, {{0, 0}}};
        /* The bands upwards: 4 2 1 0 1 2 4. */
        for (int k = 0; k < 3; k++) {
            chart.bands[k][0] = pews[i].limits[k][1];
            chart.bands[k][1] = points[k];
            chart.bands[6 - k][0] = k > 0 ? pews[i].limits[k - 1][0] - 1 : 999;
            chart.bands[6 - k][1] = points[k];
        }
        chart.bands[3][0] = pews[i].limits[2][0] - 1;
        chart.to = strcmp(pews[i].answer, "rr") == 0 ? 120 : 250;
        walk(&chart, pews[i].age);
    }
}

typedef struct {
    const char *kind;
    const char *base;
    const char *set;
    const char *answer;
    const char *expected;
} Edge;

static const Edge edges[] = {
    {"mews", MEWS, "avpu=A", "avpu", "0"},
    {"mews", MEWS, "avpu=V", "avpu", "1"},
    {"mews", MEWS, "avpu=P", "avpu", "2"},
    {"mews", MEWS, "avpu=U", "avpu", "3"},
    {"mews", MEWS, "sbp_mmHg=70;rr_per_min=15", "alert_ge5", "0"},
    {"mews", MEWS, "sbp_mmHg=70;rr_per_min=21", "alert_ge5", "1"},
    {"pews", PEWS, "resp_effort=mild", "effort", "1"},
    {"pews", PEWS, "resp_effort=moderate", "effort", "2"},
    {"pews", PEWS, "resp_effort=severe", "effort", "4"},
    {"pews", PEWS, "resp_effort=apnoea", "effort", "4"},
    {"pews", PEWS, "oxygen=low", "o2", "2"},
    {"pews", PEWS, "oxygen=high", "o2", "4"},
    {"pews", PEWS,
     "hr_per_min=300;sbp_mmHg=20;rr_per_min=0;crt_s=3;resp_effort=severe;spo2_pct=80;oxygen=high",
     "total", "26"},
    /* charts round half up first, thresholds do not */
    {"mews", MEWS, "rr_per_min=8.4", "rr", "2"},
    {"mews", MEWS, "rr_per_min=8.5", "rr", "0"},
    {"mews", MEWS, "temp_Cel=38.44", "temp", "0"},
    {"mews", MEWS, "temp_Cel=38.45", "temp", "2"},
    {"pews", PEWS, "spo2_pct=90.4", "spo2", "2"},
    {"pews", PEWS, "spo2_pct=90.5", "spo2", "1"},
    {"apache2", APACHE2, "ph=7.324", "ph", "2"},
    {"apache2", APACHE2, "ph=7.325", "ph", "0"},
    {"apache2", APACHE2, "temp_Cel=35.95", "t", "0"},
    {"apache2", APACHE2, "creatinine_mg/dL=1.45", "cr", "2"},
    {"qsofa", QSOFA, "sbp_mmHg=100.4", "sbp", "0"},
    {"sirs", SIRS, "temp_Cel=38.01", "temp", "1"},
    {"sirs", SIRS, "hr_per_min=90.2", "hr", "1"},
    {"sofa", SOFA, "map_mmHg=69.6", "cardio", "1"},
    {"sofa", SOFA, "bilirubin_mg/dL=1.95", "liver", "1"},
    {"kdigo", KDIGO, "creatinine_mg/dL=1.49", "stage", "0"},
    /* an age is of completed years */
    {"apache2", APACHE2, "age_a=44.9", "age", "0"},
    {"apache2", APACHE2, "gcs=3", "gcs", "12"},
    {"apache2", APACHE2, "fio2_1=50;aado2_mmHg=500", "ox", "4"},
    {"apache2", APACHE2, "fio2_1=49;aado2_mmHg=500", "ox", "0"},
    {"apache2", APACHE2, "chronic=elective", "chronic", "2"},
    {"apache2", APACHE2, "chronic=emergency", "chronic", "5"},
    {"apache2", APACHE2, "chronic=nonoperative", "chronic", "5"},
    {"apache2", APACHE2, "chronic=Non-operative", "chronic", "5"},
    {"apache2", APACHE2, "chronic=elective post-operative", "chronic", "2"},
    {"apache2", APACHE2,
     "temp_Cel=41;map_mmHg=160;hr_per_min=180;rr_per_min=50;pao2_mmHg=50;ph=7.1;na_mmol/L=180;"
     "k_mmol/L=7;creatinine_mg/dL=3.5;acute_renal_failure=1;hct_pct=60;wbc_10*9/L=40;gcs=3;"
     "age_a=75;chronic=emergency",
     "total", "71"},
    {"qsofa", QSOFA, "rr_per_min=21.9", "rr", "0"},
    {"qsofa", QSOFA, "rr_per_min=22", "rr", "1"},
    {"qsofa", QSOFA, "sbp_mmHg=100", "sbp", "1"},
    {"qsofa", QSOFA, "gcs=14", "gcs", "1"},
    {"qsofa", QSOFA, "gcs=14", "positive_ge2", "0"},
    {"qsofa", QSOFA, "gcs=14;rr_per_min=22", "positive_ge2", "1"},
    {"sirs", SIRS, "temp_Cel=38", "temp", "0"},
    {"sirs", SIRS, "temp_Cel=38.1", "temp", "1"},
    {"sirs", SIRS, "temp_Cel=36", "temp", "0"},
    {"sirs", SIRS, "temp_Cel=35.9", "temp", "1"},
    {"sirs", SIRS, "hr_per_min=90", "hr", "0"},
    {"sirs", SIRS, "hr_per_min=91", "hr", "1"},
    {"sirs", SIRS, "rr_per_min=20", "resp", "0"},
    {"sirs", SIRS, "rr_per_min=21", "resp", "1"},
    {"sirs", SIRS, "paco2_mmHg=32", "resp", "0"},
    {"sirs", SIRS, "paco2_mmHg=31.9", "resp", "1"},
    {"sirs", SIRS, "wbc_10*9/L=12", "wbc", "0"},
    {"sirs", SIRS, "wbc_10*9/L=12.1", "wbc", "1"},
    {"sirs", SIRS, "wbc_10*9/L=4", "wbc", "0"},
    {"sirs", SIRS, "wbc_10*9/L=3.9", "wbc", "1"},
    {"sirs", SIRS, "bands_pct=10", "wbc", "0"},
    {"sirs", SIRS, "bands_pct=10.1", "wbc", "1"},
    {"sofa", SOFA, "pf_mmHg=400", "resp", "0"},
    {"sofa", SOFA, "pf_mmHg=399.9", "resp", "1"},
    {"sofa", SOFA, "pf_mmHg=300", "resp", "1"},
    {"sofa", SOFA, "pf_mmHg=299.9", "resp", "2"},
    {"sofa", SOFA ";resp_support=1", "pf_mmHg=200", "resp", "2"},
    {"sofa", SOFA ";resp_support=1", "pf_mmHg=199.9", "resp", "3"},
    {"sofa", SOFA ";resp_support=1", "pf_mmHg=100", "resp", "3"},
    {"sofa", SOFA ";resp_support=1", "pf_mmHg=99.9", "resp", "4"},
    {"sofa", SOFA, "pf_mmHg=99.9", "resp", "2"},
    {"sofa", SOFA ";pf_mmHg=;fio2_1=0.25", "spo2_pct=97", "resp", "1"},    /* S/F 388 */
    {"sofa", SOFA ";pf_mmHg=;fio2_1=0.21", "spo2_pct=97", "resp", "1"},    /* 462 */
    {"sofa", SOFA ";pf_mmHg=;fio2_1=0.25", "spo2_pct=89.25", "resp", "1"}, /* 357 */
    {"sofa", SOFA ";pf_mmHg=;fio2_1=0.25", "spo2_pct=89.2", "resp", "2"},
    {"sofa", SOFA ";pf_mmHg=;fio2_1=0.25;resp_support=1", "spo2_pct=53.5", "resp", "2"}, /* 214 */
    {"sofa", SOFA ";pf_mmHg=;fio2_1=0.25;resp_support=1", "spo2_pct=53.4", "resp", "3"},
    {"sofa", SOFA ";pf_mmHg=;fio2_1=1;resp_support=1", "spo2_pct=89", "resp", "3"},
    {"sofa", SOFA ";pf_mmHg=;fio2_1=1;resp_support=1", "spo2_pct=88.9", "resp", "4"},
    {"sofa", SOFA ";pf_mmHg=;fio2_1=1", "spo2_pct=89", "resp_estimated", "1"},
    {"sofa", SOFA ";pf_mmHg=;fio2_1=1", "spo2_pct=98", "resp", ""},
    {"sofa", SOFA ";fio2_1=1", "spo2_pct=80", "resp_estimated", "0"},
    {"sofa", SOFA ";fio2_1=1", "spo2_pct=80", "resp", "0"},
    {"sofa", SOFA, "platelets_10*9/L=150", "coag", "0"},
    {"sofa", SOFA, "platelets_10*9/L=149", "coag", "1"},
    {"sofa", SOFA, "platelets_10*9/L=99", "coag", "2"},
    {"sofa", SOFA, "platelets_10*9/L=100", "coag", "1"},
    {"sofa", SOFA, "platelets_10*9/L=50", "coag", "2"},
    {"sofa", SOFA, "platelets_10*9/L=49", "coag", "3"},
    {"sofa", SOFA, "platelets_10*9/L=20", "coag", "3"},
    {"sofa", SOFA, "platelets_10*9/L=19", "coag", "4"},
    {"sofa", SOFA, "bilirubin_mg/dL=1.19", "liver", "0"},
    {"sofa", SOFA, "bilirubin_mg/dL=1.2", "liver", "1"},
    {"sofa", SOFA, "bilirubin_mg/dL=2", "liver", "2"},
    {"sofa", SOFA, "bilirubin_mg/dL=5.99", "liver", "2"},
    {"sofa", SOFA, "bilirubin_mg/dL=6", "liver", "3"},
    {"sofa", SOFA, "bilirubin_mg/dL=11.9", "liver", "3"},
    {"sofa", SOFA, "bilirubin_mg/dL=12", "liver", "4"},
    {"sofa", SOFA, "map_mmHg=70", "cardio", "0"},
    {"sofa", SOFA, "dopamine_ug/kg/min=0.001", "cardio", "2"},
    {"sofa", SOFA, "dopamine_ug/kg/min=5", "cardio", "2"},
    {"sofa", SOFA, "dopamine_ug/kg/min=5.001", "cardio", "3"},
    {"sofa", SOFA, "dopamine_ug/kg/min=15", "cardio", "3"},
    {"sofa", SOFA, "dopamine_ug/kg/min=15.001", "cardio", "4"},
    {"sofa", SOFA, "dobutamine_ug/kg/min=0.001", "cardio", "2"},
    {"sofa", SOFA, "dobutamine_ug/kg/min=50", "cardio", "2"},
    {"sofa", SOFA, "epinephrine_ug/kg/min=0.001", "cardio", "3"},
    {"sofa", SOFA, "epinephrine_ug/kg/min=0.1", "cardio", "3"},
    {"sofa", SOFA, "epinephrine_ug/kg/min=0.101", "cardio", "4"},
    {"sofa", SOFA, "norepinephrine_ug/kg/min=0.001", "cardio", "3"},
    {"sofa", SOFA, "norepinephrine_ug/kg/min=0.1", "cardio", "3"},
    {"sofa", SOFA, "norepinephrine_ug/kg/min=0.101", "cardio", "4"},
    {"sofa", SOFA, "gcs=14", "cns", "1"},
    {"sofa", SOFA, "gcs=13", "cns", "1"},
    {"sofa", SOFA, "gcs=12", "cns", "2"},
    {"sofa", SOFA, "gcs=10", "cns", "2"},
    {"sofa", SOFA, "gcs=9", "cns", "3"},
    {"sofa", SOFA, "gcs=6", "cns", "3"},
    {"sofa", SOFA, "gcs=5", "cns", "4"},
    {"sofa", SOFA, "creatinine_mg/dL=1.19", "renal", "0"},
    {"sofa", SOFA, "creatinine_mg/dL=1.2", "renal", "1"},
    {"sofa", SOFA, "creatinine_mg/dL=1.99", "renal", "1"},
    {"sofa", SOFA, "creatinine_mg/dL=2", "renal", "2"},
    {"sofa", SOFA, "creatinine_mg/dL=3.49", "renal", "2"},
    {"sofa", SOFA, "creatinine_mg/dL=3.5", "renal", "3"},
    {"sofa", SOFA, "creatinine_mg/dL=4.9", "renal", "3"},
    {"sofa", SOFA, "creatinine_mg/dL=5", "renal", "4"},
    {"sofa", SOFA, "urine_mL/d=500", "renal", "0"},
    {"sofa", SOFA, "urine_mL/d=499", "renal", "3"},
    {"sofa", SOFA, "urine_mL/d=200", "renal", "3"},
    {"sofa", SOFA, "urine_mL/d=199", "renal", "4"},
    {"kdigo", KDIGO, "creatinine_mg/dL=1.5", "stage", "1"},
    {"kdigo", KDIGO, "creatinine_mg/dL=1.99", "stage", "1"},
    {"kdigo", KDIGO, "creatinine_mg/dL=2", "stage", "2"},
    {"kdigo", KDIGO, "creatinine_mg/dL=2.99", "stage", "2"},
    {"kdigo", KDIGO, "creatinine_mg/dL=3", "stage", "3"},
    {"kdigo", KDIGO, "creatinine_mg/dL=2.1;baseline_mg/dL=0.7", "stage", "3"},
    {"kdigo", KDIGO, "creatinine_mg/dL=2.09;baseline_mg/dL=0.7", "stage", "2"},
    {"kdigo", KDIGO, "rise48h_mg/dL=0.29", "stage", "0"},
    {"kdigo", KDIGO, "rise48h_mg/dL=0.3", "stage", "1"},
    {"kdigo", KDIGO, "creatinine_mg/dL=4;baseline_mg/dL=3", "stage", "0"},
    {"kdigo", KDIGO, "creatinine_mg/dL=4;baseline_mg/dL=3;rise48h_mg/dL=0.3", "stage", "3"},
    {"kdigo", KDIGO, "creatinine_mg/dL=3.99;baseline_mg/dL=3;rise48h_mg/dL=0.3", "stage", "1"},
    {"kdigo", KDIGO, "creatinine_mg/dL=4;baseline_mg/dL=2.6", "stage", "3"},
    {"kdigo", KDIGO, "uo6h_mL/kg/h=0.5", "stage", "0"},
    {"kdigo", KDIGO, "uo6h_mL/kg/h=0.49", "stage", "1"},
    {"kdigo", KDIGO, "uo12h_mL/kg/h=0.5", "stage", "0"},
    {"kdigo", KDIGO, "uo12h_mL/kg/h=0.49", "stage", "2"},
    {"kdigo", KDIGO, "uo24h_mL/kg/h=0.3", "stage", "0"},
    {"kdigo", KDIGO, "uo24h_mL/kg/h=0.29", "stage", "3"},
    {"kdigo", KDIGO, "anuria_12h=1", "stage", "3"},
    {"kdigo", KDIGO, "rrt=1", "stage", "3"},
};

static void
every_threshold_scores_as_printed(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(edges); i++) {
        const Edge *e = &edges[i];
        g_autoptr(GError) error = NULL;
        g_autofree char *found = scores_answer(e->kind, e->base, e->set, e->answer, &error);
        g_assert_no_error(error);
        g_test_message("%s %s: %s", e->kind, e->set, e->answer);
        g_assert_cmpstr(found, ==, e->expected);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/chart/every_value_of_a_chart_scores_as_printed",
                    every_value_of_a_chart_scores_as_printed);
    g_test_add_func("/rules/chart/every_value_of_every_age_scores_as_printed",
                    every_value_of_every_age_scores_as_printed);
    g_test_add_func("/rules/chart/every_threshold_scores_as_printed",
                    every_threshold_scores_as_printed);
    return g_test_run();
}
