/* The test alarms of the beds: each bed's first one when it first sends, then one a minute, the
 * beds spread over it, or more often. Pure; time is an argument, UTC.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "collector/tick.h"

G_BEGIN_DECLS

typedef struct CollectorProof CollectorProof;

/* @every_us: of a bed, from one to the next; a second to VICU_PROOF_US. */
CollectorProof *collector_proof_new(int64_t every_us);
void collector_proof_free(CollectorProof *self);

/* Those of the beds of @beds that are due by @now_us go into the tick. Looks once a second. */
void collector_proof_look(CollectorProof *self,
                          const VicuHeartbeat *beds,
                          int64_t now_us,
                          CollectorTick *tick);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorProof, collector_proof_free)

G_END_DECLS
