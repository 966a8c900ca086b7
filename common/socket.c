/* SPDX-License-Identifier: Apache-2.0 */
#include "common/socket.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <zmq.h>

#include "common/clock.h"
#include "common/error.h"

#define DRAIN_AT_MOST 64 /* messages per dispatch, so that timers and signals keep their turn */
#define MAX_PARTS     4

#define PRIORITY_BEHIND      (G_PRIORITY_DEFAULT + 10)
#define BOUNDED_HANDSHAKE_MS 3000 /* a peer that shows no key holds its place no longer */

/* TCP: a break is seen within a second (reference measurements in docs/protocol.md). */
#define HEARTBEAT_IVL_MS     300
#define HEARTBEAT_TIMEOUT_MS 900
#define TCP_MAXRT_MS         1200
#define CONNECT_TIMEOUT_MS   500
#define RECONNECT_IVL_MS     20
#define RECONNECT_MAX_MS     500

typedef gboolean (*DrainFunc)(void *owner); /* FALSE when there was nothing to read */

typedef struct {
    GSource base;
    void *zmq;
    DrainFunc drain;
    void *owner;
} ZmqSource;

struct VicuContext {
    void *zmq;
    VicuKeys *keys;
    GMainContext *main_context;
    void *zap;
    GSource *zap_source;
    VicuRefusalFunc on_refusal;
    gpointer refusal_user;
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

static gboolean
fail(GError **error, const char *what, const char *detail)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s %s: %s", what, detail,
                zmq_strerror(zmq_errno()));
    return FALSE;
}

static gboolean
readable(void *zmq)
{
    int events = 0;
    size_t size = sizeof events;

    return zmq_getsockopt(zmq, ZMQ_EVENTS, &events, &size) == 0 && (events & ZMQ_POLLIN) != 0;
}

/* The descriptor of a ZeroMQ socket is edge-triggered: ask ZMQ_EVENTS both
 * before sleeping and after waking, whatever poll() said. */
static gboolean
source_prepare(GSource *source, int *timeout)
{
    *timeout = -1;
    return readable(((ZmqSource *)source)->zmq);
}

static gboolean
source_check(GSource *source)
{
    return readable(((ZmqSource *)source)->zmq);
}

static gboolean
source_dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
    ZmqSource *self = (ZmqSource *)source;
    (void)callback;
    (void)user;

    for (int i = 0; i < DRAIN_AT_MOST && !g_source_is_destroyed(source); i++)
        if (!self->drain(self->owner))
            break;
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = {
    .prepare = source_prepare,
    .check = source_check,
    .dispatch = source_dispatch,
};

static GSource *
attach(GMainContext *main_context, void *zmq, DrainFunc drain, void *owner, int priority)
{
    GSource *source = g_source_new(&source_funcs, sizeof(ZmqSource));
    ZmqSource *self = (ZmqSource *)source;
    int fd = -1;
    size_t size = sizeof fd;

    self->zmq = zmq;
    self->drain = drain;
    self->owner = owner;
    int rc = zmq_getsockopt(zmq, ZMQ_FD, &fd, &size);
    g_assert(rc == 0);
    g_source_add_unix_fd(source, fd, G_IO_IN);
    g_source_set_priority(source, priority);
    g_source_attach(source, main_context);
    return source;
}

static void
detach(GSource **source)
{
    if (*source != NULL) {
        g_source_destroy(*source);
        g_source_unref(*source);
        *source = NULL;
    }
}

/* ---- ZAP: who may come in ------------------------------------------------ */

typedef struct {
    zmq_msg_t part[12];
    int n;
} ZapRequest;

