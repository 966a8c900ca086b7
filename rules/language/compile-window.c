/* Windows: what is kept of a bed's past, and how much of it must be there.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/language/compiler.h"

enum {
    MAX_POINTS = 65536,
    MAX_MINUTES = 14 * 24 * 60,
    MIN_POINTS = 64,
    TRUTH_POINTS = 1024,
    DEFAULT_NEEDING = 50,
};

#define MINUTE_US (60 * (int64_t)G_USEC_PER_SEC)

static const RulesTyped broken = {.node = -1};

/* What the signals announce. */
static size_t
usual_points(const RulesSet *set, const uint64_t inputs[2], int64_t over_us)
{
    int64_t period_ms = INT64_MAX;
    for (int i = 0; i < (int)set->inputs->len; i++) {
        const RulesInput *input = &RULES_AT(set->inputs, RulesInput, i);
        for (guint s = 0; rules_bit(inputs, i) && s < input->sources->len; s++) {
            int slot = RULES_AT(input->sources, RulesInputSource, s).slot;
            int64_t p = RULES_AT(set->slots, RulesSlot, slot).signal->period_ms;
            if (p > 0)
                period_ms = MIN(period_ms, p);
        }
    }
    if (period_ms == INT64_MAX)
        return 0;
    return (size_t)(over_us / 1000 / period_ms);
}

/* What is kept of each minute where the points of a window of this kind are too many; ALL: such a
 * window needs each of them. */
static RulesMinuteKind
by_the_minute(AstWindowKind kind)
{
    switch ((int)kind) {
    case AST_MIN:
        return RULES_MINUTE_LEAST;
    case AST_MAX:
        return RULES_MINUTE_GREATEST;
    case AST_MEAN:
    case AST_SLOPE:
        return RULES_MINUTE_MEAN;
    default:
        return RULES_MINUTE_ALL;
    }
}

/* How many points, and of what; FALSE: too many, which was said. */
static bool
size_series(RulesCompiler *self, RulesSeries *s, AstWindowKind kind, const AstNode *ast)
{
    s->usual = s->truth ? 0 : usual_points(self->set, s->inputs, s->keep_us);
    /* Twice that, so that jitter never pushes a point out. */
    s->capacity = s->truth ? TRUTH_POINTS : s->usual * 2 + MIN_POINTS;
    if (s->capacity <= MAX_POINTS)
        return true;
    /* What stands until it changes has no points that a minute's mean could be of. */
    s->minute = s->held ? RULES_MINUTE_ALL : by_the_minute(kind);
    if (s->minute == RULES_MINUTE_ALL) {
        rules_compile_error(self, 502, ast->start, ast->end, "a shorter window",
                            "this version does not run windows of more than %d points per bed",
                            MAX_POINTS);
        return false;
    }
    s->usual = (size_t)(s->keep_us / MINUTE_US) + 1;
    s->capacity = s->usual + MIN_POINTS;
    if (s->keep_us <= MAX_MINUTES * MINUTE_US)
        return true;
    rules_compile_error(self, 502, ast->start, ast->end, "a shorter window",
                        "this version does not run windows of more than %d days by the minute",
                        MAX_MINUTES / (24 * 60));
    return false;
}

static int
series_of(RulesCompiler *self,
          int node,
          bool is_truth,
          AstWindowKind kind,
          int64_t over_us,
          const AstNode *ast)
{
    RulesSet *set = self->set;
    const RulesReads *reads = rules_compile_reads(self, node);
    RulesSeries s = {.node = node,
                     .truth = is_truth,
                     .held = !is_truth && reads->past,
                     .late = reads->score,
                     .keep_us = over_us};
    rules_bits_or(s.inputs, reads->inputs);
    if (!size_series(self, &s, kind, ast))
        return -1;
    for (guint i = 0; i < set->series->len; i++) {
        RulesSeries *old = &RULES_AT(set->series, RulesSeries, i);
        if (old->node != node || old->truth != is_truth || old->minute != s.minute)
            continue;
        old->keep_us = MAX(old->keep_us, over_us);
        old->capacity = MAX(old->capacity, s.capacity);
        old->usual = MAX(old->usual, s.usual);
        return (int)i;
    }
    g_array_append_val(set->series, s);
    return (int)set->series->len - 1;
}

static int
window_of(RulesSet *set, RulesWindow window)
{
    guint i = 0;
    for (; i < set->windows->len; i++) {
        const RulesWindow *w = &RULES_AT(set->windows, RulesWindow, i);
        if (w->series == window.series && w->kind == window.kind && w->over_us == window.over_us
            && w->threshold == window.threshold && w->needing >= window.needing
            && w->needing <= window.needing)
            break;
    }
    if (i == set->windows->len)
        g_array_append_val(set->windows, window);
    return (int)i;
}

static int
add_window(RulesCompiler *self, RulesOp op, RulesWindow window, int threshold)
{
    RulesNode n;
    memset(&n, 0, sizeof n);
    n.op = op;
    n.type = RULES_TYPE_NUMBER;
    n.index = window_of(self->set, window);
    n.b = threshold;
    return rules_compile_add(self, &n);
}

int
rules_compile_rises(RulesCompiler *self, int condition, const AstNode *ast)
{
    RulesWindow window = {
        .kind = AST_RISES, .over_us = ast->duration_us, .needing = DEFAULT_NEEDING / 100.0};

    window.conversion.same = true;
    /* What is known of a window grows with time itself. */
    self->set->ticking |= !self->in_text;
    window.series = series_of(self, condition, true, AST_RISES, ast->duration_us, ast);
    return window.series < 0 ? -1 : window_of(self->set, window);
}

