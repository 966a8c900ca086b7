/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/supervise-claim.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/error.h"

struct ToolClaim {
    char *pid_path;
    char *announcement;
};

/* 0: nobody runs there. */
static pid_t
other_process(const char *path)
{
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    gint64 other = g_ascii_strtoll(text, NULL, 10);
    return other > 1 && other != getpid() && kill((pid_t)other, 0) == 0 ? (pid_t)other : 0;
}

ToolClaim *
tool_claim_new(const VicuRoot *root, GError **error)
{
    g_autofree char *path = g_build_filename(root->run, "up.pid", NULL);
    g_autofree char *announcements = vicu_root_announcements();
    g_autofree char *pid = g_strdup_printf("%d\n", (int)getpid());
    pid_t other = other_process(path);

    if (other != 0) {
        g_set_error(
            error, VICU_ERROR, VICU_ERROR_REFUSED,
            "%s: process %d already runs this installation: stop it, or choose another --root",
            root->dir, (int)other);
        return NULL;
    }
    if (!g_file_set_contents(path, pid, -1, error))
        return NULL;
    ToolClaim *self = g_new0(ToolClaim, 1);
    self->pid_path = g_steal_pointer(&path);
    self->announcement = g_strdup_printf("%s/%d", announcements, (int)getpid());
    /* Without it the verbs need --root: worth a word, no reason to stop. */
    if (g_mkdir_with_parents(announcements, 0700) != 0
        || !g_file_set_contents(self->announcement, root->dir, -1, NULL))
        fprintf(stderr, "vicu: %s cannot be written; other commands will need --root %s\n",
                self->announcement, root->dir);
    return self;
}

void
tool_claim_free(ToolClaim *self)
{
    if (self == NULL)
        return;
    g_unlink(self->pid_path);
    g_unlink(self->announcement);
    g_free(self->pid_path);
    g_free(self->announcement);
    g_free(self);
}
