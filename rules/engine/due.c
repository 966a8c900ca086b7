/* When something is due that no input brings: found in all that a bed knows.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/kept-inner.h"
#include "rules/engine/state.h"

/* The earliest instant after now at which an input is no longer valid. */
static int64_t
next_expiry(const RulesBed *bed)
{
    const RulesSet *set = bed->engine->set;
    int64_t next_us = RULES_NEVER;
    for (int i = 0; i < (int)set->inputs->len; i++) {
        int64_t until_us = 0;
        if (RULES_AT(set->inputs, RulesInput, i).type != RULES_TYPE_EVENT
            && rules_input_pick(bed, i, &until_us) >= 0)
            next_us = MIN(next_us, until_us);
    }
    return next_us;
}

static int64_t
after(int64_t t_us, int64_t now_us)
{
    return t_us > now_us ? t_us : RULES_NEVER;
}

int64_t
rules_events_next(const RulesBed *bed)
{
    const RulesSet *set = bed->engine->set;
    int64_t now_us = bed->now_us;
    int64_t next_us = RULES_NEVER;
    for (int i = 0; i < set->n_events; i++) {
        const RulesEventState *e = rules_event_state(bed, i);
        if (e->observed)
            next_us = MIN(next_us, e->until_us);
    }
    for (guint i = 0; i < set->event_nodes->len; i++) {
        const RulesNode *n = &RULES_AT(set->nodes, RulesNode, RULES_AT(set->event_nodes, int, i));
        const RulesEventState *e = rules_input_event(bed, n->index);
        if (e->has_last)
            next_us = MIN(next_us, after(e->last_us + n->duration_us, now_us));
        if (e->observed)
            next_us = MIN(next_us, after(e->since_us + n->duration_us, now_us));
        for (uint32_t k = 0; n->op == RULES_OP_COUNT && k < e->count; k++)
            next_us =
                MIN(next_us,
                    after(e->times[(e->first + k) % set->event_capacity] + n->duration_us, now_us));
    }
    return next_us;
}

/* --- windows ------------------------------------------------------------------------ */

static const RulesWindow *
window_at(const RulesBed *bed, int window)
{
    return &RULES_AT(bed->engine->set->windows, RulesWindow, window);
}

static int
kept_kind(const RulesWindow *w)
{
    static const int kinds[] = {
        [AST_MEAN] = RULES_STAT_MEAN,
        [AST_MEDIAN] = RULES_STAT_MEDIAN,
        [AST_MIN] = RULES_STAT_MIN,
        [AST_MAX] = RULES_STAT_MAX,
        [AST_SLOPE] = RULES_STAT_SLOPE,
        [AST_CHANGE] = RULES_STAT_CHANGE,
        [AST_COUNT] = RULES_STAT_COUNT,
        [AST_SD] = RULES_STAT_SD,
        [AST_SHARE] = RULES_STAT_SHARE,
        [AST_RISES] = RULES_STAT_RISES,
        [AST_TIME_UNDER] = RULES_KEPT_EXPOSURE,
        [AST_TIME_OVER] = RULES_KEPT_EXPOSURE,
        [AST_AREA_UNDER] = RULES_KEPT_EXPOSURE,
        [AST_AREA_OVER] = RULES_KEPT_EXPOSURE,
    };
    return kinds[w->kind];
}

static bool
is_of_truths(const RulesWindow *w)
{
    return w->kind == AST_SHARE || w->kind == AST_RISES;
}

/* As the windows themselves decide it, rounding and all. */
static bool
is_enough(const RulesWindow *w, int64_t observed_us)
{
    bool times = is_of_truths(w) || kept_kind(w) == RULES_KEPT_EXPOSURE;
    return times ? (double)observed_us >= w->needing * (double)w->over_us
                 : (double)observed_us / (double)w->over_us >= w->needing;
}

/* The least that is enough. */
static int64_t
needed_us(const RulesWindow *w)
{
    int64_t need_us = MAX(1, (int64_t)(w->needing * (double)w->over_us) - 2);
    while (!is_enough(w, need_us))
        need_us++;
    return need_us;
}

