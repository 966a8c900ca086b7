/* What the cases of GDL2 ask and answer, in the words of our scores, and where
 * theirs and ours differ. Guidelines and labels are given by how they begin.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

typedef struct {
    const char *name;
    const char *kind; /* NULL: not one of ours */
    const char *base; /* what their guideline takes for granted; or why it is not ours */
    size_t cases;
} Guideline;

static const Guideline guidelines[] = {
    {"NEWS2.v1", "news2", "", 11},
    {"NEWS.v1", "news2", "spo2_scale=1", 1}, /* the charts of 2012 and 2017 agree here */
    {"MEWS.v1.2", "mews", "", 6},
    {"qSOFA.v1", "qsofa", "", 4},
    {"Quick_SOFA_guideline.v1", "qsofa", "", 1},
    {"SOFA.v1", "sofa", "", 9},
    {"SIRS_Sepsis_Septic_Shock_Criteria_guideline.v1", "sirs", "", 2},
    {"APACHE_II_calculator.v1.0.0", "apache2", "", 4},
    {"Horowitz_Index_for_Lung_Function_P_F_Ratio.v1", "indices", "", 4},
    {"Oxygenation_Index.v1", "indices", "", 6},
    {"MAP.v1", "indices", "", 5},
    {"Shock_Index.v1", "indices", "", 3},
    {"akin_classification_for_acute_kidney_injury.v1", "kdigo", "baseline_mg/dL=1", 3},
    {"mSOFA_Score_guideline.v1", NULL, "SOFA with jaundice for bilirubin and S/F bands of its own",
     2},
    {"PEWS.v1", NULL, "the Brighton score of three impressions, not Bedside PEWS", 2},
    {"SAPS-II_Score.v1", NULL, "no score of ours", 1},
    {"murray_score.v1", NULL, "no score of ours", 3},
    {"QTc_Calculation.v1", NULL, "no score of ours", 3},
    {"Pediatric_glasgow_coma_scale.v1", NULL, "an input of ours, charted as a sum", 4},
    {"Confusion_Assessment_Method_for_the_ICU_CAM_ICU.v1", NULL, "no score of ours", 2},
    {"FOUR_Full_Outline_of_UnResponsiveness_Score_guideline.v1", NULL, "no score of ours", 3},
    {"BPS.v1", NULL, "no score of ours", 6},
    {"CPOT.v1", NULL, "no score of ours", 6},
    {"Creatinine_Clearance_Cockcroft_Gault.v1", NULL, "no score of ours", 9},
};

typedef struct {
    const char *guideline; /* and label: how they begin */
    const char *label;
    const char *code;   /* in the value; NULL: any */
    const char *column; /* "": not an input of ours */
    const char *set;    /* NULL: the number of the value, in our unit */
} Input;

