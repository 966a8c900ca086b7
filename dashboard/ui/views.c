/* Views. See views.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/views.h"

#include "dashboard/ui/view-past.h"

typedef gboolean (*Handler)(DashShell *shell, DashAct act, const char *arg, int64_t n);

static const Handler handlers[DASH_N_VIEWS] = {
    [DASH_VIEW_WALL] = dash_view_wall_do,
    [DASH_VIEW_WORKLIST] = dash_view_worklist_do,
    [DASH_VIEW_BED] = dash_view_bed_do,
    [DASH_VIEW_CARD] = dash_view_card_do,
    [DASH_VIEW_DISCLOSURE] = dash_view_disclosure_do,
    [DASH_VIEW_REVIEW] = dash_view_review_do,
    [DASH_VIEW_HANDOVER] = dash_view_handover_do,
    [DASH_VIEW_WARD] = dash_view_wall_do, /* beds are chosen and opened as there */
};

void
dash_views_new(DashShell *shell)
{
    const DashPreferences *likes = &shell->preferences;
    DashViews *self = shell->views = g_new0(DashViews, 1);
    VicuDaemon *daemon = shell->station->daemon;
    self->order = dash_order_new();
    self->worklist = (DashWorklistState){.order = self->order, .list = likes->list};
    if (daemon)
        self->worklist.me = vicu_keys_name(vicu_daemon_keys(daemon));
    self->wall = (DashWallState){.order = self->order,
                                 .layout = dash_layout_find(likes->layout),
                                 .share = likes->share,
                                 .shares = likes->shares};
}

void
dash_views_fill(DashShell *shell, DashView *view)
{
    DashViews *self = shell->views;
    dash_order_update(self->order, shell->station->model, view->now_us);
    self->worklist.list =
        MIN(self->worklist.list, dash_worklist_n_lists(shell->station->model) - 1);
    view->worklist = &self->worklist;
    view->wall = &self->wall;
    view->handover = &self->handover;
    dash_view_card_fill(shell, view);
    if (view->kind == DASH_VIEW_REVIEW)
        dash_view_review_fill(shell, view);
    dash_past_desk_fill(shell->past, view);
}

void
dash_views_keep(DashShell *shell)
{
    DashPreferences *likes = &shell->preferences;
    g_free(likes->layout);
    likes->layout = g_strdup(dash_layout_name(shell->views->wall.layout));
    likes->list = shell->views->worklist.list;
    likes->share = shell->views->wall.share;
    likes->shares = shell->views->wall.shares;
}

void
dash_views_free(DashShell *shell)
{
    dash_view_card_free(shell);
    dash_view_review_free(shell);
    g_clear_pointer(&shell->past, dash_past_desk_free);
    if (shell->views)
        dash_order_free(shell->views->order);
    g_clear_pointer(&shell->views, g_free);
}

DashViewsMark
dash_views_mark(const DashShell *shell)
{
    const DashViews *self = shell->views;
    DashViewsMark mark = {.layout = self->wall.layout,
                          .share = self->wall.share,
                          .shares = self->wall.shares,
                          .list = self->worklist.list};
    g_strlcpy(mark.filter, self->worklist.filter, sizeof mark.filter);
    return mark;
}

typedef struct {
    DashShell *shell;
    DashViewsMark mark;
} Restore;

static gboolean
restore(gpointer data)
{
    const Restore *to = data;
    DashViews *self = to->shell->views;
    self->wall.layout = to->mark.layout;
    self->wall.share = to->mark.share;
    self->wall.shares = to->mark.shares;
    self->worklist.list = to->mark.list;
    g_strlcpy(self->worklist.filter, to->mark.filter, sizeof self->worklist.filter);
    dash_shell_changed(to->shell);
    return TRUE;
}

void
dash_views_changed(DashShell *shell, const char *title, const DashViewsMark *before)
{
    Restore *to = g_new(Restore, 1);
    *to = (Restore){shell, *before};
    dash_shell_changed(shell);
    dash_shell_done(shell, title, restore, to, g_free);
}

gboolean
dash_views_type(DashShell *shell, gunichar typed)
{
    return shell->place.kind == DASH_VIEW_WORKLIST && dash_view_worklist_type(shell, typed);
}

gboolean
dash_views_do(DashShell *shell, DashAct act, const char *arg, int64_t n)
{
    Handler handler = handlers[shell->place.kind];
    return handler && handler(shell, act, arg, n);
}
