/* Certificates: an authority and what it signs, judged by GIO's own verifier; renewal; names.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/stat.h>

#include <gio/gio.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/folder.h"
#include "portal/certificate.h"
#include "portal/identity.h"

#define DAY_US (86400 * (int64_t)G_USEC_PER_SEC)

static GTlsCertificate *
load(const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autoptr(GError) error = NULL;
    GTlsCertificate *certificate = g_tls_certificate_new_from_file(path, &error);

    g_assert_no_error(error);
    return certificate;
}

static void
what_is_signed_is_trusted_for_its_names(void)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-certificate-XXXXXX", NULL);
    const char *names[] = {"hub.ward.example", "10.0.0.5", "::1", NULL};
    g_autoptr(GError) error = NULL;
    int64_t now_us = vicu_clock_utc_us();

    g_assert_true(portal_authority_make(dir, now_us, &error));
    g_assert_true(portal_certificate_make(dir, names, 90, now_us, &error));
    g_assert_no_error(error);
    g_autoptr(GTlsCertificate) authority = load(dir, PORTAL_AUTHORITY);
    g_autoptr(GTlsCertificate) server = load(dir, PORTAL_SERVER);
    for (int i = 0; names[i] != NULL; i++) {
        g_autoptr(GSocketConnectable) name = g_network_address_new(names[i], 8443);
        g_assert_cmpint(g_tls_certificate_verify(server, name, authority), ==, 0);
    }
    g_autoptr(GSocketConnectable) other = g_network_address_new("hub.ward.example.org", 8443);
    g_assert_cmpint(g_tls_certificate_verify(server, other, authority), ==,
                    G_TLS_CERTIFICATE_BAD_IDENTITY);
    /* Another authority's word is none here. */
    g_autofree char *elsewhere = g_dir_make_tmp("vicu-certificate-XXXXXX", NULL);
    g_assert_true(portal_authority_make(elsewhere, now_us, &error));
    g_autoptr(GTlsCertificate) stranger = load(elsewhere, PORTAL_AUTHORITY);
    g_autoptr(GSocketConnectable) name = g_network_address_new(names[0], 8443);
    g_assert_true(g_tls_certificate_verify(server, name, stranger) & G_TLS_CERTIFICATE_UNKNOWN_CA);

    for (const char *const *file = (const char *const[]){PORTAL_AUTHORITY_KEY, PORTAL_SERVER, NULL};
         *file != NULL; file++) {
        g_autofree char *path = g_build_filename(dir, *file, NULL);
        struct stat st;
        g_assert_cmpint(stat(path, &st), ==, 0);
        g_assert_cmpint(st.st_mode & 0777, ==, 0600);
    }
    vicu_folder_remove(dir);
    vicu_folder_remove(elsewhere);
}

static void
an_authority_is_never_replaced(void)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-certificate-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, PORTAL_AUTHORITY, NULL);
    g_autofree char *before = NULL, *after = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(portal_authority_make(dir, vicu_clock_utc_us(), &error));
    g_assert_true(g_file_get_contents(path, &before, NULL, NULL));
    g_assert_false(portal_authority_make(dir, vicu_clock_utc_us(), &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_REFUSED);
    g_assert_true(g_file_get_contents(path, &after, NULL, NULL));
    g_assert_cmpstr(before, ==, after);
    vicu_folder_remove(dir);
}

static void
names_are_names_or_addresses(void)
{
    static const char *const good[] = {"localhost", "hub.ward.example", "*.ward.example",
                                       "a-b.c",     "10.0.0.5",         "fe80::1"};
    static const char *const bad[] = {
        "",  "-a",    "a-",   "a..b",      ".a",   "a.",    "a b",        "a_b",
        "*", "a.*.b", "a-.b", "https://a", "a:80", "ward/", "\xc3\xa4.b", "*.10.0.0.5/8"};
    g_autofree char *label = g_strnfill(64, 'a');

    for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
        g_assert_true(portal_name_is_valid(good[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(portal_name_is_valid(bad[i]));
    g_assert_false(portal_name_is_valid(label));
}

/* The same names, a new key, before it ends; and left alone until then. */
static void
it_is_made_again_in_time(void)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-certificate-XXXXXX", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(VicuRoot) root = vicu_root_new(dir, &error);
    int64_t now_us = vicu_clock_utc_us() / G_USEC_PER_SEC * G_USEC_PER_SEC;
    const char *names[] = {"hub.ward.example", "10.0.0.5", NULL};
    gboolean fresh = FALSE;

    g_assert_true(vicu_root_make(root, &error));
    g_autofree char *own = portal_identity_folder(root, &error);
    g_assert_true(portal_identity_make(own, names, 90, now_us, &fresh, &error));
    g_assert_true(fresh);
    g_autofree char *path = g_build_filename(own, PORTAL_SERVER, NULL);
    const struct {
        int64_t day;
        bool made;
    } looks[] = {{0, false}, {59, false}, {61, true}, {100, false}};
    for (size_t i = 0; i < G_N_ELEMENTS(looks); i++) {
        g_auto(PortalIdentity) identity = {0};
        g_auto(PortalCertificate) found = {0};
        int64_t then_us = now_us + looks[i].day * DAY_US;
        g_assert_true(portal_identity_open(root, "", "", then_us, &identity, &error));
        g_assert_cmpint(identity.made, ==, looks[i].made);
        g_assert_cmpint(identity.end_us, >, then_us + 20 * DAY_US);
        g_assert_true(portal_certificate_look(path, &found, &error));
        g_assert_cmpstr(found.names[0], ==, names[0]);
        g_assert_cmpstr(found.names[1], ==, names[1]);
        g_assert_null(found.names[2]);
    }
    vicu_folder_remove(dir);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/portal/certificate/trusted", what_is_signed_is_trusted_for_its_names);
    g_test_add_func("/portal/certificate/once", an_authority_is_never_replaced);
    g_test_add_func("/portal/certificate/names", names_are_names_or_addresses);
    g_test_add_func("/portal/certificate/again", it_is_made_again_in_time);
    return g_test_run();
}
