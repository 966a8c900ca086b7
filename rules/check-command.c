/* Rule packs and their tests: rules check, rules test.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "rules/packs/tests.h"
#include "rules/verbs.h"

typedef struct {
    char *path;
    char *text;
    gsize length;
    RulesDiagnostics *diagnostics;
    RulesSet *set;
    char *tests_path;
    RulesTestReport *report; /* NULL: no tests beside it */
    GPtrArray *same_version; /* of char *; NULL: not compared */
} Checked;

static void
checked_clear(Checked *c)
{
    g_free(c->path);
    g_free(c->text);
    g_free(c->tests_path);
    g_clear_pointer(&c->diagnostics, rules_diagnostics_free);
    g_clear_pointer(&c->set, rules_set_unref);
    g_clear_pointer(&c->report, rules_test_report_free);
    g_clear_pointer(&c->same_version, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Checked, checked_clear)

/* @tests: where they are; NULL: beside the pack, if there are any. */
static bool
check_file(Checked *c, const char *path, const char *tests_path, GError **error)
{
    c->path = g_strdup(path);
    if (!g_file_get_contents(path, &c->text, &c->length, error))
        return false;
    c->diagnostics = rules_diagnostics_new(path);
    c->set = rules_set_compile(c->text, c->length, c->diagnostics);
    g_autofree char *stem = g_str_has_suffix(path, ".vrules")
                                ? g_strndup(path, strlen(path) - strlen(".vrules"))
                                : g_strdup(path);
    c->tests_path = tests_path != NULL ? g_strdup(tests_path) : g_strconcat(stem, ".vtests", NULL);
    bool there = tests_path != NULL || g_file_test(c->tests_path, G_FILE_TEST_EXISTS);
    if (c->set == NULL || !there)
        return true;
    g_autofree char *tests = NULL;
    gsize length = 0;
    if (!g_file_get_contents(c->tests_path, &tests, &length, error))
        return false;
    c->report = rules_tests_run(c->set, tests, length, c->tests_path);
    return true;
}

/* The set that runs now, or ran before; it has to compile too. */
static RulesSet *
read_before(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length = 0;

    if (!g_file_get_contents(path, &text, &length, error))
        return NULL;
    g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new(path);
    RulesSet *set = rules_set_compile(text, length, diagnostics);
    if (set == NULL)
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s does not compile: vicu rules check %s says why", path, path);
    return set;
}

static bool
is_good(const Checked *c)
{
    if (c->same_version != NULL && c->same_version->len > 0)
        return false;
    return c->set != NULL && (c->report == NULL || c->report->n_failed + c->report->n_errors == 0);
}

static void
say(const Checked *c, bool coverage)
{
    for (size_t i = 0; i < rules_diagnostics_length(c->diagnostics); i++) {
        g_autofree char *line = rules_diagnostics_format(c->diagnostics, i, c->text);
        fprintf(stderr, "%s\n", line);
    }
    if (c->set == NULL) {
        fprintf(stderr, "%s: refused, %zu errors\n", c->path,
                rules_diagnostics_count(c->diagnostics, RULES_ERROR));
        return;
    }
    printf("%s: %s version %d, %zu rules, %zu bytes a bed, %s\n", c->path, rules_set_name(c->set),
           rules_set_version(c->set), rules_set_n_rules(c->set), rules_set_bed_bytes(c->set),
           rules_set_hash(c->set));
    for (guint i = 0; c->same_version != NULL && i < c->same_version->len; i++)
        fprintf(stderr, "%s: error E420: %s\n", c->path, (char *)c->same_version->pdata[i]);
    if (c->report == NULL) {
        printf("%s: no tests beside it\n", c->path);
        return;
    }
    for (guint i = 0; i < c->report->messages->len; i++)
        fprintf(stderr, "%s\n", (char *)c->report->messages->pdata[i]);
    printf("%s: %u tests, %u failed\n", c->tests_path, c->report->n_tests,
           c->report->n_failed + c->report->n_errors);
    for (guint i = 0; coverage && i < c->report->uncovered->len; i++)
        printf("no test reaches %s\n", (char *)c->report->uncovered->pdata[i]);
}

static void
list(VicuJson *json, const char *key, const GPtrArray *texts)
{
    vicu_json_begin_array(json, key);
    for (guint i = 0; texts != NULL && i < texts->len; i++)
        vicu_json_text(json, NULL, texts->pdata[i]);
    vicu_json_end(json);
}

static void
say_json(const Checked *c, VicuJson *json)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "file", c->path);
    vicu_json_bool(json, "ok", is_good(c));
    vicu_json_text(json, "name", c->set != NULL ? rules_set_name(c->set) : NULL);
    vicu_json_text(json, "hash", c->set != NULL ? rules_set_hash(c->set) : NULL);
    vicu_json_integer(json, "version", c->set != NULL ? rules_set_version(c->set) : 0);
    vicu_json_integer(json, "rules", c->set != NULL ? (int64_t)rules_set_n_rules(c->set) : 0);
    vicu_json_begin_array(json, "diagnostics");
    for (size_t i = 0; i < rules_diagnostics_length(c->diagnostics); i++) {
        const RulesDiagnostic *d = rules_diagnostics_get(c->diagnostics, i);
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "severity", d->severity == RULES_ERROR ? "error" : "warning");
        g_autofree char *name = rules_diagnostic_name(d);
        vicu_json_text(json, "code", name);
        vicu_json_integer(json, "line", d->line);
        vicu_json_integer(json, "column", d->column);
        vicu_json_text(json, "found", d->message);
        vicu_json_text(json, "expected", d->expected);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_integer(json, "tests", c->report != NULL ? c->report->n_tests : 0);
    vicu_json_integer(json, "tests_failed",
                      c->report != NULL ? c->report->n_failed + c->report->n_errors : 0);
    list(json, "same_version", c->same_version);
    list(json, "messages", c->report != NULL ? c->report->messages : NULL);
    list(json, "not_covered", c->report != NULL ? c->report->uncovered : NULL);
    vicu_json_end(json);
}

