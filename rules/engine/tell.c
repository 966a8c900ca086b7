/* What a transition says: texts with their slots filled, inputs, explanations.
 *
 * The only part of the engine that allocates while it runs, and only when
 * there is something to tell.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "rules/engine/state.h"

static const char *
text_unit(const char *unit, char shown[RULES_UNIT_TEXT])
{
    rules_unit_show(unit, shown);
    return strcmp(shown, "1") == 0 ? "" : shown;
}

static void
add_number(GString *out, double value, const char *unit)
{
    /* Three digits are what a person reads and more than a sensor knows. */
    g_string_append_printf(out, fabs(value) < 1000 ? "%.3g" : "%.0f", value == 0 ? 0.0 : value);
    if (*unit != '\0' && strcmp(unit, "1") != 0)
        g_string_append_printf(out, " %s", unit);
}

/* 45 s, 3 min 20 s, 2 h 5 min */
static void
add_duration(GString *out, double seconds)
{
    int64_t s = (int64_t)floor(fabs(seconds) + 0.5);
    if (seconds < 0)
        g_string_append_c(out, '-');
    if (fabs(seconds) < 10)
        g_string_append_printf(out, "%.3g s", fabs(seconds));
    else if (s < 60)
        g_string_append_printf(out, "%d s", (int)s);
    else if (s < 3600)
        g_string_append_printf(out, s % 60 != 0 ? "%d min %d s" : "%d min", (int)(s / 60),
                               (int)(s % 60));
    else
        g_string_append_printf(out, s % 3600 >= 60 ? "%d h %d min" : "%d h", (int)(s / 3600),
                               (int)(s % 3600 / 60));
}

/* --- views ------------------------------------------------------------------ */

RulesInputView
rules_input_view(const RulesBed *bed, int input)
{
    const RulesSet *set = bed->engine->set;
    const RulesInput *in = &RULES_AT(set->inputs, RulesInput, input);
    RulesInputView view = {.name = in->name,
                           .unit = in->type == RULES_TYPE_NUMBER ? in->unit.text : ""};
    if (in->type == RULES_TYPE_EVENT) {
        int slot = RULES_AT(in->sources, RulesInputSource, 0).slot;
        const RulesEventState *e =
            rules_event_state(bed, RULES_AT(set->slots, RulesSlot, slot).event);
        view.known = e->observed;
        view.t_us = e->has_last ? e->last_us : 0;
        return view;
    }

    int64_t until_us = 0;
    int pick = rules_input_pick(bed, input, &until_us);
    const RulesSlotState *s = NULL;
    for (int i = 0; pick < 0 && i < (int)in->sources->len; i++) {
        const RulesSlotState *other =
            rules_slot_state(bed, RULES_AT(in->sources, RulesInputSource, i).slot);
        if (other->seen && (s == NULL || other->t_us > s->t_us))
            s = other;
    }
    if (pick >= 0) {
        const RulesInputSource *source = &RULES_AT(in->sources, RulesInputSource, pick);
        s = rules_slot_state(bed, source->slot);
        view.known = true;
        view.value =
            in->type == RULES_TYPE_NUMBER ? rules_convert(&source->conversion, s->value) : 0;
        view.symbol = in->type == RULES_TYPE_SYMBOL ? s->word : NULL;
    } else if (in->has_else) {
        view.known = true;
        view.value = in->else_number;
        view.symbol = in->type == RULES_TYPE_SYMBOL ? set->symbols->pdata[in->else_symbol] : NULL;
    }
    if (s != NULL) {
        view.t_us = s->t_us;
        view.source = (RulesSource)s->source;
        view.origin = (RulesOrigin)s->origin;
    }
    return view;
}

