/* Collecting what is wrong with a text, by byte offset.
 *
 * The public face (reading, formatting) is in rules/language/set.h; this is
 * the side of the parser and the compiler. Bounded by RULES_MAX_ERRORS.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "rules/language/set.h"

G_BEGIN_DECLS

const char *rules_diagnostics_name(const RulesDiagnostics *self);

/* The text that offsets count in; borrowed until _finish(). Then each file that lies in it. */
void rules_diagnostics_begin(RulesDiagnostics *self, const char *text);
void rules_diagnostics_file(RulesDiagnostics *self, const char *name, size_t start, size_t end);
/* "FILE:LINE" of an offset; caller frees. */
char *rules_diagnostics_place(const RulesDiagnostics *self, size_t start);

/* @expected may be NULL. A second error at the same offset is dropped: one
 * cause, one message. */
void rules_diagnostics_add(RulesDiagnostics *self,
                           RulesSeverity severity,
                           unsigned code,
                           size_t start,
                           size_t end,
                           const char *expected,
                           const char *format,
                           ...) G_GNUC_PRINTF(7, 8);

/* Puts them into the order of the text. */
void rules_diagnostics_finish(RulesDiagnostics *self);

bool rules_diagnostics_full(const RulesDiagnostics *self);

/* The one of @names (ended by NULL) nearest to @word, or NULL when none is near.
 * Without case, because on a ward HR, Hr and hr are one word. */
const char *rules_nearest(const char *word, const char *const *names);

G_END_DECLS
