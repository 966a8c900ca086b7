/* `vicu up`: runs the processes of one installation until it is told to stop.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>

#include <glib-unix.h>

#include "common/daemon.h"
#include "common/error.h"
#include "common/json.h"
#include "tools/dispatch.h"
#include "tools/installation.h"
#include "tools/record.h"
#include "tools/supervise.h"
#include "tools/up-aides.h"
#include "tools/verbs.h"

typedef struct {
    GMainLoop *loop;
    ToolSupervisor *supervisor;
    const VicuRoot *root;
    gboolean json;
    gboolean said_ready;
} Up;

static void
over(ToolSupervisor *supervisor, gpointer user)
{
    Up *up = user;

    (void)supervisor;
    g_main_loop_quit(up->loop);
}

static gboolean
on_stop(gpointer user)
{
    Up *up = user;

    vicu_notify("STOPPING=1");
    tool_supervisor_stop(up->supervisor, over, up);
    return G_SOURCE_CONTINUE;
}

/* SIGHUP goes on to the children: settings and keys are read again. */
static gboolean
on_reload(gpointer user)
{
    Up *up = user;

    for (size_t i = 0; i < tool_supervisor_n_children(up->supervisor); i++) {
        ToolChildView child;
        tool_supervisor_view(up->supervisor, i, &child);
        if (child.pid > 0)
            kill(child.pid, SIGHUP);
    }
    return G_SOURCE_CONTINUE;
}

static void
say_ready(Up *up)
{
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_notify("READY=1");
    if (!up->json) {
        printf("vICU runs in %s; look at it with: vicu status\n", up->root->dir);
        fflush(stdout);
        return;
    }
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "root", up->root->dir);
    vicu_json_bool(json, "ready", TRUE);
    vicu_json_end(json);
    vicu_json_print(json, stdout);
    fflush(stdout);
}

static void
on_change(ToolSupervisor *supervisor, gpointer user)
{
    Up *up = user;

    if (up->said_ready || !tool_supervisor_all_ready(supervisor))
        return;
    up->said_ready = TRUE;
    say_ready(up);
}

static gboolean
beat(gpointer user)
{
    (void)user;
    vicu_notify("WATCHDOG=1");
    return G_SOURCE_CONTINUE;
}

static gboolean
run(const VicuRoot *root, gboolean sound, gboolean json, GError **error)
{
    g_autoptr(ToolClient) client = tool_client_open_root(vicu_root_copy(root), error);
    if (client == NULL)
        return FALSE;
    g_autoptr(ToolSupervisor) supervisor = tool_supervisor_new(root, error);
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    Up up = {loop, supervisor, root, json, FALSE};

    if (supervisor == NULL)
        return FALSE;
    for (size_t i = 0; i < tool_n_processes; i++) {
        if (!sound && g_str_equal(tool_processes[i].name, TOOL_SOUND))
            continue;
        g_autofree char *path = tool_program_path(tool_processes[i].program);
        const char *argv[] = {path, "--root", root->dir, NULL};
        tool_supervisor_add(supervisor, tool_processes[i].name, argv, TOOL_CHILD_NOTIFIES);
    }
    if (!tool_up_aides_add(supervisor, root, error))
        return FALSE;
    tool_supervisor_on_change(supervisor, on_change, &up);
    guint sources[] = {
        g_unix_signal_add(SIGTERM, on_stop, &up),
        g_unix_signal_add(SIGINT, on_stop, &up),
        g_unix_signal_add(SIGHUP, on_reload, &up),
        g_timeout_add(1000, beat, NULL),
    };
    ToolWitness *witness = tool_witness_new(supervisor, client, root, "vicu up");
    gboolean ok = tool_supervisor_start(supervisor, error);
    if (ok)
        g_main_loop_run(loop);
    tool_witness_free(witness);
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++)
        g_source_remove(sources[i]);
    return ok;
}

int
tool_up(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolCommon) common = {0};
    g_autoptr(GError) error = NULL;
    gboolean no_sound = FALSE;
    const GOptionEntry entries[] = {
        {"no-sound", 0, 0, G_OPTION_ARG_NONE, &no_sound,
         "No annunciator: nothing sounds here, or it runs in another session", NULL},
        G_OPTION_ENTRY_NULL,
    };
    int status = tool_options(verb, &argc, &argv, entries, &common, 0, 0);

    if (status >= 0)
        return status;
    g_autoptr(VicuRoot) root = vicu_root_new(common.root, &error);
    if (root == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    g_autofree char *key = g_build_filename(root->keys, "operator.key", NULL);
    if (!g_file_test(key, G_FILE_TEST_EXISTS)) {
        g_set_error(&error, VICU_ERROR, VICU_ERROR_AUTH,
                    "%s has no keys: make them once with: vicu keys --root %s", root->keys,
                    root->dir);
        return tool_wanting(verb, g_steal_pointer(&error));
    }
    /* A process that this version has and the one before had not gets its key now. */
    size_t made = 0;
    if (!tool_installation_keys(root, &made, &error) || !run(root, !no_sound, common.json, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    return TOOL_DONE;
}
