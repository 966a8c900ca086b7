/* What a rule means, as a number: equal for rules that judge alike whatever their words.
 *
 * A rule's number is made of its conditions down to the signals, limits, windows and scores that
 * they read, its delays, its priority and what it does when it cannot be judged. Texts, titles,
 * sources, notes, comments, white space and the order of declarations are no part of it, nor
 * are other rules (but the names in `unless`). SHA-256 throughout, cut to 64 bits.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/language/compiler.h"

typedef struct {
    const RulesSet *set;
    uint64_t *node;  /* by node */
    uint64_t *score; /* by score; 0: not yet */
    GChecksum *sum;
} Meaning;

/* --- bytes ------------------------------------------------------------------ */

static void
add_bytes(GChecksum *sum, const void *bytes, size_t length)
{
    g_checksum_update(sum, bytes, (gssize)length);
}

static void
add_number(GChecksum *sum, uint64_t number)
{
    number = GUINT64_TO_LE(number);
    add_bytes(sum, &number, sizeof number);
}

static void
add_double(GChecksum *sum, double value)
{
    uint64_t bits = 0;

    value = value < 0 || value > 0 ? value : 0.0; /* no -0 */
    memcpy(&bits, &value, sizeof bits);
    add_number(sum, bits);
}

static void
add_text(GChecksum *sum, const char *text)
{
    add_bytes(sum, text, strlen(text) + 1);
}

static void
add_conversion(GChecksum *sum, const RulesConversion *c)
{
    add_double(sum, c->before);
    add_double(sum, c->times);
    add_double(sum, c->by);
    add_double(sum, c->after);
    add_number(sum, c->same);
}

static uint64_t
taken(GChecksum *sum)
{
    guint8 digest[32];
    gsize size = sizeof digest;
    uint64_t number = 0;

    g_checksum_get_digest(sum, digest, &size);
    memcpy(&number, digest, sizeof number);
    g_checksum_reset(sum);
    return GUINT64_FROM_LE(number) | 1; /* never 0 */
}

/* --- what nodes name ---------------------------------------------------------- */

static void
add_symbol(const Meaning *m, int id)
{
    add_text(m->sum, id >= 0 ? m->set->symbols->pdata[id] : "");
}

static void
add_input(const Meaning *m, int index)
{
    const RulesInput *input = &RULES_AT(m->set->inputs, RulesInput, index);

    add_text(m->sum, input->name);
    add_number(m->sum, input->type);
    add_text(m->sum, input->unit.text);
    for (guint i = 0; i < input->sources->len; i++) {
        const RulesInputSource *source = &RULES_AT(input->sources, RulesInputSource, i);
        add_text(m->sum, RULES_AT(m->set->slots, RulesSlot, source->slot).signal->name);
        add_number(m->sum, (uint64_t)source->validity_us);
        add_conversion(m->sum, &source->conversion);
    }
    add_number(m->sum, input->has_else);
    add_double(m->sum, input->else_number);
    if (input->has_else && input->type == RULES_TYPE_SYMBOL)
        add_symbol(m, input->else_symbol);
}

static void
add_limit(const Meaning *m, int index)
{
    const RulesLimitDef *limit = &RULES_AT(m->set->limits, RulesLimitDef, index);

    add_text(m->sum, limit->name);
    add_text(m->sum, limit->unit.text);
    add_double(m->sum, limit->standard);
    add_double(m->sum, limit->min);
    add_double(m->sum, limit->max);
    add_number(m->sum, (uint64_t)limit->per_bed | (uint64_t)limit->per_unit << 1);
}

static void
add_window(const Meaning *m, int index)
{
    const RulesWindow *w = &RULES_AT(m->set->windows, RulesWindow, index);
    const RulesSeries *series = &RULES_AT(m->set->series, RulesSeries, w->series);

    add_number(m->sum, w->kind);
    add_number(m->sum, (uint64_t)w->over_us);
    add_double(m->sum, w->needing);
    add_number(m->sum, m->node[series->node]);
}

