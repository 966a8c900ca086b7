/* The bed's block: layout, looking in, restart.
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
    for (guint i = 0; i < set->series->len; i++) {
        RulesSeries *series = &RULES_AT(set->series, RulesSeries, i);
        series->offset = take(&at, rules_ring_bytes(series->capacity));
        set->most_points = MAX(set->most_points, series->capacity);
    }
    for (guint i = 0; i < set->windows->len; i++)
        RULES_AT(set->windows, RulesWindow, i).offset = take(&at, sizeof(RulesKept));
    set->bytes = at;
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

/* magic, set hash, lengths, then the block and the queue as they lie. Same
 * program, same machine: this is for a restart, not for an archive. */
typedef struct {
    char magic[8];
    char hash[24];
    uint64_t block_bytes;
    uint64_t queue_length;
    int64_t now_us;
    int64_t watermark_us;
    RulesBedCounters counters;
    uint64_t sum; /* of all that follows */
} Header;

static const char magic[8] = "vicuBed3";

/* FNV-1a */
static uint64_t
sum_of(uint64_t sum, const void *bytes, size_t length)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i < length; i++)
        sum = (sum ^ p[i]) * 1099511628211ULL;
    return sum;
}

void
rules_engine_save(const RulesBed *bed, GByteArray *out)
{
    const RulesSet *set = bed->engine->set;
    size_t queue_bytes = bed->queue->len * sizeof(RulesQueued);
    Header h;
    memset(&h, 0, sizeof h);
    memcpy(h.magic, magic, sizeof h.magic);
    g_strlcpy(h.hash, set->hash, sizeof h.hash);
    h.block_bytes = set->bytes;
    h.queue_length = bed->queue->len;
    h.now_us = bed->now_us;
    h.watermark_us = bed->watermark_us;
    h.counters = bed->counters;
    h.sum = sum_of(sum_of(14695981039346656037ULL, bed->block, set->bytes), bed->queue->data,
                   queue_bytes);
    g_byte_array_append(out, (const guint8 *)&h, sizeof h);
    g_byte_array_append(out, bed->block, (guint)set->bytes);
    g_byte_array_append(out, (const guint8 *)bed->queue->data, (guint)queue_bytes);
}

bool
rules_engine_load(RulesBed *bed, const uint8_t *bytes, size_t length)
{
    const RulesSet *set = bed->engine->set;
    Header h;
    if (length < sizeof h)
        return false;
    memcpy(&h, bytes, sizeof h);
    if (memcmp(h.magic, magic, sizeof magic) != 0 || strncmp(h.hash, set->hash, sizeof h.hash) != 0
        || h.block_bytes != set->bytes || h.queue_length > RULES_QUEUE_MAX
        || length != sizeof h + set->bytes + h.queue_length * sizeof(RulesQueued)
        || h.sum != sum_of(14695981039346656037ULL, bytes + sizeof h, length - sizeof h))
        return false;
    memcpy(bed->block, bytes + sizeof h, set->bytes);
    g_array_set_size(bed->queue, 0);
    g_array_append_vals(bed->queue, bytes + sizeof h + set->bytes, (guint)h.queue_length);
    bed->now_us = h.now_us;
    bed->watermark_us = h.watermark_us;
    bed->counters = h.counters;
    return true;
}
