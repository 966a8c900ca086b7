/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/folder.h"
#include "rules/language/bundle.h"
#include "rules/packs/keep.h"
#include "rules/packs/packs.h"
#include "tests/rules/vectors.h"

/* Texts by name, as files would be. */
typedef struct {
    const char *key;
    const char *text;
} Text;

static char *
read_text(const char *pack, const char *key, size_t *length, GError **error, void *user)
{
    (void)pack;
    for (const Text *t = user; t->key != NULL; t++)
        if (strcmp(t->key, key) == 0) {
            *length = strlen(t->text);
            return g_strdup(t->text);
        }
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "there is no such file");
    return NULL;
}

/* The messages of what does not compile, "" of what does; the packs stand first in @texts. */
static char *
messages(const Text *texts, size_t n_packs, RulesSet **out)
{
    RulesPackText packs[RULES_MAX_PACKS];
    for (size_t i = 0; i < n_packs; i++)
        packs[i] = (RulesPackText){texts[i].key, texts[i].text, strlen(texts[i].text)};
    g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new("?");
    RulesSet *set = rules_set_compile_packs(packs, n_packs, read_text, (void *)texts, diagnostics);
    GString *all = g_string_new(NULL);
    for (size_t i = 0; i < rules_diagnostics_length(diagnostics); i++) {
        g_autofree char *line = rules_diagnostics_format(diagnostics, i, false);
        g_string_append_printf(all, "%s\n", line);
    }
    if (out != NULL)
        *out = set;
    else if (set != NULL)
        rules_set_unref(set);
    return g_string_free(all, FALSE);
}

#define USES "use HR: /min validity 30 s\n"
#define RULE(name, when)                                                                           \
    "rule " name " \"T\" version 1 { raise low \"t\" when " when                                   \
    " for 5 s unknown longer than 5 min -> keep }\n"

static void
an_included_file_is_part_of_its_pack(void)
{
    const Text texts[] = {
        {"ours.vrules", "rules \"ours\" version 3\ninclude \"lib/uses.vrules\"\n"
                        "include \"lib/uses.vrules\"\n" RULE("slow", "HR < 40 /min")},
        {"lib/uses.vrules", USES "include \"limits.vrules\"\ninclude \"../more.vrules\"\n"},
        {"lib/limits.vrules", "limit HR_high = 120 /min within 100 /min .. 150 /min per bed\n"},
        {"more.vrules", RULE("fast", "HR > HR_high")},
        {NULL, NULL},
    };
    RulesSet *set = NULL;
    g_autofree char *found = messages(texts, 1, &set);
    g_assert_cmpstr(found, ==, "");
    g_assert_nonnull(set);
    g_assert_cmpuint(rules_set_n_rules(set), ==, 2);
    g_assert_cmpuint(rules_set_n_packs(set), ==, 1);
    g_assert_cmpstr(rules_set_rule_place(set, (size_t)rules_set_rule_find(set, "fast")), ==,
                    "more.vrules:1");
    rules_set_unref(set);
}

/* What is included counts in the hash of the set. */
static void
a_changed_include_changes_the_hash(void)
{
    Text texts[] = {{"a.vrules", "rules \"a\" version 1\ninclude \"b.vrules\"\n"},
                    {"b.vrules", USES RULE("slow", "HR < 40 /min")},
                    {NULL, NULL}};
    RulesSet *one = NULL, *two = NULL;
    g_autofree char *first = messages(texts, 1, &one);
    texts[1].text = USES RULE("slow", "HR < 41 /min");
    g_autofree char *second = messages(texts, 1, &two);
    g_assert_cmpstr(rules_set_hash(one), !=, rules_set_hash(two));
    g_assert_cmpstr(rules_set_pack(one, 0).hash, !=, rules_set_pack(two, 0).hash);
    rules_set_unref(one);
    rules_set_unref(two);
}

