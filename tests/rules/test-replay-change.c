/* A proposed change: what it says of the rules, and that it forecasts what setting it does.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "rules/packs/packs.h"
#include "rules/replay/change.h"
#include "rules/replay/report.h"
#include "rules/replay/sets.h"
#include "tests/rules/replay-fixture.h"

#define TEXT                                                                                       \
    "rule a version 1 { raise low \"a for 5 s\" when SpO2 < L for 15 s resetting # + 2\n"          \
    "  clear when SpO2 >= L + 2 % for 10 s unknown longer than 5 min -> clear }\n"                 \
    "rule b version 1 { raise low \"b\" when HR > 5 + 1 for 9 s holding clear when HR < H - 5 }\n"

static char *
edited(const char *rule, RulesEditClause clause, double value, bool expected)
{
    bool done = false;
    char *text = rules_edit_rule(TEXT, strlen(TEXT), rule, clause, value, &done);
    g_assert_cmpint(done, ==, expected);
    return text;
}

static void
changes_one_clause_of_one_rule(void)
{
    g_autofree char *delay = edited("a", RULES_EDIT_FOR, 2.5, true);
    g_assert_nonnull(strstr(delay, "when SpO2 < L for 2500 ms # + 2\n  clear"));
    g_assert_nonnull(strstr(delay, "L + 2 % for 10 s"));
    g_assert_nonnull(strstr(delay, "for 9 s holding"));
    g_autofree char *held = edited("b", RULES_EDIT_FOR, 30, true);
    g_assert_nonnull(strstr(held, "HR > 5 + 1 for 30000 ms holding"));
    g_autofree char *off = edited("a", RULES_EDIT_CLEAR_FOR, 60, true);
    g_assert_nonnull(strstr(off, "clear when SpO2 >= L + 2 % for 60000 ms unknown"));
    g_assert_nonnull(strstr(off, "for 15 s resetting"));
    g_autofree char *added = edited("b", RULES_EDIT_CLEAR_FOR, 60, true);
    g_assert_nonnull(strstr(added, "clear when HR < H - 5 for 60000 ms }"));
    g_autofree char *band = edited("b", RULES_EDIT_HYSTERESIS, 7.5, true);
    g_assert_nonnull(strstr(band, "HR > 5 + 1 for 9 s"));
    g_assert_nonnull(strstr(band, "HR < H - 7.500000 }"));
    g_autofree char *none = edited("c", RULES_EDIT_FOR, 1, false);
    g_assert_cmpstr(none, ==, TEXT);
}

static void
says_what_is_wrong_with_a_change(void)
{
    static const char *const bad[] = {
        "SpO2_low",  "SpO2_low=",     "=88",         "SpO2_low=88x",   "SpO2_low=nan", "r.for=15",
        "r.for=-1s", "r.for=25h",     "r.for=0.1ms", ".for=1s",        "r.fro=1s",     "r.=1s",
        "r.for",     "r.hysteresis=", "r.for=15s ",  "r.hysteresis=-1"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        char *texts[] = {(char *)bad[i], NULL};
        g_assert_null(rules_change_parse(texts, &error));
        g_assert_nonnull(strstr(error->message, bad[i]));
        g_assert_nonnull(strstr(error->message, "expected LIMIT=NUMBER"));
    }
    g_autoptr(GError) error = NULL;
    char *two[] = {(char *)"SpO2_low=88", (char *)"HR_low=40", NULL};
    g_assert_null(rules_change_parse(two, &error));
    g_assert_nonnull(strstr(error->message, "HR_low=40"));
}

static void
a_set_without_it_refuses_it(void)
{
    static const struct {
        const char *change, *says;
    } bad[] = {
        {"SpO2_lowest=88", "no rule reads a limit of a bed called \"SpO2_lowest\""},
        {"SpO2_low=70", "SpO2_low = 70 % is outside 80..95 %"},
        {"desat.for=5s", "no rule \"desat\""},
        {"news2-emergency.hysteresis=3", "news2-emergency has no hysteresis beside a limit"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        char *texts[] = {(char *)bad[i].change, NULL};
        g_autoptr(RulesChange) change = rules_change_parse(texts, &error);
        g_assert_no_error(error);
        g_assert_null(rules_change_compile(change, NULL, &error));
        if (!strstr(error->message, bad[i].says))
            g_error("\"%s\" lacks \"%s\"", error->message, bad[i].says);
    }
}

static void
names_the_rules_that_it_touches(void)
{
    char *texts[] = {(char *)"SpO2_low=88", (char *)"hr-low.for=8s",
                     (char *)"desaturation.hysteresis=3", NULL};
    g_autoptr(RulesChange) change = rules_change_parse(texts, NULL);
    g_autoptr(RulesSet) as_is = rules_replay_set(NULL, NULL);
    g_autoptr(RulesSet) set = rules_change_compile(change, NULL, NULL);
    g_assert_nonnull(set);
    g_assert_cmpstr(rules_set_hash(set), !=, rules_set_hash(as_is));
    g_assert_cmpuint(rules_set_n_rules(set), ==, rules_set_n_rules(as_is));
    g_assert_cmpuint(change->rules->len, ==, 2);
    g_assert_cmpstr(change->rules->pdata[0], ==, "desaturation");
    g_assert_cmpstr(change->rules->pdata[1], ==, "hr-low");
    g_assert_cmpstr(rules_change_lane(change, set).limit, ==, "SpO2_low");
}

/* --- the forecast --- */

