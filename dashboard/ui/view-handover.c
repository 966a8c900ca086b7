/* The handover under the keyboard: up and down choose a bed, Return writes its line.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/handover.h"
#include "dashboard/scene/words.h"
#include "dashboard/ui/desk.h"
#include "dashboard/ui/views.h"

#define PAGE_ROWS 10

/* By @step rows from the bed that is chosen; the first one when none of these is. */
static void
move(DashShell *shell, int step)
{
    char place[DASH_HANDOVER_PLACE];
    dash_handover_place(shell->station->model, &shell->views->handover, place);
    g_autoptr(GArray) rows =
        dash_handover_rows(shell->station->model, shell->preferences.units, place);
    int at = -1;
    if (rows->len == 0)
        return;
    for (guint i = 0; i < rows->len; i++)
        if (g_strcmp0(g_array_index(rows, DashHandoverRow, i).bed->id, shell->place.bed) == 0)
            at = (int)i;
    int next = at < 0 ? 0 : CLAMP(at + step, 0, (int)rows->len - 1);
    dash_shell_choose(shell, g_array_index(rows, DashHandoverRow, next).bed->id);
}

static void
next_place(DashShell *shell)
{
    DashHandoverState *state = &shell->views->handover;
    char place[DASH_HANDOVER_PLACE];
    dash_handover_place(shell->station->model, state, place);
    if (!dash_handover_next_place(shell->station->model, place)) {
        dash_shell_say(shell, _("No bed is known: there is nothing to hand over"));
        return;
    }
    g_strlcpy(state->place, place, sizeof state->place);
    g_autofree char *text = g_strdup_printf(_("Handover of %s"), place);
    dash_shell_say(shell, text);
}

gboolean
dash_view_handover_do(DashShell *shell, DashAct act, const char *arg, int64_t n)
{
    (void)n;
    if (act == DASH_ACT_UP || act == DASH_ACT_DOWN)
        move(shell, act == DASH_ACT_UP ? -1 : 1);
    else if (act == DASH_ACT_PAGE_UP || act == DASH_ACT_PAGE_DOWN)
        move(shell, act == DASH_ACT_PAGE_UP ? -PAGE_ROWS : PAGE_ROWS);
    else if (act == DASH_ACT_HOME || act == DASH_ACT_END)
        move(shell, act == DASH_ACT_HOME ? -DASH_BEDS_MAX : DASH_BEDS_MAX);
    else if (act == DASH_ACT_HANDOVER_LINE && arg && g_strcmp0(arg, shell->place.bed) != 0)
        dash_shell_choose(shell, arg); /* pressed once: chosen; twice: written */
    else if (act == DASH_ACT_HANDOVER_PLACE)
        next_place(shell);
    else if (act == DASH_ACT_OPEN)
        return dash_handover_do(shell, DASH_ACT_HANDOVER_LINE, arg);
    else
        return FALSE;
    return TRUE;
}
