/* Records in the forms of FHIR and DICOM: each that a process writes is valid in both.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "common/folder.h"
#include "tools/audit-render.h"

static const char *const acts[] = {
    "view",
    "acknowledge",
    "limit-set",
    "refused-key",
    "refused-query-samples",
    "query-audit",
    "key-make",
    "config-change",
    "erase",
    "audit-retention",
    "process-start",
    "login",
    "export",
    "",
};

static void
fill(Vicu__AuditRecord *record, char **beds, const char *what)
{
    vicu__audit_record__init(record);
    record->who = (char *)"Dr \xc3\x9c <&\"'> \x01";
    record->role = (char *)"intensivist";
    record->what = (char *)what;
    record->bed = (char *)"demo/icu/7";
    record->patient = (char *)"P-1042";
    record->t_us = record->t_taken_us = INT64_C(1790000000000000);
    record->from = (char *)"dashboard, key ward-2";
    record->why = (char *)"fluid & \"pressure\" now";
    record->detail = (char *)"a\nb";
    record->beds = beds;
    record->n_beds = 2;
}

/* The schema is that of the DICOM audit message, with its provenance beside it. */
static void
each_act_is_valid_in_the_schema_of_dicom(void)
{
    g_autofree char *lint = g_find_program_in_path("xmllint");
    g_autofree char *schema =
        g_build_filename(g_getenv("VICU_TEST_DATA"), "audit", "dicom2017c.xsd", NULL);
    g_autofree char *dir = g_dir_make_tmp("vicu-render-XXXXXX", NULL);
    char *beds[] = {(char *)"demo/icu/1", (char *)"demo/icu/2"};
    g_autoptr(GPtrArray) line = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *said = NULL;
    int status = 0;

    if (lint == NULL) {
        g_test_skip("xmllint is not installed");
        return;
    }
    g_ptr_array_add(line, g_strdup(lint));
    g_ptr_array_add(line, g_strdup("--noout"));
    g_ptr_array_add(line, g_strdup("--schema"));
    g_ptr_array_add(line, g_strdup(schema));
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(acts); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        g_autofree char *name = g_strdup_printf("%zu.xml", i);
        Vicu__AuditRecord record;
        fill(&record, beds, acts[i / 2]);
        if (i % 2 == 1) { /* the least that a record can have */
            vicu__audit_record__init(&record);
            record.what = (char *)acts[i / 2];
        }
        tool_audit_dicom(text, &record, i + 1, "vicu-audit/0123456789abcdef");
        char *path = g_build_filename(dir, name, NULL);
        g_assert_true(g_file_set_contents(path, text->str, -1, NULL));
        g_ptr_array_add(line, path);
    }
    g_ptr_array_add(line, NULL);
    g_assert_true(
        g_spawn_sync(NULL, (char **)line->pdata, NULL, 0, NULL, NULL, NULL, &said, &status, NULL));
    if (status != 0)
        g_error("%s", said);
    g_assert_true(g_file_set_contents(line->pdata[4], "<AuditMessage/>", -1, NULL));
    g_assert_true(g_spawn_sync(NULL, (char **)line->pdata, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                               NULL, NULL, NULL, &status, NULL));
    g_assert_cmpint(status, !=, 0); /* the check itself can fail */
    vicu_folder_remove(dir);
}

static void
assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        g_error("%s is not in %s", part, text);
}

/* What FHIR R4 requires of an AuditEvent: type, recorded, agent with requestor, source with
 * observer; and no empty text. */
static void
each_act_has_what_fhir_requires(void)
{
    char *beds[] = {(char *)"demo/icu/1", (char *)"demo/icu/2"};

    for (size_t i = 0; i < 2 * G_N_ELEMENTS(acts); i++) {
        g_autoptr(VicuJson) json = vicu_json_new();
        Vicu__AuditRecord record;
        fill(&record, beds, acts[i / 2]);
        if (i % 2 == 1) {
            vicu__audit_record__init(&record);
            record.what = (char *)acts[i / 2];
            record.t_taken_us = INT64_C(1790000000000000);
        }
        tool_audit_fhir(json, &record, i + 1, "vicu-audit/0123456789abcdef");
        const char *text = vicu_json_peek(json);
        assert_has(text, "{\"resourceType\": \"AuditEvent\", \"type\": {\"system\": \"http");
        assert_has(text, "\"recorded\": \"2026-09-21T");
        assert_has(text, "\"requestor\": true");
        assert_has(text, "\"observer\": {\"display\": \"vicu-audit/");
        assert_has(text, "\"outcome\": \"");
        g_assert_null(strstr(text, "\"\""));
        g_assert_null(strstr(text, "null"));
    }
}

static void
a_refusal_is_no_success(void)
{
    g_assert_cmpstr(tool_audit_kind("refused-query-samples").outcome, ==, "4");
    g_assert_cmpstr(tool_audit_kind("refused-query-samples").event, ==, "110112");
    g_assert_cmpstr(tool_audit_kind("refused-key").outcome, ==, "4");
    g_assert_cmpstr(tool_audit_kind("view").outcome, ==, "0");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/tools/audit-render/" #name, name)
    ADD(each_act_is_valid_in_the_schema_of_dicom);
    ADD(each_act_has_what_fhir_requires);
    ADD(a_refusal_is_no_success);
    return g_test_run();
}
