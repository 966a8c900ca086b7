/* What is left of numerics when a stretch of time is taken out of them, and the cells that
 * the values of a block make.
 *
 * Pure. Values keep their order.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "store/trend/gather.h"
#include "store/trend/level.h"

G_BEGIN_DECLS

/* Cells of level 1 in a block. */
#define STORE_BLOCK_CELLS 64

/* Of a row of 5 minutes without what lies from @from_us to before @to_us, packed; NULL:
 * nothing. Changes @batch. */
GBytes *store_outside_row(Vicu__Batch *batch, int64_t from_us, int64_t to_us);

/* What @all has outside of it, into @left, which asks for no less. */
void
store_outside_values(const StoreGather *all, int64_t from_us, int64_t to_us, StoreGather *left);

/* Of the values of one block; @cells: STORE_BLOCK_CELLS that are empty. */
void store_series_cells(const StoreSeries *series, StoreCell *cells);

G_END_DECLS
