/* Names, types and units of conditions and expressions.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "proto/signals.h"
#include "rules/language/compiler.h"

static const RulesTyped broken = {.node = -1};

static RulesTyped
typed(int node, RulesType type, RulesUnit unit)
{
    return (RulesTyped){.node = node, .type = type, .unit = unit};
}

static RulesTyped
truth(int node)
{
    return typed(node, RULES_TYPE_TRUTH, rules_unit_one);
}

static const char *
type_name(RulesType type)
{
    static const char *const names[] = {"a number", "a symbol", "a condition", "an event"};
    return names[type];
}

bool
rules_compile_literal(RulesCompiler *self,
                      const AstNode *ast,
                      const RulesUnit *unit,
                      double *number)
{
    RulesConversion conversion;
    double value = rules_decimal_value(ast->number);
    if (!ast->has_unit && !rules_unit_same(unit, &rules_unit_one)) {
        g_autofree char *expected =
            g_strdup_printf("%s, for example %.*s %s", rules_unit_kind(unit),
                            (int)(ast->end - ast->start), self->text + ast->start, unit->text);
        rules_compile_error(self, 203, ast->start, ast->end, expected,
                            "unit missing: the other side is %s (%s), %.*s has no unit",
                            rules_unit_kind(unit), unit->text, (int)(ast->end - ast->start),
                            self->text + ast->start);
        return false;
    }
    if (!rules_unit_conversion(&ast->unit, unit, &conversion)) {
        g_autofree char *expected =
            g_strdup_printf("%s, for example in %s", rules_unit_kind(unit), unit->text);
        rules_compile_error(self, 204, ast->start, ast->end, expected,
                            "%s (%s) does not go with %s (%s)", rules_unit_kind(&ast->unit),
                            ast->unit.text, rules_unit_kind(unit), unit->text);
        return false;
    }
    *number = rules_convert(&conversion, value);
    return true;
}

static int
number_node(RulesCompiler *self, double number)
{
    RulesNode n;
    memset(&n, 0, sizeof n);
    n.op = RULES_OP_NUMBER;
    n.number = number == 0.0 ? 0.0 : number;
    return rules_compile_add(self, &n);
}

int
rules_compile_in_unit(RulesCompiler *self,
                      RulesTyped value,
                      const RulesUnit *unit,
                      const AstNode *ast)
{
    if (value.node < 0)
        return -1;
    if (value.literal != NULL) {
        double number = 0;
        return rules_compile_literal(self, value.literal, unit, &number) ? number_node(self, number)
                                                                         : -1;
    }
    RulesNode n;
    memset(&n, 0, sizeof n);
    if (!rules_unit_conversion(&value.unit, unit, &n.conversion)
        || value.unit.point != unit->point) {
        g_autofree char *expected =
            g_strdup_printf("%s, for example in %s", rules_unit_kind(unit), unit->text);
        rules_compile_error(self, 204, ast->start, ast->end, expected,
                            "%s (%s) does not go with %s (%s)", rules_unit_kind(&value.unit),
                            value.unit.text, rules_unit_kind(unit), unit->text);
        return -1;
    }
    if (n.conversion.same)
        return value.node;
    n.op = RULES_OP_CONVERT;
    n.a = value.node;
    return rules_compile_add(self, &n);
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A `use` that names no signal was meant for @signal. */
static bool
is_misspelt_in_a_use(const RulesCompiler *self, const VicuSignal *signal)
{
    const char *const names[] = {signal->name, NULL};
    for (guint i = 0; i < self->file->uses->len; i++) {
        const AstUse *use = self->file->uses->pdata[i];
        if (use->name.length == 0)
            continue; /* refused without a name */
        g_autofree char *word = g_strndup(use->name.text, use->name.length);
        if (vicu_signal_by_name(word) == NULL && rules_nearest(word, names) != NULL)
            return true;
    }
    return false;
}

static char *
nearest_declared(const RulesCompiler *self, const char *word)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    GHashTableIter i;
    void *name;
    g_hash_table_iter_init(&i, self->names);
    while (g_hash_table_iter_next(&i, &name, NULL))
        g_ptr_array_add(names, name);
    g_ptr_array_sort(names, by_name);
    g_ptr_array_add(names, NULL);
    const char *near = rules_nearest(word, (const char *const *)names->pdata);
    return near != NULL ? g_strdup_printf("perhaps %s", near)
                        : g_strdup("an input (use), a limit, a derived value or a score");
}

