/* ZeroMQ sockets on the GLib main loop. Every socket speaks CURVE.
 *
 * One thread: the one that runs the main context. A message is one part towards a
 * DEALER, else one for the envelope and one for the body; on a ROUTER the peer's
 * routing id comes first and stays out of what is shown (see VicuMessage).
 * High-water marks are always set.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/auth.h"
#include "common/wire.h"

G_BEGIN_DECLS

typedef struct VicuContext VicuContext;
typedef struct VicuSocket VicuSocket;

typedef enum {
    VICU_SOCKET_ROUTER,
    VICU_SOCKET_DEALER,
    VICU_SOCKET_XPUB, /* pictures only: drops when a subscriber is slow */
    VICU_SOCKET_SUB,  /* subscribed to everything */
} VicuSocketType;

#define VICU_ROUTE_MAX 64

/* A peer behind a ROUTER: copy it to answer later. */
typedef struct {
    uint8_t id[VICU_ROUTE_MAX];
    uint8_t size; /* 0 on other sockets */
} VicuRoute;

typedef struct {
    VicuEnvelope envelope;
    VicuPart body; /* size 0 when there is none; borrowed for the call */
    VicuRoute route;
    const char *peer; /* name of the peer's key ("collector"), "" on sockets that connect */
    const char *role; /* its role, see common/auth.h */
    const char *via;  /* key of the hub that passed it on for `peer`; "": straight from `peer` */
    void *part;       /* for vicu_message_keep_body() */
} VicuMessage;

typedef enum {
    VICU_SEND_OK,
    VICU_SEND_FULL, /* high-water mark reached: try again later, or drop and count */
    VICU_SEND_GONE, /* ROUTER: no such peer */
} VicuSendFate;

typedef enum {
    VICU_PEER_CONNECTED,
    VICU_PEER_DISCONNECTED,
    VICU_PEER_REFUSED, /* handshake or key refused */
} VicuPeerEvent;

typedef void (*VicuMessageFunc)(VicuSocket *socket, const VicuMessage *message, gpointer user);
typedef void (*VicuPeerFunc)(VicuSocket *socket, VicuPeerEvent event, gpointer user);

typedef struct {
    VicuSocketType type;
    const char *domain; /* what the ZAP table checks for sockets that bind: "data", "feed", ...; ""
                           on others */
    int send_hwm;       /* messages; > 0 */
    int receive_hwm;
} VicuSocketOptions;

/* One per process; answers ZAP requests for it from @keys (borrowed, must outlive it). */
VicuContext *vicu_context_new(VicuKeys *keys, GMainContext *main_context, GError **error);
void vicu_context_free(VicuContext *self); /* after all its sockets */
GMainContext *vicu_context_main(VicuContext *self);

/* Who has signed in at this process: @proof goes along with its questions to the store from now on
 * (NULL: nobody's), with those of everywhere where @whole. What a person of one unit may not ask of
 * everywhere the process asks by its key, as it did before. */
void vicu_context_show_proof(VicuContext *self, GBytes *proof, gboolean whole);
/* NULL: none for such a question. Borrowed. */
GBytes *vicu_context_proof(const VicuContext *self, gboolean of_one_bed);

/* Told of each key that was refused: @name is "" when the table has no such key; @public_key
 * (Z85) is "" for what a hub passed on. */
typedef void (*VicuRefusalFunc)(const char *domain,
                                const char *address,
                                const char *name,
                                const char *public_key,
                                gpointer user);
void vicu_context_on_refusal(VicuContext *self, VicuRefusalFunc func, gpointer user);

VicuSocket *vicu_socket_new(VicuContext *context, const VicuSocketOptions *options, GError **error);
void vicu_socket_free(VicuSocket *self);

/* For a socket that strangers reach, before it binds: at most about @peers
 * connections at a time (the next handshake is refused and counted), and messages
 * from them of at most @bytes; a peer that sends more is cut off. */
gboolean vicu_socket_set_bounds(VicuSocket *self, unsigned peers, size_t bytes, GError **error);
/* Before it listens: it is read only when the other sockets have nothing. */
void vicu_socket_set_behind(VicuSocket *self);

/* "ipc:///path" or "tcp://127.0.0.1:0"; may be called several times. A stale
 * ipc file of a dead process is taken over. */
gboolean vicu_socket_bind(VicuSocket *self, const char *endpoint, GError **error);
/* The address really bound last ("tcp://127.0.0.1:43117"). Borrowed. */
const char *vicu_socket_endpoint(VicuSocket *self);

/* @server = name of the owner's key ("hub"): its public key is looked up in the
 * table. Reconnects for ever. */
gboolean
vicu_socket_connect(VicuSocket *self, const char *endpoint, const char *server, GError **error);

/* Call @func for each message that has a readable envelope; others are counted
 * (vicu_socket_unreadable) and dropped. @on_peer may be NULL. */
void
vicu_socket_listen(VicuSocket *self, VicuMessageFunc func, VicuPeerFunc on_peer, gpointer user);

/* @route may be NULL except on a ROUTER. Sender, version and t_us of @envelope
 * are the caller's; vicu_socket_stamp() fills sender and time. @body may be
 * NULL or a view; copied. Never blocks. */
VicuSendFate vicu_socket_send(VicuSocket *self,
                              const VicuRoute *route,
                              const VicuEnvelope *envelope,
                              const void *body,
                              size_t size);
/* The same with a body (or NULL) that is not copied, except by a ROUTER: it is referenced
 * until it has been sent, and let go on another thread. */
VicuSendFate vicu_socket_send_bytes(VicuSocket *self,
                                    const VicuRoute *route,
                                    const VicuEnvelope *envelope,
                                    GBytes *body);
/* The body, to be kept beyond the call; large ones are not copied. */
GBytes *vicu_message_keep_body(const VicuMessage *message);
VicuSendFate vicu_socket_send_message(VicuSocket *self,
                                      const VicuRoute *route,
                                      Vicu__Kind kind,
                                      const ProtobufCMessage *body);
void vicu_socket_stamp(VicuSocket *self, VicuEnvelope *envelope);

typedef struct {
    uint64_t received, sent, full, gone, unreadable, refused;
    uint64_t received_bytes, sent_bytes;
} VicuSocketCounts;

const VicuSocketCounts *vicu_socket_counts(const VicuSocket *self);

/* Waits until @done becomes TRUE or @timeout_us passed, running the context's
 * main loop: for command-line programs. */
gboolean vicu_context_run_until(VicuContext *self, const gboolean *done, int64_t timeout_us);
/* The same without sleeping, for what comes within microseconds: to be woken up takes as long as
 * a short answer. Returns at once where there is one processor only. */
gboolean vicu_context_look_until(VicuContext *self, const gboolean *done, int64_t timeout_us);

gboolean vicu_route_equal(const VicuRoute *a, const VicuRoute *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuContext, vicu_context_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuSocket, vicu_socket_free)

G_END_DECLS
