/* Rules: clauses, texts with slots, explanations, order of judgement.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/language/compiler.h"

#define REPEAT_LEAST_US ((int64_t)30 * G_USEC_PER_SEC)

static char *
words_of(RulesSlice slice)
{
    return slice.text != NULL ? g_strndup(slice.text, slice.length) : g_strdup("");
}

/* The source text of a condition, its white space made single blanks. */
static char *
source_words(const RulesCompiler *self, const AstNode *ast)
{
    GString *out = g_string_new(NULL);
    bool blank = false;
    for (size_t at = ast->start; at < ast->end; at++) {
        char c = self->text[at];
        if (c == '#')
            while (at < ast->end && self->text[at] != '\n')
                at++;
        if (c == '#' || g_ascii_isspace(c)) {
            blank = out->len > 0;
            continue;
        }
        if (blank)
            g_string_append_c(out, ' ');
        blank = false;
        g_string_append_c(out, c);
    }
    return g_string_free(out, FALSE);
}

static void
add_line(GArray *lines, int depth, int node, char *words, bool leaf)
{
    RulesExplainLine line = {depth, node, words, leaf};
    g_array_append_val(lines, line);
}

static void explain(const RulesCompiler *self, const AstNode *ast, int depth, GArray *lines);

/* a and b and c is one list, not a tree of pairs. */
static void
explain_chain(const RulesCompiler *self, const AstNode *ast, AstKind kind, int depth, GArray *lines)
{
    if (ast->kind != kind) {
        explain(self, ast, depth, lines);
        return;
    }
    explain_chain(self, ast->a, kind, depth, lines);
    explain_chain(self, ast->b, kind, depth, lines);
}

static void
explain(const RulesCompiler *self, const AstNode *ast, int depth, GArray *lines)
{
    if (ast->kind == AST_AND || ast->kind == AST_OR) {
        add_line(lines, depth, ast->compiled, g_strdup(ast->kind == AST_AND ? "all of" : "any of"),
                 false);
        explain_chain(self, ast, ast->kind, depth + 1, lines);
    } else if (ast->kind == AST_NOT) {
        add_line(lines, depth, ast->compiled, g_strdup("not"), false);
        explain(self, ast->a, depth + 1, lines);
    } else if (ast->kind == AST_AT_LEAST) {
        add_line(lines, depth, ast->compiled, g_strdup_printf("at least %d of", ast->count), false);
        for (const AstNode *item = ast->a; item != NULL; item = item->next)
            explain(self, item, depth + 1, lines);
    } else {
        add_line(lines, depth, ast->compiled, source_words(self, ast), true);
    }
}

static GArray *
explanation(const RulesCompiler *self, const AstNode *ast, int node)
{
    GArray *lines = g_array_new(FALSE, TRUE, sizeof(RulesExplainLine));
    if (ast != NULL && node >= 0)
        explain(self, ast, 0, lines);
    return lines;
}

static RulesPiece
literal_piece(RulesSlice slice)
{
    return (RulesPiece){.kind = RULES_PIECE_LITERAL, .literal = words_of(slice), .node = -1};
}

static bool
score_piece(RulesCompiler *self, const AstNode *ast, RulesPiece *piece)
{
    const RulesNameEntry *entry =
        ast->kind == AST_NAME ? rules_compile_lookup(self, ast->name) : NULL;
    if (entry == NULL || entry->kind != RULES_NAME_SCORE)
        return false;
    bool missing = rules_slice_is(ast->member, "missing");
    bool parts = rules_slice_is(ast->member, "parts");
    if (ast->member.text != NULL && !missing && !parts)
        return false;
    piece->kind = missing ? RULES_PIECE_SCORE_MISSING
                  : parts ? RULES_PIECE_SCORE_PARTS
                          : RULES_PIECE_SCORE;
    piece->index = entry->index;
    return true;
}

