/* Windows: the points that they are over, and what they say at one instant.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/state.h"

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
    RulesValue v = rules_value_unknown;
    if (rules_kept_window(rules_window_kept(bed, n->index), rules_series_ring(bed, w->series),
                          stats[w->kind], bed->now_us, w->over_us, w->needing, bed->engine->scratch,
                          &out))
        v = rules_value_number(w->kind == AST_SLOPE ? out * 3600 : out);
    if (v.known && w->kind == AST_SHARE) {
        /* From there on it may move faster than by its rate. */
        v.look_us = bed->now_us + (int64_t)(w->needing * (double)w->over_us / 2);
        v.rate = 4 / (w->needing * (double)w->over_us);
    }
    return v;
}

static RulesValue
eval_exposure(RulesBed *bed, const RulesNode *n)
{
    const RulesWindow *w = &RULES_AT(bed->engine->set->windows, RulesWindow, n->index);
    const RulesRing *ring = rules_series_ring(bed, w->series);
    const RulesValue threshold = *rules_eval(bed, n->b);
    bool under = w->kind == AST_TIME_UNDER || w->kind == AST_AREA_UNDER;
    bool area = w->kind == AST_AREA_UNDER || w->kind == AST_AREA_OVER;
    RulesExposure e = {0};
    RulesValue v = rules_value_unknown;
    bool all = threshold.known
               && rules_kept_exposure(rules_window_kept(bed, n->index), ring, bed->now_us,
                                      w->over_us, threshold.low, under, &e);
    if (all && (double)e.observed_us >= w->needing * (double)w->over_us)
        v = rules_value_number(area ? e.area_min : e.time_s);
    if (v.known)
        v.rate = 1e-6;
    if (threshold.rate > 0 || (area && v.known))
        v.look_us = RULES_ALWAYS;
    v.look_us = MIN(v.look_us, threshold.look_us);
    return v;
}

/* As often as asked is certain even where little was known; less often only where most of the
 * window was. */
static RulesValue
eval_happened(RulesBed *bed, const RulesNode *n)
{
    const RulesWindow *w = &RULES_AT(bed->engine->set->windows, RulesWindow, n->index);
    RulesRises rises = rules_kept_rises(rules_window_kept(bed, n->index),
                                        rules_series_ring(bed, w->series), bed->now_us, w->over_us);

    bool enough = !rises.lost && (double)rises.known_us >= w->needing * (double)w->over_us;
    bool often = rises.count >= (unsigned)n->count;
    return rules_value_truth(often ? RULES_TRUE : enough ? RULES_FALSE : RULES_UNKNOWN);
}

RulesValue
rules_eval_window(RulesBed *bed, const RulesNode *node)
{
    if (node->op == RULES_OP_WINDOW)
        return eval_window(bed, node);
    return node->op == RULES_OP_EXPOSURE ? eval_exposure(bed, node) : eval_happened(bed, node);
}

/* --- series ----------------------------------------------------------------- */

/* A value that is made of the past stands until it changes or is no longer known. */
static bool
push_held(RulesRing *ring, const RulesValue *v, int64_t now_us)
{
    const RulesPoint *last = rules_ring_last(ring);
    bool stands = last != NULL && last->until_us > now_us;
    bool same = stands && last->value >= v->low && last->value <= v->low;

    if (!v->known && stands)
        rules_ring_end(ring, now_us);
    else if (v->known && !same)
        rules_ring_push(ring, (RulesPoint){now_us, RULES_NEVER, v->low});
    return v->known ? !same : stands;
}

static bool
push_truth(RulesRing *ring, RulesTruth truth, int64_t now_us)
{
    int point = rules_truth_point(ring, (int)truth);

    if (point >= 0)
        rules_ring_push(ring, (RulesPoint){now_us, RULES_NEVER, point});
    return point >= 0;
}

static void
push_point(RulesBed *bed, int series, RulesPoint point)
{
    RulesMinuteKind kind = RULES_AT(bed->engine->set->series, RulesSeries, series).minute;

    if (kind == RULES_MINUTE_ALL)
        rules_ring_push(rules_series_ring(bed, series), point);
    else
        rules_minute_push(rules_series_minute(bed, series), rules_series_ring(bed, series), kind,
                          point);
}

static bool
push_sample(RulesBed *bed, int series, const RulesValue *v)
{
    bool sample = v->known && v->newest_us == bed->now_us;

    if (sample)
        push_point(bed, series, (RulesPoint){bed->now_us, v->until_us, v->low});
    return sample;
}

/* In the order of the text: what a window is over was brought up to now before it. */
void
rules_eval_series(RulesBed *bed, bool late)
{
    const RulesSet *set = bed->engine->set;
    for (int i = 0; i < (int)set->series->len; i++) {
        const RulesSeries *series = &RULES_AT(set->series, RulesSeries, i);
        if (series->late != late || !rules_change_take(bed, i))
            continue;
        RulesRing *ring = rules_series_ring(bed, i);
        rules_ring_prune(ring, bed->now_us, series->keep_us);
        const RulesValue *v = rules_eval(bed, series->node);
        rules_change_set_look(bed, i, v->rate > 0 ? RULES_ALWAYS : v->look_us);
        if (series->truth  ? push_truth(ring, v->truth, bed->now_us)
            : series->held ? push_held(ring, v, bed->now_us)
                           : push_sample(bed, i, v))
            rules_change_series(bed, i);
    }
}
