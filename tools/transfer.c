/* `vicu import` and `vicu export`: the rooms' programs, on a running installation
 * or on one that runs for the duration.
 *
 * On a root where nothing runs an import starts hub and store under the supervisor, runs
 * with this terminal, and all end again; an export reads the store's files.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib-unix.h>

#include "common/error.h"
#include "common/offline.h"
#include "common/root.h"
#include "tools/dispatch.h"
#include "tools/installation.h"
#include "tools/supervise.h"
#include "tools/verbs.h"

#define START_US (60 * (int64_t)G_USEC_PER_SEC) /* recovery of a large store included */

typedef struct {
    const char *program; /* "vicu-collector" */
    const char *verb;    /* "import" */
    gboolean may_make;   /* hub and store are started, in a new root if need be */
} Transfer;

/* --- the command line --------------------------------------------------------------------- */

static const char *
option_value(int argc, char **argv, const char *name)
{
    size_t n = strlen(name);

    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], name) == 0)
            return i + 1 < argc ? argv[i + 1] : NULL;
        if (strncmp(argv[i], name, n) == 0 && argv[i][n] == '=')
            return argv[i] + n + 1;
    }
    return NULL;
}

static gboolean
has_word(int argc, char **argv, const char *word)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], word) == 0)
            return TRUE;
    return FALSE;
}

/* PROGRAM VERB --root DIR and all that the user said. NULL-terminated; caller frees the array. */
static GPtrArray *
command_line(const Transfer *t, char *path, const char *root, int argc, char **argv)
{
    GPtrArray *line = g_ptr_array_new();

    g_ptr_array_add(line, path);
    g_ptr_array_add(line, (gpointer)t->verb);
    if (root != NULL) {
        g_ptr_array_add(line, (gpointer) "--root");
        g_ptr_array_add(line, (gpointer)root);
    }
    for (int i = 1; i < argc; i++) {
        if (root != NULL && strcmp(argv[i], "--root") == 0) {
            i++;
            continue;
        }
        if (root == NULL || !g_str_has_prefix(argv[i], "--root="))
            g_ptr_array_add(line, argv[i]);
    }
    g_ptr_array_add(line, NULL);
    return line;
}

static int
become(const ToolVerb *verb, const Transfer *t, const char *root, int argc, char **argv)
{
    g_autofree char *path = tool_program_path(t->program);
    g_autoptr(GPtrArray) line = command_line(t, path, root, argc, argv);

    execv(path, (char **)line->pdata);
    fprintf(stderr, "vicu %s: %s: %s; build it first (./vicu build)\n", verb->name, path,
            g_strerror(errno));
    return TOOL_WANTING;
}

/* --- an installation for the duration ----------------------------------------------------- */

typedef struct {
    GMainLoop *loop;
    GPid pid; /* of the program; 0: not running */
    gboolean ended, stopped;
    guint timer; /* while the store starts */
    int status;
} Session;

static void
on_change(ToolSupervisor *supervisor, gpointer user)
{
    Session *session = user;

    if (tool_supervisor_all_ready(supervisor))
        g_main_loop_quit(session->loop);
}

static gboolean
on_late(gpointer user)
{
    Session *session = user;

    session->timer = 0;
    g_main_loop_quit(session->loop);
    return G_SOURCE_REMOVE;
}

static void
on_end(GPid pid, gint status, gpointer user)
{
    Session *session = user;

    g_spawn_close_pid(pid);
    session->pid = 0;
    session->ended = TRUE;
    session->status = status;
    g_main_loop_quit(session->loop);
}

