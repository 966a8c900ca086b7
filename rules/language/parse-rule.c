/* Rules and scores: the blocks in braces.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/language/parse-rule.h"

static const char *const clause_words[] = {"source", "owner",    "note",    "applies", "raise",
                                           "when",   "clear",    "unknown", "repeat",  "hold",
                                           "unless", "escalate", NULL};
static const char *const part_words[] = {"part", NULL};
static const char *const declaration_words[] = {"use",  "limit",   "derive",  "score",
                                                "rule", "include", "default", NULL};

static bool
is_one_of(const RulesParser *self, const char *const *words)
{
    for (; *words != NULL; words++)
        if (rules_parser_is(self, *words))
            return true;
    return false;
}

/* A declaration begins its line with its word; the same word deep inside an
 * expression does not end the panic. */
bool
rules_parser_at_declaration(const RulesParser *self)
{
    return self->token.kind == RULES_TOKEN_END || is_one_of(self, declaration_words);
}

void
rules_parser_recover(RulesParser *self, const char *const *words)
{
    if (!self->panic)
        return;
    while (!is_one_of(self, words) && !rules_parser_at_declaration(self)
           && self->token.kind != RULES_TOKEN_CLOSE_BRACE)
        rules_parser_step(self);
    self->panic = false;
}

static RulesPriority
parse_priority(RulesParser *self)
{
    static const struct {
        const char *word;
        RulesPriority priority;
    } words[] = {{"high", RULES_PRIORITY_HIGH},
                 {"medium", RULES_PRIORITY_MEDIUM},
                 {"low", RULES_PRIORITY_LOW},
                 {"advisory", RULES_PRIORITY_ADVISORY}};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (rules_parser_accept(self, words[i].word))
            return words[i].priority;
    static const char *const names[] = {"high", "medium", "low", "advisory", NULL};
    if (!self->panic)
        rules_parser_unexpected_word(self, names, "a priority: high, medium, low or advisory");
    return RULES_PRIORITY_NONE;
}

AstUnknown
rules_parse_unknown(RulesParser *self)
{
    AstUnknown u = {0};
    rules_parser_expect(self, "longer");
    rules_parser_expect(self, "than");
    u.duration_us = rules_parser_duration(self, false);
    rules_parser_expect_token(self, RULES_TOKEN_ARROW, "\"->\"");
    if (rules_parser_accept(self, "technical")) {
        u.act = AST_UNKNOWN_TECHNICAL;
        u.priority = parse_priority(self);
        if (!self->panic)
            u.text = rules_parser_text(self);
    } else if (rules_parser_accept(self, "clear")) {
        u.act = AST_UNKNOWN_CLEAR;
    } else if (rules_parser_accept(self, "keep")) {
        u.act = AST_UNKNOWN_KEEP;
    } else if (!self->panic) {
        rules_parser_unexpected(self, "technical, clear or keep");
    }
    return u;
}

/* "given once": a second clause of a kind would silently win over the first. */
static void
once(RulesParser *self, const RulesToken *word, bool given)
{
    if (given) {
        g_autofree char *what = g_strdup_printf(
            "a second \"%.*s\" clause", (int)(word->end - word->start), self->text + word->start);
        rules_parser_error(self, 401, word->start, word->end, "each clause once", what);
    }
}

static void
parse_raise(RulesParser *self, AstRule *rule)
{
    rule->priority = parse_priority(self);
    rule->technical = rules_parser_accept(self, "technical");
    rule->latching = rules_parser_accept(self, "latching");
    static const char *const names[] = {"technical", "latching", NULL};
    if (!self->panic && self->token.kind == RULES_TOKEN_NAME)
        rules_parser_unexpected_word(self, names, "a text in quotes");
    if (!self->panic)
        rule->text = rules_parser_text(self);
}

/* A condition of a clause. A value alone with something behind it that begins no
 * clause was to be more: that is told, not that a value is none. */
static AstNode *
parse_clause_condition(RulesParser *self)
{
    AstNode *node = rules_parse_condition(self);
    bool is_value = node != NULL && (node->kind == AST_NAME || node->kind == AST_NUMBER);
    if (self->panic || !is_value || rules_parser_is(self, "for") || is_one_of(self, clause_words)
        || rules_parser_at_declaration(self) || self->token.kind == RULES_TOKEN_CLOSE_BRACE)
        return node;
    rules_parser_unexpected(self, "a comparison (<, <=, >, >=, =, !=, between, in) or a clause");
    return NULL;
}

static void
parse_when(RulesParser *self, AstRule *rule)
{
    rule->when = parse_clause_condition(self);
    if (!rules_parser_accept(self, "for"))
        return;
    rule->for_us = rules_parser_duration(self, true);
    rule->holding = rules_parser_accept(self, "holding");
    if (!rule->holding)
        rules_parser_accept(self, "resetting");
}

