/* Tokens: who may ask the portal, by a bearer token that `vicu keys token` printed once.
 *
 * A token is "vicu_" and 43 letters of base64url: 256 random bits. DIR/keys/tokens keeps one line
 * for each, "ID ROLE MADE END HASH NAME", of mode 0600; of the token itself only its BLAKE2b-256.
 * It ends at its time, by --revoke, and with the installation. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "portal/rights.h"

G_BEGIN_DECLS

#define PORTAL_TOKENS_MAX   4096
#define PORTAL_TOKEN_LEN    48 /* letters of a token */
#define PORTAL_TOKEN_ID_LEN 8
#define PORTAL_TOKEN_NAME   64 /* bytes of the name of who holds it, the end included */
#define PORTAL_TOKEN_HASH   32
#define PORTAL_TOKENS_FILE  "tokens"

typedef struct {
    char id[PORTAL_TOKEN_ID_LEN + 1]; /* for lists, the audit and --revoke; no secret */
    PortalRole role;
    int64_t made_us;
    int64_t end_us; /* 0: with the installation */
    uint8_t hash[PORTAL_TOKEN_HASH];
    char name[PORTAL_TOKEN_NAME];
} PortalToken;

typedef struct PortalTokens PortalTokens;

/* Any bytes; an error names @path and the line. */
PortalTokens *portal_tokens_parse(const char *text, size_t size, const char *path, GError **error);
/* Of DIR/keys; none where there is no file yet. */
PortalTokens *portal_tokens_load(const char *keys_dir, GError **error);
void portal_tokens_free(PortalTokens *self);

size_t portal_tokens_n(const PortalTokens *self);
const PortalToken *portal_tokens_at(const PortalTokens *self, size_t i);

/* The time it takes does not tell how near a wrong one was. NULL: not ours, or over. Borrowed. */
const PortalToken *portal_tokens_find(const PortalTokens *self, const char *token, int64_t now_us);

/* "Bearer TOKEN" of an Authorization header; "" when it is anything else. Caller frees. */
char *portal_token_of_header(const char *header);

/* Whether an act may be done that is about to be done with @token: FALSE, and it is not. */
typedef gboolean (*PortalTokenAsk)(const PortalToken *token, gpointer user);

/* Makes one, on the disk when it returns: the token itself, which is nowhere else. Caller frees.
 * @made: what the table has of it. @ask: NULL = it may be done. */
char *portal_tokens_add(const char *keys_dir,
                        PortalRole role,
                        const char *name,
                        int64_t now_us,
                        int64_t end_us,
                        PortalTokenAsk ask,
                        gpointer user,
                        PortalToken *made,
                        GError **error);
gboolean portal_tokens_revoke(const char *keys_dir,
                              const char *id,
                              PortalTokenAsk ask,
                              gpointer user,
                              PortalToken *gone,
                              GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalTokens, portal_tokens_free)

G_END_DECLS
