/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/packs/packs.h"
#include "rules/packs/tests.h"
#include "tests/rules/vectors.h"

static RulesTestReport *
run_pack(const char *name)
{
    g_autoptr(RulesSet) set = vectors_compile(rules_pack_text(name));
    const char *tests = rules_pack_tests(name);
    g_autofree char *file = g_strconcat(name, ".vtests", NULL);
    return rules_tests_run(set, tests, strlen(tests), file);
}

static void
say_all(const GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++)
        g_test_message("%s", (char *)lines->pdata[i]);
}

/* And every clause, every condition both ways and every band is reached by one of them. */
static void
every_pack_passes_its_own_tests_which_reach_all_of_it(void)
{
    for (size_t i = 0; rules_pack_name(i) != NULL; i++) {
        g_autoptr(RulesTestReport) report = run_pack(rules_pack_name(i));
        say_all(report->messages);
        say_all(report->uncovered);
        g_assert_cmpuint(report->n_tests, >=, 17);
        g_assert_cmpuint(report->n_failed, ==, 0);
        g_assert_cmpuint(report->n_errors, ==, 0);
        g_assert_cmpuint(report->uncovered->len, ==, 0);
    }
}

/* What the other packs of a set wait for gives instants that a pack alone does not have. */
static void
the_packs_that_a_ward_runs_pass_their_tests_beside_each_other(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RulesPacks) packs = rules_packs_new();
    static const char *const names[] = {"adult-icu", "rhythm", "technical", "paediatric"};
    g_assert_true(rules_packs_add_list(packs, "adult-icu, rhythm, technical, paediatric", &error));
    g_assert_no_error(error);
    g_assert_true(rules_packs_compile(packs));
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *tests = rules_pack_tests(names[i]);
        g_autoptr(RulesTestReport) report =
            rules_tests_run_pack(packs->set, i, tests, strlen(tests), names[i]);
        say_all(report->messages);
        g_assert_cmpuint(report->n_tests, >=, 17);
        g_assert_cmpuint(report->n_failed, ==, 0);
        g_assert_cmpuint(report->n_errors, ==, 0);
    }
}

