/* Scores at one instant: points by band, bounds where inputs are missing.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>

#include "rules/engine/state.h"

RulesPartState *
rules_part_states(const RulesBed *bed, int score)
{
    const RulesSet *set = bed->engine->set;
    size_t at = set->scores_at + set->scores->len * sizeof(RulesScoreState);
    for (int i = 0; i < score; i++)
        at += RULES_AT(set->scores, RulesScoreDef, i).parts->len * sizeof(RulesPartState);
    return (RulesPartState *)(void *)(bed->block + at);
}

static bool
points_of(RulesBed *bed, const RulesVariant *variant, guint *at, int *points)
{
    const RulesValue *v = rules_eval(bed, variant->node);
    int64_t steps = 0;
    if (!v->known)
        return false;
    bool symbols = variant->bands->len > 0 && RULES_AT(variant->bands, RulesBand, 0).symbols;
    if (!symbols && !variant->exact && !rules_decimal_steps(v->low, variant->resolution, &steps))
        return false;
    for (guint i = 0; i < variant->bands->len; i++) {
        const RulesBand *band = &RULES_AT(variant->bands, RulesBand, i);
        bool hit = variant->exact ? band->from <= v->low && v->low < band->below
                                  : !symbols && band->low <= steps && steps <= band->high;
        for (guint j = 0; symbols && j < band->ids->len; j++)
            hit |= RULES_AT(band->ids, int, j) == v->symbol;
        if (hit) {
            *points = band->points;
            *at = i;
            return true;
        }
    }
    return false;
}

/* Where it is not known which table counts, the points are known only if every
 * table that may count gives the same. */
static RulesPartState
eval_part(RulesBed *bed, int score, guint number, int64_t *look_us)
{
    const RulesScoreDef *def = &RULES_AT(bed->engine->set->scores, RulesScoreDef, score);
    const RulesPart *part = &RULES_AT(def->parts, RulesPart, number);
    RulesPartState state = {false, 0};
    bool any = false;
    for (guint i = 0; i < part->variants->len; i++) {
        const RulesVariant *variant = &RULES_AT(part->variants, RulesVariant, i);
        const RulesValue *where = variant->where < 0 ? NULL : rules_eval(bed, variant->where);
        if (where != NULL)
            *look_us = MIN(*look_us, where->look_us);
        if (where != NULL && where->truth == RULES_FALSE)
            continue;
        const RulesValue *v = rules_eval(bed, variant->node);
        *look_us = MIN(*look_us, v->rate > 0 ? RULES_ALWAYS : v->look_us);
        int points = 0;
        guint band = 0;
        bool known = points_of(bed, variant, &band, &points);
        if (known && bed->engine->cover != NULL)
            rules_cover_band(bed->engine->cover, score, number, i, band);
        if (!known || (any && points != state.points))
            return (RulesPartState){false, 0};
        any = true;
        state = (RulesPartState){true, points};
    }
    return state;
}

static void
eval_score(RulesBed *bed, int score)
{
    const RulesScoreDef *def = &RULES_AT(bed->engine->set->scores, RulesScoreDef, score);
    RulesScoreState *s = rules_score_state(bed, score);
    RulesPartState *parts = rules_part_states(bed, score);
    RulesScoreState next = {
        .told = s->told, .known = true, .highest_min = INT_MIN, .highest_max = INT_MIN};
    bool changed = false;
    bool any = false;
    int64_t look_us = RULES_NEVER;
    for (guint i = 0; i < def->parts->len; i++) {
        const RulesPart *part = &RULES_AT(def->parts, RulesPart, i);
        RulesPartState p = eval_part(bed, score, i, &look_us);
        changed |= p.known != parts[i].known || p.points != parts[i].points;
        any |= p.known;
        parts[i] = p;
        next.known &= p.known;
        next.min += p.known ? p.points : part->min;
        next.max += p.known ? p.points : part->max;
        next.highest_min = MAX(next.highest_min, p.known ? p.points : part->min);
        next.highest_max = MAX(next.highest_max, p.known ? p.points : part->max);
    }
    next.value = next.known ? next.min : 0;
    next.told |= any;
    bool first = next.told && !s->told;
    bool other = next.known != s->known || next.min != s->min || next.max != s->max
                 || next.highest_min != s->highest_min || next.highest_max != s->highest_max;
    *s = next;
    rules_change_set_look(bed, (int)bed->engine->set->series->len + score, look_us);
    if (other)
        rules_change_score(bed, score);
    if (first || (changed && next.told))
        rules_tell_score(bed, score);
}

void
rules_eval_scores(RulesBed *bed)
{
    const RulesSet *set = bed->engine->set;
    for (int i = 0; i < (int)set->scores->len; i++)
        if (rules_change_take(bed, (int)set->series->len + i))
            eval_score(bed, i);
}
