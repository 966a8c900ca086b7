/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/judge.h"

#define S ((int64_t)G_USEC_PER_SEC)

static DashNumeric
spo2(int64_t t_us)
{
    const VicuSignal *signal = vicu_signal_by_name("SpO2");
    return (DashNumeric){.signal = signal,
                         .value = 97,
                         .t_us = t_us,
                         .period_ms = 1000,
                         .source = VICU__SOURCE__SOURCE_DEVICE};
}

static void
a_number_is_stale_at_three_of_its_periods(void)
{
    DashNumeric n = spo2(100 * S);
    g_assert_cmpint(dash_judge_numeric(&n, 103 * S - 1), ==, DASH_FRESH);
    g_assert_cmpint(dash_judge_numeric(&n, 103 * S), ==, DASH_STALE);
}

static void
a_number_past_its_validity_is_gone(void)
{
    DashNumeric n = spo2(100 * S);
    g_assert_cmpint(dash_judge_numeric(&n, 130 * S - 1), ==, DASH_STALE);
    g_assert_cmpint(dash_judge_numeric(&n, 130 * S), ==, DASH_GONE);
}

static void
an_invalid_value_takes_the_number_away(void)
{
    DashNumeric n = spo2(100 * S);
    n.invalid_us = 101 * S;
    g_assert_cmpint(dash_judge_numeric(&n, 101 * S), ==, DASH_GONE);
    n.t_us = 102 * S;
    g_assert_cmpint(dash_judge_numeric(&n, 102 * S), ==, DASH_FRESH);
}

static void
a_value_by_hand_has_no_period_to_miss(void)
{
    DashNumeric n = spo2(100 * S);
    n.signal = vicu_signal_by_name("Temp");
    n.source = VICU__SOURCE__SOURCE_MANUAL;
    n.period_ms = n.signal->period_ms;
    g_assert_cmpint(dash_judge_numeric(&n, 100 * S + 3600 * S), ==, DASH_FRESH);
    g_assert_cmpint(dash_judge_numeric(&n, 100 * S + 14400 * S), ==, DASH_GONE);
}

static DashBed
present(int64_t arrived_us)
{
    return (DashBed){.presence = VICU__PRESENCE__PRESENCE_PRESENT,
                     .presence_known = true,
                     .known_us = 1 * S,
                     .arrived_us = arrived_us,
                     .n_streams = 1};
}

static void
silence_is_delayed_at_3_s_and_lost_at_10_s(void)
{
    DashBed bed = present(100 * S);
    g_assert_cmpint(dash_judge_absence(&bed, 103 * S - 1), ==, DASH_PRESENT);
    g_assert_cmpint(dash_judge_absence(&bed, 103 * S), ==, DASH_DELAYED);
    g_assert_cmpint(dash_judge_absence(&bed, 110 * S - 1), ==, DASH_DELAYED);
    g_assert_cmpint(dash_judge_absence(&bed, 110 * S), ==, DASH_LOST);
}

static void
a_bed_that_reports_each_minute_is_not_lost_between(void)
{
    DashBed bed = present(100 * S);
    bed.n_streams = 0;
    bed.n_numerics = 1;
    bed.numeric[0] = spo2(100 * S);
    bed.numeric[0].period_ms = 60000;
    g_assert_cmpint(dash_judge_absence(&bed, 160 * S), ==, DASH_PRESENT);
    g_assert_cmpint(dash_judge_absence(&bed, 100 * S + 180 * S), ==, DASH_LOST);
}

static void
each_kind_of_absence_is_its_own(void)
{
    DashBed bed = present(0);
    g_assert_cmpint(dash_judge_absence(&bed, 2 * S), ==, DASH_WAITING);
    g_assert_cmpint(dash_judge_absence(&bed, 11 * S), ==, DASH_LOST);
    bed.presence = VICU__PRESENCE__PRESENCE_NEVER_SEEN;
    g_assert_cmpint(dash_judge_absence(&bed, 11 * S), ==, DASH_NEVER_SEEN);
    bed.presence = VICU__PRESENCE__PRESENCE_STANDBY;
    g_assert_cmpint(dash_judge_absence(&bed, 11 * S), ==, DASH_STANDBY);
    bed.presence = VICU__PRESENCE__PRESENCE_TRANSPORT;
    g_assert_cmpint(dash_judge_absence(&bed, 11 * S), ==, DASH_TRANSPORT);
    bed.presence = VICU__PRESENCE__PRESENCE_DISCHARGED;
    g_assert_cmpint(dash_judge_absence(&bed, 11 * S), ==, DASH_DISCHARGED);
}

