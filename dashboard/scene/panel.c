/* Panel: a titled ground whose lines are written from the top down, and stop at its end.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/build.h"

#define PAD DASH_PANEL_PAD

DashPanel
dash_panel_begin(DashScene *self, DashRect rect, const char *title)
{
    dash_begin_block(self, rect, self->pal->tile);
    DashFace face = {dash_px(self, 12), DASH_WEIGHT_BOLD, self->pal->dim, rect.w - 2 * PAD};
    int h = DASH_PANEL_TITLE_H(self);
    dash_put_fill(self, (DashRect){rect.x, rect.y, rect.w, 1}, self->pal->seam);
    if (rect.h >= h)
        dash_put_text(self, rect.x + PAD, rect.y + dash_px(self, 18), face, title);
    return (DashPanel){.scene = self, .rect = rect, .y = rect.y + h};
}

bool
dash_panel_fits(const DashPanel *panel, int h)
{
    return panel->y + h <= panel->rect.y + panel->rect.h - 4;
}

bool
dash_panel_pair(DashPanel *panel,
                DashFace face,
                const char *left,
                DashFace side,
                const char *right,
                double share)
{
    DashScene *self = panel->scene;
    DashRect rect = panel->rect;
    int line_h = DASH_PANEL_LINE_H(self);
    if (!dash_panel_fits(panel, line_h))
        return false;
    face.size = dash_px(self, face.size);
    side.size = dash_px(self, side.size);
    int base = dash_baseline(panel->y, line_h, face.size);
    side.max_w = (int)(rect.w * share);
    int taken = dash_put_text_right(self, rect.x + rect.w - PAD, base, side, right);
    face.max_w = rect.w - 2 * PAD - taken - 8;
    dash_put_text(self, rect.x + PAD, base, face, left);
    panel->y += line_h;
    return true;
}

bool
dash_panel_line(DashPanel *panel, DashFace face, const char *left, const char *right)
{
    return dash_panel_pair(panel, face, left, face, right, 0.5);
}

bool
dash_panel_lines(DashPanel *panel, DashFace face, const char *text, int most)
{
    DashScene *self = panel->scene;
    int line_h = DASH_PANEL_LINE_H(self);
    face.size = dash_px(self, face.size);
    face.max_w = panel->rect.w - 2 * PAD;
    while (most > 1 && !dash_panel_fits(panel, most * line_h))
        most--;
    if (!dash_panel_fits(panel, line_h))
        return false;
    panel->y +=
        line_h
        * dash_put_lines(self, panel->rect.x + PAD, dash_baseline(panel->y, line_h, face.size),
                         line_h, face, text, most);
    return true;
}
