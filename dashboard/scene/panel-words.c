/* Panel of the bed view: who looks after the bed, who saw it last, notes and open promises.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/build.h"

#define LINES_MAX 7

static bool
is_open(const DashNote *note)
{
    return note->promise && note->done_us == 0 && !note->corrected;
}

/* What is done or was corrected is not shown here. */
static bool
is_shown(const DashNote *note)
{
    return !note->corrected && (!note->promise || is_open(note));
}

static bool
is_cared_for(const DashBed *bed)
{
    return bed->care.known && (*bed->care.owner || *bed->care.seen_by);
}

int
dash_words_panel_height(const DashScene *self, const DashBed *bed)
{
    int lines = is_cared_for(bed);
    for (unsigned i = 0; i < bed->n_notes; i++)
        lines += is_shown(&bed->note[i]);
    return lines > 0
               ? DASH_PANEL_TITLE_H(self) + DASH_PANEL_LINE_H(self) * MIN(lines, LINES_MAX) + 8
               : 0;
}

static void
put_care(DashPanel *panel, const DashBed *bed, int64_t now_us)
{
    char age[DASH_TEXT_MAX];
    DashFace face = {13, DASH_WEIGHT_REGULAR, panel->scene->pal->text, 0};
    g_autofree char *owner = *bed->care.owner
                                 ? g_strdup_printf(_("looked after by %s"), bed->care.owner)
                                 : g_strdup(_("nobody looks after it"));
    g_autofree char *seen = *bed->care.seen_by
                                ? g_strdup_printf(_("seen by %s %s ago"), bed->care.seen_by,
                                                  dash_format_age(age, now_us - bed->care.seen_us))
                                : g_strdup("");
    dash_panel_line(panel, face, owner, seen);
}

static bool
put_note(DashPanel *panel, const DashNote *note, int64_t now_us)
{
    char age[DASH_TEXT_MAX];
    DashScene *self = panel->scene;
    DashFace face = {13, DASH_WEIGHT_REGULAR, self->pal->text, 0};
    if (!note->promise)
        return dash_panel_line(panel, face, note->text, note->who);
    face.weight = note->overdue ? DASH_WEIGHT_BOLD : DASH_WEIGHT_REGULAR;
    dash_format_age(age, ABS(note->due_us - now_us));
    g_autofree char *when = note->overdue ? g_strdup_printf(_("OVERDUE %s, %s"), age, note->owner)
                                          : g_strdup_printf(_("in %s, %s"), age, note->owner);
    return dash_panel_line(panel, face, note->text, when);
}

/* Overdue promises first, then open ones, then notes, the newest first. */
static int
rank(const DashNote *note)
{
    return note->overdue ? 0 : note->promise ? 1 : 2;
}

void
dash_build_words_panel(DashScene *self, const DashBed *bed, DashRect rect)
{
    DashPanel panel = dash_panel_begin(self, rect, _("Notes and promises"));
    if (is_cared_for(bed))
        put_care(&panel, bed, self->view->now_us);
    for (int wanted = 0; wanted <= 2; wanted++)
        for (unsigned i = bed->n_notes; i-- > 0;)
            if (is_shown(&bed->note[i]) && rank(&bed->note[i]) == wanted
                && !put_note(&panel, &bed->note[i], self->view->now_us))
                return;
}
