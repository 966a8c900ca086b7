/* Conditions and expressions. One ladder for both: what is a truth and what is
 * a number is checked later, with the units.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/language/parser.h"

static AstNode *
make(RulesParser *self, AstKind kind, size_t start)
{
    AstNode *n = rules_ast_alloc(self->file, sizeof *n);
    n->kind = kind;
    n->start = start;
    n->needing = -1;
    n->compiled = -1;
    return n;
}

static int
height_of(const AstNode *list)
{
    int height = 0;
    for (; list != NULL; list = list->next)
        height = MAX(height, list->height);
    return height;
}

/* Whoever walks the tree by recursion may count on its height. */
static AstNode *
ended(RulesParser *self, AstNode *n)
{
    n->end = self->last_end;
    n->height = MAX(MAX(height_of(n->a), height_of(n->b)), height_of(n->c)) + 1;
    if (!self->panic && n->height > RULES_MAX_HEIGHT)
        rules_parser_error(
            self, 112, n->start, n->end,
            "at most " G_STRINGIFY(RULES_MAX_HEIGHT) " (give a part a name: derive NAME = ...)",
            "an expression of more than " G_STRINGIFY(
                RULES_MAX_HEIGHT) " steps, one upon the other");
    return self->panic ? NULL : n;
}

static void
deeper(RulesParser *self)
{
    if (++self->depth > RULES_MAX_DEPTH)
        rules_parser_error(
            self, 112, self->token.start, self->token.end,
            "at most " G_STRINGIFY(RULES_MAX_DEPTH) " (give a part a name: derive NAME = ...)",
            "brackets and functions nested more than " G_STRINGIFY(RULES_MAX_DEPTH) " deep");
}

static AstNode *
binary(RulesParser *self, AstKind kind, AstNode *a, AstNode *b)
{
    if (self->panic || a == NULL || b == NULL)
        return NULL;
    AstNode *n = make(self, kind, a->start);
    n->a = a;
    n->b = b;
    return ended(self, n);
}

static AstNode *
parse_number(RulesParser *self, bool negative)
{
    RulesToken t = self->token;
    if (t.kind != RULES_TOKEN_NUMBER) {
        rules_parser_unexpected(self, "a number, with its unit if it has one");
        return NULL;
    }
    if (t.too_long) {
        rules_parser_error(self, 107, t.start, t.end, "at most 18 digits",
                           "a number too long to keep");
        return NULL;
    }
    AstNode *n = make(self, AST_NUMBER, t.start);
    n->number = t.number;
    if (negative)
        n->number.digits = -n->number.digits;
    /* The lexer stands right behind the number: a unit is only looked for here. */
    n->has_unit = rules_lexer_unit(&self->lexer, &n->unit);
    if (n->has_unit)
        self->token.end = self->lexer.at;
    else
        n->unit = rules_unit_one;
    if (self->lexer.at < self->lexer.end && self->text[self->lexer.at] == '{' && n->has_unit) {
        rules_parser_error(self, 108, self->lexer.at, self->lexer.at + 1, NULL,
                           "annotations in braces are no part of a unit here");
        /* Its closing brace is not the rule's. */
        const char *close =
            memchr(self->text + self->lexer.at, '}', self->lexer.end - self->lexer.at);
        if (close != NULL)
            self->lexer.at = (size_t)(close - self->text) + 1;
        rules_parser_step(self);
        return NULL;
    }
    rules_parser_step(self);
    return ended(self, n);
}

AstNode *
rules_parse_quantity(RulesParser *self)
{
    if (self->panic)
        return NULL;
    size_t start = self->token.start;
    bool negative = rules_parser_accept_token(self, RULES_TOKEN_MINUS);
    AstNode *n = parse_number(self, negative);
    if (n != NULL)
        n->start = start;
    return n;
}

static const struct {
    const char *word;
    AstWindowKind kind;
} window_words[] = {
    {"mean", AST_MEAN},   {"median", AST_MEDIAN}, {"min", AST_MIN},
    {"max", AST_MAX},     {"slope", AST_SLOPE},   {"change", AST_CHANGE},
    {"count", AST_COUNT}, {"sd", AST_SD},         {"share", AST_SHARE},
};

