/* The roster file: people, shifts and ladders as text.
 *
 * A key file (docs/escalation.md): groups [person ID], [shift ID], [ladder ID]. It is read
 * whole or refused whole, with the group, the key, what was found and what was expected.
 * At most ESC_ROSTER_FILE_MAX bytes. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "escalation/roster.h"

G_BEGIN_DECLS

#define ESC_ROSTER_FILE_MAX (1u << 20)

/* NULL and why. @zone as in esc_roster_new(): of the weekly hours. */
EscRoster *
esc_roster_read(const char *text, size_t size, const char *name, GTimeZone *zone, GError **error);

/* "high", "medium", "low", "advisory"; -1: none of these. */
int esc_priority_from_word(const char *word);

G_END_DECLS
