/* One rule at one instant: its condition, its delays, and what it does when it
 * cannot be judged.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/engine/state.h"

/* "More than half of the last 2 x that duration (at least 10 min)." */
#define INTERMITTENT_LEAST_US ((int64_t)600 * G_USEC_PER_SEC)

static const RulesRule *
rule_at(const RulesBed *bed, int rule)
{
    return &RULES_AT(bed->engine->set->rules, RulesRule, rule);
}

static void
tell(RulesBed *bed, RulesTransitionKind kind, int rule, int64_t t0_us, const char *why)
{
    RulesTelling telling = {.kind = kind,
                            .rule = rule,
                            .t0_us = t0_us,
                            .why = why,
                            .technical = kind == RULES_TECHNICAL || kind == RULES_TECHNICAL_CLEAR};
    rules_tell(bed, &telling);
}

static void
cover(const RulesBed *bed, int rule, RulesCoverClause clause)
{
    if (bed->engine->cover != NULL)
        rules_cover_clause(bed->engine->cover, rule, clause);
}

static void
end_active(RulesBed *bed, int rule, int64_t t0_us, const char *why)
{
    RulesRuleStateBlock *s = rules_rule_state(bed, rule);
    bool told = s->told;
    bool suppressed = s->suppressed;
    s->machine = (RulesMachine){.phase = RULES_PHASE_IDLE};
    s->told = s->suppressed = s->due = false;
    if (told)
        tell(bed, RULES_CLEAR, rule, t0_us, why);
    if (suppressed)
        tell(bed, RULES_SUPPRESS_END, rule, t0_us, why);
}

/* --- unknown time ----------------------------------------------------------- */

static int64_t
span_us(const RulesRule *rule)
{
    return MAX(2 * rule->unknown.longer_us, INTERMITTENT_LEAST_US);
}

static int64_t
bin_us(const RulesRule *rule)
{
    return span_us(rule) / RULES_BINS;
}

static int64_t
bin_number(const RulesRule *rule, int64_t t_us)
{
    int64_t width = bin_us(rule);
    return t_us >= 0 ? t_us / width : -((-t_us + width - 1) / width);
}

static int64_t
sum_ms(const uint32_t *bins_ms)
{
    int64_t sum = 0;
    for (int i = 0; bins_ms != NULL && i < RULES_BINS; i++)
        sum += bins_ms[i];
    return sum;
}

static void
open_bin(RulesBed *bed, int rule, int64_t bin)
{
    RulesRuleStateBlock *s = rules_rule_state(bed, rule);
    uint32_t *bins_ms = bed->bins_ms[rule];
    for (int64_t b = MAX(s->bin + 1, bin - RULES_BINS + 1); bins_ms != NULL && b <= bin; b++)
        bins_ms[((b % RULES_BINS) + RULES_BINS) % RULES_BINS] = 0;
    s->bin = bin;
    if (bins_ms != NULL && sum_ms(bins_ms) == 0)
        rules_bins_clear(bed, rule);
}

/* From its begin to its end a stretch has as many of them, however often it was counted. */
static int64_t
whole_ms(int64_t t_us)
{
    return t_us / 1000 - (t_us % 1000 < 0);
}

/* Brings the bins up to now; the time since the last call was unknown or not. */
static void
count_unknown(RulesBed *bed, int number, int64_t now_us)
{
    const RulesRule *rule = rule_at(bed, number);
    RulesRuleStateBlock *s = rules_rule_state(bed, number);
    uint32_t **bins_ms = &bed->bins_ms[number];
    if (s->unknown) {
        int64_t at = MAX(s->counted_us, now_us - span_us(rule));
        while (at < now_us) {
            int64_t bin = bin_number(rule, at);
            int64_t end = MIN(now_us, (bin + 1) * bin_us(rule));
            if (bin > s->bin)
                open_bin(bed, number, bin);
            if (*bins_ms == NULL)
                *bins_ms = g_new0(uint32_t, RULES_BINS);
            (*bins_ms)[((bin % RULES_BINS) + RULES_BINS) % RULES_BINS] +=
                (uint32_t)(whole_ms(end) - whole_ms(at));
            at = end;
        }
    }
    int64_t bin = bin_number(rule, now_us);
    if (bin > s->bin)
        open_bin(bed, number, bin);
    s->counted_us = now_us;
}