bool
rules_score_view(
    const RulesBed *bed, int score, RulesScoreView *view, RulesScorePart *parts, GString *missing)
{
    const RulesScoreDef *def = &RULES_AT(bed->engine->set->scores, RulesScoreDef, score);
    const RulesScoreState *s = rules_score_state(bed, score);
    const RulesPartState *states = rules_part_states(bed, score);
    size_t n = MIN(def->parts->len, RULES_MAX_PARTS);
    g_string_truncate(missing, 0);
    for (size_t i = 0; i < n; i++) {
        parts[i] = (RulesScorePart){RULES_AT(def->parts, RulesPart, i).name, states[i].known,
                                    states[i].known ? states[i].points : 0};
        if (!states[i].known)
            g_string_append_printf(missing, "%s%s", missing->len > 0 ? ", " : "", parts[i].name);
    }
    *view = (RulesScoreView){.name = def->name,
                             .known = s->known,
                             .value = s->value,
                             .min = s->min,
                             .max = s->max,
                             .parts = parts,
                             .n_parts = n,
                             .missing = missing->str};
    return s->told;
}

bool
rules_bed_score(RulesBed *bed, size_t score, RulesScoreView *view)
{
    return rules_score_view(bed, (int)score, view, bed->parts, bed->note);
}

static void
add_missing(const RulesBed *bed, const uint64_t bits[2], bool expected, GString *out)
{
    for (int i = 0; i < (int)bed->engine->set->inputs->len; i++)
        if (rules_bit(bits, i) && !rules_input_known(bed, i)
            && rules_input_expected(bed, i) == expected)
            g_string_append_printf(out, "%s%s", out->len > 0 ? ", " : "",
                                   RULES_AT(bed->engine->set->inputs, RulesInput, i).name);
}

char *
rules_missing_words(const RulesBed *bed, const uint64_t bits[2])
{
    GString *out = g_string_new(NULL);
    add_missing(bed, bits, true, out);
    if (out->len == 0)
        add_missing(bed, bits, false, out);
    if (out->len == 0)
        g_string_append(out, "enough of the last minutes");
    return g_string_free(out, FALSE);
}

/* --- texts ------------------------------------------------------------------ */

static void
add_node(RulesBed *bed, const RulesPiece *piece, GString *out)
{
    const RulesNode *node = &RULES_AT(bed->engine->set->nodes, RulesNode, piece->node);
    const RulesValue *v = rules_eval(bed, piece->node);
    if (node->type == RULES_TYPE_SYMBOL && node->op == RULES_OP_INPUT) {
        RulesInputView view = rules_input_view(bed, node->index);
        g_string_append(out, view.known && view.symbol != NULL ? view.symbol : "?");
    } else if (!v->known) {
        g_string_append_c(out, '?');
    } else if (node->type == RULES_TYPE_SYMBOL) {
        g_string_append(out,
                        v->symbol >= 0 ? (char *)bed->engine->set->symbols->pdata[v->symbol] : "?");
    } else if (piece->kind == RULES_PIECE_DURATION) {
        add_duration(out, v->low);
    } else {
        add_number(out, v->low, piece->unit);
    }
}

static void
add_score(const RulesBed *bed, const RulesPiece *piece, GString *out)
{
    RulesScorePart parts[RULES_MAX_PARTS];
    RulesScoreView view;
    g_autoptr(GString) missing = g_string_new(NULL);
    rules_score_view(bed, piece->index, &view, parts, missing);
    for (size_t i = 0; piece->kind == RULES_PIECE_SCORE_PARTS && i < view.n_parts; i++) {
        g_string_append_printf(out, "%s%s ", i > 0 ? ", " : "", parts[i].name);
        if (parts[i].known)
            g_string_append_printf(out, "%d", parts[i].points);
        else
            g_string_append_c(out, '?');
    }
    if (piece->kind == RULES_PIECE_SCORE_PARTS)
        return;
    if (piece->kind == RULES_PIECE_SCORE_MISSING)
        g_string_append(out, missing->len > 0 ? missing->str : "none");
    else if (view.known)
        g_string_append_printf(out, "%d", view.value);
    else
        g_string_append_printf(out, "%d to %d", view.min, view.max);
}

