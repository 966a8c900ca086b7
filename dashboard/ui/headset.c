/* Headset. See headset.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/headset.h"

#include <signal.h>
#include <string.h>

#include "dashboard/scene/words.h"
#include "dashboard/xr/runtime.h"

#define NAME "headset" /* of the process and of its key */

struct DashHeadsetRun {
    DashShell *shell; /* NULL: nobody listens any more */
    GSubprocess *process;
};

static char *
key_path(const DashShell *shell)
{
    return g_build_filename(vicu_daemon_root(shell->station->daemon)->keys, NAME ".key", NULL);
}

char *
dash_headset_why_not(const DashShell *shell)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *manifest = dash_xr_runtime_find(&error);

    if (manifest == NULL)
        return g_strdup(_("Not here: this machine has no OpenXR runtime"));
    if (shell->station->daemon == NULL)
        return g_strdup(_("Not here: this station is of no installation"));
    g_autofree char *key = key_path(shell);
    return g_file_test(key, G_FILE_TEST_EXISTS)
               ? NULL
               : g_strdup(_("Not here: its key is missing (vicu keys make headset dashboard)"));
}

/* The last line that says anything. */
static const char *
last_line(char *text)
{
    char *end = text != NULL ? strrchr(g_strchomp(text), '\n') : NULL;

    return end != NULL ? end + 1 : text;
}

static void
on_end(GObject *source, GAsyncResult *result, gpointer user)
{
    struct DashHeadsetRun *run = user;
    g_autofree char *said = NULL;

    g_subprocess_communicate_utf8_finish(G_SUBPROCESS(source), result, NULL, &said, NULL);
    if (run->shell != NULL) {
        bool fine = g_subprocess_get_successful(run->process);
        const char *line = last_line(said);
        g_autofree char *text = g_strdup_printf(_("The headset is dark: %s"), line ? line : "");
        dash_shell_say(run->shell, fine ? _("The headset is dark") : text);
        run->shell->headset = NULL;
    }
    g_object_unref(run->process);
    g_free(run);
}

static void
start(DashShell *shell)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autoptr(GError) error = NULL;
    const char *argv[] = {program, "--headset", "--name",
                          NAME,    "--root",    vicu_daemon_root(shell->station->daemon)->dir,
                          NULL};
    GSubprocess *process = g_subprocess_newv(argv, G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);

    if (process == NULL) {
        dash_shell_say(shell, error->message);
        return;
    }
    shell->headset = g_new0(struct DashHeadsetRun, 1);
    shell->headset->shell = shell;
    shell->headset->process = process;
    g_subprocess_communicate_utf8_async(process, NULL, NULL, on_end, shell->headset);
    dash_shell_say(shell, _("The ward is shown in the headset; the same act ends it"));
}

void
dash_headset_toggle(DashShell *shell)
{
    g_autofree char *why = dash_headset_why_not(shell);

    if (shell->headset != NULL)
        g_subprocess_send_signal(shell->headset->process, SIGTERM);
    else if (why != NULL)
        dash_shell_say(shell, why);
    else
        start(shell);
}

void
dash_headset_close(DashShell *shell)
{
    if (shell->headset == NULL)
        return;
    shell->headset->shell = NULL;
    g_subprocess_send_signal(shell->headset->process, SIGTERM);
    shell->headset = NULL;
}
