/* The exact rate behind times that were written down: 360 Hz behind .002778, .005556 ...
 *
 * Times come one by one, each later than the one before. They are cut into runs
 * of one rate, which is the simplest fraction that explains every time of the run
 * to within the tolerance; what is missing within a run leaves a hole in its
 * numbers. Memory: one buffer of 1024 times and 40 bytes a run. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    int64_t t0_us;       /* of sample 0 */
    uint64_t n;          /* number of the last sample, and one */
    uint32_t period_num; /* seconds, exact; 0: a sample alone, nothing tells a rate */
    uint32_t period_den;
} CollectorRateRun;

typedef struct CollectorRate CollectorRate;

/* Each time may be @tolerance_us off. */
CollectorRate *collector_rate_new(int64_t tolerance_us);
void collector_rate_free(CollectorRate *self);

void collector_rate_push(CollectorRate *self, int64_t t_us);
/* After the last time. */
const GArray *collector_rate_finish(CollectorRate *self); /* CollectorRateRun */

/* The number of the sample of @run at @t_us; FALSE: none of the run is there. */
gboolean
collector_rate_index(const CollectorRateRun *run, int64_t t_us, int64_t tolerance_us, uint64_t *n);

/* The fraction of least terms within @low..@high, both > 0. FALSE: none below 2^31. */
gboolean collector_rate_simplest(double low, double high, uint32_t *num, uint32_t *den);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorRate, collector_rate_free)

G_END_DECLS
