/* The burden of alarms by unit and day. See report.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/report/report-inner.h"

#define DAY_US (86400 * (int64_t)G_USEC_PER_SEC)

typedef struct {
    unsigned beds, alarms, high, medium, low, technical;
    unsigned answered, verdicts, not_actionable;
    unsigned records; /* alarms without their repetitions: what answers are shares of */
    int64_t observed_us, time_us;
} Sum;

enum {
    C_UNIT,
    C_DAY,
    C_BEDS,
    C_DAYS,
    C_UNOBSERVED,
    C_ALARMS,
    C_HIGH,
    C_MEDIUM,
    C_LOW,
    C_TECHNICAL,
    C_RATE,
    C_RECORDS,
    C_ANSWERED,
    C_ANSWERED_SHARE,
    C_VERDICTS,
    C_NOT_ACTIONABLE,
    C_NOT_ACTIONABLE_SHARE,
    C_N
};

static const VicuColumn columns[C_N] = {
    {"unit", "Unit", "", VICU_COLUMN_PLAIN, -1},
    {"day", "Day", "", VICU_COLUMN_PLAIN, -1},
    {"beds", "Beds with data", "", VICU_COLUMN_BEDS, -1},
    {"bed_days", "Observed", "bed-days", VICU_COLUMN_PLAIN, -1},
    {"not_observed", "Not observed", "%", VICU_COLUMN_PLAIN, -1},
    {"alarms", "Alarms", "", VICU_COLUMN_WHOLE, -1},
    {"high", "High", "", VICU_COLUMN_PART, -1},
    {"medium", "Medium", "", VICU_COLUMN_PART, -1},
    {"low", "Low", "", VICU_COLUMN_PART, -1},
    {"technical", "Technical", "", VICU_COLUMN_PART, -1},
    {"per_bed_day", "Per bed-day", "1/d", VICU_COLUMN_PLAIN, C_ALARMS},
    {"records", "To be answered", "", VICU_COLUMN_COUNT, C_ALARMS},
    {"answered", "Answered", "", VICU_COLUMN_COUNT, C_RECORDS},
    {"answered_share", "Answered", "%", VICU_COLUMN_PLAIN, C_ANSWERED},
    {"verdicts", "With a verdict", "", VICU_COLUMN_COUNT, C_ANSWERED},
    {"not_actionable", "Not actionable", "", VICU_COLUMN_COUNT, C_VERDICTS},
    {"not_actionable_share", "Not actionable", "%", VICU_COLUMN_PLAIN, C_NOT_ACTIONABLE},
};

static bool
has_verdict(const VicuPastAlarm *a)
{
    return a->answered_us > 0 && a->answer != VICU__ANSWER__ANSWER_SEEN;
}

static bool
is_not_actionable(const VicuPastAlarm *a)
{
    return a->answered_us > 0 && a->answer == VICU__ANSWER__ANSWER_NOT_ACTIONABLE;
}

static void
add_alarm(Sum *sum, const VicuPastAlarm *a)
{
    sum->alarms += a->count;
    sum->records++;
    if (a->technical)
        sum->technical += a->count;
    else if (a->priority >= VICU__PRIORITY__PRIORITY_HIGH)
        sum->high += a->count;
    else if (a->priority == VICU__PRIORITY__PRIORITY_MEDIUM)
        sum->medium += a->count;
    else
        sum->low += a->count;
    sum->answered += a->answered_us > 0;
    sum->verdicts += has_verdict(a);
    sum->not_actionable += is_not_actionable(a);
}

