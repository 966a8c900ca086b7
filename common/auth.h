/* CURVE keys, and who may use which socket.
 *
 * DIR/keys holds one NAME.key (mode 0600: name, role, public and secret key)
 * per process that runs there, and the table `allowed`: one line
 * "PUBLIC NAME ROLE" per key that may speak here. Roles decide sockets; the
 * table of roles and sockets is in auth.c and is deny by default.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/wire.h"

G_BEGIN_DECLS

/* Name of the key that imports recordings (role "importer"): what it sends is of the past, and
 * the hub passes it to the store alone. */
#define VICU_IMPORT_SENDER "import"

typedef struct VicuKeys VicuKeys;

/* The one role whose messages may be those of another key: the hub passes on
 * what stations on other machines say, under their own fingerprints. */
#define VICU_ROLE_HUB "hub"

/* Opens DIR/keys with @name's own key. */
VicuKeys *vicu_keys_open(const char *keys_dir, const char *name, GError **error);
void vicu_keys_free(VicuKeys *self);

/* Reads `allowed` again; on error the old table stays. */
gboolean vicu_keys_reload(VicuKeys *self, GError **error);

const char *vicu_keys_name(const VicuKeys *self);
const char *vicu_keys_role(const VicuKeys *self);
const char *vicu_keys_public(const VicuKeys *self); /* Z85, 40 characters */
const char *vicu_keys_secret(const VicuKeys *self);
const VicuFingerprint *vicu_keys_fingerprint(const VicuKeys *self);

/* Z85 public key of the peer @name; NULL when the table has none. */
const char *vicu_keys_public_of(const VicuKeys *self, const char *name);
/* NULL when no key of the table has this fingerprint. */
const char *vicu_keys_name_of(const VicuKeys *self, const VicuFingerprint *fingerprint);

/* May the holder of @public_key use sockets of @domain? Gives name and role (borrowed). */
gboolean vicu_keys_admit(const VicuKeys *self,
                         const char *public_key,
                         const char *domain,
                         const char **name,
                         const char **role);

/* The same for a message that a key with the role "hub" passes on for @sender. The
 * table asked is this process's own: the hub says who speaks, never what they may.
 * A key with the role "hub" is not passed on by another one. */
gboolean vicu_keys_admit_passed(const VicuKeys *self,
                                const VicuFingerprint *sender,
                                const char *domain,
                                const char **name,
                                const char **role);

/* Makes @name's key with @role and adds it to the table; refuses to overwrite. */
gboolean vicu_keys_make(const char *keys_dir, const char *name, const char *role, GError **error);
/* Adds a public key that was made elsewhere; removes one. */
gboolean vicu_keys_allow(const char *keys_dir,
                         const char *public_key,
                         const char *name,
                         const char *role,
                         GError **error);
gboolean vicu_keys_revoke(const char *keys_dir, const char *name, GError **error);

typedef void (*VicuKeysFunc)(const char *public_key,
                             const char *name,
                             const char *role,
                             gpointer user);
void vicu_keys_foreach(const VicuKeys *self, VicuKeysFunc func, gpointer user);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuKeys, vicu_keys_free)

G_END_DECLS
