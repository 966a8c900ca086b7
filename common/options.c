/* SPDX-License-Identifier: Apache-2.0 */
#include "common/options.h"

static char *
plain(const char *text)
{
    GString *out = g_string_new(text);

    g_string_replace(out, "\u2026", "...", 0);
    return g_string_free(out, FALSE);
}

/* What GLib prints while it parses is its help. */
static void
print_help(const char *text)
{
    g_autofree char *out = plain(text);

    g_set_print_handler(NULL); /* else the next line comes here again */
    g_print("%s", out);
    g_set_print_handler(print_help);
}

gboolean
vicu_options_parse(
    GOptionContext *context, const char *program, int *argc, char ***argv, GError **error)
{
    if (program != NULL)
        g_set_prgname(program);
    GPrintFunc before = g_set_print_handler(print_help);
    gboolean parsed = g_option_context_parse(context, argc, argv, error);
    g_set_print_handler(before);
    return parsed;
}

char *
vicu_options_help(GOptionContext *context)
{
    g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);

    return plain(help);
}