static void
includes_are_bounded_in_depth_and_number(void)
{
    g_autoptr(GArray) texts = g_array_new(TRUE, TRUE, sizeof(Text));
    g_autoptr(GPtrArray) own = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) pack = g_string_new("rules \"t\" version 1\n");
    for (int i = 0; i < 80; i++)
        g_string_append_printf(pack, "include \"w%d.vrules\"\n", i);
    for (int i = -1; i < 80; i++) {
        char *key = i < 0 ? g_strdup("p.vrules") : g_strdup_printf("w%d.vrules", i);
        char *text = i < 0 ? g_strdup(pack->str) : g_strdup("# nothing\n");
        Text t = {key, text};
        g_ptr_array_add(own, key);
        g_ptr_array_add(own, text);
        g_array_append_val(texts, t);
    }
    g_autofree char *wide = messages((const Text *)(void *)texts->data, 1, NULL);
    g_assert_true(
        g_str_has_prefix(wide, "p.vrules:65:10: error E116: a set of more than 64 files\n"));

    const Text deep[] = {{"p.vrules", "rules \"t\" version 1\ninclude \"0.vrules\"\n"},
                         {"0.vrules", "include \"1.vrules\"\n"},
                         {"1.vrules", "include \"2.vrules\"\n"},
                         {"2.vrules", "include \"3.vrules\"\n"},
                         {"3.vrules", "include \"4.vrules\"\n"},
                         {"4.vrules", "include \"5.vrules\"\n"},
                         {"5.vrules", "include \"6.vrules\"\n"},
                         {"6.vrules", "include \"7.vrules\"\n"},
                         {"7.vrules", "include \"8.vrules\"\n"},
                         {NULL, NULL}};
    g_autofree char *found = messages(deep, 1, NULL);
    g_assert_cmpstr(found, ==, "7.vrules:1:10: error E116: files include files more than 8 deep\n");
}

static void
a_text_that_is_too_large_is_told_where_it_is_included(void)
{
    g_autofree char *large = g_strnfill(RULES_MAX_TEXT + 1, ' ');
    const Text texts[] = {{"p.vrules", "rules \"t\" version 1\n\ninclude \"l.vrules\"\n"},
                          {"l.vrules", large},
                          {NULL, NULL}};
    g_autofree char *found = messages(texts, 1, NULL);
    g_assert_cmpstr(found, ==, "p.vrules:3:10: error E100: a text of more than 1048576 bytes\n");
}

