/* A compiled set of rules: text in, checked program out.
 *
 * Everything that can be wrong with a rule is found here, before it ever sees
 * a patient: units, band tables with holes, names that no signal has, clauses
 * that this version does not run. A set is immutable once compiled and may be
 * shared; it holds no bed's state. Pure: the caller reads the files.
 *
 * A set is made of packs. Each pack has its own names for signals and derived
 * values; rules, limits and scores are the whole set's, because people and
 * processes know them by their names alone.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct RulesSet RulesSet;

typedef enum {
    RULES_ERROR,
    RULES_WARNING,
} RulesSeverity;

/* One thing wrong with a text. */
typedef struct {
    RulesSeverity severity;
    unsigned code;    /* E203 is 203 */
    const char *file; /* as whoever read it calls it */
    unsigned line;    /* from 1 */
    unsigned column;
    unsigned length; /* of what the caret line marks, at least 1 */
    char *message;   /* what is wrong, with what was found */
    char *expected;  /* beside the caret; may be NULL */
} RulesDiagnostic;

/* At most RULES_MAX_ERRORS errors (and as many warnings) of one text, in the
 * order of the text. */
typedef struct RulesDiagnostics RulesDiagnostics;

enum { RULES_MAX_ERRORS = 20, RULES_MAX_TEXT = 1 << 20 };

RulesDiagnostics *rules_diagnostics_new(const char *file_name);
void rules_diagnostics_free(RulesDiagnostics *self);
size_t rules_diagnostics_count(const RulesDiagnostics *self, RulesSeverity severity);
size_t rules_diagnostics_length(const RulesDiagnostics *self);
const RulesDiagnostic *rules_diagnostics_get(const RulesDiagnostics *self, size_t i);
/* "E203", of a warning "W203"; caller frees. */
char *rules_diagnostic_name(const RulesDiagnostic *diagnostic);
/* "file:line:col: error E203: ..."; with @excerpt the source line and a caret. Caller frees. */
char *rules_diagnostics_format(const RulesDiagnostics *self, size_t i, bool excerpt);

/* NULL when there is an error; @diagnostics then says all that is wrong (up to
 * the bound above). @text need not end with NUL; at most RULES_MAX_TEXT bytes. It is
 * one pack, called as @diagnostics is, that includes nothing. */
RulesSet *rules_set_compile(const char *text, size_t length, RulesDiagnostics *diagnostics);

enum { RULES_MAX_PACKS = 16 };

/* A pack's own file. */
typedef struct {
    const char *name; /* in messages; what it includes is looked for beside it */
    const char *text;
    size_t length;
} RulesPackText;

/* The text of @key ("lib/beats.vrules"), a file in the folder of @pack, or NULL with an error;
 * the compiler frees it. */
typedef char *(*RulesReadFunc)(
    const char *pack, const char *key, size_t *length, GError **error, void *user);

/* The same of 1 to RULES_MAX_PACKS packs. @read may be NULL: nothing is included then. */
RulesSet *rules_set_compile_packs(const RulesPackText *packs,
                                  size_t n,
                                  RulesReadFunc read,
                                  void *user,
                                  RulesDiagnostics *diagnostics);
RulesSet *rules_set_ref(RulesSet *self);
void rules_set_unref(RulesSet *self);

const char *rules_set_name(const RulesSet *self);   /* of several packs "adult-icu + rhythm" */
int rules_set_version(const RulesSet *self);        /* of the first pack, as the two below */
const char *rules_set_owner(const RulesSet *self);  /* "" when not given */
const char *rules_set_review(const RulesSet *self); /* ISO date or "" */
/* 16 hexadecimal digits over the tokens: white space and comments do not count. */
const char *rules_set_hash(const RulesSet *self);

typedef struct {
    const char *name;
    int version;
    const char *owner;
    const char *review;
    const char *hash; /* as rules_set_hash(), of its own files */
    size_t n_rules;
} RulesPackInfo;

size_t rules_set_n_packs(const RulesSet *self);
RulesPackInfo rules_set_pack(const RulesSet *self, size_t pack);

size_t rules_set_n_rules(const RulesSet *self);
const char *rules_set_rule_name(const RulesSet *self, size_t rule);
const char *rules_set_rule_title(const RulesSet *self, size_t rule);
const char *rules_set_rule_source(const RulesSet *self, size_t rule);
int rules_set_rule_version(const RulesSet *self, size_t rule);
size_t rules_set_rule_pack(const RulesSet *self, size_t rule);
const char *rules_set_rule_place(const RulesSet *self, size_t rule); /* FILE:LINE */
/* FALSE: its unknown clause keeps or clears in silence. */
bool rules_set_rule_tells_unknown(const RulesSet *self, size_t rule);
int rules_set_rule_find(const RulesSet *self, const char *name); /* -1: none */
/* 16 hexadecimal digits of what the rule means (rules/language/semantic.c): words, texts and
 * sources do not count, nor what other rules say. */
const char *rules_set_rule_hash(const RulesSet *self, size_t rule);
/* Sentences (char *): rules of @set that mean something else than the rule of that name in
 * @before, without a greater version. Caller unrefs. */
GPtrArray *rules_set_same_version(const RulesSet *set, const RulesSet *before);
/* A standing alarm that nobody acknowledged is told again each so often; 0: never. */
int64_t rules_set_rule_repeat_us(const RulesSet *self, size_t rule);

/* A rung of the rule's ladder, for whoever escalates. */
typedef struct {
    const char *to;
    int64_t after_us;   /* the alarm was raised */
    const char *unless; /* "acknowledged", "cleared" or "" */
} RulesStep;

size_t rules_set_rule_n_steps(const RulesSet *self, size_t rule);
RulesStep rules_set_rule_step(const RulesSet *self, size_t rule, size_t step);

typedef struct {
    const char *name;
    const char *unit; /* UCUM; the values below are in it */
    double standard;
    double min;
    double max;
    bool per_bed;  /* a bed may have its own, and a unit */
    bool per_unit; /* a unit may have its own; neither: it is the same everywhere */
} RulesLimitInfo;

size_t rules_set_n_limits(const RulesSet *self);
RulesLimitInfo rules_set_limit(const RulesSet *self, size_t limit);
int rules_set_limit_find(const RulesSet *self, const char *name); /* -1: none */

size_t rules_set_n_inputs(const RulesSet *self);
const char *rules_set_input_name(const RulesSet *self, size_t input);
const char *rules_set_input_unit(const RulesSet *self,
                                 size_t input); /* "" for symbols and events */

size_t rules_set_n_scores(const RulesSet *self);
const char *rules_set_score_name(const RulesSet *self, size_t score);

/* Bytes that one bed's state takes, beside its queue: of a bed that saw nothing; when all its
 * windows are full of signals that come as they announce; what no input can exceed. */
size_t rules_set_bed_bytes(const RulesSet *self);
size_t rules_set_bed_bytes_full(const RulesSet *self);
size_t rules_set_bed_bytes_most(const RulesSet *self);

/* TRUE when any rule reads a signal with this code (proto/signals.csv): for a
 * caller that wants to know what is worth detecting. */
bool rules_set_uses_code(const RulesSet *self, uint32_t code);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesSet, rules_set_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesDiagnostics, rules_diagnostics_free)

G_END_DECLS