static gboolean
zap_receive(void *zap, ZapRequest *request)
{
    int more = 1;

    request->n = 0;
    while (more && request->n < (int)G_N_ELEMENTS(request->part)) {
        zmq_msg_t *part = &request->part[request->n];
        zmq_msg_init(part);
        if (zmq_msg_recv(part, zap, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(part);
            return request->n > 0;
        }
        request->n++;
        more = zmq_msg_more(part);
    }
    return TRUE;
}

static char *
part_text(zmq_msg_t *part)
{
    return g_strndup(zmq_msg_data(part), zmq_msg_size(part));
}

static void
zap_reply(void *zap, ZapRequest *request, gboolean ok, const char *user_id)
{
    const char *status = ok ? "200" : "400";
    const char *text = ok ? "OK" : "unknown key or wrong role";

    /* routing id and empty delimiter of the asker, then version, request id, verdict */
    for (int i = 0; i < 4; i++)
        zmq_send(zap, zmq_msg_data(&request->part[i]), zmq_msg_size(&request->part[i]),
                 ZMQ_SNDMORE);
    zmq_send(zap, status, 3, ZMQ_SNDMORE);
    zmq_send(zap, text, strlen(text), ZMQ_SNDMORE);
    zmq_send(zap, user_id, strlen(user_id), ZMQ_SNDMORE);
    zmq_send(zap, "", 0, 0);
}

/* A socket with a bound has "DOMAIN#N" as its domain: the number is taken off. False:
 * it has as many peers as it may. The connection that asks is counted already. */
static gboolean
take_place(VicuContext *self, char *domain)
{
    char *number = strchr(domain, '#');

    if (number == NULL)
        return TRUE;
    *number = '\0';
    guint64 i = g_ascii_strtoull(number + 1, NULL, 10);
    const VicuSocket *socket = i < self->bounded->len ? self->bounded->pdata[i] : NULL;
    return socket != NULL && socket->peers <= socket->max_peers;
}

/* Parts: routing id, empty, version, request id, domain, address, identity, mechanism, key. */
static gboolean
zap_drain(void *owner)
{
    VicuContext *self = owner;
    ZapRequest request;

    if (!zap_receive(self->zap, &request))
        return FALSE;
    if (request.n == 9 && zmq_msg_size(&request.part[8]) == 32) {
        char public_key[41];
        const char *name = "", *role = "";
        g_autofree char *domain = part_text(&request.part[4]);
        g_autofree char *address = part_text(&request.part[5]);
        zmq_z85_encode(public_key, zmq_msg_data(&request.part[8]), 32);
        gboolean ok = take_place(self, domain);
        ok = vicu_keys_admit(self->keys, public_key, domain, &name, &role) && ok;
        g_autofree char *user_id = g_strdup_printf("%s:%s", role, name);
        zap_reply(self->zap, &request, ok, user_id);
        if (!ok && self->on_refusal != NULL)
            self->on_refusal(domain, address, name, self->refusal_user);
    } else if (request.n >= 4) {
        zap_reply(self->zap, &request, FALSE, "");
    }
    for (int i = 0; i < request.n; i++)
        zmq_msg_close(&request.part[i]);
    return TRUE;
}

VicuContext *
vicu_context_new(VicuKeys *keys, GMainContext *main_context, GError **error)
{
    g_autoptr(VicuContext) self = g_new0(VicuContext, 1);

    self->keys = keys;
    self->main_context = main_context;
    self->bounded = g_ptr_array_new();
    self->zmq = zmq_ctx_new();
    self->zap = self->zmq != NULL ? zmq_socket(self->zmq, ZMQ_ROUTER) : NULL;
    if (self->zap == NULL || zmq_bind(self->zap, "inproc://zeromq.zap.01") != 0) {
        fail(error, "ZeroMQ context", "cannot be made");
        return NULL;
    }
    self->zap_source = attach(main_context, self->zap, zap_drain, self, G_PRIORITY_DEFAULT);
    return g_steal_pointer(&self);
}

void
vicu_context_free(VicuContext *self)
{
    if (self == NULL)
        return;
    detach(&self->zap_source);
    if (self->zap != NULL)
        zmq_close(self->zap);
    if (self->zmq != NULL)
        zmq_ctx_term(self->zmq);
    g_clear_pointer(&self->bounded, g_ptr_array_unref);
    g_free(self);
}

GMainContext *
vicu_context_main(VicuContext *self)
{
    return self->main_context;
}

void
vicu_context_on_refusal(VicuContext *self, VicuRefusalFunc func, gpointer user)
{
    self->on_refusal = func;
    self->refusal_user = user;
}

static gboolean
time_is_up(gpointer data)
{
    *(gboolean *)data = TRUE;
    return G_SOURCE_REMOVE;
}

gboolean
vicu_context_run_until(VicuContext *self, const gboolean *done, int64_t timeout_us)
{
    gboolean up = FALSE;
    GSource *timer = g_timeout_source_new((guint)(timeout_us / 1000 + 1));

    g_source_set_callback(timer, time_is_up, &up, NULL);
    g_source_attach(timer, self->main_context);
    while (!*done && !up)
        g_main_context_iteration(self->main_context, TRUE);
    g_source_destroy(timer);
    g_source_unref(timer);
    return *done;
}

/* ---- one socket ---------------------------------------------------------- */

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

static gboolean
monitor_drain(void *owner)
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
        return fail(error, "socket monitor", address);
    self->monitor = zmq_socket(self->context->zmq, ZMQ_PAIR);
    if (self->monitor == NULL || zmq_connect(self->monitor, address) != 0)
        return fail(error, "socket monitor", address);
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
        fail(error, "socket", options->domain);
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
    detach(&self->source);
    detach(&self->monitor_source);
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
        return fail(error, "socket", self->domain);
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

    if (!set_curve_server(self) || zmq_bind(self->zmq, endpoint) != 0)
        return fail(error, "bind", endpoint);
    if (g_str_has_prefix(endpoint, "ipc://"))
        g_chmod(endpoint + strlen("ipc://"), 0600);
    if (zmq_getsockopt(self->zmq, ZMQ_LAST_ENDPOINT, address, &size) != 0)
        return fail(error, "bind", endpoint);
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
    if (zmq_setsockopt(self->zmq, ZMQ_CURVE_SERVERKEY, server_key, 41) != 0
        || zmq_setsockopt(self->zmq, ZMQ_CURVE_PUBLICKEY, vicu_keys_public(keys), 41) != 0
        || zmq_setsockopt(self->zmq, ZMQ_CURVE_SECRETKEY, vicu_keys_secret(keys), 41) != 0
        || zmq_connect(self->zmq, endpoint) != 0)
        return fail(error, "connect", endpoint);
    g_free(self->endpoint);
    self->endpoint = g_strdup(endpoint);
    return TRUE;
}

