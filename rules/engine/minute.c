/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/minute.h"

#include <math.h>

#define MINUTE_US (60 * (int64_t)G_USEC_PER_SEC)

static int64_t
start_of(int64_t t_us)
{
    int64_t into_us = t_us % MINUTE_US;
    return t_us - into_us - (into_us < 0 ? MINUTE_US : 0);
}

void
rules_minute_push(RulesMinute *self, RulesRing *ring, RulesMinuteKind kind, RulesPoint point)
{
    const RulesPoint *last = rules_ring_last(ring);
    int64_t start_us = start_of(point.t_us);
    bool runs = last != NULL && last->t_us == start_us;
    double value = point.value;

    if (!runs)
        *self = (RulesMinute){0};
    self->sum += value;
    self->n++;
    if (kind == RULES_MINUTE_MEAN)
        value = round(self->sum / self->n * RULES_PARTS) / RULES_PARTS;
    else if (runs)
        value = kind == RULES_MINUTE_LEAST ? MIN(last->value, value) : MAX(last->value, value);
    rules_ring_push(ring, (RulesPoint){start_us, point.until_us, value});
}
