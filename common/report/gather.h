/* From the store's record to a report: what has to be asked for, and which report is made of it.
 *
 * Who asks says how (a verb waits at its own client, the portal's own process at another): this
 * says what, in which order. One thread. Times are UTC in microseconds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "common/report/report.h"
#include "common/wire.h"

G_BEGIN_DECLS

#define VICU_REPORT_WHY    "for a quality report" /* of the questions, in the audit */
#define VICU_REPORT_EXPORT "export-report"        /* the act of taking one out, in the audit */
#define VICU_REPORT_MOST_US                                                                        \
    (400 * (int64_t)86400 * G_USEC_PER_SEC) /* a year, with its comparison day by day */
#define VICU_REPORT_LEAST_MAX 1000u

typedef enum {
    VICU_REPORT_BURDEN,
    VICU_REPORT_RESPONSE,
    VICU_REPORT_INDICATORS,
    VICU_REPORT_NPSG,
    VICU_N_REPORTS
} VicuReportKind;

/* "burden"; static. */
const char *vicu_report_kind_name(VicuReportKind kind);
/* VICU_N_REPORTS: none of that name. */
VicuReportKind vicu_report_kind_of(const char *name);
/* What it needs of the audit too, and whoever asks has to be allowed to read that. */
bool vicu_report_needs_audit(VicuReportKind kind);

typedef void (*VicuReportRowsFunc)(const Vicu__QueryRows *rows, gpointer user);
/* Asks @query and hands each answer to @take with @history until the last. FALSE: why. */
typedef gboolean (*VicuReportAskFunc)(const Vicu__Query *query,
                                      VicuReportRowsFunc take,
                                      gpointer history,
                                      gpointer user,
                                      GError **error);

/* The audit where @kind needs it, streams, events from a day before @ask to @now_us, and gaps.
 * @beds: whose, one by one, for who may see these alone; NULL: of all and of the installation. */
gboolean vicu_report_gather(VicuReportKind kind,
                            const VicuReportAsk *ask,
                            const char *const *beds,
                            int64_t now_us,
                            VicuHistory *history,
                            VicuReportAskFunc func,
                            gpointer user,
                            GError **error);

/* FALSE: no bed of that unit ever had data, and which units did. NULL is known. */
gboolean vicu_report_unit_is_known(VicuHistory *history, const char *unit, GError **error);

/* With its site, not yet suppressed. Caller frees. */
VicuReport *vicu_report_make(VicuReportKind kind, VicuHistory *history, const VicuReportAsk *ask);

/* "report burden, ... to ..., of s/u, counts below 5 withheld": for the audit. Caller frees. */
char *
vicu_report_act(VicuReportKind kind, const VicuReportAsk *ask, unsigned least, bool single_beds);

G_END_DECLS
