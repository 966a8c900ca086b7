/* Three-valued logic (Kleene, the same as CQL's null logic).
 *
 * A comparison with a missing value is unknown, and unknown stays unknown
 * unless the other side decides. No memory, no threads, no time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    RULES_FALSE = 0,
    RULES_UNKNOWN = 1,
    RULES_TRUE = 2,
} RulesTruth;

static inline RulesTruth
rules_truth_of(bool value)
{
    return value ? RULES_TRUE : RULES_FALSE;
}

static inline RulesTruth
rules_truth_and(RulesTruth a, RulesTruth b)
{
    return a < b ? a : b;
}

static inline RulesTruth
rules_truth_or(RulesTruth a, RulesTruth b)
{
    return a > b ? a : b;
}

static inline RulesTruth
rules_truth_not(RulesTruth a)
{
    return (RulesTruth)(RULES_TRUE - a);
}

/* "at least @wanted of @n": @n_true are true, @n_unknown might be. */
static inline RulesTruth
rules_truth_at_least(unsigned wanted, unsigned n_true, unsigned n_unknown)
{
    if (n_true >= wanted)
        return RULES_TRUE;
    return n_true + n_unknown < wanted ? RULES_FALSE : RULES_UNKNOWN;
}

static inline char
rules_truth_letter(RulesTruth a)
{
    return "FUT"[a];
}

G_END_DECLS
