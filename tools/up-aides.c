/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/up-aides.h"

#include "common/config.h"
#include "tools/dispatch.h"

static struct {
    char *witness_file;
    int64_t witness_every_us;
    gboolean twin;
} settings;

static const VicuParam params[] = {
    {"witness", "file", VICU_PARAM_TEXT, "", 0, 0, "", &settings.witness_file,
     "What a witness of the audit has seen, on a disk of another machine; empty: none runs."},
    {"witness", "every", VICU_PARAM_DURATION, "", 1, 3600, "10s", &settings.witness_every_us,
     "How often it looks and signs."},
    {"twin", "run", VICU_PARAM_BOOL, "", 0, 0, "false", &settings.twin,
     "Whether the ward in three dimensions runs too, for the portal's page of it."},
};

gboolean
tool_up_aides_add(ToolSupervisor *supervisor, const VicuRoot *root, GError **error)
{
    g_autofree char *path = g_build_filename(root->etc, TOOL_UP_SETTINGS, NULL);

    vicu_config_reset(params, G_N_ELEMENTS(params));
    gboolean ok = vicu_config_load(path, FALSE, params, G_N_ELEMENTS(params), error);
    if (ok && settings.witness_file[0] != '\0') {
        g_autofree char *program = tool_program_path("vicu");
        g_autofree char *every = g_strdup_printf(
            "%" G_GINT64_FORMAT "s", settings.witness_every_us / (int64_t)G_USEC_PER_SEC);
        const char *argv[] = {
            program,   "audit", "witness", "--root", root->dir, "--file", settings.witness_file,
            "--every", every,   "--stay",  NULL};
        tool_supervisor_add(supervisor, TOOL_UP_WITNESS, argv, TOOL_CHILD_AIDE);
    }
    if (ok && settings.twin) {
        g_autofree char *program = tool_program_path("vicu");
        const char *argv[] = {program, "twin", "--quiet", "--root", root->dir, NULL};
        tool_supervisor_add(supervisor, TOOL_UP_TWIN, argv, TOOL_CHILD_AIDE);
    }
    vicu_config_clear(params, G_N_ELEMENTS(params));
    return ok;
}
