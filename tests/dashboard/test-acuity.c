/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "dashboard/model/acuity.h"
#include "dashboard/model/order.h"

#define S     ((int64_t)G_USEC_PER_SEC)
#define START (1000000 * S)

static const uint8_t sender[16] = {1};

static void
feed(DashModel *model, const char *bed, const char *name, double value, int64_t t_us)
{
    uint32_t code = vicu_signal_code(vicu_signal_by_name(name));
    uint32_t period = 10000;
    Vicu__Numerics set = VICU__NUMERICS__INIT;
    Vicu__Numerics *sets[] = {&set};
    Vicu__Batch batch = VICU__BATCH__INIT;
    set.bed = (char *)bed;
    set.origin = VICU__ORIGIN__ORIGIN_SIMULATED;
    set.n_code = set.n_t_us = set.n_value = set.n_period_ms = 1;
    set.code = &code;
    set.t_us = &t_us;
    set.value = &value;
    set.period_ms = &period;
    batch.t_us = t_us;
    batch.n_numerics = 1;
    batch.numerics = sets;
    dash_model_take_batch(model, &batch, sender, 1, t_us);
}

static void
feed_all(DashModel *model, const char *bed, double map, int64_t t_us)
{
    feed(model, bed, "HR", 80, t_us);
    feed(model, bed, "ART_M", map, t_us);
    feed(model, bed, "SpO2", 97, t_us);
    feed(model, bed, "RR", 16, t_us);
}

static void
score(DashModel *model, const char *bed, int min, int max, int64_t t_us)
{
    g_autofree char *key = g_strdup_printf("%s/NEWS2", bed);
    Vicu__Score wire = VICU__SCORE__INIT;
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    wire.bed = (char *)bed;
    wire.name = (char *)"NEWS2";
    wire.known = min == max;
    wire.value = wire.min = min;
    wire.max = max;
    wire.t_us = t_us;
    item.subject = VICU__SUBJECT__SUBJECT_SCORE;
    item.key = key;
    item.body_case = VICU__STATE_ITEM__BODY_SCORE;
    item.score = &wire;
    dash_model_take_state(model, &item, t_us);
}

static void
alarm_of(DashModel *model,
         const char *id,
         const char *bed,
         Vicu__Priority priority,
         Vicu__AlarmState state,
         int64_t t_us)
{
    Vicu__Alarm wire = VICU__ALARM__INIT;
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    wire.id = item.key = (char *)id;
    wire.bed = (char *)bed;
    wire.rule = wire.title = (char *)"MAP low";
    wire.priority = priority;
    wire.state = state;
    wire.t_condition_us = wire.t_raised_us = t_us;
    item.subject = VICU__SUBJECT__SUBJECT_ALARM;
    item.body_case = VICU__STATE_ITEM__BODY_ALARM;
    item.alarm = &wire;
    dash_model_take_state(model, &item, t_us);
}

static void
alarm_at(DashModel *model,
         const char *bed,
         Vicu__Priority priority,
         Vicu__AlarmState state,
         int64_t t_us)
{
    alarm_of(model, bed, bed, priority, state, t_us);
}

static int
value_of(const DashModel *model, const char *bed, int64_t now_us)
{
    DashAcuity acuity;
    dash_acuity_of(model, dash_model_find_bed(model, bed), now_us, &acuity);
    return acuity.value;
}

