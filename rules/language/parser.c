/* The parser's hands: tokens, names, numbers, durations, texts with slots.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/language/parser.h"

#include <string.h>

void
rules_parser_step(RulesParser *self)
{
    self->last_end = self->token.end;
    self->token = rules_lexer_next(&self->lexer);
}

void
rules_parser_error(RulesParser *self,
                   unsigned code,
                   size_t start,
                   size_t end,
                   const char *expected,
                   const char *what)
{
    if (!self->panic)
        rules_diagnostics_add(self->diagnostics, RULES_ERROR, code, start, end, expected, "%s",
                              what);
    self->panic = true;
}

void
rules_parser_unexpected(RulesParser *self, const char *expected)
{
    const RulesToken *t = &self->token;
    size_t length = MIN(t->end - t->start, 40);
    while (length > 0 && length < t->end - t->start
           && ((unsigned char)self->text[t->start + length] & 0xc0) == 0x80)
        length--;
    g_autofree char *what = NULL;
    unsigned code = 101;
    if (t->kind == RULES_TOKEN_END) {
        what = g_strdup("found the end of the text");
    } else if (t->kind == RULES_TOKEN_BAD && self->text[t->start] == '"') {
        what = g_strdup("a string that does not end on its line");
        code = 102;
    } else if (t->kind == RULES_TOKEN_STRING) {
        what = g_strdup_printf("found the string %.*s", (int)length, self->text + t->start);
    } else {
        what = g_strdup_printf("found \"%.*s\"", (int)length, self->text + t->start);
    }
    rules_parser_error(self, code, t->start, t->end, expected, what);
}

void
rules_parser_unexpected_word(RulesParser *self, const char *const *words, const char *expected)
{
    const RulesToken *t = &self->token;
    char word[32] = "";

    if (t->kind == RULES_TOKEN_NAME)
        memcpy(word, self->text + t->start, MIN(t->end - t->start, sizeof word - 1));
    const char *near = word[0] != '\0' ? rules_nearest(word, words) : NULL;
    g_autofree char *perhaps = near != NULL ? g_strdup_printf("perhaps %s", near) : NULL;
    rules_parser_unexpected(self, perhaps != NULL ? perhaps : expected);
}

bool
rules_parser_is(const RulesParser *self, const char *word)
{
    const RulesToken *t = &self->token;
    return t->kind == RULES_TOKEN_NAME && strlen(word) == t->end - t->start
           && memcmp(self->text + t->start, word, t->end - t->start) == 0;
}

bool
rules_parser_accept(RulesParser *self, const char *word)
{
    if (self->panic || !rules_parser_is(self, word))
        return false;
    rules_parser_step(self);
    return true;
}

bool
rules_parser_expect(RulesParser *self, const char *word)
{
    if (rules_parser_accept(self, word))
        return true;
    if (!self->panic) {
        g_autofree char *expected = g_strdup_printf("\"%s\"", word);
        rules_parser_unexpected(self, expected);
    }
    return false;
}

bool
rules_parser_accept_token(RulesParser *self, RulesTokenKind kind)
{
    if (self->panic || self->token.kind != kind)
        return false;
    rules_parser_step(self);
    return true;
}

bool
rules_parser_expect_token(RulesParser *self, RulesTokenKind kind, const char *what)
{
    if (rules_parser_accept_token(self, kind))
        return true;
    if (!self->panic)
        rules_parser_unexpected(self, what);
    return false;
}

RulesSlice
rules_parser_slice(const RulesParser *self, RulesToken token)
{
    return (RulesSlice){self->text + token.start, token.end - token.start, token.start};
}

RulesSlice
rules_parser_name(RulesParser *self, const char *what)
{
    RulesToken t = self->token;
    if (!rules_parser_expect_token(self, RULES_TOKEN_NAME, what))
        return (RulesSlice){0};
    if (t.end - t.start > 63) {
        rules_parser_error(self, 103, t.start, t.end, NULL, "a name of more than 63 characters");
        return (RulesSlice){0};
    }
    return rules_parser_slice(self, t);
}

RulesSlice
rules_parser_string(RulesParser *self, const char *what)
{
    RulesToken t = self->token;
    if (!rules_parser_expect_token(self, RULES_TOKEN_STRING, what))
        return (RulesSlice){0};
    return (RulesSlice){self->text + t.start + 1, t.end - t.start - 2, t.start + 1};
}

int
rules_parser_int(RulesParser *self, const char *what, int max)
{
    RulesToken t = self->token;
    if (self->panic)
        return 0;
    if (t.kind != RULES_TOKEN_NUMBER || t.too_long
        || memchr(self->text + t.start, '.', t.end - t.start)
        || rules_decimal_value(t.number) > (double)max) {
        rules_parser_unexpected(self, what);
        return 0;
    }
    rules_parser_step(self);
    return (int)rules_decimal_value(t.number);
}

int64_t
rules_parser_duration(RulesParser *self, bool zero_allowed)
{
    static const struct {
        const char *unit;
        int64_t us;
    } units[] = {
        {"ms", 1000}, {"s", 1000000}, {"min", 60000000}, {"h", 3600000000}, {"d", 86400000000}};
    static const char expected[] = "a duration: a number and ms, s, min, h or d";
    RulesToken t = self->token;
    if (self->panic)
        return 0;
    if (t.kind != RULES_TOKEN_NUMBER || t.too_long) {
        rules_parser_unexpected(self, expected);
        return 0;
    }
    size_t number_end = t.end;
    rules_parser_step(self);
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (!rules_parser_is(self, units[i].unit))
            continue;
        double us = rules_decimal_value(t.number) * (double)units[i].us;
        if (us > 4000.0 * 86400e6 || us < (zero_allowed ? 0.0 : 1000.0)) {
            rules_parser_error(self, 104, t.start, self->token.end, "1 ms to 4000 d",
                               "a duration out of bounds");
            return 0;
        }
        rules_parser_step(self);
        return (int64_t)(us + 0.5);
    }
    g_autofree char *what = g_strdup_printf("%.*s has no unit of time", (int)(number_end - t.start),
                                            self->text + t.start);
    rules_parser_error(self, 105, t.start, number_end, expected, what);
    return 0;
}

/* The slot from @open (its brace) to @close: parsed in place, so that errors
 * point into the string. */
