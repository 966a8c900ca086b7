/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/language/lexer.h"

#include <stdlib.h>
#include <string.h>

static bool
is_name_start(char c)
{
    return g_ascii_isalpha(c) || c == '_';
}

static bool
is_name_part(char c)
{
    return g_ascii_isalnum(c) || c == '_';
}

static size_t
skip_blanks(const RulesLexer *self)
{
    size_t at = self->at;
    while (at < self->end) {
        if (self->text[at] == '#') {
            while (at < self->end && self->text[at] != '\n')
                at++;
        } else if (g_ascii_isspace(self->text[at])) {
            at++;
        } else if (self->end - at >= 3 && memcmp(self->text + at, RULES_BYTE_ORDER_MARK, 3) == 0) {
            at += 3; /* some editors begin every file so */
        } else {
            break;
        }
    }
    return at;
}

static char
at_or_0(const RulesLexer *self, size_t at)
{
    return at < self->end ? self->text[at] : '\0';
}

/* Names may contain '-', but never end with one: "AIR->0" is a name and an arrow. */
static size_t
name_end(const RulesLexer *self, size_t at)
{
    while (at < self->end
           && (is_name_part(self->text[at])
               || (self->text[at] == '-' && is_name_part(at_or_0(self, at + 1)))))
        at++;
    return at;
}

/* The point of ".." is no decimal point. */
static size_t
number_end(const RulesLexer *self, size_t at)
{
    while (g_ascii_isdigit(at_or_0(self, at)))
        at++;
    if (at_or_0(self, at) == '.' && g_ascii_isdigit(at_or_0(self, at + 1))) {
        at++;
        while (g_ascii_isdigit(at_or_0(self, at)))
            at++;
    }
    return at;
}

static RulesTokenKind
punctuation(char c, char next, size_t *length)
{
    static const struct {
        char text[3];
        RulesTokenKind kind;
    } table[] = {
        {"->", RULES_TOKEN_ARROW},      {"..", RULES_TOKEN_DOTS},   {"<=", RULES_TOKEN_LE},
        {">=", RULES_TOKEN_GE},         {"!=", RULES_TOKEN_NE},     {"{", RULES_TOKEN_OPEN_BRACE},
        {"}", RULES_TOKEN_CLOSE_BRACE}, {"(", RULES_TOKEN_OPEN},    {")", RULES_TOKEN_CLOSE},
        {",", RULES_TOKEN_COMMA},       {":", RULES_TOKEN_COLON},   {".", RULES_TOKEN_DOT},
        {"+", RULES_TOKEN_PLUS},        {"-", RULES_TOKEN_MINUS},   {"*", RULES_TOKEN_TIMES},
        {"/", RULES_TOKEN_BY},          {"%", RULES_TOKEN_PERCENT}, {"<", RULES_TOKEN_LT},
        {">", RULES_TOKEN_GT},          {"=", RULES_TOKEN_EQ},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (c == table[i].text[0] && (table[i].text[1] == '\0' || table[i].text[1] == next)) {
            *length = strlen(table[i].text);
            return table[i].kind;
        }
    *length = 1;
    return RULES_TOKEN_BAD;
}

static RulesToken
string_token(RulesLexer *self)
{
    RulesToken t = {.kind = RULES_TOKEN_BAD, .start = self->at};
    size_t at = self->at + 1;
    while (at < self->end && self->text[at] != '"' && self->text[at] != '\n')
        at++;
    if (at_or_0(self, at) == '"') {
        t.kind = RULES_TOKEN_STRING;
        at++;
    }
    t.end = self->at = at;
    return t;
}

RulesToken
rules_lexer_next(RulesLexer *self)
{
    self->at = skip_blanks(self);
    RulesToken t = {.start = self->at};
    char c = at_or_0(self, self->at);
    if (self->at >= self->end) {
        t.end = t.start;
        return t;
    }
    if (c == '"')
        return string_token(self);
    if (is_name_start(c)) {
        t.kind = RULES_TOKEN_NAME;
        self->at = name_end(self, self->at);
    } else if (g_ascii_isdigit(c)) {
        t.kind = RULES_TOKEN_NUMBER;
        self->at = number_end(self, self->at);
        t.too_long = !rules_decimal_parse(self->text + t.start, self->at - t.start, &t.number);
    } else {
        size_t length = 1;
        t.kind = punctuation(c, at_or_0(self, self->at + 1), &length);
        if (t.kind == RULES_TOKEN_BAD)
            while (((unsigned char)at_or_0(self, self->at + length) & 0xc0) == 0x80)
                length++;
        self->at += length;
    }
    t.end = self->at;
    return t;
}

bool
rules_lexer_unit(RulesLexer *self, RulesUnit *unit)
{
    size_t at = skip_blanks(self);
    size_t n = rules_unit_match(self->text + at, self->end - at, unit);
    if (n == 0)
        return false;
    self->at = at + n;
    return true;
}

bool
rules_lexer_date(RulesLexer *self, char out[11])
{
    size_t at = skip_blanks(self);
    if (self->end - at < 10)
        return false;
    for (size_t i = 0; i < 10; i++) {
        char c = self->text[at + i];
        if (i == 4 || i == 7 ? c != '-' : !g_ascii_isdigit(c))
            return false;
    }
    memcpy(out, self->text + at, 10);
    out[10] = '\0';
    GDate date;
    int y = atoi(out);
    int m = atoi(out + 5);
    int d = atoi(out + 8);
    g_date_clear(&date, 1);
    if (!g_date_valid_dmy((GDateDay)d, (GDateMonth)m, (GDateYear)y))
        return false;
    self->at = at + 10;
    return true;
}

char
rules_lexer_peek(const RulesLexer *self)
{
    return at_or_0(self, skip_blanks(self));
}
