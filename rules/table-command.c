/* Scores and state machines over a table: score, trace.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/options.h"
#include "rules/scores/score.h"
#include "rules/scores/trace.h"
#include "rules/verbs.h"

/* --- score, trace --------------------------------------------------------------- */

/* The CSV text as an array of objects: numbers as numbers, a missing value as null. */
static bool
print_json(const char *csv, GError **error)
{
    g_autoptr(RulesTable) table = rules_table_new(csv, strlen(csv), "answer", error);
    if (table == NULL)
        return false;
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_array(json, NULL);
    for (size_t row = 0; row < rules_table_rows(table); row++) {
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
    return true;
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
    int answer = rules_verb_parse(verb, context, &argc, &argv, description);
    if (answer >= 0)
        return answer;
    if (argc != 2 || path == NULL) {
        fprintf(stderr, "vicu %s: expected a name and --csv FILE; names are %s\n", verb, names);
        return RULES_VERB_USAGE;
    }
    g_auto(GStrv) known = g_strsplit(names, ", ", -1);
    if (!g_strv_contains((const char *const *)known, argv[1])) {
        fprintf(stderr, "vicu %s: nothing is called \"%s\"; names are %s\n", verb, argv[1], names);
        return RULES_VERB_USAGE;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(RulesTable) table = rules_table_load(path, &error);
    g_autofree char *text = table != NULL ? func(argv[1], table, path, &error) : NULL;
    if (text == NULL || (as_json && !print_json(text, &error))) {
        fprintf(stderr, "vicu %s: %s\n", verb, error->message);
        return RULES_VERB_WANTING;
    }
    if (!as_json)
        fputs(text, stdout);
    return RULES_VERB_DONE;
}

static char *
score_called(const char *name, const RulesTable *table, const char *file_name, GError **error)
{
    const RulesScoreKind *kind = rules_score_kind(name);
    return kind != NULL ? rules_score_table(kind, table, file_name, error) : NULL;
}

/* "  reads a, b, ..", wrapped. */
static void
append_list(GString *text, const char *verb, const char *const *names)
{
    size_t column = strlen(verb) + 4;
    g_string_append_printf(text, "    %s", verb);
    for (size_t i = 0; names[i] != NULL; i++) {
        size_t length = strlen(names[i]) + 2;
        if (column + length > 90) {
            g_string_append(text, "\n         ");
            column = 9;
        }
        g_string_append_printf(text, " %s%s", names[i], names[i + 1] != NULL ? "," : "");
        column += length;
    }
    g_string_append_c(text, '\n');
}

/* What each score reads and gives; columns in brackets need not be there. */
static char *
score_columns(void)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; rules_score_kinds[i] != NULL; i++) {
        const RulesScoreKind *kind = rules_score_kinds[i];
        g_autoptr(GPtrArray) reads = g_ptr_array_new_with_free_func(g_free);
        for (const RulesColumn *c = kind->inputs; c->name != NULL; c++)
            g_ptr_array_add(reads, g_strdup_printf(c->optional ? "[%s]" : "%s", c->name));
        g_ptr_array_add(reads, NULL);
        g_string_append_printf(text, "  %s\n", kind->name);
        append_list(text, "reads", (const char *const *)reads->pdata);
        append_list(text, "gives", kind->outputs);
    }
    return g_string_free(text, FALSE);
}

int
rules_score_main(int argc, char **argv)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (size_t i = 0; rules_score_kinds[i] != NULL; i++)
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", rules_score_kinds[i]->name);
    g_autofree char *columns = score_columns();
    g_autofree char *description = g_strdup_printf(
        "NAME is one of %s.\n\nColumns e_* of the table are not read; the answer "
        "has the first column and the columns\nthat e_* name, or all. An empty cell "
        "is a missing value: what needs it is empty too, and\nmin and max bound what "
        "it could be.\n\n%s\nExample:\n"
        "  vicu score news2 --csv tests/data/clinical/news2_boundary.csv\n",
        names->str, columns);
    return run_table("score", argc, argv, "NAME - a clinical score for every row of a table",
                     description, names->str, score_called);
}

int
rules_trace_main(int argc, char **argv)
{
    return run_table("trace", argc, argv,
                     "KIND - a state machine or a window over every trace of a table",
                     "KIND is limit, slope, exposure or rhythm. Columns e_* of the table are not "
                     "read.\n\nExample:\n"
                     "  vicu trace limit --csv tests/data/clinical/limit_alarm.csv\n",
                     "limit, slope, exposure, rhythm", rules_trace_table);
}
