/* Packs with other delays, or none: what the changed text says, and that it still compiles.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "rules/packs/packs.h"
#include "rules/replay/grid.h"
#include "rules/replay/sets.h"

#define TEXT                                                                                       \
    "rules \"x\" version 1 # rule when for\n"                                                      \
    "limit L = 90 % within 80 % .. 95 % per bed\n"                                                 \
    "rule a version 1 { source \"for 3 s\" raise low \"{SpO2} for 5 s\"\n"                         \
    "  applies when (age for x) when (no QRS for 4 s) and SpO2 < L for 15 s resetting # why\n"     \
    "  clear when SpO2 >= L + 2 % for 10 s unknown longer than 5 min -> clear\n"                   \
    "  hold down 30 min unless b, c\n"                                                             \
    "  escalate to x after 5 min unless acknowledged }\n"                                          \
    "rule b version 1 { raise low \"b\" when no QRS for 4 s }\n"                                   \
    "rule c version 1 { raise low \"c\" when SpO2 < L }\n"                                         \
    "rule d version 1 { raise low \"d\" when HR > 5 for 9 s holding }\n"

static char *
delayed(int64_t us, GPtrArray *names)
{
    return rules_edit_delay(TEXT, strlen(TEXT), "L", us, names);
}

static void
changes_the_delay_of_rules_that_read_the_limit(void)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *text = delayed(2500000, names);
    g_assert_nonnull(strstr(text, "and SpO2 < L for 2500 ms # why\n"));
    g_assert_nonnull(strstr(text, "clear when SpO2 >= L + 2 % for 10 s unknown"));
    g_assert_nonnull(strstr(text, "when SpO2 < L for 2500 ms }"));
    g_assert_nonnull(strstr(text, "when no QRS for 4 s }"));
    g_assert_nonnull(strstr(text, "for 9 s holding"));
    g_assert_cmpuint(names->len, ==, 2);
    g_assert_cmpstr(names->pdata[0], ==, "a");
    g_assert_cmpstr(names->pdata[1], ==, "c");
}

static void
as_written_changes_nothing(void)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *text = delayed(RULES_EDIT_AS_WRITTEN, names);
    g_assert_cmpstr(text, ==, TEXT);
    g_assert_cmpuint(names->len, ==, 2);
}

static void
raw_takes_away_all_that_keeps_alarms_rare(void)
{
    g_autofree char *text = rules_edit_raw(TEXT, strlen(TEXT));
    g_assert_nonnull(strstr(text, "when (no QRS for 4 s) and SpO2 < L  # why\n"));
    g_assert_nonnull(strstr(text, "applies when (age for x)"));
    g_assert_null(strstr(text, "clear when"));
    g_assert_nonnull(strstr(text, "-> clear\n"));
    g_assert_null(strstr(text, "hold down"));
    g_assert_null(strstr(text, "unless b"));
    g_assert_nonnull(strstr(text, "escalate to x after 5 min unless acknowledged }"));
    g_assert_nonnull(strstr(text, "when no QRS for 4 s }"));
    g_assert_nonnull(strstr(text, "when HR > 5  }"));
}

static void
every_built_in_pack_compiles_raw_and_with_any_delay(void)
{
    GError *error = NULL;
    g_autoptr(RulesSet) as_is = rules_replay_set("adult-icu, rhythm, technical", &error);
    g_assert_no_error(error);
    g_autoptr(RulesSet) raw = rules_replay_set_raw("adult-icu, rhythm, technical", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(rules_set_n_rules(raw), ==, rules_set_n_rules(as_is));
    g_assert_cmpstr(rules_set_hash(raw), !=, rules_set_hash(as_is));
    for (size_t i = 0; rules_pack_name(i); i++) {
        g_autoptr(RulesSet) one = rules_replay_set_raw(rules_pack_name(i), &error);
        g_assert_no_error(error);
        g_assert_nonnull(one);
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(RulesSet) slow = rules_replay_set_delay(NULL, "MAP_low", 0, names, &error);
    g_assert_no_error(error);
    g_assert_nonnull(slow);
    g_assert_cmpuint(names->len, >=, 1);
}

static void
a_set_that_does_not_compile_says_why(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("XXXXXX.vrules", &path, NULL);
    const char text[] = "rules \"x\" version 1\nrule a version 1 { raise low \"a\" when QQ > 5 }\n";
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_null(rules_replay_set(path, &error));
    g_assert_nonnull(strstr(error->message, ":2:"));
    g_assert_nonnull(strstr(error->message, "QQ"));
    g_unlink(path);
    g_close(fd, NULL);
    g_clear_error(&error);
    g_assert_null(rules_replay_set("no-such-pack", &error));
    g_assert_nonnull(strstr(error->message, "there is adult-icu"));
}

static void
says_what_is_wrong_with_a_grid(void)
{
    static const struct {
        const char *grid, *delays, *says;
    } bad[] = {
        {"SpO2_low", NULL, "expected LIMIT=FROM..TO/STEP"},
        {"SpO2_low=85..92", NULL, "expected LIMIT=FROM..TO/STEP"},
        {"SpO2_low=92..85/1", NULL, "expected LIMIT=FROM..TO/STEP"},
        {"SpO2_low=85..92/0", NULL, "expected LIMIT=FROM..TO/STEP"},
        {"SpO2_low=85..nan/1", NULL, "expected LIMIT=FROM..TO/STEP"},
        {"=85..92/1", NULL, "expected LIMIT=FROM..TO/STEP"},
        {"SpO2_low=85..92/0.001", NULL, "has 7001 values, above 100"},
        {"SpO2_low=85..92/1", "15", "expected durations"},
        {"SpO2_low=85..92/1", "15s,-1s", "\"-1s\": expected durations"},
        {"SpO2_low=80..94/0.2", "0s,15s", "142 pairs of a value and a delay"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(rules_grid_parse(bad[i].grid, bad[i].delays, &error));
        if (!strstr(error->message, bad[i].says))
            g_error("\"%s\" lacks \"%s\"", error->message, bad[i].says);
    }
}

static void
a_grid_of_what_no_rule_reads_is_refused(void)
{
    static const struct {
        const char *grid, *says;
    } bad[] = {
        {"SpO2_lowest=85..92/1",
         "no rule reads a limit of a bed called \"SpO2_lowest\"; there is "},
        {"HR=85..92/1", "no rule reads a limit of a bed called \"HR\""},
        {"SpO2_low=75..92/1", "SpO2_low = 75 % is outside 80..95 %"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(RulesGrid) grid = rules_grid_parse(bad[i].grid, "0s", &error);
        g_assert_nonnull(grid);
        g_assert_false(rules_grid_compile(grid, NULL, &error));
        if (!strstr(error->message, bad[i].says))
            g_error("\"%s\" lacks \"%s\"", error->message, bad[i].says);
    }
    g_autoptr(RulesGrid) grid = rules_grid_parse("SpO2_low=85..86/0.1", "0s,1min", NULL);
    g_assert_cmpuint(rules_grid_cells(grid), ==, 22);
    g_assert_cmpfloat_with_epsilon(g_array_index(grid->values, double, 10), 86, 1e-9);
    g_assert_true(rules_grid_compile(grid, NULL, NULL));
    g_assert_cmpstr(grid->rules->pdata[0], ==, "desaturation");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/replay/edit/changes_the_delay_of_rules_that_read_the_limit",
                    changes_the_delay_of_rules_that_read_the_limit);
    g_test_add_func("/replay/edit/as_written_changes_nothing", as_written_changes_nothing);
    g_test_add_func("/replay/edit/raw_takes_away_all_that_keeps_alarms_rare",
                    raw_takes_away_all_that_keeps_alarms_rare);
    g_test_add_func("/replay/edit/every_built_in_pack_compiles_raw_and_with_any_delay",
                    every_built_in_pack_compiles_raw_and_with_any_delay);
    g_test_add_func("/replay/edit/a_set_that_does_not_compile_says_why",
                    a_set_that_does_not_compile_says_why);
    g_test_add_func("/replay/edit/says_what_is_wrong_with_a_grid", says_what_is_wrong_with_a_grid);
    g_test_add_func("/replay/edit/a_grid_of_what_no_rule_reads_is_refused",
                    a_grid_of_what_no_rule_reads_is_refused);
    return g_test_run();
}