static int64_t
unknown_us(const RulesBed *bed, int rule)
{
    return sum_ms(bed->bins_ms[rule]) * 1000;
}

/* For more than half of the span; or, where it comes and goes, for half of it: one value a minute
 * that is valid for 30 s. The bins of its ends are not full. */
static bool
is_intermittent(const RulesBed *bed, int rule, int64_t now_us)
{
    const RulesRuleStateBlock *s = rules_rule_state(bed, rule);
    int64_t span = span_us(rule_at(bed, rule)), twice = 2 * unknown_us(bed, rule);
    if (!s->had_break || s->break_us <= now_us - span)
        return false;
    bool comes_and_goes = s->break_us > now_us - span / 4;
    return twice > span || (comes_and_goes && twice >= span - 2 * bin_us(rule_at(bed, rule)));
}

/* Well below half, so that it does not end and begin with each value. */
static bool
is_known_again(const RulesBed *bed, int rule)
{
    int64_t span = span_us(rule_at(bed, rule));
    return 2 * unknown_us(bed, rule) < span - span / 10;
}

static void
act_on_unknown(RulesBed *bed, int rule, RulesTech tech)
{
    const RulesRule *r = rule_at(bed, rule);
    RulesRuleStateBlock *s = rules_rule_state(bed, rule);
    cover(bed, rule, RULES_COVER_UNKNOWN);
    s->tech = tech;
    s->tech_t0_us = s->unknown_since_us;
    if (r->unknown.act == AST_UNKNOWN_TECHNICAL) {
        tell(bed, RULES_TECHNICAL, rule, s->tech_t0_us,
             tech == RULES_TECH_INTERMITTENT ? "unknown for most of the time" : "unknown");
    } else if (r->unknown.act == AST_UNKNOWN_CLEAR && s->machine.phase == RULES_PHASE_ACTIVE) {
        end_active(bed, rule, s->machine.t0_us, "unknown for too long");
    }
}

static void
end_technical(RulesBed *bed, int rule, const char *why)
{
    RulesRuleStateBlock *s = rules_rule_state(bed, rule);
    bool told =
        s->tech != RULES_TECH_NONE && rule_at(bed, rule)->unknown.act == AST_UNKNOWN_TECHNICAL;
    s->tech = RULES_TECH_NONE;
    if (told)
        tell(bed, RULES_TECHNICAL_CLEAR, rule, s->tech_t0_us, why);
}

/* @unknown: the condition is, and somebody expects it not to be. */
static void
judge_unknown(RulesBed *bed, int rule, bool is_unknown)
{
    const RulesRule *r = rule_at(bed, rule);
    RulesRuleStateBlock *s = rules_rule_state(bed, rule);
    int64_t now_us = bed->now_us;
    count_unknown(bed, rule, now_us);
    if (is_unknown && !s->unknown) {
        s->unknown_since_us = now_us;
    } else if (!is_unknown && s->unknown) {
        s->had_break = true;
        s->break_us = now_us;
    }
    s->unknown = is_unknown;

    if (s->tech == RULES_TECH_CONTINUOUS && !is_unknown)
        end_technical(bed, rule, "judged again");
    else if (s->tech == RULES_TECH_INTERMITTENT && is_known_again(bed, rule))
        end_technical(bed, rule, "judged again");
    if (s->tech != RULES_TECH_NONE || !is_unknown)
        return;
    if (now_us - s->unknown_since_us >= r->unknown.longer_us)
        act_on_unknown(bed, rule, RULES_TECH_CONTINUOUS);
    else if (is_intermittent(bed, rule, now_us))
        act_on_unknown(bed, rule, RULES_TECH_INTERMITTENT);
}

