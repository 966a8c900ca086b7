/* What the verbs of the audit's tree share: asking for heads, records and proofs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdio.h>

#include <glib.h>

#include "common/note.h"
#include "tools/ask.h"

G_BEGIN_DECLS

/* The newest head, with the proof that it grew out of the first @old_size records. NULL: no
 * answer, or fewer records. Caller frees with vicu_wire_free(). */
Vicu__LedgerHead *tool_ledger_head(ToolClient *client, uint64_t old_size, GError **error);

/* The store's public key: what it said, else DIR/keys/audit-log.public. Caller frees. */
char *tool_ledger_key(ToolClient *client, const char *said, GError **error);

/* "witnessed by ward-b 12 s ago over 1234 of 1240 records", or "unwitnessed". Caller frees. */
char *tool_ledger_witnessed(const Vicu__LedgerHead *head, int64_t now_us);

/* @query's records as a file of docs/audit.md on @out. */
gboolean
tool_ledger_export(ToolClient *client, const Vicu__QueryLedger *query, FILE *out, GError **error);

typedef enum { TOOL_LEDGER_VICU, TOOL_LEDGER_FHIR, TOOL_LEDGER_DICOM } ToolLedgerFormat;

gboolean tool_ledger_format(const char *word, ToolLedgerFormat *format);
/* The same records rendered: a Bundle of AuditEvents, or an element with AuditMessages. */
gboolean tool_ledger_render(ToolClient *client,
                            const Vicu__QueryLedger *query,
                            ToolLedgerFormat format,
                            FILE *out,
                            GError **error);

G_END_DECLS
