/* A segment as the store knows it: exact times of its samples, and their stream.
 *
 * time of sample n = t0 + n * num / den seconds, rounded down to a microsecond;
 * all arithmetic is in integers. Nothing here touches the database.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"

G_BEGIN_DECLS

/* Wave sample that carries no value. */
#define STORE_SAMPLE_INVALID (-32768)

typedef struct {
    uint32_t id;
    int64_t t0_us;
    uint32_t num; /* period in seconds */
    uint32_t den;
    double gain;
    int32_t baseline;
} StoreSegment;

/* A bed id that can be a key: 1 to STORE_BED_MAX printable ASCII characters. */
bool store_bed_fits(const char *bed);

/* False when the announcement cannot be used: bed, period or gain make no sense. */
bool store_segment_read(StoreSegment *self, const Vicu__Segment *said);
/* Only `last` may change once samples refer to a segment. */
bool store_segment_same(const Vicu__Segment *a, const Vicu__Segment *b);

int64_t store_segment_time_us(const StoreSegment *self, uint64_t n);
/* Of the first sample at or after @t_us. */
uint64_t store_segment_index(const StoreSegment *self, int64_t t_us);

static inline double
store_segment_value(const StoreSegment *self, int16_t sample)
{
    return ((double)sample - self->baseline) / self->gain;
}

G_END_DECLS