static bool
is_lost(const RulesBed *bed, int window)
{
    const RulesWindow *w = window_at(bed, window);
    const RulesRing *ring = rules_series_ring(bed, w->series);
    return ring->lost && ring->lost_us > bed->now_us - w->over_us;
}

static int64_t
observed_us(const RulesBed *bed, int window)
{
    const RulesWindow *w = window_at(bed, window);
    return rules_kept_observed_us(rules_window_kept(bed, window), rules_series_ring(bed, w->series),
                                  kept_kind(w), bed->now_us, w->over_us);
}

/* A change is known while the newest value stands, and the one that stood when the window began. */
static int64_t
change_due(const RulesBed *bed, int window)
{
    const RulesWindow *w = window_at(bed, window);
    const RulesRing *ring = rules_series_ring(bed, w->series);
    uint32_t first = rules_kept_first(rules_window_kept(bed, window), ring, RULES_STAT_CHANGE,
                                      bed->now_us, w->over_us);
    int64_t due_us = after(rules_ring_last(ring)->until_us, bed->now_us);
    if (first == 0)
        return due_us;
    int64_t until_us = rules_ring_at(ring, first - 1).until_us;
    return until_us < RULES_NEVER - w->over_us
               ? MIN(due_us, after(until_us + w->over_us, bed->now_us))
               : due_us;
}

int64_t
rules_window_due(const RulesBed *bed, int window)
{
    const RulesWindow *w = window_at(bed, window);
    const RulesRing *ring = rules_series_ring(bed, w->series);
    int64_t due_us = rules_kept_next(rules_window_kept(bed, window), ring, bed->now_us, w->over_us);
    if (is_lost(bed, window))
        due_us = MIN(due_us, ring->lost_us + w->over_us);
    return w->kind == AST_CHANGE && ring->count > 0 ? MIN(due_us, change_due(bed, window)) : due_us;
}

int64_t
rules_window_turns_after(const RulesBed *bed, int window)
{
    const RulesWindow *w = window_at(bed, window);
    const RulesRing *ring = rules_series_ring(bed, w->series);
    if (ring->count == 0)
        return RULES_NEVER;
    if (is_lost(bed, window))
        return ring->lost_us + w->over_us;
    int64_t spare_us = observed_us(bed, window) - needed_us(w);
    if (spare_us < 0 && rules_ring_last(ring)->until_us <= bed->now_us)
        return RULES_NEVER;
    return bed->now_us + (spare_us < 0 ? -spare_us : spare_us + 1);
}

int64_t
rules_window_turns_at(const RulesBed *bed, int window)
{
    const RulesWindow *w = window_at(bed, window);
    const RulesRing *ring = rules_series_ring(bed, w->series);
    if (ring->count == 0)
        return RULES_NEVER;
    return is_lost(bed, window) ? ring->lost_us + w->over_us
                                : rules_window_turns(ring, is_of_truths(w), bed->now_us, w->over_us,
                                                     needed_us(w), observed_us(bed, window));
}

/* --- all together ------------------------------------------------------------------- */

int64_t
rules_second_from(int64_t t_us)
{
    int64_t second = t_us / G_USEC_PER_SEC + (t_us % G_USEC_PER_SEC > 0);
    return second > INT64_MAX / G_USEC_PER_SEC ? RULES_NEVER : second * G_USEC_PER_SEC;
}

int64_t
rules_due_of_all(const RulesBed *bed)
{
    const RulesSet *set = bed->engine->set;
    int64_t next_us = MIN(next_expiry(bed), rules_events_next(bed));
    for (int i = 0; i < (int)set->windows->len; i++)
        next_us = MIN(next_us, MIN(rules_window_due(bed, i), rules_window_turns_at(bed, i)));
    for (int i = 0; i < (int)set->rules->len; i++)
        next_us = MIN(next_us, rules_judge_next(bed, i));
    return set->ticking ? MIN(next_us, rules_second_from(bed->now_us + 1)) : next_us;
}
