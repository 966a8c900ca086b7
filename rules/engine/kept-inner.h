/* Inside of windows kept up: one window at one instant.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "rules/engine/kept.h"

G_BEGIN_DECLS

/* 2^31 thousandths, 2^42 us (50 days) and 2^16 points: no product of sums has more than 117 bits.
 */
#define RULES_KEPT_SPAN_MOST ((int64_t)1 << 42)

enum { RULES_KEPT_EXPOSURE = RULES_STAT_RISES + 1 };

/* One window at one instant. */
typedef struct {
    RulesKept *kept;
    const RulesRing *ring;
    int kind; /* RulesStat, or RULES_KEPT_EXPOSURE */
    int64_t now_us;
    int64_t from_us;
    uint32_t first; /* point inside, from the ring's oldest on; the ring's count: none */
} RulesLook;

/* Brings what is kept up to this instant: points that came in are added, those that left taken
 * away. */
RulesLook
rules_look_at(RulesKept *kept, const RulesRing *ring, int kind, int64_t now_us, int64_t over_us);

/* --- of one point: its number in the ring, its value; @sign: 1 it comes, -1 it goes ------- */

double rules_look_value(const RulesLook *self, uint32_t number);
/* It became true here: it is, and was not when last it was known. */
bool rules_look_rose(const RulesLook *self, uint32_t number);
bool rules_look_is_better(int kind, double a, double b);
void rules_look_sum(RulesLook *self, const RulesPoint *point, int sign);
void rules_look_rank(RulesLook *self, double value, int sign);
void rules_look_expose(RulesLook *self, double value, int64_t held_us, int sign);
/* Those that are no better than a newer one will never be the extreme. Where there was no room
 * the newest ones are missing: then it can only take the place of others. */
void rules_look_extreme(RulesLook *self, uint32_t number);

G_END_DECLS
