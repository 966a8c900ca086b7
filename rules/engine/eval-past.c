/* What a node says of the past: ages, events, and what came first.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/state.h"

/* By a second in each second. */
static RulesValue
grows(double seconds)
{
    RulesValue v = rules_value_number(seconds);
    v.rate = 1e-6;
    return v;
}

/* With nothing new @v stands until the earliest of these that is still to come. */
static RulesValue
until(RulesValue v, const RulesBed *bed, int64_t a_us, int64_t b_us)
{
    if (a_us > bed->now_us)
        v.look_us = MIN(v.look_us, a_us);
    if (b_us > bed->now_us)
        v.look_us = MIN(v.look_us, b_us);
    return v;
}

static RulesValue
eval_age(RulesBed *bed, int input)
{
    const RulesInput *in = &RULES_AT(bed->engine->set->inputs, RulesInput, input);
    if (in->type == RULES_TYPE_EVENT) {
        const RulesEventState *e = rules_input_event(bed, input);
        if (!e->observed || !e->has_last || e->since_us > e->last_us)
            return rules_value_unknown;
        return grows((double)(bed->now_us - e->last_us) / 1e6);
    }
    int64_t newest_us = INT64_MIN;
    for (guint i = 0; i < in->sources->len; i++) {
        const RulesSlotState *s =
            rules_slot_state(bed, RULES_AT(in->sources, RulesInputSource, i).slot);
        if (s->seen)
            newest_us = MAX(newest_us, s->t_us);
    }
    return newest_us == INT64_MIN ? rules_value_unknown
                                  : grows((double)(bed->now_us - newest_us) / 1e6);
}

/* True only if the carrier was observed for the whole of (now - over, now]. */
static RulesValue
eval_no_event(RulesBed *bed, const RulesNode *n)
{
    const RulesEventState *e = rules_input_event(bed, n->index);
    int64_t from_us = bed->now_us - n->duration_us;
    bool happened = e->has_last && e->last_us > from_us;
    bool observed = e->observed && e->since_us <= from_us;
    return until(rules_value_truth(happened   ? RULES_FALSE
                                   : observed ? RULES_TRUE
                                              : RULES_UNKNOWN),
                 bed, e->has_last ? e->last_us + n->duration_us : RULES_NEVER,
                 e->observed ? e->since_us + n->duration_us : RULES_NEVER);
}

static RulesValue
eval_count(RulesBed *bed, const RulesNode *n)
{
    const RulesEventState *e = rules_input_event(bed, n->index);
    size_t capacity = bed->engine->set->event_capacity;
    int64_t from_us = bed->now_us - n->duration_us;
    if (!e->observed || e->since_us > from_us || (e->lost && e->lost_us > from_us))
        return until(rules_value_unknown, bed,
                     e->observed ? e->since_us + n->duration_us : RULES_NEVER,
                     e->lost ? e->lost_us + n->duration_us : RULES_NEVER);
    size_t count = 0;
    int64_t first_us = RULES_NEVER;
    for (uint32_t i = 0; i < e->count; i++) {
        int64_t t_us = e->times[(e->first + i) % capacity];
        count += t_us > from_us;
        if (t_us > from_us)
            first_us = MIN(first_us, t_us + n->duration_us);
    }
    return until(rules_value_number((double)count), bed, first_us, RULES_NEVER);
}

/* Whether A became true within the time before now, at which B did. */
static RulesTruth
came_first(const RulesBed *bed, const RulesPattern *pattern)
{
    RulesRises rises =
        rules_rises(rules_series_ring(bed, pattern->series), bed->now_us, pattern->within_us);

    if (rises.count > 0)
        return RULES_TRUE;
    bool enough =
        !rises.lost && (double)rises.known_us >= pattern->needing * (double)pattern->within_us;
    return enough ? RULES_FALSE : RULES_UNKNOWN;
}

static RulesValue
eval_first(RulesBed *bed, const RulesNode *n)
{
    RulesPatternState *s = rules_pattern_state(bed, n->index);
    const RulesValue of = *rules_eval(bed, n->a);
    RulesTruth second = of.truth;

    if (!s->looked || s->t_us != bed->now_us) {
        bool begins = second == RULES_TRUE && !s->was_true;
        if (begins)
            s->came_first = (uint8_t)came_first(
                bed, &RULES_AT(bed->engine->set->patterns, RulesPattern, n->index));
        if (second != RULES_UNKNOWN)
            s->was_true = second == RULES_TRUE;
        s->looked = true;
        s->t_us = bed->now_us;
    }
    return until(rules_value_truth(second == RULES_TRUE ? (RulesTruth)s->came_first : second), bed,
                 of.look_us == RULES_ALWAYS ? bed->now_us + 1 : of.look_us, RULES_NEVER);
}

RulesValue
rules_eval_past(RulesBed *bed, const RulesNode *node)
{
    switch ((int)node->op) {
    case RULES_OP_AGE:
        return eval_age(bed, node->index);
    case RULES_OP_WINDOW:
    case RULES_OP_EXPOSURE:
    case RULES_OP_HAPPENED:
        return rules_eval_window(bed, node);
    case RULES_OP_COUNT:
        return eval_count(bed, node);
    case RULES_OP_NO_EVENT:
        return eval_no_event(bed, node);
    case RULES_OP_FIRST:
        return eval_first(bed, node);
    default:
        return rules_value_unknown;
    }
}

void
rules_eval_patterns(RulesBed *bed)
{
    const GArray *patterns = bed->engine->set->patterns;

    for (guint i = 0; i < patterns->len; i++)
        rules_eval(bed, RULES_AT(patterns, RulesPattern, i).node);
}