/* A heart that fibrillates now comes before one whose alarm is over, whatever the scores are. */
static void
what_stands_comes_before_what_is_over_and_several_before_one(void)
{
    static const char *const worst_first[] = {"s/u/several", "s/u/stands", "s/u/over",
                                              "s/u/medium"};
    g_autoptr(DashModel) model = dash_model_new();
    DashAcuity acuity;
    for (size_t i = 0; i < G_N_ELEMENTS(worst_first); i++)
        feed_all(model, worst_first[i], 80, START);
    score(model, "s/u/over", 20, 20, START);
    score(model, "s/u/medium", 20, 20, START);
    alarm_of(model, "over", "s/u/several", VICU__PRIORITY__PRIORITY_HIGH,
             VICU__ALARM_STATE__ALARM_LATCHED, START);
    alarm_of(model, "stands", "s/u/several", VICU__PRIORITY__PRIORITY_HIGH,
             VICU__ALARM_STATE__ALARM_ACTIVE, START);
    alarm_at(model, "s/u/stands", VICU__PRIORITY__PRIORITY_HIGH, VICU__ALARM_STATE__ALARM_ACTIVE,
             START);
    alarm_at(model, "s/u/over", VICU__PRIORITY__PRIORITY_HIGH, VICU__ALARM_STATE__ALARM_LATCHED,
             START);
    alarm_at(model, "s/u/medium", VICU__PRIORITY__PRIORITY_MEDIUM, VICU__ALARM_STATE__ALARM_ACTIVE,
             START);
    for (size_t i = 1; i < G_N_ELEMENTS(worst_first); i++)
        g_assert_cmpint(value_of(model, worst_first[i - 1], START), >,
                        value_of(model, worst_first[i], START));
    dash_acuity_of(model, dash_model_find_bed(model, "s/u/several"), START, &acuity);
    g_assert_cmpstr(acuity.worst->id, ==, "stands");
    g_assert_cmpstr(acuity.reason[0].alarm->id, ==, "stands");
}

static void
alarms_lead_and_the_unanswered_before_the_answered(void)
{
    static const struct {
        Vicu__Priority priority;
        Vicu__AlarmState state;
    } worst_first[] = {
        {VICU__PRIORITY__PRIORITY_HIGH, VICU__ALARM_STATE__ALARM_ACTIVE},
        {VICU__PRIORITY__PRIORITY_MEDIUM, VICU__ALARM_STATE__ALARM_LATCHED},
        {VICU__PRIORITY__PRIORITY_LOW, VICU__ALARM_STATE__ALARM_ACTIVE},
        {VICU__PRIORITY__PRIORITY_HIGH, VICU__ALARM_STATE__ALARM_ACKNOWLEDGED},
        {VICU__PRIORITY__PRIORITY_MEDIUM, VICU__ALARM_STATE__ALARM_ACKNOWLEDGED},
        {VICU__PRIORITY__PRIORITY_LOW, VICU__ALARM_STATE__ALARM_ACKNOWLEDGED},
        {VICU__PRIORITY__PRIORITY_ADVISORY, VICU__ALARM_STATE__ALARM_ACTIVE},
    };
    g_autoptr(DashModel) model = dash_model_new();
    int before = 9999;
    feed_all(model, "s/u/0", 80, START);
    score(model, "s/u/0", 20, 20, START); /* no score weighs as much as an alarm */
    for (unsigned i = 0; i < G_N_ELEMENTS(worst_first); i++) {
        g_autofree char *bed = g_strdup_printf("s/u/%u", i + 1);
        feed_all(model, bed, 80, START);
        alarm_at(model, bed, worst_first[i].priority, worst_first[i].state, START);
        int value = value_of(model, bed, START);
        g_assert_cmpint(value, <, before);
        g_assert_cmpint(value, >, value_of(model, "s/u/0", START));
        before = value;
    }
}

static void
what_is_missing_counts_as_worse_and_never_as_calm(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    feed_all(model, "s/u/calm", 80, START);
    score(model, "s/u/calm", 2, 2, START);
    feed_all(model, "s/u/bounds", 80, START);
    score(model, "s/u/bounds", 2, 10, START);
    feed(model, "s/u/few", "HR", 80, START);
    score(model, "s/u/few", 2, 2, START);
    int calm = value_of(model, "s/u/calm", START);
    g_assert_cmpint(value_of(model, "s/u/bounds", START), >, calm);
    g_assert_cmpint(value_of(model, "s/u/few", START), >, calm);
    /* Silent for longer than anything may be: beside the unanswered alarms of low priority. */
    g_assert_cmpint(value_of(model, "s/u/calm", START + 3600 * S), >=, 6000);
    DashAcuity acuity;
    dash_acuity_of(model, dash_model_find_bed(model, "s/u/calm"), START + 3600 * S, &acuity);
    g_assert_cmpint(acuity.reason[0].kind, ==, DASH_REASON_UNSEEN);
}

