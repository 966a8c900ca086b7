/* `vicu decode` of HL7 v2: what it prints is a contract.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/decode-hl7.h"

static char *
data_path(const char *name)
{
    return g_build_filename(g_getenv("VICU_TEST_DATA"), "hl7", name, NULL);
}

static char *
decode(const char *bytes, size_t n, gboolean json, int *status)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    char *copy;

    *status = collector_decode_hl7_bytes(bytes, n, json, out);
    g_assert_cmpint(fclose(out), ==, 0);
    copy = g_strdup(text);
    free(text);
    return copy;
}

static char *
decode_file(const char *name, int *status)
{
    g_autofree char *path = data_path(name);
    g_autofree char *bytes = NULL;
    gsize n;

    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    return decode(bytes, n, TRUE, status);
}

static guint
count(const char *text, const char *what)
{
    guint n = 0;

    for (const char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what))
        n++;
    return n;
}

/* A text as it stands inside JSON. */
static char *
as_json(const char *text)
{
    GString *out = g_string_new(NULL);

    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\\' || *c == '"')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *c);
    }
    return g_string_free(out, FALSE);
}

static void
assert_fault(const char *out, char *const *row)
{
    g_auto(GStrv) lines = g_strsplit(out, "\n", -1);
    g_autofree char *segment = *row[1] == '\0' ? g_strdup("\"segment\": null")
                                               : g_strdup_printf("\"segment\": \"%s\"", row[1]);
    g_autofree char *field = *row[2] == '\0' ? g_strdup("\"field\": null")
                                             : g_strdup_printf("\"field\": \"%s\"", row[2]);
    g_autofree char *found = as_json(row[3]);

    for (char **line = lines; *line != NULL; line++) {
        const char *at = strstr(*line, "\"found\": ");

        if (g_str_has_prefix(*line, "{\"type\": \"error\"") && strstr(*line, segment) != NULL
            && strstr(*line, field) != NULL && at != NULL && strstr(at, found) != NULL
            && strstr(strstr(at, "\"expected\": "), row[4]) != NULL)
            return;
    }
    g_error("%s: no fault %s %s found %s expected %s in:\n%s", row[0], row[1], row[2], row[3],
            row[4], out);
}

/* tests/data/hl7/invalid/EXPECTED.tsv: file, segment, field, found, expected, observations. */
static void
names_the_fault_of_every_invalid_message(void)
{
    g_autofree char *path = data_path("invalid/EXPECTED.tsv");
    g_autofree char *table = NULL;
    g_auto(GStrv) lines = NULL;
    guint n = 0;

    g_assert_true(g_file_get_contents(path, &table, NULL, NULL));
    lines = g_strsplit(table, "\n", -1);
    for (char **line = lines + 1; *line != NULL && **line != '\0'; line++, n++) {
        g_auto(GStrv) row = g_strsplit(*line, "\t", -1);
        g_autofree char *name = g_build_filename("invalid", row[0], NULL);
        g_autofree char *out = NULL;
        int status;

        g_assert_cmpuint(g_strv_length(row), ==, 6);
        out = decode_file(name, &status);
        g_assert_cmpint(status, ==, 1);
        assert_fault(out, row);
        g_assert_cmpint((int)count(out, "{\"type\": \"obs\""), ==, atoi(row[5]));
    }
    g_assert_cmpuint(n, >=, 25);
}

static void
reads_every_shared_and_valid_message_without_a_fault(void)
{
    static const struct {
        const char *name;
        guint observations;
    } files[] = {
        {"ipf_valid-bp-continua-wan.hl7v2", 7},
        {"ipf_valid-oximeter-continua-wan.hl7v2", 3},
        {"ipf_valid-pcd01-request.hl7v2", 5},
        {"ipf_valid-pcd01-request2.hl7v2", 9},
        {"ipf_valid-pcd01-response.hl7v2", 0},
        {"ipf_valid-thermometer-continua-wan.hl7v2", 2},
        {"ipf_valid-wan-response.hl7v2", 0},
        {"msfhirconv_ADT-A01-01.hl7", 1},
        {"msfhirconv_ADT-A02-01.hl7", 1},
        {"msfhirconv_ADT-A03-01.hl7", 1},
        {"msfhirconv_ADT-A08-01.hl7", 1},
        {"msfhirconv_ADT-A11-01.hl7", 1},
        {"msfhirconv_ADT-A40-01.hl7", 0},
        {"msfhirconv_ORU-R01-01.hl7", 5},
        {"valid/ae-with-err.hl7", 0},
        {"valid/blank-lines.hl7", 1},
        {"valid/bom.hl7", 1},
        {"valid/crlf-no-end.hl7", 1},
        {"valid/lf.hl7", 1},
        {"valid/mllp.hl7", 3},
        {"valid/other-delimiters.hl7", 1},
        {"valid/truncation-mark.hl7", 1},
        {"valid/two-messages.hl7", 2},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        int status;
        g_autofree char *out = decode_file(files[i].name, &status);

        g_assert_cmpstr(strstr(out, "\"error\""), ==, NULL);
        g_assert_cmpint(status, ==, 0);
        g_assert_cmpuint(count(out, "{\"type\": \"obs\""), ==, files[i].observations);
    }
}

