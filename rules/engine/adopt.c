/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/adopt.h"

#include <string.h>

#include "rules/engine/state.h"

/* Which of the old set's things each of the new set's is; -1: none. */
typedef struct {
    RulesBed *to;
    const RulesBed *from;
    const RulesSet *new;
    const RulesSet *old;
} Adoption;

static int
slot_of(const RulesSet *set, const VicuSignal *signal)
{
    for (guint i = 0; i < set->slots->len; i++)
        if (RULES_AT(set->slots, RulesSlot, i).signal == signal)
            return (int)i;
    return -1;
}

static int
input_called(const RulesSet *set, const char *name)
{
    for (guint i = 0; i < set->inputs->len; i++)
        if (strcmp(RULES_AT(set->inputs, RulesInput, i).name, name) == 0)
            return (int)i;
    return -1;
}

static int
symbol_called(const RulesSet *set, const char *word)
{
    for (guint i = 0; i < set->symbols->len; i++)
        if (strcmp(set->symbols->pdata[i], word) == 0)
            return (int)i;
    return -1;
}

/* --- signals ---------------------------------------------------------------------- */

/* Sets may have room for different numbers of events: the newest stay. */
static void
adopt_event(const Adoption *a, int event, int old_event)
{
    RulesEventState *to = rules_event_state(a->to, event);
    const RulesEventState *from = rules_event_state(a->from, old_event);
    size_t room = a->new->event_capacity;
    size_t before = a->old->event_capacity;
    uint32_t n = (uint32_t)MIN(room, from->count);
    uint32_t dropped = from->count - n;

    *to = *from;
    to->first = 0;
    to->count = n;
    for (uint32_t i = 0; i < n; i++)
        to->times[i] = from->times[(from->first + dropped + i) % before];
    if (dropped > 0) {
        to->lost = true;
        to->lost_us = from->times[(from->first + dropped - 1) % before];
    }
}

static void
adopt_slots(const Adoption *a)
{
    for (guint i = 0; i < a->new->slots->len; i++) {
        const RulesSlot *slot = &RULES_AT(a->new->slots, RulesSlot, i);
        int old = slot_of(a->old, slot->signal);
        if (old < 0)
            continue;
        RulesSlotState *state = rules_slot_state(a->to, (int)i);
        *state = *rules_slot_state(a->from, old);
        state->symbol = symbol_called(a->new, state->word);
        if (slot->event >= 0)
            adopt_event(a, slot->event, RULES_AT(a->old->slots, RulesSlot, old).event);
    }
    for (guint i = 0; i < a->new->inputs->len; i++) {
        int old = input_called(a->old, RULES_AT(a->new->inputs, RulesInput, i).name);
        if (old >= 0)
            *rules_input_state(a->to, (int)i) = *rules_input_state(a->from, old);
    }
}

/* --- limits ----------------------------------------------------------------------- */

/* A limit that the new set keeps alike for all beds goes back to its own value. */
static bool
may_hold(const RulesLimitDef *def, double value)
{
    return (def->per_bed || def->per_unit) && value >= def->min && value <= def->max;
}

static void
adopt_limits(const Adoption *a)
{
    for (guint i = 0; i < a->new->limits->len; i++) {
        const RulesLimitDef *def = &RULES_AT(a->new->limits, RulesLimitDef, i);
        int old = rules_set_limit_find(a->old, def->name);
        if (old < 0)
            continue;
        const RulesLimitDef *was = &RULES_AT(a->old->limits, RulesLimitDef, old);
        double value = *rules_limit_state(a->from, old);
        bool own = value < was->standard || value > was->standard;
        if (own && strcmp(was->unit.text, def->unit.text) == 0 && may_hold(def, value))
            *rules_limit_state(a->to, (int)i) = value;
    }
}

/* --- the past --------------------------------------------------------------------- */

