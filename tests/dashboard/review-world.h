/* Three days of alarms for a synthetic ward, and a simulation that was run over them; made by
 * arithmetic, the same each time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/scene/review.h"

G_BEGIN_DECLS

/* Into @model, whose beds are those of tests/dashboard/ward.h, up to @now_us: a tenth of the beds
 * has most, and the last hour rises. */
void review_world_fill(DashModel *model, int64_t now_us);

/* As `vicu-rules replay --change SpO2_low=87 --json` would print it. */
extern const char review_world_replay[];
/* The same, read. Caller frees. */
DashSimulated *review_world_simulated(void);

G_END_DECLS
