/* Beds, their queues, and the walk from instant to instant.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/engine.h"

#include <string.h>

#include "rules/engine/state.h"

static void
bed_free(void *data)
{
    RulesBed *bed = data;
    rules_bed_forget(bed);
    g_free(bed->id);
    g_free(bed->block);
    rules_change_clear(bed);
    g_free(bed->bins_ms);
    g_array_unref(bed->queue);
    g_string_free(bed->note, TRUE);
    g_free(bed);
}

RulesEngine *
rules_engine_new(RulesSet *set)
{
    RulesEngine *self = g_new0(RulesEngine, 1);
    self->set = rules_set_ref(set);
    self->beds = g_ptr_array_new_with_free_func(bed_free);
    self->values = g_new0(RulesValue, MAX(1, set->nodes->len));
    self->stamps = g_new0(uint32_t, MAX(1, set->nodes->len));
    self->scratch = g_new0(double, MAX(1, set->most_points));
    rules_instant_init(self);
    return self;
}

void
rules_engine_free(RulesEngine *self)
{
    g_ptr_array_unref(self->beds);
    g_free(self->values);
    g_free(self->stamps);
    g_free(self->scratch);
    rules_instant_clear(self);
    rules_set_unref(self->set);
    g_free(self);
}

void
rules_engine_cover(RulesEngine *self, RulesCover *cover)
{
    self->cover = cover;
}

RulesSet *
rules_engine_set(const RulesEngine *self)
{
    return self->set;
}

/* Where @bed_id stands, or would stand. */
static guint
place_of(const RulesEngine *self, const char *bed_id, bool *found)
{
    guint low = 0;
    guint high = self->beds->len;
    *found = false;
    while (low < high) {
        guint mid = (low + high) / 2;
        int c = strcmp(((RulesBed *)self->beds->pdata[mid])->id, bed_id);
        if (c == 0)
            *found = true;
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

RulesBed *
rules_engine_find(const RulesEngine *self, const char *bed_id)
{
    bool found = false;
    guint at = place_of(self, bed_id, &found);
    return found ? self->beds->pdata[at] : NULL;
}

RulesBed *
rules_engine_bed(RulesEngine *self, const char *bed_id)
{
    bool found = false;
    guint at = place_of(self, bed_id, &found);
    if (found)
        return self->beds->pdata[at];
    RulesBed *bed = g_new0(RulesBed, 1);
    bed->engine = self;
    bed->id = g_strdup(bed_id);
    bed->block = g_malloc0(MAX(1, self->set->bytes));
    rules_change_init(bed);
    bed->bins_ms = g_new0(uint32_t *, MAX(1, self->set->rules->len));
    bed->queue = g_array_sized_new(FALSE, FALSE, sizeof(RulesQueued), RULES_QUEUE_FIRST);
    bed->note = g_string_new(NULL);
    bed->now_us = bed->watermark_us = INT64_MIN;
    g_ptr_array_insert(self->beds, (gint)at, bed);
    rules_bed_clear(bed, false);
    return bed;
}

void
rules_engine_remove(RulesEngine *self, RulesBed *bed)
{
    g_ptr_array_remove(self->beds, bed);
}

size_t
rules_engine_n_beds(const RulesEngine *self)
{
    return self->beds->len;
}

const char *
rules_bed_id(const RulesBed *bed)
{
    return bed->id;
}

void
rules_bed_clear(RulesBed *bed, bool keep_limits)
{
    const RulesSet *set = bed->engine->set;
    g_autofree double *limits = g_new0(double, MAX(1, set->limits->len));
    for (int i = 0; i < (int)set->limits->len; i++)
        limits[i] = keep_limits ? *rules_limit_state(bed, i)
                                : RULES_AT(set->limits, RulesLimitDef, i).standard;
    rules_bed_forget(bed);
    memset(bed->block, 0, set->bytes);
    bed->change.stale = true;
    for (int i = 0; i < (int)set->limits->len; i++)
        *rules_limit_state(bed, i) = limits[i];
    for (int i = 0; i < (int)set->series->len; i++)
        rules_ring_init(rules_series_ring(bed, i), RULES_AT(set->series, RulesSeries, i).capacity);
    for (int i = 0; i < (int)set->slots->len; i++)
        rules_slot_state(bed, i)->symbol = -1;
    for (int i = 0; i < (int)set->rules->len; i++)
        rules_rule_state(bed, i)->missing = -1;
    for (int i = 0; i < (int)set->scores->len; i++) {
        const RulesScoreDef *def = &RULES_AT(set->scores, RulesScoreDef, i);
        RulesScoreState *s = rules_score_state(bed, i);
        for (guint p = 0; p < def->parts->len; p++) {
            const RulesPart *part = &RULES_AT(def->parts, RulesPart, p);
            s->min += part->min;
            s->max += part->max;
            s->highest_min = p == 0 ? part->min : MAX(s->highest_min, part->min);
            s->highest_max = p == 0 ? part->max : MAX(s->highest_max, part->max);
        }
    }
}

/* --- instants -------------------------------------------------------------- */

static void
note_seen(RulesBed *bed)
{
    const RulesSet *set = bed->engine->set;
    for (int i = 0; i < (int)set->inputs->len; i++) {
        if (!bed->change.stale && !rules_bit(bed->engine->instant.samples, i))
            continue;
        const RulesInput *input = &RULES_AT(set->inputs, RulesInput, i);
        RulesInputState *state = rules_input_state(bed, i);
        for (guint s = 0; s < input->sources->len && !state->seen; s++) {
            int slot = RULES_AT(input->sources, RulesInputSource, s).slot;
            int event = RULES_AT(set->slots, RulesSlot, slot).event;
            state->seen = event >= 0 ? rules_event_state(bed, event)->seen
                                     : rules_slot_state(bed, slot)->seen;
        }
    }
}

static void
expire_carriers(RulesBed *bed)
{
    const GArray *slots = bed->engine->set->slots;
    if (!bed->change.stale && bed->change.events_us > bed->now_us)
        return;
    for (int i = 0; i < (int)slots->len; i++) {
        int event = RULES_AT(slots, RulesSlot, i).event;
        RulesEventState *e = event < 0 ? NULL : rules_event_state(bed, event);
        if (e == NULL || !e->observed || bed->now_us < e->until_us)
            continue;
        e->observed = false;
        rules_change_slot(bed, i);
    }
}

/* --- from instant to instant ----------------------------------------------------- */

static int64_t
next_timer(const RulesBed *bed)
{
    if (bed->now_us == INT64_MIN)
        return RULES_NEVER;
    int64_t next_us = bed->change.stale ? rules_due_of_all(bed) : rules_change_next(bed);
    /* What was due at this very instant was just looked at; a timer that stayed
     * behind would stop event time. */
    g_assert(next_us > bed->now_us);
    return next_us;
}

/* Seconds that were left out because nothing turns at them have been all the same. */
static void
pass_seconds(RulesBed *bed, int64_t watermark_us)
{
    int64_t second = watermark_us / G_USEC_PER_SEC - (watermark_us % G_USEC_PER_SEC < 0);
    if (bed->engine->set->ticking && bed->now_us != INT64_MIN && !bed->change.stale)
        bed->now_us = MAX(bed->now_us, second * G_USEC_PER_SEC);
}

void
rules_engine_advance_bed(RulesBed *bed, int64_t watermark_us, RulesTransitionFunc tell, void *user)
{
    if (watermark_us <= bed->watermark_us)
        return;
    bed->engine->tell = tell;
    bed->engine->user = user;
    rules_change_fetch(bed);
    for (;;) {
        int64_t input_us = bed->queue->len > 0 ? rules_queue_first(bed)->t_us : RULES_NEVER;
        int64_t next_us = MIN(input_us, next_timer(bed));
        if (next_us > watermark_us || next_us == RULES_NEVER)
            break;
        bed->now_us = next_us;
        while (bed->queue->len > 0 && rules_queue_first(bed)->t_us == next_us) {
            RulesQueued q = rules_queue_pop(bed);
            rules_apply(bed, &q);
        }
        note_seen(bed);
        expire_carriers(bed);
        bed->counters.instants++;
        rules_change_evaluate(bed);
    }
    pass_seconds(bed, watermark_us);
    bed->watermark_us = watermark_us;
    bed->engine->tell = NULL;
    bed->engine->user = NULL;
}

void
rules_engine_advance(RulesEngine *self, int64_t watermark_us, RulesTransitionFunc tell, void *user)
{
    for (guint i = 0; i < self->beds->len; i++)
        rules_engine_advance_bed(self->beds->pdata[i], watermark_us, tell, user);
}

int64_t
rules_bed_watermark(const RulesBed *bed)
{
    return bed->watermark_us;
}

RulesBedCounters
rules_bed_counters(const RulesBed *bed)
{
    return bed->counters;
}
