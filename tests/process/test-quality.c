/* The quality reports of a real ward say what was done in it: an alarm is answered, another one
 * accepted and seen to at the bedside, and each figure is held against the times of the record.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "common/clock.h"
#include "tests/process/ward.h"

#define S ((int64_t)G_USEC_PER_SEC)

static const char roster[] = "[person nurse-a]\nname = Nurse A\nrole = bedside\npage = yes\n"
                             "[shift s]\nperson = nurse-a\nunit = *\ndays = daily\nfrom = 00:00\n"
                             "to = 00:00\n"
                             "[ladder l]\nunit = *\npriority = high\nstep1 = bedside; accept 60s\n";

/* What "vicu LINE" said; it must end with @status. Caller frees. */
static char *vicu(Ward *ward, int status, const char *format, ...) G_GNUC_PRINTF(3, 4);

static char *
vicu(Ward *ward, int status, const char *format, ...)
{
    g_auto(GStrv) words = NULL;
    g_autofree char *err = NULL;
    char *out = NULL;
    va_list args;

    va_start(args, format);
    g_autofree char *line = g_strdup_vprintf(format, args);
    va_end(args);
    g_assert_true(g_shell_parse_argv(line, NULL, &words, NULL));
    int ended = ward_vicu(ward, (const char *const *)words, &out, &err);
    if (ended != status)
        g_test_message("vicu %s: status %d\n%s\n%s", line, ended, out, err);
    g_assert_cmpint(ended, ==, status);
    return out;
}

/* The text behind "KEY": " in @json, from @at on. NULL: there is none. */
static char *
text_behind(const char *at, const char *key)
{
    g_autofree char *quoted = g_strdup_printf("\"%s\": \"", key);
    const char *found = at != NULL ? strstr(at, quoted) : NULL;

    return found == NULL ? NULL
                         : g_strndup(found + strlen(quoted), strcspn(found + strlen(quoted), "\""));
}

static int64_t
time_behind(const char *at, const char *key)
{
    g_autofree char *text = text_behind(at, key);
    int64_t t_us = 0;

    if (text == NULL)
        g_error("no time \"%s\" in %.2000s", key, at != NULL ? at : "nothing");
    g_assert_true(vicu_time_parse(text, 0, &t_us, NULL));
    return t_us;
}

/* The number @key of the row of @json that has "@column": "@name". */
static double
number(const char *json, const char *table, const char *column, const char *name, const char *key)
{
    g_autofree char *id = g_strdup_printf("\"id\": \"%s\"", table);
    g_autofree char *row = g_strdup_printf("\"%s\": \"%s\"", column, name);
    g_autofree char *quoted = g_strdup_printf("\"%s\": ", key);
    const char *at = strstr(json, id);

    at = at != NULL ? strstr(at, row) : NULL;
    at = at != NULL ? strstr(at, quoted) : NULL;
    g_assert_nonnull(at);
    return g_ascii_strtod(at + strlen(quoted), NULL);
}

static gboolean
is_escalated(Ward *ward, gpointer user)
{
    char **id = user;
    g_autofree char *json = vicu(ward, 0, "escalation ls --json");

    *id = text_behind(json, "id");
    return *id != NULL;
}

static void
answers_are_as_they_were_given(Ward *ward)
{
    g_autofree char *alarms = vicu(ward, 0, "alarm ls --json");
    g_autofree char *id = text_behind(alarms, "id");

    g_assert_nonnull(id);
    g_free(vicu(ward, 0,
                "alarm ack %s --answer not-actionable --because artefact --reason 'it moved'", id));
    g_free(vicu(ward, 0, "limit set 3 HR_high '130 /min' --reason 'known AF'"));
    g_assert_false(ward_wait(ward, 2 * S, NULL, NULL)); /* the rules' spool, on its way */
    g_autofree char *audit = vicu(ward, 0, "audit ls --json");
    g_autofree char *burden = vicu(ward, 0, "report burden --from -1h --least 1 --json");
    g_autofree char *response = vicu(ward, 0, "report response --from -1h --least 1 --json");
    const char *acknowledged = strstr(audit, "\"what\": \"acknowledge\"");
    g_assert_nonnull(acknowledged);
    acknowledged = g_strrstr_len(audit, acknowledged - audit, "\"time\""); /* of that record */
    double waited_s =
        (double)(time_behind(acknowledged, "time") - time_behind(alarms, "t_raised")) / (double)S;
    g_assert_cmpfloat(number(burden, "burden", "unit", "all", "answered"), ==, 1);
    g_assert_cmpfloat(number(burden, "not_actionable", "reason", "artefact", "answers"), ==, 1);
    g_assert_cmpfloat(number(response, "answers", "unit", "all", "answered"), ==, 1);
    g_assert_cmpfloat_with_epsilon(number(response, "answers", "unit", "all", "median"), waited_s,
                                   1);
    double observed = number(burden, "burden", "unit", "demo/icu", "bed_days");
    g_assert_cmpfloat(observed, >, 0);
    g_assert_cmpfloat(observed, <, 16 * 0.01); /* of 16 beds for less than 14 min */
    g_autofree char *npsg = vicu(ward, 0, "report npsg --from -1h --least 1 --beds --json");
    g_assert_cmpfloat(number(npsg, "acts", "act", "limits changed", "n"), ==, 1);
    g_assert_nonnull(strstr(npsg, "known AF"));
}

