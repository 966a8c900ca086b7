/* The portal's certificates: a site authority of this installation, and what it signs.
 *
 * The one door to GnuTLS. The authority's key and the server's file are of mode 0600 and are
 * written whole or not at all. The authority lasts 10 years and is made once; a server's
 * certificate is short-lived and is made again, with a new key, before it ends.
 *
 * DIR/authority.pem  what phones are to trust     DIR/authority.key  signs; may be kept elsewhere
 * DIR/server.pem     key, certificate, authority: what the portal serves with
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define PORTAL_AUTHORITY       "authority.pem"
#define PORTAL_AUTHORITY_KEY   "authority.key"
#define PORTAL_SERVER          "server.pem"
#define PORTAL_NAMES_MAX       32
#define PORTAL_NAME_MAX        253 /* bytes of a name, RFC 1035 */
#define PORTAL_FINGERPRINT_LEN 95  /* SHA-256 as "AB:CD:..", without the end */

/* A DNS name (one leading "*." allowed) or an IP address in figures. */
bool portal_name_is_valid(const char *name);

/* Makes the authority in @dir, which exists. FALSE where there is one already. */
gboolean portal_authority_make(const char *dir, int64_t now_us, GError **error);

/* Signs a new certificate for @names (NULL-terminated, 1..PORTAL_NAMES_MAX) with the authority in
 * @dir, valid for @days from @now_us. */
gboolean portal_certificate_make(
    const char *dir, const char *const *names, unsigned days, int64_t now_us, GError **error);

typedef struct {
    int64_t from_us;
    int64_t to_us;
    char fingerprint[PORTAL_FINGERPRINT_LEN + 1]; /* SHA-256 */
    char **names;                                 /* NULL-terminated; of a server's */
} PortalCertificate;

/* The first certificate of a PEM file. */
gboolean portal_certificate_look(const char *path, PortalCertificate *out, GError **error);
void portal_certificate_clear(PortalCertificate *self);

/* The authority as DER, as phones install it. */
GBytes *portal_certificate_der(const char *path, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PortalCertificate, portal_certificate_clear)

G_END_DECLS
