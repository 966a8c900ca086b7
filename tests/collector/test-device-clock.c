/* Device clocks that run wrong, late, fast, or are set.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "collector/device-clock.h"

#define SECOND ((int64_t)G_USEC_PER_SEC)
#define NOW    (INT64_C(1700000000) * SECOND)
#define HOUR   (3600 * SECOND)

static void
a_clock_that_is_hours_wrong_gives_our_time(void)
{
    CollectorDeviceClock clock;
    int64_t t_us = 0;

    collector_device_clock_init(&clock);
    for (int64_t s = 0; s < 100; s++) {
        int64_t delay_us = (s * 7919 % 50) * 1000; /* 0..49 ms, differing */
        collector_device_clock_read(&clock, NOW + s * SECOND - 6 * HOUR,
                                    NOW + s * SECOND + delay_us, s * SECOND, &t_us);
    }
    g_assert_cmpint(ABS(t_us - (NOW + 99 * SECOND)), <=, 5000);
}

static void
the_offset_moves_by_at_most_a_millisecond_a_second(void)
{
    CollectorDeviceClock clock;
    int64_t t_us = 0, before_us = 0;

    collector_device_clock_init(&clock);
    /* the first message was 900 ms late, the rest are not */
    for (int64_t s = 0; s < 200; s++) {
        int64_t delay_us = s == 0 ? 900000 : 0;
        collector_device_clock_read(&clock, NOW + s * SECOND, NOW + s * SECOND + delay_us,
                                    s * SECOND, &t_us);
        if (s > 1)
            g_assert_cmpint(before_us - clock.offset_us, <=, 1000);
        before_us = clock.offset_us;
        g_assert_cmpint(t_us, <=, NOW + s * SECOND + delay_us);
    }
    g_assert_cmpint(before_us, ==, 900000 - 199000);
}

static void
a_clock_that_is_set_steps_once_and_says_so(void)
{
    static const int64_t jumps[] = {HOUR, -HOUR, -6 * 365 * 24 * HOUR, 3 * SECOND, -3 * SECOND};

    for (size_t i = 0; i < G_N_ELEMENTS(jumps); i++) {
        CollectorDeviceClock clock;
        int64_t t_us = 0;
        int steps = 0;

        collector_device_clock_init(&clock);
        for (int64_t s = 0; s < 120; s++) {
            int64_t source_us = NOW + s * SECOND + (s >= 60 ? jumps[i] : 0);
            steps +=
                collector_device_clock_read(&clock, source_us, NOW + s * SECOND, s * SECOND, &t_us)
                == COLLECTOR_CLOCK_STEPPED;
            g_assert_cmpint(t_us, <=, NOW + s * SECOND);
        }
        g_assert_cmpint(steps, ==, 1);
        g_assert_cmpint(t_us, ==, NOW + 119 * SECOND);
    }
}

static void
a_queue_that_drains_after_a_break_steps_nothing(void)
{
    CollectorDeviceClock clock;
    int64_t t_us = 0;

    collector_device_clock_init(&clock);
    for (int64_t s = 0; s < 30; s++)
        collector_device_clock_read(&clock, NOW + s * SECOND, NOW + s * SECOND, s * SECOND, &t_us);
    /* 20 s of messages arrive within one second, each with its own time */
    for (int64_t s = 30; s < 50; s++) {
        g_assert_cmpint(collector_device_clock_read(&clock, NOW + s * SECOND,
                                                    NOW + 50 * SECOND + s * 1000,
                                                    50 * SECOND + s * 1000, &t_us),
                        ==, COLLECTOR_CLOCK_STEADY);
        g_assert_cmpint(t_us, ==, NOW + s * SECOND);
    }
}

static void
a_clock_that_drifts_is_followed(void)
{
    CollectorDeviceClock clock;
    int64_t t_us = 0;

    collector_device_clock_init(&clock);
    /* 100 ppm slow: the offset grows by 0.1 ms a second; the window lets it lag by a minute's drift
     */
    for (int64_t s = 0; s < 36000; s++)
        collector_device_clock_read(&clock, NOW + s * SECOND - s * 100, NOW + s * SECOND,
                                    s * SECOND, &t_us);
    g_assert_cmpint(NOW + 35999 * SECOND - t_us, <=, 7000);
    g_assert_cmpint(t_us, <=, NOW + 35999 * SECOND);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/collector/device-clock/a_clock_that_is_hours_wrong_gives_our_time",
                    a_clock_that_is_hours_wrong_gives_our_time);
    g_test_add_func("/collector/device-clock/the_offset_moves_by_at_most_a_millisecond_a_second",
                    the_offset_moves_by_at_most_a_millisecond_a_second);
    g_test_add_func("/collector/device-clock/a_clock_that_is_set_steps_once_and_says_so",
                    a_clock_that_is_set_steps_once_and_says_so);
    g_test_add_func("/collector/device-clock/a_queue_that_drains_after_a_break_steps_nothing",
                    a_queue_that_drains_after_a_break_steps_nothing);
    g_test_add_func("/collector/device-clock/a_clock_that_drifts_is_followed",
                    a_clock_that_drifts_is_followed);
    return g_test_run();
}