static void
slot_piece(RulesCompiler *self, AstNode *ast, GArray *pieces)
{
    RulesPiece piece = {.node = -1};
    bool plain = ast->kind == AST_NAME && ast->member.text == NULL;
    if (plain && rules_slice_is(ast->name, "rule")) {
        piece.kind = RULES_PIECE_RULE;
    } else if (plain && rules_slice_is(ast->name, "missing")) {
        piece.kind = RULES_PIECE_MISSING;
    } else if (!score_piece(self, ast, &piece)) {
        self->in_text = true;
        RulesTyped value = rules_compile_expression(self, ast);
        self->in_text = false;
        if (value.symbol_word)
            value = rules_compile_expect(self, value, RULES_TYPE_NUMBER, ast);
        if (value.node < 0)
            return;
        if (value.type != RULES_TYPE_NUMBER && value.type != RULES_TYPE_SYMBOL) {
            rules_compile_error(self, 202, ast->start, ast->end, "a number or a symbol",
                                "this cannot be shown");
            return;
        }
        piece.node = value.node;
        piece.kind = rules_unit_same(&value.unit, &rules_unit_second) ? RULES_PIECE_DURATION
                                                                      : RULES_PIECE_NODE;
        rules_unit_show(strcmp(value.unit.text, "?") == 0 ? "1" : value.unit.text, piece.unit);
    }
    g_array_append_val(pieces, piece);
}

static GArray *
compile_text(RulesCompiler *self, const AstText *text)
{
    GArray *pieces = g_array_new(FALSE, TRUE, sizeof(RulesPiece));
    for (AstPiece *p = text->pieces; p != NULL; p = p->next) {
        if (p->node != NULL) {
            slot_piece(self, p->node, pieces);
        } else {
            RulesPiece piece = literal_piece(p->literal);
            g_array_append_val(pieces, piece);
        }
    }
    return pieces;
}

/* An input in `applies` that nothing stands in for would let the rule fall
 * silent with that input. */
static void
check_applies(RulesCompiler *self, const AstRule *rule, const AstNode *ast)
{
    if (ast == NULL || ast->kind == AST_ELSE || ast->kind == AST_KNOWN)
        return;
    if (ast->kind == AST_NAME) {
        const RulesNameEntry *entry = rules_compile_lookup(self, ast->name);
        if (entry == NULL || entry->kind != RULES_NAME_INPUT || entry->broken)
            return;
        const RulesInput *input = &RULES_AT(self->set->inputs, RulesInput, entry->index);
        if (input->has_else)
            return;
        g_autofree char *expected = g_strdup_printf("(%s else ...)", input->name);
        rules_compile_error(self, 406, ast->start, ast->end, expected,
                            "rule %.*s is of high priority: without %s it would not run, unseen",
                            (int)rule->name.length, rule->name.text, input->name);
        return;
    }
    check_applies(self, rule, ast->a);
    check_applies(self, rule, ast->b);
    check_applies(self, rule, ast->c);
    for (const AstNode *item = ast->kind == AST_AT_LEAST ? ast->a : NULL; item != NULL;
         item = item->next)
        check_applies(self, rule, item);
}

static bool
has_clauses(RulesCompiler *self, const AstRule *rule)
{
    size_t start = rule->name.start;
    size_t end = start + rule->name.length;
    if (rule->broken)
        return false;
    if (rule->priority == RULES_PRIORITY_NONE)
        rules_compile_error(self, 402, start, end, "raise PRIORITY \"text\"",
                            "rule %.*s has no raise clause", (int)rule->name.length,
                            rule->name.text);
    else if (rule->when == NULL)
        rules_compile_error(self, 403, start, end, "when CONDITION", "rule %.*s has no when clause",
                            (int)rule->name.length, rule->name.text);
    else if (rule->version == 0)
        rules_compile_error(self, 407, start, end, "version 1 or more", "rule %.*s has version 0",
                            (int)rule->name.length, rule->name.text);
    else if (rule->unknown.act == AST_UNKNOWN_INHERITED
             && self->file->unknown.act == AST_UNKNOWN_INHERITED)
        rules_compile_error(
            self, 404, start, end, "unknown longer than DURATION -> technical, clear or keep",
            "rule %.*s does not say what to do when its inputs are missing, nor does the file",
            (int)rule->name.length, rule->name.text);
    else
        return true;
    return false;
}

