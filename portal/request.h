/* A request on its way to its answer. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct PortalRequest PortalRequest;

/* Of the server; the message is kept until the answer. */
PortalRequest *portal_request_new(SoupServerMessage *message, const char *path);

const char *portal_request_path(const PortalRequest *self);  /* decoded, begins with "/" */
const char *portal_request_query(const PortalRequest *self); /* as sent; "" */
const char *portal_request_address(const PortalRequest *self);
const char *portal_request_bearer(const PortalRequest *self);          /* a token, or "" */
const char *portal_request_accept_language(const PortalRequest *self); /* "" */
const char *portal_request_if_none_match(const PortalRequest *self);   /* "" */
const char *portal_request_cookies(const PortalRequest *self);         /* "" */
bool portal_request_is_loopback(const PortalRequest *self);
bool portal_request_is_post(const PortalRequest *self);
/* Its Origin is said, and is this portal. */
bool portal_request_is_own(const PortalRequest *self);
/* "https://HOST", of the Host header; borrowed until the answer. */
const char *portal_request_origin(PortalRequest *self);
/* Of a form; caller frees. */
GBytes *portal_request_body(PortalRequest *self);

void portal_request_header(PortalRequest *self, const char *name, const char *value);
/* One more of that name. */
void portal_request_add_header(PortalRequest *self, const char *name, const char *value);

/* Under the policy of the hologram's page (portal/hologram.h). */
void portal_request_hologram(PortalRequest *self);

/* It is answered later than this call of the server. */
void portal_request_hold(PortalRequest *self);
/* Nobody waits for the answer any more. */
bool portal_request_is_gone(const PortalRequest *self);
/* Takes @self. @body may be NULL. */
void portal_request_answer(PortalRequest *self, unsigned status, const char *type, GBytes *body);
void portal_request_answer_text(PortalRequest *self, unsigned status, const char *text);

/* Its Origin is that of @host. Pure. */
bool portal_request_is_origin(const char *origin, const char *host);
/* The headers that every answer has. @host: of the request. Pure but for @headers. */
void portal_request_guard(SoupMessageHeaders *headers, const char *host);

G_END_DECLS
