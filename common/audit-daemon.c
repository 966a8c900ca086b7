/* SPDX-License-Identifier: Apache-2.0 */
#include "common/audit-daemon.h"

#include "common/log.h"

VicuAudit *
vicu_audit_of_daemon(VicuDaemon *daemon)
{
    const char *name = vicu_daemon_name(daemon);
    VicuAudit *audit = vicu_audit_new(name, vicu_keys_role(vicu_daemon_keys(daemon)), name);
    g_autoptr(GError) error = NULL;

    if (!vicu_audit_connect(audit, vicu_daemon_context(daemon), vicu_daemon_root(daemon), &error))
        vicu_warning(VICU_MSG_AUDIT_LOST, "no record of the %s reaches the audit: %s", name,
                     error->message);
    return audit;
}

void
vicu_audit_leave(VicuAudit *audit, VicuDaemon *daemon, int64_t patience_us, const char *dir)
{
    const char *name = vicu_daemon_name(daemon);
    g_autoptr(GError) error = NULL;

    if (audit == NULL)
        return;
    if (vicu_audit_is_connected(audit))
        vicu_audit_settle(audit, patience_us);
    if (vicu_audit_waiting(audit) > 0 && dir == NULL)
        vicu_warning(VICU_MSG_AUDIT_LOST,
                     "%zu records of the %s are not in the audit: the store did not take them",
                     vicu_audit_waiting(audit), name);
    else if (vicu_audit_waiting(audit) > 0 && !vicu_audit_lay_aside(audit, dir, &error))
        vicu_warning(VICU_MSG_AUDIT_LOST, "records of the %s are not in the audit: %s", name,
                     error->message);
    vicu_audit_free(audit);
}
