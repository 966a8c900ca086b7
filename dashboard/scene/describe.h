/* Describe: a picture in words, for those who cannot see it.
 *
 * Pure; what is said is translated, and in the units of the view. Callers free.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/model.h"
#include "dashboard/scene/view.h"

G_BEGIN_DECLS

/* The view's name, how many beds and alarms there are, the worst alarm, and of the bed that is
 * chosen its alarm and its numbers. */
char *dash_describe(const DashModel *model, const DashView *view);
/* "high, bed 7: MAP below 50 mmHg, not answered"; "" = none stands. */
char *dash_describe_worst(const DashModel *model);
char *dash_describe_alarm(const DashModel *model, const DashAlarm *alarm);
/* The view's name, and of the bed that is chosen its alarm and its numbers. */
char *dash_describe_place(const DashModel *model, const DashView *view);
/* How many beds have data, whether data come, and whether the alarms are known. */
char *dash_describe_status(const DashModel *model, const DashView *view);

G_END_DECLS
