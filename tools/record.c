/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/record.h"

#include <stdio.h>

#include "common/audit-act.h"

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
    vicu_audit_lay_aside_or_say(self->audit, self->root, self->from);
    vicu_audit_free(self->audit);
    g_free(self->from);
    g_free(self);
}
