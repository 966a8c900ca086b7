/* SPDX-License-Identifier: Apache-2.0 */
#include "store/trend/whole.h"

#include <string.h>

#include "store/trend/block.h"
#include "store/trend/level-internal.h"

void
store_wholes_init(StoreWholes *self, size_t n)
{
    *self = (StoreWholes){.n = n};
    self->least = g_new(int32_t, n);
    self->greatest = g_new(int32_t, n);
    self->sum = g_new(int64_t, n);
    self->count = g_new(int64_t, n);
    self->covered_us = g_new(double, n);
}

void
store_wholes_clear(StoreWholes *self)
{
    g_clear_pointer(&self->least, g_free);
    g_clear_pointer(&self->greatest, g_free);
    g_clear_pointer(&self->sum, g_free);
    g_clear_pointer(&self->count, g_free);
    g_clear_pointer(&self->covered_us, g_free);
}

void
store_wholes_empty(StoreWholes *self, unsigned places)
{
    self->places = places;
    self->wanted = 0;
    self->fate = STORE_WHOLES_FIT;
    for (size_t c = 0; c < self->n; c++) {
        self->least[c] = INT32_MAX;
        self->greatest[c] = INT32_MIN;
    }
    memset(self->sum, 0, self->n * sizeof *self->sum);
    memset(self->count, 0, self->n * sizeof *self->count);
    memset(self->covered_us, 0, self->n * sizeof *self->covered_us);
}

/* ---- rows ---- */

/* Of cells that are neighbours: how many, and where the first of them begins. */
typedef struct {
    const StoreWholeRow *row;
    size_t from, end; /* within the row's arrays */
    int64_t t_us, period_us;
    int64_t ten; /* what its numbers are multiplied by */
} Stretch;

/* False when a number needs more than 32 bits. Sums wrap around rather than overflow: 2^31
 * values of 32 bits fit. */
static bool
add_stretch(StoreWholes *self, const StoreGrid *grid, const Stretch *s)
{
    const StoreWholeRow *row = s->row;
    int64_t t_us = s->t_us, ten = s->ten;
    uint64_t beyond = 0;

    for (size_t c = store_grid_column(grid, t_us), i = s->from; c < grid->n && i < s->end; c++) {
        int64_t least = self->least[c], greatest = self->greatest[c];
        int64_t count = 0, stop_us = grid->start[c + 1];
        uint64_t sum = 0;
        double covered_us = self->covered_us[c];
        for (; i < s->end && t_us < stop_us; i++, t_us += s->period_us) {
            int64_t low = row->least[i] * ten, high = low + row->rise[i] * ten;
            beyond |= (uint64_t)(low + INT32_MAX + 1) | (uint64_t)(high + INT32_MAX + 1);
            least = MIN(least, low);
            greatest = MAX(greatest, high);
            sum += (uint64_t)row->excess[i] * (uint64_t)ten + row->count[i] * (uint64_t)low;
            count += row->count[i];
            covered_us += row->covered_us[i];
        }
        self->least[c] = (int32_t)least;
        self->greatest[c] = (int32_t)greatest;
        self->sum[c] = (int64_t)((uint64_t)self->sum[c] + sum);
        self->count[c] += count;
        self->covered_us[c] = covered_us;
    }
    return beyond >> 32 == 0;
}

/* The neighbours from cell @at of the row on, the first of which is @k in its arrays.
 * Returns the cell behind the last. */
static size_t
neighbours(const StoreWholeRow *row, size_t at, size_t end, size_t *k)
{
    if (row->bits == NULL) {
        *k = at;
        return MIN(end, row->n);
    }
    while (at < end && (row->bits[at / 8] >> (at % 8) & 1) != 0)
        at++;
    return at;
}

/* Cells of the row before @at that have values. */
static size_t
count_before(const StoreWholeRow *row, size_t at)
{
    size_t n = 0;

    for (size_t i = 0; i < at / 8; i++)
        n += (size_t)__builtin_popcount(row->bits[i]);
    if (at % 8 != 0)
        n += (size_t)__builtin_popcount(row->bits[at / 8] & ((1u << (at % 8)) - 1));
    return n;
}

static bool
has_places(StoreWholes *self, const StoreWholeRow *row)
{
    if (row->places > self->places) {
        self->fate = STORE_WHOLES_WIDER;
        self->wanted = row->places;
    }
    return self->fate == STORE_WHOLES_FIT;
}

void
store_wholes_add_row(StoreWholes *self,
                     const StoreGrid *grid,
                     const StoreWholeRow *row,
                     size_t first,
                     size_t n,
                     int64_t t_us,
                     int64_t period_us)
{
    int64_t before_us = MAX(store_grid_from_us(grid) - t_us, 0);
    int64_t after_us = CLAMP(store_grid_to_us(grid) - t_us, 0, (int64_t)n * period_us);
    size_t at = first + (size_t)((before_us + period_us - 1) / period_us);
    size_t end = first + (size_t)(after_us / period_us);

    if (!has_places(self, row))
        return;
    size_t k = row->bits != NULL && at < end ? count_before(row, at) : at;
    Stretch s = {.row = row, .period_us = period_us};
    s.ten = (int64_t)store_trend_ten[self->places - row->places];
    while (at < end) {
        size_t stop = neighbours(row, at, end, &k);
        s.from = k;
        s.end = k += stop - at;
        s.t_us = t_us + (int64_t)(at - first) * period_us;
        if (s.end > s.from && !add_stretch(self, grid, &s))
            self->fate = STORE_WHOLES_NOT;
        at = MAX(stop, at) + 1; /* what is there has none */
    }
}

/* ---- cells ---- */

typedef struct {
    int64_t least, greatest, sum;
} Numbers;

static bool
take_numbers(const StoreCell *cell, unsigned places, Numbers *out)
{
    double ten = store_trend_ten[places];

    return store_level_is_whole(cell->min, ten, &out->least)
           && store_level_is_whole(cell->max, ten, &out->greatest)
           && store_level_is_whole_sum(cell->sum, ten, &out->sum) && out->least >= INT32_MIN
           && out->greatest <= INT32_MAX;
}

bool
store_whole_cell(const StoreCell *cell, unsigned places)
{
    Numbers numbers;

    return cell->n == 0 || take_numbers(cell, places, &numbers);
}

void
store_wholes_add_cell(StoreWholes *self, size_t column, const StoreCell *cell)
{
    Numbers numbers;

    if (cell->n == 0)
        return;
    if (!take_numbers(cell, self->places, &numbers)) {
        self->fate = STORE_WHOLES_NOT;
        return;
    }
    self->least[column] = MIN(self->least[column], (int32_t)numbers.least);
    self->greatest[column] = MAX(self->greatest[column], (int32_t)numbers.greatest);
    self->sum[column] += numbers.sum;
    self->count[column] += (int64_t)cell->n;
    self->covered_us[column] += cell->covered_us;
}
