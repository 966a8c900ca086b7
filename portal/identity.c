/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/identity.h"

#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#include "common/error.h"

#define FOLDER "portal"

static const char *const loopback[] = {"localhost", "127.0.0.1", "::1", NULL};

char *
portal_identity_folder(const VicuRoot *root, GError **error)
{
    g_autofree char *path = g_build_filename(root->keys, FOLDER, NULL);

    if (g_mkdir_with_parents(path, 0700) == 0)
        return g_steal_pointer(&path);
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s", path, g_strerror(errno));
    return NULL;
}

gboolean
portal_identity_make(const char *dir,
                     const char *const *names,
                     unsigned days,
                     int64_t now_us,
                     gboolean *fresh,
                     GError **error)
{
    g_autofree char *authority = g_build_filename(dir, PORTAL_AUTHORITY, NULL);

    *fresh = !g_file_test(authority, G_FILE_TEST_EXISTS);
    return (!*fresh || portal_authority_make(dir, now_us, error))
           && portal_certificate_make(dir, names[0] != NULL ? names : loopback, days, now_us,
                                      error);
}

bool
portal_identity_is_due(const PortalCertificate *certificate, int64_t now_us)
{
    return now_us > certificate->to_us - (certificate->to_us - certificate->from_us) / 3;
}

/* Of DIR/keys/portal: made, kept, or made again. */
static gboolean
open_own(const VicuRoot *root, int64_t now_us, PortalIdentity *out, GError **error)
{
    g_autofree char *dir = portal_identity_folder(root, error);
    g_auto(PortalCertificate) found = {0};
    gboolean fresh = FALSE;

    if (dir == NULL)
        return FALSE;
    out->certificate = g_build_filename(dir, PORTAL_SERVER, NULL);
    out->key = g_strdup("");
    out->authority = g_build_filename(dir, PORTAL_AUTHORITY, NULL);
    g_autofree char *signer = g_build_filename(dir, PORTAL_AUTHORITY_KEY, NULL);
    gboolean there = g_file_test(out->certificate, G_FILE_TEST_EXISTS);
    if (there && !portal_certificate_look(out->certificate, &found, error))
        return FALSE;
    if (!there
        || (portal_identity_is_due(&found, now_us) && g_file_test(signer, G_FILE_TEST_EXISTS))) {
        out->made = true;
        if (!portal_identity_make(dir, there ? (const char *const *)found.names : loopback,
                                  PORTAL_IDENTITY_DAYS, now_us, &fresh, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
portal_identity_open(const VicuRoot *root,
                     const char *certificate,
                     const char *key,
                     int64_t now_us,
                     PortalIdentity *out,
                     GError **error)
{
    g_auto(PortalCertificate) now = {0};

    *out = (PortalIdentity){0};
    if (*certificate != '\0') {
        out->certificate = g_strdup(certificate);
        out->key = g_strdup(key);
    } else if (!open_own(root, now_us, out, error)) {
        portal_identity_clear(out);
        return FALSE;
    }
    if (!portal_certificate_look(out->certificate, &now, error)) {
        portal_identity_clear(out);
        return FALSE;
    }
    out->end_us = now.to_us;
    return TRUE;
}

void
portal_identity_clear(PortalIdentity *self)
{
    g_clear_pointer(&self->certificate, g_free);
    g_clear_pointer(&self->key, g_free);
    g_clear_pointer(&self->authority, g_free);
}
