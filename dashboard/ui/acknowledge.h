/* Acknowledge: which alarm is meant where none is named. It is answered on its card.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/model.h"

G_BEGIN_DECLS

/* The worst unanswered alarm of @bed, or of all when it is NULL or has none. */
const DashAlarm *dash_acknowledge_choose(const DashModel *model, const char *bed);

G_END_DECLS