static void
prints_an_observation_as_the_contract_says(void)
{
    int status;
    g_autofree char *out = decode_file("ipf_valid-pcd01-request2.hl7v2", &status);

    g_assert_nonnull(strstr(out,
                            "{\"type\": \"obs\", \"msg\": 1, \"bed\": \"3 WEST ICU^3001^1\", "
                            "\"patient\": \"AB60001\", \"code\": \"150035\", \"system\": \"MDC\", "
                            "\"label\": \"MDC_PRESS_BLD_ART_MEAN\", \"value\": 92, "
                            "\"unit\": \"mm[Hg]\", \"time\": \"2008-12-11T14:45:00\", "
                            "\"quality\": \"good\", \"segment\": \"OBX[3]\"}\n"));
}

static void
prints_units_as_ucum_and_times_in_utc(void)
{
    int status;
    g_autofree char *out = decode_file("ipf_valid-pcd01-request.hl7v2", &status);

    g_assert_nonnull(strstr(out, "\"value\": 120, \"unit\": \"mm[Hg]\", "
                                 "\"time\": \"2009-08-13T04:57:15Z\""));
}

static void
prints_a_sentinel_as_null_and_invalid_and_no_fault(void)
{
    int status;
    g_autofree char *out = decode_file("valid/sentinels.hl7", &status);

    g_assert_cmpint(status, ==, 0);
    g_assert_cmpuint(count(out, "\"value\": null"), ==, 7);
    g_assert_cmpuint(count(out, "\"quality\": \"invalid\""), ==, 7);
}

static void
prints_text_as_utf8_without_escapes(void)
{
    int status;
    g_autofree char *latin = decode_file("valid/escapes.hl7", &status);
    g_autofree char *utf8 = decode_file("valid/utf8.hl7", &status);

    g_assert_nonnull(strstr(latin, "\"value\": \"a|b^c&d~e\\\\f\u00E9g hij\\\\Z1\\\\k\u00E9\""));
    g_assert_nonnull(strstr(utf8, "\"value\": \"\u6E29\u5EA6 \u00E9\""));
}

static void
prints_the_digits_that_were_sent(void)
{
    static const char *const cases[][2] = {
        {"060", "\"value\": 60,"},
        {"+5", "\"value\": 5,"},
        {".5", "\"value\": 0.5,"},
        {"5.", "\"value\": 5,"},
        {"-0.50", "\"value\": -0.50,"},
        {"37.10", "\"value\": 37.10,"},
        {" 98 ", "\"value\": 98,"},
        {"123456789012345", "\"value\": 123456789012345,"},
        {"0.000000000012", "\"value\": 0.000000000012,"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int status;
        g_autofree char *text = g_strdup_printf(
            "MSH|^~\\&|M||||20261120||ORU^R01|1|P|2.6\rOBX|1|NM|1^X^L||%s|mmHg\r", cases[i][0]);
        g_autofree char *out = decode(text, strlen(text), TRUE, &status);

        g_assert_cmpint(status, ==, 0);
        g_assert_nonnull(strstr(out, cases[i][1]));
    }
}

static void
prints_a_table_without_json(void)
{
    int status;
    const char *text = "MSH|^~\\&|M||||20261120||ORU^R01|1|P|2.6\rPID|||P7\r"
                       "OBX|1|NM|147842^HR^MDC||72|/min\rOBX|2|NM|147842^HR^MDC||x|/min\r";
    g_autofree char *out = decode(text, strlen(text), FALSE, &status);

    g_assert_cmpint(status, ==, 1);
    g_assert_true(g_str_has_prefix(out, "msg "));
    g_assert_nonnull(strstr(out, "error  OBX[2] OBX-5: found x; expected a number"));
}

static void
says_which_file_it_cannot_read(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(collector_decode_hl7("/nowhere/x.hl7", TRUE, &error), ==, 1);
    g_assert_nonnull(strstr(error->message, "/nowhere/x.hl7"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/collector/decode-hl7/names_the_fault_of_every_invalid_message",
                    names_the_fault_of_every_invalid_message);
    g_test_add_func("/collector/decode-hl7/reads_every_shared_and_valid_message_without_a_fault",
                    reads_every_shared_and_valid_message_without_a_fault);
    g_test_add_func("/collector/decode-hl7/prints_an_observation_as_the_contract_says",
                    prints_an_observation_as_the_contract_says);
    g_test_add_func("/collector/decode-hl7/prints_units_as_ucum_and_times_in_utc",
                    prints_units_as_ucum_and_times_in_utc);
    g_test_add_func("/collector/decode-hl7/prints_a_sentinel_as_null_and_invalid_and_no_fault",
                    prints_a_sentinel_as_null_and_invalid_and_no_fault);
    g_test_add_func("/collector/decode-hl7/prints_text_as_utf8_without_escapes",
                    prints_text_as_utf8_without_escapes);
    g_test_add_func("/collector/decode-hl7/prints_the_digits_that_were_sent",
                    prints_the_digits_that_were_sent);
    g_test_add_func("/collector/decode-hl7/prints_a_table_without_json",
                    prints_a_table_without_json);
    g_test_add_func("/collector/decode-hl7/says_which_file_it_cannot_read",
                    says_which_file_it_cannot_read);
    return g_test_run();
}