/* ---- receiving ----------------------------------------------------------- */

typedef struct {
    zmq_msg_t part[MAX_PARTS];
    int n;
    gboolean too_many;
} Parts;

static gboolean
receive_parts(VicuSocket *self, Parts *parts)
{
    int more = 1;

    parts->n = 0;
    parts->too_many = FALSE;
    while (more) {
        zmq_msg_t spare, *part = parts->n < MAX_PARTS ? &parts->part[parts->n] : &spare;
        zmq_msg_init(part);
        if (zmq_msg_recv(part, self->zmq, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(part);
            break;
        }
        more = zmq_msg_more(part);
        if (part == &spare) {
            parts->too_many = TRUE;
            zmq_msg_close(part);
        } else {
            parts->n++;
        }
    }
    return parts->n > 0;
}

/* "role:name" as our ZAP answered it; a connecting socket has none. */
static void
read_peer(zmq_msg_t *part, VicuMessage *message, char *buffer, size_t size)
{
    const char *user_id = zmq_msg_gets(part, "User-Id");

    message->peer = message->role = "";
    if (user_id == NULL)
        return;
    g_strlcpy(buffer, user_id, size);
    char *colon = strchr(buffer, ':');
    if (colon != NULL) {
        *colon = '\0';
        message->role = buffer;
        message->peer = colon + 1;
    }
}

static gboolean
decode(VicuSocket *self, Parts *parts, VicuMessage *message, char *buffer, size_t size)
{
    int at = 0;

    memset(message, 0, sizeof *message);
    if (self->type == VICU_SOCKET_ROUTER) {
        size_t route = zmq_msg_size(&parts->part[0]);
        if (route > VICU_ROUTE_MAX)
            return FALSE;
        memcpy(message->route.id, zmq_msg_data(&parts->part[0]), route);
        message->route.size = (uint8_t)route;
        at = 1;
    }
    if (parts->too_many || parts->n < at + 1 || parts->n > at + 2)
        return FALSE;
    if (!vicu_envelope_unpack(zmq_msg_data(&parts->part[at]), zmq_msg_size(&parts->part[at]),
                              &message->envelope, NULL))
        return FALSE;
    if (parts->n == at + 2) {
        message->body.data = zmq_msg_data(&parts->part[at + 1]);
        message->body.size = zmq_msg_size(&parts->part[at + 1]);
    }
    read_peer(&parts->part[at], message, buffer, size);
    return TRUE;
}

/* The hub speaks for itself, or passes on what a station says: then the station is
 * the peer, with the role that our own table gives it. */
static gboolean
know_speaker(VicuSocket *self, VicuMessage *message)
{
    const VicuKeys *keys = self->context->keys;

    message->via = "";
    if (self->type != VICU_SOCKET_ROUTER || strcmp(message->role, VICU_ROLE_HUB) != 0)
        return TRUE;
    const char *name = vicu_keys_name_of(keys, &message->envelope.sender);
    if (name != NULL && strcmp(name, message->peer) == 0)
        return TRUE;
    message->via = message->peer;
    if (vicu_keys_admit_passed(keys, &message->envelope.sender, self->domain, &message->peer,
                               &message->role))
        return TRUE;
    self->counts.refused++;
    if (self->context->on_refusal != NULL)
        self->context->on_refusal(self->domain, message->via, message->peer,
                                  self->context->refusal_user);
    return FALSE;
}

static gboolean
socket_drain(void *owner)
{
    VicuSocket *self = owner;
    Parts parts;
    VicuMessage message;
    char peer[128];

    if (!receive_parts(self, &parts))
        return FALSE;
    for (int i = 0; i < parts.n; i++)
        self->counts.received_bytes += zmq_msg_size(&parts.part[i]);
    self->counts.received++;
    if (self->type == VICU_SOCKET_XPUB)
        ; /* a subscription: nothing to decode */
    else if (!decode(self, &parts, &message, peer, sizeof peer))
        self->counts.unreadable++;
    else if (know_speaker(self, &message))
        self->func(self, &message, self->user);
    for (int i = 0; i < parts.n; i++)
        zmq_msg_close(&parts.part[i]);
    return TRUE;
}

void
vicu_socket_listen(VicuSocket *self, VicuMessageFunc func, VicuPeerFunc on_peer, gpointer user)
{
    g_return_if_fail(self->source == NULL);
    self->func = func;
    self->on_peer = on_peer;
    self->user = user;
    self->source =
        attach(self->context->main_context, self->zmq, socket_drain, self, self->priority);
    self->monitor_source =
        attach(self->context->main_context, self->monitor, monitor_drain, self, G_PRIORITY_DEFAULT);
}

/* ---- sending ------------------------------------------------------------- */

static VicuSendFate
send_part(VicuSocket *self, const void *data, size_t size, int flags)
{
    if (zmq_send(self->zmq, data, size, flags | ZMQ_DONTWAIT) >= 0) {
        self->counts.sent_bytes += size;
        return VICU_SEND_OK;
    }
    if (zmq_errno() == EHOSTUNREACH) {
        self->counts.gone++;
        return VICU_SEND_GONE;
    }
    self->counts.full++;
    return VICU_SEND_FULL;
}

void
vicu_socket_stamp(VicuSocket *self, VicuEnvelope *envelope)
{
    envelope->sender = *vicu_keys_fingerprint(self->context->keys);
    envelope->t_us = vicu_clock_utc_us();
}

VicuSendFate
vicu_socket_send(VicuSocket *self,
                 const VicuRoute *route,
                 const VicuEnvelope *envelope,
                 const void *body,
                 size_t size)
{
    uint8_t head[VICU_ENVELOPE_MAX];
    size_t head_size = vicu_envelope_pack(envelope, head);
    VicuSendFate fate = VICU_SEND_OK;

    if (self->type == VICU_SOCKET_ROUTER)
        fate = send_part(self, route->id, route->size, ZMQ_SNDMORE);
    if (fate == VICU_SEND_OK)
        fate = send_part(self, head, head_size, body != NULL ? ZMQ_SNDMORE : 0);
    if (fate == VICU_SEND_OK && body != NULL)
        fate = send_part(self, body, size, 0);
    if (fate == VICU_SEND_OK)
        self->counts.sent++;
    return fate;
}

VicuSendFate
vicu_socket_send_message(VicuSocket *self,
                         const VicuRoute *route,
                         Vicu__Kind kind,
                         const ProtobufCMessage *body)
{
    VicuEnvelope envelope = {.kind = kind};

    vicu_socket_stamp(self, &envelope);
    if (body == NULL)
        return vicu_socket_send(self, route, &envelope, NULL, 0);
    g_autoptr(GBytes) packed = vicu_wire_pack(body);
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);
    return vicu_socket_send(self, route, &envelope, data != NULL ? data : "", size);
}

const VicuSocketCounts *
vicu_socket_counts(const VicuSocket *self)
{
    return &self->counts;
}

gboolean
vicu_route_equal(const VicuRoute *a, const VicuRoute *b)
{
    return a->size == b->size && memcmp(a->id, b->id, a->size) == 0;
}