static void
every_rule_of_every_pack_names_its_source(void)
{
    static const size_t rules[] = {28, 2, 10, 9};
    for (size_t p = 0; rules_pack_name(p) != NULL; p++) {
        g_autoptr(RulesSet) set = vectors_compile(rules_pack_text(rules_pack_name(p)));
        g_assert_cmpstr(rules_set_owner(set), !=, "");
        g_assert_cmpstr(rules_set_review(set), !=, "");
        g_assert_cmpuint(p, <, G_N_ELEMENTS(rules));
        g_assert_cmpuint(rules_set_n_rules(set), ==, rules[p]);
        for (size_t i = 0; i < rules_set_n_rules(set); i++)
            g_assert_cmpstr(rules_set_rule_source(set, i), !=, "");
    }
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
        {"test \"a\"\n  ACVPU every 1 s: Bx6\n  expect none\n", 0, 1,
         "t:2: error: expected a believable value, found \"B\""},
        {"\xef\xbb\xbftest \"a\"\r\n  SpO2 every 1 s: 95x10 89x17\r\n"
         "  expect desaturation raise at 26 s\r\n",
         1, 0, NULL},
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

/* Each test that is taken out is missed by name. */
static void
what_no_test_reaches_is_named(void)
{
    static const char rules[] =
        "rules \"t\" version 1\nuse HR: /min validity 3 s\nuse SpO2: % validity 3 s\n"
        "use Temp: Cel validity 4 h\nuse age_years: a validity 3650 d\n"
        "score S { part t = Temp : <36.0 -> 1, 36.0..<38.0 -> 0, >=38.0 -> 1\n"
        "          part hr = HR to 1 /min : <=50 -> 1, >=51 -> 0 }\n"
        "rule a version 1 { raise low \"a\" when HR > 150 /min unknown longer than 5 s -> keep }\n"
        "rule b version 1 { applies when (age_years else 40 a) > 16 a raise low \"b\"\n"
        " when HR > 120 /min and (SpO2 < 90 % or SpO2 > 99 %) for 5 s\n"
        " clear when HR < 100 /min unless a hold down 60 s\n"
        " unknown longer than 5 s -> technical low \"?\" }\n";
    static const char *const tests[] = {
        "test \"raise and clear, and again within the hold-down\"\n"
        "  HR every 1 s: 80x5 130x10 90x5 130x60\n  SpO2 every 1 s: 89x80\n"
        "  expect b raise at 10 s, clear at 15 s, raise at 70 s\n",
        "test \"too short\"\n  HR every 1 s: 80x5 130x4 80x10\n  SpO2 every 1 s: 95x1 89x18\n"
        "  expect none\n",
        "test \"high\"\n  HR every 1 s: 130x10\n  SpO2 every 1 s: 100x10\n"
        "  expect b raise at 5 s\n",
        "test \"suppressed\"\n  HR every 1 s: 160x20\n  SpO2 every 1 s: 89x20\n"
        "  expect a raise at 0 s\n  expect b suppress at 5 s\n",
        "test \"a clears\"\n  HR every 1 s: 160x5 80x5\n  expect a raise at 0 s, clear at 5 s\n",
        "test \"lost\"\n  HR every 1 s: 130x5 _x20 130x1\n  SpO2 every 1 s: 95x26\n"
        "  expect none\n",
        "test \"lost, low\"\n  HR every 1 s: 80x5 _x20 80x2\n  SpO2 every 1 s: 89x27\n"
        "  expect b technical at 12 s, judged at 25 s\n",
        "test \"a child\"\n  age_years every 1 s: 12x10\n  HR every 1 s: 130x10\n"
        "  SpO2 every 1 s: 89x10\n  expect none\n",
        "test \"bands\"\n  Temp every 1 s: 35x5 37x5 39x5\n  HR every 1 s: 50x15\n"
        "  expect S = 2 at 4 s\n  expect S = 1 at 9 s\n  expect S = 2 at 14 s\n  expect none\n",
    };
    static const char *const missed[G_N_ELEMENTS(tests)] = {
        "b clear; b hold down; b clear: HR < 100 /min is never true",
        "b for",
        "b when: SpO2 > 99 % is never true",
        "b unless",
        "a clear",
        "",
        "b unknown",
        "b applies; b applies: (age_years else 40 a) > 16 a is never false",
        "score S, part t: <36; score S, part t: 36..<38; score S, part t: >=38; "
        "score S, part hr: <=50",
    };
    g_autoptr(RulesSet) set = vectors_compile(rules);

    for (size_t without = 0; without <= G_N_ELEMENTS(tests); without++) {
        g_autoptr(GString) text = g_string_new(NULL);
        for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
            g_string_append(text, i == without ? "" : tests[i]);
        g_autoptr(RulesTestReport) report = rules_tests_run(set, text->str, text->len, "t");
        for (guint i = 0; i < report->messages->len; i++)
            g_test_message("%s", (char *)report->messages->pdata[i]);
        g_assert_cmpuint(report->n_failed + report->n_errors, ==, 0);
        g_ptr_array_add(report->uncovered, NULL);
        g_autofree char *found = g_strjoinv("; ", (char **)report->uncovered->pdata);
        g_assert_cmpstr(found, ==, without < G_N_ELEMENTS(tests) ? missed[without] : "");
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/pack/every_pack_passes_its_own_tests_which_reach_all_of_it",
                    every_pack_passes_its_own_tests_which_reach_all_of_it);
    g_test_add_func("/rules/pack/the_packs_that_a_ward_runs_pass_their_tests_beside_each_other",
                    the_packs_that_a_ward_runs_pass_their_tests_beside_each_other);
    g_test_add_func("/rules/pack/every_rule_of_every_pack_names_its_source",
                    every_rule_of_every_pack_names_its_source);
    g_test_add_func("/rules/pack/a_wrong_expectation_fails", a_wrong_expectation_fails);
    g_test_add_func("/rules/pack/what_no_test_reaches_is_named", what_no_test_reaches_is_named);
    return g_test_run();
}
