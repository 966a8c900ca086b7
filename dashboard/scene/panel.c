/* Panel: a titled ground whose lines are written from the top down, and stop at its end.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/build.h"

#define PAD DASH_PANEL_PAD

DashPanel
dash_panel_begin(DashScene *self, DashRect rect, const char *title)
{
    dash_begin_block(self, rect, self->pal->tile);
    DashFace face = {12, DASH_WEIGHT_BOLD, self->pal->dim, rect.w - 2 * PAD};
    dash_put_fill(self, (DashRect){rect.x, rect.y, rect.w, 1}, self->pal->seam);
    dash_put_text(self, rect.x + PAD, rect.y + 18, face, title);
    return (DashPanel){.scene = self, .rect = rect, .y = rect.y + 24};
}

bool
dash_panel_fits(const DashPanel *panel, int h)
{
    return panel->y + h <= panel->rect.y + panel->rect.h - 4;
}

bool
dash_panel_line(DashPanel *panel, DashFace face, const char *left, const char *right)
{
    if (!dash_panel_fits(panel, DASH_PANEL_LINE_H))
        return false;
    int base = dash_baseline(panel->y, DASH_PANEL_LINE_H, face.size);
    DashFace side = face;
    side.max_w = panel->rect.w / 2;
    int taken =
        dash_put_text_right(panel->scene, panel->rect.x + panel->rect.w - PAD, base, side, right);
    face.max_w = panel->rect.w - 2 * PAD - taken - 8;
    dash_put_text(panel->scene, panel->rect.x + PAD, base, face, left);
    panel->y += DASH_PANEL_LINE_H;
    return true;
}
