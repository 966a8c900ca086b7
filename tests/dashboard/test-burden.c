/* The burden of alarms against a ward that was counted by hand.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/model/burden-report.h"
#include "tests/dashboard/burden.h"

#define HIGH     VICU__PRIORITY__PRIORITY_HIGH
#define MEDIUM   VICU__PRIORITY__PRIORITY_MEDIUM
#define LOW      VICU__PRIORITY__PRIORITY_LOW
#define ADVISORY VICU__PRIORITY__PRIORITY_ADVISORY
#define DAY_US   (86400 * BURDEN_S)

/* One day: bed 1 has four of desaturation (10, 20, 30 s, and one that stands) and one technical;
 * bed 2 one of NEWS2 that came twice, one that was merged and one that the pulses vetoed. */
static const BurdenAlarm by_hand[] = {
    {"a/b/1", "desaturation", MEDIUM, false, {"SpO2"}, NULL, 1, 3600, 10, 5, DASH_ANSWER_ACT},
    {"a/b/1",
     "desaturation",
     MEDIUM,
     false,
     {"SpO2"},
     NULL,
     1,
     3700,
     20,
     30,
     DASH_ANSWER_NOT_ACTIONABLE},
    {"a/b/1", "desaturation", MEDIUM, false, {"SpO2"}, NULL, 1, 7200, 30, 120, DASH_ANSWER_WATCH},
    {"a/b/1", "desaturation", MEDIUM, false, {"SpO2"}, NULL, 1, 80000, 0, 0, DASH_ANSWER_NONE},
    {"a/b/1", "desaturation", LOW, true, {"SpO2"}, NULL, 1, 9000, 60, 1000, DASH_ANSWER_SEEN},
    {"a/b/2", "news2", HIGH, false, {"RR", "HR", "SpO2"}, NULL, 2, 7300, 90, 0, DASH_ANSWER_NONE},
    {"a/b/2", "hr", LOW, true, {"HR"}, "0123456789abcdef", 1, 7400, 90, 0, DASH_ANSWER_NONE},
    {"a/b/2",
     "rhythm-vt-vetoed",
     ADVISORY,
     false,
     {"RHY_VT"},
     NULL,
     1,
     7500,
     5,
     0,
     DASH_ANSWER_NONE},
};

static DashBurden *
counted(void)
{
    DashBurden *burden = dash_burden_new();
    for (size_t i = 0; i < G_N_ELEMENTS(by_hand); i++)
        burden_put(burden, &by_hand[i]);
    dash_burden_cover(burden, BURDEN_T0_US);
    return burden;
}

static const DashBurdenRow *
row(const GArray *rows, const char *name)
{
    for (guint i = 0; i < rows->len; i++)
        if (strcmp(g_array_index(rows, DashBurdenRow, i).name, name) == 0)
            return &g_array_index(rows, DashBurdenRow, i);
    g_error("no row %s", name);
}

static void
counts_as_a_hand_does(void)
{
    g_autoptr(DashBurden) burden = counted();
    g_autoptr(DashBurdenReport) r =
        dash_burden_report(burden, BURDEN_T0_US, BURDEN_T0_US + DAY_US, 2, 0);
    g_assert_true(r->whole);
    g_assert_cmpfloat(r->bed_days, ==, 2);
    g_assert_cmpuint(r->all.alarms, ==, 7); /* four, one technical, one that came twice */
    g_assert_cmpfloat(r->all.per_bed_day, ==, 3.5);
    g_assert_cmpuint(r->all.by_priority[HIGH], ==, 2);
    g_assert_cmpuint(r->all.by_priority[MEDIUM], ==, 4);
    g_assert_cmpuint(r->all.by_priority[LOW], ==, 1);
    g_assert_cmpuint(r->all.by_priority[ADVISORY], ==, 1);
    g_assert_cmpuint(r->all.technical, ==, 1);
    g_assert_cmpuint(r->all.merged, ==, 1);
    g_assert_cmpuint(r->all.vetoed, ==, 1);
    g_assert_cmpfloat_with_epsilon(dash_burden_times_drew(r), 3.5 / 187, 1e-12);
}

