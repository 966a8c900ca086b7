/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/cover.h"

#include <math.h>

#include "rules/language/program.h"

struct RulesCover {
    const RulesSet *set;
    bool *clauses;   /* rule x RULES_COVER_CLAUSES */
    uint8_t *truths; /* by node: bits of RulesTruth */
    GArray *first;   /* of int: by score, part and variant as they come; where its bands begin */
    bool *bands;
};

typedef struct {
    const RulesCover *cover;
    GPtrArray *missing;
    guint at; /* of the variants */
} Listing;

RulesCover *
rules_cover_new(const RulesSet *set)
{
    RulesCover *self = g_new0(RulesCover, 1);
    int n = 0;

    self->set = set;
    self->clauses = g_new0(bool, (gsize)set->rules->len *RULES_COVER_CLAUSES + 1);
    self->truths = g_new0(uint8_t, (gsize)set->nodes->len + 1);
    self->first = g_array_new(FALSE, FALSE, sizeof(int));
    for (guint s = 0; s < set->scores->len; s++) {
        const GArray *parts = RULES_AT(set->scores, RulesScoreDef, s).parts;
        for (guint p = 0; p < parts->len; p++) {
            const GArray *variants = RULES_AT(parts, RulesPart, p).variants;
            for (guint v = 0; v < variants->len; v++) {
                g_array_append_val(self->first, n);
                n += (int)RULES_AT(variants, RulesVariant, v).bands->len;
            }
        }
    }
    self->bands = g_new0(bool, (gsize)n + 1);
    return self;
}

void
rules_cover_free(RulesCover *self)
{
    if (self == NULL)
        return;
    g_free(self->clauses);
    g_free(self->truths);
    g_free(self->bands);
    g_array_unref(self->first);
    g_free(self);
}

void
rules_cover_clause(RulesCover *self, int rule, RulesCoverClause clause)
{
    self->clauses[rule * RULES_COVER_CLAUSES + (int)clause] = true;
}

void
rules_cover_truth(RulesCover *self, int node, RulesTruth truth)
{
    self->truths[node] |= (uint8_t)(1 << truth);
}

void
rules_cover_band(RulesCover *self, int score, guint part, guint variant, guint band)
{
    guint at = 0;

    for (int s = 0; s <= score; s++) {
        const GArray *parts = RULES_AT(self->set->scores, RulesScoreDef, s).parts;
        for (guint p = 0; p < parts->len && (s < score || p < part); p++)
            at += RULES_AT(parts, RulesPart, p).variants->len;
    }
    self->bands[g_array_index(self->first, int, at + variant) + (int)band] = true;
}

/* --- what is missing ----------------------------------------------------------- */

static void
list_clauses(Listing *listing, int index, const RulesRule *rule)
{
    static const char *const words[] = {"raise",   "clear",  "applies",  "for",
                                        "unknown", "unless", "hold down"};
    const bool there[] = {
        true,
        true,
        rule->applies >= 0,
        rule->delays.on_us > 0,
        true,
        rule->unless->len > 0,
        rule->hold_down_us > 0,
    };

    for (int c = 0; c < RULES_COVER_CLAUSES; c++)
        if (there[c] && !listing->cover->clauses[index * RULES_COVER_CLAUSES + c])
            g_ptr_array_add(listing->missing, g_strdup_printf("%s %s", rule->name, words[c]));
}

/* A test that is always true or never is no test of the rule. */
static void
list_conditions(Listing *listing, const RulesRule *rule, const char *clause, const GArray *lines)
{
    static const RulesTruth both[] = {RULES_TRUE, RULES_FALSE};
    static const char *const words[] = {"true", "false"};

    for (guint i = 0; i < lines->len; i++) {
        const RulesExplainLine *line = &RULES_AT(lines, RulesExplainLine, i);
        for (size_t b = 0; line->leaf && line->node >= 0 && b < G_N_ELEMENTS(both); b++)
            if ((listing->cover->truths[line->node] & 1 << both[b]) == 0)
                g_ptr_array_add(listing->missing,
                                g_strdup_printf("%s %s: %s is never %s", rule->name, clause,
                                                line->words, words[b]));
    }
}

static char *
band_words(const RulesSet *set, const RulesVariant *variant, const RulesBand *band)
{
    GString *out = g_string_new(NULL);
    double step = rules_decimal_value(variant->resolution);

    for (guint i = 0; band->symbols && i < band->ids->len; i++)
        g_string_append_printf(out, "%s%s", i > 0 ? " or " : "",
                               (char *)set->symbols->pdata[RULES_AT(band->ids, int, i)]);
    if (band->symbols)
        return g_string_free(out, FALSE);
    double low = variant->exact ? band->from : (double)band->low * step;
    double high = variant->exact ? band->below : (double)band->high * step;
    bool open_low = variant->exact ? low <= -HUGE_VAL : band->low == INT64_MIN;
    bool open_high = variant->exact ? high >= HUGE_VAL : band->high == INT64_MAX;
    const char *less = variant->exact ? "<" : "<=";
    if (open_low && open_high)
        g_string_append(out, "any");
    else if (open_low)
        g_string_append_printf(out, "%s%.12g", less, high);
    else if (open_high)
        g_string_append_printf(out, ">=%.12g", low);
    else
        g_string_append_printf(out, "%.12g..%s%.12g", low, variant->exact ? "<" : "", high);
    return g_string_free(out, FALSE);
}

static void
list_variant(Listing *listing, const RulesScoreDef *score, const RulesPart *part, guint variant)
{
    const RulesVariant *v = &RULES_AT(part->variants, RulesVariant, variant);
    int first = g_array_index(listing->cover->first, int, listing->at++);

    for (guint b = 0; b < v->bands->len; b++) {
        if (listing->cover->bands[first + (int)b])
            continue;
        g_autofree char *words =
            band_words(listing->cover->set, v, &RULES_AT(v->bands, RulesBand, b));
        GString *out = g_string_new(NULL);
        g_string_append_printf(out, "score %s, part %s", score->name, part->name);
        if (part->variants->len > 1)
            g_string_append_printf(out, " (table %u)", variant + 1);
        g_string_append_printf(out, ": %s", words);
        g_ptr_array_add(listing->missing, g_string_free(out, FALSE));
    }
}

GPtrArray *
rules_cover_missing(const RulesCover *self)
{
    Listing listing = {self, g_ptr_array_new_with_free_func(g_free), 0};

    for (guint i = 0; i < self->set->rules->len; i++) {
        const RulesRule *rule = &RULES_AT(self->set->rules, RulesRule, i);
        list_clauses(&listing, (int)i, rule);
        list_conditions(&listing, rule, "applies", rule->explain_applies);
        list_conditions(&listing, rule, "when", rule->explain_when);
        list_conditions(&listing, rule, "clear", rule->explain_clear);
    }
    for (guint s = 0; s < self->set->scores->len; s++) {
        const RulesScoreDef *score = &RULES_AT(self->set->scores, RulesScoreDef, s);
        for (guint p = 0; p < score->parts->len; p++) {
            const RulesPart *part = &RULES_AT(score->parts, RulesPart, p);
            for (guint v = 0; v < part->variants->len; v++)
                list_variant(&listing, score, part, v);
        }
    }
    return listing.missing;
}