static RulesUnknownClause
compile_unknown(RulesCompiler *self, const AstRule *rule)
{
    bool inherited = rule->unknown.act == AST_UNKNOWN_INHERITED;
    const AstUnknown *from = inherited ? &self->file->unknown : &rule->unknown;
    if (inherited && rule->priority == RULES_PRIORITY_HIGH)
        rules_diagnostics_add(
            self->diagnostics, RULES_WARNING, 121, rule->name.start,
            rule->name.start + rule->name.length, NULL,
            "rule %.*s is of high priority and inherits what to do when its inputs are missing",
            (int)rule->name.length, rule->name.text);
    return (RulesUnknownClause){
        .priority = from->priority,
        .longer_us = from->duration_us,
        .act = from->act,
        .text = compile_text(self, &from->text),
    };
}

/* Every limit that @node reads. Operands have lower indexes: one walk down. */
static void
gather_limits(const RulesSet *set, int node, GArray *limits)
{
    g_autofree bool *wanted = g_new0(bool, (gsize)node + 1);
    wanted[node] = true;
    for (int i = node; i >= 0; i--) {
        if (!wanted[i])
            continue;
        const RulesNode *n = &RULES_AT(set->nodes, RulesNode, i);
        if (n->op == RULES_OP_LIMIT) {
            bool seen = false;
            for (guint j = 0; j < limits->len; j++)
                seen |= RULES_AT(limits, int, j) == n->index;
            if (!seen)
                g_array_append_val(limits, n->index);
        }
        if (rules_op_has_a(n->op))
            wanted[n->a] = true;
        if (rules_op_has_b(n->op))
            wanted[n->b] = true;
        for (int j = 0; j < n->n; j++)
            wanted[RULES_AT(set->lists, int, n->first + j)] = true;
        int series = rules_node_series(set, n);
        if (series >= 0)
            wanted[RULES_AT(set->series, RulesSeries, series).node] = true;
    }
}

static void
gather_shown(const RulesCompiler *self, RulesRule *rule)
{
    rules_bits_or(rule->shown, rule->inputs);
    rules_bits_or(rule->shown, rules_compile_reads(self, rule->clear)->inputs);
    for (guint i = 0; i < rule->text->len; i++) {
        const RulesPiece *piece = &RULES_AT(rule->text, RulesPiece, i);
        if (piece->node >= 0)
            rules_bits_or(rule->shown, rules_compile_reads(self, piece->node)->inputs);
        if (piece->kind >= RULES_PIECE_SCORE)
            rules_bits_or(rule->shown,
                          RULES_AT(self->set->scores, RulesScoreDef, piece->index).inputs);
    }
}

