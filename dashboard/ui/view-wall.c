/* The wall under the keyboard: arrows choose a bed, a press chooses, a second opens.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/views.h"

static void
move(DashShell *shell, int dx, int dy)
{
    const char *next =
        dash_scene_neighbour(dash_canvas_scene(shell->canvas), shell->place.bed, dx, dy);
    if (next)
        dash_shell_choose(shell, next);
}

gboolean
dash_view_wall_do(DashShell *shell, DashAct act, const char *arg, int64_t n)
{
    if (act == DASH_ACT_LEFT)
        move(shell, -1, 0);
    else if (act == DASH_ACT_RIGHT)
        move(shell, 1, 0);
    else if (act == DASH_ACT_UP)
        move(shell, 0, -1);
    else if (act == DASH_ACT_DOWN)
        move(shell, 0, 1);
    else if (act == DASH_ACT_BED && arg && n == 1) /* pressed once: chosen; twice: opened */
        dash_shell_choose(shell, arg);
    else
        return FALSE;
    return TRUE;
}
