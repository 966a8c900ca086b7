/* What was weighed when a rule spoke: gathered from the bed as of this instant, and
 * said in words.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/explain.h"

#include <string.h>

#include "rules/engine/state.h"

/* --- parts ------------------------------------------------------------------- */

/* A condition, were its part @node as @truth says. Parts are shared: each is looked at once. */
typedef struct {
    RulesBed *bed;
    int node;
    RulesTruth truth;
    uint8_t *known; /* by node: 1 + its truth; 0: not looked at */
} Flip;

static RulesTruth joint_truth(Flip *flip, const RulesNode *n, int node);

static RulesTruth
truth_with(Flip *flip, int node)
{
    const RulesNode *n = &RULES_AT(flip->bed->engine->set->nodes, RulesNode, node);
    if (node == flip->node)
        return flip->truth;
    if (flip->known[node] == 0)
        flip->known[node] = (uint8_t)(1 + joint_truth(flip, n, node));
    return (RulesTruth)(flip->known[node] - 1);
}

static RulesTruth
at_least_with(Flip *flip, const RulesNode *n)
{
    const GArray *lists = flip->bed->engine->set->lists;
    unsigned n_true = 0, n_unknown = 0;
    for (int i = 0; i < n->n; i++) {
        RulesTruth t = truth_with(flip, RULES_AT(lists, int, n->first + i));
        n_true += t == RULES_TRUE;
        n_unknown += t == RULES_UNKNOWN;
    }
    return rules_truth_at_least((unsigned)n->count, n_true, n_unknown);
}

static RulesTruth
joint_truth(Flip *flip, const RulesNode *n, int node)
{
    if (n->op == RULES_OP_NOT)
        return rules_truth_not(truth_with(flip, n->a));
    if (n->op == RULES_OP_AND || n->op == RULES_OP_OR) {
        RulesTruth a = truth_with(flip, n->a);
        RulesTruth b = truth_with(flip, n->b);
        return n->op == RULES_OP_AND ? rules_truth_and(a, b) : rules_truth_or(a, b);
    }
    return n->op == RULES_OP_AT_LEAST ? at_least_with(flip, n) : rules_eval_truth(flip->bed, node);
}

static RulesTruth
flipped(RulesBed *bed, int whole, int leaf, RulesTruth truth)
{
    g_autofree uint8_t *known = g_new0(uint8_t, bed->engine->set->nodes->len);
    Flip flip = {bed, leaf, truth, known};
    return truth_with(&flip, whole);
}

static bool
decides(RulesBed *bed, int whole, int leaf, RulesTruth is)
{
    RulesTruth now = rules_eval_truth(bed, whole);
    if (is != RULES_UNKNOWN)
        return flipped(bed, whole, leaf, rules_truth_not(is)) != now;
    return flipped(bed, whole, leaf, RULES_TRUE) != now
           || flipped(bed, whole, leaf, RULES_FALSE) != now;
}

static const char *
unit_of(const RulesSet *set, int node)
{
    const RulesNode *n = &RULES_AT(set->nodes, RulesNode, node);
    if (n->op == RULES_OP_INPUT)
        return RULES_AT(set->inputs, RulesInput, n->index).unit.text;
    if (n->op == RULES_OP_LIMIT)
        return RULES_AT(set->limits, RulesLimitDef, n->index).unit.text;
    if (n->op == RULES_OP_WINDOW) {
        const RulesWindow *w = &RULES_AT(set->windows, RulesWindow, n->index);
        bool same = w->kind == AST_MEDIAN || w->kind == AST_MEAN || w->kind == AST_MIN
                    || w->kind == AST_MAX;
        int of = RULES_AT(set->series, RulesSeries, w->series).node;
        return same && RULES_AT(set->nodes, RulesNode, of).op == RULES_OP_INPUT ? unit_of(set, of)
                                                                                : "";
    }
    return "";
}