/* A signal of the table that no `use` declares is told once, not wherever it stands. */
static void
tell_unknown(RulesCompiler *self, const AstNode *ast)
{
    g_autofree char *word = g_strndup(ast->name.text, ast->name.length);
    const VicuSignal *signal = vicu_signal_by_name(word);
    g_autofree char *expected = signal == NULL ? nearest_declared(self, word)
                                : signal->kind == VICU_SIGNAL_NUMERIC
                                    ? g_strdup_printf("use %s: %s", word, signal->unit)
                                    : g_strdup_printf("use %s: ..", word);
    if (signal == NULL || !is_misspelt_in_a_use(self, signal))
        rules_compile_error(self, 201, ast->start, ast->end, expected, "nothing is called \"%s\"",
                            word);
    if (signal != NULL)
        rules_compile_define(self, ast->name,
                             (RulesNameEntry){.kind = RULES_NAME_INPUT, .broken = true});
}

RulesTyped
rules_compile_expect(RulesCompiler *self, RulesTyped value, RulesType type, const AstNode *ast)
{
    if (value.node < 0 || (value.type == type && !value.symbol_word))
        return value;
    if (value.symbol_word) {
        tell_unknown(self, ast);
        return broken;
    }
    rules_compile_error(self, 202, ast->start, ast->end, type_name(type), "this is %s",
                        type_name(value.type));
    return broken;
}

static RulesTyped
number(RulesCompiler *self, AstNode *ast)
{
    return rules_compile_expect(self, rules_compile_expression(self, ast), RULES_TYPE_NUMBER, ast);
}

static RulesTyped
score_member(RulesCompiler *self, AstNode *ast, int index)
{
    RulesNode n;
    memset(&n, 0, sizeof n);
    n.index = index;
    if (ast->member.text == NULL)
        n.op = RULES_OP_SCORE;
    else if (rules_slice_is(ast->member, "min"))
        n.op = RULES_OP_SCORE_MIN;
    else if (rules_slice_is(ast->member, "max"))
        n.op = RULES_OP_SCORE_MAX;
    else if (rules_slice_is(ast->member, "highest"))
        n.op = RULES_OP_SCORE_HIGHEST;
    else {
        rules_compile_error(self, 206, ast->member.start, ast->member.start + ast->member.length,
                            "min, max or highest (missing and parts: in a text only)",
                            "a score has no \"%.*s\" here", (int)ast->member.length,
                            ast->member.text);
        return broken;
    }
    return typed(rules_compile_add(self, &n), RULES_TYPE_NUMBER, rules_unit_one);
}

RulesTyped
rules_compile_name(RulesCompiler *self, AstNode *ast)
{
    const RulesNameEntry *entry = rules_compile_lookup(self, ast->name);
    if (entry == NULL) {
        RulesTyped word = typed(0, RULES_TYPE_SYMBOL, rules_unit_one);
        word.symbol_word = true;
        return word;
    }
    if (entry->broken)
        return broken;
    if (entry->kind == RULES_NAME_SCORE)
        return score_member(self, ast, entry->index);
    if (ast->member.text != NULL) {
        rules_compile_error(self, 206, ast->member.start, ast->member.start + ast->member.length,
                            NULL, "only a score has members");
        return broken;
    }
    RulesNode n;
    memset(&n, 0, sizeof n);
    n.index = entry->index;
    if (entry->kind == RULES_NAME_DERIVE)
        return entry->derived;
    if (entry->kind == RULES_NAME_LIMIT) {
        n.op = RULES_OP_LIMIT;
        return typed(rules_compile_add(self, &n), RULES_TYPE_NUMBER,
                     RULES_AT(self->set->limits, RulesLimitDef, entry->index).unit);
    }
    const RulesInput *input = &RULES_AT(self->set->inputs, RulesInput, entry->index);
    n.op = RULES_OP_INPUT;
    n.type = input->type;
    return typed(rules_compile_add(self, &n), input->type, input->unit);
}

