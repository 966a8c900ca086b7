/* What an input does to its bed when its time has come.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/engine/state.h"

/* What comes less often than once a minute, or is charted, will not be there again at once. */
#define SELDOM_MS (60 * 1000)

static bool
is_seldom(const VicuSignal *signal)
{
    return signal->kind != VICU_SIGNAL_EVENT
           && (signal->period_ms == 0 || signal->period_ms >= SELDOM_MS);
}

/* A better source of one of its inputs spoke after it: it no longer stands by itself. */
static bool
is_outdone(const RulesBed *bed, int slot)
{
    const RulesSet *set = bed->engine->set;
    int64_t t_us = rules_slot_state(bed, slot)->t_us;
    for (guint i = 0; i < set->inputs->len; i++) {
        const GArray *sources = RULES_AT(set->inputs, RulesInput, i).sources;
        bool later = false;
        for (guint s = 0; s < sources->len; s++) {
            int other = RULES_AT(sources, RulesInputSource, s).slot;
            if (other == slot && later)
                return true;
            const RulesSlotState *said = rules_slot_state(bed, other);
            later |= said->seen && said->t_us > t_us;
        }
    }
    return false;
}

/* Of the same patient a reading of what is measured seldom stands, as old as it is and for as long
 * as it counts; what comes by itself each few seconds is there again before it is missed. */
static void
keep_readings(const RulesBed *bed, RulesSlotState *kept)
{
    const RulesSet *set = bed->engine->set;
    for (int i = 0; i < (int)set->slots->len; i++) {
        kept[i].symbol = -1;
        if (is_seldom(RULES_AT(set->slots, RulesSlot, i).signal) && !is_outdone(bed, i))
            kept[i] = *rules_slot_state(bed, i);
    }
}

static void
apply_reset(RulesBed *bed, const RulesQueued *q)
{
    const RulesSet *set = bed->engine->set;
    bool keep = !q->flag;
    g_autofree RulesInputState *inputs = g_new0(RulesInputState, MAX(1, set->inputs->len));
    g_autofree RulesSlotState *slots = g_new0(RulesSlotState, MAX(1, set->slots->len));
    for (int i = 0; keep && i < (int)set->inputs->len; i++)
        inputs[i] = *rules_input_state(bed, i);
    if (keep)
        keep_readings(bed, slots);
    rules_tell_reset(bed, q->word);
    rules_bed_clear(bed, true);
    for (int i = 0; keep && i < (int)set->inputs->len; i++)
        *rules_input_state(bed, i) = inputs[i];
    for (int i = 0; keep && i < (int)set->slots->len; i++)
        *rules_slot_state(bed, i) = slots[i];
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
