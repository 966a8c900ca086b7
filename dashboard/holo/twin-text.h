/* A bed of the twin in words and numbers: as JSON, and as the two lines on its plate.
 *
 * What is said of a person is the bed's name alone, unless @with_patient. The words are in the
 * station's language. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/json.h"
#include "dashboard/holo/twin.h"

G_BEGIN_DECLS

#define DASH_TWIN_LINE 160

/* The members of an object that is begun: id, label, presence, acuity, alarm, signs. */
void dash_twin_put_bed(VicuJson *json, const DashTwinBed *bed, bool with_patient);
/* "7" and "*** SpO2 low", or "no data"; @lower "" where nothing is to be said. */
void dash_twin_lines(const DashTwinBed *bed,
                     bool with_patient,
                     char upper[DASH_TWIN_LINE],
                     char lower[DASH_TWIN_LINE]);
/* Of the whole ward: what it is, when, where its data come from. */
void dash_twin_heading(const DashTwin *twin, char out[DASH_TWIN_LINE]);
/* The origins of the beds' data: that of all, or UNKNOWN where they differ. */
Vicu__Origin dash_twin_origin(const DashTwin *twin);

G_END_DECLS