static void
adopt_series(const Adoption *a)
{
    for (guint i = 0; i < a->new->series->len; i++)
        for (guint j = 0; j < a->old->series->len; j++)
            if (RULES_AT(a->new->series, RulesSeries, i).meaning
                == RULES_AT(a->old->series, RulesSeries, j).meaning) {
                rules_series_adopt(a->to, (int)i, a->from, (int)j);
                break;
            }
    for (guint i = 0; i < a->new->patterns->len; i++)
        for (guint j = 0; j < a->old->patterns->len; j++)
            if (RULES_AT(a->new->patterns, RulesPattern, i).meaning
                == RULES_AT(a->old->patterns, RulesPattern, j).meaning)
                *rules_pattern_state(a->to, (int)i) = *rules_pattern_state(a->from, (int)j);
}

static void
adopt_scores(const Adoption *a)
{
    for (guint i = 0; i < a->new->scores->len; i++) {
        const RulesScoreDef *def = &RULES_AT(a->new->scores, RulesScoreDef, i);
        for (guint j = 0; j < a->old->scores->len; j++) {
            const RulesScoreDef *old = &RULES_AT(a->old->scores, RulesScoreDef, j);
            if (strcmp(def->name, old->name) != 0 || def->meaning != old->meaning)
                continue;
            *rules_score_state(a->to, (int)i) = *rules_score_state(a->from, (int)j);
            memcpy(rules_part_states(a->to, (int)i), rules_part_states(a->from, (int)j),
                   def->parts->len * sizeof(RulesPartState));
        }
    }
}

/* --- rules ------------------------------------------------------------------------ */

static void
adopt_rules(const Adoption *a)
{
    for (guint i = 0; i < a->new->rules->len; i++) {
        const RulesRule *rule = &RULES_AT(a->new->rules, RulesRule, i);
        int old = rules_set_rule_find(a->old, rule->name);
        if (old < 0 || strcmp(RULES_AT(a->old->rules, RulesRule, old).hash, rule->hash) != 0)
            continue;
        rules_rule_adopt(a->to, (int)i, a->from, old);
        RulesRuleStateBlock *state = rules_rule_state(a->to, (int)i);
        if (state->missing >= 0)
            state->missing =
                input_called(a->new, RULES_AT(a->old->inputs, RulesInput, state->missing).name);
    }
}

/* --- the queue -------------------------------------------------------------------- */

/* -1: the new set has no such limit, or not with that value. */
static int
limit_of(const Adoption *a, const RulesQueued *q)
{
    const RulesLimitDef *was = &RULES_AT(a->old->limits, RulesLimitDef, q->index);
    int limit = rules_set_limit_find(a->new, was->name);
    if (limit < 0)
        return -1;
    const RulesLimitDef *def = &RULES_AT(a->new->limits, RulesLimitDef, limit);
    return strcmp(was->unit.text, def->unit.text) == 0 && may_hold(def, q->value) ? limit : -1;
}

static void
adopt_queue(const Adoption *a)
{
    for (guint i = 0; i < a->from->queue->len; i++) {
        RulesQueued q = RULES_AT(a->from->queue, RulesQueued, i);
        if (q.kind == RULES_QUEUED_LIMIT)
            q.index = limit_of(a, &q);
        else if (q.kind != RULES_QUEUED_RESET)
            q.index = slot_of(a->new, RULES_AT(a->old->slots, RulesSlot, q.index).signal);
        if (q.index >= 0)
            rules_queue_push(a->to, &q);
    }
}

void
rules_engine_adopt(RulesBed *to, const RulesBed *from)
{
    const Adoption a = {to, from, to->engine->set, from->engine->set};

    to->now_us = from->now_us;
    to->watermark_us = from->watermark_us;
    adopt_slots(&a);
    adopt_limits(&a);
    adopt_series(&a);
    adopt_scores(&a);
    adopt_rules(&a);
    adopt_queue(&a);
    to->counters = from->counters;
    to->change.stale = true;
}

bool
rules_bed_rule_is_over(const RulesBed *bed, size_t rule)
{
    return rules_rule_state(bed, (int)rule)->machine.phase == RULES_PHASE_IDLE
           && rules_bed_rule_is_known(bed, rule);
}

bool
rules_bed_rule_is_known(const RulesBed *bed, size_t rule)
{
    return !rules_rule_state(bed, (int)rule)->unknown;
}
