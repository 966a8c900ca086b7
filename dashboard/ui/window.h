/* Window: the central station on a screen, driven by the keyboard.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/ui/screens.h"

G_BEGIN_DECLS

/* FALSE when there is no display that GTK can open. */
gboolean dash_window_possible(void);

/* The window and all in it, not yet presented; see shell.h for @folder. */
DashShell *dash_window_make(DashStation *station, const char *folder);
void dash_window_end(DashShell *shell);

/* Runs the station with its window until it is closed; returns the exit code. */
int dash_window_run(int argc, char **argv);
/* The same for a test, which is told when the windows are there, and drives them from the main
 * loop. */
typedef void (*DashWindowOpened)(DashScreens *screens, gpointer user);
int dash_window_run_driven(int argc, char **argv, DashWindowOpened opened, gpointer user);

G_END_DECLS
