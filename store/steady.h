/* May the clock be believed by what deletes?
 *
 * A clock that leaps ahead makes everything old at once, and what is deleted does not
 * come back with the right time. So whoever deletes by age asks here first: after a leap
 * ahead of more than STORE_STEADY_LEAP_US against the monotonic clock nothing is deleted
 * until the leap has stood for STORE_STEADY_HOLD_US, or was taken back. A leap back only
 * keeps things longer. Pure; a process that starts believes its first look.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "store/fresh.h"

G_BEGIN_DECLS

#define STORE_STEADY_LEAP_US (INT64_C(3600) * G_USEC_PER_SEC)
#define STORE_STEADY_HOLD_US (INT64_C(86400) * G_USEC_PER_SEC)

typedef struct {
    bool looked;       /* the others say something */
    bool held;         /* since: */
    int64_t held_us;   /* mono */
    int64_t offset_us; /* of UTC over mono, as last believed */
} StoreSteady;

/* To be called each minute or so, with both clocks. False: delete nothing now. */
bool store_steady_look(StoreSteady *self, StoreNow now);

G_END_DECLS
