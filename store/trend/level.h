/* A level of a pyramid: least, greatest, mean and count of a stream per period.
 *
 * Pure. Level 1 has periods of 64 s, level 2 of 4096 s, at multiples of them since
 * 1970. A row holds the cells of one stream within one span. Cells keep sums, not
 * means, so that they add up exactly as the values themselves do. Numbers lie in
 * whole bytes, least significant first, plane by plane: the database's compressor
 * finds what is left to find, and a reader of 100 beds spends a nanosecond on each.
 *
 *   byte     version, 1
 *   byte     what is there: 1 real numbers, 2 a bit for each cell (else all are there)
 *   byte     decimal places
 *   varint   cells that are there; with 2: the bits, cell 0 lowest in the first byte
 *   planes   of the cells that are there: least as difference from the one before
 *            (zigzag), greatest less least, sum less count times least (as whole
 *            numbers: times 10^places), count, covered time less count times usual
 *            period (zigzag); real: least, greatest and sum as doubles' bits
 *   varint   usual period, microseconds, before the last plane
 *
 * A plane is a byte of width (0, 1, 2, 4, 8) and the numbers; of width 0 one varint
 * that all of them are.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define STORE_LEVELS    2
#define STORE_CELLS_MAX 512 /* of a row */

/* Values of one period, or of one pixel column; all 0: none. */
typedef struct {
    double min, max, sum;
    double covered_us; /* each value stands for its stream's period */
    uint64_t n;        /* invalid values are not counted */
} StoreCell;

static inline void
store_cell_join(StoreCell *cell, const StoreCell *more)
{
    if (more->n == 0)
        return;
    cell->min = cell->n == 0 ? more->min : MIN(cell->min, more->min);
    cell->max = cell->n == 0 ? more->max : MAX(cell->max, more->max);
    cell->sum += more->sum;
    cell->covered_us += more->covered_us;
    cell->n += more->n;
}

static inline void
store_cell_add(StoreCell *cell, double value, double period_us)
{
    StoreCell one = {value, value, value, period_us, 1};
    store_cell_join(cell, &one);
}

/* Microseconds of one cell, and of one row, of @level (1 .. STORE_LEVELS). */
int64_t store_level_period_us(unsigned level);
int64_t store_level_span_us(unsigned level);

/* Which multiple of @period_us holds @t_us; floor, also before 1970. */
static inline int64_t
store_multiple(int64_t t_us, int64_t period_us)
{
    int64_t n = t_us / period_us;
    return t_us < 0 && n * period_us != t_us ? n - 1 : n;
}

/* @n cells (at most STORE_CELLS_MAX, one of them with values) as a row, behind what
 * @out holds. */
void store_level_write(GByteArray *out, const StoreCell *cells, size_t n);

/* Fills all @n cells. False and @error for bytes that are no row of at most @n. */
bool store_level_read(const void *data, size_t size, StoreCell *cells, size_t n, GError **error);

G_END_DECLS
