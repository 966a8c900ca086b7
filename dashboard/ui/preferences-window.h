/* Preferences, as a window: colours, language, size, windows.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/ui/shell.h"

G_BEGIN_DECLS

void dash_preferences_show(DashShell *shell);

G_END_DECLS
