/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "common/json.h"
#include "rules/replay/said.h"

static void
put_row(VicuJson *json, const RulesReportRow *r)
{
    vicu_json_begin_object(json, NULL);
    if (r->bed)
        vicu_json_text(json, "bed", r->bed);
    vicu_json_text(json, "rule", r->rule);
    vicu_json_bool(json, "technical", r->technical);
    vicu_json_integer(json, "alarms", r->alarms);
    vicu_json_integer(json, "merged", r->merged);
    if (!r->bed)
        vicu_json_integer(json, "beds", r->beds);
    vicu_json_number(json, "per_bed_day", r->per_bed_day);
    if (!r->bed) {
        vicu_json_number(json, "bed_median", r->bed_median);
        vicu_json_number(json, "bed_p90", r->bed_p90);
        vicu_json_number(json, "top_tenth_share", r->top_share);
    }
    vicu_json_number(json, "median_s", r->median_s);
    vicu_json_number(json, "p90_s", r->p90_s);
    vicu_json_number(json, "under_15_s_share", r->short_share);
    vicu_json_number(json, "unknown_s", r->unknown_s);
    vicu_json_end(json);
}

static void
put_rows(VicuJson *json, const char *key, const GArray *rows)
{
    vicu_json_begin_array(json, key);
    for (guint i = 0; i < rows->len; i++)
        put_row(json, &g_array_index(rows, RulesReportRow, i));
    vicu_json_end(json);
}

static void
put_sum(VicuJson *json, const RulesReport *report)
{
    RulesReportSum sum = rules_report_sum(report);
    vicu_json_begin_object(json, "told");
    for (int p = RULES_PRIORITY_HIGH; p >= RULES_PRIORITY_ADVISORY; p--)
        vicu_json_integer(json, rules_said_priority(p), sum.alarms[p]);
    vicu_json_integer(json, "technical", sum.technical);
    vicu_json_integer(json, "merged", sum.merged);
    vicu_json_end(json);
    vicu_json_begin_array(json, "by_hour");
    for (int h = 0; h < 24; h++)
        vicu_json_integer(json, NULL, sum.by_hour[h]);
    vicu_json_end(json);
}

static void
put_pairs(VicuJson *json, const RulesReport *report)
{
    g_autoptr(GArray) pairs = rules_report_pairs(report);
    vicu_json_begin_array(json, "pairs");
    for (guint i = 0; i < pairs->len; i++) {
        const RulesReportPair *p = &g_array_index(pairs, RulesReportPair, i);
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "rule", p->rule);
        vicu_json_bool(json, "technical", p->technical);
        vicu_json_text(json, "other", p->other);
        vicu_json_bool(json, "other_technical", p->other_technical);
        vicu_json_integer(json, "times", p->times);
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

static void
put_set(VicuJson *json, const char *key, const RulesReport *report, const RulesSet *set, bool raw)
{
    g_autoptr(GArray) rows = rules_report_rows(report);
    g_autoptr(GArray) bed_rows = rules_report_bed_rows(report);
    vicu_json_begin_object(json, key);
    vicu_json_text(json, "name", rules_set_name(set));
    vicu_json_integer(json, "version", rules_set_version(set));
    vicu_json_text(json, "hash", rules_set_hash(set));
    vicu_json_bool(json, "raw", raw);
    vicu_json_integer(json, "beds", rules_report_beds(report));
    vicu_json_number(json, "bed_days", rules_report_bed_days(report));
    put_sum(json, report);
    put_rows(json, "rules", rows);
    put_rows(json, "by_bed", bed_rows);
    put_pairs(json, report);
    vicu_json_end(json);
}

static void
put_changes(VicuJson *json, const char *key, const RulesReport *report, const RulesReport *other)
{
    g_autoptr(GArray) alarms = rules_report_only(report, other);
    vicu_json_begin_array(json, key);
    for (guint i = 0; i < alarms->len; i++) {
        const RulesReportAlarm *a = &g_array_index(alarms, RulesReportAlarm, i);
        g_autofree char *link = rules_said_moment(a);
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "bed", a->bed);
        vicu_json_text(json, "rule", a->rule);
        vicu_json_bool(json, "technical", a->technical);
        vicu_json_time(json, "t_raised", a->raised_us);
        vicu_json_time(json, "t_ended", a->ended_us);
        vicu_json_text(json, "look", link);
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

static void
put_grid(VicuJson *json, const RulesSaid *said)
{
    const RulesGrid *grid = said->grid;
    vicu_json_begin_object(json, "grid");
    vicu_json_text(json, "limit", grid->limit);
    vicu_json_begin_array(json, "rules");
    for (guint i = 0; i < grid->rules->len; i++)
        vicu_json_text(json, NULL, grid->rules->pdata[i]);
    vicu_json_end(json);
    vicu_json_begin_array(json, "cells");
    for (guint v = 0; v < grid->values->len; v++)
        for (guint d = 0; d < grid->delays->len; d++) {
            int64_t us = g_array_index(grid->delays, int64_t, d);
            vicu_json_begin_object(json, NULL);
            vicu_json_number(json, "value", g_array_index(grid->values, double, v));
            if (us == RULES_EDIT_AS_WRITTEN)
                vicu_json_null(json, "delay_s");
            else
                vicu_json_number(json, "delay_s", (double)us / 1e6);
            vicu_json_number(json, "per_bed_day", rules_said_cell(said, v, d));
            vicu_json_end(json);
        }
    vicu_json_end(json);
    vicu_json_end(json);
}

static void
put_texts(VicuJson *json, const char *key, char *const *texts, size_t n)
{
    vicu_json_begin_array(json, key);
    for (size_t i = 0; i < n; i++)
        vicu_json_text(json, NULL, texts[i]);
    vicu_json_end(json);
}

static void
put_change(VicuJson *json, const RulesChange *change)
{
    put_texts(json, "change", change->texts, g_strv_length(change->texts));
    put_texts(json, "changed_rules", (char *const *)change->rules->pdata, change->rules->len);
}

static void
put_later(VicuJson *json, const RulesReport *report, const RulesReport *old)
{
    RulesReportLater later = rules_report_later(report, old);
    vicu_json_begin_object(json, "later");
    vicu_json_integer(json, "alarms", later.alarms);
    if (later.longest.bed) {
        vicu_json_number(json, "longest_s",
                         (double)(later.longest.raised_us - later.before_us) / 1e6);
        vicu_json_text(json, "bed", later.longest.bed);
        vicu_json_text(json, "rule", later.longest.rule);
        vicu_json_time(json, "t_before", later.before_us);
        vicu_json_time(json, "t_raised", later.longest.raised_us);
    }
    vicu_json_end(json);
}

void
rules_said_json(const RulesSaid *said)
{
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_object(json, NULL);
    if (said->change)
        put_change(json, said->change);
    put_set(json, "set", said->report, said->set, false);
    if (said->old) {
        put_set(json, "against", said->old_report, said->old, said->old_is_raw);
        put_changes(json, "vanish", said->old_report, said->report);
        put_changes(json, "appear", said->report, said->old_report);
        put_later(json, said->report, said->old_report);
    }
    if (said->grid)
        put_grid(json, said);
    vicu_json_integer(json, "inputs", (int64_t)said->figures.inputs);
    vicu_json_integer(json, "late", (int64_t)said->figures.late);
    vicu_json_integer(json, "refused", (int64_t)said->figures.refused);
    vicu_json_end(json);
    vicu_json_print(json, stdout);
}