static void
sorts_beds_inputs_and_rules_by_load(void)
{
    g_autoptr(DashBurden) burden = counted();
    g_autoptr(DashBurdenReport) r =
        dash_burden_report(burden, BURDEN_T0_US, BURDEN_T0_US + DAY_US, 2, 0);
    g_assert_cmpuint(r->beds->len, ==, 2);
    const DashBurdenRow *first = &g_array_index(r->beds, DashBurdenRow, 0);
    g_assert_cmpstr(first->name, ==, "a/b/1");
    g_assert_cmpuint(first->alarms, ==, 5);
    g_assert_cmpfloat(first->per_bed_day, ==, 5);
    g_assert_cmpfloat_with_epsilon(first->share, 5.0 / 7, 1e-12);
    g_assert_true(first->top);
    g_assert_false(row(r->beds, "a/b/2")->top);
    g_assert_cmpuint(r->top_beds, ==, 1);
    g_assert_cmpfloat_with_epsilon(r->top_share, 5.0 / 7, 1e-12);
    g_assert_cmpuint(row(r->inputs, "SpO2")->alarms, ==, 7);
    g_assert_cmpuint(row(r->inputs, "HR")->alarms, ==, 2);
    g_assert_cmpuint(row(r->inputs, "HR")->merged, ==, 1);
    g_assert_cmpuint(row(r->inputs, "RHY_VT")->alarms, ==, 0);
    g_assert_cmpuint(row(r->rules, "desaturation")->technical, ==, 1);
    g_assert_cmpstr(g_array_index(r->rules, DashBurdenRow, 0).name, ==, "desaturation");
    g_assert_cmpuint(row(r->rules, "rhythm-vt-vetoed")->vetoed, ==, 1);
}

static void
says_how_long_they_stood_and_waited(void)
{
    g_autoptr(DashBurden) burden = counted();
    g_autoptr(DashBurdenReport) r =
        dash_burden_report(burden, BURDEN_T0_US, BURDEN_T0_US + DAY_US, 2, 0);
    const DashBurdenRow *d = row(r->rules, "desaturation");
    g_assert_cmpfloat(d->median_s, ==, 20); /* 10 20 30 60 */
    g_assert_cmpfloat(d->p90_s, ==, 60);
    g_assert_cmpuint(d->answered, ==, 4);
    g_assert_cmpuint(d->within[0], ==, 1); /* 5 s */
    g_assert_cmpuint(d->within[1], ==, 2); /* and 30 s */
    g_assert_cmpuint(d->within[2], ==, 3); /* and 2 min */
    g_assert_cmpuint(d->within[3], ==, 3); /* not 1000 s */
    g_assert_cmpfloat(d->answer_median_s, ==, 30);
    g_assert_cmpuint(d->verdicts, ==, 3);
    g_assert_cmpuint(d->acted, ==, 1);
    g_assert_cmpuint(d->watched, ==, 1);
    g_assert_cmpuint(d->not_actionable, ==, 1);
}

static void
hours_are_those_of_the_ward(void)
{
    g_autoptr(DashBurden) burden = counted();
    g_autoptr(DashBurdenReport) utc =
        dash_burden_report(burden, BURDEN_T0_US, BURDEN_T0_US + DAY_US, 2, 0);
    g_autoptr(DashBurdenReport) east =
        dash_burden_report(burden, BURDEN_T0_US, BURDEN_T0_US + DAY_US, 2, 8 * 3600 * BURDEN_S);
    g_assert_cmpuint(utc->hour[1].alarms, ==, 2);
    g_assert_cmpuint(utc->hour[2].alarms, ==, 4);
    g_assert_cmpuint(east->hour[9].alarms, ==, 2);
    g_assert_cmpuint(east->hour[1].alarms, ==, 0);
    g_assert_cmpuint(east->hour[80000 / 3600 + 8 - 24].alarms, ==, 1);
}

