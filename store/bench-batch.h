/* Batches of the synthetic ward, as a collector would send them. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "common/bench-ward.h"

G_BEGIN_DECLS

/* What of the ward is sent. */
typedef struct {
    VicuBenchWard *ward;
    int64_t t0_us;     /* of sample 0 of every wave */
    unsigned waves;    /* of each bed: a set of bits, 1 << wave */
    unsigned beds;     /* with waves: the first so many */
    unsigned numerics; /* of all beds: the first so many of each */
    uint64_t samples;  /* so far */
    uint64_t values;   /* so far */
} StoreBenchFeed;

#define STORE_BENCH_ALL_WAVES ((1u << VICU_BENCH_WAVES) - 1)

/* All that ends in the tick from @from_ms to @to_ms after t0; at most a minute. Numerics
 * are sent with the tick their second begins in, every bed at another moment of it; those
 * of all seconds of a longer tick together. Every segment is announced with each second
 * that begins. Counted in @feed; caller frees. */
GBytes *store_bench_batch(StoreBenchFeed *feed, int64_t from_ms, int64_t to_ms);

G_END_DECLS
