/* Inside of the sockets, and the door of libzmq. For socket*.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <zmq.h>

#include "common/socket.h"

G_BEGIN_DECLS

typedef gboolean (*SocketDrain)(void *owner); /* FALSE when there was nothing to read */

struct VicuContext {
    void *zmq;
    VicuKeys *keys;
    GMainContext *main_context;
    void *zap;
    GSource *zap_source;
    VicuRefusalFunc on_refusal;
    gpointer refusal_user;
    GBytes *proof;        /* of who has signed in at this process; NULL: nobody */
    gboolean proof_whole; /* it holds for the whole installation */
    uint64_t monitor_count;
    GPtrArray *bounded; /* VicuSocket with a bound on its peers; NULL where one was freed */
};

struct VicuSocket {
    VicuContext *context;
    VicuSocketType type;
    char *domain;
    void *zmq;
    void *monitor;
    int priority;
    unsigned peers;     /* connections open, handshakes under way included */
    unsigned max_peers; /* 0: no bound */
    GSource *source;
    GSource *monitor_source;
    char *endpoint;
    VicuMessageFunc func;
    VicuPeerFunc on_peer;
    gpointer user;
    VicuSocketCounts counts;
};

/* ---- socket-context.c ---- */

/* Always FALSE: @error says what ZeroMQ said. */
gboolean socket_fail(GError **error, const char *what, const char *detail);
GSource *
socket_attach(GMainContext *main_context, void *zmq, SocketDrain drain, void *owner, int priority);
void
socket_touch(GSource *source); /* after each call on the socket outside its drain; NULL: no-op */
void socket_detach(GSource **source);

/* ---- socket.c ---- */

gboolean socket_monitor_drain(void *owner);

G_END_DECLS
