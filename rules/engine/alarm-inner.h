/* Inside of the book of alarms. For alarm*.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "rules/engine/alarm.h"

G_BEGIN_DECLS

void alarm_record_free(void *alarm);
/* Inputs, ladder and reminders, as they are at the raise. */
void alarm_record_fill(RulesAlarm *alarm, const RulesTransition *t);
RulesAlarm *alarm_record_copy(const RulesAlarm *from);

G_END_DECLS
