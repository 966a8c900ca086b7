/* Trace: waves and columns that stand still, drawn over what is there already.
 *
 * Samples are stroked as those of a sweep are; columns are the band between their least and
 * greatest value. What is not known is dotted, where nothing was observed it is hatched. Memory is
 * fixed after _new() but for the scratch of the tallest trace so far. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/gl/raster.h"

G_BEGIN_DECLS

typedef struct DashTracer DashTracer;

/* @max_w: the widest trace that will be drawn. */
DashTracer *dash_tracer_new(int max_w);
void dash_tracer_free(DashTracer *self);

/* A DASH_ITEM_TRACE, a DASH_ITEM_BANDS. */
void dash_tracer_trace(DashTracer *self, const DashSurface *surface, const DashItem *item);
void dash_tracer_bands(const DashSurface *surface, const DashItem *item);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashTracer, dash_tracer_free)

G_END_DECLS
