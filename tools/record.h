/* Acts of supervisor and tools in the audit of an installation on this machine.
 *
 * They are put to its store; what the store does not have in the end is laid aside in the
 * installation's folder (common/audit.h), and said on stderr where that fails. No act of the
 * supervisor waits for its record, and none is undone for it; an administrator's is recorded
 * first, and not done where that fails.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/root.h"
#include "tools/client.h"
#include "tools/supervise.h"

G_BEGIN_DECLS

/* One act of whoever calls @from ("vicu keys"), who is the operator's key where there is one,
 * else the user's number. Waits at most 2 s for a store that runs. FALSE: neither the store nor
 * the folder has it, and stderr has been told. */
gboolean
tool_record_act(const VicuRoot *root, const char *from, const char *what, const char *detail);

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