static void
parse_escalate(RulesParser *self, AstRule *rule)
{
    rule->escalate = rules_ast_array(self->file, sizeof(AstStep));
    do {
        AstStep step = {0};
        rules_parser_expect(self, "to");
        step.to = rules_parser_name(self, "who is told");
        rules_parser_expect(self, "after");
        step.after_us = rules_parser_duration(self, true);
        if (rules_parser_accept(self, "unless")) {
            step.unless = rules_parser_is(self, "cleared") ? AST_STEP_UNLESS_CLEARED
                                                           : AST_STEP_UNLESS_ACKNOWLEDGED;
            if (!rules_parser_accept(self, "cleared") && !rules_parser_accept(self, "acknowledged"))
                rules_parser_unexpected(self, "acknowledged or cleared");
        }
        if (!self->panic)
            g_array_append_val(rule->escalate, step);
    } while (rules_parser_accept_token(self, RULES_TOKEN_COMMA));
}

static void
parse_unless(RulesParser *self, AstRule *rule)
{
    rule->unless = rules_ast_array(self->file, sizeof(RulesSlice));
    do {
        RulesSlice name = rules_parser_name(self, "the name of a rule");
        if (!self->panic)
            g_array_append_val(rule->unless, name);
    } while (rules_parser_accept_token(self, RULES_TOKEN_COMMA));
}

static bool
parse_words(RulesParser *self, AstRule *rule, const RulesToken *word)
{
    if (rules_parser_accept(self, "source")) {
        once(self, word, rule->source.text != NULL);
        rule->source = rules_parser_string(self, "the source in quotes");
    } else if (rules_parser_accept(self, "owner")) {
        once(self, word, rule->owner.text != NULL);
        rule->owner = rules_parser_string(self, "the owner in quotes");
    } else if (rules_parser_accept(self, "note")) {
        once(self, word, rule->note.text != NULL);
        rule->note = rules_parser_string(self, "the note in quotes");
    } else {
        return false;
    }
    return true;
}

static void
parse_clause(RulesParser *self, AstRule *rule)
{
    RulesToken word = self->token;
    if (parse_words(self, rule, &word))
        return;
    if (rules_parser_accept(self, "applies")) {
        once(self, &word, rule->applies != NULL);
        rules_parser_expect(self, "when");
        rule->applies = parse_clause_condition(self);
    } else if (rules_parser_accept(self, "raise")) {
        once(self, &word, rule->priority != RULES_PRIORITY_NONE);
        parse_raise(self, rule);
    } else if (rules_parser_accept(self, "when")) {
        once(self, &word, rule->when != NULL);
        parse_when(self, rule);
    } else if (rules_parser_accept(self, "clear")) {
        once(self, &word, rule->clear != NULL);
        rules_parser_expect(self, "when");
        rule->clear = parse_clause_condition(self);
        if (rules_parser_accept(self, "for"))
            rule->clear_for_us = rules_parser_duration(self, true);
    } else if (rules_parser_accept(self, "unknown")) {
        once(self, &word, rule->unknown.act != AST_UNKNOWN_INHERITED);
        rule->unknown = rules_parse_unknown(self);
    } else if (rules_parser_accept(self, "hold")) {
        once(self, &word, rule->hold_down_us != 0);
        rules_parser_expect(self, "down");
        rule->hold_down_us = rules_parser_duration(self, false);
    } else if (rules_parser_accept(self, "unless")) {
        once(self, &word, rule->unless != NULL);
        parse_unless(self, rule);
    } else if (rules_parser_accept(self, "repeat")) {
        once(self, &word, rule->repeat_us != 0);
        rules_parser_expect(self, "after");
        rule->repeat_us = rules_parser_duration(self, false);
    } else if (rules_parser_accept(self, "escalate")) {
        once(self, &word, rule->escalate != NULL);
        parse_escalate(self, rule);
    } else {
        rules_parser_unexpected_word(self, clause_words,
                                     "a clause (raise, when, clear, unknown, ...) or \"}\"");
        rules_parser_step(self); /* `cleer when`: its `when` begins no clause */
        if (rules_parser_is(self, "when"))
            rules_parser_step(self);
    }
}

AstRule *
rules_parse_rule(RulesParser *self)
{
    AstRule *rule = rules_ast_alloc(self->file, sizeof *rule);
    rule->start = self->last_end;
    rule->name = rules_parser_name(self, "the rule's name");
    if (!self->panic && self->token.kind == RULES_TOKEN_STRING)
        rule->title = rules_parser_string(self, "the title");
    rules_parser_expect(self, "version");
    rule->version = rules_parser_int(self, "the rule's version, a whole number", 1000000);
    rules_parser_expect_token(self, RULES_TOKEN_OPEN_BRACE, "\"{\"");
    rule->broken = self->panic;
    rules_parser_recover(self, clause_words);

    while (self->token.kind != RULES_TOKEN_CLOSE_BRACE && !rules_parser_at_declaration(self)) {
        parse_clause(self, rule);
        rule->broken |= self->panic || rule->text.broken || rule->unknown.text.broken;
        rules_parser_recover(self, clause_words);
    }
    if (!rules_parser_expect_token(self, RULES_TOKEN_CLOSE_BRACE, "\"}\" at the end of the rule"))
        rule->broken = true;
    rule->end = self->last_end;
    return rule;
}

