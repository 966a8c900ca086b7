/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/installation.h"

#include <string.h>

#include "common/audit-act.h"
#include "common/auth.h"

const ToolProcess tool_processes[] = {
    {"hub", "vicu-hub", "hub"},
    {"store", "vicu-store", "store"},
    {"rules", "vicu-rules", "rules"},
    {"escalation", "vicu-escalation", "escalation"},
    {"collector", "vicu-collector", "collector"},
    {TOOL_SOUND, "vicu-annunciator", "annunciator"},
#if VICU_HAVE_PORTAL
    {"portal", "vicu-portal", "portal"},
#endif
};
const size_t tool_n_processes = G_N_ELEMENTS(tool_processes);

/* Keys of people and programs that the supervisor does not run. */
static const struct {
    const char *name;
    const char *role;
} others[] = {
    {"operator", "operator"}, {"dashboard", "dashboard"}, {"panel", "dashboard"},
    {"headset", "dashboard"}, {"import", "importer"},
};

const ToolProcess *
tool_process_find(const char *name)
{
    for (size_t i = 0; i < tool_n_processes; i++)
        if (strcmp(tool_processes[i].name, name) == 0)
            return &tool_processes[i];
    return NULL;
}

typedef struct {
    size_t n;
    GString *names; /* "hub (hub), store (store)" */
} Made;

static gboolean
make_missing(const VicuRoot *root, const char *name, const char *role, Made *made, GError **error)
{
    g_autofree char *path = g_strdup_printf("%s/%s.key", root->keys, name);

    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return TRUE;
    if (!vicu_keys_make(root->keys, name, role, error))
        return FALSE;
    g_string_append_printf(made->names, "%s%s (%s)", made->n > 0 ? ", " : "", name, role);
    made->n++;
    return TRUE;
}

static gboolean
make_all(const VicuRoot *root, Made *made, GError **error)
{
    for (size_t i = 0; i < tool_n_processes; i++)
        if (!make_missing(root, tool_processes[i].name, tool_processes[i].role, made, error))
            return FALSE;
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        if (!make_missing(root, others[i].name, others[i].role, made, error))
            return FALSE;
    return TRUE;
}

gboolean
tool_installation_keys(const VicuRoot *root, size_t *made, GError **error)
{
    g_autoptr(GString) names = g_string_new(NULL);
    Made all = {0, names};
    gboolean ok = make_all(root, &all, error);

    if (all.n > 0)
        vicu_audit_act(root, "vicu keys", "key-make", names->str);
    *made = all.n;
    return ok;
}
