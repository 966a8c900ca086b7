/* The file: its header and its declarations.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/language/parse-rule.h"

static const char *const no_words[] = {NULL};

static void
parse_default(RulesParser *self)
{
    if (rules_parser_accept(self, "validity"))
        self->file->validity_us = rules_parser_duration(self, false);
    else if (rules_parser_accept(self, "unknown"))
        self->file->unknown = rules_parse_unknown(self);
    else
        rules_parser_unexpected(self, "validity or unknown");
}

static void
parse_header(RulesParser *self)
{
    AstFile *file = self->file;
    /* `rule "x" version 1`: a header misspelt, no rule, which has a name there. */
    bool is_header = rules_lexer_peek(&self->lexer) == '"';
    if (!rules_parser_expect(self, "rules") && is_header)
        rules_parser_step(self);
    file->name = rules_parser_string(self, "the set's name in quotes");
    rules_parser_expect(self, "version");
    file->version = rules_parser_int(self, "the set's version, a whole number", 1000000);
    while (!self->panic) {
        if (rules_parser_accept(self, "owner")) {
            file->owner = rules_parser_string(self, "the owner in quotes");
        } else if (rules_parser_is(self, "review")) {
            if (!rules_lexer_date(&self->lexer, file->review)) {
                rules_parser_step(self);
                rules_parser_unexpected(self, "a date: 2027-05-01");
            } else {
                rules_parser_step(self);
            }
        } else {
            break;
        }
    }
}

/* The lexer stands behind the colon: a unit is looked for before a word. */
static bool
parse_unit(RulesParser *self, RulesUnit *unit, size_t *start)
{
    if (self->panic || self->token.kind != RULES_TOKEN_COLON) {
        rules_parser_expect_token(self, RULES_TOKEN_COLON, "\":\"");
        return false;
    }
    bool found = rules_lexer_unit(&self->lexer, unit);
    *start = self->lexer.at - (found ? strlen(unit->text) : 0);
    self->token.end = self->lexer.at;
    rules_parser_step(self);
    return found;
}

/* A validity behind a source is its own. */
static void
parse_from(RulesParser *self, AstUse *use)
{
    use->from = rules_ast_array(self->file, sizeof(AstSource));
    do {
        AstSource source = {.name = rules_parser_name(self, "the name of a signal")};
        if (rules_parser_accept(self, "validity"))
            source.validity_us = rules_parser_duration(self, false);
        if (!self->panic)
            g_array_append_val(use->from, source);
    } while (rules_parser_accept(self, "or"));
}

static AstUse *
parse_use(RulesParser *self)
{
    AstUse *use = rules_ast_alloc(self->file, sizeof *use);
    use->name = rules_parser_name(self, "the name of a signal");
    use->kind = AST_USE_NUMBER;
    if (!parse_unit(self, &use->unit, &use->unit_start) && !self->panic) {
        if (rules_parser_accept(self, "symbol"))
            use->kind = AST_USE_SYMBOL;
        else if (rules_parser_accept(self, "event"))
            use->kind = AST_USE_EVENT;
        else
            rules_parser_unexpected(self, "a unit (UCUM, for example mm[Hg]), symbol or event");
    }
    for (;;) {
        if (rules_parser_accept(self, "validity")) {
            use->validity_us = rules_parser_duration(self, false);
        } else if (rules_parser_accept(self, "from")) {
            parse_from(self, use);
        } else if (rules_parser_is(self, "else") && use->otherwise == NULL) {
            rules_parser_step(self);
            use->otherwise = self->token.kind == RULES_TOKEN_NAME ? rules_parse_expression(self)
                                                                  : rules_parse_quantity(self);
        } else {
            break;
        }
    }
    use->broken = self->panic;
    return use;
}