static void
compare(RulesBed *bed, int node, RulesExplainPart *part)
{
    const RulesSet *set = bed->engine->set;
    const RulesNode *n = &RULES_AT(set->nodes, RulesNode, node);
    if (n->op < RULES_OP_LT || n->op > RULES_OP_NE)
        return;
    RulesValue left = *rules_eval(bed, n->a);
    RulesValue right = *rules_eval(bed, n->b);
    if (!right.known || !(left.known || left.bounded))
        return;
    part->compared = true;
    part->left = left.low;
    part->left_high = left.known ? left.low : left.high;
    part->right = right.low;
    part->unit = unit_of(set, n->a);
    if (*part->unit == '\0')
        part->unit = unit_of(set, n->b);
}

static void
add_parts(RulesBed *bed, RulesClause clause, int whole, const GArray *lines, GArray *parts)
{
    for (guint i = 0; whole >= 0 && i < lines->len; i++) {
        const RulesExplainLine *line = &RULES_AT(lines, RulesExplainLine, i);
        if (line->node < 0)
            continue;
        RulesExplainPart part = {.clause = clause,
                                 .depth = line->depth,
                                 .words = line->words,
                                 .truth = rules_eval_truth(bed, line->node),
                                 .leaf = line->leaf,
                                 .unit = ""};
        if (line->leaf) {
            compare(bed, line->node, &part);
            part.decides = decides(bed, whole, line->node, part.truth);
        }
        g_array_append_val(parts, part);
    }
}

/* --- scores ------------------------------------------------------------------ */

typedef struct {
    const RulesSet *set;
    bool *seen;  /* nodes */
    bool *reads; /* scores */
} Reading;

static void
read_scores(Reading *self, int node)
{
    if (node < 0 || self->seen[node])
        return;
    const RulesNode *n = &RULES_AT(self->set->nodes, RulesNode, node);
    self->seen[node] = true;
    if (rules_op_is_score(n->op))
        self->reads[n->index] = true;
    if (rules_op_has_a(n->op))
        read_scores(self, n->a);
    if (rules_op_has_b(n->op))
        read_scores(self, n->b);
    for (int i = 0; n->op == RULES_OP_AT_LEAST && i < n->n; i++)
        read_scores(self, RULES_AT(self->set->lists, int, n->first + i));
    int series = rules_node_series(self->set, n);
    if (series >= 0)
        read_scores(self, RULES_AT(self->set->series, RulesSeries, series).node);
}

static void
add_scores(const RulesBed *bed, const RulesRule *rule, GArray *scores)
{
    const RulesSet *set = bed->engine->set;
    g_autofree bool *seen = g_new0(bool, set->nodes->len + 1);
    g_autofree bool *reads = g_new0(bool, set->scores->len + 1);
    Reading reading = {set, seen, reads};
    read_scores(&reading, rule->when);
    read_scores(&reading, rule->clear);
    read_scores(&reading, rule->applies);
    for (int i = 0; i < (int)set->scores->len; i++) {
        if (!reads[i])
            continue;
        g_autoptr(GString) missing = g_string_new(NULL);
        RulesExplainScore score = {.parts = g_new0(RulesScorePart, RULES_MAX_PARTS)};
        rules_score_view(bed, i, &score.view, score.parts, missing);
        score.missing = g_strdup(missing->str);
        score.view.missing = score.missing;
        g_array_append_val(scores, score);
    }
}

static void
clear_score(gpointer data)
{
    RulesExplainScore *score = data;
    g_free(score->parts);
    g_free(score->missing);
}

/* --- what else stood beside it ------------------------------------------------ */

/* The set's median over the longest window of this input, beside which its value is read. */
void
rules_input_baseline(RulesBed *bed, int input, RulesInputView *view)
{
    const RulesSet *set = bed->engine->set;
    for (int i = 0; i < (int)set->nodes->len; i++) {
        const RulesNode *n = &RULES_AT(set->nodes, RulesNode, i);
        if (n->op != RULES_OP_WINDOW)
            continue;
        const RulesWindow *w = &RULES_AT(set->windows, RulesWindow, n->index);
        const RulesNode *of =
            &RULES_AT(set->nodes, RulesNode, RULES_AT(set->series, RulesSeries, w->series).node);
        if (w->kind != AST_MEDIAN || of->op != RULES_OP_INPUT || of->index != input
            || w->over_us <= view->baseline_us)
            continue;
        const RulesValue *v = rules_eval(bed, i);
        if (!v->known)
            continue;
        view->has_baseline = true;
        view->baseline = v->low;
        view->baseline_us = w->over_us;
    }
}

