/* Spread of a quantity: percentiles of any number of values in fixed memory.
 *
 * Buckets grow by 1 %, so a percentile is right to 1 %. Values are > 0; what is
 * smaller than 1e-3 counts as 1e-3 (in milliseconds: a microsecond). Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define TOOL_SPREAD_BUCKETS 2400 /* 1e-3 .. 2e7 */

typedef struct {
    uint32_t bucket[TOOL_SPREAD_BUCKETS];
    uint64_t n;
    double least, greatest;
} ToolSpread;

void tool_spread_add(ToolSpread *self, double value);

/* @share 0.99; NAN-free: FALSE when there is no value yet. */
gboolean tool_spread_percentile(const ToolSpread *self, double share, double *value);

G_END_DECLS