static void
no_name_leads_out_of_the_folder(void)
{
    static const struct {
        const char *from, *words, *key;
    } cases[] = {
        {"p.vrules", "a.vrules", "a.vrules"},
        {"lib/p.vrules", "a.vrules", "lib/a.vrules"},
        {"lib/p.vrules", "../a.vrules", "a.vrules"},
        {"lib/p.vrules", "x/../a.vrules", "lib/a.vrules"},
        {"lib/p.vrules", "../../a.vrules", NULL},
        {"p.vrules", "../a.vrules", NULL},
        {"p.vrules", "/etc/passwd", NULL},
        {"p.vrules", "", NULL},
        {"p.vrules", "x/..", NULL},
        {"p.vrules", ".hidden", NULL},
        {"p.vrules", "./a.vrules", NULL},
        {"p.vrules", "x//a.vrules", NULL},
        {"p.vrules", "a b", NULL},
        {"p.vrules", "a\\b", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *key = rules_bundle_resolve(cases[i].from, cases[i].words);
        g_assert_cmpstr(key, ==, cases[i].key);
    }
}

/* --- several packs ------------------------------------------------------------------ */

static void
packs_have_their_own_names_for_signals_and_one_for_rules(void)
{
    const Text texts[] = {
        {"a.vrules",
         "rules \"a\" version 2\n" USES "derive X = HR / 2\n" RULE("slow", "X < 20 /min")},
        {"b.vrules", "rules \"b\" version 5 owner \"Dr B\"\nuse HR: /min validity 20 s\n"
                     "derive X = HR * 2\n" RULE("fast", "X > 240 /min")},
        {"c.vrules", "rules \"c\" version 1\n" USES RULE("faster", "HR > 240 /min")},
        {NULL, NULL},
    };
    RulesSet *set = NULL;
    g_autofree char *found = messages(texts, 3, &set);
    g_assert_cmpstr(found, ==, "");
    g_assert_cmpstr(rules_set_name(set), ==, "a + b + c");
    g_assert_cmpuint(rules_set_n_packs(set), ==, 3);
    g_assert_cmpuint(rules_set_n_inputs(set), ==, 2); /* c says the same as a */
    size_t fast = (size_t)rules_set_rule_find(set, "fast");
    RulesPackInfo pack = rules_set_pack(set, rules_set_rule_pack(set, fast));
    g_assert_cmpstr(pack.name, ==, "b");
    g_assert_cmpstr(pack.owner, ==, "Dr B");
    g_assert_cmpint(pack.version, ==, 5);
    g_assert_cmpuint(pack.n_rules, ==, 1);
    g_assert_cmpuint(strlen(pack.hash), ==, 16);
    rules_set_unref(set);
}

/* The meaning of a rule does not depend on what stands beside it. */
static void
a_rule_means_the_same_alone_and_among_others(void)
{
    const Text texts[] = {{"a.vrules", "rules \"a\" version 1\n" USES RULE("slow", "HR < 40 /min")},
                          {"b.vrules", "rules \"b\" version 1\nuse HR: /min validity 20 s\n"
                                       "use SpO2: % validity 20 s\n" RULE("sat", "SpO2 < 90 %")},
                          {NULL, NULL}};
    RulesSet *both = NULL, *alone = NULL;
    g_autofree char *first = messages(texts, 2, &both);
    g_autofree char *second = messages(texts + 1, 1, &alone);
    g_assert_cmpstr(rules_set_rule_hash(both, (size_t)rules_set_rule_find(both, "sat")), ==,
                    rules_set_rule_hash(alone, 0));
    rules_set_unref(both);
    rules_set_unref(alone);
}

static void
what_two_packs_call_alike_names_both_places(void)
{
    const Text rules[] = {
        {"a.vrules", "rules \"a\" version 1\n" USES RULE("slow", "HR < 40 /min")},
        {"lib/b.vrules", "rules \"b\" version 1\n" USES "\n" RULE("slow", "HR < 50 /min")},
        {NULL, NULL}};
    g_autofree char *found = messages(rules, 2, NULL);
    g_assert_cmpstr(found, ==,
                    "lib/b.vrules:4:6: error E409: a second rule is called \"slow\"; the first "
                    "stands at a.vrules:3\n");

    const Text limits[] = {
        {"a.vrules",
         "rules \"a\" version 1\nlimit L = 40 /min within 30 /min .. 50 /min per bed\n"},
        {"b.vrules",
         "rules \"b\" version 1\nlimit L = 41 /min within 30 /min .. 50 /min per bed\n"},
        {NULL, NULL}};
    g_autofree char *other = messages(limits, 2, NULL);
    g_assert_cmpstr(other, ==,
                    "b.vrules:2:7: error E220: limit L is declared otherwise at a.vrules:2 "
                    "expected the same value, range and unit\n");

    const Text packs[] = {{"a.vrules", "rules \"a\" version 1\n"},
                          {"b.vrules", "rules \"a\" version 1\n"},
                          {NULL, NULL}};
    g_autofree char *twice = messages(packs, 2, NULL);
    g_assert_cmpstr(twice, ==, "b.vrules:1:8: error E221: a second pack is called \"a\"\n");

#define SCORE "use HR: /min\nscore S { part hr = (HR > 90 /min) : YES -> 1, NO -> 0 }\n"
    const Text scores[] = {{"a.vrules", "rules \"a\" version 1\ndefault validity 30 s\n" SCORE},
                           {"b.vrules", "rules \"b\" version 1\ndefault validity 30 s\n" SCORE},
                           {NULL, NULL}};
    g_autofree char *score = messages(scores, 2, NULL);
    g_assert_cmpstr(score, ==,
                    "b.vrules:4:7: error E219: a second score is called \"S\"; the first stands at "
                    "a.vrules:4\n");
}

static void
packs_share_a_limit_that_they_declare_alike(void)
{
#define LIMIT "limit L = 40 /min within 30 /min .. 50 /min per bed\n"
    const Text texts[] = {{"a.vrules", "rules \"a\" version 1\n" USES LIMIT RULE("one", "HR < L")},
                          {"b.vrules", "rules \"b\" version 1\n" USES LIMIT RULE("two", "HR > L")},
                          {NULL, NULL}};
    RulesSet *set = NULL;
    g_autofree char *found = messages(texts, 2, &set);
    g_assert_cmpstr(found, ==, "");
    g_assert_cmpuint(rules_set_n_limits(set), ==, 1);
    rules_set_unref(set);
}

static void
a_rule_may_stand_back_for_one_of_another_pack(void)
{
    const Text texts[] = {
        {"a.vrules", "rules \"a\" version 1\n" USES
                     "rule slow \"T\" version 1 { raise low \"t\" when HR < 50 /min unknown longer "
                     "than 5 min -> keep unless slower }\n"},
        {"b.vrules", "rules \"b\" version 1\n" USES RULE("slower", "HR < 40 /min")},
        {NULL, NULL}};
    g_autofree char *found = messages(texts, 2, NULL);
    g_assert_cmpstr(found, ==, "");
}

/* --- files -------------------------------------------------------------------------- */

static void
put(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static RulesPacks *
load(const char *folder, const char *list)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) words = g_string_new(list);
    g_string_replace(words, "@", folder, 0);
    RulesPacks *packs = rules_packs_new();
    g_assert_true(rules_packs_add_list(packs, words->str, &error));
    g_assert_no_error(error);
    return packs;
}

