/* What a replay found, printed: text for people, tables (CSV), or one JSON object.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "rules/replay/change.h"
#include "rules/replay/grid.h"
#include "rules/replay/player.h"
#include "rules/replay/report.h"

G_BEGIN_DECLS

typedef struct {
    const RulesSet *set, *old; /* old NULL: nothing to compare with */
    bool old_is_raw;
    const RulesChange *change; /* that makes @set of @old; NULL: it is another set */
    RulesReport *report, *old_report;
    const RulesGrid *grid; /* NULL: none */
    GPtrArray *cells;      /* RulesReport, by value, then by delay */
    RulesPlayerFigures figures;
} RulesSaid;

void rules_said_text(const RulesSaid *said);
void rules_said_csv(const RulesSaid *said);
void rules_said_json(const RulesSaid *said);

/* The command that shows the moment of @a. Caller frees. */
char *rules_said_moment(const RulesReportAlarm *a);
/* Alarms per bed-day of a cell of the grid. */
double rules_said_cell(const RulesSaid *said, guint value, guint delay);
/* "as written", "15 s". Caller frees. */
char *rules_said_delay(const RulesGrid *grid, guint delay);
/* "high" .. "advisory". */
const char *rules_said_priority(int priority);

G_END_DECLS
