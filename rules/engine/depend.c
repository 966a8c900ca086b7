/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/depend.h"

#include <string.h>

#include "rules/engine/change.h"

typedef struct {
    int from;
    int to;
} Pair;

typedef struct {
    const RulesSet *set;
    RulesDepend *depend;
    uint32_t *seen; /* by node: the walk that came by */
    uint32_t walk;
    GArray *values; /* of Pair, each */
    GArray *samples;
    GArray *windows;
    GArray *scores;
    GArray *tests;
    GArray *series_tests;
    GArray *test_series;
} Wiring;

static void
pair(GArray *pairs, int from, int to)
{
    Pair p = {from, to};
    g_array_append_val(pairs, p);
}

static int
compare_pairs(const void *a, const void *b)
{
    const Pair *x = a;
    const Pair *y = b;
    return x->from != y->from ? x->from - y->from : x->to - y->to;
}

/* Takes @pairs; each once, in order. */
static RulesLists
lists_of(GArray *pairs, int n)
{
    RulesLists lists = {g_new0(int, n + 1), g_new0(int, pairs->len + 1)};
    int length = 0;
    g_array_sort(pairs, compare_pairs);
    for (guint i = 0; i < pairs->len; i++) {
        const Pair *p = &RULES_AT(pairs, Pair, i);
        if (i > 0 && compare_pairs(p, p - 1) == 0)
            continue;
        lists.item[length++] = p->to;
        lists.first[p->from + 1] = length;
    }
    for (int i = 1; i <= n; i++)
        lists.first[i] = MAX(lists.first[i], lists.first[i - 1]);
    g_array_unref(pairs);
    return lists;
}

static GArray *
pairs_new(void)
{
    return g_array_new(FALSE, FALSE, sizeof(Pair));
}

static const RulesNode *
node_at(const Wiring *w, int node)
{
    return &RULES_AT(w->set->nodes, RulesNode, node);
}

static bool
is_joint(RulesOp op)
{
    return op == RULES_OP_AND || op == RULES_OP_OR || op == RULES_OP_NOT || op == RULES_OP_AT_LEAST
           || op == RULES_OP_FIRST;
}

/* --- what a cell reads --------------------------------------------------------- */

/* Says something else as time goes by, with nothing new. */
static bool
is_of_time(RulesOp op)
{
    return op == RULES_OP_AGE || op == RULES_OP_COUNT || op == RULES_OP_NO_EVENT
           || op == RULES_OP_WINDOW || op == RULES_OP_EXPOSURE || op == RULES_OP_HAPPENED;
}

static void
reads(Wiring *w, int cell, int node, bool each_sample)
{
    if (node < 0 || w->seen[node] == w->walk)
        return;
    w->seen[node] = w->walk;
    const RulesNode *n = node_at(w, node);
    bool past =
        n->op == RULES_OP_WINDOW || n->op == RULES_OP_EXPOSURE || n->op == RULES_OP_HAPPENED;
    if (is_of_time(n->op))
        w->depend->look_of[cell] = 0;
    if (n->op == RULES_OP_INPUT || n->op == RULES_OP_KNOWN || n->op == RULES_OP_COUNT
        || n->op == RULES_OP_NO_EVENT)
        pair(each_sample ? w->samples : w->values, n->index, cell);
    else if (n->op == RULES_OP_AGE)
        pair(w->samples, n->index, cell);
    else if (past)
        pair(w->windows, n->index, cell);
    else if (rules_op_is_score(n->op))
        pair(w->scores, n->index, cell);
    if (rules_op_has_a(n->op))
        reads(w, cell, n->a, each_sample);
    if (rules_op_has_b(n->op))
        reads(w, cell, n->b, each_sample);
    for (int i = 0; n->op == RULES_OP_AT_LEAST && i < n->n; i++)
        reads(w, cell, RULES_AT(w->set->lists, int, n->first + i), each_sample);
}

static void
cell_reads(Wiring *w, int cell, int node, bool each_sample)
{
    w->walk++;
    reads(w, cell, node, each_sample);
}

