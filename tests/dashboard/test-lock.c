/* When a station that nobody touches is locked.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/lock.h"
#include "dashboard/scene/acts.h"

#define S ((int64_t)G_USEC_PER_SEC)

static void
a_station_is_locked_when_nobody_touches_it(void)
{
    DashLock lock = {.signed_in = true, .touched_us = 100 * S, .idle_us = 60 * S};

    g_assert_cmpint(dash_lock_left_s(&lock, 100 * S), ==, 60);
    g_assert_false(dash_lock_warns(&lock, 129 * S));
    g_assert_true(dash_lock_warns(&lock, 130 * S));
    g_assert_cmpint(dash_lock_left_s(&lock, 159 * S + 1), ==, 1);
    g_assert_false(dash_lock_is_due(&lock, 160 * S - 1));
    g_assert_true(dash_lock_is_due(&lock, 160 * S));
    lock.touched_us = 159 * S;
    g_assert_false(dash_lock_is_due(&lock, 160 * S));
    g_assert_false(dash_lock_warns(&lock, 160 * S));
}

static void
nobody_is_locked_out_who_could_not_come_back(void)
{
    DashLock nobody = {.idle_us = 60 * S}, never = {.signed_in = true},
             locked = {.signed_in = true, .locked = true, .idle_us = 60 * S};
    const DashLock *all[] = {&nobody, &never, &locked};

    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        g_assert_false(dash_lock_is_due(all[i], 10000 * S));
        g_assert_false(dash_lock_warns(all[i], 10000 * S));
        g_assert_cmpint(dash_lock_left_s(all[i], 10000 * S), ==, -1);
    }
}

/* What acts on a patient, opens one or asks for one's past is not done at a locked station. */
static void
a_locked_station_shows_and_lets_in(void)
{
    unsigned open = 0;

    for (unsigned i = 1; i < DASH_N_ACTS; i++) {
        bool allowed = dash_act_when_locked((DashAct)i);
        DashActGroup group = dash_act_row((DashAct)i)->group;
        open += allowed;
        if (allowed && group == DASH_GROUP_DO)
            g_assert_true(i == DASH_ACT_NEXT_LAYOUT || i == DASH_ACT_NEXT_SHARE);
    }
    g_assert_true(dash_act_when_locked(DASH_ACT_SIGN_IN));
    g_assert_true(dash_act_when_locked(DASH_ACT_EMERGENCY));
    g_assert_false(dash_act_when_locked(DASH_ACT_BREAK_GLASS));
    g_assert_false(dash_act_when_locked(DASH_ACT_SIGN_OUT));
    g_assert_false(dash_act_when_locked(DASH_ACT_PALETTE));
    g_assert_false(dash_act_when_locked(DASH_ACT_OPEN));
    g_assert_false(dash_act_when_locked(DASH_ACT_UNDO));
    g_assert_cmpuint(open, ==, 14);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/dashboard/lock/" #name, name)
    TEST(a_station_is_locked_when_nobody_touches_it);
    TEST(nobody_is_locked_out_who_could_not_come_back);
    TEST(a_locked_station_shows_and_lets_in);
#undef TEST
    return g_test_run();
}