static RulesTyped
compile_number(RulesCompiler *self, AstNode *ast)
{
    RulesTyped t =
        typed(number_node(self, rules_decimal_value(ast->number)), RULES_TYPE_NUMBER, ast->unit);
    t.literal = ast;
    return t;
}

/* Both sides in one unit: that of the side that is no literal. */
static bool
side_by_side(RulesCompiler *self, AstNode *ast, RulesTyped *a, RulesTyped *b)
{
    if (a->node < 0 || b->node < 0)
        return false;
    if (a->literal != NULL && b->literal == NULL) {
        a->node = rules_compile_in_unit(self, *a, &b->unit, ast->a);
        a->unit = b->unit;
    } else {
        b->node = rules_compile_in_unit(self, *b, &a->unit, ast->b);
    }
    return a->node >= 0 && b->node >= 0;
}

/* 38 Cel + 1 Cel: the second is a difference; a point less a point is one too. */
static RulesTyped
compile_sum(RulesCompiler *self, AstNode *ast)
{
    RulesTyped a = number(self, ast->a);
    RulesTyped b = number(self, ast->b);
    if (a.node < 0 || b.node < 0)
        return broken;
    bool minus = ast->kind == AST_SUBTRACT;
    RulesUnit unit = a.unit;
    if (a.unit.point && b.literal != NULL) {
        AstNode difference = *b.literal;
        difference.unit = rules_unit_difference(&difference.unit);
        RulesUnit step = rules_unit_difference(&a.unit);
        double n = 0;
        if (!rules_compile_literal(self, &difference, &step, &n))
            return broken;
        b.node = number_node(self, n);
    } else if (a.unit.point && !b.unit.point) {
        RulesUnit step = rules_unit_difference(&a.unit);
        b.node = rules_compile_in_unit(self, b, &step, ast->b);
    } else if (a.unit.point && !minus) {
        rules_compile_error(self, 205, ast->start, ast->end, NULL,
                            "two temperatures cannot be added");
        return broken;
    } else {
        if (!side_by_side(self, ast, &a, &b))
            return broken;
        unit = a.unit.point ? rules_unit_difference(&a.unit) : a.unit;
    }
    if (b.node < 0)
        return broken;
    int node = rules_compile_binary(self, minus ? RULES_OP_SUBTRACT : RULES_OP_ADD,
                                    RULES_TYPE_NUMBER, a.node, b.node);
    return typed(node, RULES_TYPE_NUMBER, unit);
}

static RulesTyped
compile_product(RulesCompiler *self, AstNode *ast)
{
    RulesTyped a = number(self, ast->a);
    RulesTyped b = number(self, ast->b);
    if (a.node < 0 || b.node < 0)
        return broken;
    bool divide = ast->kind == AST_DIVIDE;
    RulesUnit unit;
    if (a.unit.point || b.unit.point) {
        const AstNode *at = a.unit.point ? ast->a : ast->b;
        rules_compile_error(self, 205, at->start, at->end,
                            "a difference, for example Temp - 37 Cel",
                            "a temperature with its own zero cannot be multiplied or divided");
        return broken;
    }
    if (!(divide ? rules_unit_divide(&a.unit, &b.unit, &unit)
                 : rules_unit_multiply(&a.unit, &b.unit, &unit))) {
        rules_compile_error(self, 207, ast->start, ast->end, NULL,
                            "the unit of this is out of bounds");
        return broken;
    }
    int node = rules_compile_binary(self, divide ? RULES_OP_DIVIDE : RULES_OP_MULTIPLY,
                                    RULES_TYPE_NUMBER, a.node, b.node);
    return typed(node, RULES_TYPE_NUMBER, unit);
}

/* A word, as the value of what stands beside it: @of. */
static RulesTyped
symbol_side(RulesCompiler *self, AstNode *ast, RulesTyped value, const AstNode *of)
{
    if (!value.symbol_word)
        return value;
    const RulesInput *input = rules_compile_input_of(self, of);
    if (input != NULL && !rules_compile_check_word(self, input, ast->name))
        return broken;
    RulesNode n;
    memset(&n, 0, sizeof n);
    n.op = RULES_OP_SYMBOL;
    n.type = RULES_TYPE_SYMBOL;
    n.index = rules_compile_symbol(self, ast->name);
    return typed(rules_compile_add(self, &n), RULES_TYPE_SYMBOL, rules_unit_one);
}

