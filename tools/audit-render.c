/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/audit-render.h"

#include <stdbool.h>
#include <string.h>

#include "common/clock.h"

/* ---- what kind of act ---- */

typedef struct {
    const char *begins; /* the record's `what` */
    ToolAuditKind kind;
} Row;

/* The first that fits. */
static const Row rows[] = {
    {"process-start", {"110100", "Application Activity", "110120", "Application Start", 'E', "0"}},
    {"process-stop", {"110100", "Application Activity", "110121", "Application Stop", 'E', "0"}},
    {"store-start", {"110100", "Application Activity", "110120", "Application Start", 'E', "0"}},
    {"child-", {"110100", "Application Activity", NULL, NULL, 'E', "0"}},
    {"login", {"110114", "User Authentication", "110122", "Login", 'E', "0"}},
    {"logout", {"110114", "User Authentication", "110123", "Logout", 'E', "0"}},
    {"refused", {"110113", "Security Alert", "110126", "Node Authentication", 'E', "4"}},
    {"break-glass", {"110113", "Security Alert", "110127", "Emergency Override Started", 'E', "0"}},
    {"key-", {"110113", "Security Alert", "110129", "Security Configuration", 'U', "0"}},
    {"config-", {"110113", "Security Alert", "110129", "Security Configuration", 'U', "0"}},
    {"audit-", {"110101", "Audit Log Used", NULL, NULL, 'E', "0"}},
    {"query-audit", {"110101", "Audit Log Used", NULL, NULL, 'R', "0"}},
    {"query-ledger", {"110101", "Audit Log Used", NULL, NULL, 'R', "0"}},
    {"query-", {"110112", "Query", NULL, NULL, 'E', "0"}},
    {"export", {"110106", "Export", NULL, NULL, 'R', "0"}},
    {"import", {"110107", "Import", NULL, NULL, 'C', "0"}},
    {"erase", {"110110", "Patient Record", NULL, NULL, 'D', "0"}},
    {"view", {"110110", "Patient Record", NULL, NULL, 'R', "0"}},
    {"", {"110110", "Patient Record", NULL, NULL, 'U', "0"}},
};

ToolAuditKind
tool_audit_kind(const char *what)
{
    size_t i = 0;

    /* A question that was refused is a question all the same. */
    bool refused = g_str_has_prefix(what, "refused-query-");
    if (refused)
        what += strlen("refused-");
    while (!g_str_has_prefix(what, rows[i].begins))
        i++;
    ToolAuditKind kind = rows[i].kind;
    if (refused)
        kind.outcome = "4";
    return kind;
}

/* ---- FHIR ---- */

#define DCM       "http://dicom.nema.org/resources/ontology/DCM"
#define ENTITY    "http://terminology.hl7.org/CodeSystem/audit-entity-type"
#define ROLE      "http://terminology.hl7.org/CodeSystem/object-role"
#define SOURCE    "http://terminology.hl7.org/CodeSystem/security-source-type"
#define OWN_CODES "urn:vicu:audit"

static void
coding(VicuJson *json, const char *key, const char *system, const char *code, const char *display)
{
    vicu_json_begin_object(json, key);
    vicu_json_text(json, "system", system);
    vicu_json_text(json, "code", code);
    if (display != NULL)
        vicu_json_text(json, "display", display);
    vicu_json_end(json);
}

/* Text that is there; FHIR has no empty strings. */
static void
some_text(VicuJson *json, const char *key, const char *text)
{
    if (text[0] != '\0')
        vicu_json_text(json, key, text);
}

static void
fhir_agent(VicuJson *json, const Vicu__AuditRecord *record)
{
    vicu_json_begin_array(json, "agent");
    vicu_json_begin_object(json, NULL);
    if (record->role[0] != '\0') {
        vicu_json_begin_array(json, "role");
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "text", record->role);
        vicu_json_end(json);
        vicu_json_end(json);
    }
    vicu_json_begin_object(json, "who");
    vicu_json_text(json, "display", record->who[0] != '\0' ? record->who : "unknown");
    vicu_json_end(json);
    some_text(json, "name", record->from);
    vicu_json_bool(json, "requestor", TRUE);
    vicu_json_end(json);
    vicu_json_end(json);
}

