/* Words of the roster file. For escalation/roster-file*.c only. False, with the error set: refused.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "escalation/roster.h"

G_BEGIN_DECLS

/* Where we are, for what is said of an error. */
typedef struct {
    GKeyFile *file;
    const char *name;
    const char *group;
} EscPlace;

/* Always false. */
bool esc_file_refuse(const EscPlace *p, GError **error, const char *key, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
/* Never NULL; caller frees. */
char *esc_file_get(const EscPlace *p, const char *key);
bool esc_file_check_keys(const EscPlace *p, const char *const *known, GError **error);
bool esc_file_flag(const EscPlace *p, const char *key, gboolean *flag, GError **error);
/* "07:00", minutes of the day. */
bool esc_file_clock(const char *text, int32_t *minute);

bool esc_file_ladder(const EscPlace *p, const char *id, EscRoster *roster, GError **error);

G_END_DECLS
