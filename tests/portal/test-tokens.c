/* Tokens: made, found by what was printed once, ended; and what each role may.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/folder.h"
#include "portal/tokens.h"

#define NOW 1790000000000000

static void
a_token_is_found_by_itself_alone_until_it_ends(void)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-tokens-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, PORTAL_TOKENS_FILE, NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    PortalToken made, gone;
    struct stat st;

    g_autofree char *first = portal_tokens_add(dir, PORTAL_ROLE_SYSTEM, "the laboratory", NOW, 0,
                                               NULL, NULL, &made, &error);
    g_assert_no_error(error);
    g_autofree char *second = portal_tokens_add(dir, PORTAL_ROLE_METRICS, "", NOW, NOW + 1000000,
                                                NULL, NULL, &gone, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(strlen(first), ==, PORTAL_TOKEN_LEN);
    g_assert_cmpstr(first, !=, second);
    g_assert_cmpint(stat(path, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0600);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_null(strstr(text, first));

    g_autoptr(PortalTokens) all = portal_tokens_load(dir, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(portal_tokens_n(all), ==, 2);
    const PortalToken *found = portal_tokens_find(all, first, NOW + 5);
    g_assert_nonnull(found);
    g_assert_cmpstr(found->id, ==, made.id);
    g_assert_cmpstr(found->name, ==, "the laboratory");
    g_assert_cmpint(found->role, ==, PORTAL_ROLE_SYSTEM);
    g_assert_nonnull(portal_tokens_find(all, second, NOW + 999999));
    g_assert_null(portal_tokens_find(all, second, NOW + 1000000));
    first[10] = first[10] == 'a' ? 'b' : 'a';
    g_assert_null(portal_tokens_find(all, first, NOW));
    g_assert_null(portal_tokens_find(all, "", NOW));
    g_assert_null(portal_tokens_find(all, NULL, NOW));

    g_assert_true(portal_tokens_revoke(dir, made.id, NULL, NULL, &gone, &error));
    g_assert_false(portal_tokens_revoke(dir, made.id, NULL, NULL, &gone, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_ABSENT);
    g_autoptr(PortalTokens) left = portal_tokens_load(dir, NULL);
    g_assert_cmpuint(portal_tokens_n(left), ==, 1);
    vicu_folder_remove(dir);
}

static gboolean
is_refused(const PortalToken *token, gpointer user)
{
    g_strlcpy(user, token->id, PORTAL_TOKEN_ID_LEN + 1);
    return FALSE;
}

static void
what_may_not_be_done_leaves_the_tokens_as_they_were(void)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-tokens-XXXXXX", NULL);
    char asked[PORTAL_TOKEN_ID_LEN + 1] = "";
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) again = NULL;
    PortalToken made, gone;

    g_assert_null(
        portal_tokens_add(dir, PORTAL_ROLE_SYSTEM, "", NOW, 0, is_refused, asked, &made, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_REFUSED);
    g_assert_cmpstr(asked, ==, made.id);
    g_autoptr(PortalTokens) none = portal_tokens_load(dir, NULL);
    g_assert_cmpuint(portal_tokens_n(none), ==, 0);
    g_autofree char *token =
        portal_tokens_add(dir, PORTAL_ROLE_SYSTEM, "", NOW, 0, NULL, NULL, &made, NULL);
    g_assert_false(portal_tokens_revoke(dir, made.id, is_refused, asked, &gone, &again));
    g_assert_error(again, VICU_ERROR, VICU_ERROR_REFUSED);
    g_autoptr(PortalTokens) still = portal_tokens_load(dir, NULL);
    g_assert_nonnull(portal_tokens_find(still, token, NOW));
    vicu_folder_remove(dir);
}

static void
a_line_that_is_none_is_refused_with_its_number(void)
{
    static const char hash[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    static const struct {
        const char *format;
        const char *where; /* NULL: fine */
    } cases[] = {
        {"# none\n\n", NULL},
        {"0123abcd system 2026-11-20T14:40:04Z - %s lab 2\n", NULL},
        {"0123abcd system 2026-11-20T14:40:04Z - %s\n", NULL},
        {"\n0123abcd root 2026-11-20T14:40:04Z - %s\n", "t:2:"},
        {"0123abc system 2026-11-20T14:40:04Z - %s\n", "t:1:"},
        {"0123abcd system today - %s\n", "t:1:"},
        {"0123abcd system 2026-11-20T14:40:04Z - 0%s\n", "t:1:"},
        {"0123abcd system 2026-11-20T14:40:04Z -\n", "t:1:"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GStrv) part = g_strsplit(cases[i].format, "%s", 2);
        g_autofree char *text =
            g_strconcat(part[0], part[1] != NULL ? hash : "", part[1] != NULL ? part[1] : "", NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(PortalTokens) all = portal_tokens_parse(text, strlen(text), "t", &error);
        g_assert_true((all != NULL) == (cases[i].where == NULL));
        if (cases[i].where != NULL)
            g_assert_true(g_str_has_prefix(error->message, cases[i].where));
    }
}