/* --- the condition ---------------------------------------------------------- */

static int
first_never_seen(const RulesBed *bed, const uint64_t inputs[2])
{
    for (int i = 0; i < (int)bed->engine->set->inputs->len; i++)
        if (rules_bit(inputs, i) && !rules_input_expected(bed, i))
            return i;
    return -1;
}

static bool
expected_one_missing(const RulesBed *bed, const uint64_t inputs[2])
{
    for (int i = 0; i < (int)bed->engine->set->inputs->len; i++)
        if (rules_bit(inputs, i) && rules_input_expected(bed, i) && !rules_input_known(bed, i))
            return true;
    return false;
}

static void
set_missing(RulesBed *bed, int rule, int missing)
{
    RulesRuleStateBlock *s = rules_rule_state(bed, rule);
    if (s->missing == missing)
        return;
    s->missing = missing;
    tell(bed, RULES_NOT_JUDGED, rule, bed->now_us, "");
}

static int
suppressor(const RulesBed *bed, const RulesRule *r)
{
    for (guint i = 0; i < r->unless->len; i++) {
        int other = RULES_AT(r->unless, int, i);
        const RulesRuleStateBlock *s = rules_rule_state(bed, other);
        if (s->machine.phase == RULES_PHASE_ACTIVE && s->told)
            return other;
    }
    return -1;
}

/* An active condition that nobody was told of yet: another rule stands for it,
 * or the hold-down still runs, or now it is told. */
static void
tell_active(RulesBed *bed, int rule)
{
    const RulesRule *r = rule_at(bed, rule);
    RulesRuleStateBlock *s = rules_rule_state(bed, rule);
    int other = suppressor(bed, r);
    if (other >= 0) {
        cover(bed, rule, RULES_COVER_UNLESS);
        if (!s->suppressed)
            tell(bed, RULES_SUPPRESS, rule, s->machine.t0_us, rule_at(bed, other)->name);
        s->suppressed = true;
        s->due = false;
        return;
    }
    if (s->raised && bed->now_us < s->t_raised_us + r->hold_down_us) {
        cover(bed, rule, RULES_COVER_HOLD_DOWN);
        s->due = true;
        return;
    }
    if (s->suppressed)
        tell(bed, RULES_SUPPRESS_END, rule, s->machine.t0_us, "raises by itself");
    s->suppressed = s->due = false;
    s->told = s->raised = true;
    s->t_raised_us = bed->now_us;
    cover(bed, rule, RULES_COVER_RAISE);
    tell(bed, RULES_RAISE, rule, s->machine.t0_us, "");
}

static void
judge_condition(RulesBed *bed, int rule, RulesTruth when)
{
    const RulesRule *r = rule_at(bed, rule);
    RulesRuleStateBlock *s = rules_rule_state(bed, rule);
    int64_t t0_us = s->machine.t0_us;
    bool was_active = s->machine.phase == RULES_PHASE_ACTIVE;
    bool was_pending = s->machine.phase == RULES_PHASE_PENDING;
    RulesTruth recovered = was_active ? rules_eval_truth(bed, r->clear) : RULES_UNKNOWN;
    RulesMachineEvent event =
        rules_machine_step(&s->machine, &r->delays, bed->now_us, when, recovered);
    if (was_pending && s->machine.phase == RULES_PHASE_IDLE && when == RULES_FALSE)
        cover(bed, rule, RULES_COVER_FOR);
    if (event == RULES_MACHINE_CLEAR)
        cover(bed, rule, RULES_COVER_CLEAR);
    if (event == RULES_MACHINE_CLEAR)
        end_active(bed, rule, t0_us, "cleared");
    else if (s->machine.phase == RULES_PHASE_ACTIVE && !s->told)
        tell_active(bed, rule);
}

