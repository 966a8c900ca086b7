/* Wall: which beds are on it, and in which order they stand.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/order.h"
#include "dashboard/scene/view.h"

G_BEGIN_DECLS

typedef enum {
    DASH_LAYOUT_WARD,  /* by the ids of the beds: a place never depends on alarms */
    DASH_LAYOUT_SITES, /* the same, with a heading for each site */
    DASH_LAYOUT_WORST, /* by acuity, in an order that stands still */
    DASH_N_LAYOUTS,
} DashLayout;

#define DASH_SHARES_MAX 3

struct DashWallState {
    const DashOrder *order; /* of DASH_LAYOUT_WORST; NULL: as acuity is at this moment */
    DashLayout layout;
    unsigned share;  /* 0 = all beds; else which of @shares, from 1 */
    unsigned shares; /* screens that share the beds */
};

/* "ward", "sites", "worst": of the settings. */
const char *dash_layout_name(DashLayout layout);
const char *dash_layout_title(DashLayout layout); /* a msgid */
/* DASH_LAYOUT_WARD when there is none of this name. */
DashLayout dash_layout_find(const char *name);

/* The beds of the wall in their order. */
unsigned dash_wall_beds(const DashModel *model,
                        const DashWallState *state,
                        int64_t now_us,
                        const DashBed *out[DASH_BEDS_MAX]);

G_END_DECLS
