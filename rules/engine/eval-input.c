/* What an input says at one instant: which of its sources speaks, and for how long.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/state.h"

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

static int64_t
source_validity_us(const RulesBed *bed, const RulesInputSource *source, const RulesSlotState *s)
{
    return validity_us(RULES_AT(bed->engine->set->slots, RulesSlot, source->slot).signal,
                       source->validity_us, s->period_ms);
}

/* How long a value of source @i counts: by its own validity where no better source has spoken
 * since, else no longer than what that one said. A cuff reading of before neither stands in
 * for a line that is lost nor ends its alarm. */
static int64_t
source_end_us(const RulesBed *bed, const RulesInput *in, int i)
{
    const RulesInputSource *source = &RULES_AT(in->sources, RulesInputSource, i);
    const RulesSlotState *s = rules_slot_state(bed, source->slot);
    int64_t most_us = source_validity_us(bed, source, s);
    for (int k = 0; k < i; k++) {
        const RulesInputSource *better = &RULES_AT(in->sources, RulesInputSource, k);
        const RulesSlotState *said = rules_slot_state(bed, better->slot);
        if (said->seen && said->t_us > s->t_us)
            most_us = MIN(most_us, source_validity_us(bed, better, said));
    }
    return s->t_us + most_us;
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
        int64_t end_us = source_end_us(bed, in, i);
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

RulesValue
rules_eval_input(RulesBed *bed, int input)
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