static AstNode *
parse_window(RulesParser *self, AstWindowKind kind, size_t start)
{
    AstNode *n = make(self, AST_WINDOW, start);
    n->window = kind;
    n->a = rules_parse_condition(self);
    rules_parser_expect(self, "over");
    n->duration_us = rules_parser_duration(self, false);
    if (rules_parser_accept(self, "needing")) {
        n->needing = rules_parser_int(self, "a share in percent, 1 % to 100 %", 100);
        rules_parser_expect_token(self, RULES_TOKEN_PERCENT, "%");
        if (!self->panic && n->needing == 0)
            rules_parser_error(self, 109, start, self->last_end, "1 % to 100 %", "needing 0 %");
    }
    rules_parser_expect_token(self, RULES_TOKEN_CLOSE, "\")\" or needing");
    return ended(self, n);
}

/* time(E under X within W), area(E over X within W) */
static AstNode *
parse_exposure(RulesParser *self, bool area, size_t start)
{
    AstNode *n = make(self, AST_EXPOSURE, start);
    n->a = rules_parse_expression(self);
    bool under = rules_parser_is(self, "under");
    if (!self->panic && !under && !rules_parser_is(self, "over"))
        rules_parser_unexpected(self, "under or over");
    if (!self->panic)
        rules_parser_step(self);
    n->window = area    ? (under ? AST_AREA_UNDER : AST_AREA_OVER)
                : under ? AST_TIME_UNDER
                        : AST_TIME_OVER;
    n->b = rules_parse_expression(self);
    rules_parser_expect(self, "within");
    n->duration_us = rules_parser_duration(self, false);
    rules_parser_expect_token(self, RULES_TOKEN_CLOSE, "\")\"");
    return ended(self, n);
}

/* baseline(NAME over W): the median of it over W. */
static AstNode *
parse_baseline(RulesParser *self, size_t start)
{
    AstNode *n = make(self, AST_WINDOW, start);
    n->window = AST_MEDIAN;
    AstNode *name = make(self, AST_NAME, self->token.start);
    name->name = rules_parser_name(self, "the name of an input");
    n->a = ended(self, name);
    rules_parser_expect(self, "over");
    n->duration_us = rules_parser_duration(self, false);
    rules_parser_expect_token(self, RULES_TOKEN_CLOSE, "\")\"");
    return ended(self, n);
}

/* happened(C over W times N) */
static AstNode *
parse_happened(RulesParser *self, size_t start)
{
    AstNode *n = make(self, AST_HAPPENED, start);
    n->a = rules_parse_condition(self);
    rules_parser_expect(self, "over");
    n->duration_us = rules_parser_duration(self, false);
    n->count = 1;
    if (rules_parser_accept(self, "times")) {
        n->count = rules_parser_int(self, "how many times, 1 to 100", 100);
        if (!self->panic && n->count == 0)
            rules_parser_error(self, 111, start, self->last_end, "1 to 100", "times 0");
    }
    rules_parser_expect_token(self, RULES_TOKEN_CLOSE, "\")\" or times");
    return ended(self, n);
}

/* NAME "(": the name is stepped over, and the bracket. */
static AstNode *
parse_call(RulesParser *self, RulesSlice name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(window_words); i++)
        if (rules_slice_is(name, window_words[i].word))
            return parse_window(self, window_words[i].kind, name.start);
    if (rules_slice_is(name, "time") || rules_slice_is(name, "area"))
        return parse_exposure(self, rules_slice_is(name, "area"), name.start);
    if (rules_slice_is(name, "baseline"))
        return parse_baseline(self, name.start);
    if (rules_slice_is(name, "happened"))
        return parse_happened(self, name.start);

    if (rules_slice_is(name, "known")) {
        AstNode *n = make(self, AST_KNOWN, name.start);
        n->name = rules_parser_name(self, "the name of an input");
        rules_parser_expect_token(self, RULES_TOKEN_CLOSE, "\")\"");
        return ended(self, n);
    }
    if (rules_slice_is(name, "age") || rules_slice_is(name, "abs")) {
        AstNode *n = make(self, rules_slice_is(name, "age") ? AST_AGE : AST_ABS, name.start);
        n->a = rules_parse_expression(self);
        rules_parser_expect_token(self, RULES_TOKEN_CLOSE, "\")\"");
        return ended(self, n);
    }

    static const char *const names[] = {
        "mean", "median", "min", "max", "slope", "change",   "count",    "sd", "share",
        "time", "area",   "age", "abs", "known", "baseline", "happened", NULL};
    char word[64] = "";
    memcpy(word, name.text, MIN(name.length, sizeof word - 1));
    const char *near = rules_nearest(word, names);
    g_autofree char *expected = near != NULL ? g_strdup_printf("perhaps %s", near) : NULL;
    g_autofree char *what = g_strdup_printf("no function is called \"%s\"", word);
    rules_parser_error(self, 110, name.start, name.start + name.length, expected, what);
    return NULL;
}

