/* Why a rule says what it says, part by part: what is told with a raise.
 *
 * Made once, when there is something to tell, and borrowed for the length of the
 * call. A part *decides* when the whole clause would be another one were that part
 * alone the other way: for a condition that is true the parts that bear it, for one
 * that is unknown the parts that would settle it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "rules/engine/engine.h"

G_BEGIN_DECLS

/* The numbers of proto/state.proto. */
typedef enum {
    RULES_CLAUSE_APPLIES = 1,
    RULES_CLAUSE_WHEN = 2,
    RULES_CLAUSE_CLEAR = 3,
} RulesClause;

typedef struct {
    RulesClause clause;
    int depth;
    const char *words; /* of the rule's text; "all of" and the like where it is no leaf */
    RulesTruth truth;
    bool leaf;
    bool decides;
    bool compared; /* two numbers, both known (the left one at least within bounds): */
    double left;
    double left_high;
    double right;
    const char *unit; /* of both as in a set; "" where the text does not tell */
} RulesExplainPart;

typedef struct {
    RulesScoreView view;
    RulesScorePart *parts; /* what view.parts points at */
    char *missing;
} RulesExplainScore;

typedef struct {
    const char *name;
    const char *unit;
    double value;
    double standard;
} RulesExplainLimit;

typedef struct {
    const char *rule;
    bool stands;
} RulesExplainUnless;

struct RulesExplanation {
    const char *pack;
    const char *set_hash;
    const char *owner;
    const char *rule;
    const char *source;
    const char *note;
    int pack_version;
    int rule_version;
    int64_t on_us;
    int64_t off_us;
    int64_t unknown_us;
    int64_t hold_down_us;
    GArray *parts;  /* of RulesExplainPart */
    GArray *scores; /* of RulesExplainScore, those that the rule reads */
    GArray *limits; /* of RulesExplainLimit */
    GArray *unless; /* of RulesExplainUnless */
    GArray *inputs; /* of RulesInputView */
    int64_t now_us;
};

/* The rule as of the watermark; between rules_eval_begin() and the next instant. */
RulesExplanation *rules_explanation_new(RulesBed *bed, size_t rule);
void rules_explanation_free(RulesExplanation *self);
/* In the words that a person reads; caller frees. */
char *rules_explanation_text(const RulesExplanation *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesExplanation, rules_explanation_free)

G_END_DECLS
