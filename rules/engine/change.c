/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "rules/engine/change-inner.h"

void
rules_change_init(RulesBed *bed)
{
    bed->change =
        (RulesChange){.block = g_malloc0(MAX(1, rules_bed_depend(bed)->bytes)), .stale = true};
}

void
rules_change_clear(RulesBed *bed)
{
    g_free(bed->change.block);
}

void
rules_instant_init(RulesEngine *engine)
{
    const RulesSet *set = engine->set;
    RulesInstant *now = &engine->instant;
    now->cells = g_new0(uint64_t, rules_bitmap_words(set->depend->n_cells));
    now->rules = g_new0(uint64_t, rules_bitmap_words((int)set->rules->len));
    now->windows = g_new0(uint64_t, rules_bitmap_words((int)set->windows->len));
}

void
rules_instant_clear(RulesEngine *engine)
{
    g_free(engine->instant.cells);
    g_free(engine->instant.rules);
    g_free(engine->instant.windows);
}

size_t
rules_depend_bytes(const RulesDepend *depend)
{
    return depend->bytes;
}

void
rules_engine_judge_all(RulesEngine *self, bool all)
{
    self->instant.all = all;
    for (guint i = 0; i < self->beds->len; i++)
        ((RulesBed *)self->beds->pdata[i])->change.stale = true;
}

/* --- what changed -------------------------------------------------------------- */

void
rules_change_slot(RulesBed *bed, int slot)
{
    const RulesDepend *d = rules_bed_depend(bed);
    RULES_EACH_OF(d->slot_inputs, slot, k)
    {
        rules_bit_set(bed->engine->instant.samples, d->slot_inputs.item[k]);
    }
}

void
rules_change_series(RulesBed *bed, int series)
{
    const RulesDepend *d = rules_bed_depend(bed);
    RulesInstant *now = &bed->engine->instant;
    RULES_EACH_OF(d->series_windows, series, k)
    {
        rules_bitmap_set(now->windows, d->series_windows.item[k]);
        rules_bitmap_mark(now->cells, &d->window_cells, d->series_windows.item[k]);
    }
}

void
rules_change_score(RulesBed *bed, int score)
{
    rules_bitmap_mark(bed->engine->instant.cells, &rules_bed_depend(bed)->score_cells, score);
}

void
rules_change_set_look(RulesBed *bed, int cell, int64_t look_us)
{
    const RulesDepend *d = rules_bed_depend(bed);
    if (d->look_of[cell] >= 0)
        rules_bed_times(bed, d->looks_at)[d->look_of[cell]] = look_us;
}

static int64_t
look_of(const RulesBed *bed, int cell)
{
    const RulesDepend *d = rules_bed_depend(bed);
    return d->look_of[cell] < 0 ? RULES_NEVER : rules_bed_times(bed, d->looks_at)[d->look_of[cell]];
}

static uint8_t *
truths_of(const RulesBed *bed)
{
    return bed->change.block + rules_bed_depend(bed)->truths_at;
}

/* --- measures and tests --------------------------------------------------------- */

static RulesMeasureWas *
measure_was(const RulesBed *bed, int measure)
{
    return &((RulesMeasureWas *)(void *)(bed->change.block
                                         + rules_bed_depend(bed)->measures_at))[measure];
}

static bool
is_between(const RulesMeasureWas *was, const RulesValue *v)
{
    if (!v->known)
        return was->low > was->high;
    return was->low <= was->high
           && ((was->low < v->low && v->low < was->high)
               || (was->low >= v->low && was->high <= v->low));
}

/* What the test compares its measure with. FALSE: not known. */
static bool
mark_of(RulesBed *bed, int test, double *at)
{
    const RulesSet *set = bed->engine->set;
    int node = set->depend->against[test];
    const RulesNode *n = &RULES_AT(set->nodes, RulesNode, node);
    if (n->op == RULES_OP_NUMBER) {
        *at = n->number;
        return isfinite(n->number);
    }
    const RulesValue *v = rules_eval(bed, node);
    *at = v->low;
    return v->known;
}

