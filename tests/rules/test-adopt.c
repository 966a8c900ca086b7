/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/adopt.h"
#include "rules/packs/packs.h"
#include "tests/rules/ward.h"

/* A set of two packs: other indexes for everything. */
static RulesSet *
among_others(const char *text)
{
    static const char before[] =
        "rules \"before\" version 1\n"
        "use Temp: Cel validity 4 h\nuse RR: /min validity 20 s\nuse QRS: event from ECG\n"
        "use PLETH_BEAT: event from PLETH\nuse O2: symbol validity 1 h\n"
        "limit before-first = 30 /min within 20 /min .. 40 /min per bed\n"
        "rule warm \"Warm\" version 1 { raise low \"t\" when max(Temp over 1 h) > 41 Cel and O2 = "
        "AIR "
        "unknown longer than 5 min -> keep }\n"
        "rule many \"Many\" version 1 { raise low \"t\" when count(PLETH_BEAT over 5 min) > 100000 "
        "or RR > before-first * 4 unknown longer than 5 min -> keep }\n";
    const RulesPackText packs[] = {{"before.vrules", before, sizeof before - 1},
                                   {"set.vrules", text, strlen(text)}};
    g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new("?");
    RulesSet *set = rules_set_compile_packs(packs, 2, NULL, NULL, diagnostics);
    for (size_t i = 0; i < rules_diagnostics_length(diagnostics); i++) {
        g_autofree char *line = rules_diagnostics_format(diagnostics, i, true);
        g_test_message("%s", line);
    }
    g_assert_nonnull(set);
    return set;
}

static void
feed(RulesBed *bed, int second)
{
    double hr = second % 90 < 45 ? 80 + second % 7 : 150;
    ward_put(bed, "HR", second, hr);
    if (second < 130 || second > 330)
        ward_put(bed, "SpO2", second, second % 50 < 20 ? 85 : 96);
    if (second % 15 == 0) {
        ward_put(bed, "RR", second, 12 + second % 20);
        ward_put(bed, "ART_M", second, second % 60 < 35 ? 60 : 75);
        ward_put(bed, "ART_S", second, 100);
        ward_put(bed, "Temp", second, 38.5);
        ward_word(bed, "ACVPU", second, second % 60 < 30 ? "A" : "V");
        ward_word(bed, "LEAD_ECG", second, second % 200 < 180 ? "ON" : "OFF");
    }
    if (second % 100 < 80) {
        ward_carrier(bed, "QRS", second, second + 1);
        if (second % 100 < 60)
            ward_event(bed, "QRS", second + 0.5);
    }
}

typedef struct {
    const RulesSet *only; /* rules of this set are logged */
    GString *log;
} Log;

static void
log_known(const RulesTransition *t, void *user)
{
    const Log *log = user;
    if (t->rule >= 0 && rules_set_rule_find(log->only, t->rule_name) < 0)
        return;
    ward_log(t, log->log);
}

/* The story of @set up to 400 s; before the second @at its bed goes over into @next. */
static char *
play(RulesSet *set, RulesSet *next, int at)
{
    RulesEngine *engine = rules_engine_new(set);
    Log log = {set, g_string_new(NULL)};
    RulesBed *bed = rules_engine_bed(engine, "a/b/1");
    for (int second = 0; second < 400; second++) {
        if (second == at) {
            RulesEngine *other = rules_engine_new(next);
            RulesBed *to = rules_engine_bed(other, "a/b/1");
            rules_engine_adopt(to, bed);
            rules_engine_free(engine);
            engine = other;
            bed = to;
        }
        feed(bed, second);
        rules_engine_advance(engine, ward_t(second - 0.3), log_known, &log);
    }
    rules_engine_free(engine);
    return g_string_free(log.log, FALSE);
}

static void
the_same_rules_go_on_as_if_nothing_had_happened(void)
{
    const char *text = rules_pack_text("adult-icu");
    g_autoptr(RulesSet) set = vectors_compile(text);
    g_autoptr(RulesSet) next = among_others(text);
    g_autofree char *straight = play(set, set, -1);
    g_assert_nonnull(strstr(straight, "raise"));
    g_assert_nonnull(strstr(straight, "technical"));
    for (int at = 1; at < 400; at += 7) {
        g_autofree char *changed = play(set, next, at);
        g_assert_cmpstr(changed, ==, straight);
    }
}

#define HEAD "rules \"t\" version 1\nuse HR: /min validity 30 s\n"
#define SLOW                                                                                       \
    "rule slow \"Slow\" version 1 { raise low \"t\" when HR < 50 /min for 20 s unknown longer "    \
    "than "                                                                                        \
    "5 min -> keep }\n"

/* One bed that saw HR 40 from 0 to 9 s. */
static RulesEngine *
slow_for_ten_seconds(RulesSet *set, GString *log)
{
    RulesEngine *engine = rules_engine_new(set);
    RulesBed *bed = rules_engine_bed(engine, "a/b/1");
    for (int s = 0; s < 10; s++)
        ward_put(bed, "HR", s, 40);
    rules_engine_advance(engine, ward_t(9), ward_log, log);
    return engine;
}

/* And the same from 10 s on, in the next set. */
static char *
went_on(RulesSet *set, RulesSet *next, RulesBed **out, RulesEngine **engine_out)
{
    GString *log = g_string_new(NULL);
    g_autoptr(RulesEngine) engine = slow_for_ten_seconds(set, log);
    RulesEngine *other = rules_engine_new(next);
    RulesBed *bed = rules_engine_bed(other, "a/b/1");
    rules_engine_adopt(bed, rules_engine_find(engine, "a/b/1"));
    for (int s = 10; s < 60; s++)
        ward_put(bed, "HR", s, 40);
    rules_engine_advance(other, ward_t(59), ward_log, log);
    *out = bed;
    *engine_out = other;
    return g_string_free(log, FALSE);
}

