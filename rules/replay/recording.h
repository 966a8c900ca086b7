/* The input log of a recording: what `vicu-collector decode RECORD.hea --csv` prints, as waves.
 *
 * Starts that program and reads it to its end. Blocks. ECG, arterial pressure and pleth are
 * taken, from which beats and numbers are found; a record of numerics is refused.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "rules/replay/inputs.h"

G_BEGIN_DECLS

/* A recording tells no date that we read: its first frame is at this time. */
#define RULES_RECORDING_T0_US ((int64_t)1000000000 * G_USEC_PER_SEC)

/* Sorted. NULL: the record cannot be read, or has none of those waves. Caller frees. */
RulesInputs *rules_recording_read(const char *header, GError **error);

G_END_DECLS