static char *
fill(RulesBed *bed, const RulesRule *rule, const GArray *pieces)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < pieces->len; i++) {
        const RulesPiece *piece = &RULES_AT(pieces, RulesPiece, i);
        g_autofree char *words = NULL;
        switch (piece->kind) {
        case RULES_PIECE_LITERAL:
            g_string_append(out, piece->literal);
            break;
        case RULES_PIECE_NODE:
        case RULES_PIECE_DURATION:
            add_node(bed, piece, out);
            break;
        case RULES_PIECE_RULE:
            g_string_append(out, rule->title);
            break;
        case RULES_PIECE_MISSING:
            words = rules_missing_words(bed, rule->inputs);
            g_string_append(out, words);
            break;
        case RULES_PIECE_SCORE:
        case RULES_PIECE_SCORE_MISSING:
        case RULES_PIECE_SCORE_PARTS:
            add_score(bed, piece, out);
            break;
        }
    }
    return g_string_free(out, FALSE);
}

/* --- explanations ----------------------------------------------------------- */

static void
add_lines(RulesBed *bed, const char *head, const GArray *lines, GString *out)
{
    static const char *const marks[] = {"[false]  ", "[unknown]", "[true]   "};
    if (lines->len > 0)
        g_string_append_printf(out, "%s\n", head);
    for (guint i = 0; i < lines->len; i++) {
        const RulesExplainLine *line = &RULES_AT(lines, RulesExplainLine, i);
        if (line->node >= 0)
            g_string_append_printf(out, "  %s %*s%s\n", marks[rules_eval_truth(bed, line->node)],
                                   line->depth * 2, "", line->words);
    }
}

static void
add_inputs(RulesBed *bed, const RulesRule *rule, GString *out)
{
    static const char *const sources[] = {"device", "manual", "derived"};
    static const char *const origins[] = {"unknown origin", "live", "simulated", "recording",
                                          "archive"};
    g_string_append(out, "inputs\n");
    for (int i = 0; i < (int)bed->engine->set->inputs->len; i++) {
        if (!rules_bit(rule->shown, i))
            continue;
        RulesInputView v = rules_input_view(bed, i);
        char shown[RULES_UNIT_TEXT];
        g_string_append_printf(out, "  %s ", v.name);
        if (v.symbol != NULL)
            g_string_append(out, v.symbol);
        else if (v.known && *v.unit != '\0')
            add_number(out, v.value, text_unit(v.unit, shown));
        else
            g_string_append(out, v.known ? "observed" : "unknown");
        if (v.t_us == 0) {
            g_string_append(out, v.known ? ", standing value\n" : ", never seen\n");
            continue;
        }
        g_string_append(out, ", ");
        add_duration(out, (double)(bed->now_us - v.t_us) / 1e6);
        g_string_append_printf(out, " old, %s, %s\n", sources[MIN((int)v.source, 2)],
                               origins[MIN((int)v.origin, 4)]);
    }
}

static void
add_limits(const RulesBed *bed, const RulesRule *rule, GString *out)
{
    for (guint i = 0; i < rule->limits->len; i++) {
        int limit = RULES_AT(rule->limits, int, i);
        const RulesLimitDef *def = &RULES_AT(bed->engine->set->limits, RulesLimitDef, limit);
        char shown[RULES_UNIT_TEXT];
        double value = *rules_limit_state(bed, limit);
        g_string_append_printf(out, "%s  %s = ", i == 0 ? "limits in force\n" : "", def->name);
        add_number(out, value, text_unit(def->unit.text, shown));
        bool own = value < def->standard || value > def->standard;
        g_string_append(out, own ? ", changed for this bed (standard " : "");
        if (own) {
            add_number(out, def->standard, text_unit(def->unit.text, shown));
            g_string_append_c(out, ')');
        }
        g_string_append_c(out, '\n');
    }
}

static char *
explain(RulesBed *bed, const RulesRule *rule)
{
    const RulesPackDef *pack = &RULES_AT(bed->engine->set->packs, RulesPackDef, rule->pack);
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, "rule %s version %d of %s version %d (%s)\n", rule->name,
                           rule->version, pack->name, pack->version, bed->engine->set->hash);
    if (*rule->source != '\0')
        g_string_append_printf(out, "source %s\n", rule->source);
    add_lines(bed, "applies when", rule->explain_applies, out);
    g_string_append(out, "when");
    if (rule->delays.on_us > 0) {
        g_string_append(out, ", for ");
        add_duration(out, (double)rule->delays.on_us / 1e6);
    }
    add_lines(bed, "", rule->explain_when, out);
    add_lines(bed, "clear when", rule->explain_clear, out);
    add_inputs(bed, rule, out);
    add_limits(bed, rule, out);
    return g_string_free(out, FALSE);
}