static void
a_falling_pressure_and_a_rising_score_weigh_and_are_reasons(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    score(model, "s/u/falls", 3, 3, START);
    for (int i = 0; i <= 180; i++) {
        feed_all(model, "s/u/level", 85 + i % 2, START + i * 10 * S);
        feed_all(model, "s/u/falls", 95 - i / 10.0, START + i * 10 * S);
    }
    int64_t now_us = START + 1800 * S;
    int level = value_of(model, "s/u/level", now_us);
    g_assert_cmpint(level, ==, 1000);
    score(model, "s/u/falls", 6, 6, now_us);
    DashAcuity acuity;
    dash_acuity_of(model, dash_model_find_bed(model, "s/u/falls"), now_us, &acuity);
    g_assert_cmpint(acuity.value, ==, 1000 + 6 * 30 + 100 + 60 + 40);
    g_assert_cmpint(acuity.reason[0].kind, ==, DASH_REASON_SCORE);
    g_assert_cmpint(acuity.reason[0].slope, ==, DASH_SLOPE_UP);
    g_assert_cmpint(acuity.reason[1].kind, ==, DASH_REASON_TREND);
    g_assert_cmpfloat(fabs(acuity.reason[1].change + 18), <, 0.5);
}

static void
a_slope_is_not_known_across_a_gap_or_from_two_points(void)
{
    DashTrend trend = {0};
    double change = 0;
    dash_trend_put(&trend, START, 80);
    dash_trend_put(&trend, START + 500 * S, 90);
    g_assert_false(dash_slope_change(&trend, START + 600 * S, 900 * S, &change));
    for (int i = 51; i < 60; i++)
        dash_trend_put(&trend, START + i * 10 * S, 90);
    g_assert_true(dash_slope_change(&trend, START + 600 * S, 900 * S, &change));
    g_assert_false(dash_slope_change(&trend, START + 1000 * S, 900 * S, &change));
}

static void
a_signal_without_a_stated_threshold_has_no_arrow(void)
{
    g_assert_cmpfloat(dash_slope_threshold(vicu_signal_by_name("HR")), ==, 20);
    g_assert_cmpfloat(dash_slope_threshold(vicu_signal_by_name("ART_M")), ==, 10);
    g_assert_cmpfloat(dash_slope_threshold(vicu_signal_by_name("FiO2")), ==, 0);
    g_assert_cmpfloat(dash_slope_threshold(NULL), ==, 0);
}

/* ---- the order over a ward that goes on ---- */

#define BEDS 24

static double
noise(unsigned bed, int second, double amount)
{
    return amount * sin(second / (41.0 + bed) + bed) + amount / 2 * sin(second / 7.3 + bed * 5);
}

static void
play(DashModel *model, int second)
{
    int64_t t_us = START + second * S;
    for (unsigned b = 0; b < BEDS; b++) {
        g_autofree char *bed = g_strdup_printf("s/u/%u", b);
        if (second % 10 == 0 && !(b == 5 && second > 900 && second < 1300))
            feed_all(model, bed, 80 + noise(b, second, 14), t_us);
        int points = (int)lrint(4 + noise(b, second, 3));
        if (second % 30 == 0)
            score(model, bed, MAX(points, 0), MAX(points, 0) + (b % 4 == 1 ? 4 : 0), t_us);
        if (b % 3 == 0 && second % (170 + (int)b) == 60)
            alarm_at(model, bed, (Vicu__Priority)(2 + b % 3), VICU__ALARM_STATE__ALARM_ACTIVE,
                     t_us);
        if (b % 3 == 0 && second % (170 + (int)b) == 90)
            alarm_at(model, bed, (Vicu__Priority)(2 + b % 3), VICU__ALARM_STATE__ALARM_ENDED, t_us);
    }
}

typedef struct {
    const DashBed *bed;
    int held;
} Was;

/* Two beds have changed places: one of them is held at another value than before, by a class
 * or by more than a step. */