static void
fhir_entity(VicuJson *json,
            const char *identifier,
            const char *type,
            const char *type_text,
            const char *role,
            const char *role_text)
{
    vicu_json_begin_object(json, "what");
    vicu_json_begin_object(json, "identifier");
    vicu_json_text(json, "value", identifier);
    vicu_json_end(json);
    vicu_json_end(json);
    coding(json, "type", ENTITY, type, type_text);
    coding(json, "role", ROLE, role, role_text);
}

static void
fhir_bed(VicuJson *json, const char *bed)
{
    if (bed[0] == '\0')
        return;
    vicu_json_begin_object(json, NULL);
    fhir_entity(json, bed, "2", "System Object", "2", "Location");
    vicu_json_end(json);
}

static void
fhir_entities(VicuJson *json, const Vicu__AuditRecord *record, guint64 number)
{
    g_autofree char *own = g_strdup_printf("%" G_GUINT64_FORMAT, number);

    vicu_json_begin_array(json, "entity");
    if (record->patient[0] != '\0') {
        vicu_json_begin_object(json, NULL);
        fhir_entity(json, record->patient, "1", "Person", "1", "Patient");
        vicu_json_end(json);
    }
    fhir_bed(json, record->bed);
    for (size_t i = 0; i < record->n_beds; i++)
        fhir_bed(json, record->beds[i]);
    vicu_json_begin_object(json, NULL);
    fhir_entity(json, own, "2", "System Object", "13", "Security Resource");
    some_text(json, "description", record->detail);
    vicu_json_end(json);
    vicu_json_end(json);
}

void
tool_audit_fhir(VicuJson *json, const Vicu__AuditRecord *record, guint64 number, const char *source)
{
    ToolAuditKind kind = tool_audit_kind(record->what);
    char action[2] = {kind.action, '\0'};

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "resourceType", "AuditEvent");
    coding(json, "type", DCM, kind.event, kind.event_text);
    vicu_json_begin_array(json, "subtype");
    if (kind.type != NULL)
        coding(json, NULL, DCM, kind.type, kind.type_text);
    coding(json, NULL, OWN_CODES, record->what[0] != '\0' ? record->what : "unknown", NULL);
    vicu_json_end(json);
    vicu_json_text(json, "action", action);
    vicu_json_begin_object(json, "period");
    vicu_json_time(json, "start", record->t_us != 0 ? record->t_us : record->t_taken_us);
    vicu_json_end(json);
    vicu_json_time(json, "recorded", record->t_taken_us);
    vicu_json_text(json, "outcome", kind.outcome);
    if (record->why[0] != '\0') {
        vicu_json_begin_array(json, "purposeOfEvent");
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "text", record->why);
        vicu_json_end(json);
        vicu_json_end(json);
    }
    fhir_agent(json, record);
    vicu_json_begin_object(json, "source");
    vicu_json_begin_object(json, "observer");
    vicu_json_text(json, "display", source);
    vicu_json_end(json);
    vicu_json_begin_array(json, "type");
    coding(json, NULL, SOURCE, "4", "Application Server");
    vicu_json_end(json);
    vicu_json_end(json);
    fhir_entities(json, record, number);
    vicu_json_end(json);
}

/* ---- DICOM ---- */

/* As the value of an attribute; what XML 1.0 cannot hold becomes U+FFFD. */
static void
add_value(GString *out, const char *name, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);

    g_string_append_printf(out, " %s=\"", name);
    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        bool allowed = c >= 0x20 && c != 0x7f && c != 0xfffe && c != 0xffff;
        if (c == '<' || c == '>' || c == '&' || c == '"' || c == '\'')
            g_string_append_printf(out, "&#%u;", c);
        else
            g_string_append_unichar(out, allowed ? c : 0xfffd);
    }
    g_string_append_c(out, '"');
}

static void
add_code(GString *out, const char *element, const char *code, const char *system, const char *text)
{
    g_string_append_printf(out, "<%s", element);
    add_value(out, "csd-code", code);
    add_value(out, "codeSystemName", system);
    add_value(out, "originalText", text);
    g_string_append(out, "/>");
}