static void
data_that_come_refute_a_lost_of_the_rules(void)
{
    DashBed bed = present(100 * S);
    bed.presence = VICU__PRESENCE__PRESENCE_LOST;
    g_assert_cmpint(dash_judge_absence(&bed, 101 * S), ==, DASH_PRESENT);
    g_assert_cmpint(dash_judge_absence(&bed, 102 * S), ==, DASH_LOST); /* neither hears it */
}

static void
a_late_bed_says_how_far_behind_it_is(void)
{
    DashBed bed = present(100 * S);
    bed.delay_us = 250000;
    g_assert_cmpint(dash_judge_behind_s(&bed), ==, 0);
    bed.delay_us = 5 * S + 200000;
    g_assert_cmpint(dash_judge_behind_s(&bed), ==, 5);
    g_assert_cmpint(dash_judge_play_us(&bed, 100 * S), ==, 100 * S - bed.delay_us);
}

static void
old_data_are_no_silence_before_the_station_has_listened(void)
{
    DashBed bed = present(100 * S);
    bed.n_streams = 0;
    g_assert_false(dash_judge_is_full(&bed, 6 * S, 0, 114 * S));
    g_assert_false(dash_judge_is_full(&bed, 6 * S, 3 * S, 114 * S));
    g_assert_true(dash_judge_is_full(&bed, 6 * S, 3 * S + 1, 114 * S));
    bed.presence = VICU__PRESENCE__PRESENCE_STANDBY;
    g_assert_true(dash_judge_is_full(&bed, 6 * S, 0, 114 * S));
}

static void
a_picture_waits_for_a_whole_sweep_of_each_wave(void)
{
    const DashScale scale = {.t0_us = 100 * S, .period_num = 1, .period_den = 100, .gain = 100};
    static const uint8_t samples[2 * 600] = {0};
    g_autoptr(DashWave) wave = dash_wave_new(&scale, 60);
    DashBed bed = present(106 * S);
    bed.stream[0].wave = wave;
    dash_wave_push(wave, &scale, 0, samples, 599);
    g_assert_false(dash_judge_is_full(&bed, 6 * S, 60 * S, 106 * S));
    dash_wave_push(wave, &scale, 599, samples, 1);
    g_assert_true(dash_judge_is_full(&bed, 6 * S, 0, 106 * S));
}

/* The store took nothing for 20 s: the sweep that it had is not the one to be shown. */
static void
a_sweep_of_the_past_is_none_of_the_present(void)
{
    const DashScale scale = {.t0_us = 100 * S, .period_num = 1, .period_den = 100, .gain = 100};
    static const uint8_t samples[2 * 1000] = {0};
    g_autoptr(DashWave) wave = dash_wave_new(&scale, 60);
    DashBed bed = present(130 * S);
    bed.stream[0].wave = wave;
    dash_wave_push(wave, &scale, 0, samples, 1000);
    g_assert_false(dash_judge_is_full(&bed, 6 * S, S / 2, 130 * S));
    /* A lead that is off stays away: that is sure once it was listened for. */
    g_assert_true(dash_judge_is_full(&bed, 6 * S, 3 * S + 1, 130 * S));
    dash_wave_push(wave, &scale, 2900, samples, 300);
    bed.arrived_us = 132 * S;
    g_assert_false(dash_judge_is_full(&bed, 6 * S, 3 * S, 132 * S));
    dash_wave_push(wave, &scale, 3200, samples, 300);
    bed.arrived_us = 135 * S;
    g_assert_true(dash_judge_is_full(&bed, 6 * S, 5 * S + S / 2, 135 * S));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/dashboard/judge/" #name, name)
    ADD(a_number_is_stale_at_three_of_its_periods);
    ADD(a_number_past_its_validity_is_gone);
    ADD(an_invalid_value_takes_the_number_away);
    ADD(a_value_by_hand_has_no_period_to_miss);
    ADD(silence_is_delayed_at_3_s_and_lost_at_10_s);
    ADD(a_bed_that_reports_each_minute_is_not_lost_between);
    ADD(each_kind_of_absence_is_its_own);
    ADD(data_that_come_refute_a_lost_of_the_rules);
    ADD(a_late_bed_says_how_far_behind_it_is);
    ADD(old_data_are_no_silence_before_the_station_has_listened);
    ADD(a_picture_waits_for_a_whole_sweep_of_each_wave);
    ADD(a_sweep_of_the_past_is_none_of_the_present);
    return g_test_run();
}
