/* Site: how well the data of each site reach this station.
 *
 * A site is the first part of the beds' ids. Worked out anew from the model and
 * the time; what nobody told is said to be not known, never taken for zero. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/model.h"

G_BEGIN_DECLS

#define DASH_SITES_MAX    32
#define DASH_SITE_LOSS_US (20 * (int64_t)G_USEC_PER_SEC) /* in which samples are counted */
#define DASH_SITE_CLOCK_US                                                                         \
    (10 * 60 * (int64_t)G_USEC_PER_SEC) /* how long a clock told is believed */

typedef enum {
    DASH_LINK_FLOWS,
    DASH_LINK_BEHIND, /* data come, but late or not of all beds */
    DASH_LINK_STALE,  /* none of the beds that should send does: for 3 s at least */
    DASH_LINK_NONE,   /* nothing is expected, or nothing has ever come */
} DashLink;

typedef struct {
    char name[64];
    DashLink link;
    unsigned beds;
    unsigned expected;  /* not in standby, transport or discharged */
    unsigned with_data; /* shown, were it late */
    unsigned flowing;   /* not delayed */
    int64_t silent_us;  /* since the newest arrival; -1 = nothing has ever come */
    int64_t lag_us;     /* of the middle bed; -1 = not known */
    int behind_s;       /* of the bed that is furthest behind */
    double loss;        /* share of samples missing between those that came; -1 = not known */
    bool clock_known;
    int64_t clock_us; /* hub's time less the source's: the largest */
} DashSite;

/* In the order of the beds; sites beyond the room are left out of it, not of the beds. */
unsigned dash_sites_of(const DashModel *model, int64_t now_us, DashSite out[DASH_SITES_MAX]);
/* Length of the site's name in a bed's id. */
size_t dash_site_length(const char *bed);

G_END_DECLS
