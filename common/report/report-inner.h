/* Tables that more than one report has. See report.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/report/report.h"

G_BEGIN_DECLS

/* Units of beds and of alarms, char *, sorted; "" where the installation had alarms of its own.
 * Caller unrefs. */
GPtrArray *vicu_report_units(VicuHistory *history, const VicuReportAsk *ask);

void vicu_report_put_floods(VicuReport *report, VicuHistory *history, const VicuReportAsk *ask);
void vicu_report_put_rules(VicuReport *report, VicuHistory *history, const VicuReportAsk *ask);
void vicu_report_put_beds(VicuReport *report, VicuHistory *history, const VicuReportAsk *ask);
void vicu_report_put_answers(VicuReport *report, VicuHistory *history, const VicuReportAsk *ask);

G_END_DECLS
