/* Glance ward: the six synthetic beds of a trial in a model, as any station has beds.
 *
 * Everything in it is labelled "simulated". Alarms are those that NEWS2's chart 4 asks for: high at
 * a total of 7, medium at 5, low at 3 in one sign; nobody has answered them. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/glance.h"
#include "dashboard/model/model.h"

G_BEGIN_DECLS

/* A model that holds the beds 1 to 6 of @trial as of @now_us. Caller frees. */
DashModel *dash_glance_ward_new(const DashGlanceTrial *trial, int64_t now_us);
/* The same numbers again, as a monitor sends them each second. */
void dash_glance_ward_tick(DashModel *model, const DashGlanceTrial *trial, int64_t now_us);

/* The full id of bed @i, from 0. */
const char *dash_glance_ward_bed(unsigned i);

G_END_DECLS
