/* The manual of the language: every block of rules in it compiles without a word, and every
 * block of tests passes with the rules before it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/packs/tests.h"
#include "tests/rules/vectors.h"

/* The text of the next fenced block of @kind at or after *@at; NULL: there is none. */
static char *
next_block(const char **at, const char *kind)
{
    g_autofree char *fence = g_strdup_printf("```%s\n", kind);
    const char *start = strstr(*at, fence);
    if (start == NULL)
        return NULL;
    start += strlen(fence);
    const char *end = strstr(start, "```\n");
    g_assert_nonnull(end);
    *at = end + strlen("```\n");
    return g_strndup(start, (gsize)(end - start));
}

static RulesSet *
compile(const char *text)
{
    g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new("docs/rules.md");
    RulesSet *set = rules_set_compile(text, strlen(text), diagnostics);
    for (size_t i = 0; i < rules_diagnostics_length(diagnostics); i++) {
        g_autofree char *said = rules_diagnostics_format(diagnostics, i, true);
        g_test_message("%s", said);
    }
    g_assert_cmpuint(rules_diagnostics_length(diagnostics), ==, 0);
    g_assert_nonnull(set);
    return set;
}

static void
pass(RulesSet *set, const char *tests)
{
    g_autoptr(RulesTestReport) report = rules_tests_run(set, tests, strlen(tests), "docs/rules.md");
    for (guint i = 0; i < report->messages->len; i++)
        g_test_message("%s", (char *)report->messages->pdata[i]);
    g_assert_cmpuint(report->n_tests, >, 0);
    g_assert_cmpuint(report->n_failed, ==, 0);
    g_assert_cmpuint(report->n_errors, ==, 0);
}

static void
what_the_manual_shows_compiles_and_passes(void)
{
    g_autofree char *path = g_build_filename(g_getenv("VICU_SOURCE_ROOT"), "docs/rules.md", NULL);
    g_autofree char *manual = NULL;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &manual, NULL, &error);
    g_assert_no_error(error);
    unsigned blocks = 0, tested = 0;
    const char *at = manual;
    for (char *text; (text = next_block(&at, "vrules")) != NULL; blocks++) {
        g_autofree char *rules = text;
        g_autoptr(RulesSet) set = compile(rules);
        const char *after = at;
        const char *other = strstr(at, "```vrules\n");
        g_autofree char *tests = next_block(&after, "vtests");
        if (tests == NULL || (other != NULL && after > other))
            continue;
        pass(set, tests);
        tested++;
    }
    g_assert_cmpuint(blocks, >=, 4);
    g_assert_cmpuint(tested, >=, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/manual/what_it_shows_compiles_and_passes",
                    what_the_manual_shows_compiles_and_passes);
    return g_test_run();
}
