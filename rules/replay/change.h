/* A proposed change of what is in force: a limit, a delay or a hysteresis, as one lane of a
 * replay beside the set as it is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "rules/language/set.h"
#include "rules/replay/edit.h"
#include "rules/replay/spread.h"

G_BEGIN_DECLS

#define RULES_CHANGE_MAX 8

typedef struct {
    char *rule;
    RulesEditClause clause;
    double value; /* delays in seconds */
    bool done;    /* a pack of the set has it */
} RulesChangeEdit;

typedef struct {
    char **texts;     /* as they were given; NULL ends them */
    char *limit;      /* that has @value everywhere; NULL: none */
    double value;     /* in the limit's unit */
    GArray *edits;    /* RulesChangeEdit */
    GPtrArray *rules; /* char *: whose alarms may change by it */
} RulesChange;

/* Each of @texts is "LIMIT=NUMBER" (one of them at most), "RULE.for=DURATION",
 * "RULE.clear-for=DURATION" or "RULE.hysteresis=NUMBER". NULL: @error names what was found and
 * what was expected. */
RulesChange *rules_change_parse(char **texts, GError **error);
void rules_change_free(RulesChange *self);

/* The changed set of @list (as rules_replay_set() takes it). NULL: it has no such limit, rule or
 * clause, or not of that value. */
RulesSet *rules_change_compile(RulesChange *self, const char *list, GError **error);
/* @set as _compile() gave it; the lane's report is the caller's. */
RulesLane rules_change_lane(const RulesChange *self, RulesSet *set);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesChange, rules_change_free)

G_END_DECLS
