/* The worklist under the keyboard: the cursor is on a bed, not on a place; / finds by typing.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "dashboard/scene/words.h"
#include "dashboard/scene/worklist.h"
#include "dashboard/ui/views.h"

#define PAGE 10

static unsigned
list_beds(const DashShell *shell, const DashBed *out[DASH_BEDS_MAX])
{
    return dash_worklist_beds(shell->station->model, &shell->views->worklist, vicu_clock_utc_us(),
                              out, NULL);
}

/* The first one where none of the list is chosen. */
static void
move(DashShell *shell, int by)
{
    const DashBed *beds[DASH_BEDS_MAX];
    int n = (int)list_beds(shell, beds);
    for (int i = 0; i < n; i++)
        if (g_strcmp0(beds[i]->id, shell->place.bed) == 0) {
            dash_shell_choose(shell, beds[CLAMP(i + by, 0, n - 1)]->id);
            return;
        }
    if (n > 0)
        dash_shell_choose(shell, beds[by > 1 ? n - 1 : 0]->id);
}

/* What is typed chooses the bed of this name, else the worst that is found: Enter opens it. */
static void
choose_found(DashShell *shell)
{
    const DashBed *beds[DASH_BEDS_MAX];
    const char *filter = shell->views->worklist.filter;
    unsigned n = list_beds(shell, beds);
    for (unsigned i = 0; i < n; i++)
        if (g_ascii_strcasecmp(beds[i]->label, filter) == 0) {
            dash_shell_choose(shell, beds[i]->id);
            return;
        }
    if (n > 0 && *filter)
        dash_shell_choose(shell, beds[0]->id);
}

static void
open_chosen(DashShell *shell, const char *arg)
{
    const DashBed *beds[DASH_BEDS_MAX];
    unsigned n = list_beds(shell, beds);
    bool listed = false;
    for (unsigned i = 0; i < n && shell->place.bed; i++)
        listed |= strcmp(beds[i]->id, shell->place.bed) == 0;
    const char *bed = arg ? arg : listed ? shell->place.bed : n > 0 ? beds[0]->id : NULL;
    if (!bed)
        dash_shell_say(shell, _("No bed is in this list"));
    else
        dash_shell_go(shell, DASH_VIEW_BED, bed, NULL);
    shell->views->worklist.typing = false;
}

/* What was found before is another search. */
static void
begin_typing(DashWorklistState *state)
{
    state->typing = true;
    state->filter[0] = '\0';
}

static void
next_list(DashShell *shell)
{
    char name[DASH_TEXT_MAX];
    DashWorklistState *state = &shell->views->worklist;
    DashViewsMark before = dash_views_mark(shell);
    state->list = (state->list + 1) % dash_worklist_n_lists(shell->station->model);
    dash_worklist_list_name(shell->station->model, state->list, name);
    dash_views_changed(shell, name, &before);
}

/* Escape ends the typing, then the filter, then leaves. */
static gboolean
step_back(DashShell *shell)
{
    DashWorklistState *state = &shell->views->worklist;
    DashViewsMark before = dash_views_mark(shell);
    if (!state->typing && !*state->filter)
        return FALSE;
    state->typing = false;
    state->filter[0] = '\0';
    if (*before.filter)
        dash_views_changed(shell, _("All beds of the list"), &before);
    return TRUE;
}

gboolean
dash_view_worklist_do(DashShell *shell, DashAct act, const char *arg, int64_t n)
{
    DashWorklistState *state = &shell->views->worklist;
    if (act == DASH_ACT_UP || act == DASH_ACT_DOWN)
        move(shell, act == DASH_ACT_UP ? -1 : 1);
    else if (act == DASH_ACT_PAGE_UP || act == DASH_ACT_PAGE_DOWN)
        move(shell, act == DASH_ACT_PAGE_UP ? -PAGE : PAGE);
    else if (act == DASH_ACT_HOME || act == DASH_ACT_END)
        move(shell, act == DASH_ACT_HOME ? -DASH_BEDS_MAX : DASH_BEDS_MAX);
    else if (act == DASH_ACT_OPEN)
        open_chosen(shell, NULL);
    else if (act == DASH_ACT_BED && arg && n == 1)
        dash_shell_choose(shell, arg);
    else if (act == DASH_ACT_BED)
        open_chosen(shell, arg);
    else if (act == DASH_ACT_FILTER)
        begin_typing(state);
    else if (act == DASH_ACT_NEXT_LIST)
        next_list(shell);
    else if (act == DASH_ACT_BACK)
        return step_back(shell);
    else
        return FALSE;
    return TRUE;
}

gboolean
dash_view_worklist_type(DashShell *shell, gunichar typed)
{
    DashWorklistState *state = &shell->views->worklist;
    size_t used = strlen(state->filter);
    char bytes[6];
    if (!state->typing)
        return FALSE;
    if (typed == '\b') {
        char *last = g_utf8_find_prev_char(state->filter, state->filter + used);
        if (last)
            *last = '\0';
        else
            state->typing = false;
    } else {
        size_t length = (size_t)g_unichar_to_utf8(typed, bytes);
        if (used + length >= sizeof state->filter)
            return TRUE;
        memcpy(state->filter + used, bytes, length);
        state->filter[used + length] = '\0';
    }
    choose_found(shell);
    return TRUE;
}
