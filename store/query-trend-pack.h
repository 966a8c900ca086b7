/* The columns of one bed as arrays for the wire. For query-trend.c only.
 *
 * Pure; 46 bytes a column, made once for an answer.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/wire.h"
#include "store/grid.h"
#include "store/trend/whole.h"

G_BEGIN_DECLS

typedef struct StoreTrendPack StoreTrendPack;

StoreTrendPack *store_trend_pack_new(size_t columns);
void store_trend_pack_free(StoreTrendPack *self);

/* Bounds, means and coverage of @grid's columns, from its cells or from @wholes, into
 * @rows, which borrows them until the next call. */
void store_trend_pack_cells(StoreTrendPack *self, const StoreGrid *grid, Vicu__TrendRows *rows);
void store_trend_pack_wholes(StoreTrendPack *self,
                             const StoreGrid *grid,
                             const StoreWholes *wholes,
                             Vicu__TrendRows *rows);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreTrendPack, store_trend_pack_free)

G_END_DECLS
