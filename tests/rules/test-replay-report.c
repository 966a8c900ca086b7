/* The report against logs that were counted by hand.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/replay/report.h"

/* Line of @bed in seconds of the day. */
static void
tell(RulesReport *report, const char *bed, const char *rule, RulesLogKind kind, int t0, int t)
{
    rules_report_line(report, &(RulesLogLine){.bed = bed,
                                              .rule = rule,
                                              .kind = kind,
                                              .t0_us = t0 * (int64_t)G_USEC_PER_SEC,
                                              .t_us = t * (int64_t)G_USEC_PER_SEC,
                                              .signal = "SpO2",
                                              .why = "",
                                              .text = kind == RULES_LOG_NOT_JUDGED ? "no HR" : ""});
}

/* Two beds, half a day each: bed 1 has alarms of 10, 20 and 30 s and one that stands, bed 2 one of
 * 40 s; bed 2 cannot be judged from 1000 to 1600 and a second rule of it never. */
static RulesReport *
by_hand(void)
{
    RulesReport *report = rules_report_new();
    for (int i = 1; i <= 3; i++) {
        tell(report, "a/b/1", "low", RULES_LOG_RAISE, 0, 1000 * i);
        tell(report, "a/b/1", "low", RULES_LOG_CLEAR, 0, 1000 * i + 10 * i);
    }
    tell(report, "a/b/1", "low", RULES_LOG_RAISE, 0, 9000);
    tell(report, "a/b/1", "-", RULES_LOG_WATCHED, 100, 43300);
    tell(report, "a/b/2", "fast", RULES_LOG_NOT_JUDGED, 0, 100);
    tell(report, "a/b/2", "low", RULES_LOG_RAISE, 0, 500);
    tell(report, "a/b/2", "low", RULES_LOG_CLEAR, 0, 540);
    tell(report, "a/b/2", "low", RULES_LOG_TECHNICAL, 0, 1000);
    tell(report, "a/b/2", "low", RULES_LOG_JUDGED, 0, 1600);
    tell(report, "a/b/2", "-", RULES_LOG_WATCHED, 100, 43300);
    return report;
}

static void
counts_as_a_hand_does(void)
{
    g_autoptr(RulesReport) report = by_hand();
    g_autoptr(GArray) rows = rules_report_rows(report);
    g_assert_cmpuint(rules_report_beds(report), ==, 2);
    g_assert_cmpfloat(rules_report_bed_days(report), ==, 1.0);
    g_assert_cmpuint(rows->len, ==, 3);
    const RulesReportRow *r = &g_array_index(rows, RulesReportRow, 0);
    g_assert_cmpstr(r[0].rule, ==, "fast");
    g_assert_cmpuint(r[0].alarms, ==, 0);
    g_assert_cmpfloat(r[0].unknown_s, ==, 43200);
    g_assert_cmpstr(r[1].rule, ==, "low");
    g_assert_false(r[1].technical);
    g_assert_cmpuint(r[1].alarms, ==, 5);
    g_assert_cmpuint(r[1].beds, ==, 2);
    g_assert_cmpfloat(r[1].per_bed_day, ==, 5.0);
    g_assert_cmpfloat(r[1].top_share, ==, 0.8); /* bed 1 has 4 of 5 */
    g_assert_cmpfloat(r[1].median_s, ==, 20);
    g_assert_cmpfloat(r[1].p90_s, ==, 40);
    g_assert_cmpfloat(r[1].short_share, ==, 0.25);
    g_assert_cmpfloat(r[1].unknown_s, ==, 600);
    g_assert_true(r[2].technical);
    g_assert_cmpuint(r[2].alarms, ==, 1);
}

/* Rates of the beds: 8 and 4 alarms a day of "low". */
static void
counts_each_bed_by_itself(void)
{
    g_autoptr(RulesReport) report = by_hand();
    g_autoptr(GArray) all = rules_report_rows(report);
    const RulesReportRow *low = &g_array_index(all, RulesReportRow, 1);
    g_assert_null(low->bed);
    g_assert_cmpfloat(low->bed_median, ==, 2);
    g_assert_cmpfloat(low->bed_p90, ==, 8);
    g_autoptr(GArray) rows = rules_report_bed_rows(report);
    const RulesReportRow *r = &g_array_index(rows, RulesReportRow, 0);
    g_assert_cmpuint(rows->len, ==, 4);
    g_assert_cmpstr(r[0].bed, ==, "a/b/1");
    g_assert_cmpstr(r[0].rule, ==, "low");
    g_assert_cmpuint(r[0].alarms, ==, 4);
    g_assert_cmpfloat(r[0].per_bed_day, ==, 8);
    g_assert_cmpfloat(r[0].median_s, ==, 20);
    g_assert_cmpfloat(r[0].unknown_s, ==, 0);
    g_assert_cmpstr(r[1].rule, ==, "fast");
    g_assert_cmpfloat(r[1].unknown_s, ==, 43200);
    g_assert_cmpuint(r[2].alarms, ==, 1);
    g_assert_cmpfloat(r[2].per_bed_day, ==, 2);
    g_assert_cmpfloat(r[2].unknown_s, ==, 600);
    g_assert_true(r[3].technical);
}

