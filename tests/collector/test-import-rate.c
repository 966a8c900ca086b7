/* The rate behind times that were written down.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "collector/import/rate.h"

/* Times of @n samples of num/den Hz, cut to @digit_us. */
static const GArray *
runs_of(CollectorRate *rate, uint32_t num, uint32_t den, int64_t n, int64_t digit_us)
{
    for (int64_t i = 0; i < n; i++) {
        int64_t t_us = (int64_t)((long double)i * den * 1e6L / num);
        collector_rate_push(rate, t_us / digit_us * digit_us);
    }
    return collector_rate_finish(rate);
}

static void
check_one(uint32_t num, uint32_t den, int64_t n, int64_t digit_us)
{
    g_autoptr(CollectorRate) rate = collector_rate_new(digit_us);
    const GArray *runs = runs_of(rate, num, den, n, digit_us);

    g_assert_cmpuint(runs->len, ==, 1);
    const CollectorRateRun *run = &g_array_index(runs, CollectorRateRun, 0);
    g_assert_cmpuint(run->n, ==, (uint64_t)n);
    g_assert_cmpuint(run->period_num, ==, den);
    g_assert_cmpuint(run->period_den, ==, num);
}

static void
finds_the_usual_rates_exactly(void)
{
    check_one(125, 1, 5000, 1);
    check_one(250, 1, 5000, 1);
    check_one(360, 1, 5000, 1);
    check_one(360, 1, 5000, 100); /* four decimals of a second */
    check_one(125, 2, 5000, 1);
    check_one(24989, 400, 20000, 1);
    check_one(1, 60, 100, 1);
    check_one(1, 1, 3, 1);
}

static void
a_hole_stays_a_hole_in_the_numbers(void)
{
    g_autoptr(CollectorRate) rate = collector_rate_new(1);

    for (int64_t i = 0; i < 3000; i++)
        if (i < 1000 || i >= 1017)
            collector_rate_push(rate, i * 4000);
    const GArray *runs = collector_rate_finish(rate);
    g_assert_cmpuint(runs->len, ==, 1);
    g_assert_cmpuint(g_array_index(runs, CollectorRateRun, 0).n, ==, 3000);
}

static void
a_long_gap_and_another_rate_begin_new_runs(void)
{
    g_autoptr(CollectorRate) rate = collector_rate_new(1);

    for (int64_t i = 0; i < 2500; i++)
        collector_rate_push(rate, i * 4000);
    for (int64_t i = 0; i < 2500; i++)
        collector_rate_push(rate, 100000000 + i * 2000);
    const GArray *runs = collector_rate_finish(rate);
    g_assert_cmpuint(runs->len, ==, 2);
    g_assert_cmpuint(g_array_index(runs, CollectorRateRun, 0).period_den, ==, 250);
    g_assert_cmpuint(g_array_index(runs, CollectorRateRun, 1).period_den, ==, 500);
    g_assert_cmpint(g_array_index(runs, CollectorRateRun, 1).t0_us, ==, 100000000);
}

static void
a_sample_alone_has_no_rate(void)
{
    g_autoptr(CollectorRate) rate = collector_rate_new(1);

    collector_rate_push(rate, 5);
    const GArray *runs = collector_rate_finish(rate);
    g_assert_cmpuint(runs->len, ==, 1);
    g_assert_cmpuint(g_array_index(runs, CollectorRateRun, 0).period_num, ==, 0);
}

static void
every_time_finds_its_sample_again(void)
{
    const CollectorRateRun run = {1000, 100000, 1, 360};
    uint64_t n = 0;

    for (uint64_t i = 0; i < 100000; i++) {
        int64_t t_us = 1000 + (int64_t)(i * 1000000 / 360);
        g_assert_true(collector_rate_index(&run, t_us, 2, &n));
        g_assert_cmpuint(n, ==, i);
    }
    g_assert_false(collector_rate_index(&run, 2000, 2, &n));
    g_assert_false(collector_rate_index(&run, 0, 2, &n));
}

static void
the_simplest_fraction_is_found(void)
{
    uint32_t num = 0, den = 0;

    g_assert_true(collector_rate_simplest(3.14, 3.15, &num, &den));
    g_assert_cmpuint(num, ==, 22);
    g_assert_cmpuint(den, ==, 7);
    g_assert_true(collector_rate_simplest(0.0166, 0.0167, &num, &den));
    g_assert_cmpuint(num, ==, 1);
    g_assert_cmpuint(den, ==, 60);
    g_assert_false(collector_rate_simplest(1e-12, 2e-12, &num, &den));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/collector/import-rate/" #name, name)
    TEST(finds_the_usual_rates_exactly);
    TEST(a_hole_stays_a_hole_in_the_numbers);
    TEST(a_long_gap_and_another_rate_begin_new_runs);
    TEST(a_sample_alone_has_no_rate);
    TEST(every_time_finds_its_sample_again);
    TEST(the_simplest_fraction_is_found);
    return g_test_run();
}
