/* SPDX-License-Identifier: Apache-2.0 */
#include "store/grid.h"

#include <math.h>
#include <string.h>

void
store_grid_init(StoreGrid *self, int64_t from_us, int64_t to_us, size_t n, int64_t align_us)
{
    int64_t width_us = to_us - from_us, columns = (int64_t)n;

    self->n = n;
    self->start = g_new(int64_t, n + 1);
    self->cell = g_new0(StoreCell, n);
    /* In two parts, so that 40 years times 8192 columns stay below 2^63. */
    for (int64_t c = 0; c <= columns; c++)
        self->start[c] = from_us + width_us / columns * c + width_us % columns * c / columns;
    if (align_us == 0)
        return;
    for (size_t c = 0; c < n; c++)
        self->start[c] = store_multiple(self->start[c], align_us) * align_us;
    self->start[n] = (store_multiple(to_us - 1, align_us) + 1) * align_us;
}

void
store_grid_clear(StoreGrid *self)
{
    g_clear_pointer(&self->start, g_free);
    g_clear_pointer(&self->cell, g_free);
}

void
store_grid_empty(StoreGrid *self)
{
    memset(self->cell, 0, self->n * sizeof *self->cell);
}

size_t
store_grid_column(const StoreGrid *self, int64_t t_us)
{
    int64_t from_us = store_grid_from_us(self);
    double width_us = (double)(store_grid_to_us(self) - from_us);
    size_t c = (size_t)((double)(t_us - from_us) / width_us * (double)self->n);

    c = MIN(c, self->n - 1);
    while (c > 0 && self->start[c] > t_us)
        c--;
    while (c + 1 < self->n && self->start[c + 1] <= t_us)
        c++;
    return c;
}

double
store_grid_coverage(const StoreGrid *self, size_t column)
{
    const StoreCell *cell = &self->cell[column];

    if (cell->n == 0)
        return 0;
    return fmin(1, cell->covered_us / (double)(self->start[column + 1] - self->start[column]));
}
