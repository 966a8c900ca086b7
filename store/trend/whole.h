/* Columns of a numeric in whole numbers, as the pyramid has them.
 *
 * Most numerics are decimal numbers, and rows of a level keep them as whole ones, times
 * 10^places. Added up as they are they need no division for each cell and no search for
 * their places afterwards. What does not fit (real numbers, 32 bits) is told, and the
 * caller adds up doubles instead (store/trend/read.h). Pure; 40 bytes a column.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "store/grid.h"

G_BEGIN_DECLS

/* The cells of a row that have values, one after the other: greatest = least + rise, sum =
 * excess + count * least, all times 10^places. */
typedef struct {
    unsigned places;
    size_t n;
    const uint8_t *bits; /* which of the row's cells they are; NULL: all from the first on */
    int32_t least[STORE_CELLS_MAX];
    uint32_t rise[STORE_CELLS_MAX], excess[STORE_CELLS_MAX], count[STORE_CELLS_MAX];
    double covered_us[STORE_CELLS_MAX];
} StoreWholeRow;

/* False when the row is of real or larger numbers, or no row of @n cells:
 * store_level_read() tells. @out borrows from @data. */
bool store_level_read_whole(const void *data, size_t size, StoreWholeRow *out, size_t n);

typedef enum {
    STORE_WHOLES_FIT,
    STORE_WHOLES_WIDER, /* begin again with @wanted places */
    STORE_WHOLES_NOT,
} StoreWholesFate;

typedef struct {
    size_t n;
    unsigned places;
    unsigned wanted;
    StoreWholesFate fate; /* of all since it was empty; unless they fit, columns mean nothing */
    int32_t *least, *greatest;
    int64_t *sum, *count;
    double *covered_us;
} StoreWholes;

void store_wholes_init(StoreWholes *self, size_t n);
void store_wholes_clear(StoreWholes *self);
/* All columns without values, of numbers times 10^@places. */
void store_wholes_empty(StoreWholes *self, unsigned places);

/* Cells @first .. @first + @n of a row; cell @first begins at @t_us, each is @period_us
 * long, and no border of @grid cuts one. */
void store_wholes_add_row(StoreWholes *self,
                          const StoreGrid *grid,
                          const StoreWholeRow *row,
                          size_t first,
                          size_t n,
                          int64_t t_us,
                          int64_t period_us);
/* A cell, or one value, that lies in @column. */
void store_wholes_add_cell(StoreWholes *self, size_t column, const StoreCell *cell);

/* Bounds and sum are whole with so many decimal places. A cell without values is. */
bool store_whole_cell(const StoreCell *cell, unsigned places);

G_END_DECLS
