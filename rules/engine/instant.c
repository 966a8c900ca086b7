/* One instant of a bed: what it brings, who is judged, and when the next one is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/engine/change-inner.h"

/* --- memory ------------------------------------------------------------------------ */

enum { LINE = 64, CHUNK_LINES = 4 };

static void
fetch(const void *from, size_t bytes)
{
    for (size_t at = 0; at < bytes; at += LINE)
        __builtin_prefetch((const char *)from + at, 1);
}

/* Of a thousand beds none is in the processor's cache when its turn comes: what is surely needed
 * is asked for at once instead of one piece after the other. */
void
rules_change_fetch(const RulesBed *bed)
{
    const RulesSet *set = bed->engine->set;
    fetch(bed->change.block, set->depend->rules_at);
    fetch(bed->block + set->slots_at, set->slots->len * sizeof(RulesSlotState));
    for (int i = 0; i < (int)set->series->len; i++)
        fetch(rules_series_ring(bed, i), sizeof(RulesRing));
    for (int i = 0; i < (int)set->windows->len; i++)
        fetch(rules_window_kept(bed, i), sizeof(RulesKept));
}

/* Then what only that tells: where windows begin and end. */
static void
fetch_points(const RulesBed *bed)
{
    const RulesSet *set = bed->engine->set;
    for (int i = 0; i < (int)set->series->len; i++) {
        const RulesRing *ring = rules_series_ring(bed, i);
        if (ring->n_chunks > 0)
            fetch(ring->chunks[ring->n_chunks - 1], CHUNK_LINES * LINE);
    }
    for (int i = 0; i < (int)set->windows->len; i++) {
        const RulesRing *ring =
            rules_series_ring(bed, RULES_AT(set->windows, RulesWindow, i).series);
        uint32_t begin = rules_window_kept(bed, i)->begin - ring->base;
        /* It may have begun before what is left. */
        if (ring->count > 1 && begin < ring->count - 1)
            fetch(ring->chunks[(ring->skip + begin) / RULES_CHUNK_POINTS], CHUNK_LINES * LINE);
    }
}

/* --- what this instant brings ---------------------------------------------------- */

static bool
is_same(const RulesInputWas *was, const RulesValue *v)
{
    return was->known == v->known && was->symbol == v->symbol
           && (!v->known || (was->value >= v->low && was->value <= v->low));
}

static void
look_at_input(RulesBed *bed, int input, bool sample)
{
    const RulesDepend *d = rules_bed_depend(bed);
    RulesInstant *now = &bed->engine->instant;
    RulesInputWas *was = rules_input_was(bed, input);
    bool event = RULES_AT(bed->engine->set->inputs, RulesInput, input).type == RULES_TYPE_EVENT;
    bool there = rules_input_known(bed, input);
    bool expected = rules_input_expected(bed, input);
    RulesValue v = event ? rules_value_unknown : rules_eval_input(bed, input);
    if (event || !is_same(was, &v))
        rules_bitmap_mark(now->cells, &d->value_cells, input);
    if (sample)
        rules_bitmap_mark(now->cells, &d->sample_cells, input);
    if (there != was->there || expected != was->expected)
        rules_bitmap_mark(now->rules, &d->input_rules, input);
    now->events |= event;
    *was = (RulesInputWas){v.until_us, v.low, v.symbol, v.known, there, expected};
}

static void
look_at_inputs(RulesBed *bed)
{
    RulesInstant *now = &bed->engine->instant;
    for (int i = 0; i < (int)bed->engine->set->inputs->len; i++) {
        bool sample = rules_bit(now->samples, i);
        if (sample || bed->change.stale || rules_input_was(bed, i)->until_us <= bed->now_us)
            look_at_input(bed, i, sample);
    }
    now->samples[0] = now->samples[1] = 0;
}