/* The terminal's Ctrl-C reaches the program by itself too; it takes the second one as the first. */
static gboolean
on_interrupt(gpointer user)
{
    Session *session = user;

    session->stopped = TRUE;
    if (session->pid != 0)
        kill(session->pid, SIGINT);
    if (session->pid == 0)
        g_main_loop_quit(session->loop);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_terminate(gpointer user)
{
    Session *session = user;

    if (session->pid != 0)
        kill(session->pid, SIGTERM);
    return on_interrupt(user);
}

static void
on_over(ToolSupervisor *supervisor, gpointer user)
{
    (void)supervisor;
    g_main_loop_quit(((Session *)user)->loop);
}

static void
add_process(ToolSupervisor *supervisor, const VicuRoot *root, const char *name)
{
    g_autofree char *path = tool_program_path(tool_process_find(name)->program);
    const char *argv[] = {path, "--root", root->dir, NULL};

    tool_supervisor_add(supervisor, name, argv, TOOL_CHILD_NOTIFIES);
}

static gboolean
run_program(Session *session,
            const Transfer *t,
            const VicuRoot *root,
            int argc,
            char **argv,
            GError **error)
{
    g_autofree char *path = tool_program_path(t->program);
    g_autoptr(GPtrArray) line = command_line(t, path, root->dir, argc, argv);

    if (!g_spawn_async(NULL, (char **)line->pdata, NULL,
                       G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL,
                       &session->pid, error))
        return FALSE;
    guint watch = g_child_watch_add(session->pid, on_end, session);
    while (!session->ended)
        g_main_loop_run(session->loop);
    (void)watch; /* gone with the child */
    return TRUE;
}

static gboolean
with_supervisor(Session *session,
                ToolSupervisor *supervisor,
                const Transfer *t,
                const VicuRoot *root,
                int argc,
                char **argv,
                GError **error)
{
    gboolean ok = FALSE;

    tool_supervisor_on_change(supervisor, on_change, session);
    if (tool_supervisor_start(supervisor, error)) {
        session->timer = g_timeout_add(START_US / 1000, on_late, session);
        if (!tool_supervisor_all_ready(supervisor))
            g_main_loop_run(session->loop);
        g_clear_handle_id(&session->timer, g_source_remove);
        tool_supervisor_on_change(supervisor, NULL, NULL);
        ok = tool_supervisor_all_ready(supervisor) && !session->stopped;
        if (!ok)
            g_set_error(error, VICU_ERROR, VICU_ERROR_TIMEOUT,
                        session->stopped
                            ? "%s: interrupted before the store was ready"
                            : "%s: the store was not ready within 60 s: see log/store.log there",
                        root->dir);
        ok = ok && run_program(session, t, root, argc, argv, error);
        tool_supervisor_stop(supervisor, on_over, session);
        g_main_loop_run(session->loop);
    }
    return ok;
}

static gboolean
run_alone(Session *session,
          const Transfer *t,
          const VicuRoot *root,
          int argc,
          char **argv,
          GError **error)
{
    g_autoptr(ToolSupervisor) supervisor = tool_supervisor_new(root, error);

    if (supervisor == NULL)
        return FALSE;
    add_process(supervisor, root, "hub");
    add_process(supervisor, root, "store");
    guint sources[] = {g_unix_signal_add(SIGINT, on_interrupt, session),
                       g_unix_signal_add(SIGTERM, on_terminate, session)};
    gboolean ok = with_supervisor(session, supervisor, t, root, argc, argv, error);
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++)
        g_source_remove(sources[i]);
    return ok;
}

static int
alone(const ToolVerb *verb, const Transfer *t, const char *dir, int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VicuRoot) root = vicu_root_new(dir, &error);
    Session session = {0};
    size_t made = 0;

    if (root == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    if (!vicu_root_make(root, &error) || !tool_installation_keys(root, &made, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    session.loop = g_main_loop_new(NULL, FALSE);
    gboolean ok = run_alone(&session, t, root, argc, argv, &error);
    g_main_loop_unref(session.loop);
    if (!ok)
        return tool_wanting(verb, g_steal_pointer(&error));
    if (WIFEXITED(session.status))
        return WEXITSTATUS(session.status);
    fprintf(stderr, "vicu %s: ended by signal %d (%s)\n", verb->name, WTERMSIG(session.status),
            g_strsignal(WTERMSIG(session.status)));
    return TOOL_WANTING;
}

static int
transfer(const ToolVerb *verb, const Transfer *t, int argc, char **argv)
{
    const char *dir = option_value(argc, argv, "--root");
    g_autoptr(GError) error = NULL;

    if (argc < 2 || has_word(argc, argv, "--help") || has_word(argc, argv, "--dry-run")
        || has_word(argc, argv, "-h"))
        return become(verb, t, NULL, argc, argv);
    g_autoptr(VicuRoot) running = vicu_root_find_running(dir, &error);
    if (running != NULL)
        return become(verb, t, running->dir, argc, argv);
    if (dir == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    if (t->may_make)
        return alone(verb, t, dir, argc, argv);
    g_autoptr(VicuRoot) rest = vicu_root_new(dir, NULL);
    if (rest != NULL && vicu_offline_has_files(rest)) /* it reads them by itself */
        return become(verb, t, rest->dir, argc, argv);
    g_clear_error(&error);
    g_set_error(&error, VICU_ERROR, VICU_ERROR_ABSENT, "%s/store: there is no store", dir);
    return tool_wanting(verb, g_steal_pointer(&error));
}

int
tool_import(const ToolVerb *verb, int argc, char **argv)
{
    const Transfer t = {"vicu-collector", "import", TRUE};

    return transfer(verb, &t, argc, argv);
}

int
tool_export(const ToolVerb *verb, int argc, char **argv)
{
    const Transfer t = {"vicu-store", "export", FALSE};

    return transfer(verb, &t, argc, argv);
}
