/* The wall under the keyboard: arrows choose a bed, a press chooses, a second opens;
 * one key goes from layout to layout, one from share to share of the beds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/words.h"
#include "dashboard/ui/views.h"

static void
move(DashShell *shell, int dx, int dy)
{
    const char *next =
        dash_scene_neighbour(dash_canvas_scene(shell->canvas), shell->place.bed, dx, dy);
    if (next)
        dash_shell_choose(shell, next);
}

static void
next_layout(DashShell *shell)
{
    DashWallState *state = &shell->views->wall;
    DashViewsMark before = dash_views_mark(shell);
    state->layout = (DashLayout)((state->layout + 1) % DASH_N_LAYOUTS);
    dash_views_changed(shell, _(dash_layout_title(state->layout)), &before);
}

/* All beds, the halves, the thirds. */
static void
next_share(DashShell *shell)
{
    DashWallState *state = &shell->views->wall;
    DashViewsMark before = dash_views_mark(shell);
    if (state->share < state->shares) {
        state->share++;
    } else if (state->shares == DASH_SHARES_MAX) {
        state->share = state->shares = 0;
    } else {
        state->shares = MAX(state->shares + 1, 2);
        state->share = 1;
    }
    g_autofree char *text = state->share == 0
                                ? g_strdup(_("All beds on this screen"))
                                : g_strdup_printf(_("Part %u of %u of the beds on this screen"),
                                                  state->share, state->shares);
    dash_views_changed(shell, text, &before);
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
    else if (act == DASH_ACT_NEXT_LAYOUT)
        next_layout(shell);
    else if (act == DASH_ACT_NEXT_SHARE)
        next_share(shell);
    else
        return FALSE;
    return TRUE;
}
