/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/verb.h"

#include <stdarg.h>
#include <stdio.h>

#include "common/options.h"

static GOptionContext *
context_of(const ToolVerb *verb, const GOptionEntry *entries, ToolCommon *common)
{
    GOptionContext *context = g_option_context_new(verb->synopsis);
    g_autofree char *description = g_strdup_printf("Example:\n  %s\n", verb->example);
    const GOptionEntry own[] = {
        {"root", 0, 0, G_OPTION_ARG_FILENAME, &common->root, "Folder of the installation", "DIR"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &common->json, "Print JSON", NULL},
        G_OPTION_ENTRY_NULL,
    };
    const GOptionEntry remote[] = {
        {"connect", 0, 0, G_OPTION_ARG_STRING, &common->connect, "The hub of another machine",
         "HOST[:PORT]"},
        G_OPTION_ENTRY_NULL,
    };

    g_option_context_set_summary(context, verb->summary);
    g_option_context_set_description(context, description);
    if (entries != NULL)
        g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_main_entries(context, own, NULL);
    if (verb->remote)
        g_option_context_add_main_entries(context, remote, NULL);
    return context;
}

int
tool_options(const ToolVerb *verb,
             int *argc,
             char ***argv,
             const GOptionEntry *entries,
             ToolCommon *common,
             int least,
             int most)
{
    g_autoptr(GOptionContext) context = context_of(verb, entries, common);
    g_autofree char *program = g_strdup_printf("vicu %s", verb->name);
    g_autoptr(GError) error = NULL;

    if (!vicu_options_parse(context, program, argc, argv, &error))
        return tool_usage(verb, "%s", error->message);
    if (*argc > 1 && g_str_equal((*argv)[1], "--")) {
        for (int i = 1; i < *argc; i++)
            (*argv)[i] = (*argv)[i + 1];
        (*argc)--;
    }
    if (*argc - 1 > most)
        return tool_usage(verb, "\"%s\" is one word too many", (*argv)[most + 1]);
    if (*argc - 1 < least)
        return tool_usage(verb, "needs %s", verb->synopsis);
    return -1;
}

void
tool_common_clear(ToolCommon *common)
{
    g_clear_pointer(&common->root, g_free);
    g_clear_pointer(&common->connect, g_free);
}

int
tool_wanting(const ToolVerb *verb, GError *error)
{
    fprintf(stderr, "vicu %s: %s\n", verb->name, error->message);
    g_error_free(error);
    return TOOL_WANTING;
}

int
tool_usage(const ToolVerb *verb, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    fprintf(stderr, "vicu %s: %s\nUsage: vicu %s %s\nExample: %s\n", verb->name, text, verb->name,
            verb->synopsis, verb->example);
    return TOOL_USAGE;
}