static void
put_row(VicuTable *table, const char *unit, const char *day, const Sum *sum)
{
    VicuCell *row = vicu_table_row(table);
    double bed_days = (double)sum->observed_us / DAY_US;

    vicu_cell_text(&row[C_UNIT], unit[0] != '\0' ? unit : "(installation)");
    vicu_cell_text(&row[C_DAY], day);
    if (unit[0] != '\0') {
        vicu_cell_count(&row[C_BEDS], sum->beds);
        vicu_cell_number(&row[C_DAYS], bed_days);
    }
    vicu_cell_percent(&row[C_UNOBSERVED], (double)(sum->time_us - sum->observed_us),
                      (double)sum->time_us);
    /* Where nothing was watched no alarm could be: that is no zero. */
    if (sum->observed_us == 0 && sum->alarms == 0)
        return;
    vicu_cell_count(&row[C_ALARMS], sum->alarms);
    vicu_cell_count(&row[C_HIGH], sum->high);
    vicu_cell_count(&row[C_MEDIUM], sum->medium);
    vicu_cell_count(&row[C_LOW], sum->low);
    vicu_cell_count(&row[C_TECHNICAL], sum->technical);
    if (bed_days > 0)
        vicu_cell_number(&row[C_RATE], sum->alarms / bed_days);
    vicu_cell_count(&row[C_RECORDS], sum->records);
    vicu_cell_count(&row[C_ANSWERED], sum->answered);
    vicu_cell_percent(&row[C_ANSWERED_SHARE], sum->answered, sum->records);
    vicu_cell_count(&row[C_VERDICTS], sum->verdicts);
    vicu_cell_count(&row[C_NOT_ACTIONABLE], sum->not_actionable);
    vicu_cell_percent(&row[C_NOT_ACTIONABLE_SHARE], sum->not_actionable, sum->verdicts);
}

static void
add_time(Sum *sum, VicuHistory *history, const char *unit, int64_t from_us, int64_t to_us)
{
    const GPtrArray *beds = vicu_history_beds(history);

    for (guint i = 0; i < beds->len; i++) {
        g_autofree char *of = vicu_unit_of(beds->pdata[i]);
        if (unit != NULL && strcmp(of, unit) != 0)
            continue;
        int64_t observed_us = vicu_history_observed_us(history, beds->pdata[i], from_us, to_us);
        sum->observed_us += observed_us;
        sum->beds += observed_us > 0;
        sum->time_us += to_us - from_us;
    }
}

static int
by_word(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Of beds and of alarms; "" where the installation had alarms of its own. Sorted. */
GPtrArray *
vicu_report_units(VicuHistory *history, const VicuReportAsk *ask)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GPtrArray *units = g_ptr_array_new_with_free_func(g_free);
    const GPtrArray *beds = vicu_history_beds(history);
    const GPtrArray *alarms = vicu_history_alarms(history);
    GHashTableIter iter;
    gpointer key;

    for (guint i = 0; i < beds->len; i++)
        if (vicu_ask_takes(ask, beds->pdata[i], ask->from_us))
            g_hash_table_add(seen, vicu_unit_of(beds->pdata[i]));
    for (guint i = 0; i < alarms->len; i++) {
        const VicuPastAlarm *a = alarms->pdata[i];
        if (vicu_past_alarm_calls(a) && vicu_ask_takes(ask, a->bed, a->raised_us))
            g_hash_table_add(seen, vicu_unit_of(a->bed));
    }
    g_hash_table_iter_init(&iter, seen);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        g_ptr_array_add(units, g_strdup(key));
    g_ptr_array_sort(units, by_word);
    return units;
}

