/* Pixel columns over a stretch of time: least, greatest, mean, how much was observed.
 *
 * Column c holds t with start(c) <= t < start(c + 1), start(c) = from + (to - from) * c
 * / n; with an alignment, start(c) is that rounded down to a multiple of it, and the
 * last column ends at `to` rounded up. Pure; 48 bytes a column.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "store/trend/level.h"

G_BEGIN_DECLS

typedef struct {
    size_t n;
    int64_t *start; /* n + 1 */
    StoreCell *cell;
} StoreGrid;

/* from < to, at most 40 years, n from 1 and each column at least 1 us wide; with an
 * alignment (else 0) each at least that wide. */
void store_grid_init(StoreGrid *self, int64_t from_us, int64_t to_us, size_t n, int64_t align_us);
void store_grid_clear(StoreGrid *self);
void store_grid_empty(StoreGrid *self); /* all columns without values */

/* The column of @t_us, which lies within. */
size_t store_grid_column(const StoreGrid *self, int64_t t_us);

/* 0 to 1; 0 is a column without a value. */
double store_grid_coverage(const StoreGrid *self, size_t column);

static inline int64_t
store_grid_from_us(const StoreGrid *self)
{
    return self->start[0];
}

static inline int64_t
store_grid_to_us(const StoreGrid *self)
{
    return self->start[self->n];
}

G_END_DECLS
