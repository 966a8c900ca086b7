/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/packs/tests.h"
#include "tests/rules/vectors.h"

static void
the_pack_passes_its_own_tests(void)
{
    g_autoptr(RulesSet) set = vectors_compile(rules_pack_text("adult-icu"));
    const char *tests = rules_pack_tests("adult-icu");
    g_autoptr(RulesTestReport) report =
        rules_tests_run(set, tests, strlen(tests), "adult-icu.vtests");
    for (guint i = 0; i < report->messages->len; i++)
        g_test_message("%s", (char *)report->messages->pdata[i]);
    g_assert_cmpuint(report->n_tests, >=, 27);
    g_assert_cmpuint(report->n_failed, ==, 0);
    g_assert_cmpuint(report->n_errors, ==, 0);
}

static void
every_rule_of_the_pack_is_raised_cleared_and_not_judged_by_some_test(void)
{
    g_autoptr(RulesSet) set = vectors_compile(rules_pack_text("adult-icu"));
    const char *tests = rules_pack_tests("adult-icu");
    g_autoptr(RulesTestReport) report =
        rules_tests_run(set, tests, strlen(tests), "adult-icu.vtests");
    for (guint i = 0; i < report->uncovered->len; i++)
        g_test_message("%s", (char *)report->uncovered->pdata[i]);
    g_assert_cmpuint(report->uncovered->len, ==, 0);
}

static void
every_rule_of_the_pack_names_its_source(void)
{
    g_autoptr(RulesSet) set = vectors_compile(rules_pack_text("adult-icu"));
    g_assert_cmpstr(rules_set_owner(set), !=, "");
    g_assert_cmpstr(rules_set_review(set), !=, "");
    g_assert_cmpuint(rules_set_n_rules(set), ==, 8);
    for (size_t i = 0; i < rules_set_n_rules(set); i++)
        g_assert_cmpstr(rules_set_rule_source(set, i), !=, "");
}

/* A runner that could not fail would prove nothing. */
static void
a_wrong_expectation_fails(void)
{
    static const struct {
        const char *tests;
        unsigned failed;
        unsigned errors;
        const char *message;
    } table[] = {
        {"test \"a\"\n  SpO2 every 1 s: 95x10 89x16\n  expect none\n", 1, 0,
         "t:1: test \"a\": unexpected desaturation raise at 25 s"},
        {"test \"a\"\n  SpO2 every 1 s: 95x60\n  expect desaturation raise at 25 s\n", 1, 0,
         "t:3: test \"a\": desaturation does not raise at 25 s"},
        {"test \"a\"\n  SpO2 every 1 s: 95x10 89x17\n  expect desaturation raise at 26 s\n", 1, 0,
         NULL},
        {"test \"a\"\n  RR every 1 s: 26x60\n  expect NEWS2 = 2..20 at 50 s\n", 1, 0,
         "t:3: test \"a\": NEWS2 is 3..20 at 50 s"},
        {"test \"a\"\n  SpO2 every 1 s: 95x60\n", 0, 1, NULL},
        {"test \"a\"\n  SpO9 every 1 s: 95x60\n  expect none\n", 0, 1, NULL},
        {"test \"a\"\n  SpO2 every 1 s: 95y60\n  expect none\n", 0, 1, NULL},
        {"test \"a\"\n  SpO2 every 1 s: 950x6\n  expect none\n", 0, 1, NULL},
        {"test \"a\" with SpO2_low = 70 %\n  SpO2 every 1 s: 95x6\n  expect none\n", 0, 1, NULL},
        {"test \"a\" with SpO2_low = 85 mm[Hg]\n  expect none\n", 0, 1, NULL},
        {"test \"a\"\n  expect no-such-rule raise at 1 s\n", 0, 1, NULL},
        {"test \"a\"\n  expect desaturation rise at 1 s\n", 0, 1, NULL},
        {"expect none\n", 0, 1, NULL},
    };
    g_autoptr(RulesSet) set = vectors_compile(rules_pack_text("adult-icu"));
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(RulesTestReport) report =
            rules_tests_run(set, table[i].tests, strlen(table[i].tests), "t");
        g_assert_cmpuint(report->n_failed, ==, table[i].failed);
        g_assert_cmpuint(report->n_errors, ==, table[i].errors);
        g_assert_cmpuint(report->messages->len, >, 0);
        if (table[i].message != NULL)
            g_assert_cmpstr(report->messages->pdata[0], ==, table[i].message);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/pack/passes_its_own_tests", the_pack_passes_its_own_tests);
    g_test_add_func("/rules/pack/every_rule_is_raised_cleared_and_not_judged_by_some_test",
                    every_rule_of_the_pack_is_raised_cleared_and_not_judged_by_some_test);
    g_test_add_func("/rules/pack/every_rule_names_its_source",
                    every_rule_of_the_pack_names_its_source);
    g_test_add_func("/rules/pack/a_wrong_expectation_fails", a_wrong_expectation_fails);
    return g_test_run();
}
