/* The files that an outsider checks: an exported audit and the proof of one record, in the forms
 * of docs/audit.md.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdio.h>

#include <glib.h>

#include "common/wire.h"

G_BEGIN_DECLS

typedef struct ToolLedgerFile ToolLedgerFile;

/* Begins an export of what @head says, on @out (borrowed). @key: the store's public key. */
ToolLedgerFile *tool_ledger_file_new(FILE *out, const Vicu__LedgerHead *head, const char *key);
void tool_ledger_file_add(ToolLedgerFile *self, const Vicu__LedgerEntry *entry);
/* Ends it, and frees; FALSE: something could not be written. */
gboolean tool_ledger_file_end(ToolLedgerFile *self, GError **error);

gboolean
tool_ledger_file_proof(FILE *out, const Vicu__LedgerProof *proof, const char *key, GError **error);

/* The witness' head that an export of @head carries; NULL: none fits. */
const Vicu__Cosigned *tool_ledger_file_cosigned(const Vicu__LedgerHead *head);

G_END_DECLS
