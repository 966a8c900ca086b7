/* The texts of a set: its packs and the files that they include, in one buffer.
 *
 * A place in the buffer says which file it is of, so that slices and messages need no
 * more than an offset. Includes are read through a function of the caller's; a file
 * counts once in each pack, and none lies outside of its pack's folder. Bounded: see
 * below. The buffer never moves.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "rules/language/diagnostics.h"

G_BEGIN_DECLS

enum { RULES_MAX_FILES = 64, RULES_MAX_INCLUDES = 8, RULES_MAX_BUNDLE = 4 << 20 };

typedef struct RulesFile RulesFile;
struct RulesFile {
    char *name; /* in messages */
    char *key;  /* below the folder of its pack, "/" between its parts */
    size_t start;
    size_t end;
    size_t pack;
    unsigned depth;
    const RulesFile *from; /* that includes it; NULL: the pack's own */
};

typedef struct RulesBundle RulesBundle;

/* @read may be NULL: then nothing can be included. Borrows @diagnostics. */
RulesBundle *
rules_bundle_new(size_t capacity, RulesReadFunc read, void *user, RulesDiagnostics *diagnostics);
void rules_bundle_free(RulesBundle *self);

const char *rules_bundle_text(const RulesBundle *self);
size_t rules_bundle_n_files(const RulesBundle *self);
const RulesFile *rules_bundle_file(const RulesBundle *self, size_t i);

/* The file of a further pack; NULL, and an error, when it is no text or too large. */
const RulesFile *
rules_bundle_add(RulesBundle *self, const char *name, const char *text, size_t length);

/* What @from includes at [@start, @end) of the buffer, the quotes left out. NULL: it counts
 * already, or is refused with an error. */
const RulesFile *
rules_bundle_include(RulesBundle *self, const RulesFile *from, size_t start, size_t end);

/* "lib/beats.vrules" of what "lib/all.vrules" calls "beats.vrules"; NULL: outside of the
 * folder, or no name of a file. Caller frees. */
char *rules_bundle_resolve(const char *from, const char *words);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesBundle, rules_bundle_free)

G_END_DECLS
