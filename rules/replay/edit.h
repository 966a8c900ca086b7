/* A pack's text with other delays, or with none of what keeps alarms rare.
 *
 * What a back-test compares is a set of rules as it could have been written; so
 * the text is changed and compiled, and nothing in the engine knows of it. Only
 * rules' clauses are touched, found by the tokens of the language; text that does
 * not compile is passed on as it is, as far as it goes. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define RULES_EDIT_AS_WRITTEN ((int64_t)-1)

/* Rules that name @limit wait @delay_us (whole milliseconds) for their condition, instead of
 * what was written, or as written. Their names are added to @rules (of char *, owned by it).
 * Caller frees. */
char *rules_edit_delay(
    const char *text, size_t length, const char *limit, int64_t delay_us, GPtrArray *rules);

/* Every condition raises at once and ends at once: without delay, without a clear clause of its
 * own (so without hysteresis), without hold-down, and beside any other rule (no unless).
 * Caller frees. */
char *rules_edit_raw(const char *text, size_t length);

typedef enum {
    RULES_EDIT_FOR,        /* seconds, in whole milliseconds, that the condition has to stand */
    RULES_EDIT_CLEAR_FOR,  /* that its end has to */
    RULES_EDIT_HYSTERESIS, /* what the clear clause adds to a limit or takes from it, in the
                              unit that stands there */
} RulesEditClause;

/* Rule @rule with another @value there; @done becomes true when the text has such a rule with
 * such a clause. Caller frees. */
char *rules_edit_rule(const char *text,
                      size_t length,
                      const char *rule,
                      RulesEditClause clause,
                      double value,
                      bool *done);

G_END_DECLS