char *
rules_engine_explain(RulesBed *bed, size_t rule)
{
    rules_eval_begin(bed);
    return explain(bed, &RULES_AT(bed->engine->set->rules, RulesRule, rule));
}

/* --- telling ---------------------------------------------------------------- */

static GArray *
views_of(const RulesBed *bed, const RulesRule *rule, RulesTransition *t)
{
    GArray *views = g_array_new(FALSE, TRUE, sizeof(RulesInputView));
    for (int i = 0; i < (int)bed->engine->set->inputs->len; i++) {
        if (!rules_bit(rule->shown, i))
            continue;
        RulesInputView v = rules_input_view(bed, i);
        g_array_append_val(views, v);
        if (v.t_us > t->newest_us) {
            t->newest_us = v.t_us;
            t->origin = v.origin;
        }
    }
    return views;
}

void
rules_tell(RulesBed *bed, const RulesTelling *telling)
{
    if (bed->engine->tell == NULL)
        return;
    const RulesRule *rule = &RULES_AT(bed->engine->set->rules, RulesRule, telling->rule);
    bool technical = telling->technical;
    RulesTransition t = {
        .kind = telling->kind,
        .bed = bed->id,
        .rule = telling->rule,
        .rule_name = rule->name,
        .title = rule->title,
        .rule_version = rule->version,
        .priority = technical ? rule->unknown.priority : rule->priority,
        .technical = technical || rule->technical,
        .latching = !technical && rule->latching,
        .t0_us = telling->t0_us,
        .t_us = bed->now_us,
        .why = telling->why,
        .text = "",
        .explain = "",
        .set = bed->engine->set,
    };
    if (telling->kind == RULES_RAISE) {
        t.repeat_us = rule->repeat_us;
        t.n_steps = rule->escalate->len;
    }
    g_autoptr(GArray) views = views_of(bed, rule, &t);
    g_autofree char *text = NULL;
    g_autofree char *explained = NULL;
    if (telling->kind == RULES_NOT_JUDGED) {
        const char *why = rules_bed_not_judged(bed, (size_t)telling->rule);
        text = g_strdup(why != NULL ? why : "");
    } else {
        text = fill(bed, rule, technical ? rule->unknown.text : rule->text);
    }
    if (telling->kind == RULES_RAISE || telling->kind == RULES_TECHNICAL
        || telling->kind == RULES_SUPPRESS)
        explained = explain(bed, rule);
    t.text = text;
    t.explain = explained != NULL ? explained : "";
    t.inputs = (const RulesInputView *)(void *)views->data;
    t.n_inputs = views->len;
    bed->engine->tell(&t, bed->engine->user);
}

void
rules_tell_reset(RulesBed *bed, const char *why)
{
    RulesTransition t = {.kind = RULES_RESET,
                         .bed = bed->id,
                         .rule = -1,
                         .rule_name = "",
                         .title = "",
                         .t0_us = bed->now_us,
                         .t_us = bed->now_us,
                         .text = "",
                         .why = why,
                         .explain = ""};
    if (bed->engine->tell != NULL)
        bed->engine->tell(&t, bed->engine->user);
}

void
rules_tell_score(RulesBed *bed, int score)
{
    if (bed->engine->tell == NULL)
        return;
    RulesScorePart parts[RULES_MAX_PARTS];
    RulesScoreView view;
    g_autoptr(GString) missing = g_string_new(NULL);
    rules_score_view(bed, score, &view, parts, missing);
    RulesTransition t = {.kind = RULES_SCORE,
                         .bed = bed->id,
                         .rule = -1,
                         .rule_name = "",
                         .title = "",
                         .t0_us = bed->now_us,
                         .t_us = bed->now_us,
                         .text = "",
                         .why = "",
                         .explain = "",
                         .score = &view};
    bed->engine->tell(&t, bed->engine->user);
}
