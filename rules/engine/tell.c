/* What a transition says: texts with their slots filled, inputs.
 *
 * The only part of the engine that allocates while it runs, and only when
 * there is something to tell.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "rules/engine/explain.h"
#include "rules/engine/state.h"

const char *
rules_text_unit(const char *unit, char shown[RULES_UNIT_TEXT])
{
    rules_unit_show(unit, shown);
    return strcmp(shown, "1") == 0 ? "" : shown;
}

void
rules_text_number(GString *out, double value, const char *unit)
{
    g_string_append_printf(out, fabs(value) < 1000 ? "%.3g" : "%.0f", value == 0 ? 0.0 : value);
    if (*unit != '\0' && strcmp(unit, "1") != 0)
        g_string_append_printf(out, " %s", unit);
}

void
rules_text_duration(GString *out, double seconds)
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
        view.quality = s->flagged ? RULES_QUALITY_INVALID : (RulesQuality)s->quality;
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
        rules_text_duration(out, v->low);
    } else {
        rules_text_number(out, v->low, piece->unit);
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
    g_autofree char *missing = NULL;
    g_autoptr(RulesExplanation) because = NULL;
    if (telling->kind == RULES_NOT_JUDGED) {
        const char *why = rules_bed_not_judged(bed, (size_t)telling->rule);
        text = g_strdup(why != NULL ? why : "");
    } else {
        text = fill(bed, rule, technical ? rule->unknown.text : rule->text);
    }
    if (telling->kind == RULES_RAISE || telling->kind == RULES_TECHNICAL
        || telling->kind == RULES_SUPPRESS) {
        because = rules_explanation_new(bed, (size_t)telling->rule);
        explained = rules_explanation_text(because);
    }
    if (telling->kind == RULES_TECHNICAL)
        t.missing = missing = rules_bed_missing(bed, (size_t)telling->rule);
    t.text = text;
    t.explain = explained != NULL ? explained : "";
    t.because = because;
    const GArray *inputs = because != NULL ? because->inputs : views;
    t.inputs = (const RulesInputView *)(void *)inputs->data;
    t.n_inputs = inputs->len;
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
