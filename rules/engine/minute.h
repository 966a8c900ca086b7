/* Minutes: a ring with one point a minute, for windows whose points would be too many.
 *
 * The point stands at the minute's start and says the least, the greatest or the mean of the values
 * that came in it, the mean in whole thousandths. It holds as long as the minute's newest value. So
 * a window over such a ring begins and ends with whole minutes, and a minute in which
 * something came is observed from its start. The running minute is the ring's newest point.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "rules/engine/ring.h"
#include "rules/language/program.h"

G_BEGIN_DECLS

/* The minute that runs; all zero: none yet. Plain memory without pointers. */
typedef struct {
    double sum;
    uint32_t n;
} RulesMinute;

/* @kind is not RULES_MINUTE_ALL. Times never go back. */
void rules_minute_push(RulesMinute *self, RulesRing *ring, RulesMinuteKind kind, RulesPoint point);

G_END_DECLS
