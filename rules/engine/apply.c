/* What an input does to its bed when its time has come.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/engine/state.h"

static void
apply_reset(RulesBed *bed, const RulesQueued *q)
{
    const RulesSet *set = bed->engine->set;
    g_autofree RulesInputState *kept = g_new0(RulesInputState, MAX(1, set->inputs->len));
    for (int i = 0; i < (int)set->inputs->len && !q->flag; i++)
        kept[i] = *rules_input_state(bed, i);
    rules_tell_reset(bed, q->word);
    rules_bed_clear(bed, true);
    for (int i = 0; i < (int)set->inputs->len && !q->flag; i++)
        *rules_input_state(bed, i) = kept[i];
}

static int
symbol_id(const RulesSet *set, const char *word)
{
    for (guint i = 0; i < set->symbols->len; i++)
        if (strcmp(set->symbols->pdata[i], word) == 0)
            return (int)i;
    return -1;
}

/* Ours stands back while a device's value of the same signal is fresh. */
static bool
stands_back(const RulesBed *bed, const RulesSlotState *s, const RulesQueued *q)
{
    if (q->source != RULES_SOURCE_DERIVED || !s->device_seen)
        return false;
    const VicuSignal *signal = RULES_AT(bed->engine->set->slots, RulesSlot, q->index).signal;
    return q->t_us < s->device_t_us + vicu_signal_validity_us(signal, s->device_period_ms);
}

static void
apply_value(RulesBed *bed, const RulesQueued *q)
{
    RulesSlotState *s = rules_slot_state(bed, q->index);
    if (stands_back(bed, s, q))
        return;
    if (q->quality == RULES_QUALITY_INVALID) {
        s->flagged = true;
        return;
    }
    s->t_us = q->t_us;
    s->value = q->value;
    s->period_ms = q->period_ms;
    s->quality = q->quality;
    s->source = q->source;
    s->origin = q->origin;
    s->flagged = false;
    s->seen = true;
    if (q->source != RULES_SOURCE_DERIVED) {
        s->device_seen = true;
        s->device_t_us = q->t_us;
        s->device_period_ms = q->period_ms;
    }
    if (q->kind == RULES_QUEUED_SYMBOL) {
        g_strlcpy(s->word, q->word, sizeof s->word);
        s->symbol = symbol_id(bed->engine->set, q->word);
    }
}

static void
apply_event(RulesBed *bed, const RulesQueued *q)
{
    const RulesSet *set = bed->engine->set;
    RulesEventState *e = rules_event_state(bed, RULES_AT(set->slots, RulesSlot, q->index).event);
    e->has_last = true;
    e->last_us = q->t_us;
    if (set->event_capacity == 0)
        return;
    if (e->count == set->event_capacity) {
        e->lost = true;
        e->lost_us = e->times[e->first];
        e->first = (uint32_t)((e->first + 1) % set->event_capacity);
        e->count--;
    }
    e->times[(e->first + e->count++) % set->event_capacity] = q->t_us;
}

static void
apply_carrier(RulesBed *bed, const RulesQueued *q)
{
    RulesEventState *e =
        rules_event_state(bed, RULES_AT(bed->engine->set->slots, RulesSlot, q->index).event);
    if (q->kind == RULES_QUEUED_CARRIER_LATE) {
        e->since_us = q->t_us;
        return;
    }
    if (!q->flag) {
        e->observed = false;
        return;
    }
    if (!e->observed)
        e->since_us = q->t_us;
    e->until_us = e->observed ? MAX(e->until_us, q->to_us) : q->to_us;
    e->observed = true;
    e->seen = true;
}

void
rules_apply(RulesBed *bed, const RulesQueued *q)
{
    switch (q->kind) {
    case RULES_QUEUED_RESET:
        apply_reset(bed, q);
        return;
    case RULES_QUEUED_LIMIT:
        *rules_limit_state(bed, q->index) = q->value;
        bed->change.stale = true;
        return;
    case RULES_QUEUED_SAMPLE:
    case RULES_QUEUED_SYMBOL:
        apply_value(bed, q);
        break;
    case RULES_QUEUED_EVENT:
        apply_event(bed, q);
        break;
    case RULES_QUEUED_CARRIER:
    case RULES_QUEUED_CARRIER_LATE:
        apply_carrier(bed, q);
        break;
    }
    rules_change_slot(bed, q->index);
}
