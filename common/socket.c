/* One socket: its options, its monitor, bind and connect.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "common/error.h"
#include "common/socket-inner.h"

#define PRIORITY_BEHIND      (G_PRIORITY_DEFAULT + 10)
#define BOUNDED_HANDSHAKE_MS 3000 /* a peer that shows no key holds its place no longer */

/* TCP: a break is seen within a second (reference measurements in docs/protocol.md). */
#define HEARTBEAT_IVL_MS     300
#define HEARTBEAT_TIMEOUT_MS 900
#define TCP_MAXRT_MS         1200
#define CONNECT_TIMEOUT_MS   500
#define RECONNECT_IVL_MS     20
#define RECONNECT_MAX_MS     500

static const int zmq_types[] = {
    [VICU_SOCKET_ROUTER] = ZMQ_ROUTER,
    [VICU_SOCKET_DEALER] = ZMQ_DEALER,
    [VICU_SOCKET_XPUB] = ZMQ_XPUB,
    [VICU_SOCKET_SUB] = ZMQ_SUB,
};

static gboolean
set_int(void *zmq, int option, int value)
{
    return zmq_setsockopt(zmq, option, &value, sizeof value) == 0;
}

static gboolean
set_options(VicuSocket *self, const VicuSocketOptions *options)
{
    gboolean ok = set_int(self->zmq, ZMQ_SNDHWM, options->send_hwm)
                  && set_int(self->zmq, ZMQ_RCVHWM, options->receive_hwm)
                  && set_int(self->zmq, ZMQ_LINGER, 0)
                  && set_int(self->zmq, ZMQ_HEARTBEAT_IVL, HEARTBEAT_IVL_MS)
                  && set_int(self->zmq, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS)
                  && set_int(self->zmq, ZMQ_TCP_MAXRT, TCP_MAXRT_MS)
                  && set_int(self->zmq, ZMQ_CONNECT_TIMEOUT, CONNECT_TIMEOUT_MS)
                  && set_int(self->zmq, ZMQ_RECONNECT_IVL, RECONNECT_IVL_MS)
                  && set_int(self->zmq, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS);
    int64_t max_size = VICU_WIRE_MAX + 1024;
    ok = ok && zmq_setsockopt(self->zmq, ZMQ_MAXMSGSIZE, &max_size, sizeof max_size) == 0;
    if (ok && self->type == VICU_SOCKET_ROUTER)
        ok = set_int(self->zmq, ZMQ_ROUTER_MANDATORY, 1)
             && set_int(self->zmq, ZMQ_ROUTER_HANDOVER, 1);
    if (ok && self->type == VICU_SOCKET_DEALER)
        ok = set_int(self->zmq, ZMQ_IMMEDIATE, 1); /* queue only to a peer that is there */
    if (ok && self->type == VICU_SOCKET_SUB)
        ok = zmq_setsockopt(self->zmq, ZMQ_SUBSCRIBE, "", 0) == 0;
    if (ok && options->domain[0] != '\0')
        ok = zmq_setsockopt(self->zmq, ZMQ_ZAP_DOMAIN, options->domain, strlen(options->domain))
             == 0;
    return ok;
}

gboolean
socket_monitor_drain(void *owner)
{
    VicuSocket *self = owner;
    zmq_msg_t part;
    uint16_t event = 0;

    zmq_msg_init(&part);
    if (zmq_msg_recv(&part, self->monitor, ZMQ_DONTWAIT) < 0) {
        zmq_msg_close(&part);
        return FALSE;
    }
    memcpy(&event, zmq_msg_data(&part), sizeof event);
    zmq_msg_close(&part);
    zmq_msg_init(&part);
    zmq_msg_recv(&part, self->monitor, 0);
    zmq_msg_close(&part);

    if (event == ZMQ_EVENT_ACCEPTED) {
        self->peers++;
        return TRUE;
    }
    if (event == ZMQ_EVENT_DISCONNECTED && self->peers > 0)
        self->peers--;
    VicuPeerEvent seen = VICU_PEER_REFUSED;
    if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
        seen = VICU_PEER_CONNECTED;
    else if (event == ZMQ_EVENT_DISCONNECTED)
        seen = VICU_PEER_DISCONNECTED;
    else
        self->counts.refused++;
    if (self->on_peer != NULL)
        self->on_peer(self, seen, self->user);
    return TRUE;
}

static gboolean
start_monitor(VicuSocket *self, GError **error)
{
    g_autofree char *address =
        g_strdup_printf("inproc://monitor-%" G_GUINT64_FORMAT, self->context->monitor_count++);

    if (zmq_socket_monitor(self->zmq, address,
                           ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED
                               | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH
                               | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL
                               | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL)
        != 0)
        return socket_fail(error, "socket monitor", address);
    self->monitor = zmq_socket(self->context->zmq, ZMQ_PAIR);
    if (self->monitor == NULL || zmq_connect(self->monitor, address) != 0)
        return socket_fail(error, "socket monitor", address);
    return TRUE;
}

