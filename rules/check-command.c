/* Rule packs and their tests: rules check, rules test.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "rules/packs/packs.h"
#include "rules/verbs.h"

typedef struct {
    char *path; /* of several that are one set "a.vrules, b.vrules" */
    RulesPacks *packs;
    GPtrArray *same_version; /* of char *; NULL: not compared */
} Checked;

static void
checked_clear(Checked *c)
{
    g_free(c->path);
    g_clear_pointer(&c->packs, rules_packs_free);
    g_clear_pointer(&c->same_version, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Checked, checked_clear)

/* @tests: where they are; NULL: beside each pack, if there are any. */
static bool
check_files(Checked *c, char **paths, size_t n, const char *tests, GError **error)
{
    g_autoptr(GString) names = g_string_new(NULL);
    c->packs = rules_packs_new();
    for (size_t i = 0; i < n; i++) {
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", paths[i]);
        if (!rules_packs_add_file(c->packs, paths[i], tests, error))
            return false;
    }
    c->path = g_strdup(names->str);
    if (rules_packs_compile(c->packs))
        rules_packs_test(c->packs);
    return true;
}

static const RulesSet *
set_of(const Checked *c)
{
    return c->packs->set;
}

/* Of the pack @i; NULL: no tests beside it. */
static const RulesTestReport *
report_of(const Checked *c, guint i)
{
    return ((const RulesPack *)c->packs->packs->pdata[i])->report;
}

static const RulesPackFile *
tests_of(const Checked *c, guint i)
{
    return &((const RulesPack *)c->packs->packs->pdata[i])->tests;
}

/* The set that runs now, or ran before; it has to compile too. */
static RulesSet *
read_before(const char *path, GError **error)
{
    g_autoptr(RulesPacks) packs = rules_packs_new();

    if (!rules_packs_add_file(packs, path, NULL, error))
        return NULL;
    if (!rules_packs_compile(packs)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s does not compile: vicu rules check %s says why", path, path);
        return NULL;
    }
    return rules_set_ref(packs->set);
}

static unsigned
n_failed(const Checked *c)
{
    unsigned failed = 0;
    for (guint i = 0; i < c->packs->packs->len; i++) {
        const RulesTestReport *report = report_of(c, i);
        failed += report != NULL ? report->n_failed + report->n_errors : 0;
    }
    return failed;
}

static bool
is_good(const Checked *c)
{
    if (c->same_version != NULL && c->same_version->len > 0)
        return false;
    return set_of(c) != NULL && n_failed(c) == 0;
}

static void
say_tests_of(const Checked *c, guint i, bool coverage)
{
    const RulesTestReport *report = report_of(c, i);
    if (report == NULL) {
        printf("%s: no tests beside it\n",
               ((const RulesPack *)c->packs->packs->pdata[i])->file.name);
        return;
    }
    for (guint j = 0; j < report->messages->len; j++)
        fprintf(stderr, "%s\n", (char *)report->messages->pdata[j]);
    printf("%s: %u tests, %u failed\n", tests_of(c, i)->name, report->n_tests,
           report->n_failed + report->n_errors);
    for (guint j = 0; coverage && j < report->uncovered->len; j++)
        printf("no test reaches %s\n", (char *)report->uncovered->pdata[j]);
}

static void
say(const Checked *c, bool coverage)
{
    const RulesDiagnostics *diagnostics = c->packs->diagnostics;
    const RulesSet *set = set_of(c);
    for (size_t i = 0; i < rules_diagnostics_length(diagnostics); i++) {
        g_autofree char *line = rules_diagnostics_format(diagnostics, i, true);
        fprintf(stderr, "%s\n", line);
    }
    if (set == NULL) {
        fprintf(stderr, "%s: refused, %zu errors\n", c->path,
                rules_diagnostics_count(diagnostics, RULES_ERROR));
        return;
    }
    printf(
        "%s: %s version %d, %zu rules, %zu bytes a bed, %zu with full windows, at most %zu, %s\n",
        c->path, rules_set_name(set), rules_set_version(set), rules_set_n_rules(set),
        rules_set_bed_bytes(set), rules_set_bed_bytes_full(set), rules_set_bed_bytes_most(set),
        rules_set_hash(set));
    for (guint i = 0; c->same_version != NULL && i < c->same_version->len; i++)
        fprintf(stderr, "%s: error E420: %s\n", c->path, (char *)c->same_version->pdata[i]);
    for (guint i = 0; i < c->packs->packs->len; i++)
        say_tests_of(c, i, coverage);
}

static void
add_texts(VicuJson *json, const GPtrArray *texts)
{
    for (guint i = 0; texts != NULL && i < texts->len; i++)
        vicu_json_text(json, NULL, texts->pdata[i]);
}

static void
list(VicuJson *json, const char *key, const GPtrArray *texts)
{
    vicu_json_begin_array(json, key);
    add_texts(json, texts);
    vicu_json_end(json);
}

static void
say_json_packs(const Checked *c, VicuJson *json)
{
    const RulesSet *set = set_of(c);
    vicu_json_begin_array(json, "packs");
    for (size_t i = 0; set != NULL && i < rules_set_n_packs(set); i++) {
        RulesPackInfo pack = rules_set_pack(set, i);
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "name", pack.name);
        vicu_json_integer(json, "version", pack.version);
        vicu_json_text(json, "hash", pack.hash);
        vicu_json_integer(json, "rules", (int64_t)pack.n_rules);
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

static void
say_json_diagnostics(const RulesDiagnostics *diagnostics, VicuJson *json)
{
    vicu_json_begin_array(json, "diagnostics");
    for (size_t i = 0; i < rules_diagnostics_length(diagnostics); i++) {
        const RulesDiagnostic *d = rules_diagnostics_get(diagnostics, i);
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "severity", d->severity == RULES_ERROR ? "error" : "warning");
        g_autofree char *name = rules_diagnostic_name(d);
        vicu_json_text(json, "code", name);
        vicu_json_text(json, "file", d->file);
        vicu_json_integer(json, "line", d->line);
        vicu_json_integer(json, "column", d->column);
        vicu_json_text(json, "found", d->message);
        vicu_json_text(json, "expected", d->expected);
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

static void
say_json(const Checked *c, VicuJson *json)
{
    const RulesSet *set = set_of(c);
    unsigned n_tests = 0;
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "file", c->path);
    vicu_json_bool(json, "ok", is_good(c));
    vicu_json_text(json, "name", set != NULL ? rules_set_name(set) : NULL);
    vicu_json_text(json, "hash", set != NULL ? rules_set_hash(set) : NULL);
    vicu_json_integer(json, "version", set != NULL ? rules_set_version(set) : 0);
    vicu_json_integer(json, "rules", set != NULL ? (int64_t)rules_set_n_rules(set) : 0);
    say_json_packs(c, json);
    say_json_diagnostics(c->packs->diagnostics, json);
    for (guint i = 0; i < c->packs->packs->len; i++)
        n_tests += report_of(c, i) != NULL ? report_of(c, i)->n_tests : 0;
    vicu_json_integer(json, "tests", n_tests);
    vicu_json_integer(json, "tests_failed", n_failed(c));
    list(json, "same_version", c->same_version);
    vicu_json_begin_array(json, "messages");
    for (guint i = 0; i < c->packs->packs->len; i++)
        add_texts(json, report_of(c, i) != NULL ? report_of(c, i)->messages : NULL);
    vicu_json_end(json);
    vicu_json_begin_array(json, "not_covered");
    for (guint i = 0; i < c->packs->packs->len; i++)
        add_texts(json, report_of(c, i) != NULL ? report_of(c, i)->uncovered : NULL);
    vicu_json_end(json);
    vicu_json_end(json);
}

int
rules_check_main(int argc, char **argv)
{
    gboolean as_json = FALSE;
    gboolean coverage = FALSE;
    gboolean together = FALSE;
    g_autofree char *against = NULL;
    const GOptionEntry entries[] = {
        {"against", 0, 0, G_OPTION_ARG_FILENAME, &against,
         "the pack before: a rule that means something else needs a greater version", "FILE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "print one JSON array", NULL},
        {"coverage", 0, 0, G_OPTION_ARG_NONE, &coverage, "list what no test reaches", NULL},
        {"together", 0, 0, G_OPTION_ARG_NONE, &together,
         "the packs are one set, as in [rules] pack: names of rules are checked across them", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("FILE.. - compile rule packs and run their tests");
    g_option_context_add_main_entries(context, entries, NULL);
    int answer = rules_verb_parse(
        "rules check", context, &argc, &argv,
        "Tests stand beside a pack: x.vtests beside x.vrules.\n\nExample:\n"
        "  vicu rules check rules/packs/adult-icu.vrules --coverage\n"
        "  vicu rules check --together rules/packs/adult-icu.vrules ours.vrules\n");
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
    size_t n = together ? (size_t)(argc - 1) : 1;
    for (int i = 1; i < argc; i += (int)n) {
        g_auto(Checked) c = {0};
        g_autoptr(GError) error = NULL;
        if (!check_files(&c, argv + i, n, NULL, &error)) {
            fprintf(stderr, "vicu rules check: %s\n", error->message);
            answer = RULES_VERB_WANTING;
            continue;
        }
        if (before != NULL && set_of(&c) != NULL)
            c.same_version = rules_set_same_version(set_of(&c), before);
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
    const RulesTestReport *report = report_of(c, 0);
    for (guint i = 0; i < report->messages->len; i++)
        fprintf(stderr, "%s\n", (char *)report->messages->pdata[i]);
    for (guint i = 0; i < report->tests->len; i++) {
        const RulesTestResult *test = &g_array_index(report->tests, RulesTestResult, i);
        printf("%-6s %s:%u: %s\n", test->good ? "ok" : "FAILED", tests_of(c, 0)->name, test->line,
               test->title);
    }
    printf("%u tests, %u failed\n", report->n_tests, report->n_failed + report->n_errors);
}

static void
say_tests_json(const Checked *c)
{
    const RulesTestReport *report = report_of(c, 0);
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "file", tests_of(c, 0)->name);
    vicu_json_bool(json, "ok", is_good(c));
    vicu_json_begin_array(json, "tests");
    for (guint i = 0; i < report->tests->len; i++) {
        const RulesTestResult *test = &g_array_index(report->tests, RulesTestResult, i);
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "title", test->title);
        vicu_json_integer(json, "line", test->line);
        vicu_json_bool(json, "ok", test->good);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    list(json, "messages", report->messages);
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
    if (!check_files(&c, argv + 1, 1, tests, &error)) {
        fprintf(stderr, "vicu rules test: %s\n", error->message);
        return RULES_VERB_WANTING;
    }
    if (report_of(&c, 0) == NULL) {
        fprintf(stderr,
                set_of(&c) == NULL ? "vicu rules test: %s does not compile: vicu rules check "
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
