/* Identity: which certificate the portal serves with, and that it does not run out.
 *
 * Either files that the settings name, which are the site's to renew; or DIR/keys/portal, made
 * here: at the first start for the loopback, by `vicu keys portal-ca` for the names of the site,
 * and again for the same names when a third of its time is left, where the authority's key lies
 * there.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/root.h"
#include "portal/certificate.h"

G_BEGIN_DECLS

#define PORTAL_IDENTITY_DAYS 90

/* DIR/keys/portal, made if absent. Caller frees. */
char *portal_identity_folder(const VicuRoot *root, GError **error);

/* A new certificate in @dir for @names, none: the loopback's; the authority too where there is
 * none: *@fresh. */
gboolean portal_identity_make(const char *dir,
                              const char *const *names,
                              unsigned days,
                              int64_t now_us,
                              gboolean *fresh,
                              GError **error);

typedef struct {
    char *certificate; /* files */
    char *key;         /* "": in the same file */
    char *authority;   /* what phones are to trust; NULL: the site's own matter */
    int64_t end_us;
    bool made; /* now, or again */
} PortalIdentity;

/* @certificate "": the installation's own. */
gboolean portal_identity_open(const VicuRoot *root,
                              const char *certificate,
                              const char *key,
                              int64_t now_us,
                              PortalIdentity *out,
                              GError **error);
void portal_identity_clear(PortalIdentity *self);

/* A third of its time is left, or less. */
bool portal_identity_is_due(const PortalCertificate *certificate, int64_t now_us);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PortalIdentity, portal_identity_clear)

G_END_DECLS
