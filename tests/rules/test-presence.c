/* Presence: four pictures of absence, and when silence is an alarm.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/watch.h"
#include "rules/presence.h"

#define S   1000000
#define NOW 1700000000000000

#define STATE RULES_PRESENCE_STATE
#define ALARM RULES_PRESENCE_ALARM
#define ENDED RULES_PRESENCE_ENDED

/* Time runs equally on both clocks from 0. */
static unsigned
heard(RulesPresence *p, int64_t t_us)
{
    return rules_presence_heard(p, NOW + t_us, NOW + t_us, t_us);
}

static unsigned
tick(RulesPresence *p, int64_t t_us)
{
    return rules_presence_tick(p, false, NOW + t_us, t_us);
}

static RulesPresence
fresh(void)
{
    RulesPresence p;
    rules_presence_init(&p, NOW, 0);
    rules_presence_period(&p, 0);
    return p;
}

static void
a_bed_never_seen_is_no_alarm(void)
{
    RulesPresence p = fresh();
    for (int64_t t = 0; t < 600; t++)
        g_assert_cmpuint(tick(&p, t * S), ==, 0);
    g_assert_cmpint(p.state, ==, VICU__PRESENCE__PRESENCE_NEVER_SEEN);
}

static void
a_bed_admitted_and_never_seen_is_an_alarm(void)
{
    RulesPresence p = fresh();
    rules_presence_admit(&p, NOW + 100 * S, 100 * S);
    g_assert_cmpuint(tick(&p, 109 * S), ==, 0);
    g_assert_cmpuint(tick(&p, 110 * S), ==, ALARM);
    g_assert_true(p.silent);
    g_assert_cmpuint(heard(&p, 111 * S), ==, STATE | ALARM);
    g_assert_false(p.silent);
}

static void
silence_is_lost_after_3_s_and_an_alarm_after_10(void)
{
    RulesPresence p = fresh();
    g_assert_cmpuint(heard(&p, 1 * S), ==, STATE);
    g_assert_cmpint(p.state, ==, VICU__PRESENCE__PRESENCE_PRESENT);
    g_assert_cmpuint(tick(&p, S + VICU_WATCH_DELAYED_US - 1), ==, 0);
    g_assert_cmpuint(tick(&p, S + VICU_WATCH_DELAYED_US), ==, STATE);
    g_assert_cmpint(p.state, ==, VICU__PRESENCE__PRESENCE_LOST);
    g_assert_cmpuint(tick(&p, S + VICU_WATCH_LOST_US - 1), ==, 0);
    g_assert_cmpuint(tick(&p, S + VICU_WATCH_LOST_US), ==, ALARM);
    g_assert_cmpuint(tick(&p, 12 * S), ==, 0);
    g_assert_cmpuint(heard(&p, 13 * S), ==, STATE | ALARM);
    g_assert_cmpint(p.state, ==, VICU__PRESENCE__PRESENCE_PRESENT);
}

static void
a_repeated_sample_is_no_sign_of_life(void)
{
    RulesPresence p = fresh();
    heard(&p, 1 * S);
    for (int64_t t = 2; t < 12; t++) {
        g_assert_cmpuint(rules_presence_heard(&p, NOW + S, NOW + t * S, t * S), ==, 0);
        tick(&p, t * S);
    }
    g_assert_true(p.silent);
}

static void
a_bed_that_sends_each_minute_has_three_minutes(void)
{
    RulesPresence p;
    rules_presence_init(&p, NOW, 0);
    rules_presence_period(&p, 60 * S);
    heard(&p, 1 * S);
    g_assert_cmpuint(tick(&p, 180 * S), ==, 0);
    g_assert_cmpuint(tick(&p, 181 * S), ==, STATE);
    g_assert_cmpuint(tick(&p, 187 * S), ==, 0);
    g_assert_cmpuint(tick(&p, 188 * S), ==, ALARM);
}

static void
standby_is_silent_until_its_end_and_alarms_then(void)
{
    RulesPresence p = fresh();
    heard(&p, 1 * S);
    g_assert_true(
        rules_presence_leave(&p, VICU__PRESENCE__PRESENCE_STANDBY, NOW + 1800 * S, NOW + 2 * S));
    for (int64_t t = 3; t < 1800; t++)
        g_assert_cmpuint(tick(&p, t * S), ==, 0);
    g_assert_cmpint(p.state, ==, VICU__PRESENCE__PRESENCE_STANDBY);
    g_assert_cmpuint(tick(&p, 1800 * S), ==, STATE | ENDED | ALARM);
    g_assert_cmpint(p.state, ==, VICU__PRESENCE__PRESENCE_LOST);
    g_assert_true(p.silent);
}

static void
an_absence_takes_back_the_alarm_that_it_explains(void)
{
    RulesPresence p = fresh();
    heard(&p, 1 * S);
    tick(&p, 5 * S);
    tick(&p, 15 * S);
    g_assert_true(p.silent);
    g_assert_true(
        rules_presence_leave(&p, VICU__PRESENCE__PRESENCE_TRANSPORT, NOW + 600 * S, NOW + 20 * S));
    g_assert_false(p.silent);
    g_assert_true(rules_presence_return(&p, NOW + 30 * S, 30 * S));
    g_assert_cmpint(p.state, ==, VICU__PRESENCE__PRESENCE_LOST);
    g_assert_cmpuint(tick(&p, 31 * S), ==, ALARM);
}

