/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "rules/replay/said.h"

#define LINK_US    (2 * 60 * (int64_t)G_USEC_PER_SEC)
#define PAIRS_SHOW 20u /* on a screen; tables have all */

char *
rules_said_moment(const RulesReportAlarm *a)
{
    g_autofree char *from = vicu_time_format(a->raised_us - LINK_US);
    g_autofree char *to = vicu_time_format(a->raised_us + LINK_US);
    return g_strdup_printf("vicu query %s %s --from %s --to %s", a->bed,
                           *a->signal ? a->signal : "HR", from, to);
}

double
rules_said_cell(const RulesSaid *said, guint value, guint delay)
{
    const RulesReport *report = said->cells->pdata[value * said->grid->delays->len + delay];
    double days = rules_report_bed_days(report);
    return days > 0 ? rules_report_count(report, said->grid->rules) / days : 0;
}

char *
rules_said_delay(const RulesGrid *grid, guint delay)
{
    int64_t us = g_array_index(grid->delays, int64_t, delay);
    return us == RULES_EDIT_AS_WRITTEN ? g_strdup("as written") : vicu_duration_format(us);
}

const char *
rules_said_priority(int priority)
{
    static const char *const words[] = {"none", "advisory", "low", "medium", "high"};
    return words[priority];
}

/* --- text --- */

static char *
rule_name(const char *rule, bool technical)
{
    return g_strconcat(rule, technical ? " (tech.)" : "", NULL);
}

static void
say_sum(const RulesReport *report)
{
    RulesReportSum sum = rules_report_sum(report);
    double days = rules_report_bed_days(report);
    unsigned told = sum.technical;
    for (int p = RULES_PRIORITY_ADVISORY; p <= RULES_PRIORITY_HIGH; p++)
        told += sum.alarms[p];
    printf("told in all: %u, %.2f per bed-day (", told, days > 0 ? told / days : 0);
    for (int p = RULES_PRIORITY_HIGH; p >= RULES_PRIORITY_ADVISORY; p--)
        printf("%s %.2f, ", rules_said_priority(p), days > 0 ? sum.alarms[p] / days : 0);
    printf("technical %.2f); %u technical ones more merged with one of the same cause\n",
           days > 0 ? sum.technical / days : 0, sum.merged);
    printf("by hour (UTC):");
    for (int h = 0; h < 24; h++)
        printf(" %u", sum.by_hour[h]);
    printf("\n");
}

static void
say_rows(const RulesReport *report)
{
    g_autoptr(GArray) rows = rules_report_rows(report);
    printf("%-32s %6s %6s %5s %9s %8s %8s %7s %9s %9s %7s %10s\n", "rule", "alarms", "merged",
           "beds", "/bed-day", "median", "p90", "top 10%", "median s", "p90 s", "< 15 s",
           "unknown s");
    for (guint i = 0; i < rows->len; i++) {
        const RulesReportRow *r = &g_array_index(rows, RulesReportRow, i);
        g_autofree char *name = rule_name(r->rule, r->technical);
        printf("%-32s %6u %6u %5u %9.2f %8.2f %8.2f %6.0f%% %9.1f %9.1f %6.0f%% %10.0f\n", name,
               r->alarms, r->merged, r->beds, r->per_bed_day, r->bed_median, r->bed_p90,
               100 * r->top_share, r->median_s, r->p90_s, 100 * r->short_share, r->unknown_s);
    }
}

static void
say_beds(const RulesReport *report)
{
    g_autoptr(GArray) rows = rules_report_bed_rows(report);
    printf("\n%-24s %-32s %6s %9s %9s %10s\n", "bed", "rule", "alarms", "/bed-day", "median s",
           "unknown s");
    for (guint i = 0; i < rows->len; i++) {
        const RulesReportRow *r = &g_array_index(rows, RulesReportRow, i);
        g_autofree char *name = rule_name(r->rule, r->technical);
        if (r->alarms == 0)
            continue; /* tables have them, for their unknown time */
        printf("%-24s %-32s %6u %9.2f %9.1f %10.0f\n", r->bed, name, r->alarms, r->per_bed_day,
               r->median_s, r->unknown_s);
    }
}

