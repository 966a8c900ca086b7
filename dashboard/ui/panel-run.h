/* Panel run: a process that shows the ward on a light-field panel, and nothing else.
 *
 * A station of its own, with a name and a key of its own, so that nothing of it can slow the wall
 * down or take it along when it ends.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/station.h"

G_BEGIN_DECLS

/* Runs until a signal or the closed window ends it; returns the exit code. @options->panel is the
 * panel's calibration. */
int dash_panel_run(int argc, char **argv, const DashStationOptions *options);

G_END_DECLS
