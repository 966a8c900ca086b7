/* Audit records laid aside: what was asked of the files of a store that did not run.
 *
 * Each is a file of its own in DIR/audit-aside, named by its id, on the disk when _put()
 * returns. The next store that starts takes them into its audit, where an id is kept once,
 * and removes them after the commit. One that cannot be read stays where it is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "store/ledger.h"

G_BEGIN_DECLS

/* @dir: the installation's. A record without an id gets one. */
bool store_aside_put(const char *dir, const Vicu__AuditRecord *record, GError **error);

/* Appends all of them to @ledger; *names (char *, caller frees) for _drop(), after the
 * commit. False and @error: the ledger failed. */
bool store_aside_take(
    const char *dir, StoreLedger *ledger, int64_t now_us, GPtrArray **names, GError **error);
void store_aside_drop(const char *dir, const GPtrArray *names);

G_END_DECLS
