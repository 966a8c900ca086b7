/* One supervisor for each installation: DIR/run/up.pid, and the announcement by which
 * other commands find the installation without --root.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/root.h"

G_BEGIN_DECLS

typedef struct ToolClaim ToolClaim;

/* VICU_ERROR_REFUSED, with its process, where another supervisor runs. @root is borrowed. */
ToolClaim *tool_claim_new(const VicuRoot *root, GError **error);
/* Takes the marks away. NULL: no-op. */
void tool_claim_free(ToolClaim *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ToolClaim, tool_claim_free)

G_END_DECLS
