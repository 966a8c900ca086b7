/* Inside of the parser: the state that its two files share.
 *
 * One token of look-ahead. After an error the parser is in panic: every
 * function returns at once until the clause loop has recovered at the next
 * clause keyword, so that one cause gives one message.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "rules/language/ast.h"

G_BEGIN_DECLS

typedef struct {
    AstFile *file;
    RulesBundle *bundle;
    const RulesFile *from; /* the text under way */
    RulesDiagnostics *diagnostics;
    const char *text;
    RulesLexer lexer;
    RulesToken token;
    size_t last_end; /* of the token before */
    int depth;
    bool panic;
} RulesParser;

void rules_parser_step(RulesParser *self);
/* "found X, expected Y" at the current token. */
void rules_parser_unexpected(RulesParser *self, const char *expected);
/* The same; @words (ended by NULL) are those that could stand here: a near one is named. */
void
rules_parser_unexpected_word(RulesParser *self, const char *const *words, const char *expected);
void rules_parser_error(RulesParser *self,
                        unsigned code,
                        size_t start,
                        size_t end,
                        const char *expected,
                        const char *what);

bool rules_parser_is(const RulesParser *self, const char *word);
bool rules_parser_accept(RulesParser *self, const char *word);
bool rules_parser_expect(RulesParser *self, const char *word);
bool rules_parser_accept_token(RulesParser *self, RulesTokenKind kind);
bool rules_parser_expect_token(RulesParser *self, RulesTokenKind kind, const char *what);
RulesSlice rules_parser_slice(const RulesParser *self, RulesToken token);
RulesSlice rules_parser_name(RulesParser *self, const char *what);
RulesSlice rules_parser_string(RulesParser *self, const char *what);
int rules_parser_int(RulesParser *self, const char *what, int max);
int64_t rules_parser_duration(RulesParser *self, bool zero_allowed);
AstText rules_parser_text(RulesParser *self);

AstNode *rules_parse_condition(RulesParser *self);
AstNode *rules_parse_expression(RulesParser *self);
/* number [unit], a minus before it allowed */
AstNode *rules_parse_quantity(RulesParser *self);

G_END_DECLS
