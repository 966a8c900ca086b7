/* Headset: starts and ends the process that shows the ward in a headset.
 *
 * One at most, of this station; it ends with the station. One thread, the main loop's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/ui/shell.h"

G_BEGIN_DECLS

/* Why it cannot be shown here, in the station's language; NULL: it can. Caller frees. */
char *dash_headset_why_not(const DashShell *shell);

/* Starts it, or ends it where it runs; says what came of it. */
void dash_headset_toggle(DashShell *shell);
/* Ends it and says nothing any more. */
void dash_headset_close(DashShell *shell);

G_END_DECLS