/* FALSE: the rule does not run now. */
static bool
judge_applies(RulesBed *bed, int rule)
{
    const RulesRule *r = rule_at(bed, rule);
    RulesRuleStateBlock *s = rules_rule_state(bed, rule);
    if (r->applies < 0)
        return true;
    RulesTruth applies = rules_eval_truth(bed, r->applies);
    if (applies == RULES_TRUE)
        return true;
    if (applies == RULES_FALSE) {
        cover(bed, rule, RULES_COVER_APPLIES);
        set_missing(bed, rule, -1);
        if (s->machine.phase == RULES_PHASE_ACTIVE)
            end_active(bed, rule, s->machine.t0_us, "does not apply");
        judge_unknown(bed, rule, false);
        end_technical(bed, rule, "does not apply");
    } else {
        /* Not judged, and said so; what stands is kept: unknown never clears. */
        int missing = first_never_seen(bed, r->applies_inputs);
        for (int i = 0; missing < 0 && i < (int)bed->engine->set->inputs->len; i++)
            if (rules_bit(r->applies_inputs, i) && !rules_input_known(bed, i))
                missing = i;
        set_missing(bed, rule, missing);
        judge_unknown(bed, rule, expected_one_missing(bed, r->applies_inputs));
        s->machine.counting = false;
    }
    if (s->machine.phase == RULES_PHASE_PENDING)
        s->machine = (RulesMachine){.phase = RULES_PHASE_IDLE};
    return false;
}

void
rules_judge(RulesBed *bed, int rule)
{
    const RulesRule *r = rule_at(bed, rule);
    if (!judge_applies(bed, rule))
        return;
    RulesTruth when = rules_eval_truth(bed, r->when);
    bool counts = false;
    if (when == RULES_UNKNOWN) {
        bool stopped = expected_one_missing(bed, r->inputs);
        int never = stopped ? -1 : first_never_seen(bed, r->inputs);
        set_missing(bed, rule, never);
        /* A technical alarm from before a restart stands until data say otherwise. */
        counts = never < 0 || rules_rule_state(bed, rule)->tech != RULES_TECH_NONE;
    } else {
        set_missing(bed, rule, -1);
    }
    judge_condition(bed, rule, when);
    judge_unknown(bed, rule, counts);
}

/* When what is unknown from now on comes to one of the two that is_intermittent() asks for, in the
 * bins as they are. */
static int64_t
intermittent_due(const RulesBed *bed, int rule)
{
    int64_t span = span_us(rule_at(bed, rule));
    int64_t half_ms = span / 2000 + 1;
    int64_t least_ms = (span - 2 * bin_us(rule_at(bed, rule)) + 1999) / 2000;
    int64_t now_ms = whole_ms(bed->now_us);
    int64_t known_ms = now_ms - sum_ms(bed->bins_ms[rule]);
    int64_t due_ms = known_ms + half_ms;
    if (known_ms + least_ms > now_ms)
        due_ms = MIN(due_ms, known_ms + least_ms);
    return due_ms > now_ms ? due_ms * 1000 : RULES_NEVER;
}

int64_t
rules_judge_next(const RulesBed *bed, int rule)
{
    const RulesRule *r = rule_at(bed, rule);
    const RulesRuleStateBlock *s = rules_rule_state(bed, rule);
    int64_t next_us = rules_machine_due(&s->machine, &r->delays);
    if (s->due)
        next_us = MIN(next_us, s->t_raised_us + r->hold_down_us);
    if (s->unknown && s->tech == RULES_TECH_NONE) {
        next_us = MIN(next_us, s->unknown_since_us + r->unknown.longer_us);
        if (s->had_break && s->break_us > bed->now_us - span_us(r)) {
            next_us = MIN(next_us, (bin_number(r, bed->now_us) + 1) * bin_us(r));
            next_us = MIN(next_us, intermittent_due(bed, rule));
        }
    }
    if (s->tech == RULES_TECH_INTERMITTENT)
        next_us = MIN(next_us, (bin_number(r, bed->now_us) + 1) * bin_us(r));
    return next_us;
}
