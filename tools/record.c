/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/record.h"

#include <stdio.h>
#include <unistd.h>

#include "common/audit.h"
#include "common/offline.h"

#define PATIENCE_US (2 * G_USEC_PER_SEC)

static gboolean
lay_aside(VicuAudit *audit, const VicuRoot *root, const char *from)
{
    g_autoptr(GError) error = NULL;
    gboolean laid = vicu_audit_lay_aside(audit, root->dir, &error);

    if (!laid)
        fprintf(stderr, "%s: an act of this is not in the audit: %s\n", from, error->message);
    if (vicu_audit_lost(audit) > 0)
        fprintf(stderr, "%s: %" G_GUINT64_FORMAT " acts are not in the audit\n", from,
                vicu_audit_lost(audit));
    return laid;
}

/* --- one act ------------------------------------------------------------------------------ */

/* Nobody listens where there is no socket: that is seen at once. */
static gboolean
store_runs(ToolClient *client, const VicuRoot *root)
{
    g_autofree char *socket = g_build_filename(root->run, "store-query.ipc", NULL);

    return g_file_test(socket, G_FILE_TEST_EXISTS)
           && vicu_offline_store_runs(tool_client_context(client), root);
}

gboolean
tool_record_act(const VicuRoot *root, const char *from, const char *what, const char *detail)
{
    g_autoptr(ToolClient) client = tool_client_open_root(vicu_root_copy(root), NULL);
    g_autofree char *uid = g_strdup_printf("uid %u", (unsigned)getuid());
    g_autofree char *place = g_strdup_printf("%s, %s", from, uid);
    g_autoptr(VicuAudit) audit =
        vicu_audit_new(client != NULL ? tool_client_who(client) : uid,
                       client != NULL ? vicu_keys_role(tool_client_keys(client)) : "", place);

    gboolean recorded = TRUE;

    vicu_audit_tell(audit, what, "", detail);
    if (client == NULL || !store_runs(client, root)
        || !vicu_audit_connect(audit, tool_client_context(client), root, NULL)
        || !vicu_audit_settle(audit, PATIENCE_US))
        recorded = lay_aside(audit, root, from);
    g_clear_pointer(&audit, vicu_audit_free); /* before the client */
    return recorded;
}

/* --- the supervisor ----------------------------------------------------------------------- */

struct ToolWitness {
    ToolSupervisor *supervisor;
    const VicuRoot *root;
    char *from;
    VicuAudit *audit;
};

static void
on_act(const char *what, const char *child, const char *why, gpointer user)
{
    ToolWitness *self = user;

    vicu_audit_tell(self->audit, what, why, child);
}

ToolWitness *
tool_witness_new(ToolSupervisor *supervisor,
                 ToolClient *client,
                 const VicuRoot *root,
                 const char *from)
{
    ToolWitness *self = g_new0(ToolWitness, 1);
    g_autoptr(GError) error = NULL;

    self->supervisor = supervisor;
    self->root = root;
    self->from = g_strdup(from);
    self->audit = vicu_audit_new(
        "supervisor", client != NULL ? vicu_keys_role(tool_client_keys(client)) : "", from);
    if (client != NULL
        && !vicu_audit_connect(self->audit, tool_client_context(client), root, &error))
        fprintf(stderr, "%s: what it does waits for its end to be laid aside for the audit: %s\n",
                from, error->message);
    vicu_audit_tell(self->audit, "process-start", "", VICU_VERSION);
    tool_supervisor_on_act(supervisor, on_act, self);
    return self;
}

void
tool_witness_free(ToolWitness *self)
{
    if (self == NULL)
        return;
    tool_supervisor_on_act(self->supervisor, NULL, NULL);
    vicu_audit_tell(self->audit, "process-stop", "", "");
    lay_aside(self->audit, self->root, self->from);
    vicu_audit_free(self->audit);
    g_free(self->from);
    g_free(self);
}
