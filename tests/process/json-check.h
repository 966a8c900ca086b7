/* Whether a text is JSON, read strictly (RFC 8259): what `--json` prints has to be
 * readable by any program.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

#include <glib.h>

G_BEGIN_DECLS

/* One value from *@at on, spaces around it included; *@at is behind it. FALSE: *@at is
 * where it stops to be JSON. */
gboolean json_check_value(const char **at);

/* How many values stand in @text, one after the other; -1: it is not JSON. */
int json_check(const char *text);

G_END_DECLS
