/* Resources: FHIR R4 as JSON, of what the wire says. Pure; @json is at the place of the resource.
 *
 * An absent value is a dataAbsentReason, never a number. A value that is not of a live patient is
 * tagged so (urn:vicu:origin, and HTEST). A bed is a Device of its own, named by a hash of its
 * name, since a FHIR id has no "/" and no "_".
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "common/json.h"
#include "common/wire.h"

G_BEGIN_DECLS

#define PORTAL_FHIR_JSON "application/fhir+json; charset=utf-8"

/* One value of a Numerics row. */
typedef struct {
    const char *bed;
    const char *patient; /* pseudonym of who lies there now; "": not bound */
    int64_t since_us;    /* of that binding */
    uint32_t code, channel;
    int64_t t_us;
    double value;
    Vicu__Quality quality;
    Vicu__Source source;
    Vicu__Origin origin;
} PortalValue;

/* "b" and 16 figures; @out holds 18 bytes. */
void portal_fhir_bed_id(const char *bed, char out[18]);
/* "CODE-CHANNEL-TIME-BED"; caller frees. */
char *portal_fhir_value_id(const PortalValue *value);
/* FALSE: not an id of ours. @bed_id: 18 bytes. */
gboolean portal_fhir_value_of_id(
    const char *id, uint32_t *code, uint32_t *channel, int64_t *t_us, char bed_id[18]);
/* Hex of an audit record's id; caller frees. */
char *portal_fhir_record_id(const Vicu__AuditRecord *record);

void portal_fhir_observation(VicuJson *json, const PortalValue *value);
void portal_fhir_device(VicuJson *json, const Vicu__Bed *bed);
void portal_fhir_communication(VicuJson *json, const Vicu__Alarm *alarm, const Vicu__Bed *bed);
void portal_fhir_audit_event(VicuJson *json, const Vicu__AuditRecord *record);
void portal_fhir_capability(VicuJson *json, const char *url, int64_t now_us);
/* @code of FHIR's issue-type: "invalid", "not-found", "forbidden", "timeout", ... */
void portal_fhir_outcome(VicuJson *json, const char *code, const char *text);

G_END_DECLS
