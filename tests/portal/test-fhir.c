/* FHIR: what a search may ask, and resources against the structure of R4.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <json-glib/json-glib.h>

#include "common/error.h"
#include "portal/fhir/resources.h"
#include "portal/fhir/search.h"
#include "proto/signals.h"

#define NOW 1790000000000000

/* ---- search ---- */

static void
a_search_is_read_or_refused_with_its_reason(void)
{
    static const struct {
        const char *path, *query, *why; /* NULL: fine */
    } cases[] = {
        {"Observation", "subject:identifier=urn:vicu:bed%7Cdemo/icu/1", NULL},
        {"Observation", "subject:identifier=demo/icu/1&code=147842&_count=5&_offset=10", NULL},
        {"Observation", "patient:identifier=P-1&code=http://loinc.org|8867-4,59408-5", NULL},
        {"Observation", "date=ge2026-01-31T08:00:00Z&date=lt2026-02-01&_format=json", NULL},
        {"Observation/147842-0-1790000000000000-b0123456789abcdef", "", NULL},
        {"metadata", "whatever=1", NULL},
        {"Observation", "colour=red", "colour"},
        {"Observation", "code=abc", "code"},
        {"Observation", "code=urn:oid:1|147842", "code"},
        {"Observation", "code=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "at most 16"},
        {"Observation", "date=yesterday", "ISO 8601"},
        {"Observation", "date=-10min", "ISO 8601"},
        {"Observation", "_count=0", "1..1000"},
        {"Observation", "_count=1001", "1..1000"},
        {"Observation", "_offset=-1", "0..100000"},
        {"Observation", "_format=xml", "json"},
        {"Observation", "subject:identifier=urn:oid:1|demo/icu/1", "urn:vicu:bed"},
        {"Observation", "subject:identifier=demo/icu", "site/unit/bed"},
        {"Observation", "code", "NAME=VALUE"},
        {"Observation", "code=%ff", "UTF-8"},
        {"Observation/a/b", "", "letters"},
        {"Observation/../x", "", "letters"},
        {"Device", "date=2026-01-31", "metadata"},
        {"AuditEvent", "patient:identifier=P", "metadata"},
        {"Observation", "a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1&a=1",
         "a="},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        PortalSearch search;
        gboolean ok = portal_search_parse(cases[i].path, cases[i].query, NOW, &search, &error);
        if (ok != (cases[i].why == NULL) || (!ok && strstr(error->message, cases[i].why) == NULL))
            g_error("%s?%s: %s", cases[i].path, cases[i].query, ok ? "taken" : error->message);
    }
    PortalSearch search;
    g_assert_true(portal_search_parse("Patient", "", NOW, &search, NULL));
    g_assert_cmpint(search.type, ==, PORTAL_FHIR_NONE);
    g_assert_true(portal_search_parse("Observation",
                                      "code=8867-4&date=gt2026-01-31T08:00:00Z&date="
                                      "le2026-01-31T09:00:00%2B01:00",
                                      NOW, &search, NULL));
    g_assert_cmpuint(search.code[0], ==, vicu_signal_code(vicu_signal_by_name("HR")));
    g_assert_cmpint(search.to_us - search.from_us, ==, 0);
}

static void
each_loinc_code_means_a_signal(void)
{
    static const char *const codes[] = {"8867-4",  "8889-8",  "9279-1",  "59408-5", "76215-3",
                                        "76213-8", "76214-6", "76534-7", "76535-4", "76536-2",
                                        "60985-9", "19891-1", "8310-5"};
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
        g_assert_cmpstr(portal_mdc_to_loinc(portal_loinc_to_mdc(codes[i])), ==, codes[i]);
    g_assert_cmpuint(portal_loinc_to_mdc("1-1"), ==, 0);
}

/* ---- structure ---- */

/* Elements of R4 that are used here: path, its JSON type, and "!" where it is required.
 * o object, a array, s text, n number, b truth. */
static const char *const structure[] = {
    "Observation.resourceType s!",
    "Observation.id s",
    "Observation.meta o",
    "Observation.status s!",
    "Observation.category a",
    "Observation.code o!",
    "Observation.subject o",
    "Observation.effectiveDateTime s",
    "Observation.valueQuantity o",
    "Observation.valueQuantity.value n",
    "Observation.valueQuantity.unit s",
    "Observation.valueQuantity.system s",
    "Observation.valueQuantity.code s",
    "Observation.dataAbsentReason o",
    "Observation.device o",
    "Observation.method o",
    "Observation.code.coding a",
    "Observation.code.text s",
    "Device.resourceType s!",
    "Device.id s",
    "Device.meta o",
    "Device.identifier a",
    "Device.status s",
    "Device.type o",
    "Device.location o",
    "Communication.resourceType s!",
    "Communication.id s",
    "Communication.meta o",
    "Communication.status s!",
    "Communication.category a",
    "Communication.priority s",
    "Communication.subject o",
    "Communication.topic o",
    "Communication.sent s",
    "Communication.sender o",
    "Communication.payload a",
    "Communication.note a",
    "AuditEvent.resourceType s!",
    "AuditEvent.id s",
    "AuditEvent.type o!",
    "AuditEvent.action s",
    "AuditEvent.recorded s!",
    "AuditEvent.outcome s",
    "AuditEvent.outcomeDesc s",
    "AuditEvent.agent a!",
    "AuditEvent.source o!",
    "AuditEvent.source.observer o!",
    "AuditEvent.entity a",
    "AuditEvent.subtype a",
    "AuditEvent.meta o",
    "AuditEvent.text o",
    "AuditEvent.purposeOfEvent a",
    "AuditEvent.source.site s",
    "AuditEvent.source.type a",
    "AuditEvent.contained a",
    "AuditEvent.extension a",
};

static char
type_of(JsonNode *node)
{
    if (JSON_NODE_HOLDS_OBJECT(node))
        return 'o';
    if (JSON_NODE_HOLDS_ARRAY(node))
        return 'a';
    if (!JSON_NODE_HOLDS_VALUE(node))
        return '0';
    GType type = json_node_get_value_type(node);
    return type == G_TYPE_STRING ? 's' : type == G_TYPE_BOOLEAN ? 'b' : 'n';
}

/* Members of @object at @path are those of the table, of their type; the required are there. */
static void
judge_object(const char *path, JsonObject *object)
{
    g_autoptr(GList) names = json_object_get_members(object);
    bool told = false;

    for (size_t i = 0; i < G_N_ELEMENTS(structure); i++) {
        g_auto(GStrv) part = g_strsplit(structure[i], " ", 2);
        const char *name = strrchr(part[0], '.') + 1;
        if ((size_t)(name - part[0] - 1) != strlen(path)
            || strncmp(part[0], path, strlen(path)) != 0)
            continue;
        told = true;
        JsonNode *node = json_object_get_member(object, name);
        if (node == NULL ? part[1][1] == '!' : type_of(node) != part[1][0])
            g_error("%s: expected %s", part[0], part[1]);
    }
    for (GList *l = names; told && l != NULL; l = l->next) {
        g_autofree char *inner = g_strdup_printf("%s.%s", path, (char *)l->data);
        bool known = false;
        for (size_t i = 0; i < G_N_ELEMENTS(structure); i++)
            known =
                known
                || (g_str_has_prefix(structure[i], inner) && structure[i][strlen(inner)] == ' ');
        if (!known)
            g_error("%s is no element of R4 that is used here", inner);
        JsonNode *node = json_object_get_member(object, l->data);
        if (JSON_NODE_HOLDS_OBJECT(node))
            judge_object(inner, json_node_get_object(node));
    }
}

/* FHIR 2.6.2: no element is empty. */
static void
judge_empty(JsonNode *node)
{
    if (JSON_NODE_HOLDS_OBJECT(node)) {
        g_autoptr(GList) values = json_object_get_values(json_node_get_object(node));
        g_assert_nonnull(values);
        for (GList *l = values; l != NULL; l = l->next)
            judge_empty(l->data);
    } else if (JSON_NODE_HOLDS_ARRAY(node)) {
        JsonArray *array = json_node_get_array(node);
        g_assert_cmpuint(json_array_get_length(array), >, 0);
        for (guint i = 0; i < json_array_get_length(array); i++)
            judge_empty(json_array_get_element(array, i));
    } else {
        g_assert_false(JSON_NODE_HOLDS_NULL(node));
        if (type_of(node) == 's')
            g_assert_cmpstr(json_node_get_string(node), !=, "");
    }
}

static JsonNode *
judge(const char *text)
{
    g_autoptr(GError) error = NULL;
    JsonNode *node = json_from_string(text, &error);

    g_assert_no_error(error);
    JsonObject *object = json_node_get_object(node);
    judge_object(json_object_get_string_member(object, "resourceType"), object);
    judge_empty(node);
    return node;
}

static void
an_absent_value_has_a_reason_and_no_number(void)
{
    PortalValue value = {.bed = "demo/icu/1",
                         .patient = "P-1",
                         .since_us = NOW,
                         .code = vicu_signal_code(vicu_signal_by_name("HR")),
                         .t_us = NOW + 5,
                         .value = 71.5,
                         .origin = VICU__ORIGIN__ORIGIN_RECORDING};
    g_autoptr(VicuJson) good = vicu_json_new(), bad = vicu_json_new(), before = vicu_json_new();

    portal_fhir_observation(good, &value);
    g_autoptr(JsonNode) node = judge(vicu_json_peek(good));
    g_assert_nonnull(strstr(vicu_json_peek(good), "\"value\": 71.5, \"unit\": \"/min\""));
    g_assert_nonnull(strstr(vicu_json_peek(good), "urn:vicu:patient"));
    g_assert_nonnull(strstr(vicu_json_peek(good), "HTEST"));
    g_assert_nonnull(strstr(vicu_json_peek(good), "8867-4"));
    value.quality = VICU__QUALITY__QUALITY_INVALID;
    portal_fhir_observation(bad, &value);
    g_autoptr(JsonNode) absent = judge(vicu_json_peek(bad));
    g_assert_null(strstr(vicu_json_peek(bad), "valueQuantity"));
    g_assert_nonnull(strstr(vicu_json_peek(bad), "dataAbsentReason"));
    /* What was measured before the patient lay there is not the patient's. */
    value.t_us = NOW - 1;
    portal_fhir_observation(before, &value);
    g_assert_null(strstr(vicu_json_peek(before), "P-1"));

    uint32_t code = 0, channel = 1;
    int64_t t_us = 0;
    char bed[18], own[18];
    g_autofree char *id = portal_fhir_value_id(&value);
    g_assert_cmpuint(strlen(id), <=, 64);
    g_assert_true(portal_fhir_value_of_id(id, &code, &channel, &t_us, bed));
    portal_fhir_bed_id(value.bed, own);
    g_assert_cmpstr(bed, ==, own);
    g_assert_cmpuint(code, ==, value.code);
    g_assert_cmpint(t_us, ==, value.t_us);
    g_assert_false(portal_fhir_value_of_id("1-2-3", &code, &channel, &t_us, bed));
}

static void
other_resources_have_their_elements(void)
{
    Vicu__Bed bed = VICU__BED__INIT;
    Vicu__Alarm alarm = VICU__ALARM__INIT;
    Vicu__Acknowledgement answer = VICU__ACKNOWLEDGEMENT__INIT;
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    char *beds[] = {(char *)"demo/icu/1", (char *)"demo/icu/2"};
    uint8_t id[16] = {1, 2, 3};
    VicuJson *json[4] = {vicu_json_new(), vicu_json_new(), vicu_json_new(), vicu_json_new()};

    bed.bed = (char *)"demo/icu/1";
    bed.presence = VICU__PRESENCE__PRESENCE_PRESENT;
    bed.patient = (char *)"P-1";
    portal_fhir_device(json[0], &bed);
    /* An administrator reads devices, and sees no patient. */
    g_assert_null(strstr(vicu_json_peek(json[0]), "P-1"));
    alarm.id = (char *)"x1";
    alarm.bed = bed.bed;
    alarm.priority = VICU__PRIORITY__PRIORITY_HIGH;
    alarm.text = (char *)"MAP 40";
    alarm.rule = (char *)"map";
    alarm.t_decided_us = NOW;
    portal_fhir_communication(json[1], &alarm, &bed);
    g_assert_nonnull(strstr(vicu_json_peek(json[1]), "\"priority\": \"stat\""));
    answer.who = (char *)"kim";
    answer.t_us = NOW;
    alarm.acknowledged = &answer;
    alarm.t_ended_us = NOW;
    portal_fhir_communication(json[2], &alarm, NULL);
    g_assert_nonnull(strstr(vicu_json_peek(json[2]), "completed"));
    record.what = (char *)"view";
    record.who = (char *)"kim";
    record.t_us = NOW;
    record.beds = beds;
    record.n_beds = 2;
    record.id.data = id;
    record.id.len = sizeof id;
    portal_fhir_audit_event(json[3], &record);
    for (size_t i = 0; i < 4; i++) {
        g_autoptr(JsonNode) node = judge(vicu_json_peek(json[i]));
        g_assert_nonnull(node);
        vicu_json_free(json[i]);
    }
}

/* The same judge takes examples that others made, where they are at hand. */
static void
the_judge_takes_published_examples(void)
{
    const char *data = g_getenv("VICU_DATA_DIR");
    g_autofree char *folder =
        data != NULL ? g_build_filename(data, "fhir", "auditevent", NULL) : NULL;
    g_autoptr(GDir) dir = folder != NULL ? g_dir_open(folder, 0, NULL) : NULL;
    const char *name = NULL;
    unsigned n = 0;

    if (dir == NULL) {
        g_test_skip("VICU_DATA_DIR names no folder with fhir/auditevent");
        return;
    }
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *text = NULL;
        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        g_test_message("%s", name);
        g_autoptr(JsonNode) node = judge(text);
        n += node != NULL;
    }
    g_assert_cmpuint(n, >=, 1);
    g_test_message("figure: %u published examples", n);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/portal/fhir/search", a_search_is_read_or_refused_with_its_reason);
    g_test_add_func("/portal/fhir/loinc", each_loinc_code_means_a_signal);
    g_test_add_func("/portal/fhir/observation", an_absent_value_has_a_reason_and_no_number);
    g_test_add_func("/portal/fhir/others", other_resources_have_their_elements);
    g_test_add_func("/portal/fhir/published", the_judge_takes_published_examples);
    return g_test_run();
}
