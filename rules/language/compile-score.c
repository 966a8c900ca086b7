/* Scores: tables of bands, total and disjoint at their resolution.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "rules/language/compiler.h"

typedef struct {
    RulesCompiler *compiler;
    const AstScore *score;
    const AstPart *part;
} Place;

static void
show_steps(char *out, size_t size, int64_t steps, RulesDecimal resolution)
{
    RulesDecimal d = {steps * resolution.digits, resolution.exponent};
    g_snprintf(out, (gulong)size, "%.12g", rules_decimal_value(d));
}

static void
band_error(const Place *at, unsigned code, const AstBand *band, const char *what)
{
    rules_compile_error(at->compiler, code, band->start, band->end, NULL,
                        "score %.*s, part %.*s: %s", (int)at->score->name.length,
                        at->score->name.text, (int)at->part->name.length, at->part->name.text,
                        what);
}

static int
by_low(const void *a, const void *b)
{
    const RulesBand *x = a;
    const RulesBand *y = b;
    return x->low < y->low ? -1 : x->low > y->low;
}

static bool
to_steps(const Place *at, const AstBand *band, RulesDecimal resolution, RulesBand *out)
{
    *out = (RulesBand){.low = INT64_MIN, .high = INT64_MAX, .points = band->points};
    bool low =
        band->kind == AST_BAND_LE || rules_decimal_is_multiple(band->low, resolution, &out->low);
    bool high =
        band->kind == AST_BAND_GE || rules_decimal_is_multiple(band->high, resolution, &out->high);
    if (!low || !high) {
        g_autofree char *what = g_strdup_printf("%.12g is no whole step of %.12g",
                                                rules_decimal_value(low ? band->high : band->low),
                                                rules_decimal_value(resolution));
        band_error(at, 312, band, what);
        return false;
    }
    if (out->low > out->high) {
        band_error(at, 311, band, "a band that ends before it starts");
        return false;
    }
    return true;
}

/* Each band must begin one step after the one before it; first and last are open. */
static bool
check_bands(const Place *at, GArray *bands, RulesDecimal resolution)
{
    const AstBand *first = &RULES_AT(at->part->bands, AstBand, 0);
    g_array_sort(bands, by_low);
    char x[32];
    char y[32];
    for (guint i = 1; i < bands->len; i++) {
        const RulesBand *before = &RULES_AT(bands, RulesBand, i - 1);
        const RulesBand *band = &RULES_AT(bands, RulesBand, i);
        if (before->high == INT64_MAX || band->low <= before->high) {
            show_steps(x, sizeof x, band->low == INT64_MIN ? band->high : band->low, resolution);
            g_autofree char *what = g_strdup_printf("%s is in two bands", x);
            band_error(at, 311, first, what);
            return false;
        }
        if (band->low != before->high + 1) {
            char gap[32];
            show_steps(gap, sizeof gap, before->high + 1, resolution);
            show_steps(x, sizeof x, before->high, resolution);
            show_steps(y, sizeof y, band->low, resolution);
            g_autofree char *what =
                g_strdup_printf("no band covers %s (bands end at %s and start at %s)", gap, x, y);
            band_error(at, 310, first, what);
            return false;
        }
    }
    if (RULES_AT(bands, RulesBand, 0).low != INT64_MIN) {
        band_error(at, 310, first, "no band covers the lowest values (none begins with <=)");
        return false;
    }
    if (RULES_AT(bands, RulesBand, bands->len - 1).high != INT64_MAX) {
        band_error(at, 310, first, "no band covers the highest values (none begins with >=)");
        return false;
    }
    return true;
}

