/* Window: the central station on a screen, driven by the keyboard.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/station.h"

G_BEGIN_DECLS

/* FALSE when there is no display that GTK can open. */
gboolean dash_window_possible(void);

/* Runs the station with its window until it is closed; returns the exit code. */
int dash_window_run(int argc, char **argv);

G_END_DECLS