static void
add_pattern(const Meaning *m, int index)
{
    const RulesPattern *p = &RULES_AT(m->set->patterns, RulesPattern, index);

    add_number(m->sum, (uint64_t)p->within_us);
    add_double(m->sum, p->needing);
    add_number(m->sum, m->node[RULES_AT(m->set->series, RulesSeries, p->series).node]);
}

/* --- scores --------------------------------------------------------------------- */

static void
add_band(const Meaning *m, const RulesBand *band)
{
    add_number(m->sum, (uint64_t)band->points);
    add_number(m->sum, (uint64_t)band->low);
    add_number(m->sum, (uint64_t)band->high);
    add_double(m->sum, band->from);
    add_double(m->sum, band->below);
    for (guint i = 0; band->symbols && i < band->ids->len; i++)
        add_symbol(m, RULES_AT(band->ids, int, i));
}

static void
add_part(const Meaning *m, const RulesPart *part)
{
    add_text(m->sum, part->name);
    for (guint i = 0; i < part->variants->len; i++) {
        const RulesVariant *v = &RULES_AT(part->variants, RulesVariant, i);
        add_number(m->sum, m->node[v->node]);
        add_number(m->sum, v->where >= 0 ? m->node[v->where] : 0);
        add_number(m->sum, v->exact);
        add_number(m->sum, (uint64_t)v->resolution.digits);
        add_number(m->sum, (uint64_t)v->resolution.exponent);
        for (guint j = 0; j < v->bands->len; j++)
            add_band(m, &RULES_AT(v->bands, RulesBand, j));
    }
}

static uint64_t
score_meaning(Meaning *m, int index)
{
    const RulesScoreDef *def = &RULES_AT(m->set->scores, RulesScoreDef, index);

    if (m->score[index] != 0)
        return m->score[index];
    g_checksum_reset(m->sum);
    for (guint i = 0; i < def->parts->len; i++)
        add_part(m, &RULES_AT(def->parts, RulesPart, i));
    m->score[index] = taken(m->sum);
    return m->score[index];
}

/* --- nodes ------------------------------------------------------------------------ */

static void
add_named(Meaning *m, const RulesNode *n, uint64_t score)
{
    switch ((int)n->op) {
    case RULES_OP_SYMBOL:
        add_symbol(m, n->index);
        break;
    case RULES_OP_INPUT:
    case RULES_OP_AGE:
    case RULES_OP_COUNT:
    case RULES_OP_KNOWN:
    case RULES_OP_NO_EVENT:
        add_input(m, n->index);
        break;
    case RULES_OP_LIMIT:
        add_limit(m, n->index);
        break;
    case RULES_OP_SCORE:
    case RULES_OP_SCORE_MIN:
    case RULES_OP_SCORE_MAX:
    case RULES_OP_SCORE_HIGHEST:
        add_number(m->sum, score);
        break;
    case RULES_OP_WINDOW:
    case RULES_OP_EXPOSURE:
    case RULES_OP_HAPPENED:
        add_window(m, n->index);
        break;
    case RULES_OP_FIRST:
        add_pattern(m, n->index);
        break;
    default:
        break;
    }
}

/* Operands stand before their users: theirs are there. */
static uint64_t
node_meaning(Meaning *m, const RulesNode *n)
{
    uint64_t score = rules_op_is_score(n->op) ? score_meaning(m, n->index) : 0;

    add_number(m->sum, n->op);
    add_double(m->sum, n->number);
    add_number(m->sum, (uint64_t)n->duration_us);
    add_number(m->sum, (uint64_t)n->count);
    add_conversion(m->sum, &n->conversion);
    if (rules_op_has_a(n->op))
        add_number(m->sum, m->node[n->a]);
    if (rules_op_has_b(n->op))
        add_number(m->sum, m->node[n->b]);
    for (int i = 0; i < n->n; i++)
        add_number(m->sum, m->node[RULES_AT(m->set->lists, int, n->first + i)]);
    add_named(m, n, score);
    return taken(m->sum);
}