static int
by_from(const void *a, const void *b)
{
    const RulesBand *x = a;
    const RulesBand *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

/* Each band must begin where the one before it ends; first and last are open. */
static bool
check_exact(const Place *at, GArray *bands)
{
    const AstBand *first = &RULES_AT(at->part->bands, AstBand, 0);
    g_array_sort(bands, by_from);
    for (guint i = 1; i < bands->len; i++) {
        double ends = RULES_AT(bands, RulesBand, i - 1).below;
        double begins = RULES_AT(bands, RulesBand, i).from;
        if (ends >= begins && ends <= begins)
            continue;
        g_autofree char *what =
            ends > begins ? g_strdup_printf("%.12g is in two bands", begins)
                          : g_strdup_printf("no band covers %.12g (bands end below %.12g and start "
                                            "at %.12g)",
                                            ends, ends, begins);
        band_error(at, ends > begins ? 311 : 310, first, what);
        return false;
    }
    if (!isinf(RULES_AT(bands, RulesBand, 0).from)) {
        band_error(at, 310, first, "no band covers the lowest values (none begins with <)");
        return false;
    }
    if (!isinf(RULES_AT(bands, RulesBand, bands->len - 1).below)) {
        band_error(at, 310, first, "no band covers the highest values (none begins with >=)");
        return false;
    }
    return true;
}

static bool
exact_band(const Place *at, const AstBand *band, RulesBand *out)
{
    bool open_below = band->kind == AST_BAND_LT, open_above = band->kind == AST_BAND_GE;

    *out = (RulesBand){.points = band->points,
                       .from = open_below ? -HUGE_VAL : rules_decimal_value(band->low),
                       .below = open_above ? HUGE_VAL : rules_decimal_value(band->high)};
    if (band->kind == AST_BAND_SYMBOLS) {
        band_error(at, 315, band, "a symbol among bands of numbers");
        return false;
    }
    if (out->from >= out->below) {
        band_error(at, 311, band, "a band that ends before it starts");
        return false;
    }
    return true;
}

static bool
is_exact(const AstPart *part)
{
    bool exact = part->resolution == NULL;

    for (guint i = 0; i < part->bands->len; i++) {
        AstBandKind kind = RULES_AT(part->bands, AstBand, i).kind;
        exact &= kind == AST_BAND_LT || kind == AST_BAND_GE || kind == AST_BAND_UP_TO;
    }
    return exact;
}

/* <1.2 -> 0, 1.2..<2.0 -> 1, >=2.0 -> 2: thresholds, compared as they are. The numbers are in
 * the unit of the expression. */
static bool
compile_exact_bands(const Place *at, RulesTyped value, RulesVariant *variant)
{
    bool good = true;

    variant->exact = true;
    variant->node = value.node;
    for (guint i = 0; i < at->part->bands->len; i++) {
        RulesBand out;
        good &= exact_band(at, &RULES_AT(at->part->bands, AstBand, i), &out);
        g_array_append_val(variant->bands, out);
    }
    return good && check_exact(at, variant->bands);
}

static bool
compile_number_bands(const Place *at, RulesTyped value, RulesVariant *variant)
{
    const AstPart *part = at->part;
    if (is_exact(part))
        return compile_exact_bands(at, value, variant);
    if (part->resolution == NULL || part->resolution->number.digits <= 0) {
        rules_compile_error(at->compiler, 314, part->name.start,
                            part->name.start + part->name.length,
                            "to 1 /min, for example; or thresholds: <1.2, 1.2..<2.0, >=2.0",
                            "score %.*s, part %.*s: numbers need a resolution above zero",
                            (int)at->score->name.length, at->score->name.text,
                            (int)part->name.length, part->name.text);
        return false;
    }
    if (!part->resolution->has_unit && !rules_unit_same(&value.unit, &rules_unit_one)) {
        double ignored = 0;
        return rules_compile_literal(at->compiler, part->resolution, &value.unit, &ignored);
    }
    variant->resolution = part->resolution->number;
    variant->node =
        rules_compile_in_unit(at->compiler, value, &part->resolution->unit, part->expression);
    bool good = variant->node >= 0;
    for (guint i = 0; i < part->bands->len; i++) {
        const AstBand *band = &RULES_AT(part->bands, AstBand, i);
        RulesBand out;
        if (band->kind == AST_BAND_SYMBOLS) {
            band_error(at, 315, band, "a symbol among bands of numbers");
            good = false;
        } else if (band->kind == AST_BAND_LT || band->kind == AST_BAND_UP_TO) {
            band_error(at, 317, band, "a threshold (<) in a part that rounds (to)");
            good = false;
        } else if (to_steps(at, band, variant->resolution, &out)) {
            g_array_append_val(variant->bands, out);
        } else {
            good = false;
        }
    }
    return good && check_bands(at, variant->bands, variant->resolution);
}

static bool
symbol_taken(const GArray *bands, int id)
{
    for (guint i = 0; i < bands->len; i++) {
        const RulesBand *band = &RULES_AT(bands, RulesBand, i);
        for (guint j = 0; j < band->ids->len; j++)
            if (RULES_AT(band->ids, int, j) == id)
                return true;
    }
    return false;
}

static bool
compile_symbol_bands(const Place *at, RulesTyped value, RulesVariant *variant)
{
    variant->node = value.node;
    const RulesInput *input = rules_compile_input_of(at->compiler, at->part->expression);
    for (guint i = 0; i < at->part->bands->len; i++) {
        const AstBand *band = &RULES_AT(at->part->bands, AstBand, i);
        if (band->kind != AST_BAND_SYMBOLS) {
            band_error(at, 315, band, "a number among bands of symbols");
            return false;
        }
        RulesBand out = {
            .symbols = true, .points = band->points, .ids = g_array_new(FALSE, FALSE, sizeof(int))};
        g_array_append_val(variant->bands, out);
        for (guint j = 0; j < band->symbols->len; j++) {
            RulesSlice word = RULES_AT(band->symbols, RulesSlice, j);
            if (input != NULL && !rules_compile_check_word(at->compiler, input, word))
                return false;
            int id = rules_compile_symbol(at->compiler, word);
            if (symbol_taken(variant->bands, id)) {
                g_autofree char *what =
                    g_strdup_printf("%.*s is in two bands", (int)word.length, word.text);
                band_error(at, 311, band, what);
                return false;
            }
            g_array_append_val(out.ids, id);
        }
    }
    return true;
}

/* A condition gives YES or NO. */
static RulesTyped
answer_of(RulesCompiler *self, RulesTyped condition)
{
    static const RulesSlice yes = {"YES", 3, 0}, no = {"NO", 2, 0};
    RulesNode n;

    memset(&n, 0, sizeof n);
    n.op = RULES_OP_YES_NO;
    n.type = RULES_TYPE_SYMBOL;
    n.a = condition.node;
    n.first = rules_compile_symbol(self, yes);
    n.index = rules_compile_symbol(self, no);
    return (RulesTyped){.node = rules_compile_add(self, &n), .type = RULES_TYPE_SYMBOL};
}

/* The points of this instant are counted before a window over a score moves on. */
static void
check_late(const Place *at, const RulesVariant *variant)
{
    const AstNode *ast = at->part->expression;
    bool late = rules_compile_reads(at->compiler, variant->node)->late;

    if (variant->where >= 0)
        late |= rules_compile_reads(at->compiler, variant->where)->late;
    if (late)
        rules_compile_error(at->compiler, 318, ast->start, ast->end, NULL,
                            "a part of a score cannot read a window over a score");
}

static void
compile_variant(const Place *at, RulesPart *part)
{
    RulesCompiler *c = at->compiler;
    RulesTyped value = rules_compile_expression(c, at->part->expression);
    RulesVariant variant = {
        .node = -1, .where = -1, .bands = g_array_new(FALSE, TRUE, sizeof(RulesBand))};
    if (value.symbol_word)
        value = rules_compile_expect(c, value, RULES_TYPE_NUMBER, at->part->expression);
    bool good = value.node >= 0;
    if (good && value.type == RULES_TYPE_TRUTH)
        value = answer_of(c, value);
    if (good && value.type == RULES_TYPE_NUMBER)
        good = compile_number_bands(at, value, &variant);
    else if (good && value.type == RULES_TYPE_SYMBOL)
        good = compile_symbol_bands(at, value, &variant);
    else if (good)
        good = rules_compile_expect(c, value, RULES_TYPE_NUMBER, at->part->expression).node >= 0;
    if (at->part->where != NULL)
        variant.where = rules_compile_condition(c, at->part->where);
    if (good && variant.node >= 0)
        check_late(at, &variant);
    g_array_append_val(part->variants, variant);
    for (guint i = 0; good && i < variant.bands->len; i++) {
        int points = RULES_AT(variant.bands, RulesBand, i).points;
        bool first = part->variants->len == 1 && i == 0;
        part->min = first ? points : MIN(part->min, points);
        part->max = first ? points : MAX(part->max, points);
    }
}

static RulesPart *
part_called(RulesScoreDef *def, RulesSlice name)
{
    for (guint i = 0; i < def->parts->len; i++)
        if (rules_slice_is(name, RULES_AT(def->parts, RulesPart, i).name))
            return &RULES_AT(def->parts, RulesPart, i);
    RulesPart part = {.name = g_strndup(name.text, name.length),
                      .variants = g_array_new(FALSE, TRUE, sizeof(RulesVariant))};
    g_array_append_val(def->parts, part);
    return &RULES_AT(def->parts, RulesPart, def->parts->len - 1);
}

static void
gather_inputs(const RulesCompiler *self, RulesScoreDef *def)
{
    for (guint i = 0; i < def->parts->len; i++) {
        const RulesPart *part = &RULES_AT(def->parts, RulesPart, i);
        for (guint j = 0; j < part->variants->len; j++) {
            const RulesVariant *v = &RULES_AT(part->variants, RulesVariant, j);
            if (v->node >= 0)
                rules_bits_or(def->inputs, rules_compile_reads(self, v->node)->inputs);
            if (v->where >= 0)
                rules_bits_or(def->inputs, rules_compile_reads(self, v->where)->inputs);
        }
    }
}

static void
compile_score(RulesCompiler *self, const AstScore *score)
{
    RulesScoreDef def = {.name = g_strndup(score->name.text, score->name.length),
                         .place = rules_diagnostics_place(self->diagnostics, score->name.start),
                         .parts = g_array_new(FALSE, TRUE, sizeof(RulesPart))};
    for (guint i = 0; i < score->parts->len; i++) {
        AstPart *part = RULES_AT(score->parts, AstPart *, i);
        if (part->broken || part->bands->len == 0)
            continue;
        Place at = {self, score, part};
        RulesPart *into = part_called(&def, part->name);
        bool always = part->where == NULL;
        for (guint j = 0; j < into->variants->len; j++)
            always |= RULES_AT(into->variants, RulesVariant, j).where < 0 && part->where == NULL;
        if (into->variants->len > 0 && always)
            rules_compile_error(self, 313, part->name.start, part->name.start + part->name.length,
                                "where CONDITION",
                                "score %s: a second part %s needs to say where it counts", def.name,
                                into->name);
        compile_variant(&at, into);
    }
    if (def.parts->len == 0 && !score->broken)
        rules_compile_error(self, 316, score->name.start, score->name.start + score->name.length,
                            "part ...", "a score without parts");
    if (def.parts->len > RULES_MAX_PARTS)
        rules_compile_error(self, 503, score->name.start, score->name.start + score->name.length,
                            NULL, "a score of more than %d parts", RULES_MAX_PARTS);
    gather_inputs(self, &def);
    self->set->n_parts += (int)def.parts->len;
    for (guint i = 0; i < self->set->scores->len; i++) {
        const RulesScoreDef *other = &RULES_AT(self->set->scores, RulesScoreDef, i);
        if (other->name && def.name
            && strcmp(other->name, def.name) == 0) /* one without a name is refused elsewhere */
            rules_compile_error(
                self, 219, score->name.start, score->name.start + score->name.length, NULL,
                "a second score is called \"%s\"; the first stands at %s", def.name, other->place);
    }
    RulesNameEntry entry = {
        .kind = RULES_NAME_SCORE, .index = (int)self->set->scores->len, .broken = score->broken};
    rules_compile_define(self, score->name, entry);
    g_array_append_val(self->set->scores, def);
}

void
rules_compile_scores(RulesCompiler *self)
{
    for (guint i = 0; i < self->file->scores->len; i++)
        compile_score(self, self->file->scores->pdata[i]);
}