static void
a_header_holds_a_token_or_nothing(void)
{
    g_autofree char *token = g_strnfill(PORTAL_TOKEN_LEN, 'x');
    g_autofree char *whole = g_strconcat("bearer  ", token, NULL);
    g_autofree char *longer = g_strconcat("Bearer ", token, "y", NULL);
    const char *none[] = {NULL, "", "Bearer", "Bearer ", "Basic dXNlcg==", longer};
    g_autofree char *found = portal_token_of_header(whole);

    g_assert_cmpstr(found, ==, token);
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++) {
        g_autofree char *nothing = portal_token_of_header(none[i]);
        g_assert_cmpstr(nothing, ==, "");
    }
}

/* Role by role and right by right: what is not written here is refused. */
static void
each_role_may_what_the_table_says(void)
{
    static const struct {
        const char *role;
        unsigned rights;
    } table[] = {
        {"intensivist", PORTAL_MAY_PAGE | PORTAL_MAY_OBSERVATIONS | PORTAL_MAY_DEVICES},
        {"bedside", PORTAL_MAY_PAGE | PORTAL_MAY_OBSERVATIONS | PORTAL_MAY_DEVICES},
        {"administrator", PORTAL_MAY_DEVICES | PORTAL_MAY_METRICS},
        {"auditor", PORTAL_MAY_AUDIT},
        {"system", PORTAL_MAY_OBSERVATIONS | PORTAL_MAY_DEVICES},
        {"metrics", PORTAL_MAY_METRICS},
    };
    g_assert_cmpuint(G_N_ELEMENTS(table), ==, PORTAL_N_ROLES - 1);
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        PortalRole role = portal_role_by_name(table[i].role);
        g_assert_cmpint(role, !=, PORTAL_ROLE_NONE);
        g_assert_nonnull(strstr(portal_role_names(), table[i].role));
        for (unsigned right = PORTAL_MAY_PAGE; right <= PORTAL_MAY_METRICS; right <<= 1)
            g_assert_cmpint(portal_role_may(role, right), ==, (table[i].rights & right) != 0);
    }
    g_assert_cmpint(portal_role_by_name("operator"), ==, PORTAL_ROLE_NONE);
    for (unsigned right = PORTAL_MAY_PAGE; right <= PORTAL_MAY_METRICS; right <<= 1)
        g_assert_false(portal_role_may(PORTAL_ROLE_NONE, right));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/portal/tokens/life", a_token_is_found_by_itself_alone_until_it_ends);
    g_test_add_func("/portal/tokens/refused", what_may_not_be_done_leaves_the_tokens_as_they_were);
    g_test_add_func("/portal/tokens/lines", a_line_that_is_none_is_refused_with_its_number);
    g_test_add_func("/portal/tokens/header", a_header_holds_a_token_or_nothing);
    g_test_add_func("/portal/tokens/rights", each_role_may_what_the_table_says);
    return g_test_run();
}
