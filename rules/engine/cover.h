/* What the tests of a set reached: every clause of every rule, every test in a condition both
 * ways, every band of every score.
 *
 * Pure. One object may serve many engines of one set, one after the other: it only gathers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "rules/engine/truth.h"
#include "rules/language/set.h"

G_BEGIN_DECLS

typedef enum {
    RULES_COVER_RAISE,
    RULES_COVER_CLEAR,
    RULES_COVER_APPLIES,   /* it does not apply */
    RULES_COVER_FOR,       /* the condition ended before its delay */
    RULES_COVER_UNKNOWN,   /* the unknown clause acted */
    RULES_COVER_UNLESS,    /* another rule stood for it */
    RULES_COVER_HOLD_DOWN, /* it waited for its hold-down */
    RULES_COVER_CLAUSES,
} RulesCoverClause;

typedef struct RulesCover RulesCover;

/* @set is borrowed. */
RulesCover *rules_cover_new(const RulesSet *set);
void rules_cover_free(RulesCover *self);

void rules_cover_clause(RulesCover *self, int rule, RulesCoverClause clause);
void rules_cover_truth(RulesCover *self, int node, RulesTruth truth);
/* Band @band of variant @variant of part @part. */
void rules_cover_band(RulesCover *self, int score, guint part, guint variant, guint band);

/* Sentences (char *): "RULE clear", "RULE when: HR > 120 /min is never false", "score NEWS2,
 * part rr: 9..11". Caller unrefs. */
GPtrArray *rules_cover_missing(const RulesCover *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesCover, rules_cover_free)

G_END_DECLS