/* Two hours of falls, each of another depth and length, the same each time. */
static void
put_falls(GString *text)
{
    unsigned state = 7;
    for (int s = 0; s < 7200;) {
        state = state * 1103515245u + 12345u;
        int calm = 20 + (int)(state >> 16) % 60;
        int fall = 1 + (int)(state >> 8) % 40;
        int depth = 84 + (int)(state >> 20) % 9;
        replay_run(text, s, s + calm, "SpO2", 97);
        replay_run(text, s + calm, s + calm + fall, "SpO2", depth);
        s += calm + fall;
    }
}

/* What the rules say of the falls; @limit: a row that sets it before the first value, "" none. */
static RulesReport *
played(RulesSet *set, const RulesLane *lane, const char *limit)
{
    g_autoptr(RulesInputs) inputs = rules_inputs_new();
    g_autoptr(GString) text = g_string_new(NULL);
    if (*limit)
        replay_row(text, -1, limit);
    put_falls(text);
    replay_series(inputs, text->str);
    g_autoptr(RulesPlayer) player = rules_player_new(&set, 1, "a/b/1", 0, INT64_MAX);
    if (lane && lane->limit)
        g_assert_true(rules_player_fix_limit(player, 0, lane->limit, lane->value));
    rules_player_play(player, inputs);
    rules_player_end(player, T0_US + 7200 * (int64_t)G_USEC_PER_SEC);
    RulesReport *report = rules_report_new();
    g_assert_true(rules_report_log(report, rules_player_log(player, 0)->str));
    return report;
}

static char *
write_pack(const char *text)
{
    char *path = NULL;
    int fd = g_file_open_tmp("XXXXXX.vrules", &path, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_close(fd, NULL);
    return path;
}

static unsigned
alarms(const RulesReport *report)
{
    RulesReportSum sum = rules_report_sum(report);
    return sum.alarms[RULES_PRIORITY_MEDIUM] + sum.alarms[RULES_PRIORITY_HIGH] + sum.technical;
}

static void
assert_same(const RulesReport *a, const RulesReport *b)
{
    g_autoptr(GArray) one = rules_report_only(a, b);
    g_autoptr(GArray) other = rules_report_only(b, a);
    g_assert_cmpuint(alarms(a), ==, alarms(b));
    g_assert_cmpuint(one->len + other->len, ==, 0);
    g_assert_cmpuint(rules_report_later(a, b).alarms, ==, 0);
}

/* The change as a lane, against the same limit set by a person and against a pack that was
 * written so. */
static void
the_forecast_is_what_then_happens(void)
{
    g_autofree char *path = write_pack(REPLAY_SET);
    g_autoptr(RulesSet) as_is = rules_replay_set(path, NULL);
    g_autoptr(RulesReport) before = played(as_is, NULL, "");
    char *limit[] = {(char *)"SpO2_low=87", NULL};
    g_autoptr(RulesChange) change = rules_change_parse(limit, NULL);
    g_autoptr(RulesSet) set = rules_change_compile(change, path, NULL);
    RulesLane lane = rules_change_lane(change, set);
    g_autoptr(RulesReport) forecast = played(set, &lane, "");
    g_autoptr(RulesReport) happened = played(as_is, NULL, "limit,SpO2_low,87");
    g_test_message("%u alarms, forecast %u", alarms(before), alarms(forecast));
    g_assert_cmpuint(alarms(forecast), >, 5);
    g_assert_cmpuint(alarms(before), >, alarms(forecast) + 5);
    assert_same(forecast, happened);

    char *delay[] = {(char *)"desaturation.for=25s", (char *)"desaturation.clear-for=5s",
                     (char *)"desaturation.hysteresis=1", NULL};
    g_autofree char *written = write_pack(
        "rules \"small\" version 1\n"
        "default unknown longer than 5 min -> technical low \"{rule}: no data\"\n"
        "use SpO2: % validity 30 s\nuse HR: /min validity 30 s\n"
        "limit SpO2_low = 90 % within 80 % .. 95 % per bed\n"
        "rule desaturation version 4 { raise medium \"SpO2 {SpO2}\"\n"
        "  when SpO2 < SpO2_low for 25 s resetting clear when SpO2 >= SpO2_low + 1 % for 5 s\n"
        "  unknown longer than 60 s -> technical low \"SpO2 probe off\" }\n"
        "rule tachycardia version 1 { raise high \"HR {HR}\" when HR > 150 /min for 5 s }\n");
    g_autoptr(RulesChange) slower = rules_change_parse(delay, NULL);
    g_autoptr(RulesSet) slow_set = rules_change_compile(slower, path, NULL);
    g_autoptr(RulesReport) slow = played(slow_set, NULL, "");
    g_autoptr(RulesSet) slow_pack = rules_replay_set(written, NULL);
    g_autoptr(RulesReport) slow_happened = played(slow_pack, NULL, "");
    g_assert_cmpuint(alarms(slow), >, 5);
    assert_same(slow, slow_happened);

    RulesReportLater later = rules_report_later(slow, before);
    g_assert_cmpuint(later.alarms, >, 0);
    g_assert_cmpint(later.longest.raised_us - later.before_us, ==, 10 * G_USEC_PER_SEC);
    g_unlink(path);
    g_unlink(written);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/replay/change/changes_one_clause_of_one_rule",
                    changes_one_clause_of_one_rule);
    g_test_add_func("/replay/change/says_what_is_wrong_with_a_change",
                    says_what_is_wrong_with_a_change);
    g_test_add_func("/replay/change/a_set_without_it_refuses_it", a_set_without_it_refuses_it);
    g_test_add_func("/replay/change/names_the_rules_that_it_touches",
                    names_the_rules_that_it_touches);
    g_test_add_func("/replay/change/the_forecast_is_what_then_happens",
                    the_forecast_is_what_then_happens);
    return g_test_run();
}
