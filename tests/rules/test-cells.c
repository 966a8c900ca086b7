/* What scores make of missing and of bad cells.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/rules/scores.h"

typedef struct {
    const char *kind;
    const char *set; /* all else is missing */
    const char *answer;
    const char *expected;
} Case;

static void
check(const Case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const Case *c = &cases[i];
        g_autoptr(GError) error = NULL;
        g_autofree char *found = scores_answer(c->kind, "", c->set, c->answer, &error);
        g_assert_no_error(error);
        g_test_message("%s %s: %s", c->kind, c->set, c->answer);
        g_assert_cmpstr(found, ==, c->expected);
    }
}

#define MEWS_BUT_HR "sbp_mmHg=120;rr_per_min=12;temp_Cel=37;avpu=A"
#define SOFA_REST                                                                                  \
    "platelets_10*9/L=200;bilirubin_mg/dL=0.8;gcs=15;creatinine_mg/dL=0.9;urine_mL/d=1500;"
#define NO_INJURY                                                                                  \
    "creatinine_mg/dL=1;baseline_mg/dL=1;rise48h_mg/dL=0;uo6h_mL/kg/h=1;uo12h_mL/kg/h=1;"          \
    "uo24h_mL/kg/h=1;anuria_12h=0;rrt=0"
#define NO_DRUGS                                                                                   \
    "dopamine_ug/kg/min=0;dobutamine_ug/kg/min=0;epinephrine_ug/kg/min=0;"                         \
    "norepinephrine_ug/kg/min=0;"