static void
by_unit_and_day(VicuReport *report, VicuHistory *history, const VicuReportAsk *ask)
{
    VicuTable *table = vicu_report_table(
        report, "burden", "Alarms by unit and day",
        "alarms = alarms of low priority and above that were told by themselves, raised in the "
        "time, repetitions of a latched one included; technical ones apart; per bed-day = alarms "
        "/ observed bed-days; observed = time in which at least one stream of the bed had data; "
        "answered % = acknowledged by a person / to be answered (each alarm once); not actionable "
        "% = answers \"not actionable\" / answers that say what follows",
        columns, C_N);
    g_autoptr(GArray) days = vicu_days_of(ask);
    g_autoptr(GPtrArray) units = vicu_report_units(history, ask);
    const GPtrArray *alarms = vicu_history_alarms(history);
    guint n_days = days->len - 1;
    g_autofree Sum *sums = g_new0(Sum, units->len * n_days + 1);
    Sum all = {0};

    for (guint u = 0; u < units->len; u++)
        for (guint d = 0; d < n_days; d++)
            add_time(&sums[u * n_days + d], history, units->pdata[u],
                     g_array_index(days, int64_t, d), g_array_index(days, int64_t, d + 1));
    for (guint i = 0, d = 0; i < alarms->len; i++) {
        const VicuPastAlarm *a = alarms->pdata[i];
        guint u = 0;
        if (!vicu_past_alarm_calls(a) || !vicu_ask_takes(ask, a->bed, a->raised_us))
            continue;
        g_autofree char *unit = vicu_unit_of(a->bed);
        while (strcmp(units->pdata[u], unit) != 0)
            u++;
        while (a->raised_us >= g_array_index(days, int64_t, d + 1))
            d++;
        add_alarm(&sums[u * n_days + d], a);
        add_alarm(&all, a);
    }
    for (guint i = 0; i < units->len * n_days; i++) {
        g_autofree char *day = vicu_day_name(g_array_index(days, int64_t, i % n_days), ask->zone);
        put_row(table, units->pdata[i / n_days], day, &sums[i]);
    }
    add_time(&all, history, ask->unit, ask->from_us, ask->to_us);
    put_row(table, "all", "all", &all);
    table->has_total = true;
}

/* ---- why not actionable ---- */

static const VicuColumn reason_columns[] = {
    {"reason", "Reason", "", VICU_COLUMN_PLAIN, -1},
    {"answers", "Answers", "", VICU_COLUMN_COUNT, -1},
    {"share", "Share", "%", VICU_COLUMN_PLAIN, 1},
};

static void
reasons(VicuReport *report, VicuHistory *history, const VicuReportAsk *ask)
{
    static const char *const words[] = {"in words",        "artefact", "care of the patient",
                                        "known, accepted", "limit",    "device or probe",
                                        "being treated"};
    VicuTable *table =
        vicu_report_table(report, "not_actionable", "Why alarms were not actionable",
                          "share = answers with this reason / all answers \"not actionable\"",
                          reason_columns, G_N_ELEMENTS(reason_columns));
    const GPtrArray *alarms = vicu_history_alarms(history);
    unsigned n[G_N_ELEMENTS(words)] = {0}, all = 0;

    for (guint i = 0; i < alarms->len; i++) {
        const VicuPastAlarm *a = alarms->pdata[i];
        if (!vicu_past_alarm_calls(a) || !is_not_actionable(a)
            || !vicu_ask_takes(ask, a->bed, a->raised_us))
            continue;
        n[(unsigned)a->because < G_N_ELEMENTS(words) ? (unsigned)a->because : 0]++;
        all++;
    }
    for (unsigned i = 0; i <= G_N_ELEMENTS(words); i++) {
        VicuCell *row = vicu_table_row(table);
        bool total = i == G_N_ELEMENTS(words);
        vicu_cell_text(&row[0], total ? "all" : words[i]);
        vicu_cell_count(&row[1], total ? all : n[i]);
        vicu_cell_percent(&row[2], total ? all : n[i], all);
    }
    table->has_total = true;
}

VicuReport *
vicu_report_burden(VicuHistory *history, const VicuReportAsk *ask)
{
    VicuReport *report = vicu_report_new("burden", "Burden of alarms", ask->from_us, ask->to_us);

    by_unit_and_day(report, history, ask);
    reasons(report, history, ask);
    vicu_report_put_floods(report, history, ask);
    vicu_report_put_rules(report, history, ask);
    vicu_report_put_beds(report, history, ask);
    vicu_report_observe(report, history, ask);
    return report;
}
