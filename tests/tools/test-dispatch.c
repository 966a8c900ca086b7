/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "tools/dispatch.h"
#include "tools/usage.h"

static const ToolVerb some[] = {
    {"status", "", "Says how it is", "vicu status", NULL, "vicu-x", "", FALSE},
    {"bed ls", "", "Lists beds", "vicu bed ls", NULL, "vicu-x", "", FALSE},
    {"bed watch", "BED", "Follows a bed", "vicu bed watch 7", NULL, "vicu-x", "", FALSE},
    {"keys", "", "Lists keys", "vicu keys", NULL, "vicu-x", "", FALSE},
    {"keys make", "NAME", "Makes a key", "vicu keys make x", NULL, "vicu-x", "", FALSE},
};
static const ToolVerbGroup groups[] = {{"Some", some, G_N_ELEMENTS(some)}};

static const char *
found(const char *a, const char *b, int *words)
{
    char *argv[] = {(char *)"vicu", (char *)a, (char *)b, NULL};
    const ToolVerb *verb = tool_dispatch_find(groups, 1,
                                              a == NULL   ? 1
                                              : b == NULL ? 2
                                                          : 3,
                                              argv, words);

    return verb != NULL ? verb->name : NULL;
}

static void
finds_a_verb_of_one_or_two_words(void)
{
    int words = 0;

    g_assert_cmpstr(found("status", NULL, &words), ==, "status");
    g_assert_cmpint(words, ==, 1);
    g_assert_cmpstr(found("status", "--json", &words), ==, "status");
    g_assert_cmpint(words, ==, 1);
    g_assert_cmpstr(found("bed", "ls", &words), ==, "bed ls");
    g_assert_cmpint(words, ==, 2);
    g_assert_cmpstr(found("keys", "make", &words), ==, "keys make");
    g_assert_cmpint(words, ==, 2);
    g_assert_cmpstr(found("keys", "--json", &words), ==, "keys");
    g_assert_cmpint(words, ==, 1);
}

static void
finds_nothing_for_what_is_no_verb(void)
{
    int words = 0;

    g_assert_null(found(NULL, NULL, &words));
    g_assert_null(found("bed", NULL, &words));
    g_assert_null(found("bed", "lss", &words));
    g_assert_null(found("stat", "us", &words));
}

static void
advises_the_nearest_verb_or_what_stands_behind_a_word(void)
{
    char *wrong[] = {(char *)"vicu", (char *)"stauts", NULL};
    char *half[] = {(char *)"vicu", (char *)"bed", NULL};
    g_autofree char *near = tool_dispatch_advice(groups, 1, 2, wrong);
    g_autofree char *behind = tool_dispatch_advice(groups, 1, 2, half);

    g_assert_nonnull(strstr(near, "did you mean \"status\"?"));
    g_assert_nonnull(strstr(behind, "bed watch BED"));
    g_assert_null(strstr(behind, "keys"));
}

static void
says_that_there_is_no_such_verb_before_it_lists_those_there_are(void)
{
    char *near[] = {(char *)"vicu", (char *)"bed", (char *)"lss", NULL};
    char *far[] = {(char *)"vicu", (char *)"bed", (char *)"paint", NULL};
    char *help[] = {(char *)"vicu", (char *)"bed", (char *)"--help", NULL};
    g_autofree char *meant = tool_dispatch_advice(groups, 1, 3, near);
    g_autofree char *none = tool_dispatch_advice(groups, 1, 3, far);
    g_autofree char *asked = tool_dispatch_advice(groups, 1, 3, help);

    g_assert_true(
        g_str_has_prefix(meant, "vicu: there is no verb \"bed lss\"; did you mean \"bed ls\"?\n"));
    g_assert_nonnull(strstr(meant, "bed watch BED"));
    g_assert_true(g_str_has_prefix(none, "vicu: there is no verb \"bed paint\"\n"));
    g_assert_nonnull(strstr(none, "bed watch BED"));
    g_assert_true(g_str_has_prefix(asked, "  vicu bed ls"));
}

static void
help_names_every_verb_with_its_example(void)
{
    g_autofree char *help = tool_dispatch_help(groups, 1);

    for (size_t i = 0; i < G_N_ELEMENTS(some); i++) {
        g_assert_nonnull(strstr(help, some[i].summary));
        g_assert_nonnull(strstr(help, some[i].example));
    }
}

static void
a_program_is_found_beside_or_in_the_build_tree(void)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-test-XXXXXX", NULL);
    g_autofree char *beside = g_build_filename(dir, "vicu-hub", NULL);
    g_autofree char *in_tree = tool_program_path_from(dir, "vicu-hub");
    g_autofree char *expected = g_build_filename(dir, "..", "hub", "vicu-hub", NULL);

    g_assert_cmpstr(in_tree, ==, expected);
    g_assert_true(g_file_set_contents_full(beside, "#!/bin/sh\n", -1, 0, 0700, NULL));
    g_autofree char *installed = tool_program_path_from(dir, "vicu-hub");
    g_assert_cmpstr(installed, ==, beside);
    g_remove(beside);
    g_rmdir(dir);
}

static void
usage_is_read_past_a_name_with_brackets(void)
{
    ToolUsage usage = {0};
    const char *stat = "77 (a) b) S 1 77 77 0 -1 4194304 1 2 3 4 250 50 0 0 20 0 3 0 9 8 7";
    const char *status = "Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n";

    g_assert_true(tool_usage_parse(stat, status, 100, &usage));
    g_assert_cmpfloat(usage.cpu_s, ==, 3.0);
    g_assert_cmpfloat(usage.rss_bytes, ==, 1024 * 1024);
    g_assert_cmpfloat(usage.peak_rss_bytes, ==, 2 * 1024 * 1024);
    g_assert_false(tool_usage_parse("77 (a", status, 100, &usage));
    g_assert_false(tool_usage_parse("", "", 100, &usage));
    g_assert_true(tool_usage_of(getpid(), &usage));
    g_assert_cmpfloat(usage.rss_bytes, >, 0);
    g_assert_false(tool_usage_of(-5, &usage));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tools/dispatch/finds_a_verb_of_one_or_two_words",
                    finds_a_verb_of_one_or_two_words);
    g_test_add_func("/tools/dispatch/finds_nothing_for_what_is_no_verb",
                    finds_nothing_for_what_is_no_verb);
    g_test_add_func("/tools/dispatch/advises_the_nearest_verb_or_what_stands_behind_a_word",
                    advises_the_nearest_verb_or_what_stands_behind_a_word);
    g_test_add_func(
        "/tools/dispatch/says_that_there_is_no_such_verb_before_it_lists_those_there_are",
        says_that_there_is_no_such_verb_before_it_lists_those_there_are);
    g_test_add_func("/tools/dispatch/help_names_every_verb_with_its_example",
                    help_names_every_verb_with_its_example);
    g_test_add_func("/tools/dispatch/a_program_is_found_beside_or_in_the_build_tree",
                    a_program_is_found_beside_or_in_the_build_tree);
    g_test_add_func("/tools/usage/usage_is_read_past_a_name_with_brackets",
                    usage_is_read_past_a_name_with_brackets);
    return g_test_run();
}