static void
a_missing_input_leaves_the_score_between_bounds(void)
{
    static const Case cases[] = {
        {"mews", MEWS_BUT_HR, "hr", ""},
        {"mews", MEWS_BUT_HR, "sbp", "0"},
        {"mews", MEWS_BUT_HR, "total", ""},
        {"mews", MEWS_BUT_HR, "min", "0"},
        {"mews", MEWS_BUT_HR, "max", "3"},
        {"mews", MEWS_BUT_HR, "missing", "hr_per_min"},
        {"mews", MEWS_BUT_HR, "alert_ge5", "0"},
        {"mews", MEWS_BUT_HR ";sbp_mmHg=70", "alert_ge5", ""},
        {"mews", MEWS_BUT_HR ";sbp_mmHg=70;avpu=P", "alert_ge5", "1"},
        {"mews", "", "max", "14"},
        {"mews", "", "missing", "sbp_mmHg hr_per_min rr_per_min temp_Cel avpu"},
        {"pews", "", "min", "0"},
        {"pews", "", "max", "26"},
        /* without an age: what all ages agree on */
        {"pews", "hr_per_min=200", "hr", "4"},
        {"pews", "hr_per_min=150", "hr", ""},
        {"pews", "hr_per_min=150", "min", "1"},
        {"qsofa", "rr_per_min=25;sbp_mmHg=90", "score", ""},
        {"qsofa", "rr_per_min=25;sbp_mmHg=90", "positive_ge2", "1"},
        {"qsofa", "rr_per_min=25", "positive_ge2", ""},
        {"qsofa", "rr_per_min=15;sbp_mmHg=120", "positive_ge2", "0"},
        {"qsofa", "rr_per_min=15;sbp_mmHg=120", "missing", "gcs"},
        {"qsofa", "sbp_mmHg=120;gcs=15", "min", "0"},
        {"qsofa", "sbp_mmHg=120;gcs=15", "max", "1"},
        {"qsofa", "rr_per_min=15;gcs=15", "min", "0"},
        {"qsofa", "rr_per_min=15;gcs=15", "max", "1"},
        {"qsofa", "rr_per_min=15;sbp_mmHg=120", "min", "0"},
        {"qsofa", "rr_per_min=15;sbp_mmHg=120", "max", "1"},
        /* gas and bands add to rate and count */
        {"sirs", "temp_Cel=37;hr_per_min=80;rr_per_min=20;wbc_10*9/L=8", "resp", "0"},
        {"sirs", "temp_Cel=37;hr_per_min=80;rr_per_min=20;wbc_10*9/L=8", "score", "0"},
        {"sirs", "temp_Cel=37;hr_per_min=80;rr_per_min=20;wbc_10*9/L=8", "max", "2"},
        {"sirs", "temp_Cel=37;hr_per_min=80;rr_per_min=20;wbc_10*9/L=8", "missing",
         "paco2_mmHg bands_pct"},
        {"sirs", "rr_per_min=21", "resp", "1"},
        {"sirs", "paco2_mmHg=31", "resp", "1"},
        {"sirs", "paco2_mmHg=40", "resp", ""},
        {"sirs", "bands_pct=11", "wbc", "1"},
        {"sirs", "bands_pct=5", "wbc", ""},
        {"sirs", "hr_per_min=100;rr_per_min=25", "positive_ge2", "1"},
        {"sirs", "hr_per_min=100", "positive_ge2", ""},
        {"sofa", SOFA_REST NO_DRUGS "map_mmHg=85;pf_mmHg=250", "resp", "2"},
        {"sofa", SOFA_REST NO_DRUGS "map_mmHg=85;pf_mmHg=250", "total", "2"},
        {"sofa", SOFA_REST NO_DRUGS "map_mmHg=85;pf_mmHg=150", "resp", ""},
        {"sofa", SOFA_REST NO_DRUGS "map_mmHg=85;pf_mmHg=150", "min", "2"},
        {"sofa", SOFA_REST NO_DRUGS "map_mmHg=85;pf_mmHg=150", "max", "3"},
        {"sofa", SOFA_REST NO_DRUGS "map_mmHg=85;resp_support=0", "max", "2"},
        {"sofa", SOFA_REST "map_mmHg=85;pf_mmHg=450", "cardio", ""},
        {"sofa", SOFA_REST "map_mmHg=85;pf_mmHg=450", "max", "4"},
        {"sofa", "norepinephrine_ug/kg/min=0.2", "cardio", "4"},
        {"sofa", NO_DRUGS "norepinephrine_ug/kg/min=0.05", "cardio", "3"},
        {"sofa", NO_DRUGS, "cardio", ""},
        {"sofa", NO_DRUGS "map_mmHg=60", "cardio", "1"},
        {"sofa", "creatinine_mg/dL=2.5", "renal", "2"},
        {"sofa", "creatinine_mg/dL=2.5", "min", "2"},
        {"sofa", "urine_mL/d=1500", "renal", ""},
        {"sofa", "urine_mL/d=499", "renal", ""},
        {"sofa", "urine_mL/d=499", "min", "3"},
        {"sofa", "urine_mL/d=100", "renal", "4"},
        {"sofa", "", "min", "0"},
        {"sofa", "", "max", "24"},
        {"sofa", "", "resp_estimated", ""},
        {"kdigo", "", "stage", ""},
        {"kdigo", "", "max", "3"},
        {"kdigo", "rrt=1", "stage", "3"},
        {"kdigo", "rrt=0", "stage", ""},
        {"kdigo", "creatinine_mg/dL=2.1", "stage", ""},
        {"kdigo", "creatinine_mg/dL=2.1;baseline_mg/dL=0", "stage", ""},
        {"kdigo", "creatinine_mg/dL=2.1;baseline_mg/dL=1", "stage", "2"},
        {"kdigo", "creatinine_mg/dL=2.1;baseline_mg/dL=1", "max", "3"},
        {"kdigo", "creatinine_mg/dL=4.1;rise48h_mg/dL=0.3", "stage", "3"},
        {"kdigo", "rise48h_mg/dL=0.3", "stage", "1"},
        {"kdigo", "rise48h_mg/dL=0.3", "missing",
         "creatinine_mg/dL baseline_mg/dL uo6h_mL/kg/h uo12h_mL/kg/h uo24h_mL/kg/h anuria_12h rrt"},
        {"kdigo", NO_INJURY ";baseline_mg/dL=", "max", "3"},
        {"kdigo", NO_INJURY ";rise48h_mg/dL=", "max", "1"},
        {"kdigo", NO_INJURY ";rise48h_mg/dL=;creatinine_mg/dL=4.5;baseline_mg/dL=4", "max", "3"},
        {"kdigo", NO_INJURY ";anuria_12h=", "min", "0"},
        {"kdigo", NO_INJURY ";anuria_12h=", "max", "3"},
        {"kdigo", NO_INJURY ";rrt=", "min", "0"},
        {"kdigo", NO_INJURY ";rrt=", "max", "3"},
        {"kdigo", NO_INJURY ";uo6h_mL/kg/h=", "max", "1"},
        {"kdigo", NO_INJURY ";uo12h_mL/kg/h=", "max", "2"},
        {"kdigo", NO_INJURY ";uo24h_mL/kg/h=", "max", "3"},
        {"kdigo", "uo6h_mL/kg/h=0.4;uo12h_mL/kg/h=0.4", "stage", ""},
        {"kdigo", "uo6h_mL/kg/h=0.4;uo12h_mL/kg/h=0.4", "min", "2"},
        {"kdigo", "uo24h_mL/kg/h=0.2", "stage", "3"},
        {"kdigo", "uo6h_mL/kg/h=0.4;uo12h_mL/kg/h=0.4;uo24h_mL/kg/h=0.4;anuria_12h=0", "urine",
         "2"},
        {"apache2", "", "min", "0"},
        {"apache2", "", "max", "71"},
        {"apache2", "", "total", ""},
        {"apache2", "fio2_1=0.3;pao2_mmHg=50", "ox", "4"},
        {"apache2", "fio2_1=0.6;pao2_mmHg=50", "ox", ""},
        {"apache2", "aado2_mmHg=100;pao2_mmHg=90", "ox", "0"},
        {"apache2", "aado2_mmHg=100;pao2_mmHg=50", "ox", ""},
        {"apache2", "creatinine_mg/dL=1", "cr", "0"},
        {"apache2", "creatinine_mg/dL=2", "cr", ""},
        {"apache2", "creatinine_mg/dL=2", "min", "3"},
        {"apache2",
         "temp_Cel=37;map_mmHg=85;hr_per_min=80;rr_per_min=16;fio2_1=0.3;pao2_mmHg=90;ph=7.4;"
         "na_mmol/L=140;k_mmol/L=4;creatinine_mg/dL=1;acute_renal_failure=0;hct_pct=38;"
         "wbc_10*9/L=8;gcs=15;age_a=40;chronic=none",
         "missing", ""},
        {"apache2", "fio2_1=0.6", "missing",
         "temp_Cel map_mmHg hr_per_min rr_per_min aado2_mmHg ph na_mmol/L k_mmol/L "
         "creatinine_mg/dL acute_renal_failure hct_pct wbc_10*9/L gcs age_a chronic"},
    };
    check(cases, G_N_ELEMENTS(cases));
}

