/* Reports on paper, read back by others' programs where they are there.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "portal/pdf.h"

#define LONG                                                                                       \
    "words enough for a whole line of a page across, and some more of them, so that this column "  \
    "has to be narrowed before the others are"

static char *
report(unsigned rows)
{
    GString *json = g_string_new(
        "{\"title\": \"Burden\", \"supplemental\": \"SUPPLEMENTAL: as the bedside says\", "
        "\"site\": \"s\", \"by\": \"anna\", \"from\": \"2026-12-01\", \"to\": \"2026-12-02\", "
        "\"made\": \"2026-12-03\", \"observed\": \"12.5 % not observed\", \"tables\": [{"
        "\"id\": \"t\", \"title\": \"Alarms\", \"formula\": \"alarms / bed-days\", \"columns\": ["
        "{\"id\": \"a\", \"title\": \"Unit\", \"unit\": \"\"}, "
        "{\"id\": \"b\", \"title\": \"Rate\", \"unit\": \"1/d\"}], \"rows\": [");

    for (unsigned i = 0; i < rows; i++)
        g_string_append_printf(json, "%s{\"a\": \"重症医学 %u\", \"b\": %s}", i > 0 ? ", " : "", i,
                               i == 0   ? "null"
                               : i == 1 ? "\"< 5\""
                                        : "7.25");
    g_string_append(json, "]}], \"notes\": [\"a note\"]}");
    return g_string_free(json, FALSE);
}

/* What @program says of the PDF of @json; NULL: it is not on this machine. */
static char *
said(const char *program, const char *json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) pdf = portal_pdf_print(json, strlen(json), &error);
    g_autofree char *path = NULL;
    g_autofree char *found = g_find_program_in_path(program);
    g_autofree char *err = NULL;
    char *out = NULL;

    g_assert_no_error(error);
    g_assert_cmpmem(g_bytes_get_data(pdf, NULL), 5, "%PDF-", 5);
    if (found == NULL)
        return NULL;
    g_close(g_file_open_tmp("vicu-XXXXXX.pdf", &path, NULL), NULL);
    g_assert_true(g_file_set_contents(path, g_bytes_get_data(pdf, NULL),
                                      (gssize)g_bytes_get_size(pdf), NULL));
    const char *argv[] = {found, strcmp(program, "pdftotext") == 0 ? "-layout" : path,
                          strcmp(program, "pdftotext") == 0 ? path : NULL,
                          strcmp(program, "pdftotext") == 0 ? "-" : NULL, NULL};
    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err,
                               NULL, NULL));
    g_assert_cmpstr(err, ==, "");
    g_unlink(path);
    return out;
}

static void
every_page_says_what_it_is(void)
{
    g_autofree char *json = report(150);
    g_autofree char *text = said("pdftotext", json);
    unsigned pages = 0;

    if (text == NULL) {
        g_test_skip("no pdftotext here (poppler-utils)");
        return;
    }
    g_auto(GStrv) page = g_strsplit(text, "\f", -1);
    for (; page[pages] != NULL && *g_strstrip(page[pages]) != '\0'; pages++) {
        g_autofree char *last = NULL;
        g_assert_nonnull(strstr(page[pages], "SUPPLEMENTAL: as the bedside says"));
        g_assert_nonnull(strstr(page[pages], "made 2026-12-03 by anna"));
        g_assert_nonnull(strstr(page[pages], "2026-12-01 to 2026-12-02"));
    }
    g_assert_cmpuint(pages, >, 2);
    for (unsigned i = 0; i < pages; i++) {
        g_autofree char *number = g_strdup_printf("page %u of %u", i + 1, pages);
        g_assert_nonnull(strstr(page[i], number));
    }
    g_assert_nonnull(strstr(text, "how: alarms / bed-days"));
    g_assert_nonnull(strstr(text, "[1/d]"));
    g_assert_true(g_regex_match_simple("< *5\\b", text, 0, 0));
    g_assert_nonnull(strstr(text, "12.5 % not observed"));
    g_assert_nonnull(strstr(text, "a note"));
    for (unsigned i = 0; i < 150; i++) { /* no row is lost between pages */
        g_autofree char *row = g_strdup_printf("重症医学 %u", i);
        g_assert_nonnull(strstr(text, row));
    }
}

/* Long words beside it do not break the words of a narrow column. */
static void
a_narrow_column_keeps_its_words(void)
{
    static const char json[] =
        "{\"tables\": [{\"columns\": [{\"id\": \"a\", \"title\": \"Number\"}, {\"id\": \"b\"}, "
        "{\"id\": \"c\"}, {\"id\": \"d\"}], \"rows\": [{\"a\": 0.0123, \"b\": \"" LONG "\", "
        "\"c\": \"" LONG "\", \"d\": \"" LONG "\"}]}], \"notes\": []}";
    g_autofree char *text = said("pdftotext", json);

    if (text == NULL) {
        g_test_skip("no pdftotext here (poppler-utils)");
        return;
    }
    g_assert_nonnull(strstr(text, "Number"));
    g_assert_nonnull(strstr(text, "0.0123"));
}

static void
fonts_are_embedded(void)
{
    g_autofree char *json = report(3);
    g_autofree char *text = said("pdffonts", json);
    unsigned fonts = 0;

    if (text == NULL) {
        g_test_skip("no pdffonts here (poppler-utils)");
        return;
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (unsigned i = 2; lines[i] != NULL && lines[i][0] != '\0'; i++, fonts++)
        g_assert_true(
            g_regex_match_simple("\\byes +(yes|no) +(yes|no) +[0-9]+ +0$", lines[i], 0, 0));
    g_assert_cmpuint(fonts, >, 0);
}

static void
what_is_no_report_is_refused(void)
{
    static const char *const wrong[] = {
        "",
        "[]",
        "{}",
        "{\"tables\": 1, \"notes\": []}",
        "{\"tables\": [1], \"notes\": []}",
        "{\"tables\": [{\"columns\": [1], \"rows\": []}], \"notes\": []}",
        "{\"tables\": [{\"columns\": [], \"rows\": [[]]}], \"notes\": []}",
        "{\"tables\": [], \"notes\": [1]}",
        "{\"tables\": [",
        "{\"tables\": [], \"notes\": [\"\xff\"]}",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(portal_pdf_print(wrong[i], strlen(wrong[i]), &error));
        g_assert_nonnull(error);
    }
    /* Odd members and cells are shown as not there. */
    g_autoptr(GBytes) odd = portal_pdf_print(
        "{\"title\": 7, \"tables\": [{\"columns\": [{\"id\": {}}], \"rows\": [{\"\": true}]}], "
        "\"notes\": []}",
        strlen(
            "{\"title\": 7, \"tables\": [{\"columns\": [{\"id\": {}}], \"rows\": [{\"\": true}]}], "
            "\"notes\": []}"),
        NULL);
    g_assert_nonnull(odd);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pdf/every_page_says_what_it_is", every_page_says_what_it_is);
    g_test_add_func("/pdf/fonts_are_embedded", fonts_are_embedded);
    g_test_add_func("/pdf/a_narrow_column_keeps_its_words", a_narrow_column_keeps_its_words);
    g_test_add_func("/pdf/what_is_no_report_is_refused", what_is_no_report_is_refused);
    return g_test_run();
}