static void
compile_conditions(RulesCompiler *self, const AstRule *ast, RulesRule *rule)
{
    rule->applies = ast->applies != NULL ? rules_compile_condition(self, ast->applies) : -1;
    rule->when = rules_compile_condition(self, ast->when);
    if (ast->clear != NULL)
        rule->clear = rules_compile_condition(self, ast->clear);
    else
        rule->clear = rules_compile_binary(self, RULES_OP_NOT, RULES_TYPE_TRUTH, rule->when, 0);
    rules_compile_check_ranges(self, ast->applies);
    rules_compile_check_ranges(self, ast->when);
    rules_compile_check_ranges(self, ast->clear);
    if (ast->priority == RULES_PRIORITY_HIGH)
        check_applies(self, ast, ast->applies);

    rule->explain_applies = explanation(self, ast->applies, rule->applies);
    rule->explain_when = explanation(self, ast->when, rule->when);
    rule->explain_clear = explanation(self, ast->clear, rule->clear);
    if (rule->when < 0 || rule->clear < 0)
        return;
    rules_bits_or(rule->inputs, rules_compile_reads(self, rule->when)->inputs);
    if (rule->applies >= 0)
        rules_bits_or(rule->applies_inputs, rules_compile_reads(self, rule->applies)->inputs);
    if (rule->inputs[0] == 0 && rule->inputs[1] == 0)
        rules_compile_error(self, 408, ast->when->start, ast->when->end, NULL,
                            "a condition that reads no input");
    gather_shown(self, rule);
    gather_limits(self->set, rule->when, rule->limits);
    gather_limits(self->set, rule->clear, rule->limits);
}

static GArray *
steps_of(RulesCompiler *self, const AstRule *ast)
{
    GArray *steps = g_array_new(FALSE, TRUE, sizeof(RulesStepDef));
    int64_t before_us = 0;

    for (guint i = 0; ast->escalate != NULL && i < ast->escalate->len; i++) {
        const AstStep *step = &RULES_AT(ast->escalate, AstStep, i);
        if (step->after_us < before_us)
            rules_compile_error(self, 414, step->to.start, step->to.start + step->to.length,
                                "steps in the order of their times",
                                "%.*s would be told before the step above", (int)step->to.length,
                                step->to.text);
        before_us = step->after_us;
        RulesStepDef def = {words_of(step->to), step->after_us, step->unless};
        g_array_append_val(steps, def);
    }
    return steps;
}

/* A reminder each second is none: it is the alarm itself. */
static void
check_repeat(RulesCompiler *self, const AstRule *ast)
{
    if (ast->repeat_us > 0 && ast->repeat_us < REPEAT_LEAST_US)
        rules_compile_error(self, 413, ast->name.start, ast->name.start + ast->name.length,
                            "repeat after 30 s or more", "rule %.*s repeats after %g s",
                            (int)ast->name.length, ast->name.text, (double)ast->repeat_us / 1e6);
}

static void
compile_rule(RulesCompiler *self, const AstRule *ast)
{
    g_autofree char *name = words_of(ast->name);
    if (ast->name.length > 0 && rules_set_rule_find(self->set, name) >= 0)
        rules_compile_error(
            self, 409, ast->name.start, ast->name.start + ast->name.length, NULL,
            "a second rule is called \"%s\"; the first stands at %s", name,
            rules_set_rule_place(self->set, (size_t)rules_set_rule_find(self->set, name)));
    if (!has_clauses(self, ast) && ast->when == NULL)
        return;
    RulesRule rule = {
        .name = g_strdup(name),
        .place = rules_diagnostics_place(self->diagnostics, ast->name.start),
        .pack = self->set->packs->len - 1,
        .title = ast->title.text != NULL ? words_of(ast->title) : g_strdup(name),
        .source = words_of(ast->source),
        .owner = words_of(ast->owner),
        .note = words_of(ast->note),
        .version = ast->version,
        .priority = ast->priority,
        .technical = ast->technical,
        .latching = ast->latching,
        .delays = {.on_us = ast->for_us, .off_us = ast->clear_for_us, .holding = ast->holding},
        .hold_down_us = ast->hold_down_us,
        .repeat_us = ast->repeat_us,
        .escalate = steps_of(self, ast),
        .unless = g_array_new(FALSE, TRUE, sizeof(int)),
        .limits = g_array_new(FALSE, TRUE, sizeof(int)),
    };
    check_repeat(self, ast);
    rule.text = compile_text(self, &ast->text);
    rule.unknown = compile_unknown(self, ast);
    compile_conditions(self, ast, &rule);
    g_array_append_val(self->set->rules, rule);
}