static void
stages_are_as_they_were_told(Ward *ward, const char *id)
{
    g_free(vicu(ward, 0, "escalation accept %s --as 'Nurse A'", id));
    g_assert_false(ward_wait(ward, 1 * S, NULL, NULL));
    g_free(vicu(ward, 0, "escalation arrived %s --as 'Nurse A'", id));
    g_free(vicu(ward, 0, "escalation resolve %s --as 'Nurse A'", id));
    g_assert_false(ward_wait(ward, 2 * S, NULL, NULL));
    g_autofree char *key = g_strdup_printf("\"id\": \"%s\"", id);
    g_autofree char *listed = vicu(ward, 0, "escalation ls --all --json");
    g_autofree char *response = vicu(ward, 0, "report response --from -1h --least 1 --json");
    const char *one = strstr(listed, key);
    double took_s =
        (double)(time_behind(one, "t_at_bedside") - time_behind(one, "t_accepted")) / (double)S;
    g_assert_cmpfloat(
        number(response, "stages", "stage", "accepted to at the bedside (person)", "n"), ==, 1);
    g_assert_cmpfloat_with_epsilon(
        number(response, "stages", "stage", "accepted to at the bedside (person)", "median"),
        took_s, 0.002);
    g_assert_cmpfloat(
        number(response, "outcomes", "outcome", "escalations accepted by somebody", "n"), ==, 1);
    g_assert_cmpfloat(number(response, "outcomes", "outcome", "persons asked", "n"), >=, 1);
}

static void
exports_are_in_the_audit_and_small_counts_in_none(Ward *ward)
{
    g_autofree char *file = g_build_filename(ward_folder(ward), "npsg.csv", NULL);
    g_autofree char *csv = NULL;

    g_free(vicu(ward, 0, "report npsg --from -1h -o '%s'", file));
    g_assert_true(g_file_get_contents(file, &csv, NULL, NULL));
    g_assert_nonnull(strstr(csv, "\"limits changed\",\"< 5\",\"< 5\"\r\n"));
    g_assert_nonnull(strstr(csv, "of 16 beds with data 16 had some that is not known to be of a "));
    g_assert_nonnull(strstr(csv, "\"note\",\"Counts of 1 to 4 are withheld"));
    g_assert_null(strstr(csv, "known AF"));
    g_assert_null(strstr(csv, "demo/icu/3"));
    g_autofree char *pdf = g_build_filename(ward_folder(ward), "npsg.pdf", NULL);
    g_autofree char *program =
        g_build_filename(g_getenv("VICU_BUILD_ROOT"), "portal/vicu-portal", NULL);
    if (g_file_test(program, G_FILE_TEST_IS_EXECUTABLE)) {
        g_autofree char *bytes = NULL;
        g_free(vicu(ward, 0, "report npsg --from -1h -o '%s'", pdf));
        g_assert_true(g_file_get_contents(pdf, &bytes, NULL, NULL));
        g_assert_true(g_str_has_prefix(bytes, "%PDF-"));
    }
    g_autofree char *audit = vicu(ward, 0, "audit ls");
    g_assert_nonnull(strstr(audit, "export-report"));
    g_assert_nonnull(strstr(audit, "report npsg, "));
    g_assert_nonnull(strstr(audit, "of all units, counts below 5 withheld"));
    g_free(vicu(ward, 0, "report burden --from 2026-01-01 --to 2026-02-01"));
    g_free(vicu(ward, 1, "report burden --unit demo/icv"));
    g_free(vicu(ward, 2, "report burden --least 0"));
    g_free(vicu(ward, 2, "report burden --from -1h --to -2h"));
}

/* Where the store's files answer, the record is laid aside for the next store. */
static void
a_store_at_rest_is_reported_on_and_that_is_said(Ward *ward)
{
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    const char *words[] = {"report", "response", "--from", "-1h", "--least", "1", "--json", NULL};

    g_assert_cmpint(ward_end(ward), ==, 0);
    g_assert_cmpint(ward_vicu(ward, words, &out, &err), ==, 0);
    g_assert_cmpfloat(number(out, "answers", "unit", "all", "answered"), ==, 1);
    g_assert_cmpstr(err, !=, "");
}

static void
reports_say_what_was_done(void)
{
    g_autoptr(Ward) ward = ward_start(16, NULL);
    g_autofree char *file = g_build_filename(ward_folder(ward), "roster", NULL);
    g_autofree char *id = NULL;

    g_assert_true(g_file_set_contents(file, roster, -1, NULL));
    g_free(vicu(ward, 0, "roster import '%s'", file));
    g_assert_true(ward_wait(ward, 90 * S, is_escalated, &id));
    stages_are_as_they_were_told(ward, id);
    answers_are_as_they_were_given(ward);
    exports_are_in_the_audit_and_small_counts_in_none(ward);
    a_store_at_rest_is_reported_on_and_that_is_said(ward);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/reports_say_what_was_done", reports_say_what_was_done);
    return g_test_run();
}