static RulesTyped
compile_else(RulesCompiler *self, AstNode *ast)
{
    RulesTyped a = rules_compile_expression(self, ast->a);
    RulesTyped b = rules_compile_expression(self, ast->b);
    if (a.node < 0 || b.node < 0)
        return broken;
    if (a.type == RULES_TYPE_SYMBOL && !a.symbol_word) {
        b = rules_compile_expect(self, symbol_side(self, ast->b, b, ast->a), RULES_TYPE_SYMBOL,
                                 ast->b);
        if (b.node < 0)
            return broken;
        return typed(rules_compile_binary(self, RULES_OP_ELSE, RULES_TYPE_SYMBOL, a.node, b.node),
                     RULES_TYPE_SYMBOL, rules_unit_one);
    }
    a = rules_compile_expect(self, a, RULES_TYPE_NUMBER, ast->a);
    b = rules_compile_expect(self, b, RULES_TYPE_NUMBER, ast->b);
    if (!side_by_side(self, ast, &a, &b))
        return broken;
    return typed(rules_compile_binary(self, RULES_OP_ELSE, RULES_TYPE_NUMBER, a.node, b.node),
                 RULES_TYPE_NUMBER, a.unit);
}

static RulesTyped
compile_equal_symbols(RulesCompiler *self, AstNode *ast, RulesTyped a, RulesTyped b)
{
    a = rules_compile_expect(self, symbol_side(self, ast->a, a, ast->b), RULES_TYPE_SYMBOL, ast->a);
    b = rules_compile_expect(self, symbol_side(self, ast->b, b, ast->a), RULES_TYPE_SYMBOL, ast->b);
    if (a.node < 0 || b.node < 0)
        return broken;
    if (ast->kind != AST_EQ && ast->kind != AST_NE) {
        rules_compile_error(self, 208, ast->start, ast->end, "= or !=", "symbols have no order");
        return broken;
    }
    int node = rules_compile_binary(self, RULES_OP_SAME, RULES_TYPE_TRUTH, a.node, b.node);
    if (ast->kind == AST_NE)
        node = rules_compile_binary(self, RULES_OP_NOT, RULES_TYPE_TRUTH, node, 0);
    return truth(node);
}

static RulesTyped
compile_comparison(RulesCompiler *self, AstNode *ast)
{
    static const RulesOp ops[] = {RULES_OP_LT, RULES_OP_LE, RULES_OP_GT,
                                  RULES_OP_GE, RULES_OP_EQ, RULES_OP_NE};
    RulesTyped a = rules_compile_expression(self, ast->a);
    RulesTyped b = rules_compile_expression(self, ast->b);
    if (a.node < 0 || b.node < 0)
        return broken;
    bool symbols = (a.type == RULES_TYPE_SYMBOL && !a.symbol_word)
                   || (b.type == RULES_TYPE_SYMBOL && !b.symbol_word);
    if (symbols)
        return compile_equal_symbols(self, ast, a, b);
    a = rules_compile_expect(self, a, RULES_TYPE_NUMBER, ast->a);
    b = rules_compile_expect(self, b, RULES_TYPE_NUMBER, ast->b);
    if (!side_by_side(self, ast, &a, &b))
        return broken;
    return truth(
        rules_compile_binary(self, ops[ast->kind - AST_LT], RULES_TYPE_TRUTH, a.node, b.node));
}

static RulesTyped
compile_between(RulesCompiler *self, AstNode *ast)
{
    RulesTyped a = number(self, ast->a);
    RulesTyped b = number(self, ast->b);
    RulesTyped c = number(self, ast->c);
    if (a.node < 0 || b.node < 0 || c.node < 0)
        return broken;
    int low = rules_compile_in_unit(self, b, &a.unit, ast->b);
    int high = rules_compile_in_unit(self, c, &a.unit, ast->c);
    if (low < 0 || high < 0)
        return broken;
    return truth(rules_compile_binary(
        self, RULES_OP_AND, RULES_TYPE_TRUTH,
        rules_compile_binary(self, RULES_OP_GE, RULES_TYPE_TRUTH, a.node, low),
        rules_compile_binary(self, RULES_OP_LE, RULES_TYPE_TRUTH, a.node, high)));
}