static void
a_link_out_of_the_folder_is_not_followed(void)
{
    g_autofree char *folder = g_dir_make_tmp("vicu-bundle-XXXXXX", NULL);
    put(folder, "in/p.vrules", "rules \"t\" version 1\ninclude \"link.vrules\"\n");
    put(folder, "out.vrules", USES);
    g_autofree char *target = g_build_filename(folder, "out.vrules", NULL);
    g_autofree char *link = g_build_filename(folder, "in/link.vrules", NULL);
    g_assert_cmpint(symlink(target, link), ==, 0);
    g_autoptr(RulesPacks) packs = load(folder, "@/in/p.vrules");
    g_assert_false(rules_packs_compile(packs));
    g_autofree char *why = rules_packs_first_fault(packs);
    g_assert_nonnull(strstr(why, "leads out of the pack's folder"));
    vicu_folder_remove(folder);
}

static void
the_list_takes_built_in_packs_and_paths(void)
{
    g_autofree char *folder = g_dir_make_tmp("vicu-bundle-XXXXXX", NULL);
    put(folder, "ours.vrules", "rules \"ours\" version 1\n" USES RULE("slow", "HR < 41 /min"));
    put(folder, "ours.vtests",
        "test \"slow\"\n  HR every 1 s: 60x5 40x6\n  expect slow raise at 10 s\n");
    g_autoptr(RulesPacks) packs = load(folder, " adult-icu , @/ours.vrules");
    g_assert_true(rules_packs_compile(packs));
    g_assert_cmpstr(rules_set_name(packs->set), ==, "adult-icu + ours");
    g_assert_true(rules_packs_test(packs));

    g_autoptr(RulesPacks) none = rules_packs_new();
    g_autoptr(GError) error = NULL;
    g_assert_false(rules_packs_add_list(none, "adult-icu, neonatal", &error));
    g_assert_nonnull(strstr(error->message, "no pack \"neonatal\" is built in"));
    g_assert_nonnull(strstr(error->message, "adult-icu"));
    vicu_folder_remove(folder);
}

