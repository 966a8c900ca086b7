/* What was weighed at a raise, as the message that the record keeps.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/explain.h"
#include "rules/items.h"

/* protobuf-c wants writable strings; nothing here is written to. */
static char *
text(const char *s)
{
    return (char *)(s ? s : "");
}

/* Everything of one message, freed with it. */
typedef struct {
    Vicu__Explanation message;
    GPtrArray *parts, *scores, *limits, *unless;
} Packing;

static void
free_score(gpointer data)
{
    Vicu__ExplainScore *score = data;
    for (size_t i = 0; i < score->n_part; i++)
        g_free(score->part[i]);
    g_free(score->part);
    g_free(score);
}

static void
add_parts(Packing *p, const RulesExplanation *from)
{
    for (guint i = 0; i < from->parts->len; i++) {
        const RulesExplainPart *part = &g_array_index(from->parts, RulesExplainPart, i);
        Vicu__ExplainPart *to = g_new0(Vicu__ExplainPart, 1);
        vicu__explain_part__init(to);
        to->clause = (Vicu__ExplainClause)part->clause;
        to->depth = (uint32_t)part->depth;
        to->words = text(part->words);
        to->truth = (Vicu__Truth)part->truth;
        to->leaf = part->leaf;
        to->decides = part->decides;
        to->compared = part->compared;
        to->left = part->left;
        to->left_high = part->left_high;
        to->right = part->right;
        to->unit = text(part->unit);
        g_ptr_array_add(p->parts, to);
    }
    p->message.part = (Vicu__ExplainPart **)p->parts->pdata;
    p->message.n_part = p->parts->len;
}

static void
add_scores(Packing *p, const RulesExplanation *from)
{
    for (guint i = 0; i < from->scores->len; i++) {
        const RulesScoreView *view = &g_array_index(from->scores, RulesExplainScore, i).view;
        Vicu__ExplainScore *to = g_new0(Vicu__ExplainScore, 1);
        vicu__explain_score__init(to);
        to->name = text(view->name);
        to->known = view->known;
        to->value = view->value;
        to->min = view->min;
        to->max = view->max;
        to->n_part = view->n_parts;
        to->part = g_new0(Vicu__ScorePart *, view->n_parts + 1);
        for (size_t k = 0; k < view->n_parts; k++) {
            to->part[k] = g_new0(Vicu__ScorePart, 1);
            vicu__score_part__init(to->part[k]);
            to->part[k]->name = text(view->parts[k].name);
            to->part[k]->known = view->parts[k].known;
            to->part[k]->points = view->parts[k].points;
        }
        g_ptr_array_add(p->scores, to);
    }
    p->message.score = (Vicu__ExplainScore **)p->scores->pdata;
    p->message.n_score = p->scores->len;
}

static void
add_limits(Packing *p, const RulesTransition *t, RulesItemLimitFunc limit, void *user)
{
    for (guint i = 0; i < t->because->limits->len; i++) {
        const RulesExplainLimit *from = &g_array_index(t->because->limits, RulesExplainLimit, i);
        Vicu__ExplainLimit *to = g_new0(Vicu__ExplainLimit, 1);
        vicu__explain_limit__init(to);
        to->name = text(from->name);
        to->value = from->value;
        to->unit = text(from->unit);
        to->standard = from->standard;
        if (limit)
            limit(to, t->bed, user);
        g_ptr_array_add(p->limits, to);
    }
    p->message.limit = (Vicu__ExplainLimit **)p->limits->pdata;
    p->message.n_limit = p->limits->len;
}

static void
add_unless(Packing *p, const RulesExplanation *from)
{
    for (guint i = 0; i < from->unless->len; i++) {
        const RulesExplainUnless *one = &g_array_index(from->unless, RulesExplainUnless, i);
        Vicu__ExplainUnless *to = g_new0(Vicu__ExplainUnless, 1);
        vicu__explain_unless__init(to);
        to->rule = text(one->rule);
        to->stands = one->stands;
        g_ptr_array_add(p->unless, to);
    }
    p->message.unless = (Vicu__ExplainUnless **)p->unless->pdata;
    p->message.n_unless = p->unless->len;
}

GBytes *
rules_item_explanation(const RulesTransition *t, RulesItemLimitFunc limit, void *user)
{
    const RulesExplanation *from = t->because;
    Packing p = {VICU__EXPLANATION__INIT, g_ptr_array_new_with_free_func(g_free),
                 g_ptr_array_new_with_free_func(free_score), g_ptr_array_new_with_free_func(g_free),
                 g_ptr_array_new_with_free_func(g_free)};
    p.message.pack = text(from->pack);
    p.message.pack_version = (uint32_t)from->pack_version;
    p.message.owner = text(from->owner);
    p.message.source = text(from->source);
    p.message.note = text(from->note);
    p.message.on_delay_us = from->on_us;
    p.message.off_delay_us = from->off_us;
    p.message.unknown_us = from->unknown_us;
    p.message.hold_down_us = from->hold_down_us;
    add_parts(&p, from);
    add_scores(&p, from);
    add_limits(&p, t, limit, user);
    add_unless(&p, from);
    GBytes *packed = vicu_wire_pack(&p.message.base);
    g_ptr_array_unref(p.parts);
    g_ptr_array_unref(p.scores);
    g_ptr_array_unref(p.limits);
    g_ptr_array_unref(p.unless);
    return packed;
}