static void
what_cannot_be_reckoned_is_missing(void)
{
    static const Case cases[] = {
        {"indices", "hr_per_min=80;sbp_mmHg=0;dbp_mmHg=0", "si", ""},
        {"indices", "hr_per_min=80;sbp_mmHg=0;dbp_mmHg=0", "msi", ""},
        {"indices", "hr_per_min=80;sbp_mmHg=0;dbp_mmHg=0", "map_mmHg", "0.000000"},
        {"indices", "hr_per_min=80", "si", ""},
        {"indices", "fio2_1=0.5;spo2_pct=95;rr_per_min=0", "rox", ""},
        {"indices", "fio2_1=0.5;spo2_pct=95;rr_per_min=20;hr_per_min=100", "rox_hr", "9.500000"},
        {"indices", "fio2_1=50;spo2_pct=95", "sf", "190.000000"},
        {"indices", "mean_paw_cmH2O=10;fio2_1=0.5;pao2_mmHg=0", "oi", ""},
        {"indices", "pplat_cmH2O=5;peep_cmH2O=5;vt_mL=400", "cstat_mL/cmH2O", ""},
        {"indices", "pplat_cmH2O=5;peep_cmH2O=5;vt_mL=400", "driving_cmH2O", "0.000000"},
        {"indices", "", "berlin_pf_class", ""},
        {"indices", "pao2_mmHg=84;fio2_1=0.28", "berlin_pf_class", "mild"}, /* 300 */
        {"indices", "pao2_mmHg=301;fio2_1=1", "berlin_pf_class", "none"},
        {"indices", "pao2_mmHg=200;fio2_1=1", "berlin_pf_class", "moderate"},
        {"indices", "pao2_mmHg=201;fio2_1=1", "berlin_pf_class", "mild"},
        {"indices", "pao2_mmHg=100;fio2_1=1", "berlin_pf_class", "severe"},
        {"indices", "pao2_mmHg=101;fio2_1=1", "berlin_pf_class", "moderate"},
        /* 0.21 * 713 - 40 / 0.8 - 90 */
        {"indices", "pao2_mmHg=90;fio2_1=0.21;paco2_mmHg=40", "aa_mmHg", "9.730000"},
        {"indices", "pao2_mmHg=90;fio2_1=0.21", "aa_mmHg", ""},
        {"indices", "spo2_pct=97;peep_cmH2O=5", "spo2_le97", "1"},
        {"indices", "spo2_pct=97.1;peep_cmH2O=4.9", "spo2_le97", "0"},
        {"indices", "spo2_pct=97;peep_cmH2O=5", "peep_ge5", "1"},
        {"indices", "spo2_pct=97.1;peep_cmH2O=4.9", "peep_ge5", "0"},
        {"indices", "", "spo2_le97", ""},
        {"hrv", "", "mean_nn_ms", ""},
        {"hrv", "rr_ms=800", "mean_nn_ms", "800.000000"},
        {"hrv", "rr_ms=800", "mean_hr_per_min", "75.000000"},
        {"hrv", "rr_ms=800", "sdnn_ms", ""},
        {"hrv", "rr_ms=800", "pnn50_pct", ""},
        {"hrv", "rr_ms=0.5", "mean_nn_ms", "0.500000"},
        {"hrv", "rr_ms= 800  850 ", "pnn50_pct", "0.000000"},
        {"hrv", "rr_ms=800 851", "pnn50_pct", "100.000000"},
        {"cinc2019", "labels_hourly=0011", "utility", ""},
        {"cinc2019", "predictions_hourly=0011", "utility", ""},
        {"cinc2019", "labels_hourly=0000;predictions_hourly=0000", "utility", "0.000000000000"},
        {"cinc2019", "labels_hourly=000011;predictions_hourly=001111", "utility_best",
         "4.222222222222"},
    };
    check(cases, G_N_ELEMENTS(cases));
}

