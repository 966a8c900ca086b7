/* Who signs the audit: the installation's own key, DIR/keys/audit-log, made at the first start,
 * its public half in DIR/keys/audit-log.public; and which witnesses it believes, a key a line of
 * DIR/keys/audit-witnesses.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/note.h"
#include "common/root.h"
#include "store/ledger.h"

G_BEGIN_DECLS

/* @ledger signs from now on. *@wrong (caller frees): what is not as it was signed, or that
 * nobody can sign (NULL is returned then); NULL: nothing. Free it after the ledger. */
VicuNoteSigner *store_ledger_signer(StoreLedger *ledger, const VicuRoot *root, char **wrong);

/* False: the file has no such line, and @error says what to do. */
bool store_ledger_believes(const VicuRoot *root, const VicuNoteKey *witness, GError **error);

G_END_DECLS
