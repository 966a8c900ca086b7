/* One act of a verb in the audit of an installation on this machine.
 *
 * Who must not act unrecorded calls it before the act, and does not act where it fails.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/audit.h"

G_BEGIN_DECLS

/* Of whoever calls @from ("vicu keys"): the operator's key where there is one, else the user's
 * number. Put to the store that runs, at most 2 s; else laid aside for the next one. FALSE:
 * neither the store nor the folder has it, and stderr has been told. */
gboolean
vicu_audit_act(const VicuRoot *root, const char *from, const char *what, const char *detail);

/* What waits is laid aside in @root's folder; what is lost, ever, is said on stderr. */
gboolean vicu_audit_lay_aside_or_say(VicuAudit *audit, const VicuRoot *root, const char *from);

G_END_DECLS