static void
dicom_event(GString *out, const Vicu__AuditRecord *record, const ToolAuditKind *kind)
{
    const char action[2] = {kind->action, '\0'};
    const char *what = record->what[0] != '\0' ? record->what : "unknown";
    g_autofree char *time = vicu_time_format(record->t_us != 0 ? record->t_us : record->t_taken_us);

    g_string_append(out, "<EventIdentification");
    add_value(out, "EventActionCode", action);
    add_value(out, "EventDateTime", time);
    add_value(out, "EventOutcomeIndicator", kind->outcome);
    g_string_append_c(out, '>');
    add_code(out, "EventID", kind->event, "DCM", kind->event_text);
    if (kind->type != NULL)
        add_code(out, "EventTypeCode", kind->type, "DCM", kind->type_text);
    add_code(out, "EventTypeCode", what, "vICU", what);
    if (record->why[0] != '\0')
        add_code(out, "PurposeOfUse", "why", "vICU", record->why);
    g_string_append(out, "</EventIdentification>");
}

/* @type: 1 a person, 2 a system object, 3 an organisation; @role: of DICOM PS3.15 A.5.1. */
static void
begin_object(GString *out,
             const char *id,
             const char *type,
             const char *role,
             const char *code,
             const char *text)
{
    g_string_append(out, "<ParticipantObjectIdentification");
    add_value(out, "ParticipantObjectID", id);
    add_value(out, "ParticipantObjectTypeCode", type);
    add_value(out, "ParticipantObjectTypeCodeRole", role);
    g_string_append_c(out, '>');
    add_code(out, "ParticipantObjectIDTypeCode", code,
             g_ascii_isdigit(code[0]) ? "RFC-3881" : "vICU", text);
}

static void
add_detail(GString *out, const char *type, const char *text)
{
    g_autofree char *base64 = g_base64_encode((const guchar *)text, strlen(text));

    if (text[0] == '\0')
        return;
    g_string_append(out, "<ParticipantObjectDetail");
    add_value(out, "type", type);
    add_value(out, "value", base64);
    g_string_append(out, "/>");
}

static void
dicom_bed(GString *out, const char *bed)
{
    if (bed[0] == '\0')
        return;
    begin_object(out, bed, "2", "2", "bed", "Bed");
    g_string_append(out, "</ParticipantObjectIdentification>");
}

static void
dicom_objects(GString *out, const Vicu__AuditRecord *record, guint64 number)
{
    g_autofree char *own = g_strdup_printf("%" G_GUINT64_FORMAT, number);
    g_autofree char *taken = vicu_time_format(record->t_taken_us);

    if (record->patient[0] != '\0') {
        begin_object(out, record->patient, "1", "1", "2", "Patient Number");
        g_string_append(out, "</ParticipantObjectIdentification>");
    }
    dicom_bed(out, record->bed);
    for (size_t i = 0; i < record->n_beds; i++)
        dicom_bed(out, record->beds[i]);
    begin_object(out, own, "2", "13", "record", "Number of the record");
    add_detail(out, "taken", taken);
    add_detail(out, "detail", record->detail);
    g_string_append(out, "</ParticipantObjectIdentification>");
}

void
tool_audit_dicom(GString *out, const Vicu__AuditRecord *record, guint64 number, const char *source)
{
    ToolAuditKind kind = tool_audit_kind(record->what);

    g_string_append(out, "<AuditMessage>");
    dicom_event(out, record, &kind);
    g_string_append(out, "<ActiveParticipant");
    add_value(out, "UserID", record->who[0] != '\0' ? record->who : "unknown");
    if (record->from[0] != '\0')
        add_value(out, "AlternativeUserID", record->from);
    add_value(out, "UserIsRequestor", "true");
    g_string_append_c(out, '>');
    if (record->role[0] != '\0')
        add_code(out, "RoleIDCode", record->role, "vICU", record->role);
    g_string_append(out, "</ActiveParticipant><AuditSourceIdentification");
    add_value(out, "AuditSourceID", source);
    g_string_append_c(out, '>');
    add_code(out, "AuditSourceTypeCode", "4", "DCM", "Application Server");
    g_string_append(out, "</AuditSourceIdentification>");
    dicom_objects(out, record, number);
    g_string_append(out, "</AuditMessage>");
}
