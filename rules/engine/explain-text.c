/* An explanation in the words that a person reads.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/explain.h"
#include "rules/engine/state.h"

static const char *const marks[] = {"[false]  ", "[unknown]", "[true]   "};

static const RulesExplainPart *
part_at(const RulesExplanation *self, guint i)
{
    return &RULES_AT(self->parts, RulesExplainPart, i);
}

static void
add_value(GString *out, double value, const char *unit)
{
    char shown[RULES_UNIT_TEXT];
    rules_text_number(out, value, *unit != '\0' ? rules_text_unit(unit, shown) : "");
}

/* "41 against 50 mm[Hg]"; a score of which bounds are known: "5 to 9 against 7". */
static void
add_comparison(GString *out, const RulesExplainPart *part)
{
    add_value(out, part->left, "");
    if (part->left_high > part->left) {
        g_string_append(out, " to ");
        add_value(out, part->left_high, "");
    }
    g_string_append(out, " against ");
    add_value(out, part->right, part->unit);
}

static void
add_clause(GString *out, const RulesExplanation *self, RulesClause clause, const char *head)
{
    bool first = true;
    for (guint i = 0; i < self->parts->len; i++) {
        const RulesExplainPart *part = part_at(self, i);
        if (part->clause != clause)
            continue;
        if (first)
            g_string_append_printf(out, "%s\n", head);
        first = false;
        g_string_append_printf(out, "  %s %*s%s\n", marks[part->truth], part->depth * 2, "",
                               part->words);
    }
}

static void
add_input(GString *out, const RulesInputView *v, int64_t now_us)
{
    static const char *const sources[] = {"device", "manual", "derived"};
    static const char *const origins[] = {"unknown origin", "live", "simulated", "recording",
                                          "archive"};
    static const char *const qualities[] = {"good", "questionable", "then invalid"};
    g_string_append_printf(out, "  %s ", v->name);
    if (v->symbol != NULL)
        g_string_append(out, v->symbol);
    else if (v->known && *v->unit != '\0')
        add_value(out, v->value, v->unit);
    else
        g_string_append(out, v->known ? "observed" : "unknown");
    if (v->has_baseline) {
        g_string_append(out, ", own median over ");
        rules_text_duration(out, (double)v->baseline_us / 1e6);
        g_string_append_c(out, ' ');
        add_value(out, v->baseline, v->unit);
    }
    if (v->t_us == 0) {
        g_string_append(out, v->known ? ", standing value\n" : ", never seen\n");
        return;
    }
    g_string_append(out, ", ");
    rules_text_duration(out, (double)(now_us - v->t_us) / 1e6);
    g_string_append_printf(out, " old, %s, %s, %s\n", qualities[MIN((int)v->quality, 2)],
                           sources[MIN((int)v->source, 2)], origins[MIN((int)v->origin, 4)]);
}

static void
add_scores(GString *out, const RulesExplanation *self)
{
    for (guint i = 0; i < self->scores->len; i++) {
        const RulesScoreView *v = &RULES_AT(self->scores, RulesExplainScore, i).view;
        g_string_append(out, i == 0 ? "scores\n" : "");
        g_string_append_printf(out, "  %s ", v->name);
        if (v->known)
            g_string_append_printf(out, "%d:", v->value);
        else
            g_string_append_printf(out, "%d to %d:", v->min, v->max);
        for (size_t p = 0; p < v->n_parts; p++) {
            g_string_append_printf(out, "%s %s ", p > 0 ? "," : "", v->parts[p].name);
            if (v->parts[p].known)
                g_string_append_printf(out, "%d", v->parts[p].points);
            else
                g_string_append_c(out, '?');
        }
        g_string_append_c(out, '\n');
    }
}

static void
add_limits(GString *out, const RulesExplanation *self)
{
    for (guint i = 0; i < self->limits->len; i++) {
        const RulesExplainLimit *limit = &RULES_AT(self->limits, RulesExplainLimit, i);
        g_string_append_printf(out, "%s  %s = ", i == 0 ? "limits in force\n" : "", limit->name);
        add_value(out, limit->value, limit->unit);
        if (limit->value < limit->standard || limit->value > limit->standard) {
            g_string_append(out, ", changed for this bed (standard ");
            add_value(out, limit->standard, limit->unit);
            g_string_append_c(out, ')');
        }
        g_string_append_c(out, '\n');
    }
}

