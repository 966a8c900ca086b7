/* SPDX-License-Identifier: Apache-2.0 */
#include "common/offline.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/folder.h"
#include "common/query.h"

#define MOMENT_US (1500 * 1000)
#define STEP_US   (20 * 1000)

struct VicuOffline {
    char *folder;
    char *endpoint;
    GPid pid;
    int input;  /* the end of it ends the child */
    int output; /* "ready TIME" */
};

gboolean
vicu_offline_store_runs(VicuContext *context, const VicuRoot *root)
{
    g_autofree char *endpoint = vicu_root_endpoint(root, "store-query");
    g_autoptr(VicuQueryClient) client =
        vicu_query_client_new(context, endpoint, vicu_root_server(root, "store"), "", NULL);
    gboolean never = FALSE;

    for (int i = 0; client != NULL && i < MOMENT_US / STEP_US; i++) {
        if (vicu_query_is_connected(client))
            return TRUE;
        vicu_context_run_until(context, &never, STEP_US);
    }
    return FALSE;
}

gboolean
vicu_offline_has_files(const VicuRoot *root)
{
    g_autofree char *current = g_build_filename(root->dir, "store", "CURRENT", NULL);

    return root->hub == NULL && g_file_test(current, G_FILE_TEST_EXISTS);
}

static gboolean
spawn(VicuOffline *self, const VicuRoot *root, const char *program, GError **error)
{
    const char *argv[] = {program, "answer", "--root", root->dir, "--at", self->folder, NULL};

    return g_spawn_async_with_pipes(NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                                    NULL, &self->pid, &self->input, &self->output, NULL, error);
}

/* Its first line; what is wrong it has said on stderr itself. */
static gboolean
wait_ready(VicuOffline *self, int64_t *newest_us, GError **error)
{
    char line[64] = "";
    size_t n = 0;

    while (n + 1 < sizeof line && memchr(line, '\n', n) == NULL) {
        ssize_t got = read(self->output, line + n, sizeof line - 1 - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    if (g_str_has_prefix(line, "ready ")) {
        *newest_us = g_ascii_strtoll(line + 6, NULL, 10);
        return TRUE;
    }
    g_set_error_literal(error, VICU_ERROR, VICU_ERROR_ABSENT,
                        "the store does not run, and its files cannot be read");
    return FALSE;
}

VicuOffline *
vicu_offline_start(const VicuRoot *root, const char *program, const char *verb, GError **error)
{
    g_autoptr(VicuOffline) self = g_new0(VicuOffline, 1);
    int64_t newest_us = 0;

    self->input = self->output = -1;
    self->folder = g_dir_make_tmp("vicu-read-XXXXXX", error);
    if (self->folder == NULL)
        return NULL;
    self->endpoint = g_strdup_printf("ipc://%s/store-query.ipc", self->folder);
    if (!spawn(self, root, program, error) || !wait_ready(self, &newest_us, error))
        return NULL;
    g_autofree char *time = newest_us != INT64_MIN ? vicu_time_format(newest_us) : NULL;
    fprintf(stderr,
            "%s: the store does not run: read from its files, newest sample %s; what is looked at "
            "goes into the audit when it starts\n",
            verb, time != NULL ? time : "none");
    return g_steal_pointer(&self);
}

void
vicu_offline_free(VicuOffline *self)
{
    if (self == NULL)
        return;
    if (self->input >= 0)
        close(self->input);
    if (self->pid > 0) {
        while (waitpid(self->pid, NULL, 0) < 0 && errno == EINTR)
            ;
        g_spawn_close_pid(self->pid);
    }
    if (self->output >= 0)
        close(self->output);
    if (self->folder != NULL)
        vicu_folder_remove_flat(self->folder);
    g_free(self->folder);
    g_free(self->endpoint);
    g_free(self);
}

const char *
vicu_offline_endpoint(const VicuOffline *self)
{
    return self->endpoint;
}
