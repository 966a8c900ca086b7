/* Undo: the act that takes an act of the desk back.
 *
 * It is an act of its own, which the owner of the state judges, answers and writes down: nothing is
 * deleted. A bed that was taken is given back to whom it belonged, a note is marked as withdrawn, a
 * promise called done is promised again, an absence ends, a limit goes back to the one before. What
 * was changed by somebody else since is left alone. Main thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/ui/shell.h"

G_BEGIN_DECLS

typedef struct DashUndo DashUndo;

/* Of what stands before @command is sent, which is about to be; NULL: it cannot be taken back. */
DashUndo *dash_undo_new(DashShell *shell, const Vicu__Command *command);
void dash_undo_free(DashUndo *self);
/* The command was carried out: says @text, and offers to take it back (takes @self), or, NULL,
 * knows that it cannot be. */
void dash_undo_offer(DashShell *shell, DashUndo *self, const char *text);

G_END_DECLS
