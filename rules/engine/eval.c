/* What every node says at one instant.
 *
 * Each node is evaluated at most once per instant; the depth of the recursion
 * is bounded by the compiler (RULES_MAX_NODE_HEIGHT).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "rules/engine/state.h"

RulesValue
rules_value_number(double value)
{
    RulesValue v = rules_value_unknown;
    /* NaN and infinities never enter. */
    if (!isfinite(value))
        return v;
    v.known = true;
    v.low = v.high = value;
    return v;
}

RulesValue
rules_value_truth(RulesTruth truth)
{
    RulesValue v = rules_value_unknown;
    v.truth = truth;
    v.known = truth != RULES_UNKNOWN;
    return v;
}

void
rules_eval_begin(RulesBed *bed)
{
    RulesEngine *e = bed->engine;
    if (++e->stamp == 0) {
        memset(e->stamps, 0, e->set->nodes->len * sizeof *e->stamps);
        e->stamp = 1;
    }
}

static RulesValue
eval_score(RulesBed *bed, const RulesNode *n)
{
    const RulesScoreState *s = rules_score_state(bed, n->index);
    if (n->op == RULES_OP_SCORE_MIN || n->op == RULES_OP_SCORE_MAX)
        return rules_value_number(n->op == RULES_OP_SCORE_MIN ? s->min : s->max);
    bool highest = n->op == RULES_OP_SCORE_HIGHEST;
    RulesValue v = rules_value_unknown;
    v.known = highest ? s->highest_min == s->highest_max : s->known;
    v.bounded = !v.known;
    v.low = highest ? s->highest_min : s->min;
    v.high = highest ? s->highest_max : s->max;
    return v;
}

/* What is made of @a and @b alone stands as long as both of them do. */
static RulesValue
stands_for(RulesValue v, const RulesValue *a, const RulesValue *b)
{
    v.look_us = MIN(a->look_us, b->look_us);
    return v;
}

/* Of what moves by itself: how fast, or else that it must be looked at each time. */
static RulesValue
moves_as(RulesValue v, const RulesNode *n, const RulesValue *a, const RulesValue *b)
{
    bool moves = a->rate > 0 || b->rate > 0;
    if (!moves)
        return v;
    if (n->op == RULES_OP_ADD || n->op == RULES_OP_SUBTRACT)
        v.rate = a->rate + b->rate;
    else if (n->op == RULES_OP_NEGATE || n->op == RULES_OP_ABS)
        v.rate = a->rate;
    else if (n->op == RULES_OP_CONVERT)
        v.rate =
            n->conversion.same ? a->rate : a->rate * fabs(n->conversion.times / n->conversion.by);
    else
        v.look_us = RULES_ALWAYS;
    return v;
}

int64_t
rules_value_apart(const RulesBed *bed, double a, double b, double rate)
{
    if (!isfinite(b))
        return RULES_NEVER;
    double us = fabs(a - b) * (1 - 1e-9) / rate - 1e-9 * (fabs(a) + fabs(b)) / rate - 1;
    return bed->now_us + (us > 1e15 ? (int64_t)1e15 : us > 1 ? (int64_t)us : 1);
}

static RulesValue
eval_arithmetic(RulesBed *bed, const RulesNode *n)
{
    const RulesValue a = *rules_eval(bed, n->a);
    bool one = n->op == RULES_OP_NEGATE || n->op == RULES_OP_ABS || n->op == RULES_OP_CONVERT;
    const RulesValue b = one ? a : *rules_eval(bed, n->b);
    RulesValue v = rules_value_unknown;
    if (!a.known || !b.known)
        return stands_for(v, &a, &b);
    if (n->op == RULES_OP_CONVERT)
        v = rules_value_number(rules_convert(&n->conversion, a.low));
    else if (n->op == RULES_OP_NEGATE)
        v = rules_value_number(-a.low);
    else if (n->op == RULES_OP_ABS)
        v = rules_value_number(fabs(a.low));
    else if (n->op == RULES_OP_ADD)
        v = rules_value_number(a.low + b.low);
    else if (n->op == RULES_OP_SUBTRACT)
        v = rules_value_number(a.low - b.low);
    else if (n->op == RULES_OP_MULTIPLY)
        v = rules_value_number(a.low * b.low);
    else if (b.low < 0 || b.low > 0)
        v = rules_value_number(a.low / b.low);
    v.until_us = MIN(a.until_us, b.until_us);
    v.newest_us = MAX(a.newest_us, b.newest_us);
    return moves_as(stands_for(v, &a, &b), n, &a, &b);
}