static AstNode *
parse_at_least(RulesParser *self, size_t start)
{
    rules_parser_expect(self, "least");
    AstNode *n = make(self, AST_AT_LEAST, start);
    n->count = rules_parser_int(self, "a whole number, 1 to 64", 64);
    rules_parser_expect(self, "of");
    rules_parser_expect_token(self, RULES_TOKEN_OPEN, "\"(\"");
    AstNode **last = &n->a;
    int of = 0;
    while (!self->panic) {
        *last = rules_parse_condition(self);
        if (*last == NULL)
            return NULL;
        last = &(*last)->next;
        of++;
        if (!rules_parser_accept_token(self, RULES_TOKEN_COMMA))
            break;
    }
    rules_parser_expect_token(self, RULES_TOKEN_CLOSE, "\",\" or \")\"");
    if (!self->panic && (n->count == 0 || n->count > of || of > 64)) {
        g_autofree char *what = g_strdup_printf("at least %d of %d", n->count, of);
        rules_parser_error(self, 111, start, self->last_end,
                           "1 to the number of conditions (at most 64)", what);
    }
    return ended(self, n);
}

/* first A then B within W */
static AstNode *
parse_first_then(RulesParser *self, size_t start)
{
    AstNode *n = make(self, AST_FIRST, start);
    n->a = rules_parse_condition(self);
    rules_parser_expect(self, "then");
    n->b = rules_parse_condition(self);
    rules_parser_expect(self, "within");
    n->duration_us = rules_parser_duration(self, false);
    return ended(self, n);
}

static AstNode *
parse_no_event(RulesParser *self, size_t start)
{
    AstNode *n = make(self, AST_NO_EVENT, start);
    n->name = rules_parser_name(self, "the name of an event input");
    rules_parser_expect(self, "for");
    n->duration_us = rules_parser_duration(self, false);
    return ended(self, n);
}

/* Words that end a condition; a name missing before one is said so. */
static bool
is_reserved(const RulesParser *self)
{
    static const char *const words[] = {
        "and",   "or",      "for",    "over",    "within",   "then",   "needing", "when",
        "clear", "raise",   "unless", "unknown", "applies",  "where",  "score",   "part",
        "use",   "limit",   "derive", "hold",    "escalate", "repeat", "source",  "owner",
        "note",  "between", "else",   "under",   "to",       "in",     NULL};
    for (size_t i = 0; words[i] != NULL; i++)
        if (rules_parser_is(self, words[i]))
            return true;
    return false;
}

static AstNode *
parse_name(RulesParser *self)
{
    if (is_reserved(self)) {
        rules_parser_unexpected(self, "a value: a name, a number with its unit, or a function");
        return NULL;
    }
    size_t start = self->token.start;
    bool called = rules_lexer_peek(&self->lexer) == '(';
    RulesSlice name = rules_parser_name(self, "a name");
    if (self->panic)
        return NULL;
    if (called) {
        rules_parser_step(self);
        return parse_call(self, name);
    }
    if (rules_slice_is(name, "at") && rules_parser_is(self, "least"))
        return parse_at_least(self, start);
    if (rules_slice_is(name, "no") && self->token.kind == RULES_TOKEN_NAME)
        return parse_no_event(self, start);
    if (rules_slice_is(name, "first") && self->token.kind == RULES_TOKEN_NAME)
        return parse_first_then(self, start);

    AstNode *n = make(self, AST_NAME, start);
    n->name = name;
    if (rules_parser_accept_token(self, RULES_TOKEN_DOT))
        n->member = rules_parser_name(self, "min, max, highest, parts or missing");
    return ended(self, n);
}

static AstNode *
parse_primary(RulesParser *self)
{
    size_t start = self->token.start;
    if (self->token.kind == RULES_TOKEN_NUMBER)
        return parse_number(self, false);
    if (self->token.kind == RULES_TOKEN_NAME)
        return parse_name(self);
    if (rules_parser_accept_token(self, RULES_TOKEN_OPEN)) {
        AstNode *n = rules_parse_condition(self);
        rules_parser_expect_token(self, RULES_TOKEN_CLOSE, "\")\"");
        if (self->panic)
            return NULL;
        n->start = start; /* its words have their brackets */
        return ended(self, n);
    }
    if (rules_parser_accept_token(self, RULES_TOKEN_MINUS)) {
        AstNode *n = make(self, AST_NEGATE, start);
        if (self->token.kind == RULES_TOKEN_MINUS)
            rules_parser_unexpected(self, "one minus at most");
        n->a = self->panic ? NULL : parse_primary(self);
        return ended(self, n);
    }
    rules_parser_unexpected(self, "a value: a name, a number with its unit, or a function");
    return NULL;
}