static void
wire_series(Wiring *w)
{
    for (int i = 0; i < (int)w->set->series->len; i++) {
        const RulesSeries *s = &RULES_AT(w->set->series, RulesSeries, i);
        if (!s->truth) /* a condition is made of tests */
            cell_reads(w, i, s->node, !s->held);
    }
}

static void
wire_scores(Wiring *w)
{
    for (int i = 0; i < (int)w->set->scores->len; i++) {
        const GArray *parts = RULES_AT(w->set->scores, RulesScoreDef, i).parts;
        for (guint p = 0; p < parts->len; p++) {
            const GArray *variants = RULES_AT(parts, RulesPart, p).variants;
            for (guint v = 0; v < variants->len; v++) {
                const RulesVariant *variant = &RULES_AT(variants, RulesVariant, v);
                cell_reads(w, w->depend->n_series + i, variant->node, false);
                cell_reads(w, w->depend->n_series + i, variant->where, false);
            }
        }
    }
}

/* --- tests ---------------------------------------------------------------------- */

/* Tests are numbered as they are met; who asks: the rule at @place, @series, or -1. */
static void
add_tests(Wiring *w, int node, int place, int series, GArray *nodes)
{
    if (node < 0 || w->seen[node] == w->walk)
        return;
    w->seen[node] = w->walk;
    const RulesNode *n = node_at(w, node);
    RulesDepend *d = w->depend;
    if (!is_joint(n->op)) {
        if (d->test_of[node] < 0) {
            d->test_of[node] = (int)nodes->len;
            g_array_append_val(nodes, node);
        }
        if (place >= 0)
            pair(w->tests, d->test_of[node], place);
        if (series >= 0) {
            pair(w->series_tests, series, d->test_of[node]);
            pair(w->test_series, d->test_of[node], series);
        }
        return;
    }
    for (int i = 0; n->op == RULES_OP_AT_LEAST && i < n->n; i++)
        add_tests(w, RULES_AT(w->set->lists, int, n->first + i), place, series, nodes);
    if (n->op != RULES_OP_AT_LEAST)
        add_tests(w, n->a, place, series, nodes);
    if (n->op == RULES_OP_AND || n->op == RULES_OP_OR)
        add_tests(w, n->b, place, series, nodes);
}

static void
mark_begins(Wiring *w, int node)
{
    if (node < 0 || w->seen[node] == w->walk)
        return;
    w->seen[node] = w->walk;
    const RulesNode *n = node_at(w, node);
    const RulesDepend *d = w->depend;
    if (d->test_of[node] >= 0)
        d->begins[d->test_of[node]] = true;
    if (!is_joint(n->op))
        return;
    for (int i = 0; n->op == RULES_OP_AT_LEAST && i < n->n; i++)
        mark_begins(w, RULES_AT(w->set->lists, int, n->first + i));
    if (n->op != RULES_OP_AT_LEAST)
        mark_begins(w, n->a);
    if (n->op == RULES_OP_AND || n->op == RULES_OP_OR)
        mark_begins(w, n->b);
}

static bool
is_constant(const RulesSet *set, int node)
{
    const RulesReads *r = &RULES_AT(set->reads, RulesReads, node);
    return r->inputs[0] == 0 && r->inputs[1] == 0 && !r->past && !r->score;
}

/* What a test compares with a constant; -1: it does not. A score has bounds instead. */
static int
measure_in(const RulesSet *set, int node, int *against)
{
    const RulesNode *n = &RULES_AT(set->nodes, RulesNode, node);
    if (n->op < RULES_OP_LT || n->op > RULES_OP_NE)
        return -1;
    bool left = is_constant(set, n->b);
    int measure = left ? n->a : n->b;
    *against = left ? n->b : n->a;
    bool good = is_constant(set, *against) && !is_constant(set, measure)
                && !rules_op_is_score(RULES_AT(set->nodes, RulesNode, measure).op);
    return good ? measure : -1;
}

