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
    RulesPriority priority;
    bool technical;
    bool merged; /* another one of the same cause told it */
    int64_t raised_us;
    int64_t ended_us; /* 0: it stood when the log ended */
} RulesReportAlarm;

typedef struct {
    const char *bed; /* NULL: all of them */
    const char *rule;
    bool technical;
    unsigned alarms;
    unsigned merged;    /* of them */
    unsigned beds;      /* that had one */
    double per_bed_day; /* over all watched beds: the mean */
    double bed_median;  /* of the beds' own rates, */
    double bed_p90;     /* nearest rank */
    double top_share;   /* of the alarms, from the tenth of the beds (at least one) with most */
    double median_s;    /* of those that ended; 0: none did */
    double p90_s;
    double short_share; /* under 15 s, of those that ended */
    double unknown_s;   /* the rule could not be judged: technical alarm, or an input never seen */
} RulesReportRow;

/* All rules together; alarms that merged count apart. */
typedef struct {
    unsigned alarms[RULES_PRIORITY_HIGH + 1]; /* of patients, by priority */
    unsigned technical;                       /* told by themselves */
    unsigned merged;
    unsigned by_hour[24]; /* of the day, UTC; all that are told */
} RulesReportSum;

/* Two rules of which the second fires within RULES_REPORT_PAIR_US of the first, at the same bed. */
typedef struct {
    const char *rule, *other; /* in the order of names */
    bool technical, other_technical;
    unsigned times; /* alarms of the first with one of the second beside it */
} RulesReportPair;

#define RULES_REPORT_PAIR_US (60 * (int64_t)G_USEC_PER_SEC)

/* Alarms that both have, which this one raises later. */
typedef struct {
    unsigned alarms;
    RulesReportAlarm longest; /* of this one; bed NULL: none is later */
    int64_t before_us;        /* when the other raised it */
} RulesReportLater;

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
/* The same of each bed by itself, in the order of beds; rows without an alarm and without unknown
 * time are left out. */
GArray *rules_report_bed_rows(const RulesReport *self);
RulesReportSum rules_report_sum(const RulesReport *self);
/* RulesReportPair, the most frequent first. Caller unrefs. */
GArray *rules_report_pairs(const RulesReport *self);
/* Alarms of patients that one of @rules (of char *) raised. */
unsigned rules_report_count(const RulesReport *self, const GPtrArray *rules);
/* Alarms of @self that overlap none of the same rule and bed in @other: RulesReportAlarm, in the
 * order of the log; they borrow from @self. Caller unrefs. */
GArray *rules_report_only(const RulesReport *self, const RulesReport *other);
/* Of the alarms of @other that @self has too; what is borrowed is @self's. */
RulesReportLater rules_report_later(const RulesReport *self, const RulesReport *other);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesReport, rules_report_free)

G_END_DECLS