static void
check_pair(
    const Was *above, const Was *below, const DashOrder *order, size_t now_above, size_t now_below)
{
    int moved_above = ABS(dash_order_value(order, now_above) - above->held);
    int moved_below = ABS(dash_order_value(order, now_below) - below->held);
    g_assert_cmpint(MAX(moved_above, moved_below), >, 0);
    bool same_class =
        dash_order_value(order, now_above) / DASH_ACUITY_CLASS == above->held / DASH_ACUITY_CLASS
        && dash_order_value(order, now_below) / DASH_ACUITY_CLASS
               == below->held / DASH_ACUITY_CLASS;
    if (same_class)
        g_assert_cmpint(MAX(moved_above, moved_below), >, DASH_ORDER_STEP);
}

static size_t
rank_of(const DashOrder *order, const DashBed *bed)
{
    size_t rank = 0;
    while (dash_order_bed(order, rank) != bed)
        rank++;
    return rank;
}

static unsigned
check_order(const DashOrder *order, const Was *was, size_t n)
{
    unsigned swaps = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++) {
            size_t a = rank_of(order, was[i].bed);
            size_t b = rank_of(order, was[k].bed);
            if (a < b)
                continue;
            check_pair(&was[i], &was[k], order, a, b);
            swaps++;
        }
    return swaps;
}

static void
no_bed_jumps_unless_its_own_value_moved(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    g_autoptr(DashOrder) order = dash_order_new();
    unsigned swaps = 0;
    unsigned quiet = 0;
    for (int second = 0; second < 2400; second++) {
        Was was[BEDS];
        size_t n = dash_order_n(order);
        for (size_t i = 0; i < n; i++)
            was[i] = (Was){dash_order_bed(order, i), dash_order_value(order, i)};
        play(model, second);
        dash_order_update(order, model, START + second * S);
        g_assert_cmpuint(dash_order_n(order), ==, BEDS);
        unsigned here = check_order(order, was, n);
        swaps += here;
        quiet += here == 0;
        for (size_t i = 1; i < dash_order_n(order); i++)
            g_assert_cmpint(dash_order_value(order, i - 1), >=, dash_order_value(order, i));
    }
    g_assert_cmpuint(swaps, >, 100); /* it is no order that never changes */
    g_assert_cmpuint(quiet, >, 1200);
}

static void
a_rise_is_taken_at_once_and_a_fall_when_it_has_lasted(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    g_autoptr(DashOrder) order = dash_order_new();
    feed_all(model, "s/u/1", 80, START);
    feed_all(model, "s/u/2", 80, START);
    dash_order_update(order, model, START);
    g_assert_cmpstr(dash_order_bed(order, 0)->label, ==, "1");
    alarm_at(model, "s/u/2", VICU__PRIORITY__PRIORITY_HIGH, VICU__ALARM_STATE__ALARM_ACTIVE,
             START + S);
    dash_order_update(order, model, START + S);
    g_assert_cmpstr(dash_order_bed(order, 0)->label, ==, "2");
    alarm_at(model, "s/u/2", VICU__PRIORITY__PRIORITY_HIGH, VICU__ALARM_STATE__ALARM_ENDED,
             START + 2 * S);
    for (int s = 2; s < 17; s++) {
        feed_all(model, "s/u/1", 80, START + s * S);
        feed_all(model, "s/u/2", 80, START + s * S);
        dash_order_update(order, model, START + s * S);
        g_assert_cmpint(dash_order_value(order, 0), >=, 8000);
    }
    dash_order_update(order, model, START + 17 * S);
    g_assert_cmpint(dash_order_value(order, 0), ==, 1000);
    g_assert_cmpstr(dash_order_bed(order, 0)->label, ==, "2"); /* and stays where it was */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/dashboard/acuity/" #name, name)
    ADD(alarms_lead_and_the_unanswered_before_the_answered);
    ADD(what_stands_comes_before_what_is_over_and_several_before_one);
    ADD(what_is_missing_counts_as_worse_and_never_as_calm);
    ADD(a_falling_pressure_and_a_rising_score_weigh_and_are_reasons);
    ADD(a_slope_is_not_known_across_a_gap_or_from_two_points);
    ADD(a_signal_without_a_stated_threshold_has_no_arrow);
    ADD(no_bed_jumps_unless_its_own_value_moved);
    ADD(a_rise_is_taken_at_once_and_a_fall_when_it_has_lasted);
    return g_test_run();
}
