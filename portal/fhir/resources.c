/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/fhir/resources.h"

#include <stdio.h>
#include <string.h>

#include "common/alarm-text.h"
#include "portal/fhir/search.h"
#include "proto/signals.h"

#define TERMINOLOGY "http://terminology.hl7.org/CodeSystem/"
#define MDC         "urn:iso:std:iso:11073:10101"

/* ---- ids ---- */

void
portal_fhir_bed_id(const char *bed, char out[18])
{
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, bed, -1);

    g_snprintf(out, 18, "b%.16s", sum);
}

char *
portal_fhir_value_id(const PortalValue *value)
{
    char bed[18];

    portal_fhir_bed_id(value->bed, bed);
    return g_strdup_printf("%u-%u-%" G_GINT64_FORMAT "-%s", value->code, value->channel,
                           value->t_us, bed);
}

gboolean
portal_fhir_value_of_id(
    const char *id, uint32_t *code, uint32_t *channel, int64_t *t_us, char bed_id[18])
{
    g_auto(GStrv) part = g_strsplit(id, "-", 5);
    guint64 n[3];

    if (g_strv_length(part) != 4 || strlen(part[3]) != 17)
        return FALSE;
    if (!g_ascii_string_to_unsigned(part[0], 10, 1, G_MAXUINT32, &n[0], NULL)
        || !g_ascii_string_to_unsigned(part[1], 10, 0, G_MAXUINT32, &n[1], NULL)
        || !g_ascii_string_to_unsigned(part[2], 10, 1, G_MAXINT64 - 1, &n[2], NULL))
        return FALSE;
    *code = (uint32_t)n[0];
    *channel = (uint32_t)n[1];
    *t_us = (int64_t)n[2];
    g_strlcpy(bed_id, part[3], 18);
    return TRUE;
}

char *
portal_fhir_record_id(const Vicu__AuditRecord *record)
{
    GString *hex = g_string_new(NULL);

    for (size_t i = 0; i < record->id.len && i < 32; i++)
        g_string_append_printf(hex, "%02x", record->id.data[i]);
    return g_string_free(hex, FALSE);
}

/* ---- pieces ---- */

static void
put_coding(VicuJson *json, const char *system, const char *code, const char *display)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "system", system);
    vicu_json_text(json, "code", code);
    if (display != NULL)
        vicu_json_text(json, "display", display);
    vicu_json_end(json);
}

static void
put_concept(
    VicuJson *json, const char *key, const char *system, const char *code, const char *display)
{
    vicu_json_begin_object(json, key);
    vicu_json_begin_array(json, "coding");
    put_coding(json, system, code, display);
    vicu_json_end(json);
    vicu_json_end(json);
}

static void
put_identifier(VicuJson *json, const char *key, const char *system, const char *value)
{
    vicu_json_begin_object(json, key);
    vicu_json_text(json, "system", system);
    vicu_json_text(json, "value", value);
    vicu_json_end(json);
}

static void
put_meta(VicuJson *json, Vicu__Origin origin)
{
    vicu_json_begin_object(json, "meta");
    if (origin != VICU__ORIGIN__ORIGIN_LIVE) {
        vicu_json_begin_array(json, "security");
        put_coding(json, TERMINOLOGY "v3-ActReason", "HTEST", "test health data");
        vicu_json_end(json);
    }
    vicu_json_begin_array(json, "tag");
    put_coding(json, "urn:vicu:origin", vicu_word_origin(origin), NULL);
    vicu_json_end(json);
    vicu_json_end(json);
}

/* The patient where one was bound to the bed by then, else the bed. */
static void
put_subject(VicuJson *json, const char *bed, const char *patient, bool is_theirs)
{
    vicu_json_begin_object(json, "subject");
    vicu_json_text(json, "type", is_theirs ? "Patient" : "Location");
    if (is_theirs)
        put_identifier(json, "identifier", "urn:vicu:patient", patient);
    else
        put_identifier(json, "identifier", "urn:vicu:bed", bed);
    vicu_json_end(json);
}

static void
put_device(VicuJson *json, const char *key, const char *bed)
{
    char id[18];

    portal_fhir_bed_id(bed, id);
    g_autofree char *reference = g_strconcat("Device/", id, NULL);
    vicu_json_begin_object(json, key);
    vicu_json_text(json, "reference", reference);
    vicu_json_text(json, "display", bed);
    vicu_json_end(json);
}

/* ---- resources ---- */

static void
put_code(VicuJson *json, const PortalValue *value, const VicuSignal *signal)
{
    const char *loinc = portal_mdc_to_loinc(value->code);
    g_autofree char *mdc = g_strdup_printf("%u", value->code);

    vicu_json_begin_object(json, "code");
    vicu_json_begin_array(json, "coding");
    if (loinc != NULL)
        put_coding(json, "http://loinc.org", loinc, NULL);
    put_coding(json, MDC, mdc, signal != NULL ? signal->title : NULL);
    vicu_json_end(json);
    if (signal != NULL)
        vicu_json_text(json, "text", signal->title);
    vicu_json_end(json);
}

