/* The context of all sockets: its place in the main loop, and who may come in (ZAP).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <sched.h>
#include <string.h>

#include "common/error.h"
#include "common/socket-inner.h"

#define DRAIN_AT_MOST 64 /* messages per dispatch, so that timers and signals keep their turn */

typedef struct {
    GSource base;
    void *zmq;
    SocketDrain drain;
    void *owner;
    gpointer fd;
    gboolean touched; /* messages may lie there although the descriptor says nothing */
    gboolean draining;
} ZmqSource;

gboolean
socket_fail(GError **error, const char *what, const char *detail)
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

/* The descriptor of a ZeroMQ socket tells of news alone, and each call on the socket may
 * take the news in: after a call ZMQ_EVENTS is asked, else the descriptor is enough. To
 * ask costs two system calls, and a hub has twenty such sources. */
static gboolean
source_prepare(GSource *source, int *timeout)
{
    ZmqSource *self = (ZmqSource *)source;

    *timeout = -1;
    if (self->draining)
        return FALSE;
    if (self->touched)
        self->touched = readable(self->zmq);
    return self->touched;
}

static gboolean
source_check(GSource *source)
{
    ZmqSource *self = (ZmqSource *)source;
    int timeout = -1;

    if (self->draining)
        return FALSE;
    return (g_source_query_unix_fd(source, self->fd) & G_IO_IN) != 0
           || source_prepare(source, &timeout);
}

static gboolean
source_dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
    ZmqSource *self = (ZmqSource *)source;
    gboolean more = TRUE;
    (void)callback;
    (void)user;

    self->draining = TRUE;
    for (int i = 0; i < DRAIN_AT_MOST && more && !g_source_is_destroyed(source); i++)
        more = self->drain(self->owner);
    self->draining = FALSE;
    self->touched = more; /* a socket that had nothing more to give took all news in */
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = {
    .prepare = source_prepare,
    .check = source_check,
    .dispatch = source_dispatch,
};

GSource *
socket_attach(GMainContext *main_context, void *zmq, SocketDrain drain, void *owner, int priority)
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
    self->touched = TRUE;
    self->fd = g_source_add_unix_fd(source, fd, G_IO_IN);
    g_source_set_priority(source, priority);
    /* Else GLib takes the descriptor out of the loop for each dispatch and puts it in again,
     * and wakes the loop up both times: five system calls. source_prepare() sees to it that a
     * loop within a callback leaves this socket alone. */
    g_source_set_can_recurse(source, TRUE);
    g_source_attach(source, main_context);
    return source;
}

void
socket_touch(GSource *source)
{
    if (source != NULL)
        ((ZmqSource *)source)->touched = TRUE;
}

void
socket_detach(GSource **source)
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
 * it has as many peers as it may. The connection that asks is counted, once what the
 * socket's monitor has said of it is heard. */
static gboolean
take_place(VicuContext *self, char *domain)
{
    char *number = strchr(domain, '#');

    if (number == NULL)
        return TRUE;
    *number = '\0';
    guint64 i = g_ascii_strtoull(number + 1, NULL, 10);
    VicuSocket *socket = i < self->bounded->len ? self->bounded->pdata[i] : NULL;
    while (socket != NULL && socket_monitor_drain(socket))
        ;
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
            self->on_refusal(domain, address, name, public_key, self->refusal_user);
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
        socket_fail(error, "ZeroMQ context", "cannot be made");
        return NULL;
    }
    self->zap_source = socket_attach(main_context, self->zap, zap_drain, self, G_PRIORITY_DEFAULT);
    return g_steal_pointer(&self);
}

void
vicu_context_free(VicuContext *self)
{
    if (self == NULL)
        return;
    socket_detach(&self->zap_source);
    if (self->zap != NULL)
        zmq_close(self->zap);
    if (self->zmq != NULL)
        zmq_ctx_term(self->zmq);
    g_clear_pointer(&self->bounded, g_ptr_array_unref);
    g_clear_pointer(&self->proof, g_bytes_unref);
    g_free(self);
}

void
vicu_context_show_proof(VicuContext *self, GBytes *proof, gboolean whole)
{
    GBytes *shown = proof != NULL ? g_bytes_ref(proof) : NULL;

    g_clear_pointer(&self->proof, g_bytes_unref);
    self->proof = shown;
    self->proof_whole = whole;
}

GBytes *
vicu_context_proof(const VicuContext *self, gboolean of_one_bed)
{
    return of_one_bed || self->proof_whole ? self->proof : NULL;
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

/* Processors beside the one that this thread is on. */
static gboolean
has_others(void)
{
    cpu_set_t mine;

    return sched_getaffinity(0, sizeof mine, &mine) == 0 && CPU_COUNT(&mine) > 1;
}

gboolean
vicu_context_look_until(VicuContext *self, const gboolean *done, int64_t timeout_us)
{
    int64_t end_us = g_get_monotonic_time() + timeout_us;

    if (!has_others())
        return *done;
    while (!*done && g_get_monotonic_time() < end_us)
        if (!g_main_context_iteration(self->main_context, FALSE))
            sched_yield();
    return *done;
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
