/* What a process tells the audit of itself, for processes without a spool.
 *
 * A record is told once and waits in memory until the store has it on disk: put over the
 * query socket, again after each reconnect, and again each 10 s where the store refused it
 * (a full disk). VICU_AUDIT_MOST wait; what comes beyond them is lost and counted. Nothing
 * blocks but _settle(). The owner of an installation's folder may lay aside what still waits
 * at its end: the next store that starts takes it in, each id once.
 *
 * One thread, the context's main loop.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/root.h"
#include "common/socket.h"
#include "common/wire.h"

G_BEGIN_DECLS

#define VICU_AUDIT_ID_LEN       16
#define VICU_AUDIT_MOST         1000
#define VICU_AUDIT_ASIDE        "audit-aside" /* folder of an installation */
#define VICU_AUDIT_ASIDE_SUFFIX ".record"

typedef struct VicuAudit VicuAudit;

/* @who: of its records, with @role; @from: the process. They wait until _connect(). */
VicuAudit *vicu_audit_new(const char *who, const char *role, const char *from);
void vicu_audit_free(VicuAudit *self); /* what waits is gone */

/* To the store of @root, in the background; @context outlives @self. FALSE: no way can be
 * made (no key of the store's), records wait all the same. */
gboolean
vicu_audit_connect(VicuAudit *self, VicuContext *context, const VicuRoot *root, GError **error);
gboolean vicu_audit_is_connected(const VicuAudit *self);

/* Now, by this process. */
void vicu_audit_tell(VicuAudit *self, const char *what, const char *why, const char *detail);
/* Copied; gets an id when it has none. */
void vicu_audit_put(VicuAudit *self, const Vicu__AuditRecord *record);

/* Runs the main loop until nothing waits; FALSE after @patience_us. */
gboolean vicu_audit_settle(VicuAudit *self, int64_t patience_us);

/* What waits becomes files and waits no more; what cannot is lost and counted, @error says
 * why of the first. */
gboolean vicu_audit_lay_aside(VicuAudit *self, const char *dir, GError **error);

size_t vicu_audit_waiting(const VicuAudit *self);
uint64_t vicu_audit_lost(const VicuAudit *self);

/* 16 random bytes into @id, and @record points to them. */
void vicu_audit_give_id(Vicu__AuditRecord *record, uint8_t id[VICU_AUDIT_ID_LEN]);

/* @record as a file of its own in @dir/audit-aside, named by its id (it gets one), on the
 * disk when it returns. @dir: the installation's. */
gboolean vicu_audit_aside(const char *dir, const Vicu__AuditRecord *record, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuAudit, vicu_audit_free)

G_END_DECLS
