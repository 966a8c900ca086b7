/* What the language says of the past: what happened, what came first, windows over windows and
 * scores; and scores of thresholds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/packs/tests.h"
#include "tests/rules/ward.h"

#define HEAD                                                                                       \
    "rules \"t\" version 1\ndefault unknown longer than 5 s -> keep\n"                             \
    "use HR: /min validity 3 s\nuse MAP: mm[Hg] validity 3 s from ART_M or NIBP_M\n"               \
    "use Temp: Cel validity 4 h\n"

/* One rule `r` with @when, @more declarations before it; @test as in *.vtests. */
static void
expect(const char *more, const char *when, const char *test)
{
    g_autofree char *rules = g_strdup_printf(
        HEAD "%s\nrule r \"R\" version 1 { raise low \"x\" when %s }\n", more, when);
    g_autofree char *text = g_strdup_printf("test \"t\"\n%s", test);
    g_autoptr(RulesSet) set = vectors_compile(rules);
    g_autoptr(RulesTestReport) report = rules_tests_run(set, text, strlen(text), "t");

    for (guint i = 0; i < report->messages->len; i++)
        g_test_message("%s: %s", when, (char *)report->messages->pdata[i]);
    g_assert_cmpuint(report->n_tests, ==, 1);
    g_assert_cmpuint(report->n_errors + report->n_failed, ==, 0);
}

static void
what_happened_counts_while_it_is_in_the_window(void)
{
    static const char one[] = "happened(HR > 100 /min over 60 s)";
    static const char two[] = "happened(HR > 100 /min over 60 s times 2)";

    expect("", one,
           "  HR every 1 s: 80x10 120x1 80x100\n"
           "  expect r raise at 10 s, clear at 70 s\n");
    expect("", one, "  HR every 1 s: 80x100\n  expect none\n");
    /* True from the start: it became so then. */
    expect("", one,
           "  HR every 1 s: 120x100\n"
           "  expect r raise at 0 s, clear at 60 s\n");
    expect("", two,
           "  HR every 1 s: 80x10 120x2 80x8 120x2 80x100\n"
           "  expect r raise at 20 s, clear at 70 s\n");
    /* What was not seen between two true stretches is no end of the first. */
    expect("", two, "  HR every 1 s: 80x5 120x5 _x10 120x5 80x100\n  expect none\n");
    expect("", two,
           "  HR every 1 s: 80x5 120x5 _x10 80x1 120x5 80x100\n"
           "  expect r raise at 21 s, clear at 65 s\n");
}

static void
a_count_needs_enough_of_its_window(void)
{
    expect("", "count(HR > 100 /min over 60 s) >= 2",
           "  HR every 1 s: 80x10 120x2 80x8 120x2 80x100\n"
           "  expect r raise at 30 s, clear at 70 s\n");
    expect("", "count(HR > 100 /min over 60 s needing 100 %) >= 2",
           "  HR every 1 s: 80x10 120x2 80x8 120x2 80x100\n"
           "  expect r raise at 60 s, clear at 70 s\n");
    expect("", "count(HR > 100 /min over 60 s) = 0",
           "  HR every 1 s: 80x100\n  expect r raise at 30 s\n");
}

static void
what_comes_first_is_remembered_while_the_second_stands(void)
{
    static const char when[] = "first HR > 100 /min then MAP < 60 mm[Hg] within 30 s";

    expect("", when,
           "  HR every 1 s: 80x20 120x5 80x200\n"
           "  ART_M every 1 s: 80x40 50x60 80x100\n"
           "  expect r raise at 40 s, clear at 100 s\n");
    /* The other way round, and too long before. */
    expect("", when,
           "  HR every 1 s: 80x60 120x5 80x100\n"
           "  ART_M every 1 s: 80x40 50x60 80x60\n"
           "  expect none\n");
    expect("", when,
           "  HR every 1 s: 80x5 120x5 80x100\n"
           "  ART_M every 1 s: 80x40 50x10 80x60\n"
           "  expect none\n");
    /* Exactly at its edge is outside: (t - 30 s, t]. */
    expect("", when,
           "  HR every 1 s: 80x10 120x5 80x100\n"
           "  ART_M every 1 s: 80x40 50x10 80x60\n"
           "  expect none\n");
    expect("", when,
           "  HR every 1 s: 80x40 120x5 80x100\n"
           "  ART_M every 1 s: 80x40 50x10 80x60\n"
           "  expect r raise at 40 s, clear at 50 s\n");
}