static void
what_is_not_known_is_not_counted_as_quiet(void)
{
    g_autoptr(DashBurden) burden = counted();
    g_autoptr(DashBurden) late = dash_burden_new();
    g_autoptr(DashBurdenReport) none =
        dash_burden_report(late, BURDEN_T0_US, BURDEN_T0_US + DAY_US, 2, 0);
    g_assert_false(none->whole);
    g_assert_cmpfloat(none->bed_days, ==, 0);
    g_assert_cmpfloat(none->all.per_bed_day, ==, 0);
    burden_put(late, &by_hand[3]);
    dash_burden_cover(late, BURDEN_T0_US + DAY_US / 2);
    g_autoptr(DashBurdenReport) half =
        dash_burden_report(late, BURDEN_T0_US, BURDEN_T0_US + DAY_US, 2, 0);
    g_assert_false(half->whole);
    g_assert_cmpint(half->from_us, ==, BURDEN_T0_US + DAY_US / 2);
    g_assert_cmpfloat(half->bed_days, ==, 1);
    g_assert_cmpfloat(half->all.per_bed_day, ==, 1);
}

static void
a_bed_counts_from_the_day_its_data_began(void)
{
    g_autoptr(DashBurden) burden = counted();
    dash_burden_watch(burden, "a/b/2", BURDEN_T0_US + DAY_US / 2);
    dash_burden_watch(burden, "a/b/1", BURDEN_T0_US - DAY_US);
    g_autoptr(DashBurdenReport) r =
        dash_burden_report(burden, BURDEN_T0_US, BURDEN_T0_US + DAY_US, 2, 0);
    g_assert_cmpfloat(r->bed_days, ==, 1.5);
    g_assert_cmpfloat(row(r->beds, "a/b/1")->per_bed_day, ==, 5);
    g_assert_cmpfloat(row(r->beds, "a/b/2")->per_bed_day, ==, 4);
    g_assert_cmpfloat_with_epsilon(r->all.per_bed_day, 7 / 1.5, 1e-12);
}

static void
one_alarm_is_one_however_often_it_is_told(void)
{
    g_autoptr(DashBurden) burden = counted();
    unsigned before = dash_burden_length(burden);
    BurdenAlarm again = by_hand[0];
    again.stood_s = 0; /* an older change of it, that came late */
    again.answer = DASH_ANSWER_NONE;
    burden_put(burden, &again);
    g_assert_cmpuint(dash_burden_length(burden), ==, before);
    g_autoptr(GArray) found = dash_burden_occurrences(burden, "desaturation", "a/b/1", 0,
                                                      BURDEN_T0_US + 3650 * BURDEN_S, 10);
    g_assert_cmpuint(found->len, ==, 1);
    const DashBurdenAlarm *a = &g_array_index(found, DashBurdenAlarm, 0);
    g_assert_cmpint(a->ended_us, ==, BURDEN_T0_US + 3610 * BURDEN_S);
    g_assert_cmpint(a->answer, ==, DASH_ANSWER_ACT);
}

static void
lists_occurrences_newest_first(void)
{
    g_autoptr(DashBurden) burden = counted();
    g_autoptr(GArray) found =
        dash_burden_occurrences(burden, "desaturation", NULL, 0, INT64_MAX, 3);
    g_assert_cmpuint(found->len, ==, 3);
    g_assert_cmpint(g_array_index(found, DashBurdenAlarm, 0).raised_us, ==,
                    BURDEN_T0_US + 80000 * BURDEN_S);
    g_assert_true(g_array_index(found, DashBurdenAlarm, 1).technical);
}

