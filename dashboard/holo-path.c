/* vicu-dashboard holo path. See holo-path.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo-path.h"

#include <stdio.h>

#include "common/json.h"
#include "common/options.h"
#include "dashboard/holo/path.h"

#define DESCRIPTION                                                                                \
    "Pictures in depth are drawn by a graphics processor where there is one, as meshes, else by\n" \
    "the CPU, as sprites; both give the same picture. OpenGL that computes on the CPU "            \
    "(llvmpipe)\n"                                                                                 \
    "is no graphics processor.\n\nExamples:\n"                                                     \
    "  vicu holo path\n"                                                                           \
    "  vicu holo path --path mesh --json\n"

static void
tell(const DashPath *path, gboolean as_json)
{
    const char *name = dash_path_name(dash_path_kind(path));

    if (!as_json) {
        printf("%s\n", dash_path_why(path));
        return;
    }
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "path", name);
    vicu_json_text(json, "renderer", dash_path_renderer(path));
    vicu_json_text(json, "why", dash_path_why(path));
    vicu_json_end(json);
    vicu_json_print(json, stdout);
}

int
dash_holo_path_main(int argc, char **argv)
{
    g_autofree char *asked = NULL;
    gboolean as_json = FALSE;
    DashPathKind kind = DASH_PATH_AUTO;
    const GOptionEntry entries[] = {
        {"path", 0, 0, G_OPTION_ARG_STRING, &asked, "auto, sprites, mesh", "PATH"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "as JSON", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new("- who draws pictures in depth here");
    g_autoptr(GError) error = NULL;

    g_option_context_set_description(context, DESCRIPTION);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!vicu_options_parse(context, "vicu holo path", &argc, &argv, &error)
        || !dash_path_find(asked, &kind, &error)) {
        g_printerr("vicu holo path: %s\n", error->message);
        return 2;
    }
    if (argc != 2) {
        g_printerr("vicu holo path: \"%s\" was not expected\n", argv[2]);
        return 2;
    }
    g_autoptr(DashPath) path = dash_path_new(kind, &error);
    if (path == NULL) {
        g_printerr("vicu holo path: %s\n", error->message);
        return 1;
    }
    tell(path, as_json);
    return 0;
}
