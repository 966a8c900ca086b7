/* From one set of rules to the next: what a bed knows goes on.
 *
 * Kept are the signals' newest values, events and what is still queued; windows and sequences
 * over the same expression; scores that count the same; limits by name; and the state of every
 * rule that means the same (rules_set_rule_hash()): its running delays, its hold-down, and that it
 * is active. A rule that means something else starts idle.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "rules/engine/engine.h"

G_BEGIN_DECLS

/* @from is of another set, @to is new in an engine of its own. Nothing is judged: the next
 * advance does, at the next instant. */
void rules_engine_adopt(RulesBed *to, const RulesBed *from);

/* The rule has been judged and its condition does not hold, nor is a delay of it running. */
bool rules_bed_rule_is_over(const RulesBed *bed, size_t rule);
/* It can be judged, or there is nothing to judge. */
bool rules_bed_rule_is_known(const RulesBed *bed, size_t rule);

G_END_DECLS
