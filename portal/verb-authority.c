/* vicu keys portal-ca: the site authority of this installation, and the portal's certificate.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "common/audit-act.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/json.h"
#include "common/options.h"
#include "portal/identity.h"
#include "portal/verbs.h"

#define VERB     "vicu keys portal-ca"
#define DAYS     90
#define DAYS_MAX 398 /* what browsers take of a server */
#define DESCRIPTION                                                                                \
    "Makes the authority that phones of this site are to trust, where there is none yet, and a\n"  \
    "new certificate of the portal for the names and addresses given (without any: this\n"         \
    "machine's loopback). A portal that runs takes it at SIGHUP. Compare the fingerprint with\n"   \
    "the one that a phone shows when it is told to trust.\n\nExample:\n"                           \
    "  vicu keys portal-ca hub.ward.example 10.0.0.5 --days 90\n"

typedef struct {
    char *root;
    int days;
    gboolean json;
} Options;

static gboolean
print(const Options *o, const char *dir, GError **error)
{
    g_autofree char *authority = g_build_filename(dir, PORTAL_AUTHORITY, NULL);
    g_autofree char *server = g_build_filename(dir, PORTAL_SERVER, NULL);
    g_auto(PortalCertificate) site = {0}, own = {0};
    g_autoptr(VicuJson) json = vicu_json_new();

    if (!portal_certificate_look(authority, &site, error)
        || !portal_certificate_look(server, &own, error))
        return FALSE;
    g_autofree char *names = g_strjoinv(" ", own.names), *end = vicu_time_format(own.to_us);
    if (!o->json) {
        printf("%s\n", authority);
        fprintf(stderr, "authority: SHA-256 %s\ncertificate of the portal: for %s, until %s\n",
                site.fingerprint, names, end);
        return TRUE;
    }
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "authority", authority);
    vicu_json_text(json, "fingerprint", site.fingerprint);
    vicu_json_text(json, "certificate", server);
    vicu_json_time(json, "end", own.to_us);
    vicu_json_begin_array(json, "names");
    for (int i = 0; own.names[i] != NULL; i++)
        vicu_json_text(json, NULL, own.names[i]);
    vicu_json_end(json);
    vicu_json_end(json);
    vicu_json_print(json, stdout);
    return TRUE;
}

static gboolean
make(const VicuRoot *root, const Options *o, const char *const *names, GError **error)
{
    g_autofree char *dir = portal_identity_folder(root, error);
    gboolean fresh = FALSE;

    if (dir == NULL)
        return FALSE;
    g_autofree char *authority = g_build_filename(dir, PORTAL_AUTHORITY, NULL);
    g_autofree char *list = g_strjoinv(" ", (char **)names);
    g_autofree char *detail = g_strdup_printf(
        "%sfor %s, %d days", g_file_test(authority, G_FILE_TEST_EXISTS) ? "" : "new authority, ",
        *list != '\0' ? list : "the loopback", o->days);
    if (!vicu_audit_act(root, VERB, "certificate-make", detail)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                    "%s: left as it was, since the audit did not take the act", dir);
        return FALSE;
    }
    if (!portal_identity_make(dir, names, (unsigned)o->days, vicu_clock_utc_us(), &fresh, error)) {
        vicu_audit_act(root, VERB, "certificate-make-failed", detail);
        return FALSE;
    }
    return print(o, dir, error);
}

static int
run(Options *o, int argc, char **argv)
{
    const GOptionEntry entries[] = {
        {"days", 0, 0, G_OPTION_ARG_INT, &o->days, "it is valid so long (90)", "N"},
        {"root", 0, 0, G_OPTION_ARG_FILENAME, &o->root, "installation folder", "DIR"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &o->json, "as JSON", NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("[NAME|ADDRESS...] - the portal's certificates");
    g_autoptr(GError) error = NULL;

    g_option_context_set_description(context, DESCRIPTION);
    g_option_context_add_main_entries(context, entries, NULL);
    gboolean good = vicu_options_parse(context, VERB, &argc, &argv, &error);
    if (good && (o->days < 1 || o->days > DAYS_MAX))
        g_set_error(&error, VICU_ERROR, VICU_ERROR_FORMAT, "--days %d is outside 1..%d", o->days,
                    DAYS_MAX);
    if (error != NULL) {
        g_printerr(VERB ": %s\n", error->message);
        return 2;
    }
    g_autoptr(VicuRoot) root = portal_verb_root(o->root, &error);
    if (root == NULL || !make(root, o, (const char *const *)argv + 1, &error)) {
        g_printerr(VERB ": %s\n", error->message);
        return 1;
    }
    return 0;
}

int
portal_authority_main(int argc, char **argv)
{
    Options o = {.days = DAYS};
    int status = run(&o, argc, argv);

    g_free(o.root);
    return status;
}
