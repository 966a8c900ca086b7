/* Messages of a socket: receiving, whose they are, sending.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "common/clock.h"
#include "common/socket-inner.h"

#define MAX_PARTS    4
#define COPIED_BYTES 512 /* smaller bodies are copied: that costs less than to share them */

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

/* Envelope and body, each its part. */
static gboolean
decode_two(Parts *parts, int at, VicuMessage *message)
{
    if (!vicu_envelope_unpack(zmq_msg_data(&parts->part[at]), zmq_msg_size(&parts->part[at]),
                              &message->envelope, NULL))
        return FALSE;
    if (parts->n == at + 2) {
        message->part = &parts->part[at + 1];
        message->body.data = zmq_msg_data(message->part);
        message->body.size = zmq_msg_size(message->part);
    }
    return TRUE;
}

/* Both in one part. */
static gboolean
decode_whole(Parts *parts, VicuMessage *message)
{
    message->part = &parts->part[0];
    return parts->n == 1
           && vicu_whole_unpack(zmq_msg_data(message->part), zmq_msg_size(message->part),
                                &message->envelope, &message->body, NULL);
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
    gboolean ok = self->type == VICU_SOCKET_DEALER ? decode_whole(parts, message)
                                                   : decode_two(parts, at, message);
    if (!ok)
        return FALSE;
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
        self->context->on_refusal(self->domain, message->via, message->peer, "",
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
        socket_attach(self->context->main_context, self->zmq, socket_drain, self, self->priority);
    self->monitor_source = socket_attach(self->context->main_context, self->monitor,
                                         socket_monitor_drain, self, G_PRIORITY_DEFAULT);
}

static void
free_part(gpointer part)
{
    zmq_msg_close(part);
    g_free(part);
}

GBytes *
vicu_message_keep_body(const VicuMessage *message)
{
    if (message->body.size < COPIED_BYTES || message->part == NULL)
        return g_bytes_new(message->body.data, message->body.size);
    zmq_msg_t *part = g_new(zmq_msg_t, 1);
    zmq_msg_init(part);
    if (zmq_msg_copy(part, message->part) != 0) { /* a reference */
        free_part(part);
        return g_bytes_new(message->body.data, message->body.size);
    }
    return g_bytes_new_with_free_func(message->body.data, message->body.size, free_part, part);
}

/* ---- sending ------------------------------------------------------------- */

/* After a call of libzmq that gave @result. */
static VicuSendFate
fate_of(VicuSocket *self, int result, size_t size)
{
    socket_touch(self->source);
    if (result >= 0) {
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

static VicuSendFate
send_part(VicuSocket *self, const void *data, size_t size, int flags)
{
    return fate_of(self, zmq_send(self->zmq, data, size, flags | ZMQ_DONTWAIT), size);
}

static void
unref_bytes(void *data, void *bytes)
{
    (void)data;
    g_bytes_unref(bytes);
}

static VicuSendFate
send_shared_part(VicuSocket *self, GBytes *body)
{
    zmq_msg_t part;
    gsize size = 0;
    const void *data = g_bytes_get_data(body, &size);

    if (size < COPIED_BYTES)
        return send_part(self, data != NULL ? data : "", size, 0);
    zmq_msg_init_data(&part, (void *)data, size, unref_bytes, g_bytes_ref(body));
    VicuSendFate fate = fate_of(self, zmq_msg_send(&part, self->zmq, ZMQ_DONTWAIT), size);
    zmq_msg_close(&part); /* empty if it was sent */
    return fate;
}

void
vicu_socket_stamp(VicuSocket *self, VicuEnvelope *envelope)
{
    envelope->sender = *vicu_keys_fingerprint(self->context->keys);
    envelope->t_us = vicu_clock_utc_us();
}

/* To a DEALER: one part. A DEALER whose connection breaks drops what it has not read, at
 * whatever part of it, and libzmq ends the process that has read half a message. */
static VicuSendFate
send_whole(VicuSocket *self,
           const VicuRoute *route,
           const VicuEnvelope *envelope,
           const void *body,
           size_t size)
{
    uint8_t head[VICU_WHOLE_HEAD_MAX];
    size_t head_size = vicu_whole_pack_head(envelope, head);
    zmq_msg_t part;
    VicuSendFate fate = send_part(self, route->id, route->size, ZMQ_SNDMORE);

    if (fate != VICU_SEND_OK)
        return fate;
    if (zmq_msg_init_size(&part, head_size + size) != 0)
        g_error("out of memory: a message of %zu bytes", head_size + size);
    memcpy(zmq_msg_data(&part), head, head_size);
    if (size > 0)
        memcpy((uint8_t *)zmq_msg_data(&part) + head_size, body, size);
    fate = fate_of(self, zmq_msg_send(&part, self->zmq, ZMQ_DONTWAIT), head_size + size);
    zmq_msg_close(&part); /* empty if it was sent */
    return fate;
}

static VicuSendFate
send_head(VicuSocket *self, const VicuEnvelope *envelope, int flags)
{
    uint8_t head[VICU_ENVELOPE_MAX];
    size_t head_size = vicu_envelope_pack(envelope, head);

    return send_part(self, head, head_size, flags);
}

static VicuSendFate
count_sent(VicuSocket *self, VicuSendFate fate)
{
    if (fate == VICU_SEND_OK)
        self->counts.sent++;
    return fate;
}

VicuSendFate
vicu_socket_send(VicuSocket *self,
                 const VicuRoute *route,
                 const VicuEnvelope *envelope,
                 const void *body,
                 size_t size)
{
    if (self->type == VICU_SOCKET_ROUTER)
        return count_sent(self, send_whole(self, route, envelope, body, size));
    VicuSendFate fate = send_head(self, envelope, body != NULL ? ZMQ_SNDMORE : 0);

    if (fate == VICU_SEND_OK && body != NULL)
        fate = send_part(self, body, size, 0);
    return count_sent(self, fate);
}

VicuSendFate
vicu_socket_send_bytes(VicuSocket *self,
                       const VicuRoute *route,
                       const VicuEnvelope *envelope,
                       GBytes *body)
{
    gsize size = 0;

    if (self->type == VICU_SOCKET_ROUTER) {
        const void *data = body != NULL ? g_bytes_get_data(body, &size) : NULL;
        return count_sent(self, send_whole(self, route, envelope, data, size));
    }
    VicuSendFate fate = send_head(self, envelope, body != NULL ? ZMQ_SNDMORE : 0);

    if (fate == VICU_SEND_OK && body != NULL)
        fate = send_shared_part(self, body);
    return count_sent(self, fate);
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
