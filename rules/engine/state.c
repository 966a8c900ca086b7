/* The bed's block: layout, looking in, alarms that stood before a restart.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/state.h"

#include <string.h>

static size_t
take(size_t *at, size_t bytes)
{
    size_t start = *at;
    *at += (bytes + 15) / 16 * 16;
    return start;
}

/* The bed itself, its block, the queue as it begins; then its windows when they are full of what
 * signals announce, a condition's of nothing; then what no input can exceed but the queue. */
static void
count_bytes(RulesSet *set)
{
    size_t bins = set->rules->len * sizeof(uint32_t *);
    set->fixed_bytes = sizeof(RulesBed) + set->bytes + rules_depend_bytes(set->depend) + bins
                       + RULES_QUEUE_FIRST * sizeof(RulesQueued);
    set->full_bytes = set->fixed_bytes;
    set->most_bytes = set->fixed_bytes + set->rules->len * RULES_BINS * sizeof(uint32_t);
    for (guint i = 0; i < set->series->len; i++) {
        const RulesSeries *series = &RULES_AT(set->series, RulesSeries, i);
        set->full_bytes += series->truth ? 0 : rules_ring_bytes_usual(series->usual);
        set->most_bytes += rules_ring_bytes_most(series->capacity);
    }
}

void
rules_set_lay_out(RulesSet *set)
{
    size_t at = 0;
    for (guint i = 0; i < set->nodes->len; i++) {
        RulesOp op = RULES_AT(set->nodes, RulesNode, i).op;
        if (op == RULES_OP_NO_EVENT || op == RULES_OP_COUNT)
            g_array_append_val(set->event_nodes, i);
    }
    size_t event_bytes = sizeof(RulesEventState) + set->event_capacity * sizeof(int64_t);
    set->inputs_at = take(&at, set->inputs->len * sizeof(RulesInputState));
    set->slots_at = take(&at, set->slots->len * sizeof(RulesSlotState));
    set->events_at = take(&at, (size_t)set->n_events * event_bytes);
    set->limits_at = take(&at, set->limits->len * sizeof(double));
    set->scores_at = take(&at, set->scores->len * sizeof(RulesScoreState)
                                   + (size_t)set->n_parts * sizeof(RulesPartState));
    set->rules_at = take(&at, set->rules->len * sizeof(RulesRuleStateBlock));
    set->patterns_at = take(&at, set->patterns->len * sizeof(RulesPatternState));
    for (guint i = 0; i < set->windows->len; i++)
        RULES_AT(set->windows, RulesWindow, i).offset = take(&at, sizeof(RulesKept));
    for (guint i = 0; i < set->series->len; i++) {
        RulesSeries *series = &RULES_AT(set->series, RulesSeries, i);
        series->minute_at = take(&at, series->minute != RULES_MINUTE_ALL ? sizeof(RulesMinute) : 0);
    }
    set->rings_at = at;
    for (guint i = 0; i < set->series->len; i++) {
        RulesSeries *series = &RULES_AT(set->series, RulesSeries, i);
        series->offset = take(&at, sizeof(RulesRing));
        set->most_points = MAX(set->most_points, series->capacity);
    }
    set->bytes = at;
    set->depend = rules_depend_new(set);
    count_bytes(set);
}

void
rules_bed_forget(RulesBed *bed)
{
    for (int i = 0; i < (int)bed->engine->set->series->len; i++)
        rules_ring_clear(rules_series_ring(bed, i));
    for (int i = 0; i < (int)bed->engine->set->rules->len; i++)
        rules_bins_clear(bed, i);
}

RulesRuleState
rules_bed_rule_state(const RulesBed *bed, size_t rule)
{
    const RulesRuleStateBlock *s = rules_rule_state(bed, (int)rule);
    if (s->machine.phase == RULES_PHASE_IDLE)
        return RULES_STATE_IDLE;
    if (s->machine.phase == RULES_PHASE_ACTIVE && s->told)
        return RULES_STATE_ACTIVE;
    return s->suppressed ? RULES_STATE_SUPPRESSED : RULES_STATE_PENDING;
}

bool
rules_bed_rule_technical(const RulesBed *bed, size_t rule)
{
    return rules_rule_state(bed, (int)rule)->tech != RULES_TECH_NONE
           && RULES_AT(bed->engine->set->rules, RulesRule, rule).unknown.act
                  == AST_UNKNOWN_TECHNICAL;
}

const char *
rules_bed_not_judged(const RulesBed *bed, size_t rule)
{
    int missing = rules_rule_state(bed, (int)rule)->missing;
    if (missing < 0)
        return NULL;
    g_string_printf(bed->note, "no %s", rules_set_input_name(bed->engine->set, (size_t)missing));
    return bed->note->str;
}

RulesInputView
rules_bed_input(const RulesBed *bed, size_t input)
{
    return rules_input_view(bed, (int)input);
}

bool
rules_engine_restore_alarm(
    RulesBed *bed, const char *rule, bool technical, int64_t t0_us, int64_t t_raised_us)
{
    int i = rules_set_rule_find(bed->engine->set, rule);
    if (i < 0)
        return false;
    RulesRuleStateBlock *s = rules_rule_state(bed, i);
    bed->change.stale = true;
    if (technical) {
        s->tech = RULES_TECH_CONTINUOUS;
        s->tech_t0_us = t0_us;
        s->unknown = true;
        s->unknown_since_us = t0_us;
        s->counted_us = t_raised_us;
    } else {
        s->machine = (RulesMachine){.phase = RULES_PHASE_ACTIVE, .t0_us = t0_us};
        s->told = s->raised = true;
        s->t_raised_us = t_raised_us;
    }
    return true;
}
