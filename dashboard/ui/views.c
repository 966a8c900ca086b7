/* Views. See views.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/views.h"

#include "dashboard/ui/view-past.h"

typedef gboolean (*Handler)(DashShell *shell, DashAct act, const char *arg, int64_t n);

static const Handler handlers[DASH_N_VIEWS] = {
    [DASH_VIEW_WALL] = dash_view_wall_do,     [DASH_VIEW_BED] = dash_view_bed_do,
    [DASH_VIEW_CARD] = dash_view_card_do,     [DASH_VIEW_DISCLOSURE] = dash_view_disclosure_do,
    [DASH_VIEW_REVIEW] = dash_view_review_do, [DASH_VIEW_HANDOVER] = dash_view_handover_do,
};

void
dash_views_fill(DashShell *shell, DashView *view)
{
    dash_view_card_fill(shell, view);
    if (view->kind == DASH_VIEW_REVIEW)
        dash_view_review_fill(shell, view);
    dash_past_desk_fill(shell->past, view);
}

void
dash_views_free(DashShell *shell)
{
    dash_view_card_free(shell);
    dash_view_review_free(shell);
    g_clear_pointer(&shell->past, dash_past_desk_free);
}

gboolean
dash_views_do(DashShell *shell, DashAct act, const char *arg, int64_t n)
{
    Handler handler = handlers[shell->place.kind];
    return handler && handler(shell, act, arg, n);
}
