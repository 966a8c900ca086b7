/* Acknowledge: the two steps in which a person answers an alarm.
 *
 * First the alarm with its reason, and why it is answered; then the question
 * whether that is meant. What the owner of the alarms says is shown: a refusal
 * stays until it is closed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <adwaita.h>

#include "dashboard/station.h"

G_BEGIN_DECLS

/* The worst unanswered alarm of @bed, or of all when it is NULL or has none. */
const DashAlarm *dash_acknowledge_choose(const DashModel *model, const char *bed);

void dash_acknowledge_ask(GtkWindow *parent, DashStation *station, const DashAlarm *alarm);

G_END_DECLS
