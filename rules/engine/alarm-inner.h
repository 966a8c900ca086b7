/* Inside of the book of alarms. For alarm*.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "rules/engine/alarm.h"

G_BEGIN_DECLS

/* Inputs, ladder and reminders, as they are at the raise. */
void alarm_record_fill(RulesAlarm *alarm, const RulesTransition *t);

G_END_DECLS
