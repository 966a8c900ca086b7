/* Inside of the parser: the two blocks in braces, and recovery.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "rules/language/parser.h"

G_BEGIN_DECLS

AstRule *rules_parse_rule(RulesParser *self);
AstScore *rules_parse_score(RulesParser *self);
/* `unknown` and `longer` are stepped over by the caller's accept of "unknown". */
AstUnknown rules_parse_unknown(RulesParser *self);

/* Out of panic: on to the next of @words (ended by NULL), a closing brace, a
 * declaration, or the end. */
void rules_parser_recover(RulesParser *self, const char *const *words);
bool rules_parser_at_declaration(const RulesParser *self);

G_END_DECLS
