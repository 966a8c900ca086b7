/* The bed view under the keyboard: left and right go from bed to bed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/view-past.h"
#include "dashboard/ui/views.h"

gboolean
dash_view_bed_do(DashShell *shell, DashAct act, const char *arg, int64_t n)
{
    if (act == DASH_ACT_LEFT || act == DASH_ACT_UP)
        return dash_shell_do(shell, DASH_ACT_PREVIOUS_BED, arg, n);
    if (act == DASH_ACT_RIGHT || act == DASH_ACT_DOWN)
        return dash_shell_do(shell, DASH_ACT_NEXT_BED, arg, n);
    return dash_view_replay_do(shell, act, arg, n);
}
