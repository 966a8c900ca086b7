/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tools/supervise-plan.h"

#define S ((int64_t)G_USEC_PER_SEC)

/* A plan for @n children, all started and ready at @now_us. */
static ToolPlan *
plan_of_ready(size_t n, int64_t now_us)
{
    ToolPlan *plan = tool_plan_new(n);
    ToolAct act;

    while (tool_plan_next(plan, now_us, &act)) {
        g_assert_cmpint(act.kind, ==, TOOL_ACT_START);
        tool_plan_started(plan, act.child, now_us);
        tool_plan_ready(plan, act.child, now_us);
    }
    return plan;
}

/* Looks each 100 ms from @from_us (excluded) to @to_us: the time of the first act, or 0. */
static int64_t
first_act(ToolPlan *plan, int64_t from_us, int64_t to_us, ToolAct *act)
{
    for (int64_t t_us = from_us + S / 10; t_us <= to_us; t_us += S / 10)
        if (tool_plan_next(plan, t_us, act))
            return t_us;
    return 0;
}

static void
starts_everything_at_once(void)
{
    g_autoptr(ToolPlan) plan = tool_plan_new(3);
    ToolAct act;

    for (size_t i = 0; i < 3; i++) {
        g_assert_true(tool_plan_next(plan, 100 * S, &act));
        g_assert_cmpint(act.kind, ==, TOOL_ACT_START);
        g_assert_cmpuint(act.child, ==, i);
        g_assert_cmpstr(act.why, ==, "");
        tool_plan_started(plan, i, 100 * S);
        g_assert_cmpint(tool_plan_state(plan, i), ==, TOOL_CHILD_STARTING);
    }
    g_assert_false(tool_plan_next(plan, 100 * S, &act));
}

static void
starts_a_dead_child_again_at_once(void)
{
    g_autoptr(ToolPlan) plan = plan_of_ready(2, 10 * S);
    ToolAct act;

    for (int i = 0; i < 50; i++) {
        int64_t t_us = 11 * S + i * S / 10;
        tool_plan_sign(plan, 0, t_us);
        tool_plan_ended(plan, 1, t_us, "killed by signal 9");
        g_assert_true(tool_plan_next(plan, t_us, &act));
        g_assert_cmpint(act.kind, ==, TOOL_ACT_START);
        g_assert_cmpuint(act.child, ==, 1);
        g_assert_cmpstr(act.why, ==, "killed by signal 9");
        tool_plan_started(plan, 1, t_us);
        tool_plan_ready(plan, 1, t_us);
    }
    g_assert_cmpuint(tool_plan_restarts(plan, 1), ==, 50);
    g_assert_cmpuint(tool_plan_restarts(plan, 0), ==, 0);
}

/* Lets child 0 fail at each start; writes when each of @n starts came. */
static void
failing_starts(ToolPlan *plan, int n, int64_t *start_us)
{
    int64_t t_us = 100 * S;
    ToolAct act;

    for (int i = 0; i < n; i++) {
        while (!tool_plan_next(plan, t_us, &act))
            t_us += S / 10;
        g_assert_cmpint(act.kind, ==, TOOL_ACT_START);
        start_us[i] = t_us;
        tool_plan_started(plan, 0, t_us);
        tool_plan_ended(plan, 0, t_us, "exit status 1");
    }
}

static void
backs_off_after_three_starts_that_never_became_ready(void)
{
    g_autoptr(ToolPlan) plan = tool_plan_new(1);
    int64_t start_us[10];

    failing_starts(plan, 10, start_us);
    g_assert_cmpint(start_us[1] - start_us[0], ==, 0);
    g_assert_cmpint(start_us[2] - start_us[1], ==, 0);
    g_assert_cmpint(start_us[3] - start_us[2], ==, 1 * S);
    g_assert_cmpint(start_us[4] - start_us[3], ==, 2 * S);
    g_assert_cmpint(start_us[5] - start_us[4], ==, 4 * S);
    g_assert_cmpint(start_us[9] - start_us[8], <=, 30 * S);
    g_assert_cmpint(start_us[7] - start_us[6], ==, 16 * S);
}

static void
one_good_start_ends_the_back_off(void)
{
    g_autoptr(ToolPlan) plan = tool_plan_new(1);
    int64_t start_us[5];
    ToolAct act;

    failing_starts(plan, 5, start_us);
    int64_t t_us = start_us[4] + 60 * S;
    g_assert_true(tool_plan_next(plan, t_us, &act));
    tool_plan_started(plan, 0, t_us);
    tool_plan_ready(plan, 0, t_us);
    tool_plan_ended(plan, 0, t_us, "killed by signal 11");
    g_assert_true(tool_plan_next(plan, t_us, &act));
    g_assert_cmpint(act.kind, ==, TOOL_ACT_START);
}

static void
notes_a_stall_once_and_kills_after_five_seconds(void)
{
    g_autoptr(ToolPlan) plan = plan_of_ready(1, 10 * S);
    ToolAct act;

    g_assert_cmpint(first_act(plan, 10 * S, 20 * S, &act), ==, 12 * S);
    g_assert_cmpint(act.kind, ==, TOOL_ACT_NOTE);
    g_assert_cmpint(tool_plan_state(plan, 0), ==, TOOL_CHILD_STALLED);
    g_assert_cmpint(first_act(plan, 12 * S, 20 * S, &act), ==, 15 * S);
    g_assert_cmpint(act.kind, ==, TOOL_ACT_KILL);
    g_assert_cmpint(first_act(plan, 15 * S, 40 * S, &act), ==, 0);

    tool_plan_ended(plan, 0, 40 * S, "killed by signal 9");
    g_assert_true(tool_plan_next(plan, 40 * S, &act));
    g_assert_cmpint(act.kind, ==, TOOL_ACT_START);
}

