/* The roster from within. For escalation/roster.c and roster-duty.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "escalation/roster.h"

G_BEGIN_DECLS

#define ESC_DAY_MIN (24 * 60)
#define ESC_DAY_US  (ESC_DAY_MIN * 60 * (int64_t)G_USEC_PER_SEC)

struct EscRoster {
    GTimeZone *zone;
    GPtrArray *persons; /* each in the order of ids */
    GPtrArray *shifts;
    GPtrArray *ladders;
};

G_END_DECLS
