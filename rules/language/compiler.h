/* Inside of the compiler: what its files share.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "rules/language/program.h"

G_BEGIN_DECLS

typedef struct {
    int node; /* -1: broken, already reported */
    RulesType type;
    RulesUnit unit;
    const AstNode *literal; /* a bare number or quantity: its unit may follow the other side's */
    bool symbol_word;       /* a name that nothing defines: a symbol if the other side is one */
} RulesTyped;

typedef enum {
    RULES_NAME_INPUT,
    RULES_NAME_LIMIT,
    RULES_NAME_DERIVE,
    RULES_NAME_SCORE
} RulesNameKind;

typedef struct {
    RulesNameKind kind;
    int index;
    RulesTyped derived;
    bool broken; /* declared, but not usable: no further message */
} RulesNameEntry;

typedef struct {
    RulesSet *set;
    AstFile *file;
    const char *text;
    RulesDiagnostics *diagnostics;
    GHashTable *names;    /* char * -> RulesNameEntry */
    GHashTable *nodes;    /* bytes of a node -> index + 1 */
    const AstNode *under; /* compilation: the innermost; NULL between expressions */
    bool in_text;         /* a slot of a text: judged when told, needs no timer */
    guint first_input;    /* of this pack: those before are other packs' */
    guint first_limit;
} RulesCompiler;

void rules_compile_error(RulesCompiler *self,
                         unsigned code,
                         size_t start,
                         size_t end,
                         const char *expected,
                         const char *format,
                         ...) G_GNUC_PRINTF(6, 7);
/* FALSE and an error when the name is taken. */
bool rules_compile_define(RulesCompiler *self, RulesSlice name, RulesNameEntry entry);
RulesNameEntry *rules_compile_lookup(const RulesCompiler *self, RulesSlice name);
/* Says so where @input's signals have words of their own and @word is none of them. */
bool rules_compile_check_word(RulesCompiler *self, const RulesInput *input, RulesSlice word);
/* The input that @ast is, or that something stands in for; NULL: it is none. */
const RulesInput *rules_compile_input_of(RulesCompiler *self, const AstNode *ast);
int rules_compile_symbol(RulesCompiler *self, RulesSlice word);
int rules_compile_add(RulesCompiler *self, const RulesNode *node);
int rules_compile_binary(RulesCompiler *self, RulesOp op, RulesType type, int a, int b);
const RulesReads *rules_compile_reads(const RulesCompiler *self, int node);
/* @value if it is of @type, else broken with an error. */
RulesTyped
rules_compile_expect(RulesCompiler *self, RulesTyped value, RulesType type, const AstNode *ast);

RulesTyped rules_compile_expression(RulesCompiler *self, AstNode *ast);
/* A truth, or -1. */
int rules_compile_condition(RulesCompiler *self, AstNode *ast);
/* The node of @value in @unit, or -1 with an error. */
int rules_compile_in_unit(RulesCompiler *self,
                          RulesTyped value,
                          const RulesUnit *unit,
                          const AstNode *ast);
/* A literal's number in @unit. */
bool rules_compile_literal(RulesCompiler *self,
                           const AstNode *ast,
                           const RulesUnit *unit,
                           double *number);
/* A name: an input, a limit, a derived value, a score; or a word that nothing defines. */
RulesTyped rules_compile_name(RulesCompiler *self, AstNode *ast);
/* known, age, no .. for, happened, first .. then, at least .. of */
RulesTyped rules_compile_call(RulesCompiler *self, AstNode *ast);
RulesTyped rules_compile_window(RulesCompiler *self, AstNode *ast);
RulesTyped rules_compile_exposure(RulesCompiler *self, AstNode *ast);
/* The window that counts how often @condition became true, for happened(); -1 with an error. */
int rules_compile_rises(RulesCompiler *self, int condition, const AstNode *ast);
/* first @condition then ..; -1 with an error. */
int rules_compile_pattern(RulesCompiler *self, int condition, const AstNode *ast);

/* Warns of what can never be true; once the condition is compiled. */
void rules_compile_check_ranges(RulesCompiler *self, const AstNode *ast);

/* Each rule's hash; of a set that is whole. */
void rules_set_give_meanings(RulesSet *set);

void rules_compile_declarations(RulesCompiler *self);
void rules_compile_scores(RulesCompiler *self);
void rules_compile_rules(RulesCompiler *self);
/* Once every pack's rules are there: `unless` may name any of them; then their order, those named
 * in `unless` first, and what stands in a circle. */
void rules_compile_unless(RulesCompiler *self);
void rules_compile_order(RulesSet *set);
void rules_compile_check_order(RulesCompiler *self);

G_END_DECLS