static void
data_during_standby_do_not_end_it(void)
{
    RulesPresence p = fresh();
    heard(&p, 1 * S);
    rules_presence_leave(&p, VICU__PRESENCE__PRESENCE_STANDBY, NOW + 60 * S, NOW + 2 * S);
    g_assert_cmpuint(heard(&p, 30 * S), ==, 0);
    g_assert_cmpint(p.state, ==, VICU__PRESENCE__PRESENCE_STANDBY);
    heard(&p, 59 * S);
    g_assert_cmpuint(tick(&p, 60 * S), ==, STATE | ENDED);
    g_assert_cmpint(p.state, ==, VICU__PRESENCE__PRESENCE_PRESENT);
}

static void
an_absence_has_an_end_within_two_hours(void)
{
    RulesPresence p = fresh();
    Vicu__Presence standby = VICU__PRESENCE__PRESENCE_STANDBY;
    heard(&p, 1 * S);
    g_assert_false(rules_presence_leave(&p, standby, NOW + 2 * S, NOW + 2 * S));
    g_assert_false(rules_presence_leave(&p, standby, NOW + 7203 * (int64_t)S, NOW + 2 * S));
    g_assert_false(rules_presence_leave(&p, standby, 0, NOW + 2 * S));
    g_assert_true(rules_presence_leave(&p, standby, NOW + 7202 * (int64_t)S, NOW + 2 * S));
    g_assert_false(
        rules_presence_leave(&p, VICU__PRESENCE__PRESENCE_LOST, NOW + 60 * S, NOW + 2 * S));
}

static void
a_discharged_bed_is_silent_and_comes_back_as_new(void)
{
    RulesPresence p = fresh();
    heard(&p, 1 * S);
    g_assert_cmpuint(rules_presence_discharge(&p, NOW + 2 * S), ==, STATE);
    g_assert_cmpuint(tick(&p, 100 * S), ==, 0);
    g_assert_cmpuint(heard(&p, 101 * S), ==, 0);
    g_assert_cmpint(p.state, ==, VICU__PRESENCE__PRESENCE_DISCHARGED);
    g_assert_false(
        rules_presence_leave(&p, VICU__PRESENCE__PRESENCE_STANDBY, NOW + 200 * S, NOW + 102 * S));
    g_assert_cmpuint(rules_presence_admit(&p, NOW + 103 * S, 103 * S), ==, STATE);
    g_assert_cmpint(p.state, ==, VICU__PRESENCE__PRESENCE_NEVER_SEEN);
    g_assert_cmpuint(heard(&p, 104 * S), ==, STATE);
}

static void
a_silent_upstream_speaks_for_its_beds(void)
{
    RulesPresence p = fresh();
    heard(&p, 1 * S);
    for (int64_t t = 2; t < 60; t++)
        rules_presence_tick(&p, true, NOW + t * S, t * S);
    g_assert_cmpint(p.state, ==, VICU__PRESENCE__PRESENCE_LOST);
    g_assert_false(p.silent);
    /* The upstream is back, the bed is not. */
    g_assert_cmpuint(tick(&p, 60 * S), ==, ALARM);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/presence/a_bed_never_seen_is_no_alarm", a_bed_never_seen_is_no_alarm);
    g_test_add_func("/rules/presence/a_bed_admitted_and_never_seen_is_an_alarm",
                    a_bed_admitted_and_never_seen_is_an_alarm);
    g_test_add_func("/rules/presence/silence_is_lost_after_3_s_and_an_alarm_after_10",
                    silence_is_lost_after_3_s_and_an_alarm_after_10);
    g_test_add_func("/rules/presence/a_repeated_sample_is_no_sign_of_life",
                    a_repeated_sample_is_no_sign_of_life);
    g_test_add_func("/rules/presence/a_bed_that_sends_each_minute_has_three_minutes",
                    a_bed_that_sends_each_minute_has_three_minutes);
    g_test_add_func("/rules/presence/standby_is_silent_until_its_end_and_alarms_then",
                    standby_is_silent_until_its_end_and_alarms_then);
    g_test_add_func("/rules/presence/an_absence_takes_back_the_alarm_that_it_explains",
                    an_absence_takes_back_the_alarm_that_it_explains);
    g_test_add_func("/rules/presence/data_during_standby_do_not_end_it",
                    data_during_standby_do_not_end_it);
    g_test_add_func("/rules/presence/an_absence_has_an_end_within_two_hours",
                    an_absence_has_an_end_within_two_hours);
    g_test_add_func("/rules/presence/a_discharged_bed_is_silent_and_comes_back_as_new",
                    a_discharged_bed_is_silent_and_comes_back_as_new);
    g_test_add_func("/rules/presence/a_silent_upstream_speaks_for_its_beds",
                    a_silent_upstream_speaks_for_its_beds);
    return g_test_run();
}
