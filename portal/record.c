/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/record.h"

#include <stdio.h>
#include <unistd.h>

#include "common/audit.h"
#include "common/auth.h"
#include "common/offline.h"

#define KEY         "operator"
#define PATIENCE_US (2 * (int64_t)G_USEC_PER_SEC)

static void
put(VicuAudit *audit, VicuContext *context, const VicuRoot *root)
{
    g_autofree char *socket = g_build_filename(root->run, "store-query.ipc", NULL);

    if (g_file_test(socket, G_FILE_TEST_EXISTS) && vicu_offline_store_runs(context, root)
        && vicu_audit_connect(audit, context, root, NULL))
        vicu_audit_settle(audit, PATIENCE_US);
}

void
portal_record(const VicuRoot *root, const char *from, const char *what, const char *detail)
{
    g_autoptr(VicuKeys) keys = vicu_keys_open(root->keys, KEY, NULL);
    g_autoptr(VicuContext) context = keys != NULL ? vicu_context_new(keys, NULL, NULL) : NULL;
    g_autofree char *uid = g_strdup_printf("uid %u", (unsigned)getuid());
    g_autofree char *place = g_strdup_printf("%s, %s", from, uid);
    g_autoptr(GError) error = NULL;
    VicuAudit *audit = vicu_audit_new(keys != NULL ? vicu_keys_name(keys) : uid,
                                      keys != NULL ? vicu_keys_role(keys) : "", place);

    vicu_audit_tell(audit, what, "", detail);
    if (context != NULL)
        put(audit, context, root);
    if (vicu_audit_waiting(audit) > 0 && !vicu_audit_lay_aside(audit, root->dir, &error))
        fprintf(stderr, "%s: an act of this is not in the audit: %s\n", from, error->message);
    vicu_audit_free(audit); /* before its context */
}
