/* Audit records that were laid aside (vicu_audit_aside() in common/audit.h): what was asked
 * of the files of a store that did not run, what supervisor and tools did without one.
 *
 * Each is a file of its own in DIR/audit-aside, named by its id. The next store that starts
 * takes them into its audit, where an id is kept once, and removes them after the commit.
 * One that cannot be read stays where it is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "store/ledger.h"

G_BEGIN_DECLS

/* Appends all of them of @dir, the installation's, to @ledger; *names (char *, caller frees) for
 * _drop(), after the commit. False and @error: the ledger failed. */
bool store_aside_take(
    const char *dir, StoreLedger *ledger, int64_t now_us, GPtrArray **names, GError **error);
void store_aside_drop(const char *dir, const GPtrArray *names);

G_END_DECLS