static const Input inputs[] = {
    {"NEWS2.v1", "Systolic", NULL, "sbp_mmHg", NULL},
    {"NEWS2.v1", "spO2", NULL, "spo2_pct", NULL},
    {"NEWS2.v1", "Heart rate", NULL, "hr_per_min", NULL},
    {"NEWS2.v1", "Temperature", NULL, "temp_Cel", NULL},
    {"NEWS2.v1", "Hypercapnic", "at0010", "spo2_scale", "1"},
    {"NEWS2.v1", "Hypercapnic", "at0011", "spo2_scale", "2"},
    {"NEWS2.v1", "Supplemental", "at0018", "on_oxygen", "0"},
    {"NEWS2.v1", "Supplemental", "at0019", "on_oxygen", "1"},
    {"NEWS2.v1", "Consciousness", "at0036", "acvpu", "A"},
    {"NEWS2.v1", "Consciousness", "at0037", "acvpu", "C"},
    {"NEWS2.v1", "Respiration", NULL, "rr_per_min", NULL},
    {"NEWS.v1", "AVPU", "at0007", "acvpu", "P"},
    {"NEWS.v1", "Temperature", NULL, "temp_Cel", NULL},
    {"NEWS.v1", "Systolic", NULL, "sbp_mmHg", NULL},
    {"NEWS.v1", "Rate", NULL, "hr_per_min", NULL},
    {"NEWS.v1", "SaO2", NULL, "spo2_pct", NULL},
    {"NEWS.v1", "Oxygen therapy", "at0007", "on_oxygen", "1"},
    {"NEWS.v1", "Respiration", NULL, "rr_per_min", NULL},
    {"MEWS", "Respiration", NULL, "rr_per_min", NULL},
    {"MEWS", "Pulse", NULL, "hr_per_min", NULL},
    {"MEWS", "Systolic", NULL, "sbp_mmHg", NULL},
    {"MEWS", "Temperature", NULL, "temp_Cel", NULL},
    {"MEWS", "AVPU", "at0005", "avpu", "A"},
    {"MEWS", "AVPU", "at0006", "avpu", "V"},
    {"MEWS", "AVPU", "at0007", "avpu", "P"},
    {"MEWS", "AVPU", "at0008", "avpu", "U"},
    {"MEWS", "New Confusion", NULL, "", NULL},      /* of their variant */
    {"MEWS", "Total urine output", NULL, "", NULL}, /* of their variant */
    {"qSOFA.v1", "Altered", "at0008", "gcs", "15"},
    {"qSOFA.v1", "Altered", "at0009", "gcs", "14"},
    {"qSOFA.v1", "Respiration", "at0010", "rr_per_min", "21"},
    {"qSOFA.v1", "Respiration", "at0011", "rr_per_min", "22"},
    {"qSOFA.v1", "Systolic", "at0012", "sbp_mmHg", "101"},
    {"qSOFA.v1", "Systolic", "at0013", "sbp_mmHg", "100"},
    {"Quick_SOFA", "Altered", "at0005", "gcs", "15"},
    {"Quick_SOFA", "Respiratory", "at0009", "rr_per_min", "22"},
    {"Quick_SOFA", "Systolic", "at0012", "sbp_mmHg", "100"},
    {"SOFA.v1", "GCS", NULL, "gcs", NULL},
    {"SOFA.v1", "Total Bilirubin", NULL, "bilirubin_mg/dL", NULL},
    {"SOFA.v1", "PaO2", NULL, "pao2_mmHg", NULL}, /* with FiO2: pf_mmHg */
    {"SOFA.v1", "FiO2", NULL, "fio2_1", NULL},
    {"SOFA.v1", "Platelet", NULL, "platelets_10*9/L", NULL},
    {"SOFA.v1", "Total urine output", NULL, "urine_mL/d", NULL},
    {"SOFA.v1", "Creatinine", NULL, "creatinine_mg/dL", NULL},
    {"SIRS", "Temp", "at0006", "temp_Cel", "38"},
    {"SIRS", "Heart rate", "at0009", "hr_per_min", "90"},
    {"SIRS", "Respiratory", "at0012", "rr_per_min", "20"},
    {"SIRS", "Respiratory", "at0013", "rr_per_min", "21"},
    {"SIRS", "WBC", "at0016", "wbc_10*9/L", "12.1"},
    {"SIRS", "Suspected", NULL, "", NULL}, /* infection is judged by people */
    {"APACHE_II", "GCS", NULL, "gcs", NULL},
    {"APACHE_II", "Temperature", "at0006", "temp_Cel", "38.4"},
    {"APACHE_II", "Temperature", "at0007", "temp_Cel", "34"},
    {"APACHE_II", "Temperature", "at0009", "temp_Cel", "40.9"},
    {"APACHE_II", "Temperature", "at0010", "temp_Cel", "29.9"},
    {"APACHE_II", "Mean", "at0012", "map_mmHg", "109"},
    {"APACHE_II", "Mean", "at0013", "map_mmHg", "110"},
    {"APACHE_II", "Mean", "at0015", "map_mmHg", "49"},
    {"APACHE_II", "Heart", "at0017", "hr_per_min", "109"},
    {"APACHE_II", "Heart", "at0018", "hr_per_min", "55"},
    {"APACHE_II", "Heart", "at0020", "hr_per_min", "180"},
    {"APACHE_II", "Respiratory", "at0022", "rr_per_min", "24"},
    {"APACHE_II", "Respiratory", "at0023", "rr_per_min", "25"},
    {"APACHE_II", "Respiratory", "at0024", "rr_per_min", "6"},
    {"APACHE_II", "Respiratory", "at0026", "rr_per_min", "5"},
    {"APACHE_II", "FiO", "at0029", "fio2_1", "0.49"},
    {"APACHE_II", "FiO", "at0030", "fio2_1", "0.5"},
    {"APACHE_II", "A-a", "at0037", "aado2_mmHg", "199"},
    {"APACHE_II", "PaO", "at0033", "pao2_mmHg", "61"},
    {"APACHE_II", "PaO", "at0035", "pao2_mmHg", "54"},
    {"APACHE_II", "Arterial", "at0042", "ph", "7.33"},
    {"APACHE_II", "Arterial", "at0043", "ph", "7.50"},
    {"APACHE_II", "Arterial", "at0046", "ph", "7.70"},
    {"APACHE_II", "Serum sodium", "at0048", "na_mmol/L", "149"},
    {"APACHE_II", "Serum sodium", "at0049", "na_mmol/L", "150"},
    {"APACHE_II", "Serum sodium", "at0050", "na_mmol/L", "129"},
    {"APACHE_II", "Serum sodium", "at0052", "na_mmol/L", "110"},
    {"APACHE_II", "Serum potassium", "at0054", "k_mmol/L", "5.4"},
    {"APACHE_II", "Serum potassium", "at0055", "k_mmol/L", "3.0"},
    {"APACHE_II", "Serum potassium", "at0058", "k_mmol/L", "7.0"},
    {"APACHE_II", "Serum creatinine", "at0060", "creatinine_mg/dL", "1.3"},
    {"APACHE_II", "Serum creatinine", "at0061", "creatinine_mg/dL", "1.5"},
    {"APACHE_II", "Serum creatinine", "at0063", "creatinine_mg/dL", "3.5"},
    {"APACHE_II", "Acute renal", "at0065", "acute_renal_failure", "0"},
    {"APACHE_II", "Acute renal", "at0066", "acute_renal_failure", "1"},
    {"APACHE_II", "Hematocrit", "at0068", "hct_pct", "45.9"},
    {"APACHE_II", "Hematocrit", "at0069", "hct_pct", "46"},
    {"APACHE_II", "Hematocrit", "at0070", "hct_pct", "20"},
    {"APACHE_II", "Hematocrit", "at0071", "hct_pct", "60"},
    {"APACHE_II", "White", "at0073", "wbc_10*9/L", "14.9"},
    {"APACHE_II", "White", "at0075", "wbc_10*9/L", "20"},
    {"APACHE_II", "White", "at0076", "wbc_10*9/L", "0.9"},
    {"APACHE_II", "Age", "at0080", "age_a", "44"},
    {"APACHE_II", "Age", "at0081", "age_a", "45"},
    {"APACHE_II", "Age", "at0084", "age_a", "75"},
    {"APACHE_II", "Chronic", "at0086", "chronic", "none"},
    {"APACHE_II", "Chronic", "at0087", "chronic", "elective"},
    {"APACHE_II", "Chronic", "at0088", "chronic", "nonoperative"},
    {"Horowitz", "PaO2", NULL, "pao2_mmHg", NULL},
    {"Horowitz", "FiO2", NULL, "fio2_1", NULL},
    {"Horowitz", "Is this a COVID-19", NULL, "", NULL}, /* changes their advice only */
    {"Oxygenation", "PaO2", NULL, "pao2_mmHg", NULL},
    {"Oxygenation", "PAW", NULL, "mean_paw_cmH2O", NULL},
    {"Oxygenation", "FiO", NULL, "fio2_1", NULL},
    {"MAP", "Systolic", NULL, "sbp_mmHg", NULL},
    {"MAP", "Diastolic", NULL, "dbp_mmHg", NULL},
    {"Shock", "Heart rate", NULL, "hr_per_min", NULL},
    {"Shock", "Systolic", NULL, "sbp_mmHg", NULL},
    {"akin", "Urine output", "at0007", "uo6h_mL/kg/h", "0.5"},
    {"akin", "Urine output", "at0008", "uo6h_mL/kg/h", "0.49"},
    {"akin", "Creatinine", "at0017", "creatinine_mg/dL", "1.49"},
    {"akin", "Creatinine", "at0018", "rise48h_mg/dL", "0.3"},
    {"akin", "Renal replacement", "at0015", "rrt", "0"},
};

