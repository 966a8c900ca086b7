/* Wall: every bed in its place; the place never depends on alarms.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "dashboard/scene/build.h"

#define ASPECT 1.62 /* of a tile that reads well */
#define GAP    2

/* The number of columns whose tiles come nearest to a readable shape and waste
 * the fewest places. */
static int
columns_for(int n, int w, int h)
{
    int best = 1;
    double best_cost = INFINITY;
    for (int columns = 1; columns <= n; columns++) {
        int rows = (n + columns - 1) / columns;
        double shape = (double)w / columns / ((double)h / rows);
        double empty = (double)(columns * rows - n) / n;
        double cost = fabs(log(shape / ASPECT)) + 0.8 * empty;
        if (cost < best_cost) {
            best_cost = cost;
            best = columns;
        }
    }
    return best;
}

static void
put_empty(DashScene *self, DashRect rect)
{
    DashFace face = {20, DASH_WEIGHT_REGULAR, self->pal->text, rect.w - 40};
    dash_begin_block(self, rect, self->pal->back);
    dash_put_hatch(self, rect, self->pal->hatch, 14);
    int y = rect.y + rect.h / 2;
    dash_put_fill(self, (DashRect){rect.x + rect.w / 4, y - 40, rect.w / 2, 64}, self->pal->back);
    dash_put_text_middle(self, rect.x + rect.w / 2, y, face,
                         _("No bed is known: nothing has reached this station"));
}

void
dash_build_wall(DashScene *self, DashRect rect)
{
    int n = (int)dash_model_n_beds(self->model);
    if (n == 0) {
        put_empty(self, rect);
        return;
    }
    int columns = columns_for(n, rect.w, rect.h);
    int rows = (n + columns - 1) / columns;
    for (int i = 0; i < columns * rows; i++) {
        int x0 = rect.x + rect.w * (i % columns) / columns;
        int x1 = rect.x + rect.w * (i % columns + 1) / columns;
        int y0 = rect.y + rect.h * (i / columns) / rows;
        int y1 = rect.y + rect.h * (i / columns + 1) / rows;
        DashRect tile = {x0, y0, x1 - x0 - GAP, y1 - y0 - GAP};
        if (i < n)
            dash_build_tile(self, dash_model_bed(self->model, i), tile);
    }
}