static void
merged_ones_are_told_once(void)
{
    g_autoptr(RulesReport) report = rules_report_new();
    tell(report, "a/b/1", "low", RULES_LOG_RAISE, 0, 3599);
    tell(report, "a/b/1", "low", RULES_LOG_TECHNICAL, 0, 3600);
    tell(report, "a/b/1", "fast", RULES_LOG_TECHNICAL, 0, 3600);
    tell(report, "a/b/1", "fast", RULES_LOG_MERGED, 0, 3600);
    tell(report, "a/b/1", "slow", RULES_LOG_MERGED, 0, 3600); /* of no line before it */
    RulesReportSum sum = rules_report_sum(report);
    g_assert_cmpuint(sum.technical, ==, 1);
    g_assert_cmpuint(sum.merged, ==, 1);
    g_assert_cmpuint(sum.alarms[RULES_PRIORITY_NONE], ==, 1); /* told without one */
    g_assert_cmpuint(sum.by_hour[0], ==, 1);
    g_assert_cmpuint(sum.by_hour[1], ==, 1);
}

static void
finds_rules_that_fire_together(void)
{
    g_autoptr(RulesReport) report = rules_report_new();
    g_autoptr(GPtrArray) low = g_ptr_array_new();
    tell(report, "a/b/1", "low", RULES_LOG_RAISE, 0, 1000);
    tell(report, "a/b/1", "fast", RULES_LOG_RAISE, 0, 1060);
    tell(report, "a/b/1", "fast", RULES_LOG_RAISE, 0, 950);
    tell(report, "a/b/1", "fast", RULES_LOG_RAISE, 0, 2000);
    tell(report, "a/b/1", "low", RULES_LOG_RAISE, 0, 2061);
    tell(report, "a/b/2", "low", RULES_LOG_RAISE, 0, 2000); /* another bed */
    tell(report, "a/b/1", "low", RULES_LOG_TECHNICAL, 0, 1001);
    g_autoptr(GArray) pairs = rules_report_pairs(report);
    const RulesReportPair *p = &g_array_index(pairs, RulesReportPair, 0);
    g_assert_cmpuint(pairs->len, ==, 3);
    g_assert_cmpstr(p[0].rule, ==, "fast");
    g_assert_cmpstr(p[0].other, ==, "low");
    g_assert_false(p[0].other_technical);
    g_assert_cmpuint(p[0].times, ==, 2); /* 1060 and 950; 2000 is 61 s away */
    g_assert_cmpstr(p[1].rule, ==, "fast");
    g_assert_true(p[1].other_technical);
    g_assert_cmpuint(p[1].times, ==, 2);
    g_assert_cmpstr(p[2].rule, ==, "low");
    g_assert_cmpuint(p[2].times, ==, 1);
    g_ptr_array_add(low, (gpointer) "low");
    g_assert_cmpuint(rules_report_count(report, low), ==, 3);
}

static void
a_reset_ends_what_stands_in_its_bed_only(void)
{
    g_autoptr(RulesReport) report = rules_report_new();
    tell(report, "a/b/1", "low", RULES_LOG_RAISE, 0, 1000);
    tell(report, "a/b/2", "low", RULES_LOG_RAISE, 0, 1000);
    tell(report, "a/b/2", "-", RULES_LOG_RESET, 0, 1007);
    g_autoptr(GArray) rows = rules_report_rows(report);
    const RulesReportRow *r = &g_array_index(rows, RulesReportRow, 0);
    g_assert_cmpuint(r->alarms, ==, 2);
    g_assert_cmpfloat(r->median_s, ==, 7);
}

static void
finds_what_vanishes_and_what_appears(void)
{
    g_autoptr(RulesReport) old = by_hand();
    g_autoptr(RulesReport) new = rules_report_new();
    tell(new, "a/b/1", "low", RULES_LOG_RAISE, 0, 1005); /* the first, later */
    tell(new, "a/b/1", "low", RULES_LOG_CLEAR, 0, 1020);
    tell(new, "a/b/1", "low", RULES_LOG_RAISE, 0, 5000); /* nothing was there */
    tell(new, "a/b/1", "low", RULES_LOG_CLEAR, 0, 5001);
    tell(new, "a/b/1", "low", RULES_LOG_RAISE, 0, 9500); /* meets the one that stands */
    g_autoptr(GArray) vanish = rules_report_only(old, new);
    g_autoptr(GArray) appear = rules_report_only(new, old);
    g_assert_cmpuint(vanish->len, ==, 4); /* 2000, 3000, bed 2's and its technical one */
    g_assert_cmpint(g_array_index(vanish, RulesReportAlarm, 0).raised_us, ==, 2000000000);
    g_assert_cmpstr(g_array_index(vanish, RulesReportAlarm, 2).bed, ==, "a/b/2");
    g_assert_true(g_array_index(vanish, RulesReportAlarm, 3).technical);
    g_assert_cmpuint(appear->len, ==, 1);
    g_assert_cmpint(g_array_index(appear, RulesReportAlarm, 0).raised_us, ==, 5000000000);
    g_assert_cmpint(g_array_index(appear, RulesReportAlarm, 0).ended_us, ==, 5001000000);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/replay/report/counts_as_a_hand_does", counts_as_a_hand_does);
    g_test_add_func("/replay/report/counts_each_bed_by_itself", counts_each_bed_by_itself);
    g_test_add_func("/replay/report/merged_ones_are_told_once", merged_ones_are_told_once);
    g_test_add_func("/replay/report/finds_rules_that_fire_together",
                    finds_rules_that_fire_together);
    g_test_add_func("/replay/report/a_reset_ends_what_stands_in_its_bed_only",
                    a_reset_ends_what_stands_in_its_bed_only);
    g_test_add_func("/replay/report/finds_what_vanishes_and_what_appears",
                    finds_what_vanishes_and_what_appears);
    return g_test_run();
}
