/* A record of the audit in the forms of others: FHIR R4 AuditEvent (JSON) and the audit message
 * of DICOM PS3.15 A.5, which IHE ATNA sends (XML).
 *
 * Renderings of the record, not the record: what can be proved is the record's own bytes, whose
 * number each of them names. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/json.h"
#include "common/wire.h"

G_BEGIN_DECLS

/* DCM codes of DICOM PS3.16, CID 400 and 401. */
typedef struct {
    const char *event; /* "110112" */
    const char *event_text;
    const char *type; /* "110120", or NULL: only the record's own word */
    const char *type_text;
    char action;         /* C, R, U, D or E */
    const char *outcome; /* "0" done, "4" refused */
} ToolAuditKind;

ToolAuditKind tool_audit_kind(const char *what);

/* @source: what the audit's origin is, "vicu-audit/...". An object in an array. */
void tool_audit_fhir(VicuJson *json,
                     const Vicu__AuditRecord *record,
                     guint64 number,
                     const char *source);
/* A whole AuditMessage, without a declaration before it. */
void
tool_audit_dicom(GString *out, const Vicu__AuditRecord *record, guint64 number, const char *source);

G_END_DECLS