static void
a_stall_that_ends_in_time_is_only_noted(void)
{
    g_autoptr(ToolPlan) plan = plan_of_ready(1, 10 * S);
    ToolAct act;

    g_assert_cmpint(first_act(plan, 10 * S, 13 * S, &act), ==, 12 * S);
    tool_plan_sign(plan, 0, 14 * S);
    g_assert_cmpint(tool_plan_state(plan, 0), ==, TOOL_CHILD_READY);
    g_assert_cmpint(first_act(plan, 14 * S, 15 * S + S / 2, &act), ==, 0);
    g_assert_cmpuint(tool_plan_restarts(plan, 0), ==, 0);
}

static void
kills_no_one_for_its_own_absence(void)
{
    g_autoptr(ToolPlan) plan = plan_of_ready(3, 10 * S);
    ToolAct act;

    g_assert_false(tool_plan_next(plan, 11 * S, &act));
    g_assert_false(tool_plan_next(plan, 3600 * S, &act));
    g_assert_cmpint(first_act(plan, 3600 * S, 3610 * S, &act), ==, 3602 * S);
    g_assert_cmpint(act.kind, ==, TOOL_ACT_NOTE);
}

static void
kills_a_start_that_hangs(void)
{
    g_autoptr(ToolPlan) plan = tool_plan_new(1);
    ToolAct act;

    g_assert_true(tool_plan_next(plan, 10 * S, &act));
    tool_plan_started(plan, 0, 10 * S);
    g_assert_cmpint(first_act(plan, 10 * S, 60 * S, &act), ==, 30 * S);
    g_assert_cmpint(act.kind, ==, TOOL_ACT_KILL);
}

static void
stopping_asks_all_then_kills_who_stays(void)
{
    g_autoptr(ToolPlan) plan = plan_of_ready(2, 10 * S);
    ToolAct act;

    tool_plan_stop(plan, 11 * S);
    g_assert_true(tool_plan_next(plan, 11 * S, &act));
    g_assert_cmpint(act.kind, ==, TOOL_ACT_TERMINATE);
    g_assert_true(tool_plan_next(plan, 11 * S, &act));
    g_assert_cmpint(act.kind, ==, TOOL_ACT_TERMINATE);
    g_assert_false(tool_plan_next(plan, 11 * S, &act));
    tool_plan_ended(plan, 0, 12 * S, "exit status 0");
    g_assert_false(tool_plan_over(plan));
    g_assert_cmpint(first_act(plan, 12 * S, 20 * S, &act), ==, 13 * S);
    g_assert_cmpint(act.kind, ==, TOOL_ACT_KILL);
    g_assert_cmpuint(act.child, ==, 1);
    tool_plan_ended(plan, 1, 13 * S, "killed by signal 9");
    g_assert_true(tool_plan_over(plan));
    g_assert_false(tool_plan_next(plan, 14 * S, &act));
}

static void
says_when_to_be_asked_again(void)
{
    g_autoptr(ToolPlan) plan = plan_of_ready(2, 10 * S);

    g_assert_cmpint(tool_plan_due_us(plan), ==, 12 * S);
    tool_plan_sign(plan, 0, 11 * S);
    g_assert_cmpint(tool_plan_due_us(plan), ==, 12 * S);
    tool_plan_sign(plan, 1, 11 * S);
    g_assert_cmpint(tool_plan_due_us(plan), ==, 13 * S);
    tool_plan_stop(plan, 11 * S);
    g_assert_cmpint(tool_plan_due_us(plan), ==, 11 * S);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tools/plan/starts_everything_at_once", starts_everything_at_once);
    g_test_add_func("/tools/plan/starts_a_dead_child_again_at_once",
                    starts_a_dead_child_again_at_once);
    g_test_add_func("/tools/plan/backs_off_after_three_starts_that_never_became_ready",
                    backs_off_after_three_starts_that_never_became_ready);
    g_test_add_func("/tools/plan/one_good_start_ends_the_back_off",
                    one_good_start_ends_the_back_off);
    g_test_add_func("/tools/plan/notes_a_stall_once_and_kills_after_five_seconds",
                    notes_a_stall_once_and_kills_after_five_seconds);
    g_test_add_func("/tools/plan/a_stall_that_ends_in_time_is_only_noted",
                    a_stall_that_ends_in_time_is_only_noted);
    g_test_add_func("/tools/plan/kills_no_one_for_its_own_absence",
                    kills_no_one_for_its_own_absence);
    g_test_add_func("/tools/plan/kills_a_start_that_hangs", kills_a_start_that_hangs);
    g_test_add_func("/tools/plan/stopping_asks_all_then_kills_who_stays",
                    stopping_asks_all_then_kills_who_stays);
    g_test_add_func("/tools/plan/says_when_to_be_asked_again", says_when_to_be_asked_again);
    return g_test_run();
}