/* What a ward runs that lists nothing. At night with all the tests of its packs in the whole
 * set, which take half a minute. */
static void
an_empty_list_is_adults_rhythm_and_the_way_of_the_data(void)
{
    g_autoptr(RulesPacks) packs = load("", "");
    g_assert_true(rules_packs_compile(packs));
    g_assert_cmpstr(rules_set_name(packs->set), ==, "adult-icu + rhythm + technical");
    g_assert_cmpuint(rules_set_n_packs(packs->set), ==, 3);
    g_assert_cmpint(rules_set_rule_find(packs->set, "news2-emergency"), >=, 0);
    g_assert_cmpint(rules_set_rule_find(packs->set, "rhythm-asystole"), >=, 0);
    g_assert_cmpint(rules_set_rule_find(packs->set, "no-data"), >=, 0);
    g_assert_cmpint(rules_set_rule_find(packs->set, "pews-high"), <, 0);
    if (g_getenv("VICU_NIGHT"))
        g_assert_true(rules_packs_test(packs));
}

static void
a_set_whose_test_fails_is_found_wanting(void)
{
    g_autofree char *folder = g_dir_make_tmp("vicu-bundle-XXXXXX", NULL);
    put(folder, "ours.vrules", "rules \"ours\" version 1\n" USES RULE("slow", "HR < 41 /min"));
    put(folder, "ours.vtests",
        "test \"slow\"\n  HR every 1 s: 60x5 40x6\n  expect slow raise at 9 s\n");
    g_autoptr(RulesPacks) packs = load(folder, "adult-icu, @/ours.vrules");
    g_assert_true(rules_packs_compile(packs));
    g_assert_false(rules_packs_test(packs));
    g_autofree char *why = rules_packs_first_fault(packs);
    g_assert_nonnull(strstr(why, "ours.vtests:3: test \"slow\": slow does not raise at 9 s"));
    vicu_folder_remove(folder);
}

/* A set is made again from its kept texts alone, includes and tests with it. */
static void
a_kept_set_is_made_again_without_its_files(void)
{
    g_autofree char *folder = g_dir_make_tmp("vicu-bundle-XXXXXX", NULL);
    g_autofree char *sets = g_build_filename(folder, "sets", NULL);
    g_autoptr(GError) error = NULL;
    g_mkdir_with_parents(sets, 0700);
    put(folder, "in/ours.vrules",
        "rules \"ours\" version 1\ninclude \"lib/uses.vrules\"\n" RULE("slow", "HR < 41 /min"));
    put(folder, "in/lib/uses.vrules", USES);
    g_autoptr(RulesPacks) packs = load(folder, "adult-icu, @/in/ours.vrules");
    g_assert_true(rules_packs_compile(packs));
    g_assert_true(rules_packs_keep(packs, sets, &error));
    g_assert_no_error(error);
    const char *hash = rules_set_hash(packs->set);
    put(folder, "in/ours.vrules", "broken");

    g_autoptr(RulesPacks) again = rules_packs_recall(sets, hash);
    g_assert_nonnull(again);
    g_assert_cmpstr(rules_set_hash(again->set), ==, hash);
    g_assert_true(rules_packs_test(again));
    rules_packs_tidy(sets, hash, "0123456789abcdef");
    g_assert_true(rules_packs_keep(packs, sets, &error));
    g_assert_null(rules_packs_recall(sets, "0123456789abcdef"));
    g_assert_null(rules_packs_recall(sets, "../sets"));

    /* A copy that was altered is none. */
    g_autofree char *copy = g_build_filename(sets, hash, "1", "lib", NULL);
    put(copy, "uses.vrules", "use HR: /min validity 31 s\n");
    g_assert_null(rules_packs_recall(sets, hash));
    rules_packs_tidy(sets, "0123456789abcdef", "");
    g_autofree char *gone = g_build_filename(sets, hash, NULL);
    g_assert_false(g_file_test(gone, G_FILE_TEST_EXISTS));
    vicu_folder_remove(folder);
}