static AstNode *
parse_factor(RulesParser *self)
{
    AstNode *a = parse_primary(self);
    while (rules_parser_accept(self, "else"))
        a = binary(self, AST_ELSE, a, parse_primary(self));
    return a;
}

static AstNode *
parse_term(RulesParser *self)
{
    AstNode *a = parse_factor(self);
    while (!self->panic
           && (self->token.kind == RULES_TOKEN_TIMES || self->token.kind == RULES_TOKEN_BY)) {
        AstKind kind = self->token.kind == RULES_TOKEN_TIMES ? AST_MULTIPLY : AST_DIVIDE;
        rules_parser_step(self);
        a = binary(self, kind, a, parse_factor(self));
    }
    return a;
}

AstNode *
rules_parse_expression(RulesParser *self)
{
    if (self->panic)
        return NULL;
    deeper(self);
    AstNode *a = self->panic ? NULL : parse_term(self);
    while (!self->panic
           && (self->token.kind == RULES_TOKEN_PLUS || self->token.kind == RULES_TOKEN_MINUS)) {
        AstKind kind = self->token.kind == RULES_TOKEN_PLUS ? AST_ADD : AST_SUBTRACT;
        rules_parser_step(self);
        a = binary(self, kind, a, parse_term(self));
    }
    self->depth--;
    return self->panic ? NULL : a;
}

static AstNode *
parse_in(RulesParser *self, AstNode *a)
{
    AstNode *n = make(self, AST_IN, a->start);
    n->a = a;
    AstNode **last = &n->b;
    rules_parser_expect_token(self, RULES_TOKEN_OPEN, "\"(\" and symbols");
    while (!self->panic) {
        AstNode *item = make(self, AST_NAME, self->token.start);
        item->name = rules_parser_name(self, "a symbol");
        *last = ended(self, item);
        last = &item->next;
        if (!rules_parser_accept_token(self, RULES_TOKEN_COMMA))
            break;
    }
    rules_parser_expect_token(self, RULES_TOKEN_CLOSE, "\",\" or \")\"");
    return ended(self, n);
}

static AstNode *
parse_test(RulesParser *self)
{
    AstNode *a = rules_parse_expression(self);
    if (a == NULL || self->panic)
        return NULL;
    static const AstKind kinds[] = {AST_LT, AST_LE, AST_GT, AST_GE, AST_EQ, AST_NE};
    if (self->token.kind >= RULES_TOKEN_LT && self->token.kind <= RULES_TOKEN_NE) {
        AstKind kind = kinds[self->token.kind - RULES_TOKEN_LT];
        rules_parser_step(self);
        return binary(self, kind, a, rules_parse_expression(self));
    }
    if (rules_parser_accept(self, "between")) {
        AstNode *n = make(self, AST_BETWEEN, a->start);
        n->a = a;
        n->b = rules_parse_expression(self);
        rules_parser_expect(self, "and");
        n->c = rules_parse_expression(self);
        return ended(self, n);
    }
    if (rules_parser_accept(self, "in"))
        return parse_in(self, a);
    return a;
}

static AstNode *
parse_not(RulesParser *self)
{
    if (!rules_parser_is(self, "not"))
        return parse_test(self);
    AstNode *n = make(self, AST_NOT, self->token.start);
    rules_parser_step(self);
    deeper(self);
    n->a = self->panic ? NULL : parse_not(self);
    self->depth--;
    return ended(self, n);
}

static AstNode *
parse_and(RulesParser *self)
{
    AstNode *a = parse_not(self);
    while (rules_parser_accept(self, "and"))
        a = binary(self, AST_AND, a, parse_not(self));
    return a;
}

AstNode *
rules_parse_condition(RulesParser *self)
{
    if (self->panic)
        return NULL;
    deeper(self);
    AstNode *a = self->panic ? NULL : parse_and(self);
    while (rules_parser_accept(self, "or"))
        a = binary(self, AST_OR, a, parse_and(self));
    self->depth--;
    return self->panic ? NULL : a;
}
