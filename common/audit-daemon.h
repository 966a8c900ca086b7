/* The audit of a daemon without a spool: opened at its start, left at its end.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/audit.h"
#include "common/daemon.h"

G_BEGIN_DECLS

/* Of @daemon, by its name and its key's role. Without a way to the store, which is said, records
 * wait all the same and the daemon works. */
VicuAudit *vicu_audit_of_daemon(VicuDaemon *daemon);

/* Runs the main loop until the store has what waits, at most @patience_us; what it does not take
 * is laid aside in the folder @dir of the installation, or lost where that is NULL, and said.
 * Frees @audit, which may be NULL. */
void vicu_audit_leave(VicuAudit *audit, VicuDaemon *daemon, int64_t patience_us, const char *dir);

G_END_DECLS
