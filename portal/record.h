/* An act of a verb of this program in the audit of its installation.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/root.h"

G_BEGIN_DECLS

/* By the operator's key where there is one, else by the user's number. Put to the store that runs,
 * at most 2 s; else laid aside for the next one. Says on stderr when neither is possible. */
void portal_record(const VicuRoot *root, const char *from, const char *what, const char *detail);

G_END_DECLS