static RulesTyped
compile_in(RulesCompiler *self, AstNode *ast)
{
    RulesTyped a = rules_compile_expect(self, rules_compile_expression(self, ast->a),
                                        RULES_TYPE_SYMBOL, ast->a);
    if (a.node < 0)
        return broken;
    int node = -1;
    for (AstNode *item = ast->b; item != NULL; item = item->next) {
        RulesTyped word = symbol_side(self, item, (RulesTyped){.symbol_word = true}, ast->a);
        if (word.node < 0)
            return broken;
        int same = rules_compile_binary(self, RULES_OP_SAME, RULES_TYPE_TRUTH, a.node, word.node);
        node =
            node < 0 ? same : rules_compile_binary(self, RULES_OP_OR, RULES_TYPE_TRUTH, node, same);
    }
    return truth(node);
}

static RulesTyped
compile_logic(RulesCompiler *self, AstNode *ast)
{
    int a = rules_compile_condition(self, ast->a);
    int b = ast->kind == AST_NOT ? 0 : rules_compile_condition(self, ast->b);
    if (a < 0 || b < 0)
        return broken;
    RulesOp op = ast->kind == AST_AND  ? RULES_OP_AND
                 : ast->kind == AST_OR ? RULES_OP_OR
                                       : RULES_OP_NOT;
    return truth(rules_compile_binary(self, op, RULES_TYPE_TRUTH, a, b));
}

static RulesTyped
compile_unary(RulesCompiler *self, AstNode *ast)
{
    RulesTyped a = number(self, ast->a);
    if (a.node < 0)
        return broken;
    if (ast->kind == AST_NEGATE && a.literal != NULL) {
        AstNode *negative = rules_ast_alloc(self->file, sizeof *negative);
        *negative = *a.literal;
        negative->number.digits = -negative->number.digits;
        return compile_number(self, negative);
    }
    RulesOp op = ast->kind == AST_NEGATE ? RULES_OP_NEGATE : RULES_OP_ABS;
    return typed(rules_compile_binary(self, op, RULES_TYPE_NUMBER, a.node, 0), RULES_TYPE_NUMBER,
                 a.unit);
}

static RulesTyped
compile_kind(RulesCompiler *self, AstNode *ast)
{
    switch (ast->kind) {
    case AST_NUMBER:
        return compile_number(self, ast);
    case AST_NAME:
        return rules_compile_name(self, ast);
    case AST_NEGATE:
    case AST_ABS:
        return compile_unary(self, ast);
    case AST_ADD:
    case AST_SUBTRACT:
        return compile_sum(self, ast);
    case AST_MULTIPLY:
    case AST_DIVIDE:
        return compile_product(self, ast);
    case AST_ELSE:
        return compile_else(self, ast);
    case AST_WINDOW:
        return rules_compile_window(self, ast);
    case AST_EXPOSURE:
        return rules_compile_exposure(self, ast);
    case AST_LT:
    case AST_LE:
    case AST_GT:
    case AST_GE:
    case AST_EQ:
    case AST_NE:
        return compile_comparison(self, ast);
    case AST_BETWEEN:
        return compile_between(self, ast);
    case AST_IN:
        return compile_in(self, ast);
    case AST_AGE:
    case AST_KNOWN:
    case AST_NO_EVENT:
    case AST_HAPPENED:
    case AST_FIRST:
    case AST_AT_LEAST:
        return rules_compile_call(self, ast);
    case AST_AND:
    case AST_OR:
    case AST_NOT:
        return compile_logic(self, ast);
    }
    g_assert_not_reached();
}

RulesTyped
rules_compile_expression(RulesCompiler *self, AstNode *ast)
{
    if (ast == NULL)
        return broken;
    const AstNode *outer = self->under;
    self->under = ast;
    RulesTyped value = compile_kind(self, ast);
    self->under = outer;
    ast->compiled = value.symbol_word ? -1 : value.node;
    return value;
}

int
rules_compile_condition(RulesCompiler *self, AstNode *ast)
{
    if (ast == NULL)
        return -1;
    return rules_compile_expect(self, rules_compile_expression(self, ast), RULES_TYPE_TRUTH, ast)
        .node;
}