int
rules_compile_pattern(RulesCompiler *self, int condition, const AstNode *ast)
{
    RulesPattern pattern = {.within_us = ast->duration_us, .needing = DEFAULT_NEEDING / 100.0};

    pattern.series = series_of(self, condition, true, AST_RISES, ast->duration_us, ast);
    if (pattern.series < 0)
        return -1;
    g_array_append_val(self->set->patterns, pattern);
    return (int)self->set->patterns->len - 1;
}

static RulesTyped
count_events(RulesCompiler *self, AstNode *ast, int event_node)
{
    RulesNode n;
    memset(&n, 0, sizeof n);
    n.op = RULES_OP_COUNT;
    n.type = RULES_TYPE_NUMBER;
    n.index = RULES_AT(self->set->nodes, RulesNode, event_node).index;
    n.duration_us = ast->duration_us;
    /* 6 events a second is more than any heart does; each is kept for the window. */
    size_t needed = (size_t)(ast->duration_us / 1000000 + 1) * 6;
    if (needed > MAX_POINTS) {
        rules_compile_error(self, 502, ast->start, ast->end, "a shorter window",
                            "this version does not run windows of more than %d events per bed",
                            MAX_POINTS);
        return broken;
    }
    self->set->event_capacity = MAX(self->set->event_capacity, needed);
    return (RulesTyped){
        .node = rules_compile_add(self, &n), .type = RULES_TYPE_NUMBER, .unit = rules_unit_one};
}

static bool
unit_of_window(RulesWindow *window, const RulesUnit *of, RulesUnit *unit)
{
    RulesUnit hour;
    RulesUnit step = rules_unit_difference(of);
    window->conversion.same = true;
    *unit = *of;
    switch (window->kind) {
    case AST_SLOPE:
        return rules_unit_parse("h", &hour) && rules_unit_divide(&step, &hour, unit);
    case AST_CHANGE:
    case AST_SD:
        *unit = step;
        return true;
    case AST_COUNT:
    case AST_RISES:
    case AST_SHARE:
        *unit = rules_unit_one;
        return true;
    case AST_MEAN:
    case AST_MEDIAN:
    case AST_MIN:
    case AST_MAX:
    case AST_TIME_UNDER:
    case AST_TIME_OVER:
    case AST_AREA_UNDER:
    case AST_AREA_OVER:
        return true;
    }
    return true;
}

/* A constant has no past, and a limit's is not kept. */
static bool
reads_something(RulesCompiler *self, RulesTyped of, const AstNode *ast)
{
    const uint64_t *inputs = rules_compile_reads(self, of.node)->inputs;

    if (of.literal == NULL && (inputs[0] != 0 || inputs[1] != 0))
        return true;
    rules_compile_error(self, 218, ast->start, ast->end, "something that reads an input",
                        "a window over what never changes");
    return false;
}

RulesTyped
rules_compile_window(RulesCompiler *self, AstNode *ast)
{
    RulesTyped of = rules_compile_expression(self, ast->a);
    if (of.node < 0)
        return broken;
    if (of.type == RULES_TYPE_EVENT && ast->window == AST_COUNT)
        return count_events(self, ast, of.node);
    bool rises = ast->window == AST_COUNT && of.type == RULES_TYPE_TRUTH;
    bool is_truth = ast->window == AST_SHARE || rises;
    of = rules_compile_expect(self, of, is_truth ? RULES_TYPE_TRUTH : RULES_TYPE_NUMBER, ast->a);
    if (of.node < 0 || !reads_something(self, of, ast->a))
        return broken;

    int percent = ast->needing >= 0 ? ast->needing : DEFAULT_NEEDING;
    RulesWindow window = {.kind = rises ? AST_RISES : ast->window,
                          .over_us = ast->duration_us,
                          .needing = percent / 100.0};
    RulesUnit unit;
    /* A share, and what is known of a window, grows with time itself: looked at each second too. */
    self->set->ticking |= is_truth && !self->in_text;
    window.series = series_of(self, of.node, is_truth, window.kind, ast->duration_us, ast);
    if (window.series < 0 || !unit_of_window(&window, &of.unit, &unit))
        return broken;
    return (RulesTyped){.node = add_window(self, RULES_OP_WINDOW, window, 0),
                        .type = RULES_TYPE_NUMBER,
                        .unit = unit};
}

RulesTyped
rules_compile_exposure(RulesCompiler *self, AstNode *ast)
{
    RulesTyped of = rules_compile_expect(self, rules_compile_expression(self, ast->a),
                                         RULES_TYPE_NUMBER, ast->a);
    RulesTyped threshold = rules_compile_expect(self, rules_compile_expression(self, ast->b),
                                                RULES_TYPE_NUMBER, ast->b);
    if (of.node < 0 || threshold.node < 0)
        return broken;
    if (!reads_something(self, of, ast->a))
        return broken;
    int limit = rules_compile_in_unit(self, threshold, &of.unit, ast->b);
    RulesWindow window = {
        .kind = ast->window, .over_us = ast->duration_us, .needing = DEFAULT_NEEDING / 100.0};
    window.conversion.same = true;
    window.threshold = limit;
    window.series = series_of(self, of.node, false, ast->window, ast->duration_us, ast);
    if (limit < 0 || window.series < 0)
        return broken;

    bool area = ast->window == AST_AREA_UNDER || ast->window == AST_AREA_OVER;
    RulesUnit minute;
    RulesUnit step = rules_unit_difference(&of.unit);
    RulesUnit unit = rules_unit_second;
    if (area && (!rules_unit_parse("min", &minute) || !rules_unit_multiply(&step, &minute, &unit)))
        return broken;
    self->set->ticking |= !self->in_text;
    return (RulesTyped){.node = add_window(self, RULES_OP_EXPOSURE, window, limit),
                        .type = RULES_TYPE_NUMBER,
                        .unit = unit};
}
