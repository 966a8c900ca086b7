/* The alarm log: what the rules said, one line for each transition.
 *
 * This text is what "byte for byte" compares: tab-separated, in the order of
 * event time, no clock of the machine in it.
 *   bed rule version kind t0 t priority technical signal why text
 * t0 (the condition began) and t are UTC in microseconds. Kinds: raise, clear,
 * technical, judged, suppress, suppress-end, not-judged, reset, watched: the bed had
 * data from t0 to t, and merged: the technical alarm of the line before is told by
 * another one of the same cause (engine/merge.h). Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "rules/engine/engine.h"

G_BEGIN_DECLS

typedef enum {
    RULES_LOG_RAISE,
    RULES_LOG_CLEAR,
    RULES_LOG_TECHNICAL,
    RULES_LOG_JUDGED,
    RULES_LOG_SUPPRESS,
    RULES_LOG_SUPPRESS_END,
    RULES_LOG_NOT_JUDGED, /* text empty: judged again */
    RULES_LOG_RESET,
    RULES_LOG_WATCHED,
    RULES_LOG_MERGED,
    RULES_LOG_KINDS,
} RulesLogKind;

typedef struct {
    const char *bed;
    const char *rule; /* "-" where it is of the whole bed */
    int version;
    RulesLogKind kind;
    int64_t t0_us;
    int64_t t_us;
    RulesPriority priority;
    bool technical;
    const char *signal; /* first numeric that the rule reads, for who looks at the moment; "" */
    const char *why;
    const char *text;
} RulesLogLine;

/* With its line end. Tabs and line ends in texts become blanks. */
void rules_log_write(GString *out, const RulesLogLine *line);

/* FALSE: no line of an alarm log. @text is cut up in place (without its line end); @line borrows.
 */
bool rules_log_parse(char *text, RulesLogLine *line);

/* Scores are not part of the log: FALSE. @line borrows from @t. */
bool rules_log_from(const RulesTransition *t, RulesLogLine *line);

G_END_DECLS
