/* What is asked by a word: known, age, no event, happened, first .. then, at least.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/language/compiler.h"

static const RulesTyped broken = {.node = -1};

static RulesTyped
truth(int node)
{
    return (RulesTyped){.node = node, .type = RULES_TYPE_TRUTH, .unit = rules_unit_one};
}

static RulesTyped
compile_known(RulesCompiler *self, AstNode *ast)
{
    AstNode name = {.kind = AST_NAME,
                    .start = ast->name.start,
                    .end = ast->name.start + ast->name.length,
                    .name = ast->name};
    RulesTyped value = rules_compile_name(self, &name);
    if (value.symbol_word)
        return rules_compile_expect(self, value, RULES_TYPE_NUMBER, &name);
    if (value.node < 0)
        return broken;
    const RulesNode *of = &RULES_AT(self->set->nodes, RulesNode, value.node);
    RulesNode n;
    memset(&n, 0, sizeof n);
    n.type = RULES_TYPE_TRUTH;
    if (of->op == RULES_OP_INPUT) {
        n.op = RULES_OP_KNOWN;
        n.index = of->index;
    } else {
        n.op = RULES_OP_KNOWN_VALUE;
        n.a = value.node;
    }
    return truth(rules_compile_add(self, &n));
}

static RulesTyped
compile_no_event(RulesCompiler *self, AstNode *ast)
{
    AstNode name = {.kind = AST_NAME,
                    .start = ast->name.start,
                    .end = ast->name.start + ast->name.length,
                    .name = ast->name};
    RulesTyped value =
        rules_compile_expect(self, rules_compile_name(self, &name), RULES_TYPE_EVENT, &name);
    if (value.node < 0)
        return broken;
    RulesNode n;
    memset(&n, 0, sizeof n);
    n.op = RULES_OP_NO_EVENT;
    n.type = RULES_TYPE_TRUTH;
    n.index = RULES_AT(self->set->nodes, RulesNode, value.node).index;
    n.duration_us = ast->duration_us;
    return truth(rules_compile_add(self, &n));
}

static RulesTyped
compile_age(RulesCompiler *self, AstNode *ast)
{
    RulesTyped value = rules_compile_expression(self, ast->a);
    if (value.node < 0)
        return broken;
    if (value.symbol_word)
        return rules_compile_expect(self, value, RULES_TYPE_NUMBER, ast->a);
    const RulesNode *of = &RULES_AT(self->set->nodes, RulesNode, value.node);
    if (of->op != RULES_OP_INPUT) {
        rules_compile_error(self, 209, ast->a->start, ast->a->end, "the name of an input",
                            "only an input has an age");
        return broken;
    }
    RulesNode n;
    memset(&n, 0, sizeof n);
    n.op = RULES_OP_AGE;
    n.index = of->index;
    self->set->ticking |= !self->in_text;
    return (RulesTyped){
        .node = rules_compile_add(self, &n), .type = RULES_TYPE_NUMBER, .unit = rules_unit_second};
}

static RulesTyped
compile_happened(RulesCompiler *self, AstNode *ast)
{
    int condition = rules_compile_condition(self, ast->a);
    if (condition < 0)
        return broken;
    RulesNode n;
    memset(&n, 0, sizeof n);
    n.op = RULES_OP_HAPPENED;
    n.type = RULES_TYPE_TRUTH;
    n.count = ast->count;
    n.index = rules_compile_rises(self, condition, ast);
    return n.index < 0 ? broken : truth(rules_compile_add(self, &n));
}

/* One for each place in the text: what came second is remembered there. */
static RulesTyped
compile_first(RulesCompiler *self, AstNode *ast)
{
    int first = rules_compile_condition(self, ast->a);
    int second = rules_compile_condition(self, ast->b);
    if (first < 0 || second < 0)
        return broken;
    if (self->in_text) {
        rules_compile_error(self, 217, ast->start, ast->end, "a when, clear or applies clause",
                            "a text cannot ask what came first");
        return broken;
    }
    RulesNode n;
    memset(&n, 0, sizeof n);
    n.op = RULES_OP_FIRST;
    n.type = RULES_TYPE_TRUTH;
    n.a = second;
    n.index = rules_compile_pattern(self, first, ast);
    if (n.index < 0)
        return broken;
    int node = rules_compile_add(self, &n);
    RULES_AT(self->set->patterns, RulesPattern, n.index).node = node;
    return truth(node);
}

static RulesTyped
compile_at_least(RulesCompiler *self, AstNode *ast)
{
    int items[64];
    int n = 0;
    for (AstNode *item = ast->a; item != NULL && n < 64; item = item->next)
        items[n++] = rules_compile_condition(self, item);
    RulesNode node;
    memset(&node, 0, sizeof node);
    for (int i = 0; i < n; i++)
        if (items[i] < 0)
            return broken;
    node.op = RULES_OP_AT_LEAST;
    node.type = RULES_TYPE_TRUTH;
    node.first = (int)self->set->lists->len;
    node.n = n;
    node.count = ast->count;
    g_array_append_vals(self->set->lists, items, (guint)n);
    return truth(rules_compile_add(self, &node));
}

RulesTyped
rules_compile_call(RulesCompiler *self, AstNode *ast)
{
    switch ((int)ast->kind) {
    case AST_KNOWN:
        return compile_known(self, ast);
    case AST_NO_EVENT:
        return compile_no_event(self, ast);
    case AST_AGE:
        return compile_age(self, ast);
    case AST_HAPPENED:
        return compile_happened(self, ast);
    case AST_FIRST:
        return compile_first(self, ast);
    default:
        return compile_at_least(self, ast);
    }
}
