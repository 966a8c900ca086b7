/* Tokens of a rule text, one at a time.
 *
 * Units and dates are only looked for where the parser asks for one, so that
 * a word is never mistaken for a unit. Works on a slice of the text (a whole
 * file, or a slot inside a string); copies nothing, allocates nothing.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "rules/language/decimal.h"
#include "rules/language/unit.h"

G_BEGIN_DECLS

#define RULES_BYTE_ORDER_MARK "\xef\xbb\xbf"

typedef enum {
    RULES_TOKEN_END,
    RULES_TOKEN_NAME,
    RULES_TOKEN_NUMBER,
    RULES_TOKEN_STRING, /* start and end enclose the quotes */
    RULES_TOKEN_OPEN_BRACE,
    RULES_TOKEN_CLOSE_BRACE,
    RULES_TOKEN_OPEN,
    RULES_TOKEN_CLOSE,
    RULES_TOKEN_COMMA,
    RULES_TOKEN_COLON,
    RULES_TOKEN_DOT,
    RULES_TOKEN_DOTS,
    RULES_TOKEN_ARROW,
    RULES_TOKEN_PLUS,
    RULES_TOKEN_MINUS,
    RULES_TOKEN_TIMES,
    RULES_TOKEN_BY,
    RULES_TOKEN_PERCENT,
    RULES_TOKEN_LT,
    RULES_TOKEN_LE,
    RULES_TOKEN_GT,
    RULES_TOKEN_GE,
    RULES_TOKEN_EQ,
    RULES_TOKEN_NE,
    RULES_TOKEN_BAD, /* a byte that begins nothing, or a string that never ends */
} RulesTokenKind;

typedef struct {
    RulesTokenKind kind;
    size_t start;
    size_t end;
    RulesDecimal number; /* NUMBER only */
    bool too_long;       /* NUMBER with more digits than we can keep exactly */
} RulesToken;

typedef struct {
    const char *text;
    size_t at;
    size_t end;
} RulesLexer;

RulesToken rules_lexer_next(RulesLexer *self);

/* A unit right here (blanks skipped), and step over it. */
bool rules_lexer_unit(RulesLexer *self, RulesUnit *unit);
/* YYYY-MM-DD right here. */
bool rules_lexer_date(RulesLexer *self, char out[11]);
/* The next byte that is neither blank nor comment; 0 at the end. */
char rules_lexer_peek(const RulesLexer *self);

G_END_DECLS
