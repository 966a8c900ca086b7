/* Conditions that can never be true: x < 90 and x > 95.
 *
 * Looked at are the tests of one `and`, each of one value against a number (or a symbol). What
 * is equal stands once among the nodes, so the same value is the same node.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "rules/language/compiler.h"

/* What one test says of one node: low (or less) to high. */
typedef struct {
    int node;
    double low;
    double high;
    bool low_open; /* low itself is outside */
    bool high_open;
    int symbol; /* -1: a number */
    const AstNode *ast;
} Range;

static const RulesNode *
node_at(const RulesSet *set, int node)
{
    return &RULES_AT(set->nodes, RulesNode, node);
}

static RulesOp
turned(RulesOp op)
{
    switch ((int)op) {
    case RULES_OP_LT:
        return RULES_OP_GT;
    case RULES_OP_LE:
        return RULES_OP_GE;
    case RULES_OP_GT:
        return RULES_OP_LT;
    case RULES_OP_GE:
        return RULES_OP_LE;
    default:
        return op;
    }
}

static bool
number_range(RulesOp op, int node, double value, Range *out)
{
    *out = (Range){.node = node, .low = -HUGE_VAL, .high = HUGE_VAL, .symbol = -1};
    switch ((int)op) {
    case RULES_OP_LT:
    case RULES_OP_LE:
        out->high = value;
        out->high_open = op == RULES_OP_LT;
        return true;
    case RULES_OP_GT:
    case RULES_OP_GE:
        out->low = value;
        out->low_open = op == RULES_OP_GT;
        return true;
    case RULES_OP_EQ:
        out->low = out->high = value;
        return true;
    default:
        return false;
    }
}

static bool
range_of(const RulesSet *set, const RulesNode *n, Range *out)
{
    if (n->op == RULES_OP_SAME && node_at(set, n->b)->op == RULES_OP_SYMBOL) {
        *out = (Range){.node = n->a, .symbol = node_at(set, n->b)->index};
        return true;
    }
    if (n->op < RULES_OP_LT || n->op > RULES_OP_EQ)
        return false;
    const RulesNode *a = node_at(set, n->a), *b = node_at(set, n->b);
    if (b->op == RULES_OP_NUMBER)
        return number_range(n->op, n->a, b->number, out);
    return a->op == RULES_OP_NUMBER && number_range(turned(n->op), n->b, a->number, out);
}

static bool
apart(const Range *a, const Range *b)
{
    if (a->node != b->node || (a->symbol < 0) != (b->symbol < 0))
        return false;
    if (a->symbol >= 0)
        return a->symbol != b->symbol;
    const Range *low = a->low > b->low || (a->low >= b->low && a->low_open) ? a : b;
    const Range *high = a->high < b->high || (a->high <= b->high && a->high_open) ? a : b;
    if (low->low > high->high)
        return true;
    return low->low >= high->high && (low->low_open || high->high_open);
}

static void
warn(RulesCompiler *self, const AstNode *x, const AstNode *y)
{
    bool same = x == y; /* between 50 and 40 */

    rules_diagnostics_add(self->diagnostics, RULES_WARNING, 120, x->start, y->end, NULL,
                          "never true: %.*s%s%.*s", (int)(x->end - x->start), self->text + x->start,
                          same ? "" : " and ", same ? 0 : (int)(y->end - y->start),
                          self->text + y->start);
}

static void
add_range(RulesCompiler *self, const AstNode *ast, int node, GArray *ranges)
{
    Range range;

    if (!range_of(self->set, node_at(self->set, node), &range))
        return;
    range.ast = ast;
    for (guint i = 0; i < ranges->len; i++) {
        const Range *other = &RULES_AT(ranges, Range, i);
        if (!apart(other, &range))
            continue;
        warn(self, other->ast, ast);
        break;
    }
    g_array_append_val(ranges, range);
}

static void
gather(RulesCompiler *self, const AstNode *ast, GArray *ranges)
{
    if (ast->kind == AST_AND) {
        gather(self, ast->a, ranges);
        gather(self, ast->b, ranges);
    } else if (ast->kind == AST_BETWEEN) {
        const RulesNode *both =
            ast->compiled >= 0 ? node_at(self->set, ast->compiled) : NULL; /* NULL: refused */
        if (both != NULL && both->op == RULES_OP_AND) {
            add_range(self, ast, both->a, ranges);
            add_range(self, ast, both->b, ranges);
        }
    } else if (ast->compiled >= 0 && ast->kind >= AST_LT && ast->kind <= AST_EQ) {
        add_range(self, ast, ast->compiled, ranges);
    } else {
        rules_compile_check_ranges(self, ast);
    }
}

void
rules_compile_check_ranges(RulesCompiler *self, const AstNode *ast)
{
    if (ast == NULL)
        return;
    if (ast->kind == AST_AND || ast->kind == AST_BETWEEN) {
        g_autoptr(GArray) ranges = g_array_new(FALSE, TRUE, sizeof(Range));
        gather(self, ast, ranges);
        return;
    }
    rules_compile_check_ranges(self, ast->a);
    if (ast->kind == AST_OR || ast->kind == AST_FIRST)
        rules_compile_check_ranges(self, ast->b);
    for (const AstNode *item = ast->kind == AST_AT_LEAST ? ast->a->next : NULL; item != NULL;
         item = item->next)
        rules_compile_check_ranges(self, item);
}
