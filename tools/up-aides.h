/* What `vicu up` runs beside the processes, where DIR/etc/up.conf names it: a witness of
 * the audit, and the twin, whose page the portal shows.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/root.h"
#include "tools/supervise.h"

G_BEGIN_DECLS

#define TOOL_UP_SETTINGS "up.conf"
#define TOOL_UP_WITNESS  "audit-witness"
#define TOOL_UP_TWIN     "twin"

/* Before the supervisor starts. FALSE: the settings make no sense. */
gboolean tool_up_aides_add(ToolSupervisor *supervisor, const VicuRoot *root, GError **error);

G_END_DECLS