static AstNode *
parse_slot(RulesParser *self, size_t open, size_t close)
{
    RulesParser inner = *self;
    inner.lexer = (RulesLexer){self->text, open + 1, close};
    inner.token = (RulesToken){.end = open + 1};
    inner.panic = false;
    rules_parser_step(&inner);
    AstNode *node = rules_parse_expression(&inner);
    if (!inner.panic && inner.token.kind != RULES_TOKEN_END)
        rules_parser_unexpected(&inner, "the end of the slot: }");
    return inner.panic ? NULL : node;
}

static AstPiece *
add_piece(RulesParser *self, AstPiece **last, AstText *text)
{
    AstPiece *piece = rules_ast_alloc(self->file, sizeof *piece);
    if (*last == NULL)
        text->pieces = piece;
    else
        (*last)->next = piece;
    *last = piece;
    return piece;
}

AstText
rules_parser_text(RulesParser *self)
{
    AstText text = {0};
    RulesSlice all = rules_parser_string(self, "a text in quotes");
    if (self->panic)
        return text;
    text.given = true;
    text.text = all;
    AstPiece *last = NULL;
    size_t end = all.start + all.length;
    for (size_t at = all.start; at < end;) {
        const char *open = memchr(self->text + at, '{', end - at);
        size_t stop = open != NULL ? (size_t)(open - self->text) : end;
        if (stop > at)
            add_piece(self, &last, &text)->literal = (RulesSlice){self->text + at, stop - at, at};
        if (open == NULL)
            break;
        const char *close = memchr(open, '}', end - stop);
        if (close == NULL) {
            rules_diagnostics_add(self->diagnostics, RULES_ERROR, 106, stop, stop + 1,
                                  "a closing }", "a slot that does not end");
            text.broken = true;
            break;
        }
        AstNode *node = parse_slot(self, stop, (size_t)(close - self->text));
        if (node == NULL)
            text.broken = true;
        else
            add_piece(self, &last, &text)->node = node;
        at = (size_t)(close - self->text) + 1;
    }
    return text;
}