typedef struct {
    const char *guideline;
    const char *label;
    const char *code;
    const char *answer; /* "": not an answer of ours */
    const char *word;   /* NULL: the number of the value */
} Output;

static const Output outputs[] = {
    {"NEWS2.v1", "Pulse", NULL, "hr", NULL},
    {"NEWS2.v1", "Temperature", NULL, "temp", NULL},
    {"NEWS2.v1", "Total score", NULL, "total", NULL},
    {"NEWS2.v1", "Systolic", NULL, "sbp", NULL},
    {"NEWS2.v1", "Respiratory rate", NULL, "rr", NULL},
    {"NEWS2.v1", "SpO2", NULL, "spo2", NULL},
    {"NEWS2.v1", "Clinical risk", "at0005", "risk", "low"},
    {"NEWS2.v1", "Clinical risk", "at0007", "risk", "medium"},
    {"NEWS2.v1", "Clinical risk", "at0008", "risk", "high"},
    {"NEWS2.v1", "Frequency", NULL, "", NULL}, /* follows from the risk */
    {"NEWS.v1", "Supplemental", NULL, "o2", NULL},
    {"NEWS.v1", "Level", NULL, "con", NULL},
    {"NEWS.v1", "Total score", NULL, "total", NULL},
    {"NEWS.v1", "Respiration", NULL, "rr", NULL},
    {"NEWS.v1", "Oxygen saturation", NULL, "spo2", NULL},
    {"NEWS.v1", "Body temperature", NULL, "temp", NULL},
    {"NEWS.v1", "Heart rate", NULL, "hr", NULL},
    {"NEWS.v1", "Systolic", NULL, "sbp", NULL},
    {"NEWS.v1", "NEWS Assessment", "at0007", "risk", "high"},
    {"NEWS.v1", "Frequency", NULL, "", NULL},
    {"MEWS", "Respiratory", NULL, "rr", NULL},
    {"MEWS", "Systolic", NULL, "sbp", NULL},
    {"MEWS", "Level", NULL, "avpu", NULL},
    {"MEWS", "Heart", NULL, "hr", NULL},
    {"MEWS", "Temperature", NULL, "temp", NULL},
    {"MEWS", "Total score", NULL, "total", NULL},
    {"MEWS", "Urine output", NULL, "", NULL}, /* of their variant */
    {"qSOFA.v1", "Total Score", NULL, "score", NULL},
    {"qSOFA.v1", "Risk assessment", NULL, "positive_ge2", NULL},
    {"Quick_SOFA", "qSOFA Score", NULL, "score", NULL},
    {"Quick_SOFA", "Risk group", "at0004", "positive_ge2", "1"},
    {"SOFA.v1", "GCS", NULL, "cns", NULL},
    {"SOFA.v1", "PF ratio", NULL, "resp", NULL},
    {"SOFA.v1", "Total score", NULL, "total", NULL},
    {"SOFA.v1", "MAP", NULL, "cardio", NULL},
    {"SOFA.v1", "BR", NULL, "liver", NULL},
    {"SOFA.v1", "Platlets", NULL, "coag", NULL},
    {"SOFA.v1", "Creatinine", NULL, "renal", NULL},
    {"SOFA.v1", "Carrico", NULL, "", NULL}, /* an input of ours */
    {"SOFA.v1", "Mortality", NULL, "", NULL},
    {"SIRS", "Total score", NULL, "score", NULL},
    {"SIRS", "Result", "at0041", "positive_ge2", "1"},
    {"SIRS", "Result", "at0045", "positive_ge2", "0"},
    {"APACHE_II", "Total APS", NULL, "aps", NULL},
    {"APACHE_II", "APACHE II score", NULL, "total", NULL},
    {"APACHE_II", "GCS adjusted", NULL, "gcs", NULL},
    {"APACHE_II", "Approximated", NULL, "", NULL}, /* mortality needs weights by diagnosis */
    {"Horowitz", "Calculate", NULL, "pf", NULL},
    {"Horowitz", "Horowitz index", "at0014", "berlin_pf_class", "none"},
    {"Horowitz", "Horowitz index", "at0016", "berlin_pf_class", "moderate"},
    {"Horowitz", "Horowitz index", "at0017", "berlin_pf_class", "severe"},
    {"Horowitz", "ARDS", "at0025", "berlin_pf_class", "none"},
    {"Horowitz", "ARDS", "at0027", "berlin_pf_class", "moderate"},
    {"Horowitz", "ARDS", "at0028", "berlin_pf_class", "severe"},
    {"Horowitz", "Mortality", NULL, "", NULL},
    {"Oxygenation", "Oxygenation index", NULL, "oi", NULL},
    {"Oxygenation", "Warning", NULL, "", NULL},
    {"Oxygenation", "PaO2 [mmHg]", NULL, "", NULL}, /* their change of units */
    {"Oxygenation", "PAW [mmHg]", NULL, "", NULL},
    {"MAP", "Mean Arterial", NULL, "map_mmHg", NULL},
    {"Shock", "Shock Index", NULL, "si", NULL},
    {"akin", "Stage", "at0004", "stage", "0"},
    {"akin", "Stage", "at0005", "stage", "1"},
};

