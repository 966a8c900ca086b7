/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/lens.h"

#include <math.h>

#define TWO_64 18446744073709551616.0

void
dash_lens_init(DashLens *self, const DashCalibration *calibration, int views)
{
    const DashCalibration *c = calibration;
    static const DashLensCell thirds = {{0, 1.0 / 3, 2.0 / 3}, {0, 0, 0}};

    g_assert(views >= 1 && views <= 256 && c->w > 0 && c->h > 0 && c->slope != 0);
    *self = (DashLens){
        .w = c->w,
        .h = c->h,
        .views = views,
        .inv_view = c->inv_view,
        .flip_x = c->flip_x,
        .flip_y = c->flip_y,
        .pitch = c->pitch * c->w / c->dpi * cos(atan(1 / c->slope)),
        .tilt = (c->flip_x ? -1 : 1) * c->h / (c->w * c->slope),
        .center = c->center,
        .cell_mode = c->n_cells > 0 ? c->cell_mode : 0,
        .n_cells = c->cell_mode > 0 && c->n_cells > 0 ? c->n_cells : 1,
    };
    for (size_t i = 0; i < self->n_cells; i++) {
        DashLensCell cell = self->cell_mode > 0 ? c->cells[i] : thirds;
        for (int k = 0; k < 3; k++) {
            int from = c->flip_subpixels ? 2 - k : k;
            self->cells[i].x[k] = cell.x[from];
            self->cells[i].y[k] = cell.y[from];
        }
    }
    double step = 2 * self->pitch / self->w;
    self->step = (uint64_t)((step - floor(step)) * TWO_64);
}

static const DashLensCell *
cell_at(const DashLens *self, int x, int y)
{
    int i = 0;

    switch (self->cell_mode) {
    case 1:
        i = (x + y) % 2;
        break;
    case 2:
        i = y % 4;
        break;
    case 3:
        i = (y + 2 * (x % 2)) % 4;
        break;
    case 4:
        i = x % 2;
        break;
    default:
        break;
    }
    return &self->cells[(size_t)i % self->n_cells];
}

uint64_t
dash_lens_phase(const DashLens *self, int x, int y, int channel)
{
    const DashLensCell *cell = cell_at(self, x, y);
    double u = (x + 0.5 + cell->x[channel]) / self->w;
    double v = (self->h - y - 0.5 + cell->y[channel]) / self->h;
    double phase = (u + v * self->tilt) * self->pitch - self->center;
    double fraction = (phase - floor(phase)) * TWO_64;

    /* A negative number as small as a double can be is a whole lens after rounding. */
    return fraction < TWO_64 ? (uint64_t)fraction : UINT64_MAX;
}

void
dash_lens_row(const DashLens *self, int y, int x, int n, uint8_t *out)
{
    uint64_t mask = self->inv_view ? UINT64_MAX : 0;
    uint64_t phase[2][3];

    for (int i = 0; i < 2; i++)
        for (int c = 0; c < 3; c++)
            phase[i][c] = dash_lens_phase(self, i, y, c);
    for (int i = 0; i < n; i++)
        for (int c = 0; c < 3; c++) {
            uint64_t steps = (uint64_t)((x + i) / 2) * self->step;
            uint64_t at = ((phase[(x + i) % 2][c] + steps) ^ mask) >> 32;
            out[3 * i + c] = (uint8_t)(at * (uint32_t)self->views >> 32);
        }
}
