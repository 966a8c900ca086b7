/* SPDX-License-Identifier: Apache-2.0 */
#include "common/audit-act.h"

#include <stdio.h>
#include <unistd.h>

#include "common/auth.h"
#include "common/offline.h"

#define KEY         "operator"
#define PATIENCE_US (2 * (int64_t)G_USEC_PER_SEC)

gboolean
vicu_audit_lay_aside_or_say(VicuAudit *audit, const VicuRoot *root, const char *from)
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

/* Nobody listens where there is no socket: that is seen at once. */
static gboolean
put(VicuAudit *audit, VicuContext *context, const VicuRoot *root)
{
    g_autofree char *socket = g_build_filename(root->run, "store-query.ipc", NULL);

    return g_file_test(socket, G_FILE_TEST_EXISTS) && vicu_offline_store_runs(context, root)
           && vicu_audit_connect(audit, context, root, NULL)
           && vicu_audit_settle(audit, PATIENCE_US);
}

gboolean
vicu_audit_act(const VicuRoot *root, const char *from, const char *what, const char *detail)
{
    g_autoptr(VicuKeys) keys =
        vicu_keys_open(root->keys, root->key != NULL ? root->key : KEY, NULL);
    g_autoptr(VicuContext) context = keys != NULL ? vicu_context_new(keys, NULL, NULL) : NULL;
    g_autofree char *uid = g_strdup_printf("uid %u", (unsigned)getuid());
    g_autofree char *place = g_strdup_printf("%s, %s", from, uid);
    VicuAudit *audit = vicu_audit_new(keys != NULL ? vicu_keys_name(keys) : uid,
                                      keys != NULL ? vicu_keys_role(keys) : "", place);
    gboolean recorded = TRUE;

    vicu_audit_tell(audit, what, "", detail);
    if (context == NULL || !put(audit, context, root))
        recorded = vicu_audit_lay_aside_or_say(audit, root, from);
    vicu_audit_free(audit); /* before its context */
    return recorded;
}