static void
say_pairs(const RulesReport *report)
{
    g_autoptr(GArray) pairs = rules_report_pairs(report);
    if (pairs->len > 0)
        printf("\nwithin 60 s at the same bed:\n");
    for (guint i = 0; i < MIN(pairs->len, PAIRS_SHOW); i++) {
        const RulesReportPair *p = &g_array_index(pairs, RulesReportPair, i);
        g_autofree char *one = rule_name(p->rule, p->technical);
        g_autofree char *other = rule_name(p->other, p->other_technical);
        printf("  %6u  %s, %s\n", p->times, one, other);
    }
    if (pairs->len > PAIRS_SHOW)
        printf("  and %u pairs more: --csv or --json has them\n", pairs->len - PAIRS_SHOW);
}

static void
say_set(const RulesReport *report, const RulesSet *set, const char *what)
{
    printf("%s%s version %d, %s: %u beds, %.3f bed-days\n", what, rules_set_name(set),
           rules_set_version(set), rules_set_hash(set), rules_report_beds(report),
           rules_report_bed_days(report));
    say_sum(report);
    say_rows(report);
}

static void
say_changes(const char *what, const RulesReport *report, const RulesReport *other)
{
    g_autoptr(GArray) alarms = rules_report_only(report, other);
    printf("\n%s: %u\n", what, alarms->len);
    for (guint i = 0; i < alarms->len; i++) {
        const RulesReportAlarm *a = &g_array_index(alarms, RulesReportAlarm, i);
        g_autofree char *link = rules_said_moment(a);
        printf("  %s%s  %s\n", a->rule, a->technical ? " (technical)" : "", link);
    }
}

static void
say_later(const RulesReport *report, const RulesReport *old)
{
    RulesReportLater later = rules_report_later(report, old);
    printf("\nwould come later: %u", later.alarms);
    if (later.longest.bed) {
        g_autofree char *by = vicu_duration_format(later.longest.raised_us - later.before_us);
        g_autofree char *link = rules_said_moment(&later.longest);
        printf(", by %s at most\n  %s  %s", by, later.longest.rule, link);
    }
    printf("\n");
}

static void
say_grid(const RulesSaid *said)
{
    const RulesGrid *grid = said->grid;
    g_ptr_array_add(grid->rules, NULL);
    g_autofree char *rules = g_strjoinv(", ", (char **)grid->rules->pdata);
    g_ptr_array_set_size(grid->rules, (int)grid->rules->len - 1);
    printf("\nalarms per bed-day of %s, by %s and delay:\n%12s", rules, grid->limit, grid->limit);
    for (guint d = 0; d < grid->delays->len; d++) {
        g_autofree char *delay = rules_said_delay(grid, d);
        printf(" %12s", delay);
    }
    for (guint v = 0; v < grid->values->len; v++) {
        printf("\n%12g", g_array_index(grid->values, double, v));
        for (guint d = 0; d < grid->delays->len; d++)
            printf(" %12.2f", rules_said_cell(said, v, d));
    }
    printf("\n");
}

void
rules_said_text(const RulesSaid *said)
{
    say_set(said->report, said->set, "");
    say_beds(said->report);
    say_pairs(said->report);
    if (said->old) {
        printf("\n");
        say_set(said->old_report, said->old,
                said->old_is_raw ? "against the same, raw: "
                : said->change   ? "against the same, unchanged: "
                                 : "against ");
        say_changes("would vanish", said->old_report, said->report);
        say_changes("would appear", said->report, said->old_report);
        say_later(said->report, said->old_report);
    }
    if (said->grid)
        say_grid(said);
    printf("\n%" G_GUINT64_FORMAT " inputs, %" G_GUINT64_FORMAT " late, %" G_GUINT64_FORMAT
           " refused. What a replay does not know: docs/replay.md.\n",
           said->figures.inputs, said->figures.late, said->figures.refused);
}

/* --- tables --- */

