/* Inputs: checked, queued, taken in the order of their times.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "rules/engine/state.h"

static int
compare(const RulesQueued *a, const RulesQueued *b)
{
#define BY(field)                                                                                  \
    if (a->field != b->field)                                                                      \
    return a->field < b->field ? -1 : 1
    BY(t_us);
    BY(kind);
    BY(index);
    BY(to_us);
    BY(quality);
    BY(source);
    BY(origin);
    BY(flag);
    BY(period_ms);
#undef BY
    if (a->value < b->value || a->value > b->value)
        return a->value < b->value ? -1 : 1;
    return strcmp(a->word, b->word);
}

static RulesQueued *
queued(const RulesBed *bed, guint i)
{
    return &RULES_AT(bed->queue, RulesQueued, i);
}

static RulesFate
push(RulesBed *bed, const RulesQueued *input)
{
    /* Limits and resets are few and never dropped; data can be offered again. */
    bool data = input->kind >= RULES_QUEUED_SAMPLE;
    if (data && bed->queue->len >= RULES_QUEUE_MAX) {
        bed->counters.full++;
        return RULES_INPUT_FULL;
    }
    g_array_append_val(bed->queue, *input);
    for (guint i = bed->queue->len - 1; i > 0;) {
        guint up = (i - 1) / 2;
        if (compare(queued(bed, i), queued(bed, up)) >= 0)
            break;
        RulesQueued swap = *queued(bed, i);
        *queued(bed, i) = *queued(bed, up);
        *queued(bed, up) = swap;
        i = up;
    }
    bed->counters.taken++;
    return RULES_INPUT_TAKEN;
}

RulesQueued
rules_queue_pop(RulesBed *bed)
{
    RulesQueued top = *queued(bed, 0);
    guint n = bed->queue->len - 1;
    *queued(bed, 0) = *queued(bed, n);
    g_array_set_size(bed->queue, n);
    for (guint i = 0;;) {
        guint least = i;
        for (guint child = 2 * i + 1; child <= 2 * i + 2 && child < n; child++)
            if (compare(queued(bed, child), queued(bed, least)) < 0)
                least = child;
        if (least == i)
            return top;
        RulesQueued swap = *queued(bed, i);
        *queued(bed, i) = *queued(bed, least);
        *queued(bed, least) = swap;
        i = least;
    }
}

void
rules_queue_push(RulesBed *bed, const RulesQueued *input)
{
    push(bed, input);
}

static int
slot_of(const RulesBed *bed, uint32_t code)
{
    return GPOINTER_TO_INT(g_hash_table_lookup(bed->engine->set->by_code, GUINT_TO_POINTER(code)))
           - 1;
}

static RulesQueued
from_sample(const RulesSample *sample, RulesQueuedKind kind, int slot)
{
    RulesQueued q;
    memset(&q, 0, sizeof q);
    q.t_us = sample->t_us;
    q.kind = kind;
    q.index = slot;
    q.period_ms = sample->period_ms;
    q.quality = (uint8_t)sample->quality;
    q.source = (uint8_t)sample->source;
    q.origin = (uint8_t)sample->origin;
    return q;
}

RulesFate
rules_engine_sample(RulesBed *bed, const RulesSample *sample)
{
    int slot = slot_of(bed, sample->code);
    if (slot < 0)
        return RULES_INPUT_UNUSED;
    const VicuSignal *signal = RULES_AT(bed->engine->set->slots, RulesSlot, slot).signal;
    if (signal->kind != VICU_SIGNAL_NUMERIC)
        return RULES_INPUT_REFUSED;
    if (sample->t_us <= bed->watermark_us) {
        bed->counters.late++;
        return RULES_INPUT_LATE;
    }
    RulesQueued q = from_sample(sample, RULES_QUEUED_SAMPLE, slot);
    bool invalid = sample->quality == RULES_QUALITY_INVALID;
    bool believable =
        isfinite(sample->value) && sample->value >= signal->min && sample->value <= signal->max;
    if (invalid || !believable) {
        q.quality = RULES_QUALITY_INVALID;
        bed->counters.invalid++;
    } else {
        q.value = sample->value;
    }
    RulesFate fate = push(bed, &q);
    return fate == RULES_INPUT_TAKEN && !invalid && !believable ? RULES_INPUT_REFUSED : fate;
}

RulesFate
rules_engine_symbol(RulesBed *bed, const RulesSample *sample, const char *symbol)
{
    int slot = slot_of(bed, sample->code);
    if (slot < 0)
        return RULES_INPUT_UNUSED;
    if (RULES_AT(bed->engine->set->slots, RulesSlot, slot).signal->kind != VICU_SIGNAL_SYMBOL
        || strlen(symbol) > RULES_SYMBOL_MAX) {
        bed->counters.invalid++;
        return RULES_INPUT_REFUSED;
    }
    if (sample->t_us <= bed->watermark_us) {
        bed->counters.late++;
        return RULES_INPUT_LATE;
    }
    RulesQueued q = from_sample(sample, RULES_QUEUED_SYMBOL, slot);
    g_strlcpy(q.word, symbol, sizeof q.word);
    return push(bed, &q);
}

