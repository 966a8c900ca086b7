/* The operator-load meter: minutes of work, the warning before the hub is overfull, whom to hand
 * over.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/meter.h"
#include "tests/dashboard/burden.h"

#define NOW_S  7200
#define NOW_US (BURDEN_T0_US + NOW_S * BURDEN_S)

/* @n alarms of @bed, spread evenly over the 5 min that began @bucket x 5 min before now. */
static void
put(DashBurden *burden, const char *bed, unsigned bucket, unsigned n, DashAnswer answer)
{
    for (unsigned i = 0; i < n; i++) {
        double at_s = NOW_S - 300.0 * (bucket + 1) + 300.0 * (i + 0.5) / n;
        BurdenAlarm a = {.bed = bed,
                         .rule = answer ? dash_answer_word(answer) : "r",
                         .priority = VICU__PRIORITY__PRIORITY_MEDIUM,
                         .inputs = {"HR"},
                         .count = 3, /* came again while it stood: one engagement */
                         .at_s = at_s,
                         .answer = answer};
        burden_put(burden, &a);
    }
}

static DashMeter
judge(const DashBurden *burden, unsigned staff)
{
    DashMeter meter;
    dash_meter_judge(burden, staff, NOW_US, &meter);
    return meter;
}

static void
work_is_alerts_times_share_times_minutes(void)
{
    g_autoptr(DashBurden) burden = dash_burden_new();
    dash_burden_cover(burden, BURDEN_T0_US);
    for (unsigned b = 0; b < 12; b++)
        put(burden, "a/b/1", b, 2, DASH_ANSWER_NONE);
    DashMeter m = judge(burden, 2);
    g_assert_cmpint(m.state, ==, DASH_METER_CALM);
    g_assert_cmpfloat_with_epsilon(m.alerts_per_hour, 24, 1e-9);
    g_assert_cmpfloat(m.share, ==, 0.09);
    g_assert_false(m.share_is_own);
    g_assert_cmpfloat_with_epsilon(m.minutes_per_hour, 24 * 0.09 * 16.1, 1e-9);
    g_assert_cmpfloat(m.available, ==, 120);
    g_assert_cmpfloat_with_epsilon(m.load, 24 * 0.09 * 16.1 / 120, 1e-9);
    g_assert_cmpfloat(m.slope, ==, 0);
    g_assert_cmpint(m.full_in_us, ==, INT64_MAX);
    g_assert_cmpuint(m.n_hand_over, ==, 0);
}

/* Rising by one each 5 min: 1 .. 12, at most 41.4 alerts an hour for one person. */
static void
warns_before_the_hub_is_overfull(void)
{
    g_autoptr(DashBurden) burden = dash_burden_new();
    dash_burden_cover(burden, BURDEN_T0_US);
    for (unsigned b = 0; b < 12; b++) {
        put(burden, "a/b/1", b, (12 - b) / 4, DASH_ANSWER_NONE);
        put(burden, "a/b/2", b, (12 - b) / 6, DASH_ANSWER_NONE);
    }
    DashMeter m = judge(burden, 2);
    g_assert_cmpint(m.state, ==, DASH_METER_FILLING);
    g_assert_cmpfloat(m.load, <, DASH_METER_NEAR_LOAD);
    g_assert_cmpfloat(m.forecast, >=, 1);
    g_assert_cmpfloat(m.slope, >, 0);
    g_assert_cmpint(m.full_in_us, >, 0);
    g_assert_cmpint(m.full_in_us, <=, 3600 * BURDEN_S);
    double then = m.alerts_per_hour + m.slope * (double)m.full_in_us / 3600e6;
    g_assert_cmpfloat_with_epsilon(then * 0.09 * 16.1, 120, 0.01);
    g_assert_cmpuint(m.n_hand_over, ==, 1);
    g_assert_cmpstr(m.hand_over[0].bed, ==, "a/b/1");
    g_assert_cmpfloat(m.load_after, <, DASH_METER_NEAR_LOAD);
}

static void
chance_is_no_slope(void)
{
    g_autoptr(DashBurden) burden = dash_burden_new();
    dash_burden_cover(burden, BURDEN_T0_US);
    static const unsigned noise[12] = {3, 2, 3, 1, 2, 3, 2, 1, 3, 1, 2, 1};
    for (unsigned b = 0; b < 12; b++)
        put(burden, "a/b/1", b, noise[b], DASH_ANSWER_NONE);
    DashMeter m = judge(burden, 1);
    g_assert_cmpfloat(m.slope, ==, 0);
    g_assert_cmpfloat(m.forecast, ==, m.load);
    g_assert_cmpint(m.state, ==, DASH_METER_CALM);
}