static void
look_at_clocks(RulesBed *bed)
{
    const RulesSet *set = bed->engine->set;
    const RulesDepend *d = set->depend;
    RulesInstant *now = &bed->engine->instant;
    const int64_t *looks = rules_bed_times(bed, d->looks_at);
    const int64_t *windows = rules_bed_times(bed, d->windows_at);
    const int64_t *turns = rules_bed_times(bed, d->turns_at);
    const int64_t *rules = rules_bed_times(bed, d->rules_at);
    for (int i = 0; i < d->n_looks; i++)
        if (looks[i] <= bed->now_us)
            rules_bitmap_set(now->cells, d->look_cell[i]);
    for (int i = 0; i < (int)set->windows->len; i++)
        if (MIN(windows[i], turns[i]) <= bed->now_us) {
            rules_bitmap_set(now->windows, i);
            rules_bitmap_mark(now->cells, &d->window_cells, i);
        }
    for (int i = 0; bed->change.rules_us <= bed->now_us && i < (int)set->rules->len; i++)
        if (rules[i] <= bed->now_us)
            rules_bitmap_set(now->rules, d->place_of[i]);
    for (int i = 0; i < (int)(set->rules->len + 63) / 64; i++) {
        now->rules[i] |= rules_bed_again(bed)[i];
        rules_bed_again(bed)[i] = 0;
    }
}

static void
mark_all(RulesBed *bed)
{
    const RulesSet *set = bed->engine->set;
    RulesInstant *now = &bed->engine->instant;
    for (int i = 0; i < set->depend->n_cells; i++)
        rules_bitmap_set(now->cells, i);
    for (int i = 0; i < (int)set->rules->len; i++)
        rules_bitmap_set(now->rules, i);
    for (int i = 0; i < (int)set->windows->len; i++)
        rules_bitmap_set(now->windows, i);
    now->events = now->begins = true;
    memset(rules_bed_again(bed), 0, (set->rules->len + 63) / 64 * sizeof(uint64_t));
    bed->change.rules_us = RULES_NEVER;
    for (int i = 0; i < (int)set->rules->len; i++)
        rules_bed_times(bed, set->depend->rules_at)[i] = RULES_NEVER;
}

/* --- judging ---------------------------------------------------------------------- */

static void
bring_up_tests(RulesBed *bed)
{
    const RulesDepend *d = rules_bed_depend(bed);
    RulesInstant *now = &bed->engine->instant;
    now->looking = true;
    for (int word = d->measures_first / 64; word <= (d->n_cells - 1) / 64; word++)
        while (now->cells[word] != 0) {
            int cell = word * 64 + __builtin_ctzll(now->cells[word]);
            rules_bitmap_drop(now->cells, cell);
            if (cell >= d->tests_first)
                rules_change_test(bed, cell - d->tests_first,
                                  rules_eval_test(bed, d->node_of[cell - d->tests_first]));
            else if (cell >= d->measures_first)
                rules_change_measure(bed, cell - d->measures_first);
        }
    now->looking = false;
}

/* What it does once at each instant it may do once more at the next one; and so may those that
 * stand back for it. */
static void
judge(RulesBed *bed, int place)
{
    const RulesSet *set = bed->engine->set;
    const RulesDepend *d = set->depend;
    int rule = RULES_AT(set->order, int, place);
    RulesRuleStateBlock *s = rules_rule_state(bed, rule);
    char was[offsetof(RulesRuleStateBlock, counted_us)];
    memcpy(was, s, sizeof was);
    rules_judge(bed, rule);
    rules_bed_times(bed, d->rules_at)[rule] = rules_judge_next(bed, rule);
    bool moved = memcmp(was, s, sizeof was) != 0;
    if (moved)
        rules_bitmap_mark(bed->engine->instant.rules, &d->unless_rules, rule);
    if (moved)
        rules_bitmap_set(rules_bed_again(bed), place);
}

static void
judge_rules(RulesBed *bed)
{
    const RulesSet *set = bed->engine->set;
    uint64_t *rules = bed->engine->instant.rules;
    bool any = false;
    for (int word = 0; word < (int)(set->rules->len + 63) / 64; word++)
        while (rules[word] != 0) {
            int place = word * 64 + __builtin_ctzll(rules[word]);
            rules_bitmap_drop(rules, place);
            judge(bed, place);
            any = true;
        }
    if (!any)
        return;
    bed->change.rules_us = RULES_NEVER;
    const int64_t *times = rules_bed_times(bed, set->depend->rules_at);
    for (int i = 0; i < (int)set->rules->len; i++)
        bed->change.rules_us = MIN(bed->change.rules_us, times[i]);
}