static AstLimit *
parse_limit(RulesParser *self)
{
    AstLimit *limit = rules_ast_alloc(self->file, sizeof *limit);
    limit->name = rules_parser_name(self, "the limit's name");
    rules_parser_expect_token(self, RULES_TOKEN_EQ, "\"=\"");
    limit->value = rules_parse_quantity(self);
    rules_parser_expect(self, "within");
    limit->min = rules_parse_quantity(self);
    rules_parser_expect_token(self, RULES_TOKEN_DOTS, "\"..\"");
    limit->max = rules_parse_quantity(self);
    if (rules_parser_accept(self, "per")) {
        limit->per_unit = rules_parser_accept(self, "unit");
        limit->per_bed = !limit->per_unit && rules_parser_expect(self, "bed");
    }
    limit->broken = self->panic;
    return limit;
}

static AstDerive *
parse_derive(RulesParser *self)
{
    AstDerive *derive = rules_ast_alloc(self->file, sizeof *derive);
    derive->name = rules_parser_name(self, "the name of the derived value");
    size_t start = 0;
    if (!self->panic && self->token.kind == RULES_TOKEN_COLON) {
        derive->has_unit = parse_unit(self, &derive->unit, &start);
        if (!derive->has_unit)
            rules_parser_unexpected(self, "a unit");
    }
    rules_parser_expect_token(self, RULES_TOKEN_EQ, "\"=\"");
    derive->expression = rules_parse_condition(self);
    derive->broken = self->panic;
    return derive;
}

static void parse_include(RulesParser *self);

static void
parse_declaration(RulesParser *self)
{
    AstFile *file = self->file;
    if (rules_parser_accept(self, "use")) {
        g_ptr_array_add(file->uses, parse_use(self));
    } else if (rules_parser_accept(self, "limit")) {
        g_ptr_array_add(file->limits, parse_limit(self));
    } else if (rules_parser_accept(self, "derive")) {
        g_ptr_array_add(file->derives, parse_derive(self));
    } else if (rules_parser_accept(self, "score")) {
        g_ptr_array_add(file->scores, rules_parse_score(self));
    } else if (rules_parser_accept(self, "rule")) {
        g_ptr_array_add(file->rules, rules_parse_rule(self));
    } else if (rules_parser_accept(self, "default")) {
        parse_default(self);
    } else if (rules_parser_accept(self, "include")) {
        parse_include(self);
    } else {
        static const char *const names[] = {"use",  "limit",   "derive",  "score",
                                            "rule", "include", "default", NULL};
        rules_parser_unexpected_word(
            self, names, "use, limit, derive, score, rule, default or the end of the text");
        rules_parser_step(self);
    }
}

static void
parse_declarations(RulesParser *self)
{
    for (;;) {
        rules_parser_recover(self, no_words);
        if (self->token.kind == RULES_TOKEN_END || rules_diagnostics_full(self->diagnostics))
            return;
        parse_declaration(self);
    }
}

static RulesParser
parser_of(RulesBundle *bundle, const RulesFile *from, AstFile *file, RulesDiagnostics *diagnostics)
{
    return (RulesParser){
        .file = file,
        .bundle = bundle,
        .from = from,
        .diagnostics = diagnostics,
        .text = rules_bundle_text(bundle),
        .lexer = {rules_bundle_text(bundle), from->start, from->end},
    };
}

/* Declarations only: name, version and owner are the pack's. */
static void
parse_include(RulesParser *self)
{
    RulesSlice words = rules_parser_string(self, "a file in quotes");
    if (self->panic)
        return;
    const RulesFile *from =
        rules_bundle_include(self->bundle, self->from, words.start, words.start + words.length);
    if (from == NULL)
        return;
    RulesParser inner = parser_of(self->bundle, from, self->file, self->diagnostics);
    rules_parser_step(&inner);
    if (rules_parser_is(&inner, "rules")) {
        rules_parser_error(&inner, 117, inner.token.start, inner.token.end,
                           "use, limit, derive, score, rule or include",
                           "an included file with a header of its own");
        return;
    }
    parse_declarations(&inner);
}

AstFile *
rules_parse(RulesBundle *bundle, const RulesFile *pack, RulesDiagnostics *diagnostics)
{
    RulesParser parser = parser_of(bundle, pack, rules_ast_new(), diagnostics);
    parser.file->start = pack->start;
    rules_parser_step(&parser);
    parse_header(&parser);
    parse_declarations(&parser);
    return parser.file;
}