/* Tests read by way of their measure, where they have one. */
static void
wire_measures(Wiring *w)
{
    RulesDepend *d = w->depend;
    GArray *tests = pairs_new();
    g_autofree int *number = g_new0(int, w->set->nodes->len + 1);
    d->measure_of = g_new(int, d->n_tests + 1);
    d->against = g_new0(int, d->n_tests + 1);
    d->measured = g_new0(int, d->n_tests + 1);
    for (int i = 0; i < d->n_tests; i++) {
        int node = measure_in(w->set, d->node_of[i], &d->against[i]);
        d->measure_of[i] = -1;
        if (node < 0)
            continue;
        if (number[node] == 0) {
            d->measured[d->n_measures] = node;
            number[node] = ++d->n_measures;
        }
        d->measure_of[i] = number[node] - 1;
        pair(tests, d->measure_of[i], i);
    }
    d->measure_tests = lists_of(tests, d->n_measures);
    d->tests_first = d->measures_first + d->n_measures;
    d->n_cells = d->tests_first + d->n_tests;
    d->look_of = g_renew(int, d->look_of, d->n_cells + 1);
    for (int i = d->measures_first; i <= d->n_cells; i++)
        d->look_of[i] = -1;
    for (int i = 0; i < d->n_measures; i++)
        cell_reads(w, d->measures_first + i, d->measured[i], false);
    for (int i = 0; i < d->n_tests; i++)
        if (d->measure_of[i] < 0)
            cell_reads(w, d->tests_first + i, d->node_of[i], false);
}

static void
wire_tests(Wiring *w)
{
    const RulesSet *set = w->set;
    RulesDepend *d = w->depend;
    g_autoptr(GArray) nodes = g_array_new(FALSE, FALSE, sizeof(int));
    for (int place = 0; place < (int)set->order->len; place++) {
        const RulesRule *rule = &RULES_AT(set->rules, RulesRule, RULES_AT(set->order, int, place));
        w->walk++;
        add_tests(w, rule->applies, place, -1, nodes);
        add_tests(w, rule->when, place, -1, nodes);
        add_tests(w, rule->clear, place, -1, nodes);
    }
    for (guint i = 0; i < set->patterns->len; i++) {
        w->walk++;
        add_tests(w, RULES_AT(set->patterns, RulesPattern, i).node, -1, -1, nodes);
    }
    for (guint i = 0; i < set->series->len; i++) {
        w->walk++;
        if (RULES_AT(set->series, RulesSeries, i).truth)
            add_tests(w, RULES_AT(set->series, RulesSeries, i).node, -1, (int)i, nodes);
    }
    d->n_tests = (int)nodes->len;
    d->node_of = g_memdup2(nodes->data, nodes->len * sizeof(int));
    d->begins = g_new0(bool, d->n_tests + 1);
    wire_measures(w);
    w->walk++;
    for (guint i = 0; i < set->patterns->len; i++)
        mark_begins(w, RULES_AT(set->patterns, RulesPattern, i).node);
}

/* --- rules and inputs ------------------------------------------------------------- */

static void
wire_rules(const RulesSet *set, RulesDepend *d)
{
    GArray *unless = pairs_new();
    GArray *inputs = pairs_new();
    d->place_of = g_new0(int, set->rules->len + 1);
    for (int place = 0; place < (int)set->order->len; place++) {
        int rule = RULES_AT(set->order, int, place);
        const RulesRule *r = &RULES_AT(set->rules, RulesRule, rule);
        d->place_of[rule] = place;
        for (guint i = 0; i < r->unless->len; i++)
            pair(unless, RULES_AT(r->unless, int, i), place);
        for (int i = 0; i < (int)set->inputs->len; i++)
            if (rules_bit(r->inputs, i) || rules_bit(r->applies_inputs, i))
                pair(inputs, i, place);
    }
    d->unless_rules = lists_of(unless, (int)set->rules->len);
    d->input_rules = lists_of(inputs, (int)set->inputs->len);
}

static void
wire_inputs(const RulesSet *set, RulesDepend *d)
{
    GArray *slots = pairs_new();
    GArray *windows = pairs_new();
    for (int i = 0; i < (int)set->inputs->len; i++) {
        const GArray *sources = RULES_AT(set->inputs, RulesInput, i).sources;
        for (guint s = 0; s < sources->len; s++)
            pair(slots, RULES_AT(sources, RulesInputSource, s).slot, i);
    }
    for (int i = 0; i < (int)set->windows->len; i++)
        pair(windows, RULES_AT(set->windows, RulesWindow, i).series, i);
    d->slot_inputs = lists_of(slots, (int)set->slots->len);
    d->series_windows = lists_of(windows, (int)set->series->len);
}