VicuSocket *
vicu_socket_new(VicuContext *context, const VicuSocketOptions *options, GError **error)
{
    g_return_val_if_fail(options->send_hwm > 0 && options->receive_hwm > 0, NULL);
    g_autoptr(VicuSocket) self = g_new0(VicuSocket, 1);

    self->context = context;
    self->type = options->type;
    self->priority = G_PRIORITY_DEFAULT;
    self->domain = g_strdup(options->domain);
    self->zmq = zmq_socket(context->zmq, zmq_types[options->type]);
    if (self->zmq == NULL || !set_options(self, options)) {
        socket_fail(error, "socket", options->domain);
        return NULL;
    }
    if (!start_monitor(self, error))
        return NULL;
    return g_steal_pointer(&self);
}

void
vicu_socket_free(VicuSocket *self)
{
    if (self == NULL)
        return;
    socket_detach(&self->source);
    socket_detach(&self->monitor_source);
    if (self->zmq != NULL) {
        zmq_socket_monitor(self->zmq, NULL, 0);
        zmq_close(self->zmq);
    }
    if (self->monitor != NULL)
        zmq_close(self->monitor);
    for (guint i = 0; i < self->context->bounded->len; i++)
        if (self->context->bounded->pdata[i] == self)
            self->context->bounded->pdata[i] = NULL;
    g_free(self->domain);
    g_free(self->endpoint);
    g_free(self);
}

gboolean
vicu_socket_set_bounds(VicuSocket *self, unsigned peers, size_t bytes, GError **error)
{
    int64_t max_size = (int64_t)bytes;
    g_autofree char *domain = g_strdup_printf("%s#%u", self->domain, self->context->bounded->len);

    g_return_val_if_fail(peers > 0 && self->domain[0] != '\0' && self->source == NULL, FALSE);
    if (zmq_setsockopt(self->zmq, ZMQ_ZAP_DOMAIN, domain, strlen(domain)) != 0
        || zmq_setsockopt(self->zmq, ZMQ_MAXMSGSIZE, &max_size, sizeof max_size) != 0
        || !set_int(self->zmq, ZMQ_HANDSHAKE_IVL, BOUNDED_HANDSHAKE_MS))
        return socket_fail(error, "socket", self->domain);
    self->max_peers = peers;
    g_ptr_array_add(self->context->bounded, self);
    return TRUE;
}

void
vicu_socket_set_behind(VicuSocket *self)
{
    g_return_if_fail(self->source == NULL);
    self->priority = PRIORITY_BEHIND;
}

static gboolean
set_curve_server(VicuSocket *self)
{
    const VicuKeys *keys = self->context->keys;

    return set_int(self->zmq, ZMQ_CURVE_SERVER, 1)
           && zmq_setsockopt(self->zmq, ZMQ_CURVE_SECRETKEY, vicu_keys_secret(keys), 41) == 0;
}

gboolean
vicu_socket_bind(VicuSocket *self, const char *endpoint, GError **error)
{
    char address[256];
    size_t size = sizeof address;

    socket_touch(self->source);
    if (!set_curve_server(self) || zmq_bind(self->zmq, endpoint) != 0)
        return socket_fail(error, "bind", endpoint);
    if (g_str_has_prefix(endpoint, "ipc://"))
        g_chmod(endpoint + strlen("ipc://"), 0600);
    if (zmq_getsockopt(self->zmq, ZMQ_LAST_ENDPOINT, address, &size) != 0)
        return socket_fail(error, "bind", endpoint);
    g_free(self->endpoint);
    self->endpoint = g_strdup(address);
    return TRUE;
}

const char *
vicu_socket_endpoint(VicuSocket *self)
{
    return self->endpoint != NULL ? self->endpoint : "";
}

gboolean
vicu_socket_connect(VicuSocket *self, const char *endpoint, const char *server, GError **error)
{
    const VicuKeys *keys = self->context->keys;
    const char *server_key = vicu_keys_public_of(keys, server);

    if (server_key == NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_AUTH,
                    "connect %s: the key table has no key named \"%s\"", endpoint, server);
        return FALSE;
    }
    socket_touch(self->source);
    if (zmq_setsockopt(self->zmq, ZMQ_CURVE_SERVERKEY, server_key, 41) != 0
        || zmq_setsockopt(self->zmq, ZMQ_CURVE_PUBLICKEY, vicu_keys_public(keys), 41) != 0
        || zmq_setsockopt(self->zmq, ZMQ_CURVE_SECRETKEY, vicu_keys_secret(keys), 41) != 0
        || zmq_connect(self->zmq, endpoint) != 0)
        return socket_fail(error, "connect", endpoint);
    g_free(self->endpoint);
    self->endpoint = g_strdup(endpoint);
    return TRUE;
}
