/* A bed's past that is made by arithmetic: a store that answers every question at once.
 *
 * Two leads, a pressure, a pleth and four numerics over 60 h before @now_us; an hour of it is
 * missing, half a minute is a fast broad rhythm with its alarm, one pressure was late. The same
 * time gives the same pages.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/past.h"

G_BEGIN_DECLS

#define PAST_WORLD_BED   "demo/icu/7"
#define PAST_WORLD_VT_US (5 * 3600 * (int64_t)G_USEC_PER_SEC) /* before now, 30 s of it */

/* Streams of the bed of @past, whichever it is. */
void past_world_streams(DashPast *past, int64_t now_us);
/* Answers all that is wanted now; how many pages. */
size_t past_world_feed(DashPast *past, int64_t now_us);

G_END_DECLS
