/* The verbs that need no running installation: rules check, score, trace.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "common/options.h"
#include "rules/packs/tests.h"
#include "rules/scores/score.h"
#include "rules/scores/trace.h"
#include "rules/verbs.h"

enum { DONE = 0, WANTING = 1, USAGE = 2 };

/* -1: go on; else the verb's answer. */
static int
parse(const char *verb, GOptionContext *context, int *argc, char ***argv, const char *description)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_strconcat("vicu ", verb, NULL);
    g_set_prgname(name);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_description(context, description);
    for (int i = 1; i < *argc; i++)
        if (strcmp((*argv)[i], "--help") == 0 || strcmp((*argv)[i], "-h") == 0) {
            g_autofree char *help = vicu_options_help(context);
            fputs(help, stdout);
            return DONE;
        }
    if (vicu_options_parse(context, NULL, argc, argv, &error))
        return -1;
    fprintf(stderr, "%s: %s\n", name, error->message);
    return USAGE;
}

/* --- rules check ---------------------------------------------------------------- */

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

static bool
check_file(Checked *c, const char *path, GError **error)
{
    c->path = g_strdup(path);
    if (!g_file_get_contents(path, &c->text, &c->length, error))
        return false;
    c->diagnostics = rules_diagnostics_new(path);
    c->set = rules_set_compile(c->text, c->length, c->diagnostics);
    g_autofree char *stem = g_str_has_suffix(path, ".vrules")
                                ? g_strndup(path, strlen(path) - strlen(".vrules"))
                                : g_strdup(path);
    c->tests_path = g_strconcat(stem, ".vtests", NULL);
    if (c->set == NULL || !g_file_test(c->tests_path, G_FILE_TEST_EXISTS))
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
    int answer = parse("rules check", context, &argc, &argv,
                       "Tests stand beside a pack: x.vtests beside x.vrules.\n\nExample:\n"
                       "  vicu rules check rules/packs/adult-icu.vrules --coverage\n");
    if (answer >= 0)
        return answer;
    if (argc < 2) {
        fprintf(stderr, "vicu rules check: no file; for example: vicu rules check "
                        "rules/packs/adult-icu.vrules\n");
        return USAGE;
    }

    g_autoptr(GError) why = NULL;
    g_autoptr(RulesSet) before = against != NULL ? read_before(against, &why) : NULL;
    if (why != NULL) {
        fprintf(stderr, "vicu rules check: --against: %s\n", why->message);
        return WANTING;
    }
    g_autoptr(VicuJson) json = vicu_json_new();
    answer = DONE;
    vicu_json_begin_array(json, NULL);
    for (int i = 1; i < argc; i++) {
        g_auto(Checked) c = {0};
        g_autoptr(GError) error = NULL;
        if (!check_file(&c, argv[i], &error)) {
            fprintf(stderr, "vicu rules check: %s\n", error->message);
            answer = WANTING;
            continue;
        }
        if (before != NULL && c.set != NULL)
            c.same_version = rules_set_same_version(c.set, before);
        if (!is_good(&c))
            answer = WANTING;
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

/* --- score, trace --------------------------------------------------------------- */

/* The CSV text as an array of objects: numbers as numbers, a missing value as null. */
static void
print_json(const char *csv)
{
    g_autoptr(RulesTable) table = rules_table_new(csv, strlen(csv), "answer", NULL);
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_array(json, NULL);
    for (size_t row = 0; table != NULL && row < rules_table_rows(table); row++) {
        vicu_json_begin_object(json, NULL);
        for (size_t c = 0; c < rules_table_columns(table); c++) {
            const char *name = rules_table_name(table, c);
            const char *cell = rules_table_cell(table, row, c);
            char *end = NULL;
            double number = g_ascii_strtod(cell, &end);
            if (*cell == '\0')
                vicu_json_null(json, name);
            else if (c > 0 && *end == '\0')
                vicu_json_number(json, name, number);
            else
                vicu_json_text(json, name, cell);
        }
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_print(json, stdout);
}

typedef char *(*TableFunc)(const char *name,
                           const RulesTable *table,
                           const char *file_name,
                           GError **error);

static int
run_table(const char *verb,
          int argc,
          char **argv,
          const char *parameters,
          const char *description,
          const char *names,
          TableFunc func)
{
    gboolean as_json = FALSE;
    g_autofree char *path = NULL;
    const GOptionEntry entries[] = {
        {"csv", 0, 0, G_OPTION_ARG_FILENAME, &path, "the table to read", "FILE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "print one JSON array instead of CSV", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(parameters);
    g_option_context_add_main_entries(context, entries, NULL);
    int answer = parse(verb, context, &argc, &argv, description);
    if (answer >= 0)
        return answer;
    if (argc != 2 || path == NULL) {
        fprintf(stderr, "vicu %s: expected a name and --csv FILE; names are %s\n", verb, names);
        return USAGE;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(RulesTable) table = rules_table_load(path, &error);
    g_autofree char *text = table != NULL ? func(argv[1], table, path, &error) : NULL;
    if (text == NULL && error == NULL) {
        fprintf(stderr, "vicu %s: nothing is called \"%s\"; names are %s\n", verb, argv[1], names);
        return USAGE;
    }
    if (text == NULL) {
        fprintf(stderr, "vicu %s: %s\n", verb, error->message);
        return WANTING;
    }
    if (as_json)
        print_json(text);
    else
        fputs(text, stdout);
    return DONE;
}

static char *
score_called(const char *name, const RulesTable *table, const char *file_name, GError **error)
{
    const RulesScoreKind *kind = rules_score_kind(name);
    return kind != NULL ? rules_score_table(kind, table, file_name, error) : NULL;
}

int
rules_score_main(int argc, char **argv)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (const RulesScoreKind *k = rules_score_kinds; k->name != NULL; k++)
        g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", k->name);
    g_autofree char *description =
        g_strdup_printf("NAME is one of %s. Columns e_* of the table are not read;\nthe answer has "
                        "the first column and "
                        "the columns that e_* name. An empty cell is a missing value.\n\nExample:\n"
                        "  vicu score news2 --csv tests/data/clinical/news2_boundary.csv\n",
                        names->str);
    return run_table("score", argc, argv, "NAME - a clinical score for every row of a table",
                     description, names->str, score_called);
}

int
rules_trace_main(int argc, char **argv)
{
    return run_table(
        "trace", argc, argv, "KIND - a state machine or a window over every trace of a table",
        "KIND is limit, slope or exposure. Columns e_* of the table are not read.\n\nExample:\n"
        "  vicu trace limit --csv tests/data/clinical/limit_alarm.csv\n",
        "limit, slope, exposure", rules_trace_table);
}