static void
a_sequence_that_could_not_be_seen_is_unknown(void)
{
    expect("",
           "first HR > 100 /min then MAP < 60 mm[Hg] within 30 s unknown longer than 5 s -> "
           "technical low \"?\"",
           "  HR every 1 s: 80x5 _x30 80x85\n"
           "  ART_M every 1 s: 80x40 50x20 80x60\n"
           "  expect r technical at 45 s, judged at 60 s\n");
    /* While the second cannot be seen nothing is forgotten. */
    expect("", "first HR > 100 /min then MAP < 60 mm[Hg] within 30 s",
           "  HR every 1 s: 80x20 120x5 80x200\n"
           "  ART_M every 1 s: 80x40 50x20 _x20 50x20 80x60\n"
           "  expect r raise at 40 s, clear at 100 s\n");
}

static void
windows_look_at_windows(void)
{
    expect("", "max(median(HR over 3 s) over 60 s) > 100 /min",
           "  HR every 1 s: 80x40 120x1 80x100\n  expect none\n");
    expect("", "max(median(HR over 3 s) over 60 s) > 100 /min",
           "  HR every 1 s: 80x40 120x2 80x100\n"
           "  expect r raise at 41 s, clear at 101 s\n");
    expect("", "happened(slope(HR over 10 s) > 5 /min/s over 60 s)",
           "  HR every 1 s: 80x40 100x1 120x1 140x30 140x100\n"
           "  expect r raise at 42 s, clear at 102 s\n");
    expect("", "share(change(HR over 10 s) > 15 /min over 20 s) > 0.4",
           "  HR every 1 s: 80x40 100x40\n"
           "  expect r raise at 49 s, clear at 62 s\n");
}

static void
windows_look_at_scores(void)
{
    static const char score[] = "score S { part p = HR to 1 /min : <=100 -> 0, >=101 -> 1 }";

    expect(score, "max(S over 60 s) >= 1",
           "  HR every 1 s: 80x10 120x2 80x100\n"
           "  expect r raise at 30 s, clear at 70 s\n");
    expect(score, "happened(S >= 1 over 60 s)",
           "  HR every 1 s: 80x10 120x2 80x100\n"
           "  expect r raise at 10 s, clear at 70 s\n");
}

static void
thresholds_are_not_rounded(void)
{
    static const char score[] =
        "score T { part p = Temp : <36.0 -> 1, 36.0..<38.0 -> 0, >=38.0 -> 1 }";

    expect(score, "T >= 1",
           "  Temp every 1 s: 37.96x5 38x5 37.99x5 36x5 35.99x5\n"
           "  expect r raise at 5 s, clear at 10 s, raise at 20 s\n");
}

static void
a_condition_may_be_a_part(void)
{
    static const char score[] =
        "score Q { part hr = (HR > 100 /min or MAP < 50 mm[Hg]) : YES -> 1, NO -> 0\n"
        "          part map = (MAP < 60 mm[Hg]) : YES -> 1, NO -> 0 }";

    expect(score, "Q >= 2",
           "  HR every 1 s: 80x10 120x50\n"
           "  ART_M every 1 s: 80x20 55x10 60x10 55x10\n"
           "  expect r raise at 20 s, clear at 30 s, raise at 40 s\n");
    /* One side alone decides an `or`: nothing is counted that was not seen. */
    expect(score, "Q.min >= 1",
           "  HR every 1 s: 80x10 120x5 80x5\n"
           "  expect r raise at 10 s, clear at 15 s\n");
}

/* NEWS2: 3 in one parameter. */
static void
the_highest_part_decides_where_it_can(void)
{
    static const char score[] =
        "score S { part hr = HR to 1 /min : <=40 -> 3, 41..100 -> 0, >=101 -> 1\n"
        "          part map = MAP to 1 mm[Hg] : <=60 -> 2, >=61 -> 0\n"
        "          part t = Temp to 0.1 Cel : <=38.0 -> 0, >=38.1 -> 3 }";

    /* Known by one part alone; a missing one could still have 3. */
    expect(score, "S.highest >= 3",
           "  HR every 1 s: 80x10 40x5 80x5\n"
           "  ART_M every 1 s: 55x20\n"
           "  expect r raise at 10 s\n");
    expect(score, "S.highest >= 3",
           "  HR every 1 s: 80x10 40x5 80x5\n"
           "  ART_M every 1 s: 55x20\n"
           "  Temp every 1 s: 37x20\n"
           "  expect r raise at 10 s, clear at 15 s\n");
    /* The pressure cannot have 3: its absence decides nothing. */
    expect(score, "S.highest < 3 for 5 s",
           "  HR every 1 s: 80x20\n"
           "  Temp every 1 s: 37x20\n"
           "  expect r raise at 5 s\n");
}

static void
keep_text(const RulesTransition *t, void *user)
{
    if (t->kind == RULES_RAISE)
        g_string_append_printf(user, "%s\n", t->text);
}

