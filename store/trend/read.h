/* Numerics of one code into pixel columns, through the pyramids.
 *
 * Cells of the level that fits go into the columns that hold them whole; where a
 * border of columns cuts a cell, the values of its block decide. So columns are the
 * same as from every value by itself, but for the order of additions. What is sealed
 * comes from the database, what is open from rows, from the table of open blocks or
 * from memory, each of which the caller adds by itself. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "store/db.h"
#include "store/grid.h"
#include "store/trend/gather.h"
#include "store/trend/whole.h"

G_BEGIN_DECLS

typedef struct StoreTrendReader StoreTrendReader;

/* Borrows @db, @snapshot and @grid. */
StoreTrendReader *store_trend_reader_new(
    StoreDb *db, const StoreSnapshot *snapshot, uint32_t code, uint32_t channel, StoreGrid *grid);
void store_trend_reader_free(StoreTrendReader *self);
/* A border of the grid's columns may cut a cell. */
bool store_trend_reader_cuts(const StoreTrendReader *self);

/* Begins @bed (borrowed until its end), from the first row on. Its cells go into the
 * grid, or, where they are whole numbers, into @wholes; its fate says at the end whether
 * all of them did. NULL where borders cut cells. */
void store_trend_reader_bed(StoreTrendReader *self, const char *bed, StoreWholes *wholes);
/* What is sealed of it, at most the time of 8 blocks that borders cut. */
bool store_trend_reader_step(StoreTrendReader *self, bool *done, GError **error);
/* Between slices of work: no file stays pinned. */
void store_trend_reader_rest(StoreTrendReader *self);

/* Valid values of @gather with @channel, into their columns. */
void store_grid_gathered(StoreGrid *grid, const StoreGather *gather, uint32_t channel);

/* @n cells that begin at @t_us, of @period_us each; a bit in @cut (of cell 0 lowest,
 * @n / 64 words) for each that a border cuts: that one was not added. NULL: none can. */
void store_grid_cells(StoreGrid *grid,
                      const StoreCell *cells,
                      size_t n,
                      int64_t t_us,
                      int64_t period_us,
                      uint64_t *cut);

/* Rows of 5 minutes of @bed within @block, into their columns. */
bool store_grid_rows(StoreGrid *grid,
                     StoreDb *db,
                     const StoreSnapshot *snapshot,
                     const char *bed,
                     uint32_t code,
                     uint32_t channel,
                     int64_t block,
                     GError **error);

G_END_DECLS
