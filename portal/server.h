/* Server: HTTPS and WebSocket for phones, browsers and machines. TLS 1.3 only.
 *
 * With request.c and pages' socket.c the door to libsoup. GET and HEAD, and POST of a small form
 * to the pages that take one; no other request has a body. Who may connect and for how long:
 * gate.h. A handshake runs on a thread of GIO's and begins only when the whole ClientHello is here,
 * so that a silent connection holds no thread. Everything else is the main loop's one thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <libsoup/soup.h>

#include "portal/gate.h"
#include "portal/request.h"

G_BEGIN_DECLS

#define PORTAL_HEAD_MAX   16384 /* bytes of a request's headers */
#define PORTAL_TARGET_MAX 4096  /* of its address */
#define PORTAL_BODY_MAX   8192  /* of a form */

/* Before anything of GIO's TLS is used, thus first in main(). */
void portal_server_tls_13_only(void);

typedef struct {
    const char *address;     /* in figures */
    unsigned port;           /* 0: a free one */
    const char *certificate; /* PEM: certificates, and the key where @key is "" */
    const char *key;
    PortalGateBounds bounds;
    /* Every request; it has to be answered, now or later. */
    void (*request)(PortalRequest *request, gpointer user);
    /* A form may be posted there; NULL: nowhere. */
    bool (*takes_form)(const char *path);
    /* A WebSocket at PORTAL_LIVE is open. */
    void (*page)(SoupWebsocketConnection *socket, const char *address, gpointer user);
    /* The same at PORTAL_HOLOGRAM_LIVE, with the request's cookies. */
    void (*hologram)(SoupWebsocketConnection *socket,
                     const char *cookies,
                     const char *address,
                     gpointer user);
    gpointer user;
} PortalServerOptions;

#define PORTAL_LIVE "/live"

typedef struct {
    uint64_t accepted, refused, displaced, overdue; /* connections */
    uint64_t handshakes, handshakes_failed;
    uint64_t requests;
    unsigned connections, pages;
} PortalServerFigures;

typedef struct PortalServer PortalServer;
PortalServer *portal_server_new(const PortalServerOptions *options, GError **error);
void portal_server_free(PortalServer *self);

/* Once; FALSE where the port is taken (G_IO_ERROR_ADDRESS_IN_USE): try again. */
gboolean portal_server_listen(PortalServer *self, GError **error);
unsigned portal_server_port(const PortalServer *self); /* 0: it does not listen yet */
/* Of connections from now on; the old one stays on an error. */
gboolean portal_server_set_certificate(PortalServer *self,
                                       const char *certificate,
                                       const char *key,
                                       GError **error);
void portal_server_figures(const PortalServer *self, PortalServerFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalServer, portal_server_free)

G_END_DECLS