/* Without its list, written last, a copy is none: the process may have ended before. */
static void
a_copy_that_is_not_whole_is_none(void)
{
    g_autofree char *folder = g_dir_make_tmp("vicu-bundle-XXXXXX", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(RulesPacks) packs = load(folder, "adult-icu");
    g_assert_true(rules_packs_compile(packs));
    g_assert_true(rules_packs_keep(packs, folder, &error));
    const char *hash = rules_set_hash(packs->set);
    g_autofree char *list = g_build_filename(folder, hash, "list", NULL);
    g_assert_cmpint(unlink(list), ==, 0);
    g_assert_null(rules_packs_recall(folder, hash));
    static const char *const bad[] = {"0/../../x\n", "/etc/passwd\n", "x\n", "0/\n",
                                      "\n",          "0/.x\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_true(g_file_set_contents(list, bad[i], -1, NULL));
        g_assert_null(rules_packs_recall(folder, hash));
    }
    g_assert_cmpint(unlink(list), ==, 0);
    g_assert_true(rules_packs_keep(packs, folder, &error));
    g_autoptr(RulesPacks) again = rules_packs_recall(folder, hash);
    g_assert_nonnull(again);
    vicu_folder_remove(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/bundle/an_included_file_is_part_of_its_pack",
                    an_included_file_is_part_of_its_pack);
    g_test_add_func("/rules/bundle/a_changed_include_changes_the_hash",
                    a_changed_include_changes_the_hash);
    g_test_add_func("/rules/bundle/includes_are_bounded_in_depth_and_number",
                    includes_are_bounded_in_depth_and_number);
    g_test_add_func("/rules/bundle/a_text_that_is_too_large_is_told_where_it_is_included",
                    a_text_that_is_too_large_is_told_where_it_is_included);
    g_test_add_func("/rules/bundle/no_name_leads_out_of_the_folder",
                    no_name_leads_out_of_the_folder);
    g_test_add_func("/rules/bundle/packs_have_their_own_names_for_signals_and_one_for_rules",
                    packs_have_their_own_names_for_signals_and_one_for_rules);
    g_test_add_func("/rules/bundle/a_rule_means_the_same_alone_and_among_others",
                    a_rule_means_the_same_alone_and_among_others);
    g_test_add_func("/rules/bundle/what_two_packs_call_alike_names_both_places",
                    what_two_packs_call_alike_names_both_places);
    g_test_add_func("/rules/bundle/packs_share_a_limit_that_they_declare_alike",
                    packs_share_a_limit_that_they_declare_alike);
    g_test_add_func("/rules/bundle/a_rule_may_stand_back_for_one_of_another_pack",
                    a_rule_may_stand_back_for_one_of_another_pack);
    g_test_add_func("/rules/bundle/a_link_out_of_the_folder_is_not_followed",
                    a_link_out_of_the_folder_is_not_followed);
    g_test_add_func("/rules/bundle/the_list_takes_built_in_packs_and_paths",
                    the_list_takes_built_in_packs_and_paths);
    g_test_add_func("/rules/bundle/an_empty_list_is_adults_rhythm_and_the_way_of_the_data",
                    an_empty_list_is_adults_rhythm_and_the_way_of_the_data);
    g_test_add_func("/rules/bundle/a_set_whose_test_fails_is_found_wanting",
                    a_set_whose_test_fails_is_found_wanting);
    g_test_add_func("/rules/bundle/a_kept_set_is_made_again_without_its_files",
                    a_kept_set_is_made_again_without_its_files);
    g_test_add_func("/rules/bundle/a_copy_that_is_not_whole_is_none",
                    a_copy_that_is_not_whole_is_none);
    return g_test_run();
}