/* A rule of this pack is called so and was refused for something else. */
static bool
is_of_a_broken_rule(const RulesCompiler *self, RulesSlice name)
{
    for (guint i = 0; i < self->file->rules->len; i++) {
        const AstRule *rule = self->file->rules->pdata[i];
        if (rule->broken && rule->name.length == name.length
            && memcmp(rule->name.text, name.text, name.length) == 0)
            return true;
    }
    return false;
}

static void
resolve_unless(RulesCompiler *self, const AstRule *ast)
{
    g_autofree char *own = words_of(ast->name);
    int rule = rules_set_rule_find(self->set, own);
    for (guint i = 0; rule >= 0 && ast->unless != NULL && i < ast->unless->len; i++) {
        RulesSlice name = RULES_AT(ast->unless, RulesSlice, i);
        g_autofree char *word = words_of(name);
        int other = rules_set_rule_find(self->set, word);
        if (other < 0 && is_of_a_broken_rule(self, name))
            continue;
        if (other < 0) {
            g_autoptr(GPtrArray) names = g_ptr_array_new();
            for (guint j = 0; j < self->set->rules->len; j++)
                g_ptr_array_add(names, RULES_AT(self->set->rules, RulesRule, j).name);
            g_ptr_array_add(names, NULL);
            const char *near = rules_nearest(word, (const char *const *)names->pdata);
            g_autofree char *expected = near != NULL ? g_strdup_printf("perhaps %s", near) : NULL;
            rules_compile_error(self, 410, name.start, name.start + name.length, expected,
                                "no rule is called \"%s\"", word);
        } else if (other == rule) {
            rules_compile_error(self, 411, name.start, name.start + name.length, NULL,
                                "a rule cannot suppress itself");
        } else {
            g_array_append_val(RULES_AT(self->set->rules, RulesRule, rule).unless, other);
        }
    }
}

void
rules_compile_order(RulesSet *set)
{
    g_autofree bool *placed = g_new0(bool, (gsize)set->rules->len + 1);
    bool moved = true;
    while (moved) {
        moved = false;
        for (guint i = 0; i < set->rules->len; i++) {
            const RulesRule *rule = &RULES_AT(set->rules, RulesRule, i);
            bool ready = !placed[i];
            for (guint j = 0; j < rule->unless->len; j++)
                ready &= placed[RULES_AT(rule->unless, int, j)];
            if (!ready)
                continue;
            g_array_append_val(set->order, i);
            placed[i] = true;
            moved = true;
        }
    }
}

/* What has no place in the order. */
void
rules_compile_check_order(RulesCompiler *self)
{
    const RulesSet *set = self->set;
    for (guint i = 0; i < self->file->rules->len; i++) {
        const AstRule *ast = self->file->rules->pdata[i];
        g_autofree char *name = words_of(ast->name);
        int rule = rules_set_rule_find(set, name);
        bool placed = false;
        for (guint j = 0; j < set->order->len; j++)
            placed |= RULES_AT(set->order, int, j) == rule;
        if (rule >= 0 && !placed)
            rules_compile_error(self, 412, ast->name.start, ast->name.start + ast->name.length,
                                NULL, "rule %s suppresses itself in a circle of unless", name);
    }
}

void
rules_compile_rules(RulesCompiler *self)
{
    GPtrArray *rules = self->file->rules;
    if (rules->len + self->set->rules->len > RULES_MAX_PER_KIND) {
        rules_compile_error(self, 503, self->file->start, self->file->start + 1, NULL,
                            "more than %d rules", RULES_MAX_PER_KIND);
        g_ptr_array_set_size(rules, 0);
        return;
    }
    for (guint i = 0; i < rules->len; i++)
        compile_rule(self, rules->pdata[i]);
}

void
rules_compile_unless(RulesCompiler *self)
{
    for (guint i = 0; i < self->file->rules->len; i++)
        resolve_unless(self, self->file->rules->pdata[i]);
}
