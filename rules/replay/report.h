/* What an alarm log means for a ward: the burden of each rule, and what another
 * set would change. Pure: made of the lines of alarm logs alone.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "rules/replay/log.h"

G_BEGIN_DECLS

typedef struct RulesReport RulesReport;

/* One alarm of one bed. */
typedef struct {
    const char *bed;
    const char *rule;
    const char *signal;
    bool technical;
    int64_t raised_us;
    int64_t ended_us; /* 0: it stood when the log ended */
} RulesReportAlarm;

typedef struct {
    const char *rule;
    bool technical;
    unsigned alarms;
    unsigned beds;      /* that had one */
    double per_bed_day; /* over all watched beds */
    double top_share;   /* of the alarms, from the tenth of the beds (at least one) with most */
    double median_s;    /* of those that ended; 0: none did */
    double p90_s;
    double short_share; /* under 15 s, of those that ended */
    double unknown_s;   /* the rule could not be judged: technical alarm, or an input never seen */
} RulesReportRow;

RulesReport *rules_report_new(void);
void rules_report_free(RulesReport *self);
/* Lines of one bed in the order of the log. */
void rules_report_line(RulesReport *self, const RulesLogLine *line);
/* A whole log; FALSE: a line of it is none. */
bool rules_report_log(RulesReport *self, const char *text);

double rules_report_bed_days(const RulesReport *self);
unsigned rules_report_beds(const RulesReport *self);
/* In the order of names, alarms before technical ones; RulesReportRow. Caller unrefs. */
GArray *rules_report_rows(const RulesReport *self);
/* Alarms of @self that overlap none of the same rule and bed in @other: RulesReportAlarm, in the
 * order of the log; they borrow from @self. Caller unrefs. */
GArray *rules_report_only(const RulesReport *self, const RulesReport *other);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesReport, rules_report_free)

G_END_DECLS
