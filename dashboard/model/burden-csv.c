/* The burden as tables, for other programs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/clock.h"
#include "dashboard/model/burden-report.h"
#include "dashboard/model/csv.h"

static void
put_row(GString *out, const char *by, const char *name, const DashBurdenRow *r)
{
    g_string_append_printf(out, "%s,", by);
    dash_csv_text(out, name);
    g_string_append_printf(out, ",%u", r->alarms);
    dash_csv_number(out, "%.2f", r->per_bed_day);
    dash_csv_number(out, "%.4f", r->share);
    for (int p = VICU__PRIORITY__PRIORITY_HIGH; p >= VICU__PRIORITY__PRIORITY_ADVISORY; p--)
        g_string_append_printf(out, ",%u", r->by_priority[p]);
    g_string_append_printf(out, ",%u,%u,%u", r->technical, r->merged, r->vetoed);
    dash_csv_number(out, "%.1f", r->median_s);
    dash_csv_number(out, "%.1f", r->p90_s);
    g_string_append_printf(out, ",%u", r->answered);
    for (size_t i = 0; i < DASH_BURDEN_WITHIN; i++)
        g_string_append_printf(out, ",%u", r->within[i]);
    dash_csv_number(out, "%.1f", r->answer_median_s);
    dash_csv_number(out, "%.1f", r->answer_p90_s);
    g_string_append_printf(out, ",%u,%u,%u,%d\n", r->acted, r->watched, r->not_actionable,
                           r->top ? 1 : 0);
}

static void
put_table(GString *out, const char *by, const GArray *rows)
{
    for (guint i = 0; i < rows->len; i++) {
        const DashBurdenRow *row = &g_array_index(rows, DashBurdenRow, i);
        put_row(out, by, row->name, row);
    }
}

static void
put_alarms(GString *out, const DashBurden *burden, const DashBurdenReport *report)
{
    g_autoptr(GArray) all = dash_burden_occurrences(burden, NULL, NULL, report->from_us,
                                                    report->to_us, DASH_BURDEN_RECORDS_MAX);
    g_string_append(out, "\nbed,rule,priority,technical,merged,vetoed,count,raised,ended,answered,"
                         "answer\n");
    for (guint i = 0; i < all->len; i++) {
        const DashBurdenAlarm *a = &g_array_index(all, DashBurdenAlarm, i);
        dash_csv_text(out, a->bed);
        g_string_append_c(out, ',');
        dash_csv_text(out, a->rule);
        g_string_append_printf(out, ",%d,%d,%d,%d,%u", (int)a->priority, a->technical, a->merged,
                               a->vetoed, a->count);
        dash_csv_time(out, a->raised_us);
        dash_csv_time(out, a->ended_us);
        dash_csv_time(out, a->answered_us);
        g_string_append_printf(out, ",%s\n", dash_answer_word(a->answer));
    }
}

char *
dash_burden_csv(const DashBurden *burden, const DashBurdenReport *report)
{
    GString *out = g_string_new("from,to,whole,beds,bed_days,top_beds,top_share,times_187\n");
    g_autofree char *from = vicu_time_format(report->from_us);
    g_autofree char *to = vicu_time_format(report->to_us);
    g_string_append_printf(out, "%s,%s,%d,%u", from, to, report->whole, report->n_beds);
    dash_csv_number(out, "%.3f", report->bed_days);
    g_string_append_printf(out, ",%u", report->top_beds);
    dash_csv_number(out, "%.4f", report->top_share);
    dash_csv_number(out, "%.3f", dash_burden_times_drew(report));
    g_string_append(out, "\n\nby,name,alarms,per_bed_day,share,high,medium,low,advisory,technical,"
                         "merged,vetoed,median_s,p90_s,answered,within_10s,within_1min,"
                         "within_5min,within_15min,answer_median_s,answer_p90_s,acted,watched,"
                         "not_actionable,top_tenth\n");
    put_row(out, "all", "", &report->all);
    put_table(out, "bed", report->beds);
    put_table(out, "input", report->inputs);
    put_table(out, "rule", report->rules);
    for (int h = 0; h < 24; h++) {
        char name[3];
        g_snprintf(name, sizeof name, "%02d", h);
        put_row(out, "hour", name, &report->hour[h]);
    }
    put_alarms(out, burden, report);
    return g_string_free(out, FALSE);
}
