/* Acts of the supervisor in the audit of an installation on this machine; those of a verb:
 * common/audit-act.h.
 *
 * They are put to its store; what the store does not have in the end is laid aside in the
 * installation's folder (common/audit.h), and said on stderr where that fails. No act waits for
 * its record, and none is undone for it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/root.h"
#include "tools/client.h"
#include "tools/supervise.h"

G_BEGIN_DECLS

typedef struct ToolWitness ToolWitness;

/* Tells all that @supervisor does, and that @from ("vicu up") supervises. @client may be NULL:
 * then all is laid aside at the end. All are borrowed until _free(). */
ToolWitness *tool_witness_new(ToolSupervisor *supervisor,
                              ToolClient *client,
                              const VicuRoot *root,
                              const char *from);
/* After the last child has left, before @client and @supervisor go. */
void tool_witness_free(ToolWitness *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ToolWitness, tool_witness_free)

G_END_DECLS
