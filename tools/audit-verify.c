/* `vicu audit verify`: hands a file, or all that a running store has, to the verifier, a program
 * of its own that shares no code with the store.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/error.h"
#include "tools/dispatch.h"
#include "tools/ledger.h"
#include "tools/verbs.h"

#define VERIFIER "vicu-audit-verify"

/* Its command line; caller frees the array and the words. */
static GPtrArray *
line_of(const char *file, const char *key, const char *witness, gboolean all)
{
    GPtrArray *line = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(line, tool_program_path(VERIFIER));
    if (key != NULL) {
        g_ptr_array_add(line, g_strdup("--key"));
        g_ptr_array_add(line, g_strdup(key));
    }
    if (witness != NULL) {
        g_ptr_array_add(line, g_strdup("--witness"));
        g_ptr_array_add(line, g_strdup(witness));
    }
    if (all)
        g_ptr_array_add(line, g_strdup("--all"));
    g_ptr_array_add(line, g_strdup(file));
    g_ptr_array_add(line, NULL);
    return line;
}

/* What the child said at its end, as an exit status of ours. */
static int
wait_for(pid_t child)
{
    int status = 0;

    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : TOOL_WANTING;
}

/* The verifier with a pipe into it: *@child and *@in. */
static gboolean
start(GPtrArray *line, pid_t *child, FILE **in, GError **error)
{
    int fd = -1;

    if (!g_spawn_async_with_pipes(NULL, (char **)line->pdata, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                                  NULL, child, &fd, NULL, NULL, error))
        return FALSE;
    *in = fdopen(fd, "wb");
    return TRUE;
}

static int
verify_store(const ToolVerb *verb, const ToolCommon *common, const char *key, const char *witness)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ToolClient) client = tool_client_open_reading(common, verb->name, &error);
    Vicu__LedgerHead *head = client != NULL ? tool_ledger_head(client, 0, &error) : NULL;
    Vicu__QueryLedger what = VICU__QUERY_LEDGER__INIT;
    pid_t child = 0;
    FILE *in = NULL;

    if (head == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    g_autofree char *own = key != NULL ? g_strdup(key) : tool_ledger_key(client, head->key, &error);
    vicu_wire_free(head);
    if (own == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    g_autoptr(GPtrArray) line = line_of("-", own, witness, TRUE);
    if (!start(line, &child, &in, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    signal(SIGPIPE, SIG_IGN); /* a verifier that has seen enough */
    what.entries = TRUE;
    gboolean ok = tool_ledger_export(client, &what, in, &error);
    fclose(in);
    int status = wait_for(child);
    if (status == TOOL_DONE && !ok)
        return tool_wanting(verb, g_steal_pointer(&error));
    return status == TOOL_DONE ? TOOL_DONE : TOOL_WANTING;
}

int
tool_audit_verify(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolCommon) common = {0};
    g_autofree char *key = NULL;
    g_autofree char *witness = NULL;
    const GOptionEntry entries[] = {
        {"key", 0, 0, G_OPTION_ARG_STRING, &key, "The store's public key, as it was handed out",
         "KEY|FILE"},
        {"witness", 0, 0, G_OPTION_ARG_STRING, &witness, "A witness that has to have signed it",
         "KEY|FILE"},
        G_OPTION_ENTRY_NULL,
    };
    int status = tool_options(verb, &argc, &argv, entries, &common, 0, 1);

    if (status >= 0)
        return status;
    if (argc < 2)
        return verify_store(verb, &common, key, witness);
    g_autoptr(GPtrArray) line = line_of(argv[1], key, witness, FALSE);
    execv(line->pdata[0], (char **)line->pdata);
    fprintf(stderr, "vicu %s: %s: %s; build it first (./vicu build)\n", verb->name,
            (char *)line->pdata[0], g_strerror(errno));
    return TOOL_WANTING;
}
