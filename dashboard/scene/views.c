/* Views: the table of them. See view.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/build.h"

static const struct {
    DashViewRow row;
    void (*build)(DashScene *self, DashRect rect);
} views[DASH_N_VIEWS] = {
    [DASH_VIEW_WALL] = {{"wall", N_("Wall"), false, false}, dash_build_wall},
    [DASH_VIEW_WORKLIST] = {{"worklist", N_("Worklist"), false, false}, dash_build_worklist},
    [DASH_VIEW_BED] = {{"bed", N_("Bed"), true, false}, dash_build_bed},
    [DASH_VIEW_CARD] = {{"card", N_("Alert card"), false, true}, dash_build_card},
    [DASH_VIEW_DISCLOSURE] = {{"disclosure", N_("Full disclosure"), true, false},
                              dash_build_disclosure},
    [DASH_VIEW_REVIEW] = {{"review", N_("Alarm review"), false, false}, dash_build_review},
    [DASH_VIEW_HANDOVER] = {{"handover", N_("Handover"), false, false}, dash_build_handover},
    [DASH_VIEW_LINKS] = {{"links", N_("Links"), false, false}, dash_build_links},
    [DASH_VIEW_WARD] = {{"ward", N_("Ward in depth"), false, false}, dash_build_ward},
};

const DashViewRow *
dash_view_row(DashViewKind kind)
{
    g_return_val_if_fail((unsigned)kind < DASH_N_VIEWS, &views[0].row);
    return &views[kind].row;
}

bool
dash_view_find(const char *name, DashViewKind *kind)
{
    for (unsigned i = 0; i < DASH_N_VIEWS; i++)
        if (views[i].build && g_strcmp0(views[i].row.name, name) == 0) {
            *kind = (DashViewKind)i;
            return true;
        }
    return false;
}

char *
dash_view_names(void)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (unsigned i = 0; i < DASH_N_VIEWS; i++)
        if (views[i].build)
            g_string_append_printf(names, "%s%s", names->len ? ", " : "", views[i].row.name);
    return g_string_free(g_steal_pointer(&names), FALSE);
}

void
dash_build_view(DashScene *self, DashRect rect)
{
    DashViewKind kind = self->view->kind;
    if ((unsigned)kind < DASH_N_VIEWS && views[kind].build)
        views[kind].build(self, rect);
    else
        dash_build_wall(self, rect);
}
