/* FHIR: read and search of Observation, Device, Communication and AuditEvent, R4 as JSON.
 *
 * Beds and alarms are answered from the ward, numerics and the audit by the store. What a page of a
 * search leaves out is in its link "next". Every answer is a view of somebody: it is audited. One
 * thread, the context's main loop.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/audit.h"
#include "common/query.h"
#include "portal/request.h"
#include "portal/rights.h"
#include "portal/ward.h"

G_BEGIN_DECLS

#define PORTAL_FHIR_PATH      "/fhir/"
#define PORTAL_FHIR_VALUES    20000 /* of the store that one search looks at */
#define PORTAL_FHIR_RECORDS   10000 /* of the audit: its newest in that time */
#define PORTAL_FHIR_AT_A_TIME 8

typedef struct PortalFhir PortalFhir;
/* All borrowed. */
PortalFhir *portal_fhir_new(VicuQueryClient *query, const PortalWard *ward, VicuAudit *audit);
void portal_fhir_free(PortalFhir *self);

/* Takes @request. @who: of the token, and its @role; @url: of this server. */
void portal_fhir_answer(
    PortalFhir *self, PortalRequest *request, PortalRole role, const char *who, const char *url);
/* An OperationOutcome; takes @request. */
void
portal_fhir_refuse(PortalRequest *request, unsigned status, const char *code, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalFhir, portal_fhir_free)

G_END_DECLS