static void
rule_meaning(Meaning *m, RulesRule *rule)
{
    add_number(m->sum, rule->priority);
    add_number(m->sum, rule->technical);
    add_number(m->sum, rule->latching);
    add_number(m->sum, rule->applies >= 0 ? m->node[rule->applies] : 0);
    add_number(m->sum, m->node[rule->when]);
    add_number(m->sum, m->node[rule->clear]);
    add_number(m->sum, (uint64_t)rule->delays.on_us);
    add_number(m->sum, (uint64_t)rule->delays.off_us);
    add_number(m->sum, rule->delays.holding);
    add_number(m->sum, rule->unknown.act);
    add_number(m->sum, rule->unknown.priority);
    add_number(m->sum, (uint64_t)rule->unknown.longer_us);
    add_number(m->sum, (uint64_t)rule->hold_down_us);
    add_number(m->sum, (uint64_t)rule->repeat_us);
    for (guint i = 0; i < rule->unless->len; i++)
        add_text(m->sum, RULES_AT(m->set->rules, RulesRule, RULES_AT(rule->unless, int, i)).name);
    for (guint i = 0; i < rule->escalate->len; i++) {
        const RulesStepDef *step = &RULES_AT(rule->escalate, RulesStepDef, i);
        add_text(m->sum, step->to);
        add_number(m->sum, (uint64_t)step->after_us);
        add_number(m->sum, step->unless);
    }
    g_snprintf(rule->hash, sizeof rule->hash, "%016" G_GINT64_MODIFIER "x", taken(m->sum));
}

/* Of what is kept between instants: equal ones of two sets go on from one another. */
static void
give_past_meanings(Meaning *m, RulesSet *set)
{
    for (guint i = 0; i < set->scores->len; i++)
        RULES_AT(set->scores, RulesScoreDef, i).meaning = score_meaning(m, (int)i);
    for (guint i = 0; i < set->series->len; i++) {
        RulesSeries *series = &RULES_AT(set->series, RulesSeries, i);
        add_number(m->sum, m->node[series->node]);
        add_number(m->sum, series->truth);
        add_number(m->sum, series->held);
        add_number(m->sum, series->late);
        add_number(m->sum, series->minute);
        series->meaning = taken(m->sum);
    }
    for (guint i = 0; i < set->patterns->len; i++) {
        RulesPattern *pattern = &RULES_AT(set->patterns, RulesPattern, i);
        add_pattern(m, (int)i);
        add_number(m->sum, m->node[pattern->node]);
        pattern->meaning = taken(m->sum);
    }
}

void
rules_set_give_meanings(RulesSet *set)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree uint64_t *node = g_new0(uint64_t, (gsize)set->nodes->len + 1);
    g_autofree uint64_t *score = g_new0(uint64_t, (gsize)set->scores->len + 1);
    Meaning m = {set, node, score, sum};

    for (guint i = 0; i < set->nodes->len; i++)
        node[i] = node_meaning(&m, &RULES_AT(set->nodes, RulesNode, i));
    for (guint i = 0; i < set->rules->len; i++)
        rule_meaning(&m, &RULES_AT(set->rules, RulesRule, i));
    give_past_meanings(&m, set);
}

GPtrArray *
rules_set_same_version(const RulesSet *set, const RulesSet *before)
{
    GPtrArray *wrong = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < set->rules->len; i++) {
        const RulesRule *rule = &RULES_AT(set->rules, RulesRule, i);
        int old = rules_set_rule_find(before, rule->name);
        const RulesRule *was = old >= 0 ? &RULES_AT(before->rules, RulesRule, old) : NULL;
        if (was == NULL || strcmp(was->hash, rule->hash) == 0 || rule->version > was->version)
            continue;
        g_ptr_array_add(wrong,
                        g_strdup_printf("rule %s means something else than version %d "
                                        "before: expected version %d or more, found %d",
                                        rule->name, was->version, was->version + 1, rule->version));
    }
    return wrong;
}