static bool
parse_band_number(RulesParser *self, RulesDecimal *number)
{
    bool negative = rules_parser_accept_token(self, RULES_TOKEN_MINUS);
    RulesToken t = self->token;
    if (!rules_parser_expect_token(self, RULES_TOKEN_NUMBER, "a number"))
        return false;
    *number = t.number;
    if (negative)
        number->digits = -number->digits;
    if (t.too_long)
        rules_parser_error(self, 107, t.start, t.end, "at most 18 digits",
                           "a number too long to keep");
    return !self->panic;
}

static void
parse_band(RulesParser *self, AstPart *part)
{
    AstBand band = {.start = self->token.start};
    if (rules_parser_accept_token(self, RULES_TOKEN_LE)) {
        band.kind = AST_BAND_LE;
        parse_band_number(self, &band.high);
    } else if (rules_parser_accept_token(self, RULES_TOKEN_LT)) {
        band.kind = AST_BAND_LT;
        parse_band_number(self, &band.high);
    } else if (rules_parser_accept_token(self, RULES_TOKEN_GE)) {
        band.kind = AST_BAND_GE;
        parse_band_number(self, &band.low);
    } else if (self->token.kind == RULES_TOKEN_NAME) {
        band.kind = AST_BAND_SYMBOLS;
        band.symbols = rules_ast_array(self->file, sizeof(RulesSlice));
        do {
            RulesSlice name = rules_parser_name(self, "a symbol");
            if (!self->panic)
                g_array_append_val(band.symbols, name);
        } while (rules_parser_accept(self, "or"));
    } else if (self->token.kind == RULES_TOKEN_NUMBER || self->token.kind == RULES_TOKEN_MINUS) {
        band.kind = AST_BAND_RANGE;
        parse_band_number(self, &band.low);
        rules_parser_expect_token(self, RULES_TOKEN_DOTS, "\"..\"");
        if (rules_parser_accept_token(self, RULES_TOKEN_LT))
            band.kind = AST_BAND_UP_TO;
        if (!self->panic)
            parse_band_number(self, &band.high);
    } else {
        rules_parser_unexpected(self, "a band: <=8, 9..11, >=25, <1.2, 1.2..<2.0 or symbols");
    }
    rules_parser_expect_token(self, RULES_TOKEN_ARROW, "\"->\"");
    bool negative = rules_parser_accept_token(self, RULES_TOKEN_MINUS);
    band.points = rules_parser_int(self, "points, a whole number", 1000);
    if (negative)
        band.points = -band.points;
    band.end = self->last_end;
    if (!self->panic)
        g_array_append_val(part->bands, band);
}

static AstPart *
parse_part(RulesParser *self)
{
    AstPart *part = rules_ast_alloc(self->file, sizeof *part);
    part->bands = rules_ast_array(self->file, sizeof(AstBand));
    part->name = rules_parser_name(self, "the part's name");
    rules_parser_expect_token(self, RULES_TOKEN_EQ, "\"=\"");
    part->expression = rules_parse_expression(self);
    if (rules_parser_accept(self, "to"))
        part->resolution = rules_parse_quantity(self);
    rules_parser_expect_token(self, RULES_TOKEN_COLON, "\":\" and bands");
    while (!self->panic) {
        parse_band(self, part);
        if (!rules_parser_accept_token(self, RULES_TOKEN_COMMA))
            break;
    }
    if (rules_parser_accept(self, "where"))
        part->where = rules_parse_condition(self);
    part->broken = self->panic;
    return part;
}

AstScore *
rules_parse_score(RulesParser *self)
{
    AstScore *score = rules_ast_alloc(self->file, sizeof *score);
    score->parts = rules_ast_array(self->file, sizeof(AstPart *));
    score->name = rules_parser_name(self, "the score's name");
    rules_parser_expect_token(self, RULES_TOKEN_OPEN_BRACE, "\"{\"");
    score->broken = self->panic;
    rules_parser_recover(self, part_words);

    while (self->token.kind != RULES_TOKEN_CLOSE_BRACE && !rules_parser_at_declaration(self)) {
        if (rules_parser_expect(self, "part")) {
            AstPart *part = parse_part(self);
            score->broken |= part->broken;
            g_array_append_val(score->parts, part);
        }
        score->broken |= self->panic;
        rules_parser_recover(self, part_words);
    }
    if (!rules_parser_expect_token(self, RULES_TOKEN_CLOSE_BRACE, "\"}\" at the end of the score"))
        score->broken = true;
    return score;
}