int
rules_check_main(int argc, char **argv)
{
    gboolean as_json = FALSE;
    gboolean coverage = FALSE;
    g_autofree char *against = NULL;
    const GOptionEntry entries[] = {
        {"against", 0, 0, G_OPTION_ARG_FILENAME, &against,
         "the pack before: a rule that means something else needs a greater version", "FILE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "print one JSON array", NULL},
        {"coverage", 0, 0, G_OPTION_ARG_NONE, &coverage, "list what no test reaches", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("FILE.. - compile rule packs and run their tests");
    g_option_context_add_main_entries(context, entries, NULL);
    int answer =
        rules_verb_parse("rules check", context, &argc, &argv,
                         "Tests stand beside a pack: x.vtests beside x.vrules.\n\nExample:\n"
                         "  vicu rules check rules/packs/adult-icu.vrules --coverage\n");
    if (answer >= 0)
        return answer;
    if (argc < 2) {
        fprintf(stderr, "vicu rules check: no file; for example: vicu rules check "
                        "rules/packs/adult-icu.vrules\n");
        return RULES_VERB_USAGE;
    }

    g_autoptr(GError) why = NULL;
    g_autoptr(RulesSet) before = against != NULL ? read_before(against, &why) : NULL;
    if (why != NULL) {
        fprintf(stderr, "vicu rules check: --against: %s\n", why->message);
        return RULES_VERB_WANTING;
    }
    g_autoptr(VicuJson) json = vicu_json_new();
    answer = RULES_VERB_DONE;
    vicu_json_begin_array(json, NULL);
    for (int i = 1; i < argc; i++) {
        g_auto(Checked) c = {0};
        g_autoptr(GError) error = NULL;
        if (!check_file(&c, argv[i], NULL, &error)) {
            fprintf(stderr, "vicu rules check: %s\n", error->message);
            answer = RULES_VERB_WANTING;
            continue;
        }
        if (before != NULL && c.set != NULL)
            c.same_version = rules_set_same_version(c.set, before);
        if (!is_good(&c))
            answer = RULES_VERB_WANTING;
        if (as_json)
            say_json(&c, json);
        else
            say(&c, coverage);
    }
    vicu_json_end(json);
    if (as_json)
        vicu_json_print(json, stdout);
    return answer;
}

/* --- rules test ----------------------------------------------------------------- */

static void
say_tests(const Checked *c)
{
    for (guint i = 0; i < c->report->messages->len; i++)
        fprintf(stderr, "%s\n", (char *)c->report->messages->pdata[i]);
    for (guint i = 0; i < c->report->tests->len; i++) {
        const RulesTestResult *test = &g_array_index(c->report->tests, RulesTestResult, i);
        printf("%-6s %s:%u: %s\n", test->good ? "ok" : "FAILED", c->tests_path, test->line,
               test->title);
    }
    printf("%u tests, %u failed\n", c->report->n_tests, c->report->n_failed + c->report->n_errors);
}

static void
say_tests_json(const Checked *c)
{
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "file", c->tests_path);
    vicu_json_bool(json, "ok", is_good(c));
    vicu_json_begin_array(json, "tests");
    for (guint i = 0; i < c->report->tests->len; i++) {
        const RulesTestResult *test = &g_array_index(c->report->tests, RulesTestResult, i);
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "title", test->title);
        vicu_json_integer(json, "line", test->line);
        vicu_json_bool(json, "ok", test->good);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    list(json, "messages", c->report->messages);
    vicu_json_end(json);
    vicu_json_print(json, stdout);
}

int
rules_test_main(int argc, char **argv)
{
    gboolean as_json = FALSE;
    g_autofree char *tests = NULL;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "print one JSON object", NULL},
        {"tests", 0, 0, G_OPTION_ARG_FILENAME, &tests, "the tests (those beside the pack)", "FILE"},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("FILE - run the tests of a rule pack, one line for each");
    g_option_context_add_main_entries(context, entries, NULL);
    int answer = rules_verb_parse("rules test", context, &argc, &argv,
                                  "Example:\n  vicu rules test rules/packs/adult-icu.vrules\n");
    if (answer >= 0)
        return answer;
    if (argc != 2) {
        fprintf(stderr, "vicu rules test: expected one pack; for example: vicu rules test "
                        "rules/packs/adult-icu.vrules\n");
        return RULES_VERB_USAGE;
    }
    g_auto(Checked) c = {0};
    g_autoptr(GError) error = NULL;
    if (!check_file(&c, argv[1], tests, &error)) {
        fprintf(stderr, "vicu rules test: %s\n", error->message);
        return RULES_VERB_WANTING;
    }
    if (c.report == NULL) {
        fprintf(stderr,
                c.set == NULL ? "vicu rules test: %s does not compile: vicu rules check "
                                "says why\n"
                              : "vicu rules test: %s has no tests beside it\n",
                argv[1]);
        return RULES_VERB_WANTING;
    }
    if (as_json)
        say_tests_json(&c);
    else
        say_tests(&c);
    return is_good(&c) ? RULES_VERB_DONE : RULES_VERB_WANTING;
}