static void
number_looks(RulesDepend *d)
{
    d->look_cell = g_new0(int, d->n_cells + 1);
    for (int i = 0; i < d->n_cells; i++)
        if (d->look_of[i] == 0) {
            d->look_cell[d->n_looks] = i;
            d->look_of[i] = d->n_looks++;
        }
}

static size_t
take(size_t *at, size_t bytes)
{
    size_t start = *at;
    *at += (bytes + 7) / 8 * 8;
    return start;
}

RulesDepend *
rules_depend_new(const RulesSet *set)
{
    RulesDepend *d = g_new0(RulesDepend, 1);
    g_autofree uint32_t *seen = g_new0(uint32_t, set->nodes->len + 1);
    Wiring w = {.set = set,
                .depend = d,
                .seen = seen,
                .values = pairs_new(),
                .samples = pairs_new(),
                .windows = pairs_new(),
                .scores = pairs_new(),
                .tests = pairs_new(),
                .series_tests = pairs_new(),
                .test_series = pairs_new()};
    d->n_series = (int)set->series->len;
    d->n_scores = (int)set->scores->len;
    d->measures_first = d->n_series + d->n_scores;
    d->test_of = g_new(int, set->nodes->len + 1);
    d->look_of = g_new(int, d->n_series + d->n_scores + 1);
    memset(d->test_of, -1, (set->nodes->len + 1) * sizeof(int));
    memset(d->look_of, -1, (size_t)(d->n_series + d->n_scores + 1) * sizeof(int));
    wire_series(&w);
    wire_scores(&w);
    wire_tests(&w);
    d->value_cells = lists_of(w.values, (int)set->inputs->len);
    d->sample_cells = lists_of(w.samples, (int)set->inputs->len);
    d->window_cells = lists_of(w.windows, (int)set->windows->len);
    d->score_cells = lists_of(w.scores, d->n_scores);
    d->test_rules = lists_of(w.tests, d->n_tests);
    d->series_tests = lists_of(w.series_tests, d->n_series);
    d->test_series = lists_of(w.test_series, d->n_tests);
    wire_rules(set, d);
    wire_inputs(set, d);
    number_looks(d);
    d->inputs_at = take(&d->bytes, set->inputs->len * sizeof(RulesInputWas));
    d->windows_at = take(&d->bytes, set->windows->len * sizeof(int64_t));
    d->turns_at = take(&d->bytes, set->windows->len * sizeof(int64_t));
    d->looks_at = take(&d->bytes, (size_t)d->n_looks * sizeof(int64_t));
    d->again_at = take(&d->bytes, (set->rules->len + 63) / 64 * sizeof(uint64_t));
    d->measures_at = take(&d->bytes, (size_t)d->n_measures * sizeof(RulesMeasureWas));
    d->truths_at = take(&d->bytes, ((size_t)d->n_tests + 3) / 4);
    d->rules_at = take(&d->bytes, set->rules->len * sizeof(int64_t));
    return d;
}

static void
lists_clear(RulesLists *lists)
{
    g_free(lists->first);
    g_free(lists->item);
}

void
rules_depend_free(RulesDepend *d)
{
    if (d == NULL)
        return;
    g_free(d->test_of);
    g_free(d->node_of);
    g_free(d->measure_of);
    g_free(d->against);
    g_free(d->measured);
    g_free(d->look_of);
    g_free(d->look_cell);
    g_free(d->place_of);
    g_free(d->begins);
    lists_clear(&d->slot_inputs);
    lists_clear(&d->value_cells);
    lists_clear(&d->sample_cells);
    lists_clear(&d->window_cells);
    lists_clear(&d->score_cells);
    lists_clear(&d->series_windows);
    lists_clear(&d->measure_tests);
    lists_clear(&d->series_tests);
    lists_clear(&d->test_series);
    lists_clear(&d->input_rules);
    lists_clear(&d->test_rules);
    lists_clear(&d->unless_rules);
    g_free(d);
}