static void
put_rows(const GArray *rows, const RulesSet *set)
{
    for (guint i = 0; i < rows->len; i++) {
        const RulesReportRow *r = &g_array_index(rows, RulesReportRow, i);
        printf("%s,%s,%s,%s,%u,%u,%u,%.6g,%.6g,%.6g,%.4f,%.6g,%.6g,%.4f,%.6g\n",
               rules_set_hash(set), r->bed ? r->bed : "all", r->rule,
               r->technical ? "technical" : "alarm", r->alarms, r->merged, r->beds, r->per_bed_day,
               r->bed_median, r->bed_p90, r->top_share, r->median_s, r->p90_s, r->short_share,
               r->unknown_s);
    }
}

static void
put_set(const RulesReport *report, const RulesSet *set)
{
    g_autoptr(GArray) rows = rules_report_rows(report);
    g_autoptr(GArray) bed_rows = rules_report_bed_rows(report);
    put_rows(rows, set);
    put_rows(bed_rows, set);
}

static void
put_hours(const RulesReport *report, const RulesSet *set)
{
    RulesReportSum sum = rules_report_sum(report);
    for (int h = 0; h < 24; h++)
        printf("%s,%d,%u\n", rules_set_hash(set), h, sum.by_hour[h]);
}

static void
put_pairs(const RulesReport *report, const RulesSet *set)
{
    g_autoptr(GArray) pairs = rules_report_pairs(report);
    for (guint i = 0; i < pairs->len; i++) {
        const RulesReportPair *p = &g_array_index(pairs, RulesReportPair, i);
        printf("%s,%s,%s,%s,%s,%u\n", rules_set_hash(set), p->rule,
               p->technical ? "technical" : "alarm", p->other,
               p->other_technical ? "technical" : "alarm", p->times);
    }
}

static void
put_changes(const char *what, const RulesReport *report, const RulesReport *other)
{
    g_autoptr(GArray) alarms = rules_report_only(report, other);
    for (guint i = 0; i < alarms->len; i++) {
        const RulesReportAlarm *a = &g_array_index(alarms, RulesReportAlarm, i);
        g_autofree char *raised = vicu_time_format(a->raised_us);
        g_autofree char *ended = a->ended_us ? vicu_time_format(a->ended_us) : g_strdup("");
        g_autofree char *link = rules_said_moment(a);
        printf("%s,%s,%s,%s,%s,%s,%s\n", what, a->bed, a->rule,
               a->technical ? "technical" : "alarm", raised, ended, link);
    }
}

static void
put_grid(const RulesSaid *said)
{
    printf("\nlimit,value,delay_s,per_bed_day\n");
    for (guint v = 0; v < said->grid->values->len; v++)
        for (guint d = 0; d < said->grid->delays->len; d++) {
            int64_t us = g_array_index(said->grid->delays, int64_t, d);
            g_autofree char *delay = us == RULES_EDIT_AS_WRITTEN
                                         ? g_strdup("")
                                         : g_strdup_printf("%g", (double)us / 1e6);
            printf("%s,%g,%s,%.6g\n", said->grid->limit,
                   g_array_index(said->grid->values, double, v), delay,
                   rules_said_cell(said, v, d));
        }
}

void
rules_said_csv(const RulesSaid *said)
{
    printf("set,bed,rule,kind,alarms,merged,beds,per_bed_day,bed_median,bed_p90,top_tenth_share,"
           "median_s,p90_s,under_15_s_share,unknown_s\n");
    put_set(said->report, said->set);
    if (said->old)
        put_set(said->old_report, said->old);
    printf("\nset,hour,alarms\n");
    put_hours(said->report, said->set);
    if (said->old)
        put_hours(said->old_report, said->old);
    printf("\nset,rule,kind,other,other_kind,times\n");
    put_pairs(said->report, said->set);
    if (said->old) {
        put_pairs(said->old_report, said->old);
        printf("\nchange,bed,rule,kind,t_raised,t_ended,look\n");
        put_changes("vanish", said->old_report, said->report);
        put_changes("appear", said->report, said->old_report);
    }
    if (said->grid)
        put_grid(said);
}
