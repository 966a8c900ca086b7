/* Sign-in: the forms of who works at this station, and what a locked one does.
 *
 * Main thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/ui/shell.h"

G_BEGIN_DECLS

/* FALSE: @act is not about people. */
gboolean dash_sign_in_do(DashShell *shell, DashAct act);
/* What is typed, pressed or moved in @window keeps the station from being locked. */
void dash_sign_in_watch(DashShell *shell, GtkWidget *window);
/* The station has been locked: no dialog stays open. */
void dash_sign_in_close_others(DashShell *shell);

G_END_DECLS
