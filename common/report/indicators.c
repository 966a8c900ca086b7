/* The fifteen national quality indicators of intensive care. See report.h.
 *
 * The list is that of China's National Health and Family Planning Commission, 2015 (quality control
 * indicators of critical care medicine); its formulas are given here in our own words. One is
 * computed only where both its numerator and its denominator are recorded: no indicator is, with
 * what connected systems send today, and each says what it lacks. What is recorded of them stands
 * apart.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/report/report-inner.h"

#define DAY_US (86400 * (int64_t)G_USEC_PER_SEC)

typedef struct {
    const char *name, *chinese, *formula, *value;
} Indicator;

#define LACKS(what) "not computed: needs " what ", which no connected system sends"
#define HOSPITAL    "totals of the hospital's administration"
#define DIAGNOSIS   "diagnosis of septic shock with its time"
#define TUBES       "insertion, removal and reason of removal of tubes"
#define TRANSFERS   "where a patient came from and went to, and whether that was planned"
#define INFECTION                                                                                  \
    "infections as the hospital's surveillance has confirmed them, and days of the device"

static const Indicator indicators[] = {
    {"ICU admission rate and ICU bed-day rate", "ICU患者收治率和ICU患者收治床日率",
     "ICU patients / all in-patients of the hospital; ICU bed-days / all bed-days of the hospital",
     LACKS(HOSPITAL)},
    {"Share with APACHE II of 15 and more", "APACHE II评分≥15分患者收治率(入ICU 24小时内)",
     "patients with APACHE II >= 15 within 24 h of admission / all ICU patients",
     LACKS("APACHE II of each patient within 24 h")},
    {"3 h bundle of septic shock", "感染性休克3h集束化治疗完成率",
     "patients admitted with septic shock whose 3 h bundle was completed / all admitted with it",
     LACKS(DIAGNOSIS ", times of lactate, cultures, antibiotics and fluids given")},
    {"6 h bundle of septic shock", "感染性休克6h集束化治疗完成率",
     "patients admitted with septic shock whose 6 h bundle was completed / all admitted with it",
     LACKS(DIAGNOSIS ", times of lactate, cultures, antibiotics, fluids and vasopressors given")},
    {"Sample for microbiology before antibiotics", "ICU抗菌药物治疗前病原学送检率",
     "patients with a sample sent before therapeutic antibiotics / all with therapeutic "
     "antibiotics",
     LACKS("orders of antibiotics and samples with their times")},
    {"Prevention of deep vein thrombosis", "ICU深静脉血栓(DVT)预防率",
     "patients with prophylaxis of DVT / all ICU patients", LACKS("orders of prophylaxis")},
    {"Predicted mortality", "ICU患者预计病死率",
     "sum of the predicted risks of death of all ICU patients / number of ICU patients",
     LACKS("APACHE II with its diagnostic weight of each patient")},
    {"Standardised mortality index", "ICU患者标化病死指数",
     "observed mortality of ICU patients / predicted mortality",
     LACKS("deaths, and the predicted mortality above")},
    {"Unplanned extubation", "ICU非计划气管插管拔管率",
     "unplanned extubations / all extubations of ICU patients", LACKS(TUBES)},
    {"Reintubation within 48 h", "ICU气管插管拔管后48h内再插管率",
     "planned extubations with reintubation within 48 h / all extubations of ICU patients",
     LACKS(TUBES)},
    {"Unplanned admission to the ICU", "非计划转入ICU率",
     "unplanned transfers to the ICU (no early warning before, or decided on only after "
     "anaesthesia "
     "had begun) / all transfers to the ICU",
     LACKS(TRANSFERS)},
    {"Return to the ICU within 48 h", "转出ICU后48h内重返率",
     "patients back within 48 h of leaving the ICU / all who left it for another ward",
     LACKS(TRANSFERS)},
    {"Ventilator-associated pneumonia", "ICU呼吸机相关性肺炎(VAP)发病率",
     "cases of VAP / days of invasive ventilation x 1000", LACKS(INFECTION)},
    {"Catheter-related bloodstream infection", "ICU血管内导管相关血流感染(CRBSI)发病率",
     "cases of CRBSI / days of vascular catheters x 1000", LACKS(INFECTION)},
    {"Catheter-associated urinary tract infection", "ICU导尿管相关泌尿系感染(CAUTI)发病率",
     "cases of CAUTI / days of urinary catheters x 1000", LACKS(INFECTION)},
};

static const VicuColumn columns[] = {
    {"number", "No.", "", VICU_COLUMN_PLAIN, -1},
    {"name", "Indicator", "", VICU_COLUMN_PLAIN, -1},
    {"name_zh", "指标", "", VICU_COLUMN_PLAIN, -1},
    {"formula", "Formula", "", VICU_COLUMN_PLAIN, -1},
    {"value", "Value", "", VICU_COLUMN_PLAIN, -1},
};

static const VicuColumn input_columns[] = {
    {"unit", "Unit", "", VICU_COLUMN_PLAIN, -1},
    {"beds", "Beds with data", "", VICU_COLUMN_BEDS, -1},
    {"bed_days", "Observed", "bed-days", VICU_COLUMN_PLAIN, -1},
    {"admitted", "Admitted at the bed desk", "", VICU_COLUMN_COUNT, -1},
    {"discharged", "Discharged at the bed desk", "", VICU_COLUMN_COUNT, -1},
};

static unsigned
acts_of(const VicuHistory *history, const VicuReportAsk *ask, const char *unit, const char *what)
{
    const GPtrArray *acts = vicu_history_acts(history);
    unsigned n = 0;

    for (guint i = 0; i < acts->len; i++) {
        const VicuPastAct *act = acts->pdata[i];
        g_autofree char *of = vicu_unit_of(act->bed);
        n += strcmp(act->what, what) == 0 && vicu_ask_takes(ask, act->bed, act->t_us)
             && (unit == NULL || strcmp(of, unit) == 0);
    }
    return n;
}

static void
put_inputs(VicuTable *table, VicuHistory *history, const VicuReportAsk *ask, const char *unit)
{
    const GPtrArray *beds = vicu_history_beds(history);
    VicuCell *row = vicu_table_row(table);
    int64_t sum_us = 0;
    unsigned n = 0;

    for (guint i = 0; i < beds->len; i++) {
        g_autofree char *of = vicu_unit_of(beds->pdata[i]);
        if ((unit != NULL && strcmp(of, unit) != 0)
            || !vicu_ask_takes(ask, beds->pdata[i], ask->from_us))
            continue;
        int64_t us = vicu_history_observed_us(history, beds->pdata[i], ask->from_us, ask->to_us);
        sum_us += us;
        n += us > 0;
    }
    vicu_cell_text(&row[0], unit != NULL ? unit : "all");
    vicu_cell_count(&row[1], n);
    vicu_cell_number(&row[2], (double)sum_us / (double)DAY_US);
    vicu_cell_count(&row[3], acts_of(history, ask, unit, "admit"));
    vicu_cell_count(&row[4], acts_of(history, ask, unit, "discharge"));
}

VicuReport *
vicu_report_indicators(VicuHistory *history, const VicuReportAsk *ask)
{
    VicuReport *report = vicu_report_new("indicators", "National quality indicators of the ICU",
                                         ask->from_us, ask->to_us);
    VicuTable *table =
        vicu_report_table(report, "indicators", "The fifteen indicators",
                          "each as its row says; a value only where numerator and denominator are "
                          "both recorded: none is estimated",
                          columns, G_N_ELEMENTS(columns));

    for (guint i = 0; i < G_N_ELEMENTS(indicators); i++) {
        VicuCell *row = vicu_table_row(table);
        vicu_cell_number(&row[0], i + 1);
        vicu_cell_text(&row[1], indicators[i].name);
        vicu_cell_text(&row[2], indicators[i].chinese);
        vicu_cell_text(&row[3], indicators[i].formula);
        vicu_cell_text(&row[4], indicators[i].value);
    }
    g_autoptr(GPtrArray) units = vicu_report_units(history, ask);
    VicuTable *inputs = vicu_report_table(report, "inputs", "What is recorded here of their inputs",
                                          "bed-days = time in which at least one stream of the bed "
                                          "had data / 24 h: of monitored beds, "
                                          "not of the hospital's count at midnight; admissions and "
                                          "discharges as the bed desk was told",
                                          input_columns, G_N_ELEMENTS(input_columns));
    for (guint u = 0; u < units->len; u++)
        if (*(const char *)units->pdata[u] != '\0')
            put_inputs(inputs, history, ask, units->pdata[u]);
    put_inputs(inputs, history, ask, NULL);
    inputs->has_total = true;
    vicu_report_observe(report, history, ask);
    return report;
}