/* The measure left its place: finds its new one, and those of its tests that it came to or by. */
static void
move_measure(RulesBed *bed, int measure, const RulesValue *v)
{
    const RulesDepend *d = rules_bed_depend(bed);
    RulesMeasureWas *was = measure_was(bed, measure);
    RulesMeasureWas is = {-HUGE_VAL, HUGE_VAL, v->low};
    bool all = bed->change.stale || !v->known || was->low > was->high;
    double from = MIN(was->value, v->low);
    double to = MAX(was->value, v->low);
    RULES_EACH_OF(d->measure_tests, measure, k)
    {
        int test = d->measure_tests.item[k];
        double at = 0;
        bool known = mark_of(bed, test, &at);
        if (all || (known && at >= from && at <= to))
            rules_bitmap_set(bed->engine->instant.cells, d->tests_first + test);
        if (known && at <= v->low)
            is.low = MAX(is.low, at);
        if (known && at >= v->low)
            is.high = MIN(is.high, at);
    }
    *was = v->known ? is : (RulesMeasureWas){HUGE_VAL, -HUGE_VAL, 0};
}

void
rules_change_measure(RulesBed *bed, int measure)
{
    const RulesDepend *d = rules_bed_depend(bed);
    RulesMeasureWas *was = measure_was(bed, measure);
    rules_bitmap_drop(bed->engine->instant.cells, d->measures_first + measure);
    const RulesValue v = *rules_eval(bed, d->measured[measure]);
    if (bed->change.stale || !is_between(was, &v))
        move_measure(bed, measure, &v);
    int64_t look_us = v.look_us;
    if (v.known && v.rate > 0) {
        look_us = MIN(look_us, rules_value_apart(bed, v.low, was->low, v.rate));
        look_us = MIN(look_us, rules_value_apart(bed, v.low, was->high, v.rate));
    }
    rules_change_set_look(bed, d->measures_first + measure, look_us);
}

bool
rules_change_remembers(RulesBed *bed, int test, RulesValue *v)
{
    const RulesDepend *d = rules_bed_depend(bed);
    const uint64_t *cells = bed->engine->instant.cells;
    int measure = d->measure_of[test];
    int cell = measure < 0 ? d->tests_first + test : d->measures_first + measure;
    if (measure >= 0 && rules_bitmap_has(cells, cell))
        rules_change_measure(bed, measure);
    if (rules_bitmap_has(cells, d->tests_first + test))
        return false;
    *v = rules_value_truth((RulesTruth)(truths_of(bed)[test / 4] >> (test % 4 * 2) & 3));
    v->look_us = look_of(bed, cell);
    return true;
}

void
rules_change_test(RulesBed *bed, int test, const RulesValue *v)
{
    const RulesDepend *d = rules_bed_depend(bed);
    RulesInstant *now = &bed->engine->instant;
    int cell = d->tests_first + test;
    uint8_t *byte = &truths_of(bed)[test / 4];
    int shift = test % 4 * 2;
    rules_bitmap_drop(now->cells, cell);
    rules_change_set_look(bed, cell, v->look_us);
    if ((RulesTruth)(*byte >> shift & 3) == v->truth)
        return;
    *byte = (uint8_t)((*byte & ~(3 << shift)) | (int)v->truth << shift);
    rules_bitmap_mark(now->rules, &d->test_rules, test);
    rules_bitmap_mark(now->cells, &d->test_series, test);
    now->begins |= d->begins[test];
}

bool
rules_change_take(RulesBed *bed, int cell)
{
    const RulesDepend *d = rules_bed_depend(bed);
    uint64_t *cells = bed->engine->instant.cells;
    for (int k = cell < d->n_series ? d->series_tests.first[cell] : 0;
         cell < d->n_series && k < d->series_tests.first[cell + 1]; k++) {
        int test = d->series_tests.item[k];
        int measure = d->measure_of[test];
        if (measure >= 0 && rules_bitmap_has(cells, d->measures_first + measure))
            rules_change_measure(bed, measure);
        if (rules_bitmap_has(cells, d->tests_first + test))
            rules_eval(bed, d->node_of[test]);
    }
    bool has = rules_bitmap_has(cells, cell);
    rules_bitmap_drop(cells, cell);
    return has;
}