typedef struct {
    const char *id;     /* guideline/case */
    const char *answer; /* or the column that is refused */
    const char *peer;
    const char *ours; /* "refused": the cell is */
    const char *why;
} Difference;

#define AS_NOUGHT "a missing input counts as nought there"
#define A_PART    "the total is unknown while a part is"
#define IN_MMHG   "they turn the airway pressure into mm[Hg]; the index is one of cm[H2O]"

static const Difference differences[] = {
    {"MEWS.v1.2/3", "hr", "0", "", AS_NOUGHT},
    {"MEWS.v1.2/3", "total", "8", "", A_PART},
    {"MEWS.v1.2/5", "total", "13", "12", "their variant adds a point for urine"},
    {"MEWS.v1.2/6", "temp", "0", "", AS_NOUGHT},
    {"MEWS.v1.2/6", "total", "6", "", A_PART},
    {"SOFA.v1/0", "cns", "0", "", AS_NOUGHT},
    {"SOFA.v1/0", "resp", "0", "", AS_NOUGHT},
    {"SOFA.v1/0", "total", "0", "", A_PART},
    {"SOFA.v1/0", "cardio", "0", "", AS_NOUGHT},
    {"SOFA.v1/0", "liver", "0", "", AS_NOUGHT},
    {"SOFA.v1/0", "coag", "0", "", AS_NOUGHT},
    {"SOFA.v1/0", "renal", "0", "", AS_NOUGHT},
    {"SOFA.v1/2", "total", "2", "", A_PART},
    {"SOFA.v1/2", "cardio", "0", "", AS_NOUGHT},
    {"SOFA.v1/2", "renal", "0", "", AS_NOUGHT},
    {"SOFA.v1/3", "total", "5", "", A_PART},
    {"SOFA.v1/3", "cardio", "0", "", AS_NOUGHT},
    {"SOFA.v1/3", "renal", "0", "", AS_NOUGHT},
    {"SOFA.v1/4", "total", "8", "", A_PART},
    {"SOFA.v1/4", "cardio", "0", "", AS_NOUGHT},
    {"SOFA.v1/4", "renal", "0", "", AS_NOUGHT},
    {"SOFA.v1/6", "cns", "0", "", AS_NOUGHT},
    {"SOFA.v1/6", "total", "0", "", A_PART},
    {"SOFA.v1/6", "cardio", "0", "", AS_NOUGHT},
    {"SOFA.v1/6", "liver", "0", "", AS_NOUGHT},
    {"SOFA.v1/6", "renal", "0", "", AS_NOUGHT},
    {"SOFA.v1/7", "cns", "0", "", AS_NOUGHT},
    {"SOFA.v1/7", "total", "1", "", A_PART},
    {"SOFA.v1/7", "cardio", "0", "", AS_NOUGHT},
    {"SOFA.v1/7", "liver", "0", "", AS_NOUGHT},
    {"SOFA.v1/7", "coag", "0", "", AS_NOUGHT},
    {"SOFA.v1/7", "renal", "0", "", AS_NOUGHT},
    {"SOFA.v1/10", "cns", "0", "", AS_NOUGHT},
    {"SOFA.v1/10", "resp", "4", "",
     "100 is not below 100, and 3 or 4 points need support, which is not said"},
    {"SOFA.v1/10", "total", "4", "", A_PART},
    {"SOFA.v1/10", "cardio", "0", "", AS_NOUGHT},
    {"SOFA.v1/10", "liver", "0", "", AS_NOUGHT},
    {"SOFA.v1/10", "coag", "0", "", AS_NOUGHT},
    {"SOFA.v1/10", "renal", "0", "", AS_NOUGHT},
    {"SOFA.v1/11", "gcs", "16", "refused", "no sum of three parts is above 15"},
    {"SOFA.v1/11", "cns", "0", "", AS_NOUGHT},
    {"SOFA.v1/11", "total", "11", "", A_PART},
    {"SOFA.v1/11", "cardio", "0", "", AS_NOUGHT},
    {"SOFA.v1/11", "renal", "3", "", "creatinine is missing: 3 by urine, 4 is possible"},
    {"SOFA.v1/12", "gcs", "16", "refused", "no sum of three parts is above 15"},
    {"SOFA.v1/12", "cns", "0", "", AS_NOUGHT},
    {"SOFA.v1/12", "total", "8", "", A_PART},
    {"SOFA.v1/12", "cardio", "0", "", AS_NOUGHT},
    {"Oxygenation_Index.v1/1", "fio2_1", "15", "refused",
     "no breath has less than 21 % or more than 100 %"},
    {"Oxygenation_Index.v1/1", "oi", "3.8", "", "FiO2 is missing: refused above"},
    {"Oxygenation_Index.v1/2", "fio2_1", "101", "refused", "they warn and give no index"},
    {"Oxygenation_Index.v1/6", "oi", "52.5", "71.4", IN_MMHG},
    {"Oxygenation_Index.v1/8", "oi", "2100.0", "2855.0", IN_MMHG},
    {"Oxygenation_Index.v1/10", "oi", "2.6", "3.5", IN_MMHG},
};