static void
a_text_shows_the_parts(void)
{
    g_autoptr(RulesSet) set = vectors_compile(
        HEAD "score S { part hr = HR to 1 /min : <=100 -> 0, >=101 -> 2\n"
             " part t = Temp to 0.1 Cel : <=38.0 -> 0, >=38.1 -> 1 }\n"
             "rule r \"R\" version 1 { raise low \"{S}: {S.parts}\" when S.min >= 2 }\n");
    RulesEngine *engine = rules_engine_new(set);
    g_autoptr(GString) told = g_string_new(NULL);
    RulesBed *bed = rules_engine_bed(engine, "demo/icu/1");

    ward_put(bed, "HR", 1, 120);
    rules_engine_advance(engine, ward_t(2), keep_text, told);
    g_assert_cmpstr(told->str, ==, "2 to 3: hr 2, t ?\n");
    rules_engine_free(engine);
}

static void
ladders_and_reminders_are_kept_with_the_rule(void)
{
    g_autoptr(RulesSet) set = vectors_compile(
        HEAD "rule r \"R\" version 1 { raise high \"x\" when HR > 3 /min\n"
             " unknown longer than 9 s -> keep repeat after 2 min\n"
             " escalate to tele-intensivist after 0 s, to rapid-response after 5 min unless "
             "acknowledged, to chief after 10 min unless cleared }\n");

    g_assert_cmpint(rules_set_rule_repeat_us(set, 0), ==, 120 * G_USEC_PER_SEC);
    g_assert_cmpuint(rules_set_rule_n_steps(set, 0), ==, 3);
    g_assert_cmpstr(rules_set_rule_step(set, 0, 0).to, ==, "tele-intensivist");
    g_assert_cmpstr(rules_set_rule_step(set, 0, 0).unless, ==, "");
    g_assert_cmpint(rules_set_rule_step(set, 0, 1).after_us, ==, 300 * G_USEC_PER_SEC);
    g_assert_cmpstr(rules_set_rule_step(set, 0, 1).unless, ==, "acknowledged");
    g_assert_cmpstr(rules_set_rule_step(set, 0, 2).unless, ==, "cleared");
}

/* A bed that is saved in the middle of a sequence goes on as if nothing had been. */
static void
a_sequence_survives_a_restart(void)
{
    g_autoptr(RulesSet) set =
        vectors_compile(HEAD "rule r \"R\" version 1 { raise low \"x\"\n"
                             " when first HR > 100 /min then MAP < 60 mm[Hg] within 30 s }\n");
    g_autoptr(GByteArray) saved = g_byte_array_new();
    g_autoptr(GString) told = g_string_new(NULL);
    RulesEngine *engine = rules_engine_new(set);
    RulesBed *bed = rules_engine_bed(engine, "demo/icu/1");

    for (int s = 0; s < 30; s++) {
        ward_put(bed, "HR", s, s == 20 ? 120 : 80);
        ward_put(bed, "ART_M", s, 80);
    }
    rules_engine_advance(engine, ward_t(29), ward_log, told);
    rules_engine_save(bed, saved);
    rules_engine_free(engine);
    engine = rules_engine_new(set);
    bed = rules_engine_bed(engine, "demo/icu/1");
    g_assert_true(rules_engine_load(bed, saved->data, saved->len));
    ward_put(bed, "HR", 30, 80);
    ward_put(bed, "ART_M", 30, 50);
    rules_engine_advance(engine, ward_t(31), ward_log, told);
    g_assert_nonnull(strstr(told->str, "30 r raise"));
    rules_engine_free(engine);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/patterns/what_happened_counts_while_it_is_in_the_window",
                    what_happened_counts_while_it_is_in_the_window);
    g_test_add_func("/rules/patterns/a_count_needs_enough_of_its_window",
                    a_count_needs_enough_of_its_window);
    g_test_add_func("/rules/patterns/what_comes_first_is_remembered_while_the_second_stands",
                    what_comes_first_is_remembered_while_the_second_stands);
    g_test_add_func("/rules/patterns/a_sequence_that_could_not_be_seen_is_unknown",
                    a_sequence_that_could_not_be_seen_is_unknown);
    g_test_add_func("/rules/patterns/windows_look_at_windows", windows_look_at_windows);
    g_test_add_func("/rules/patterns/windows_look_at_scores", windows_look_at_scores);
    g_test_add_func("/rules/patterns/thresholds_are_not_rounded", thresholds_are_not_rounded);
    g_test_add_func("/rules/patterns/a_condition_may_be_a_part", a_condition_may_be_a_part);
    g_test_add_func("/rules/patterns/the_highest_part_decides_where_it_can",
                    the_highest_part_decides_where_it_can);
    g_test_add_func("/rules/patterns/a_text_shows_the_parts", a_text_shows_the_parts);
    g_test_add_func("/rules/patterns/ladders_and_reminders_are_kept_with_the_rule",
                    ladders_and_reminders_are_kept_with_the_rule);
    g_test_add_func("/rules/patterns/a_sequence_survives_a_restart", a_sequence_survives_a_restart);
    return g_test_run();
}