static void
a_changed_rule_starts_idle_and_an_unchanged_one_keeps_its_delay(void)
{
    g_autoptr(RulesSet) set = vectors_compile(HEAD SLOW);
    g_autoptr(RulesSet) words = vectors_compile(
        HEAD "rule slow \"Another title\" version 1 { note \"n\" raise low \"other\" when HR < 50 "
             "/min for 20 s unknown longer than 5 min -> keep }\n");
    g_autoptr(RulesSet) changed = vectors_compile(
        HEAD "rule slow \"Slow\" version 2 { raise low \"t\" when HR < 51 /min for 20 s unknown "
             "longer than 5 min -> keep }\n");
    RulesBed *bed = NULL;
    RulesEngine *engine = NULL;
    g_autofree char *kept = went_on(set, words, &bed, &engine);
    g_assert_cmpstr(kept, ==, "20 slow raise\n");
    rules_engine_free(engine);
    g_autofree char *anew = went_on(set, changed, &bed, &engine);
    g_assert_cmpstr(anew, ==, "30 slow raise\n");
    rules_engine_free(engine);
}

static void
windows_over_the_same_values_are_kept(void)
{
#define MEAN(least)                                                                                \
    HEAD "rule mean \"M\" version 1 { raise low \"t\" when mean(HR over 20 s needing 90 %) "       \
         "< " least " /min unknown longer than 5 min -> keep }\n"
    g_autoptr(RulesSet) set = vectors_compile(MEAN("30"));
    g_autoptr(RulesSet) next = vectors_compile(MEAN("50"));
    RulesBed *bed = NULL;
    RulesEngine *engine = NULL;
    /* Coverage of 90 % of 20 s is there after 18 s, not 18 s after the change. */
    g_autofree char *kept = went_on(set, next, &bed, &engine);
    g_assert_cmpstr(kept, ==, "18 mean raise\n");
    rules_engine_free(engine);
}

static void
a_beds_limit_stays_while_it_is_in_range(void)
{
#define LIMIT(range)                                                                               \
    HEAD "limit low = 50 /min within " range " per bed\n"                                          \
         "rule slow \"Slow\" version 1 { raise low \"t\" when HR < low for 20 s unknown longer "   \
         "than 5 min -> keep }\n"
    g_autoptr(RulesSet) set = vectors_compile(LIMIT("20 /min .. 60 /min"));
    g_autoptr(RulesSet) wide = vectors_compile(LIMIT("30 /min .. 70 /min"));
    g_autoptr(RulesSet) narrow = vectors_compile(LIMIT("45 /min .. 60 /min"));
    GString *log = g_string_new(NULL);
    g_autoptr(RulesEngine) engine = rules_engine_new(set);
    RulesBed *bed = rules_engine_bed(engine, "a/b/1");
    g_assert_true(rules_engine_limit(bed, "low", 35, ward_t(0)));
    ward_put(bed, "HR", 1, 60);
    rules_engine_advance(engine, ward_t(2), ward_log, log);
    g_autoptr(RulesEngine) second = rules_engine_new(wide);
    RulesBed *kept = rules_engine_bed(second, "a/b/1");
    rules_engine_adopt(kept, bed);
    g_assert_cmpfloat(rules_bed_limit(kept, 0), ==, 35);
    g_autoptr(RulesEngine) third = rules_engine_new(narrow);
    RulesBed *fresh = rules_engine_bed(third, "a/b/1");
    rules_engine_adopt(fresh, bed);
    g_assert_cmpfloat(rules_bed_limit(fresh, 0), ==, 50);
    g_string_free(log, TRUE);
}

static void
what_is_queued_is_judged_by_the_next_set(void)
{
    g_autoptr(RulesSet) set = vectors_compile(HEAD SLOW);
    g_autoptr(RulesSet) next = among_others(HEAD SLOW);
    GString *log = g_string_new(NULL);
    g_autoptr(RulesEngine) engine = rules_engine_new(set);
    RulesBed *bed = rules_engine_bed(engine, "a/b/1");
    for (int s = 0; s < 30; s++)
        ward_put(bed, "HR", s, 40);
    rules_engine_advance(engine, ward_t(3), ward_log, log);
    g_autoptr(RulesEngine) second = rules_engine_new(next);
    RulesBed *to = rules_engine_bed(second, "a/b/1");
    rules_engine_adopt(to, bed);
    rules_engine_advance(second, ward_t(25), ward_log, log);
    g_assert_cmpstr(log->str, ==, "20 slow raise\n");
    g_string_free(log, TRUE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/adopt/the_same_rules_go_on_as_if_nothing_had_happened",
                    the_same_rules_go_on_as_if_nothing_had_happened);
    g_test_add_func("/rules/adopt/a_changed_rule_starts_idle_and_an_unchanged_one_keeps_its_delay",
                    a_changed_rule_starts_idle_and_an_unchanged_one_keeps_its_delay);
    g_test_add_func("/rules/adopt/windows_over_the_same_values_are_kept",
                    windows_over_the_same_values_are_kept);
    g_test_add_func("/rules/adopt/a_beds_limit_stays_while_it_is_in_range",
                    a_beds_limit_stays_while_it_is_in_range);
    g_test_add_func("/rules/adopt/what_is_queued_is_judged_by_the_next_set",
                    what_is_queued_is_judged_by_the_next_set);
    return g_test_run();
}