static void
a_bad_cell_is_refused_with_its_place(void)
{
    static const char *const bad[] = {"x",    "inf", "-inf", "nan", "1e400",
                                      "0x10", " 1",  "1 ",   "-1e9"};
    for (size_t k = 0; rules_score_kinds[k] != NULL; k++) {
        const RulesScoreKind *kind = rules_score_kinds[k];
        if (kind->whole != NULL)
            continue;
        for (const RulesColumn *c = kind->inputs; c->name != NULL; c++) {
            if (c->kind == RULES_COLUMN_TEXT)
                continue;
            for (size_t b = 0; b < G_N_ELEMENTS(bad); b++) {
                g_autoptr(GError) error = NULL;
                g_autofree char *set = g_strdup_printf("%s=%s", c->name, bad[b]);
                g_autofree char *start =
                    g_strdup_printf("t, row 1 (x): %s is \"%s\", expected ", c->name, bad[b]);
                g_autofree char *text = scores_row(kind->name, "", set);
                g_test_message("%s %s", kind->name, set);
                g_assert_null(scores_run(kind->name, text, &error));
                g_assert_true(g_str_has_prefix(error->message, start));
            }
        }
    }
}

static void
what_a_bad_cell_should_have_been_is_said(void)
{
    static const struct {
        const char *kind;
        const char *set;
        const char *says;
    } cases[] = {
        {"mews", "hr_per_min=351", "hr_per_min is \"351\", expected 0 to 350 /min or nothing"},
        {"mews", "avpu=C", "avpu is \"C\", expected one of A, V, P, U or nothing"},
        {"qsofa", "gcs=16", "gcs is \"16\", expected a whole number from 3 to 15 or nothing"},
        {"qsofa", "gcs=13.5", "gcs is \"13.5\", expected a whole number from 3 to 15 or nothing"},
        {"sofa", "resp_support=2",
         "resp_support is \"2\", expected a whole number from 0 to 1 or nothing"},
        {"indices", "fio2_1=1.5",
         "fio2_1 is \"1.5\", expected a fraction from 0.21 to 1, percent from 21 to 100 or "
         "nothing"},
        {"indices", "fio2_1=20.9",
         "fio2_1 is \"20.9\", expected a fraction from 0.21 to 1, percent from 21 to 100 or "
         "nothing"},
        {"apache2", "chronic=yes",
         "chronic is \"yes\", expected one of none, elective, nonoperative, emergency or nothing"},
        {"hrv", "rr_ms=800 0 790",
         "rr_ms: interval 2 is \"0\", expected milliseconds above 0 and up to 600000, blanks "
         "between them"},
        {"hrv", "rr_ms=800 1e400",
         "rr_ms: interval 2 is \"1e400\", expected milliseconds above 0 and up to 600000, blanks "
         "between them"},
        {"hrv", "rr_ms=80x",
         "rr_ms: interval 1 is \"80x\", expected milliseconds above 0 and up to 600000, blanks "
         "between them"},
        {"cinc2019", "labels_hourly=012;predictions_hourly=000",
         "labels_hourly: hour 3 is \"2\", expected 0 or 1 for each hour"},
        {"cinc2019", "labels_hourly=000;predictions_hourly=0x0",
         "predictions_hourly: hour 2 is \"x0\", expected 0 or 1 for each hour"},
        {"cinc2019", "labels_hourly=000;predictions_hourly=0000",
         "predictions_hourly has 4 hours, expected the 3 of labels_hourly"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *says = g_strconcat("t, row 1 (x): ", cases[i].says, NULL);
        g_autofree char *text = scores_row(cases[i].kind, "", cases[i].set);
        g_assert_null(scores_run(cases[i].kind, text, &error));
        g_assert_cmpstr(error->message, ==, says);
    }
}

static void
a_table_without_a_column_is_refused_and_one_without_rows_is_not(void)
{
    for (size_t k = 0; rules_score_kinds[k] != NULL; k++) {
        const RulesScoreKind *kind = rules_score_kinds[k];
        for (const RulesColumn *without = kind->inputs;; without++) {
            g_autoptr(GString) head = g_string_new("id");
            for (const RulesColumn *c = kind->inputs; c->name != NULL; c++)
                if (c != without)
                    g_string_append_printf(head, ",%s", c->name);
            g_string_append_c(head, '\n');
            g_autoptr(GError) error = NULL;
            g_autofree char *csv = scores_run(kind->name, head->str, &error);
            g_test_message("%s without %s", kind->name,
                           without->name != NULL ? without->name : "rows");
            if (without->name == NULL || without->optional) {
                g_assert_no_error(error);
                g_assert_cmpint(strcspn(csv, "\n") + 1, ==, strlen(csv));
            } else {
                g_autofree char *start = g_strdup_printf("t:1: no column \"%s\"; score %s reads ",
                                                         without->name, kind->name);
                g_assert_null(csv);
                g_assert_true(g_str_has_prefix(error->message, start));
            }
            if (without->name == NULL)
                break;
        }
    }
}

/* --- cohorts ------------------------------------------------------------------------- */

#define COHORT "cohort,patient,hour,SepsisLabel,PredictedLabel,PredictedProbability\n"
#define ANSWER "cohort,auroc,auprc,accuracy,f_measure,normalized_utility\n"

static void
cohorts_are_kept_apart_and_what_is_undefined_is_missing(void)
{
    static const char *const cases[][2] = {
        /* one well, one ill: each hour ranked and predicted rightly */
        {"a,1,0,0,0,0.1\na,1,1,0,0,0.2\na,2,0,0,0,0.3\na,2,1,1,1,0.9\n",
         "a,1.000000000000,1.000000000000,1.000000000000,1.000000000000,0.545454545455\n"},
        /* nobody ill: no curve, no utility to compare with; nothing positive: no F */
        {"a,1,0,0,0,0.1\na,1,1,0,0,0.2\nb,1,5,0,1,0.6\n",
         "a,,,1.000000000000,,\nb,,,0.000000000000,0.000000000000,\n"},
        /* nobody well in any hour: no curve either */
        {"a,1,0,1,1,0.5\n", "a,,,1.000000000000,1.000000000000,1.000000000000\n"},
        /* hours at a probability of 1 make the first point, hours at 0 are in none */
        {"a,1,0,1,1,1\na,1,1,0,0,0\n", "a,0.000000000000,0.000000000000,1.000000000000,"
                                       "1.000000000000,0.473684210526\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = g_strconcat(COHORT, cases[i][0], NULL);
        g_autofree char *expected = g_strconcat(ANSWER, cases[i][1], NULL);
        g_autofree char *found = scores_run("cinc2019-cohort", text, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(found, ==, expected);
    }
}

static void
a_bad_row_of_a_cohort_is_refused_with_its_place(void)
{
    static const char *const cases[][2] = {
        {"a,1,0,0,0,0.1\na,1,2,0,0,0.1\n",
         "t, row 2 (a): hour is \"2\", expected 1, the next of patient 1"},
        {"a,1,0,0,0,0.1\na,2,0,0,0,0.1\na,1,1,0,0,0.1\n",
         "t, row 3 (a): patient \"1\" comes again, expected all its rows together"},
        {"a,1,0,0,0,0.1\nb,1,0,0,0,0.1\na,2,0,0,0,0.1\n",
         "t, row 3 (a): cohort \"a\" comes again, expected all its rows together"},
        {"a,1,0,2,0,0.1\n",
         "t, row 1 (a): SepsisLabel is \"2\", expected a whole number from 0 to 1 or nothing"},
        {"a,1,0,0,,0.1\n", "t, row 1 (a): PredictedLabel is empty, expected a value in every row"},
        {"a,1,0,0,0,1.1\n",
         "t, row 1 (a): PredictedProbability is \"1.1\", expected 0 to 1 or nothing"},
        {"a,1,0,0,0,nan\n",
         "t, row 1 (a): PredictedProbability is \"nan\", expected 0 to 1 or nothing"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = g_strconcat(COHORT, cases[i][0], NULL);
        g_assert_null(scores_run("cinc2019-cohort", text, &error));
        g_assert_cmpstr(error->message, ==, cases[i][1]);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/cells/a_missing_input_leaves_the_score_between_bounds",
                    a_missing_input_leaves_the_score_between_bounds);
    g_test_add_func("/rules/cells/what_cannot_be_reckoned_is_missing",
                    what_cannot_be_reckoned_is_missing);
    g_test_add_func("/rules/cells/a_bad_cell_is_refused_with_its_place",
                    a_bad_cell_is_refused_with_its_place);
    g_test_add_func("/rules/cells/what_a_bad_cell_should_have_been_is_said",
                    what_a_bad_cell_should_have_been_is_said);
    g_test_add_func("/rules/cells/a_table_without_a_column_is_refused_and_one_without_rows_is_not",
                    a_table_without_a_column_is_refused_and_one_without_rows_is_not);
    g_test_add_func("/rules/cells/cohorts_are_kept_apart_and_what_is_undefined_is_missing",
                    cohorts_are_kept_apart_and_what_is_undefined_is_missing);
    g_test_add_func("/rules/cells/a_bad_row_of_a_cohort_is_refused_with_its_place",
                    a_bad_row_of_a_cohort_is_refused_with_its_place);
    return g_test_run();
}
