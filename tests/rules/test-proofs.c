/* Test alarms in the rules: told when the bed is judged, missed where they do not come or do not
 * come back.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/proof.h"
#include "rules/proofs.h"

#define S   ((int64_t)G_USEC_PER_SEC)
#define UTC (1760000000 * S)

static void
hear(RulesProofs *proofs, const char *bed, uint64_t number, int64_t at_us)
{
    Vicu__Proof probe = VICU__PROOF__INIT;

    probe.bed = (char *)bed;
    probe.number = number;
    probe.t_us = UTC + at_us;
    rules_proofs_heard(proofs, &probe, at_us);
}

static uint64_t
tell(RulesProofs *proofs, const char *bed, int64_t at_us)
{
    Vicu__Proved told;

    return rules_proofs_judged(proofs, bed, UTC + at_us, UTC + at_us, at_us, &told) ? told.serial
                                                                                    : 0;
}

static void
give_back(RulesProofs *proofs, const char *outlet, uint64_t serial, int64_t at_us)
{
    rules_proofs_back(proofs, outlet, &serial, serial != 0 ? 1 : 0, UTC + at_us, at_us);
}

static void
pass(RulesProofs *proofs, int64_t from_us, int64_t to_us)
{
    for (int64_t at = from_us; at <= to_us; at += S / 10)
        rules_proofs_tick(proofs, at);
}

static char *
missing(const RulesProofs *proofs)
{
    return rules_proofs_unanswered(proofs);
}

static void
one_is_told_once_when_its_bed_is_judged_as_far(void)
{
    g_autoptr(RulesProofs) proofs = rules_proofs_new();

    g_assert_cmpuint(tell(proofs, "a/b/1", 5 * S), ==, 0);
    hear(proofs, "a/b/1", 1, 10 * S);
    g_assert_cmpuint(tell(proofs, "a/b/1", 9 * S), ==, 0);
    uint64_t serial = tell(proofs, "a/b/1", 10 * S);
    g_assert_cmpuint(serial, >, 0);
    g_assert_cmpuint(tell(proofs, "a/b/1", 11 * S), ==, 0);
    hear(proofs, "a/b/1", 1, 12 * S); /* the same again */
    g_assert_cmpuint(tell(proofs, "a/b/1", 12 * S), ==, 0);
    hear(proofs, "a/b/1", 2, 70 * S);
    g_assert_cmpuint(tell(proofs, "a/b/1", 70 * S), >, serial);
}

static void
an_outlet_that_does_not_give_one_back_is_missed_after_eight_seconds_and_until_it_does(void)
{
    g_autoptr(RulesProofs) proofs = rules_proofs_new();
    const char *bed[RULES_PROOFS_BEDS];
    int64_t proved_us = 0;
    unsigned more = 0;

    give_back(proofs, "station-1", 0, S);
    give_back(proofs, "portal", 0, S);
    hear(proofs, "a/b/1", 1, 2 * S);
    uint64_t serial = tell(proofs, "a/b/1", 2 * S);
    give_back(proofs, "portal", serial, 3 * S);
    pass(proofs, 2 * S, 9 * S + S / 2);
    g_assert_null(missing(proofs));
    pass(proofs, 9 * S + S / 2, 10 * S);
    g_autofree char *who = missing(proofs);
    g_assert_cmpstr(who, ==, "station-1");
    g_assert_cmpuint(rules_proofs_of_outlet(proofs, "station-1", &proved_us, bed, &more), ==, 1);
    g_assert_cmpstr(bed[0], ==, "a/b/1");
    g_assert_cmpuint(rules_proofs_of_outlet(proofs, "portal", &proved_us, bed, &more), ==, 0);
    g_assert_cmpint(proved_us, ==, UTC + 3 * S);

    hear(proofs, "a/b/1", 2, 62 * S);
    serial = tell(proofs, "a/b/1", 62 * S);
    give_back(proofs, "station-1", serial, 63 * S);
    g_assert_null(missing(proofs));
}

static void
one_that_came_later_or_left_is_not_missed(void)
{
    g_autoptr(RulesProofs) proofs = rules_proofs_new();

    give_back(proofs, "gone", 0, S);
    hear(proofs, "a/b/1", 1, 2 * S);
    tell(proofs, "a/b/1", 2 * S);
    give_back(proofs, "new", 0, 3 * S);
    rules_proofs_leave(proofs, "gone");
    pass(proofs, 3 * S, 20 * S);
    g_assert_null(missing(proofs));
}

static void
nobody_is_missed_for_a_stall_of_our_own(void)
{
    g_autoptr(RulesProofs) proofs = rules_proofs_new();

    give_back(proofs, "station-1", 0, S);
    pass(proofs, S, 2 * S);
    hear(proofs, "a/b/1", 1, 2 * S);
    uint64_t serial = tell(proofs, "a/b/1", 2 * S);
    rules_proofs_tick(proofs, 200 * S);
    g_assert_null(missing(proofs));
    g_assert_null(rules_proofs_late(proofs));
    give_back(proofs, "station-1", serial, 200 * S + S / 2);
    pass(proofs, 200 * S, 220 * S);
    g_assert_null(missing(proofs));
}

static void
a_bed_whose_next_does_not_come_is_late_and_one_that_is_not_judged_too(void)
{
    g_autoptr(RulesProofs) proofs = rules_proofs_new();

    hear(proofs, "a/b/1", 1, S);
    hear(proofs, "a/b/2", 1, S);
    tell(proofs, "a/b/1", S);
    pass(proofs, S, 8 * S + S / 2);
    g_assert_null(rules_proofs_late(proofs));
    pass(proofs, 9 * S, 10 * S);
    g_autofree char *stuck = rules_proofs_late(proofs);
    g_assert_cmpstr(stuck, ==, "a/b/2");
    pass(proofs, 10 * S, 70 * S);
    g_autofree char *both = rules_proofs_late(proofs);
    g_assert_cmpstr(both, ==, "a/b/1, a/b/2");
    g_assert_true(rules_proofs_drop(proofs, "a/b/2"));
    g_assert_false(rules_proofs_drop(proofs, "a/b/2"));
    hear(proofs, "a/b/1", 2, 71 * S);
    tell(proofs, "a/b/1", 71 * S);
    pass(proofs, 71 * S, 72 * S);
    g_assert_null(rules_proofs_late(proofs));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/proofs/told", one_is_told_once_when_its_bed_is_judged_as_far);
    g_test_add_func(
        "/rules/proofs/missed",
        an_outlet_that_does_not_give_one_back_is_missed_after_eight_seconds_and_until_it_does);
    g_test_add_func("/rules/proofs/left", one_that_came_later_or_left_is_not_missed);
    g_test_add_func("/rules/proofs/stall", nobody_is_missed_for_a_stall_of_our_own);
    g_test_add_func("/rules/proofs/late",
                    a_bed_whose_next_does_not_come_is_late_and_one_that_is_not_judged_too);
    return g_test_run();
}
