/* Merging: technical alarms of one bed that have one cause are one alarm.
 *
 * The merge key is
 *   - the bed,
 *   - that the alarm is a rule's own technical one: the rule cannot be judged, and
 *   - the set of missing sources, which must be the same and not empty.
 * A source is what reaches the ward by one sensor: the ECG leads carry QRS, LEAD_ECG
 * and HR; the arterial line ABP_BEAT, ART_S, ART_M and ART_D; the oximeter's probe
 * PLETH_BEAT, PULSE and SpO2; the cuff NIBP_S, NIBP_M and NIBP_D; every other signal
 * is its own. A rule's missing sources are those of its inputs that are expected on
 * the bed and unknown; of an input with several signals, those ever seen there.
 * Alarms about a patient never merge, nor what other processes see missing ("local:"),
 * which has its own cause.
 *
 * Of those with one key the one that was raised first speaks: it lists the others,
 * and its priority is the highest of all. It goes on speaking until it ends; then the
 * next one does. Each of the others keeps its own record, state and times, and is
 * listed; only its signal is the speaker's. When the sets part, each speaks for
 * itself again. Acknowledging the speaker acknowledges those that it lists then; one
 * that joins later with a higher priority makes an acknowledged speaker active again,
 * one of the same or a lower priority does not: its cause has been answered. What a
 * record held when it ended stays in it.
 *
 * Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "rules/engine/alarm.h"

G_BEGIN_DECLS

/* Brings the live records of @bed among @alarms (of RulesAlarm, in the order of their
 * first raise) to what the above says; those that change are touched. */
void rules_merge(const GPtrArray *alarms, const char *bed);

G_END_DECLS
