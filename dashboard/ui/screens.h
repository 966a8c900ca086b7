/* Screens: one window for each monitor, each with its own view and its share of the beds.
 *
 * The first is kept in the station's folder, the others in "screen-2" and "screen-3" below it.
 * The first time that there are several, they share the beds of the wall; from then on each
 * screen is what its person made of it. Main thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/ui/shell.h"

G_BEGIN_DECLS

#define DASH_SCREENS_MAX 3

typedef struct {
    DashShell *shell[DASH_SCREENS_MAX];
    unsigned n;
} DashScreens;

/* How many there are to be: as preferred, else one for each monitor. */
unsigned dash_screens_wanted(const char *folder);
/* Makes @n windows, not yet presented; @folder NULL: nothing is kept. */
void dash_screens_open(DashScreens *self, DashStation *station, const char *folder, unsigned n);
/* Each on its monitor, as far as there are so many. */
void dash_screens_present(DashScreens *self);
void dash_screens_close(DashScreens *self);

G_END_DECLS
