/* What a node says of the past: ages, events, windows, and what came first.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/state.h"

static RulesValue
eval_age(RulesBed *bed, int input)
{
    const RulesInput *in = &RULES_AT(bed->engine->set->inputs, RulesInput, input);
    if (in->type == RULES_TYPE_EVENT) {
        const RulesEventState *e = rules_input_event(bed, input);
        if (!e->observed || !e->has_last || e->since_us > e->last_us)
            return rules_value_unknown;
        return rules_value_number((double)(bed->now_us - e->last_us) / 1e6);
    }
    int64_t newest_us = INT64_MIN;
    for (guint i = 0; i < in->sources->len; i++) {
        const RulesSlotState *s =
            rules_slot_state(bed, RULES_AT(in->sources, RulesInputSource, i).slot);
        if (s->seen)
            newest_us = MAX(newest_us, s->t_us);
    }
    return newest_us == INT64_MIN ? rules_value_unknown
                                  : rules_value_number((double)(bed->now_us - newest_us) / 1e6);
}

/* True only if the carrier was observed for the whole of (now - over, now]. */
static RulesValue
eval_no_event(RulesBed *bed, const RulesNode *n)
{
    const RulesEventState *e = rules_input_event(bed, n->index);
    int64_t from_us = bed->now_us - n->duration_us;
    if (e->has_last && e->last_us > from_us)
        return rules_value_truth(RULES_FALSE);
    return rules_value_truth(e->observed && e->since_us <= from_us ? RULES_TRUE : RULES_UNKNOWN);
}

static RulesValue
eval_count(RulesBed *bed, const RulesNode *n)
{
    const RulesEventState *e = rules_input_event(bed, n->index);
    size_t capacity = bed->engine->set->event_capacity;
    int64_t from_us = bed->now_us - n->duration_us;
    if (!e->observed || e->since_us > from_us || (e->lost && e->lost_us > from_us))
        return rules_value_unknown;
    size_t count = 0;
    for (uint32_t i = 0; i < e->count; i++)
        count += e->times[(e->first + i) % capacity] > from_us;
    return rules_value_number((double)count);
}

static RulesValue
eval_window(RulesBed *bed, const RulesNode *n)
{
    static const RulesStat stats[] = {
        [AST_MEAN] = RULES_STAT_MEAN,   [AST_MEDIAN] = RULES_STAT_MEDIAN,
        [AST_MIN] = RULES_STAT_MIN,     [AST_MAX] = RULES_STAT_MAX,
        [AST_SLOPE] = RULES_STAT_SLOPE, [AST_CHANGE] = RULES_STAT_CHANGE,
        [AST_COUNT] = RULES_STAT_COUNT, [AST_SD] = RULES_STAT_SD,
        [AST_SHARE] = RULES_STAT_SHARE, [AST_RISES] = RULES_STAT_RISES,
    };
    const RulesWindow *w = &RULES_AT(bed->engine->set->windows, RulesWindow, n->index);
    double out = 0;
    if (!rules_window(rules_series_ring(bed, w->series), stats[w->kind], bed->now_us, w->over_us,
                      w->needing, bed->engine->scratch, &out))
        return rules_value_unknown;
    return rules_value_number(w->kind == AST_SLOPE ? out * 3600 : out);
}

static RulesValue
eval_exposure(RulesBed *bed, const RulesNode *n)
{
    const RulesWindow *w = &RULES_AT(bed->engine->set->windows, RulesWindow, n->index);
    const RulesValue *threshold = rules_eval(bed, n->b);
    bool under = w->kind == AST_TIME_UNDER || w->kind == AST_AREA_UNDER;
    bool area = w->kind == AST_AREA_UNDER || w->kind == AST_AREA_OVER;
    RulesExposure e;
    if (!threshold->known
        || !rules_exposure(rules_series_ring(bed, w->series), bed->now_us, w->over_us,
                           threshold->low, under, &e)
        || e.observed_s * 1e6 < w->needing * (double)w->over_us)
        return rules_value_unknown;
    return rules_value_number(area ? e.area_min : e.time_s);
}

/* As often as asked is certain even where little was known; less often only where most of the
 * window was. */
static RulesValue
eval_happened(RulesBed *bed, const RulesNode *n)
{
    const RulesWindow *w = &RULES_AT(bed->engine->set->windows, RulesWindow, n->index);
    RulesRises rises = rules_rises(rules_series_ring(bed, w->series), bed->now_us, w->over_us);

    if (rises.count >= (unsigned)n->count)
        return rules_value_truth(RULES_TRUE);
    bool enough = !rises.lost && (double)rises.known_us >= w->needing * (double)w->over_us;
    return rules_value_truth(enough ? RULES_FALSE : RULES_UNKNOWN);
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
    RulesTruth second = rules_eval_truth(bed, n->a);

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
    return rules_value_truth(second == RULES_TRUE ? (RulesTruth)s->came_first : second);
}

RulesValue
rules_eval_past(RulesBed *bed, const RulesNode *node)
{
    switch ((int)node->op) {
    case RULES_OP_AGE:
        return eval_age(bed, node->index);
    case RULES_OP_WINDOW:
        return eval_window(bed, node);
    case RULES_OP_EXPOSURE:
        return eval_exposure(bed, node);
    case RULES_OP_COUNT:
        return eval_count(bed, node);
    case RULES_OP_NO_EVENT:
        return eval_no_event(bed, node);
    case RULES_OP_HAPPENED:
        return eval_happened(bed, node);
    case RULES_OP_FIRST:
        return eval_first(bed, node);
    default:
        return rules_value_unknown;
    }
}

/* --- series ----------------------------------------------------------------- */

/* A value that is made of the past stands until it changes or is no longer known. */
static void
push_held(RulesRing *ring, const RulesValue *v, int64_t now_us)
{
    const RulesPoint *last = rules_ring_last(ring);
    bool stands = last != NULL && last->until_us > now_us;
    bool same = stands && last->value >= v->low && last->value <= v->low;

    if (!v->known && stands)
        rules_ring_end(ring, now_us);
    else if (v->known && !same)
        rules_ring_push(ring, (RulesPoint){now_us, RULES_NEVER, v->low});
}

static void
push_truth(RulesRing *ring, RulesTruth truth, int64_t now_us)
{
    int point = rules_truth_point(ring, (int)truth);

    if (point >= 0)
        rules_ring_push(ring, (RulesPoint){now_us, RULES_NEVER, point});
}

/* In the order of the text: what a window is over was brought up to now before it. */
void
rules_eval_series(RulesBed *bed, bool late)
{
    const RulesSet *set = bed->engine->set;
    for (int i = 0; i < (int)set->series->len; i++) {
        const RulesSeries *series = &RULES_AT(set->series, RulesSeries, i);
        if (series->late != late)
            continue;
        RulesRing *ring = rules_series_ring(bed, i);
        rules_ring_prune(ring, bed->now_us, series->keep_us);
        const RulesValue *v = rules_eval(bed, series->node);
        if (series->truth)
            push_truth(ring, v->truth, bed->now_us);
        else if (series->held)
            push_held(ring, v, bed->now_us);
        else if (v->known && v->newest_us == bed->now_us)
            rules_ring_push(ring, (RulesPoint){bed->now_us, v->until_us, v->low});
    }
}

void
rules_eval_patterns(RulesBed *bed)
{
    const GArray *patterns = bed->engine->set->patterns;

    for (guint i = 0; i < patterns->len; i++)
        rules_eval(bed, RULES_AT(patterns, RulesPattern, i).node);
}
