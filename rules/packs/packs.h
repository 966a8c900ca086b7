/* Packs: the built-in ones' texts (made by embed.c at build time), those on disk, and a
 * set made of several.
 *
 * Reads files; what it has read it keeps, so that the same set can be made again without
 * them. A pack's tests are the .vtests beside its .vrules.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "rules/language/set.h"
#include "rules/packs/tests.h"

G_BEGIN_DECLS

extern const char rules_text_adult_icu_rules[];
extern const char rules_text_adult_icu_tests[];
extern const char rules_text_paediatric_rules[];
extern const char rules_text_paediatric_tests[];
extern const char rules_text_technical_rules[];
extern const char rules_text_technical_tests[];
extern const char rules_text_bench_200_rules[];
extern const char rules_text_rhythm_rules[];
extern const char rules_text_rhythm_tests[];

/* A file of a pack, as it was read. */
typedef struct {
    char *name; /* in messages: its path */
    char *key;  /* below the pack's folder */
    char *text;
    gsize length;
} RulesPackFile;

typedef struct {
    RulesPackFile file;
    RulesPackFile tests;     /* text NULL: it has none */
    GArray *included;        /* of RulesPackFile */
    bool built_in;           /* has no folder */
    RulesTestReport *report; /* NULL: not run */
} RulesPack;

/* What a ward runs that lists no packs of its own. Children's wards list paediatric. */
#define RULES_PACKS_STANDARD "adult-icu, rhythm, technical"

typedef struct {
    GPtrArray *packs; /* of RulesPack */
    RulesDiagnostics *diagnostics;
    RulesSet *set; /* NULL: not compiled, or refused */
} RulesPacks;

RulesPacks *rules_packs_new(void);
void rules_packs_free(RulesPacks *self);

/* Reads the pack at @path; @tests: where its tests are, NULL: beside it, if there are any. */
bool rules_packs_add_file(RulesPacks *self, const char *path, const char *tests, GError **error);
/* "adult-icu, /etc/vicu/packs/ours.vrules": names of built-in packs, and paths (what has a "/" or
 * ends in .vrules). An empty list is RULES_PACKS_STANDARD. */
bool rules_packs_add_list(RulesPacks *self, const char *list, GError **error);

/* Compiles what was added, includes read; FALSE: refused, diagnostics say why. */
bool rules_packs_compile(RulesPacks *self);
/* Every pack's tests, in the whole set; FALSE: one failed. Takes time: no main loop waits. */
bool rules_packs_test(RulesPacks *self);
/* The first thing that is wrong, in one line ("" when nothing is), and all of it. Caller frees. */
char *rules_packs_first_fault(const RulesPacks *self);
char *rules_packs_faults(const RulesPacks *self);

/* The packs that are part of the program, in the order of their names, and by name; NULL: past
 * the last, no such pack. */
const char *rules_pack_name(size_t i);
const char *rules_pack_text(const char *name);
const char *rules_pack_tests(const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesPacks, rules_packs_free)

G_END_DECLS