static void
add_limits(const RulesBed *bed, const RulesRule *rule, GArray *limits)
{
    for (guint i = 0; i < rule->limits->len; i++) {
        int index = RULES_AT(rule->limits, int, i);
        const RulesLimitDef *def = &RULES_AT(bed->engine->set->limits, RulesLimitDef, index);
        RulesExplainLimit limit = {def->name, def->unit.text, *rules_limit_state(bed, index),
                                   def->standard};
        g_array_append_val(limits, limit);
    }
}

static void
add_unless(const RulesBed *bed, const RulesRule *rule, GArray *unless)
{
    for (guint i = 0; i < rule->unless->len; i++) {
        int other = RULES_AT(rule->unless, int, i);
        const RulesRuleStateBlock *s = rules_rule_state(bed, other);
        RulesExplainUnless one = {RULES_AT(bed->engine->set->rules, RulesRule, other).name,
                                  s->machine.phase == RULES_PHASE_ACTIVE && s->told};
        g_array_append_val(unless, one);
    }
}

RulesExplanation *
rules_explanation_new(RulesBed *bed, size_t index)
{
    const RulesSet *set = bed->engine->set;
    const RulesRule *rule = &RULES_AT(set->rules, RulesRule, index);
    const RulesPackDef *pack = &RULES_AT(set->packs, RulesPackDef, rule->pack);
    RulesExplanation *self = g_new0(RulesExplanation, 1);
    *self = (RulesExplanation){.pack = pack->name,
                               .set_hash = set->hash,
                               .owner = *rule->owner != '\0' ? rule->owner : pack->owner,
                               .rule = rule->name,
                               .source = rule->source,
                               .note = rule->note,
                               .pack_version = pack->version,
                               .rule_version = rule->version,
                               .on_us = rule->delays.on_us,
                               .off_us = rule->delays.off_us,
                               .unknown_us = rule->unknown.longer_us,
                               .hold_down_us = rule->hold_down_us,
                               .parts = g_array_new(FALSE, TRUE, sizeof(RulesExplainPart)),
                               .scores = g_array_new(FALSE, TRUE, sizeof(RulesExplainScore)),
                               .limits = g_array_new(FALSE, TRUE, sizeof(RulesExplainLimit)),
                               .unless = g_array_new(FALSE, TRUE, sizeof(RulesExplainUnless)),
                               .inputs = g_array_new(FALSE, TRUE, sizeof(RulesInputView)),
                               .now_us = bed->now_us};
    g_array_set_clear_func(self->scores, clear_score);
    add_parts(bed, RULES_CLAUSE_APPLIES, rule->applies, rule->explain_applies, self->parts);
    add_parts(bed, RULES_CLAUSE_WHEN, rule->when, rule->explain_when, self->parts);
    add_parts(bed, RULES_CLAUSE_CLEAR, rule->clear, rule->explain_clear, self->parts);
    add_scores(bed, rule, self->scores);
    add_limits(bed, rule, self->limits);
    add_unless(bed, rule, self->unless);
    for (int i = 0; i < (int)set->inputs->len; i++) {
        if (!rules_bit(rule->shown, i))
            continue;
        RulesInputView view = rules_input_view(bed, i);
        rules_input_baseline(bed, i, &view);
        g_array_append_val(self->inputs, view);
    }
    return self;
}

void
rules_explanation_free(RulesExplanation *self)
{
    g_array_unref(self->parts);
    g_array_unref(self->scores);
    g_array_unref(self->limits);
    g_array_unref(self->unless);
    g_array_unref(self->inputs);
    g_free(self);
}

char *
rules_engine_explain(RulesBed *bed, size_t rule)
{
    rules_eval_begin(bed);
    g_autoptr(RulesExplanation) because = rules_explanation_new(bed, rule);
    return rules_explanation_text(because);
}