static void
put_value(VicuJson *json, const PortalValue *value, const VicuSignal *signal)
{
    if (value->quality == VICU__QUALITY__QUALITY_INVALID) {
        put_concept(json, "dataAbsentReason", TERMINOLOGY "data-absent-reason", "error", "Error");
        return;
    }
    vicu_json_begin_object(json, "valueQuantity");
    vicu_json_number(json, "value", value->value);
    if (signal != NULL) {
        vicu_json_text(json, "unit", signal->unit);
        vicu_json_text(json, "system", "http://unitsofmeasure.org");
        vicu_json_text(json, "code", signal->unit);
    }
    vicu_json_end(json);
}

void
portal_fhir_observation(VicuJson *json, const PortalValue *value)
{
    const VicuSignal *signal = vicu_signal_by_code(value->code);
    g_autofree char *id = portal_fhir_value_id(value);

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "resourceType", "Observation");
    vicu_json_text(json, "id", id);
    put_meta(json, value->origin);
    vicu_json_text(json, "status",
                   value->quality == VICU__QUALITY__QUALITY_QUESTIONABLE ? "preliminary" : "final");
    vicu_json_begin_array(json, "category");
    put_concept(json, NULL, TERMINOLOGY "observation-category", "vital-signs", "Vital Signs");
    vicu_json_end(json);
    put_code(json, value, signal);
    put_subject(json, value->bed, value->patient,
                *value->patient != '\0' && value->t_us >= value->since_us);
    vicu_json_time(json, "effectiveDateTime", value->t_us);
    put_value(json, value, signal);
    put_device(json, "device", value->bed);
    if (value->source != VICU__SOURCE__SOURCE_DEVICE) {
        vicu_json_begin_object(json, "method");
        vicu_json_text(json, "text", vicu_word_source(value->source));
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

void
portal_fhir_device(VicuJson *json, const Vicu__Bed *bed)
{
    char id[18];
    const bool here = bed->presence == VICU__PRESENCE__PRESENCE_PRESENT;

    portal_fhir_bed_id(bed->bed, id);
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "resourceType", "Device");
    vicu_json_text(json, "id", id);
    put_meta(json, bed->origin);
    vicu_json_begin_array(json, "identifier");
    put_identifier(json, NULL, "urn:vicu:bed", bed->bed);
    if (*bed->device != '\0')
        put_identifier(json, NULL, "urn:vicu:device", bed->device);
    vicu_json_end(json);
    vicu_json_text(json, "status", here ? "active" : "inactive");
    put_concept(json, "type", MDC, "69965", "MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS");
    vicu_json_begin_object(json, "location");
    put_identifier(json, "identifier", "urn:vicu:bed", bed->bed);
    vicu_json_end(json);
    vicu_json_end(json);
}

void
portal_fhir_communication(VicuJson *json, const Vicu__Alarm *alarm, const Vicu__Bed *bed)
{
    static const char *const priorities[] = {"routine", "routine", "routine", "urgent", "stat"};
    const bool stands = alarm->t_ended_us == 0;
    const char *patient = bed != NULL ? bed->patient : "";

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "resourceType", "Communication");
    vicu_json_text(json, "id", alarm->id);
    put_meta(json, alarm->origin);
    vicu_json_text(json, "status", stands ? "in-progress" : "completed");
    vicu_json_begin_array(json, "category");
    put_concept(json, NULL, TERMINOLOGY "communication-category", "alert", "Alert");
    vicu_json_end(json);
    vicu_json_text(json, "priority", priorities[MIN((unsigned)alarm->priority, 4u)]);
    if (*alarm->bed != '\0')
        put_subject(json, alarm->bed, patient,
                    *patient != '\0' && alarm->t_condition_us >= bed->since_us);
    vicu_json_begin_object(json, "topic");
    vicu_json_text(json, "text", *alarm->title != '\0' ? alarm->title : alarm->rule);
    vicu_json_end(json);
    vicu_json_time(json, "sent", alarm->t_decided_us);
    if (*alarm->bed != '\0')
        put_device(json, "sender", alarm->bed);
    vicu_json_begin_array(json, "payload");
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "contentString", *alarm->text != '\0' ? alarm->text : alarm->rule);
    vicu_json_end(json);
    vicu_json_end(json);
    if (alarm->acknowledged != NULL) {
        vicu_json_begin_array(json, "note");
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "authorString", alarm->acknowledged->who);
        vicu_json_time(json, "time", alarm->acknowledged->t_us);
        vicu_json_text(json, "text",
                       *alarm->acknowledged->reason != '\0'
                           ? alarm->acknowledged->reason
                           : vicu_word_answer(alarm->acknowledged->answer));
        vicu_json_end(json);
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

static void
put_agent(VicuJson *json, const Vicu__AuditRecord *record)
{
    vicu_json_begin_array(json, "agent");
    vicu_json_begin_object(json, NULL);
    if (*record->role != '\0') {
        vicu_json_begin_array(json, "role");
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "text", record->role);
        vicu_json_end(json);
        vicu_json_end(json);
    }
    vicu_json_begin_object(json, "who");
    vicu_json_text(json, "display", *record->who != '\0' ? record->who : "not known");
    vicu_json_end(json);
    vicu_json_bool(json, "requestor", TRUE);
    if (*record->from != '\0') {
        vicu_json_begin_object(json, "network");
        vicu_json_text(json, "address", record->from);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_end(json);
}

