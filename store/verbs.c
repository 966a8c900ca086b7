/* SPDX-License-Identifier: Apache-2.0 */
#include "store/verbs.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/options.h"
#include "common/progress.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} verbs[] = {
    {"answer", store_answer_main}, {"backup", store_backup_main},   {"restore", store_restore_main},
    {"check", store_check_main},   {"compact", store_compact_main}, {"stats", store_stats_main},
    {"bench", store_bench_main},   {"erase", store_erase_main},
};

bool
store_verb_run(int argc, char **argv, int *status)
{
    for (size_t i = 0; argc > 1 && i < G_N_ELEMENTS(verbs); i++) {
        if (strcmp(argv[1], verbs[i].name) != 0)
            continue;
        *status = verbs[i].run(argc - 1, argv + 1);
        return true;
    }
    return false;
}

void
store_verb_clear(StoreVerb *self)
{
    g_clear_pointer(&self->root, g_free);
}

int
store_verb_options(const char *name,
                   const char *summary,
                   const char *example,
                   const GOptionEntry *entries,
                   StoreVerb *verb,
                   int *argc,
                   char ***argv)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *program = g_strconcat("vicu store ", name, NULL);
    g_autofree char *description = g_strdup_printf("Example:\n  %s\n", example);
    const GOptionEntry own[] = {
        {"root", 0, 0, G_OPTION_ARG_FILENAME, &verb->root, "Folder of the installation", "DIR"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &verb->json, "Print JSON", NULL},
        G_OPTION_ENTRY_NULL,
    };

    g_option_context_set_summary(context, summary);
    g_option_context_set_description(context, description);
    if (entries != NULL)
        g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_main_entries(context, own, NULL);
    if (!vicu_options_parse(context, program, argc, argv, &error))
        return store_verb_usage("%s", error->message);
    if (*argc > 1)
        return store_verb_usage("\"%s\" is one word too many", (*argv)[1]);
    return -1;
}

int
store_verb_wanting(GError *error)
{
    fprintf(stderr, "%s: %s\n", g_get_prgname(), error->message);
    g_error_free(error);
    return STORE_WANTING;
}

int
store_verb_usage(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    fprintf(stderr, "%s: %s\nSee %s --help\n", g_get_prgname(), text, g_get_prgname());
    return STORE_USAGE;
}

bool
store_verb_show(uint64_t done, uint64_t total, gpointer progress)
{
    VicuProgress **at = progress;

    if (*at == NULL)
        *at = vicu_progress_new("store", "By", total);
    vicu_progress_set(*at, done);
    return true;
}
