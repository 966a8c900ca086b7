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
    g_test_add_func("/replay/report/a_reset_ends_what_stands_in_its_bed_only",
                    a_reset_ends_what_stands_in_its_bed_only);
    g_test_add_func("/replay/report/finds_what_vanishes_and_what_appears",
                    finds_what_vanishes_and_what_appears);
    return g_test_run();
}