static void
memory_is_bounded_and_what_gave_way_is_told(void)
{
    g_autoptr(DashBurden) burden = dash_burden_new();
    dash_burden_cover(burden, BURDEN_T0_US);
    for (unsigned i = 0; i <= DASH_BURDEN_RECORDS_MAX; i++) {
        g_autofree char *bed = g_strdup_printf("a/b/%u", i % 700);
        BurdenAlarm a = {bed, "r", LOW, false, {"HR"}, NULL, 1, i, 1, 0, DASH_ANSWER_NONE};
        burden_put(burden, &a);
    }
    g_assert_cmpuint(dash_burden_length(burden), <=, DASH_BURDEN_RECORDS_MAX);
    int64_t known_us = dash_burden_known_us(burden);
    g_assert_cmpint(known_us, >, BURDEN_T0_US);
    dash_burden_cover(burden, BURDEN_T0_US); /* an old page came: its rows are not taken */
    g_assert_cmpint(dash_burden_known_us(burden), ==, known_us);
    unsigned before = dash_burden_length(burden);
    BurdenAlarm old = {"a/b/1", "r", LOW, false, {"HR"}, NULL, 1, 1, 1, 0, DASH_ANSWER_NONE};
    burden_put(burden, &old);
    g_assert_cmpuint(dash_burden_length(burden), ==, before);
    g_autoptr(DashBurdenReport) r =
        dash_burden_report(burden, BURDEN_T0_US, BURDEN_T0_US + 4 * DAY_US, 512, 0);
    g_assert_cmpuint(r->beds->len, <=, DASH_BURDEN_BEDS_MAX);
    g_assert_cmpuint(r->all.alarms, ==, before);
}

static void
a_table_is_whole_and_harmless(void)
{
    g_autoptr(DashBurden) burden = counted();
    BurdenAlarm odd = {"a/b/3", "=cmd,\"x\"", LOW, false, {"HR"},          NULL,
                       1,       100,          1,   0,     DASH_ANSWER_NONE};
    burden_put(burden, &odd);
    g_autoptr(DashBurdenReport) r =
        dash_burden_report(burden, BURDEN_T0_US, BURDEN_T0_US + DAY_US, 3, 0);
    g_autofree char *csv = dash_burden_csv(burden, r);
    g_assert_nonnull(strstr(csv, "\nbed,a/b/1,5,5.00,0.6250,"));
    g_assert_nonnull(strstr(csv, "\nrule,\"'=cmd,\"\"x\"\"\",1,"));
    g_assert_nonnull(strstr(csv, "\na/b/1,desaturation,3,0,0,0,1,2026-01-15T01:00:00"));
    g_assert_nonnull(strstr(csv, ",not actionable\n"));
    g_assert_nonnull(strstr(csv, "\nhour,23,"));
}

static void
the_first_answer_counts_for_the_wait_and_the_last_for_the_verdict(void)
{
    g_autoptr(DashBurden) burden = dash_burden_new();
    dash_burden_cover(burden, BURDEN_T0_US);
    BurdenAlarm a = {"a/b/1", "r", LOW, false, {"HR"}, NULL, 1, 100, 0, 60, DASH_ANSWER_WATCH};
    burden_put(burden, &a);
    a.waited_s = 900;
    a.answer = DASH_ANSWER_NOT_ACTIONABLE;
    burden_put(burden, &a);
    a.waited_s = 60; /* the older change once more */
    a.answer = DASH_ANSWER_WATCH;
    burden_put(burden, &a);
    DashBurdenAlarm one = dash_burden_alarm(burden, 0);
    g_assert_cmpint(one.answered_us, ==, BURDEN_T0_US + 160 * BURDEN_S);
    g_assert_cmpint(one.answer, ==, DASH_ANSWER_NOT_ACTIONABLE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/dashboard/burden/" #name, name)
    TEST(counts_as_a_hand_does);
    TEST(sorts_beds_inputs_and_rules_by_load);
    TEST(says_how_long_they_stood_and_waited);
    TEST(hours_are_those_of_the_ward);
    TEST(what_is_not_known_is_not_counted_as_quiet);
    TEST(a_bed_counts_from_the_day_its_data_began);
    TEST(one_alarm_is_one_however_often_it_is_told);
    TEST(lists_occurrences_newest_first);
    TEST(memory_is_bounded_and_what_gave_way_is_told);
    TEST(a_table_is_whole_and_harmless);
    TEST(the_first_answer_counts_for_the_wait_and_the_last_for_the_verdict);
    return g_test_run();
}
