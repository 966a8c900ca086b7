/* How often a crowd is looked at.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "portal/pace.h"

#define MS ((int64_t)1000)

static void
few_are_looked_at_at_once(void)
{
    g_assert_cmpint(portal_pace_wait_us(0, 100 * MS, 100 * MS), ==, 0);
    g_assert_cmpint(portal_pace_wait_us(PORTAL_PACE_OF - 1, 100 * MS, 100 * MS), ==, 0);
}

static void
a_crowd_waits_for_what_is_left_of_its_pace(void)
{
    unsigned n = 10 * PORTAL_PACE_OF;

    g_assert_cmpint(portal_pace_wait_us(n, 100 * MS, 100 * MS), ==, 10 * MS);
    g_assert_cmpint(portal_pace_wait_us(n, 100 * MS, 107 * MS), ==, 3 * MS);
    g_assert_cmpint(portal_pace_wait_us(n, 100 * MS, 110 * MS), ==, 0);
    g_assert_cmpint(portal_pace_wait_us(n, 100 * MS, 900 * MS), ==, 0);
}

static void
no_crowd_and_no_clock_makes_it_wait_longer(void)
{
    g_assert_cmpint(portal_pace_wait_us(1000000, 100 * MS, 100 * MS), ==, PORTAL_PACE_MAX_US);
    g_assert_cmpint(portal_pace_wait_us(1000000, 100 * MS, 10 * MS), ==, PORTAL_PACE_MAX_US);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/portal/pace/few", few_are_looked_at_at_once);
    g_test_add_func("/portal/pace/crowd", a_crowd_waits_for_what_is_left_of_its_pace);
    g_test_add_func("/portal/pace/bounds", no_crowd_and_no_clock_makes_it_wait_longer);
    return g_test_run();
}
