/* The definitions of the rhythm alarms, at their edges.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/rhythm/definitions.h"

/* @n beats, @rr_us apart from @t_us on; what was met on the way. */
static unsigned
beats(RulesDefinitions *d, int64_t *t_us, size_t n, int64_t rr_us, bool ventricular)
{
    unsigned met = 0;
    for (size_t i = 0; i < n; i++) {
        met |= rules_definitions_beat(d, *t_us, ventricular);
        *t_us += rr_us;
    }
    return met;
}

static void
a_rate_at_its_limit_is_not_beyond_it(void)
{
    static const struct {
        size_t n;
        int64_t rr_us;
        bool ventricular;
        unsigned met;
    } rows[] = {
        {5, 1500000, false, 0},
        {5, 1500001, false, 1u << RULES_BRADY},
        {4, 1500001, false, 0},
        {17, 428571, false, 1u << RULES_TACHY},
        {17, 428572, false, 0},
        {16, 428571, false, 0},
        {5, 600000, true, 0},
        {5, 599999, true, 1u << RULES_VT},
        {4, 599999, true, 0},
        {5, 599999, false, 0},
        {40, 800000, false, 0},
        {40, 800000, true, 0},
        {3, 4000000, false, 1u << RULES_ASYSTOLE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        RulesDefinitions d;
        int64_t t_us = 0;
        rules_definitions_start(&d, 0);
        g_test_message("row %zu", i);
        g_assert_cmpuint(beats(&d, &t_us, rows[i].n, rows[i].rr_us, rows[i].ventricular), ==,
                         rows[i].met);
    }
}

static void
an_asystole_is_told_once_and_ends_with_a_beat(void)
{
    RulesDefinitions d;
    rules_definitions_start(&d, 1000000);
    g_assert_cmpuint(rules_definitions_advance(&d, 4999999), ==, 0);
    g_assert_cmpuint(rules_definitions_advance(&d, 9000000), ==, 1u << RULES_ASYSTOLE);
    g_assert_cmpint(d.met[RULES_ASYSTOLE].t_us, ==, 5000000);
    g_assert_cmpint(d.met[RULES_ASYSTOLE].onset_us, ==, 1000000);
    g_assert_cmpuint(rules_definitions_advance(&d, 20000000), ==, 0);
    g_assert_cmpuint(rules_definitions_beat(&d, 20000000, false), ==, 0);
    g_assert_false(d.met[RULES_ASYSTOLE].holds);
    g_assert_cmpuint(rules_definitions_advance(&d, 23999999), ==, 0);
    g_assert_cmpuint(rules_definitions_beat(&d, 24000000, false), ==, 1u << RULES_ASYSTOLE);
    g_assert_cmpint(d.met[RULES_ASYSTOLE].onset_us, ==, 20000000);
}

static void
a_run_of_ventricular_beats_begins_with_its_fifth_last(void)
{
    RulesDefinitions d;
    int64_t t_us = 0;
    rules_definitions_start(&d, 0);
    g_assert_cmpuint(beats(&d, &t_us, 20, 800000, false), ==, 0);
    int64_t onset_us = t_us;
    g_assert_cmpuint(beats(&d, &t_us, 8, 400000, true), ==, 1u << RULES_VT);
    g_assert_cmpint(d.met[RULES_VT].onset_us, ==, onset_us);
    g_assert_cmpint(d.met[RULES_VT].t_us, ==, onset_us + 4 * 400000);
    g_assert_true(d.met[RULES_VT].holds);
    beats(&d, &t_us, 1, 800000, false);
    g_assert_false(d.met[RULES_VT].holds);
    g_assert_cmpuint(beats(&d, &t_us, 4, 400000, true), ==, 0);
}

static void
nothing_holds_across_a_break(void)
{
    RulesDefinitions d;
    int64_t t_us = 0;
    rules_definitions_start(&d, 0);
    beats(&d, &t_us, 4, 1600000, false);
    rules_definitions_break(&d);
    g_assert_cmpuint(rules_definitions_advance(&d, t_us + 60000000), ==, 0);
    t_us += 60000000;
    g_assert_cmpuint(beats(&d, &t_us, 4, 1600000, false), ==, 0);
    g_assert_cmpuint(beats(&d, &t_us, 1, 1600000, false), ==, 1u << RULES_BRADY);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/definitions/a_rate_at_its_limit_is_not_beyond_it",
                    a_rate_at_its_limit_is_not_beyond_it);
    g_test_add_func("/rules/definitions/an_asystole_is_told_once_and_ends_with_a_beat",
                    an_asystole_is_told_once_and_ends_with_a_beat);
    g_test_add_func("/rules/definitions/a_run_of_ventricular_beats_begins_with_its_fifth_last",
                    a_run_of_ventricular_beats_begins_with_its_fifth_last);
    g_test_add_func("/rules/definitions/nothing_holds_across_a_break",
                    nothing_holds_across_a_break);
    return g_test_run();
}