/* What was observed behind the watermark was judged without this: start anew. */
static void
start_anew(RulesBed *bed, int slot)
{
    RulesQueued q;
    memset(&q, 0, sizeof q);
    q.t_us = bed->watermark_us + 1;
    q.kind = RULES_QUEUED_CARRIER_LATE;
    q.index = slot;
    push(bed, &q);
}

RulesFate
rules_engine_event(RulesBed *bed, const RulesSample *sample)
{
    int slot = slot_of(bed, sample->code);
    if (slot < 0)
        return RULES_INPUT_UNUSED;
    if (RULES_AT(bed->engine->set->slots, RulesSlot, slot).event < 0)
        return RULES_INPUT_REFUSED;
    if (sample->t_us <= bed->watermark_us) {
        bed->counters.late++;
        start_anew(bed, slot);
        return RULES_INPUT_LATE;
    }
    RulesQueued q = from_sample(sample, RULES_QUEUED_EVENT, slot);
    return push(bed, &q);
}

RulesFate
rules_engine_carrier(RulesBed *bed, uint32_t code, int64_t from_us, int64_t to_us, bool observed)
{
    int slot = slot_of(bed, code);
    if (slot < 0)
        return RULES_INPUT_UNUSED;
    if (RULES_AT(bed->engine->set->slots, RulesSlot, slot).event < 0 || to_us <= from_us)
        return RULES_INPUT_REFUSED;
    RulesQueued q;
    memset(&q, 0, sizeof q);
    q.t_us = from_us;
    q.kind = RULES_QUEUED_CARRIER;
    q.index = slot;
    q.to_us = to_us;
    q.flag = observed;
    if (from_us > bed->watermark_us)
        return push(bed, &q);

    bed->counters.late++;
    start_anew(bed, slot);
    if (to_us <= bed->watermark_us)
        return RULES_INPUT_LATE;
    q.t_us = bed->watermark_us + 1;
    return push(bed, &q) == RULES_INPUT_FULL ? RULES_INPUT_FULL : RULES_INPUT_LATE;
}

bool
rules_engine_limit(RulesBed *bed, const char *name, double value, int64_t t_us)
{
    int limit = rules_set_limit_find(bed->engine->set, name);
    if (limit < 0)
        return false;
    const RulesLimitDef *def = &RULES_AT(bed->engine->set->limits, RulesLimitDef, limit);
    if (!(def->per_bed || def->per_unit) || !(value >= def->min && value <= def->max))
        return false;
    RulesQueued q;
    memset(&q, 0, sizeof q);
    q.t_us = MAX(t_us, bed->watermark_us == INT64_MIN ? t_us : bed->watermark_us + 1);
    q.kind = RULES_QUEUED_LIMIT;
    q.index = limit;
    q.value = value;
    push(bed, &q);
    return true;
}

double
rules_bed_limit(const RulesBed *bed, size_t limit)
{
    return *rules_limit_state(bed, (int)limit);
}

static int
input_called(const RulesSet *set, const char *name)
{
    for (int i = 0; i < (int)set->inputs->len; i++)
        if (strcmp(RULES_AT(set->inputs, RulesInput, i).name, name) == 0)
            return i;
    return -1;
}

bool
rules_engine_require(RulesBed *bed, const char *input, bool required)
{
    int i = input_called(bed->engine->set, input);
    if (i < 0)
        return false;
    rules_input_state(bed, i)->required = required;
    bed->change.stale = true;
    if (!required)
        rules_input_state(bed, i)->seen = false;
    return true;
}

/* What could not be judged for want of it is not judged from now on: nobody is told. */
static void
forget_unknown(RulesBed *bed, int input)
{
    const RulesSet *set = bed->engine->set;
    for (int i = 0; i < (int)set->rules->len; i++) {
        const RulesRule *rule = &RULES_AT(set->rules, RulesRule, i);
        RulesRuleStateBlock *s = rules_rule_state(bed, i);
        if (!rules_bit(rule->inputs, input) && !rules_bit(rule->applies_inputs, input))
            continue;
        s->tech = RULES_TECH_NONE;
        s->unknown = s->had_break = false;
    }
}

bool
rules_engine_end_expectation(RulesBed *bed, const char *input)
{
    const RulesSet *set = bed->engine->set;
    int i = input_called(set, input);
    if (i < 0)
        return false;
    const GArray *sources = RULES_AT(set->inputs, RulesInput, i).sources;
    rules_input_state(bed, i)->required = rules_input_state(bed, i)->seen = false;
    for (guint s = 0; s < sources->len; s++) {
        int slot = RULES_AT(sources, RulesInputSource, s).slot;
        int event = RULES_AT(set->slots, RulesSlot, slot).event;
        if (event >= 0)
            rules_event_state(bed, event)->seen = false;
        else
            rules_slot_state(bed, slot)->seen = false;
    }
    bed->change.stale = true;
    forget_unknown(bed, i);
    return true;
}

void
rules_engine_reset_bed(RulesBed *bed, int64_t t_us, const char *why, bool forget)
{
    RulesQueued q;
    memset(&q, 0, sizeof q);
    q.t_us = MAX(t_us, bed->watermark_us == INT64_MIN ? t_us : bed->watermark_us + 1);
    q.kind = RULES_QUEUED_RESET;
    q.flag = forget;
    g_strlcpy(q.word, why, sizeof q.word);
    push(bed, &q);
}