/* Bounds decide where they can: a score of at least 7 is 7 or more. */
static RulesTruth
less(const RulesValue *a, const RulesValue *b, bool or_equal)
{
    bool always = or_equal ? a->high <= b->low : a->high < b->low;
    bool never = or_equal ? a->low > b->high : a->low >= b->high;
    return always ? RULES_TRUE : never ? RULES_FALSE : RULES_UNKNOWN;
}

static RulesTruth
equal(const RulesValue *a, const RulesValue *b)
{
    if (a->low > b->high || b->low > a->high)
        return RULES_FALSE;
    return a->known && b->known ? RULES_TRUE : RULES_UNKNOWN;
}

static RulesTruth
compare(RulesOp op, const RulesValue *a, const RulesValue *b)
{
    switch ((int)op) {
    case RULES_OP_LT:
        return less(a, b, false);
    case RULES_OP_LE:
        return less(a, b, true);
    case RULES_OP_GT:
        return less(b, a, false);
    case RULES_OP_GE:
        return less(b, a, true);
    case RULES_OP_EQ:
        return equal(a, b);
    case RULES_OP_NE:
        return rules_truth_not(equal(a, b));
    default:
        return rules_truth_of(a->symbol == b->symbol);
    }
}

static RulesValue
eval_comparison(RulesBed *bed, const RulesNode *n)
{
    const RulesValue a = *rules_eval(bed, n->a);
    const RulesValue b = *rules_eval(bed, n->b);
    if (!(a.known || a.bounded) || !(b.known || b.bounded))
        return stands_for(rules_value_unknown, &a, &b);
    RulesValue v = stands_for(rules_value_truth(compare(n->op, &a, &b)), &a, &b);
    if (a.rate + b.rate > 0)
        v.look_us = MIN(v.look_us, rules_value_apart(bed, a.low, b.low, a.rate + b.rate));
    return v;
}

static RulesValue
eval_at_least(RulesBed *bed, const RulesNode *n)
{
    unsigned n_true = 0;
    unsigned n_unknown = 0;
    int64_t look_us = RULES_NEVER;
    for (int i = 0; i < n->n; i++) {
        const RulesValue *v = rules_eval(bed, RULES_AT(bed->engine->set->lists, int, n->first + i));
        n_true += v->truth == RULES_TRUE;
        n_unknown += v->truth == RULES_UNKNOWN;
        look_us = MIN(look_us, v->look_us);
    }
    RulesValue v = rules_value_truth(rules_truth_at_least((unsigned)n->count, n_true, n_unknown));
    v.look_us = look_us;
    return v;
}

static RulesValue
eval_logic(RulesBed *bed, const RulesNode *n)
{
    const RulesValue a = *rules_eval(bed, n->a);
    if (n->op == RULES_OP_NOT)
        return stands_for(rules_value_truth(rules_truth_not(a.truth)), &a, &a);
    const RulesValue b = *rules_eval(bed, n->b);
    return stands_for(rules_value_truth(n->op == RULES_OP_AND ? rules_truth_and(a.truth, b.truth)
                                                              : rules_truth_or(a.truth, b.truth)),
                      &a, &b);
}

static RulesValue
eval_else(RulesBed *bed, const RulesNode *n)
{
    const RulesValue a = *rules_eval(bed, n->a);
    if (a.known)
        return a;
    const RulesValue b = *rules_eval(bed, n->b);
    return stands_for(b, &a, &b);
}

