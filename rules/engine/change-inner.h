/* Inside of change.c and instant.c: where a bed keeps what was.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "rules/engine/state.h"

G_BEGIN_DECLS

#define RULES_EACH_OF(lists, i, k) for (int k = (lists).first[i]; k < (lists).first[(i) + 1]; k++)

static inline size_t
rules_bitmap_words(int n)
{
    return ((size_t)n + 63) / 64 + 1;
}

static inline const RulesDepend *
rules_bed_depend(const RulesBed *bed)
{
    return bed->engine->set->depend;
}

static inline RulesInputWas *
rules_input_was(const RulesBed *bed, int input)
{
    return &(
        (RulesInputWas *)(void *)(bed->change.block + rules_bed_depend(bed)->inputs_at))[input];
}

static inline int64_t *
rules_bed_times(const RulesBed *bed, size_t at)
{
    return (int64_t *)(void *)(bed->change.block + at);
}

static inline uint64_t *
rules_bed_again(const RulesBed *bed)
{
    return (uint64_t *)(void *)(bed->change.block + rules_bed_depend(bed)->again_at);
}

static inline void
rules_bitmap_mark(uint64_t *bits, const RulesLists *lists, int i)
{
    RULES_EACH_OF(*lists, i, k)
    {
        rules_bitmap_set(bits, lists->item[k]);
    }
}

/* Evaluates the measure; where it left its place, tests of it must be computed. */
void rules_change_measure(RulesBed *bed, int measure);

G_END_DECLS
