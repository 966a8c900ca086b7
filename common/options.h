/* The words of a command line: GOption, with help that every locale can print.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* As g_option_context_parse(). @program is the name in help and errors ("vicu decode"); NULL: as
 * it is. --help and -h print the help and end the process with 0. */
gboolean vicu_options_parse(
    GOptionContext *context, const char *program, int *argc, char ***argv, GError **error);

/* The help of @context: GLib's, with "..." for its ellipsis, which LANG=C cannot print. Caller
 * frees. */
char *vicu_options_help(GOptionContext *context);

G_END_DECLS