static RulesValue
eval_yes_no(RulesBed *bed, const RulesNode *n)
{
    const RulesValue of = *rules_eval(bed, n->a);
    RulesValue v = of.truth == RULES_UNKNOWN ? rules_value_unknown : rules_value_number(0);
    if (of.truth != RULES_UNKNOWN)
        v.symbol = of.truth == RULES_TRUE ? n->first : n->index;
    return stands_for(v, &of, &of);
}

static RulesValue
eval_known_value(RulesBed *bed, const RulesNode *n)
{
    const RulesValue *of = rules_eval(bed, n->a);
    return stands_for(rules_value_truth(rules_truth_of(of->known)), of, of);
}

static RulesValue
compute(RulesBed *bed, const RulesNode *n)
{
    switch (n->op) {
    case RULES_OP_NUMBER:
        return rules_value_number(n->number);
    case RULES_OP_SYMBOL: {
        RulesValue v = rules_value_number(0);
        v.symbol = n->index;
        return v;
    }
    case RULES_OP_INPUT:
        return rules_eval_input(bed, n->index);
    case RULES_OP_LIMIT:
        return rules_value_number(*rules_limit_state(bed, n->index));
    case RULES_OP_SCORE:
    case RULES_OP_SCORE_MIN:
    case RULES_OP_SCORE_MAX:
    case RULES_OP_SCORE_HIGHEST:
        return eval_score(bed, n);
    case RULES_OP_CONVERT:
    case RULES_OP_NEGATE:
    case RULES_OP_ABS:
    case RULES_OP_ADD:
    case RULES_OP_SUBTRACT:
    case RULES_OP_MULTIPLY:
    case RULES_OP_DIVIDE:
        return eval_arithmetic(bed, n);
    case RULES_OP_ELSE:
        return eval_else(bed, n);
    case RULES_OP_AGE:
    case RULES_OP_WINDOW:
    case RULES_OP_EXPOSURE:
    case RULES_OP_COUNT:
    case RULES_OP_NO_EVENT:
    case RULES_OP_HAPPENED:
    case RULES_OP_FIRST:
        return rules_eval_past(bed, n);
    case RULES_OP_LT:
    case RULES_OP_LE:
    case RULES_OP_GT:
    case RULES_OP_GE:
    case RULES_OP_EQ:
    case RULES_OP_NE:
    case RULES_OP_SAME:
        return eval_comparison(bed, n);
    case RULES_OP_KNOWN:
        return rules_value_truth(rules_truth_of(rules_input_known(bed, n->index)));
    case RULES_OP_KNOWN_VALUE:
        return eval_known_value(bed, n);
    case RULES_OP_YES_NO:
        return eval_yes_no(bed, n);
    case RULES_OP_AT_LEAST:
        return eval_at_least(bed, n);
    case RULES_OP_AND:
    case RULES_OP_OR:
    case RULES_OP_NOT:
        return eval_logic(bed, n);
    }
    g_assert_not_reached();
}

const RulesValue *
rules_eval_test(RulesBed *bed, int node)
{
    RulesEngine *e = bed->engine;
    if (e->stamps[node] != e->stamp) {
        RulesValue v = compute(bed, &RULES_AT(e->set->nodes, RulesNode, node));
        e->values[node] = v;
        e->stamps[node] = e->stamp;
    }
    return &e->values[node];
}

const RulesValue *
rules_eval(RulesBed *bed, int node)
{
    RulesEngine *e = bed->engine;
    if (e->stamps[node] != e->stamp) {
        int test = e->instant.running ? e->set->depend->test_of[node] : -1;
        RulesValue v;
        if (test < 0 || !rules_change_remembers(bed, test, &v)) {
            v = compute(bed, &RULES_AT(e->set->nodes, RulesNode, node));
            if (test >= 0)
                rules_change_test(bed, test, &v);
        }
        e->values[node] = v;
        e->stamps[node] = e->stamp;
    }
    /* Of a test that is brought up by itself nobody asked for the truth. */
    if (e->cover != NULL && !e->instant.looking)
        rules_cover_truth(e->cover, node, e->values[node].truth);
    return &e->values[node];
}

RulesTruth
rules_eval_truth(RulesBed *bed, int node)
{
    return rules_eval(bed, node)->truth;
}