static void
put_entity(VicuJson *json, const char *system, const char *value, const char *type)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_begin_object(json, "what");
    put_identifier(json, "identifier", system, value);
    vicu_json_end(json);
    vicu_json_begin_object(json, "type");
    vicu_json_text(json, "system", TERMINOLOGY "audit-entity-type");
    vicu_json_text(json, "code", type);
    vicu_json_end(json);
    vicu_json_end(json);
}

void
portal_fhir_audit_event(VicuJson *json, const Vicu__AuditRecord *record)
{
    g_autofree char *id = portal_fhir_record_id(record);
    const bool view = strcmp(record->what, "view") == 0, bad = strcmp(record->what, "refused") == 0;

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "resourceType", "AuditEvent");
    vicu_json_text(json, "id", id);
    vicu_json_begin_object(json, "type");
    vicu_json_text(json, "system", "urn:vicu:act");
    vicu_json_text(json, "code", *record->what != '\0' ? record->what : "unknown");
    vicu_json_end(json);
    vicu_json_text(json, "action", view ? "R" : "E");
    vicu_json_time(json, "recorded", record->t_taken_us != 0 ? record->t_taken_us : record->t_us);
    vicu_json_text(json, "outcome", bad ? "4" : "0");
    if (*record->why != '\0')
        vicu_json_text(json, "outcomeDesc", record->why);
    put_agent(json, record);
    vicu_json_begin_object(json, "source");
    vicu_json_begin_object(json, "observer");
    vicu_json_text(json, "display", "vICU");
    vicu_json_end(json);
    vicu_json_end(json);
    if (*record->bed != '\0' || *record->patient != '\0' || record->n_beds > 0) {
        vicu_json_begin_array(json, "entity");
        if (*record->patient != '\0')
            put_entity(json, "urn:vicu:patient", record->patient, "1");
        if (*record->bed != '\0')
            put_entity(json, "urn:vicu:bed", record->bed, "4");
        for (size_t i = 0; i < record->n_beds; i++)
            put_entity(json, "urn:vicu:bed", record->beds[i], "4");
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

/* ---- about the server ---- */

static void
put_resource(VicuJson *json, const char *type, const char *const *parameters)
{
    static const char *const acts[] = {"read", "search-type"};

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "type", type);
    vicu_json_begin_array(json, "interaction");
    for (size_t i = 0; i < G_N_ELEMENTS(acts); i++) {
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "code", acts[i]);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_begin_array(json, "searchParam");
    for (; parameters[0] != NULL; parameters += 2) {
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "name", parameters[0]);
        vicu_json_text(json, "type", parameters[1]);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_end(json);
}

void
portal_fhir_capability(VicuJson *json, const char *url, int64_t now_us)
{
    static const char *const observation[] = {
        "code", "token", "date", "date", "subject", "reference", "patient", "reference", NULL};
    static const char *const device[] = {"identifier", "token", NULL};
    static const char *const communication[] = {"sent",    "date",      "subject", "reference",
                                                "patient", "reference", NULL};
    static const char *const audit[] = {"date", "date", NULL};

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "resourceType", "CapabilityStatement");
    vicu_json_text(json, "status", "active");
    vicu_json_time(json, "date", now_us);
    vicu_json_text(json, "kind", "instance");
    vicu_json_text(json, "fhirVersion", "4.0.1");
    vicu_json_begin_array(json, "format");
    vicu_json_text(json, NULL, "application/fhir+json");
    vicu_json_end(json);
    vicu_json_begin_object(json, "software");
    vicu_json_text(json, "name", "vICU");
    vicu_json_text(json, "version", VICU_VERSION);
    vicu_json_end(json);
    vicu_json_begin_object(json, "implementation");
    vicu_json_text(
        json, "description",
        "Supplemental: the bedside monitor stays the primary alarm. Read only. A subject "
        "is searched for as subject:identifier=urn:vicu:bed|BED or "
        "patient:identifier=urn:vicu:patient|ID.");
    vicu_json_text(json, "url", url);
    vicu_json_end(json);
    vicu_json_begin_array(json, "rest");
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "mode", "server");
    vicu_json_begin_array(json, "resource");
    put_resource(json, "Observation", observation);
    put_resource(json, "Device", device);
    put_resource(json, "Communication", communication);
    put_resource(json, "AuditEvent", audit);
    vicu_json_end(json);
    vicu_json_end(json);
    vicu_json_end(json);
    vicu_json_end(json);
}

void
portal_fhir_outcome(VicuJson *json, const char *code, const char *text)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "resourceType", "OperationOutcome");
    vicu_json_begin_array(json, "issue");
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "severity", "error");
    vicu_json_text(json, "code", code);
    vicu_json_text(json, "diagnostics", text);
    vicu_json_end(json);
    vicu_json_end(json);
    vicu_json_end(json);
}