static void
add_unless(GString *out, const RulesExplanation *self)
{
    for (guint i = 0; i < self->unless->len; i++) {
        const RulesExplainUnless *one = &RULES_AT(self->unless, RulesExplainUnless, i);
        g_string_append_printf(out, "%s  %s: %s\n", i == 0 ? "unless\n" : "", one->rule,
                               one->stands ? "stands" : "does not stand");
    }
}

static RulesTruth
when_of(const RulesExplanation *self)
{
    for (guint i = 0; i < self->parts->len; i++)
        if (part_at(self, i)->clause == RULES_CLAUSE_WHEN)
            return part_at(self, i)->truth;
    return RULES_UNKNOWN;
}

/* The parts that spoke against the condition, or could not be asked. */
static void
add_against(GString *out, const RulesExplanation *self)
{
    bool any = false;
    g_string_append(out, "against it\n");
    for (guint i = 0; i < self->parts->len; i++) {
        const RulesExplainPart *part = part_at(self, i);
        if (part->clause != RULES_CLAUSE_WHEN || !part->leaf || part->truth == RULES_TRUE)
            continue;
        any = true;
        g_string_append_printf(out, "  %s %s", marks[part->truth], part->words);
        if (part->compared) {
            g_string_append(out, ": ");
            add_comparison(out, part);
        }
        g_string_append_c(out, '\n');
    }
    if (!any)
        g_string_append(out, "  nothing: every part of the condition held\n");
}

/* What alone would have made it another one. */
static void
add_differs(GString *out, const RulesExplanation *self)
{
    static const char *const other[] = {"held", "been known", "not held"};
    RulesTruth when = when_of(self);
    gsize head = out->len;
    for (guint i = 0; i < self->parts->len; i++) {
        const RulesExplainPart *part = part_at(self, i);
        if (part->clause == RULES_CLAUSE_CLEAR || !part->decides)
            continue;
        g_string_append_printf(out, "  had %s%s %s", part->words,
                               part->clause == RULES_CLAUSE_APPLIES ? " (applies)" : "",
                               other[part->truth]);
        if (part->compared) {
            g_string_append(out, ": it was ");
            add_comparison(out, part);
        }
        g_string_append_c(out, '\n');
    }
    if (when == RULES_TRUE && self->on_us > 0) {
        g_string_append(out, "  had it stood for less than ");
        rules_text_duration(out, (double)self->on_us / 1e6);
        g_string_append_c(out, '\n');
    }
    for (guint i = 0; when == RULES_TRUE && i < self->unless->len; i++)
        if (!RULES_AT(self->unless, RulesExplainUnless, i).stands)
            g_string_append_printf(out, "  had %s stood\n",
                                   RULES_AT(self->unless, RulesExplainUnless, i).rule);
    if (out->len > head)
        g_string_insert(out, (gssize)head, "it would have differed\n");
}

char *
rules_explanation_text(const RulesExplanation *self)
{
    GString *out = g_string_new(NULL);
    g_autoptr(GString) when = g_string_new("when");
    g_string_append_printf(out, "rule %s version %d of %s version %d (%s)\n", self->rule,
                           self->rule_version, self->pack, self->pack_version, self->set_hash);
    if (*self->source != '\0')
        g_string_append_printf(out, "source %s\n", self->source);
    if (*self->note != '\0')
        g_string_append_printf(out, "note %s\n", self->note);
    if (self->on_us > 0) {
        g_string_append(when, ", for ");
        rules_text_duration(when, (double)self->on_us / 1e6);
    }
    add_clause(out, self, RULES_CLAUSE_APPLIES, "applies when");
    add_clause(out, self, RULES_CLAUSE_WHEN, when->str);
    add_clause(out, self, RULES_CLAUSE_CLEAR, "clear when");
    g_string_append(out, "inputs\n");
    for (guint i = 0; i < self->inputs->len; i++)
        add_input(out, &RULES_AT(self->inputs, RulesInputView, i), self->now_us);
    add_scores(out, self);
    add_limits(out, self);
    add_unless(out, self);
    add_against(out, self);
    add_differs(out, self);
    return g_string_free(out, FALSE);
}
