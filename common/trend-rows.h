/* TrendRows: columns of one bed as arrays, written by the store, read by everybody.
 *
 * Pure. A reader checks once and then asks for columns; what does not fit is refused,
 * never guessed. A mean is rounded to single precision, coverage to 1/255 (but what is
 * partial never reads as nothing or as all); least and greatest are exact.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "common/wire.h"

G_BEGIN_DECLS

typedef struct {
    double min, max, mean; /* mean nothing without coverage */
    double coverage;       /* 0..1; 0 = nothing was observed */
} VicuTrendColumn;

typedef struct {
    const Vicu__TrendRows *rows;
    guint columns;
    guint min_width, rise_width, coverage_width; /* bytes; 0: absent */
    double ten;                                  /* 10^places */
} VicuTrend;

/* Borrows @rows. FALSE and VICU_ERROR_FORMAT when its arrays do not fit each other. */
gboolean vicu_trend_init(VicuTrend *self, const Vicu__TrendRows *rows, GError **error);

/* Where columns begin, and where the last ends: @self->columns + 1 times. The same for
 * every bed of one answer. */
void vicu_trend_borders(const VicuTrend *self, int64_t *t_us);

/* @column below @self->columns. */
VicuTrendColumn vicu_trend_column(const VicuTrend *self, guint column);

G_END_DECLS