static void
overfull_proposes_as_few_beds_as_help(void)
{
    g_autoptr(DashBurden) burden = dash_burden_new();
    dash_burden_cover(burden, BURDEN_T0_US);
    for (unsigned b = 0; b < 12; b++) {
        put(burden, "a/b/1", b, 1, DASH_ANSWER_NONE);
        put(burden, "a/b/2", b, 3, DASH_ANSWER_NONE);
        put(burden, "a/b/3", b, 2, DASH_ANSWER_NONE);
    }
    DashMeter m = judge(burden, 1);
    g_assert_cmpint(m.state, ==, DASH_METER_OVER);
    g_assert_cmpint(m.full_in_us, ==, 0);
    g_assert_cmpuint(m.n_hand_over, ==, 2); /* without the first it is 87 % */
    g_assert_cmpstr(m.hand_over[0].bed, ==, "a/b/2");
    g_assert_cmpstr(m.hand_over[1].bed, ==, "a/b/3");
    g_assert_cmpfloat_with_epsilon(m.load_after, m.load / 6, 1e-9);
    g_assert_cmpint(judge(burden, 3).state, ==, DASH_METER_CALM);
}

static void
near_begins_before_it_is_full(void)
{
    g_autoptr(DashBurden) burden = dash_burden_new();
    dash_burden_cover(burden, BURDEN_T0_US);
    for (unsigned b = 0; b < 12; b++)
        put(burden, b % 2 ? "a/b/1" : "a/b/2", b, 3, DASH_ANSWER_NONE);
    DashMeter m = judge(burden, 1); /* 36 x 0.09 x 16.1 = 52 of 60 */
    g_assert_cmpint(m.state, ==, DASH_METER_NEAR);
    g_assert_cmpuint(m.n_hand_over, ==, 1);
}

static void
the_share_is_the_hubs_own_once_it_is_known(void)
{
    g_autoptr(DashBurden) burden = dash_burden_new();
    dash_burden_cover(burden, BURDEN_T0_US);
    put(burden, "a/b/1", 0, 20, DASH_ANSWER_ACT);
    put(burden, "a/b/1", 5, 29, DASH_ANSWER_NOT_ACTIONABLE);
    put(burden, "a/b/1", 7, 40, DASH_ANSWER_SEEN);
    g_assert_false(judge(burden, 1).share_is_own);
    put(burden, "a/b/1", 6, 31, DASH_ANSWER_WATCH);
    DashMeter m = judge(burden, 1);
    g_assert_true(m.share_is_own);
    g_assert_cmpuint(m.verdicts, ==, 80);
    g_assert_cmpfloat(m.share, ==, 0.25);
}

static void
what_is_not_known_is_no_calm(void)
{
    g_autoptr(DashBurden) burden = dash_burden_new();
    g_assert_cmpint(judge(burden, 1).state, ==, DASH_METER_UNKNOWN);
    dash_burden_cover(burden, NOW_US - 300 * BURDEN_S);
    put(burden, "a/b/1", 0, 9, DASH_ANSWER_NONE);
    g_assert_cmpint(judge(burden, 1).state, ==, DASH_METER_UNKNOWN);
    dash_burden_cover(burden, NOW_US - 600 * BURDEN_S);
    put(burden, "a/b/1", 1, 9, DASH_ANSWER_NONE);
    DashMeter m = judge(burden, 1);
    g_assert_cmpint(m.state, ==, DASH_METER_OVER);
    g_assert_cmpfloat_with_epsilon(m.alerts_per_hour, 108, 1e-9);
    g_assert_cmpint(m.known_us, ==, 600 * BURDEN_S);
}

static void
technical_and_advisory_ones_are_no_engagement(void)
{
    g_autoptr(DashBurden) burden = dash_burden_new();
    dash_burden_cover(burden, BURDEN_T0_US);
    BurdenAlarm a = {.bed = "a/b/1",
                     .rule = "r",
                     .priority = VICU__PRIORITY__PRIORITY_HIGH,
                     .technical = true,
                     .inputs = {"HR"},
                     .at_s = NOW_S - 60};
    burden_put(burden, &a);
    a.technical = false;
    a.priority = VICU__PRIORITY__PRIORITY_ADVISORY;
    burden_put(burden, &a);
    g_assert_cmpfloat(judge(burden, 1).alerts_per_hour, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/dashboard/meter/" #name, name)
    TEST(work_is_alerts_times_share_times_minutes);
    TEST(warns_before_the_hub_is_overfull);
    TEST(chance_is_no_slope);
    TEST(overfull_proposes_as_few_beds_as_help);
    TEST(near_begins_before_it_is_full);
    TEST(the_share_is_the_hubs_own_once_it_is_known);
    TEST(what_is_not_known_is_no_calm);
    TEST(technical_and_advisory_ones_are_no_engagement);
    return g_test_run();
}
