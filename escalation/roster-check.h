/* What is wrong with a roster: hours of the days to come in which a ladder names a role that
 * nobody holds, and hours in which two do.
 *
 * Pure. The findings are in the order of unit, role and time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "escalation/roster.h"

G_BEGIN_DECLS

#define ESC_FINDINGS_MAX 200u
#define ESC_FINDING_DAYS 14

/* For each finding in [@begin_us, @end_us); the message is borrowed for the call. Returns how many
 * there were, also beyond ESC_FINDINGS_MAX, which are not told. */
typedef void (*EscFindingFunc)(const char *key, const Vicu__RosterFinding *finding, gpointer user);
size_t esc_roster_check(
    const EscRoster *roster, int64_t begin_us, int64_t end_us, EscFindingFunc func, gpointer user);

G_END_DECLS
