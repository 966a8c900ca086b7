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

/* The larger of what is declared and 3 periods, at most the table's cap. */
static int64_t
validity_us(const VicuSignal *signal, int64_t declared_us, uint32_t period_ms)
{
    int64_t period_us = (period_ms > 0 ? (int64_t)period_ms : signal->period_ms) * 1000;
    int64_t own_us = declared_us > 0 ? declared_us : signal->validity_s * G_USEC_PER_SEC;
    int64_t cap_us = MAX(signal->cap_s, signal->validity_s) * G_USEC_PER_SEC;
    return MIN(MAX(own_us, 3 * period_us), cap_us);
}

static const RulesInput *
input_at(const RulesBed *bed, int input)
{
    return &RULES_AT(bed->engine->set->inputs, RulesInput, input);
}

static bool
is_event(const RulesBed *bed, int input)
{
    return input_at(bed, input)->type == RULES_TYPE_EVENT;
}

RulesEventState *
rules_input_event(const RulesBed *bed, int input)
{
    const RulesSet *set = bed->engine->set;
    int slot = RULES_AT(input_at(bed, input)->sources, RulesInputSource, 0).slot;
    return rules_event_state(bed, RULES_AT(set->slots, RulesSlot, slot).event);
}

/* First the fresh ones in order that are not flagged, then a fresh flagged one:
 * its last good value still stands. */
int
rules_input_pick(const RulesBed *bed, int input, int64_t *until_us)
{
    const RulesInput *in = input_at(bed, input);
    int flagged = -1;
    int64_t flagged_until_us = 0;
    for (int i = 0; i < (int)in->sources->len; i++) {
        const RulesInputSource *source = &RULES_AT(in->sources, RulesInputSource, i);
        const RulesSlotState *s = rules_slot_state(bed, source->slot);
        if (!s->seen)
            continue;
        const VicuSignal *signal =
            RULES_AT(bed->engine->set->slots, RulesSlot, source->slot).signal;
        int64_t end_us = s->t_us + validity_us(signal, source->validity_us, s->period_ms);
        if (bed->now_us >= end_us)
            continue;
        if (!s->flagged) {
            *until_us = end_us;
            return i;
        }
        if (flagged < 0) {
            flagged = i;
            flagged_until_us = end_us;
        }
    }
    *until_us = flagged_until_us;
    return flagged;
}

bool
rules_input_known(const RulesBed *bed, int input)
{
    int64_t until_us = 0;
    if (is_event(bed, input))
        return rules_input_event(bed, input)->observed;
    return input_at(bed, input)->has_else || rules_input_pick(bed, input, &until_us) >= 0;
}

bool
rules_input_expected(const RulesBed *bed, int input)
{
    const RulesInputState *s = rules_input_state(bed, input);
    return s->required || s->seen || input_at(bed, input)->has_else;
}

static RulesValue
eval_input(RulesBed *bed, int input)
{
    const RulesInput *in = input_at(bed, input);
    int64_t until_us = 0;
    int pick = rules_input_pick(bed, input, &until_us);
    RulesValue v = rules_value_unknown;
    if (pick < 0 && in->has_else) {
        v.known = true;
        v.low = v.high = in->else_number;
        v.symbol = in->else_symbol;
    } else if (pick >= 0) {
        const RulesInputSource *source = &RULES_AT(in->sources, RulesInputSource, pick);
        const RulesSlotState *s = rules_slot_state(bed, source->slot);
        v = rules_value_number(rules_convert(&source->conversion, s->value));
        v.symbol = s->symbol;
        v.until_us = until_us;
        v.newest_us = s->t_us;
    }
    return v;
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

static RulesValue
eval_arithmetic(RulesBed *bed, const RulesNode *n)
{
    const RulesValue a = *rules_eval(bed, n->a);
    bool one = n->op == RULES_OP_NEGATE || n->op == RULES_OP_ABS || n->op == RULES_OP_CONVERT;
    const RulesValue b = one ? a : *rules_eval(bed, n->b);
    RulesValue v = rules_value_unknown;
    if (!a.known || !b.known)
        return v;
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
    return v;
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

static RulesValue
eval_comparison(RulesBed *bed, const RulesNode *n)
{
    const RulesValue a = *rules_eval(bed, n->a);
    const RulesValue b = *rules_eval(bed, n->b);
    if (!(a.known || a.bounded) || !(b.known || b.bounded))
        return rules_value_unknown;
    switch ((int)n->op) {
    case RULES_OP_LT:
        return rules_value_truth(less(&a, &b, false));
    case RULES_OP_LE:
        return rules_value_truth(less(&a, &b, true));
    case RULES_OP_GT:
        return rules_value_truth(less(&b, &a, false));
    case RULES_OP_GE:
        return rules_value_truth(less(&b, &a, true));
    case RULES_OP_EQ:
        return rules_value_truth(equal(&a, &b));
    case RULES_OP_NE:
        return rules_value_truth(rules_truth_not(equal(&a, &b)));
    default:
        return rules_value_truth(rules_truth_of(a.symbol == b.symbol));
    }
}

static RulesValue
eval_at_least(RulesBed *bed, const RulesNode *n)
{
    unsigned n_true = 0;
    unsigned n_unknown = 0;
    for (int i = 0; i < n->n; i++) {
        RulesTruth t = rules_eval_truth(bed, RULES_AT(bed->engine->set->lists, int, n->first + i));
        n_true += t == RULES_TRUE;
        n_unknown += t == RULES_UNKNOWN;
    }
    return rules_value_truth(rules_truth_at_least((unsigned)n->count, n_true, n_unknown));
}

static RulesValue
eval_logic(RulesBed *bed, const RulesNode *n)
{
    RulesTruth a = rules_eval_truth(bed, n->a);
    if (n->op == RULES_OP_NOT)
        return rules_value_truth(rules_truth_not(a));
    RulesTruth b = rules_eval_truth(bed, n->b);
    return rules_value_truth(n->op == RULES_OP_AND ? rules_truth_and(a, b) : rules_truth_or(a, b));
}

static RulesValue
eval_else(RulesBed *bed, const RulesNode *n)
{
    const RulesValue *a = rules_eval(bed, n->a);
    return a->known ? *a : *rules_eval(bed, n->b);
}

static RulesValue
eval_yes_no(RulesBed *bed, const RulesNode *n)
{
    RulesTruth t = rules_eval_truth(bed, n->a);
    RulesValue v = rules_value_number(0);
    if (t == RULES_UNKNOWN)
        return rules_value_unknown;
    v.symbol = t == RULES_TRUE ? n->first : n->index;
    return v;
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
        return eval_input(bed, n->index);
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
        return rules_value_truth(rules_truth_of(rules_eval(bed, n->a)->known));
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
rules_eval(RulesBed *bed, int node)
{
    RulesEngine *e = bed->engine;
    if (e->stamps[node] != e->stamp) {
        RulesValue v = compute(bed, &RULES_AT(e->set->nodes, RulesNode, node));
        e->values[node] = v;
        e->stamps[node] = e->stamp;
        if (e->cover != NULL)
            rules_cover_truth(e->cover, node, v.truth);
    }
    return &e->values[node];
}

RulesTruth
rules_eval_truth(RulesBed *bed, int node)
{
    return rules_eval(bed, node)->truth;
}