/* --- what is due next --------------------------------------------------------------- */

/* A new point moves nothing that is due before it leaves, unless an old one had to go for it. */
static bool
still_due(const RulesBed *bed, int window, int64_t due_us)
{
    int series = RULES_AT(bed->engine->set->windows, RulesWindow, window).series;
    return !bed->change.stale && due_us > bed->now_us && due_us != RULES_NEVER
           && !rules_series_ring(bed, series)->lost;
}

static int64_t
next_window(RulesBed *bed)
{
    const RulesSet *set = bed->engine->set;
    uint64_t *touched = bed->engine->instant.windows;
    int64_t *windows = rules_bed_times(bed, set->depend->windows_at);
    int64_t *turns = rules_bed_times(bed, set->depend->turns_at);
    int64_t next_us = RULES_NEVER;
    for (int i = 0; i < (int)set->windows->len; i++) {
        if (rules_bitmap_has(touched, i) && !still_due(bed, i, windows[i]))
            windows[i] = rules_window_due(bed, i);
        if (rules_bitmap_has(touched, i))
            turns[i] = rules_window_turns_after(bed, i);
        next_us = MIN(next_us, windows[i]);
    }
    memset(touched, 0, rules_bitmap_words((int)set->windows->len) * sizeof(uint64_t));
    return next_us;
}

/* No window turns before what next_window() wrote down; when it does, is looked for once nothing
 * else comes before that. */
static int64_t
next_turn(RulesBed *bed, int64_t next_us)
{
    const RulesSet *set = bed->engine->set;
    int64_t *turns = rules_bed_times(bed, set->depend->turns_at);
    for (int i = 0; i < (int)set->windows->len; i++) {
        if (turns[i] >= next_us)
            continue;
        turns[i] = rules_window_turns_at(bed, i);
        next_us = MIN(next_us, turns[i]);
    }
    return next_us;
}

/* A second at which nothing can say something else needs no look. */
static int64_t
next_tick(const RulesBed *bed)
{
    const RulesSet *set = bed->engine->set;
    const RulesDepend *d = set->depend;
    const int64_t *looks = rules_bed_times(bed, d->looks_at);
    int64_t look_us = RULES_NEVER;
    for (int i = 0; i < (int)(set->rules->len + 63) / 64; i++)
        if (rules_bed_again(bed)[i] != 0)
            look_us = bed->now_us + 1;
    for (int i = 0; i < d->n_looks; i++)
        look_us = MIN(look_us, looks[i]);
    return rules_second_from(MAX(look_us, bed->now_us + 1));
}

static int64_t
next_of(RulesBed *bed)
{
    const RulesSet *set = bed->engine->set;
    RulesInstant *now = &bed->engine->instant;
    int64_t next_us = MIN(next_window(bed), bed->change.rules_us);
    for (int i = 0; i < (int)set->inputs->len; i++)
        next_us = MIN(next_us, rules_input_was(bed, i)->until_us);
    if (now->events || bed->change.events_us <= bed->now_us)
        bed->change.events_us = rules_events_next(bed);
    now->events = false;
    next_us = MIN(next_us, bed->change.events_us);
    return next_turn(bed, set->ticking ? MIN(next_us, next_tick(bed)) : next_us);
}

int64_t
rules_change_next(const RulesBed *bed)
{
    return bed->change.next_us;
}

void
rules_change_evaluate(RulesBed *bed)
{
    RulesInstant *now = &bed->engine->instant;
    bed->change.stale |= now->all;
    if (bed->change.stale)
        mark_all(bed);
    fetch_points(bed);
    look_at_inputs(bed);
    if (!bed->change.stale)
        look_at_clocks(bed);
    now->running = true;
    rules_eval_begin(bed);
    rules_eval_series(bed, false);
    rules_eval_scores(bed);
    rules_eval_series(bed, true);
    bring_up_tests(bed);
    if (now->begins)
        rules_eval_patterns(bed);
    now->begins = false;
    judge_rules(bed);
    bed->change.next_us = next_of(bed);
    bed->change.stale = now->all;
    now->running = false;
}
