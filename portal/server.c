/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "common/clock.h"
#include "common/error.h"
#include "portal/door.h"
#include "portal/hologram.h"

#define HEAD_TOO_LONG  431 /* RFC 6585 */
#define TICK_MS        1000
#define RECORD_HEAD    5 /* TLS 1.3, RFC 8446 5.1: type, version, length */
#define RECORD_MAX     16384
#define TYPE_HANDSHAKE 22
#define PLAIN                                                                                      \
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"            \
    "This is HTTPS: write https:// before the address.\n"

typedef struct {
    PortalServer *server;
    PortalVisit *visit;
    GSocketConnection *tcp;
    GIOStream *tls;       /* NULL until the handshake */
    GSource *readable;    /* while the hello is awaited */
    GCancellable *ending; /* of the handshake */
    char *name;           /* "address:port" */
    char *address;
    bool handed; /* to libsoup */
} Connection;

struct PortalServer {
    PortalServerOptions options;
    GTlsCertificate *certificate;
    PortalDoor *door; /* NULL: it does not listen yet */
    SoupServer *soup;
    PortalGate *gate;
    GHashTable *by_name; /* Connection, borrowed */
    guint tick;
    bool ending;
    PortalServerFigures figures;
};

void
portal_server_tls_13_only(void)
{
    /* The one way that glib-networking has for it; read when its first connection is made. */
    g_setenv("G_TLS_GNUTLS_PRIORITY", "NORMAL:-VERS-ALL:+VERS-TLS1.3", TRUE);
}

/* ---- connections ---- */

static char *
name_of(GSocketAddress *address, char **only_address)
{
    if (!G_IS_INET_SOCKET_ADDRESS(address))
        return NULL;
    GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS(address);
    g_autofree char *text = g_inet_address_to_string(g_inet_socket_address_get_address(inet));
    char *name = g_strdup_printf("%s:%u", text, g_inet_socket_address_get_port(inet));
    if (only_address != NULL)
        *only_address = g_steal_pointer(&text);
    return name;
}

static void
stop_reading(Connection *c)
{
    if (c->readable == NULL)
        return;
    g_source_destroy(c->readable);
    g_clear_pointer(&c->readable, g_source_unref);
}

static void begin_handshakes(PortalServer *self);
static void on_gone(gpointer user, GObject *connection);

/* Frees; what libsoup holds of it ends by itself. */
static void
leave(Connection *c)
{
    PortalServer *self = c->server;

    stop_reading(c);
    if (c->visit != NULL)
        portal_gate_leave(self->gate, c->visit);
    if (c->name != NULL)
        g_hash_table_remove(self->by_name, c->name);
    g_clear_object(&c->ending);
    g_clear_object(&c->tls);
    g_clear_object(&c->tcp);
    g_free(c->name);
    g_free(c->address);
    g_free(c);
}

/* Ends it in whatever phase it is; it may be freed by this. */
static void
put_out(Connection *c)
{
    GSocket *socket = g_socket_connection_get_socket(c->tcp);

    if (c->ending != NULL) { /* a thread uses it: it leaves when that has ended */
        g_cancellable_cancel(c->ending);
        g_socket_shutdown(socket, TRUE, TRUE, NULL);
        return;
    }
    if (c->handed) { /* libsoup sees the end, lets it go, and on_gone() follows */
        g_socket_shutdown(socket, TRUE, TRUE, NULL);
        return;
    }
    g_io_stream_close(G_IO_STREAM(c->tcp), NULL, NULL);
    leave(c);
}

static void
on_gone(gpointer user, GObject *connection)
{
    Connection *c = user;

    (void)connection;
    c->tls = NULL;
    leave(c);
}

static void
hand_over(Connection *c)
{
    PortalServer *self = c->server;
    g_autoptr(GSocketAddress) here = g_socket_connection_get_local_address(c->tcp, NULL);
    g_autoptr(GSocketAddress) there = g_socket_connection_get_remote_address(c->tcp, NULL);
    GIOStream *tls = g_steal_pointer(&c->tls);

    portal_gate_phase(self->gate, c->visit, PORTAL_PHASE_REQUEST, vicu_clock_boot_us());
    c->handed = true;
    g_object_weak_ref(G_OBJECT(tls), on_gone, c);
    if (here != NULL && there != NULL)
        soup_server_accept_iostream(self->soup, tls, here, there, NULL);
    else
        g_io_stream_close(tls, NULL, NULL);
    g_object_unref(tls);
}

/* ---- handshakes ---- */

static void
on_handshake(GObject *tls, GAsyncResult *result, gpointer user)
{
    Connection *c = user;
    PortalServer *self = c->server;
    gboolean ok = g_tls_connection_handshake_finish(G_TLS_CONNECTION(tls), result, NULL);

    ok = ok && !g_cancellable_is_cancelled(c->ending);
    g_clear_object(&c->ending);
    if (ok) {
        self->figures.handshakes++;
        hand_over(c);
    } else {
        self->figures.handshakes_failed++;
        put_out(c);
    }
    if (!self->ending)
        begin_handshakes(self);
}

static gboolean
begin_handshake(Connection *c)
{
    PortalServer *self = c->server;

    /* Without a database: nobody's certificate is judged here, and the system's list of
     * authorities, which each connection would have of its own, is 3 MiB. */
    c->tls = g_initable_new(g_tls_backend_get_server_connection_type(g_tls_backend_get_default()),
                            NULL, NULL, "base-io-stream", c->tcp, "certificate", self->certificate,
                            "database", NULL, NULL);
    if (c->tls == NULL)
        return FALSE;
    g_tls_connection_set_require_close_notify(G_TLS_CONNECTION(c->tls), FALSE);
    c->ending = g_cancellable_new();
    portal_gate_phase(self->gate, c->visit, PORTAL_PHASE_HANDSHAKE, vicu_clock_boot_us());
    g_tls_connection_handshake_async(G_TLS_CONNECTION(c->tls), G_PRIORITY_DEFAULT, c->ending,
                                     on_handshake, c);
    return TRUE;
}

static void
begin_handshakes(PortalServer *self)
{
    PortalVisit *visit = NULL;

    while ((visit = portal_gate_next_handshake(self->gate)) != NULL) {
        Connection *c = portal_visit_user(visit);
        if (!begin_handshake(c))
            put_out(c);
    }
}

typedef enum { HELLO_WHOLE, HELLO_PART, HELLO_PLAIN, HELLO_NONE } Hello;

/* How much of a ClientHello lies there. *@want: bytes after which to look again. */
static Hello
look_at_hello(GSocket *socket, int *want)
{
    uint8_t head[RECORD_HEAD];
    ssize_t n = recv(g_socket_get_fd(socket), head, sizeof head, MSG_PEEK | MSG_DONTWAIT);

    if (n <= 0)
        return HELLO_NONE;
    if (head[0] != TYPE_HANDSHAKE)
        return g_ascii_isupper(head[0]) ? HELLO_PLAIN : HELLO_NONE;
    *want = RECORD_HEAD;
    if (n == RECORD_HEAD)
        *want += head[3] << 8 | head[4];
    if (*want > RECORD_HEAD + RECORD_MAX || n < RECORD_HEAD)
        return n < RECORD_HEAD ? HELLO_PART : HELLO_NONE;
    return g_socket_get_available_bytes(socket) >= *want ? HELLO_WHOLE : HELLO_PART;
}

/* The socket is readable again when all of the hello is there, or its end. */
static void
wait_for(GSocket *socket, int bytes)
{
    setsockopt(g_socket_get_fd(socket), SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes);
}

static gboolean
on_readable(GSocket *socket, GIOCondition condition, gpointer user)
{
    Connection *c = user;
    PortalServer *self = c->server;
    int want = RECORD_HEAD, before = 0;
    socklen_t size = sizeof before;
    Hello hello = (condition & (G_IO_ERR | G_IO_HUP)) ? HELLO_NONE : look_at_hello(socket, &want);

    getsockopt(g_socket_get_fd(socket), SOL_SOCKET, SO_RCVLOWAT, &before, &size);
    if (hello == HELLO_PART && before < want) {
        wait_for(socket, want);
        return G_SOURCE_CONTINUE;
    }
    if (hello == HELLO_WHOLE) {
        wait_for(socket, 1);
        stop_reading(c);
        portal_gate_phase(self->gate, c->visit, PORTAL_PHASE_WAITING, vicu_clock_boot_us());
        begin_handshakes(self);
        return G_SOURCE_REMOVE;
    }
    if (hello == HELLO_PLAIN)
        g_socket_send(socket, PLAIN, strlen(PLAIN), NULL, NULL);
    put_out(c);
    return G_SOURCE_REMOVE;
}

static void
on_incoming(GSocketConnection *tcp, gpointer user)
{
    PortalServer *self = user;
    g_autoptr(GSocketAddress) there = g_socket_connection_get_remote_address(tcp, NULL);
    g_autofree char *address = NULL;
    g_autofree char *name = there != NULL ? name_of(there, &address) : NULL;
    PortalVisit *out = NULL;

    Connection *c = g_new0(Connection, 1);
    c->server = self;
    c->tcp = g_object_ref(tcp);
    if (name != NULL)
        c->visit = portal_gate_enter(self->gate, address, vicu_clock_boot_us(), c, &out);
    if (out != NULL) {
        self->figures.displaced++;
        put_out(portal_visit_user(out));
    }
    if (c->visit == NULL) {
        self->figures.refused++;
        put_out(c);
        return;
    }
    self->figures.accepted++;
    c->name = g_steal_pointer(&name);
    c->address = g_steal_pointer(&address);
    g_hash_table_insert(self->by_name, c->name, c);
    g_socket_set_option(g_socket_connection_get_socket(tcp), IPPROTO_TCP, TCP_NODELAY, 1, NULL);
    c->readable = g_socket_create_source(g_socket_connection_get_socket(tcp), G_IO_IN, NULL);
    g_source_set_callback(c->readable, G_SOURCE_FUNC(on_readable), c, NULL);
    g_source_attach(c->readable, NULL);
}

static gboolean
on_tick(gpointer user)
{
    PortalServer *self = user;
    int64_t now_us = vicu_clock_boot_us();
    PortalVisit *visit = NULL;

    while ((visit = portal_gate_overdue(self->gate, now_us)) != NULL) {
        self->figures.overdue++;
        /* Counted once: what a thread or libsoup still holds has its phase anew. */
        portal_gate_phase(self->gate, visit, portal_visit_phase(visit), now_us);
        put_out(portal_visit_user(visit));
    }
    return G_SOURCE_CONTINUE;
}

/* ---- requests ---- */

static Connection *
connection_of(PortalServer *self, SoupServerMessage *message)
{
    g_autofree char *name = name_of(soup_server_message_get_remote_address(message), NULL);

    return name != NULL ? g_hash_table_lookup(self->by_name, name) : NULL;
}

static void
set_phase(PortalServer *self, SoupServerMessage *message, PortalPhase phase)
{
    Connection *c = connection_of(self, message);

    if (c != NULL && portal_visit_phase(c->visit) != PORTAL_PHASE_PAGE)
        portal_gate_phase(self->gate, c->visit, phase, vicu_clock_boot_us());
}

static void
refuse(SoupServerMessage *message, unsigned status, const char *why)
{
    soup_server_message_set_status(message, status, NULL);
    soup_server_message_set_response(message, "text/plain; charset=utf-8", SOUP_MEMORY_STATIC, why,
                                     strlen(why));
}

/* A page of another origin may open a WebSocket here, with what its browser holds of ours. */
static bool
is_foreign(SoupServerMessage *message)
{
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    const char *host = soup_message_headers_get_one(headers, "Host");
    const char *origin = soup_message_headers_get_one(headers, "Origin");

    return origin != NULL && !portal_request_is_origin(origin, host);
}

static bool
is_too_long(SoupServerMessage *message)
{
    SoupMessageHeadersIter iter;
    const char *name = NULL, *value = NULL;
    size_t size = 0;

    soup_message_headers_iter_init(&iter, soup_server_message_get_request_headers(message));
    while (soup_message_headers_iter_next(&iter, &name, &value))
        size += strlen(name) + strlen(value) + 4;
    g_autofree char *target = g_uri_to_string(soup_server_message_get_uri(message));
    return size > PORTAL_HEAD_MAX || strlen(target) > PORTAL_TARGET_MAX;
}

/* Of a POST, before its body: how long, and of what kind, is said and within the bounds. */
static void
judge_form(PortalServer *self, SoupServerMessage *message, const char *path)
{
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    const char *type = soup_message_headers_get_content_type(headers, NULL);

    if (self->options.takes_form == NULL || !self->options.takes_form(path)) {
        soup_message_headers_replace(soup_server_message_get_response_headers(message), "Allow",
                                     "GET, HEAD");
        refuse(message, SOUP_STATUS_METHOD_NOT_ALLOWED, "no form is taken here\n");
    } else if (soup_message_headers_get_encoding(headers) != SOUP_ENCODING_CONTENT_LENGTH) {
        refuse(message, SOUP_STATUS_LENGTH_REQUIRED, "a form says its length\n");
    } else if (soup_message_headers_get_content_length(headers) > PORTAL_BODY_MAX) {
        refuse(message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "a form has at most 8 KiB\n");
    } else if (g_strcmp0(type, "application/x-www-form-urlencoded") != 0) {
        refuse(message, SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE,
               "a form is application/x-www-form-urlencoded\n");
    }
}

/* Before anything is read of a request but its head. */
static void
on_early(SoupServer *soup,
         SoupServerMessage *message,
         const char *path,
         GHashTable *query,
         gpointer user)
{
    PortalServer *self = user;
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    const char *method = soup_server_message_get_method(message);
    (void)soup, (void)query;

    self->figures.requests++;
    set_phase(self, message, PORTAL_PHASE_SERVED);
    portal_request_guard(soup_server_message_get_response_headers(message),
                         soup_message_headers_get_one(headers, "Host"));
    if (is_too_long(message))
        refuse(message, HEAD_TOO_LONG,
               "the head of the request is longer than 16 KiB, or its address than 4 KiB\n");
    else if (is_foreign(message))
        refuse(message, SOUP_STATUS_FORBIDDEN, "a page of another origin is not served\n");
    else if (strcmp(method, "POST") == 0)
        judge_form(self, message, path);
    else if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        soup_message_headers_replace(soup_server_message_get_response_headers(message), "Allow",
                                     "GET, HEAD");
        refuse(message, SOUP_STATUS_METHOD_NOT_ALLOWED, "GET and HEAD are answered here\n");
    } else if (soup_message_headers_get_content_length(headers) > 0
               || soup_message_headers_get_encoding(headers) == SOUP_ENCODING_CHUNKED)
        refuse(message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "a request has no body here\n");
}

static void
on_request(SoupServer *soup,
           SoupServerMessage *message,
           const char *path,
           GHashTable *query,
           gpointer user)
{
    PortalServer *self = user;
    (void)soup, (void)query;

    if (soup_server_message_get_status(message) != 0)
        return;
    self->options.request(portal_request_new(message, path), self->options.user);
}

static void
on_finished(SoupServer *soup, SoupServerMessage *message, gpointer user)
{
    (void)soup;
    set_phase(user, message, PORTAL_PHASE_IDLE);
}

static void
on_page(SoupServer *soup,
        SoupServerMessage *message,
        const char *path,
        SoupWebsocketConnection *socket,
        gpointer user)
{
    PortalServer *self = user;
    Connection *c = connection_of(self, message);
    (void)soup, (void)path;

    set_phase(self, message, PORTAL_PHASE_PAGE);
    self->options.page(socket, c != NULL ? c->address : "", self->options.user);
}

static void
on_hologram(SoupServer *soup,
            SoupServerMessage *message,
            const char *path,
            SoupWebsocketConnection *socket,
            gpointer user)
{
    PortalServer *self = user;
    Connection *c = connection_of(self, message);
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    const char *cookies = soup_message_headers_get_list(headers, "Cookie");
    (void)soup, (void)path;

    /* It is opened by cookies: by a page of ours alone. */
    if (!portal_request_is_origin(soup_message_headers_get_one(headers, "Origin"),
                                  soup_message_headers_get_one(headers, "Host"))) {
        soup_websocket_connection_close(socket, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION,
                                        "a page of another origin is not served");
        return;
    }
    set_phase(self, message, PORTAL_PHASE_PAGE);
    self->options.hologram(socket, cookies != NULL ? cookies : "", c != NULL ? c->address : "",
                           self->options.user);
}

/* ---- begin and end ---- */

gboolean
portal_server_listen(PortalServer *self, GError **error)
{
    self->door =
        portal_door_new(self->options.address, self->options.port, on_incoming, self, error);
    return self->door != NULL;
}

gboolean
portal_server_set_certificate(PortalServer *self,
                              const char *certificate,
                              const char *key,
                              GError **error)
{
    GTlsCertificate *made = *key != '\0' ? g_tls_certificate_new_from_files(certificate, key, error)
                                         : g_tls_certificate_new_from_file(certificate, error);

    if (made == NULL) {
        g_prefix_error(error, "%s: ", certificate);
        return FALSE;
    }
    g_set_object(&self->certificate, made);
    g_object_unref(made);
    return TRUE;
}

PortalServer *
portal_server_new(const PortalServerOptions *options, GError **error)
{
    g_autoptr(PortalServer) self = g_new0(PortalServer, 1);

    self->options = *options;
    self->gate = portal_gate_new(&options->bounds);
    self->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    self->soup = soup_server_new("server-header", NULL, NULL);
    if (!portal_server_set_certificate(self, options->certificate, options->key, error))
        return NULL;
    soup_server_add_early_handler(self->soup, NULL, on_early, self, NULL);
    /* Each path has its own; without these the pages' sockets would have none. */
    soup_server_add_early_handler(self->soup, PORTAL_LIVE, on_early, self, NULL);
    soup_server_add_early_handler(self->soup, PORTAL_HOLOGRAM_LIVE, on_early, self, NULL);
    soup_server_add_handler(self->soup, NULL, on_request, self, NULL);
    soup_server_add_websocket_handler(self->soup, PORTAL_LIVE, NULL, NULL, on_page, self, NULL);
    if (options->hologram != NULL)
        soup_server_add_websocket_handler(self->soup, PORTAL_HOLOGRAM_LIVE, NULL, NULL, on_hologram,
                                          self, NULL);
    g_signal_connect(self->soup, "request-finished", G_CALLBACK(on_finished), self);
    g_signal_connect(self->soup, "request-aborted", G_CALLBACK(on_finished), self);
    self->tick = g_timeout_add(TICK_MS, on_tick, self);
    return g_steal_pointer(&self);
}

void
portal_server_free(PortalServer *self)
{
    PortalVisit *visit = NULL;

    if (self == NULL)
        return;
    self->ending = true;
    if (self->tick != 0)
        g_source_remove(self->tick);
    g_clear_pointer(&self->door, portal_door_free);
    soup_server_disconnect(self->soup);
    /* Handshakes end on their threads, libsoup's connections in the main loop. */
    while ((visit = portal_gate_any(self->gate)) != NULL) {
        Connection *c = portal_visit_user(visit);
        bool later = c->ending != NULL || c->handed;
        put_out(c);
        if (later)
            g_main_context_iteration(NULL, TRUE);
    }
    g_clear_object(&self->soup);
    g_clear_object(&self->certificate);
    g_hash_table_unref(self->by_name);
    portal_gate_free(self->gate);
    g_free(self);
}

unsigned
portal_server_port(const PortalServer *self)
{
    return self->door != NULL ? portal_door_port(self->door) : 0;
}

void
portal_server_figures(const PortalServer *self, PortalServerFigures *figures)
{
    *figures = self->figures;
    figures->connections = (unsigned)portal_gate_n(self->gate);
    figures->pages = (unsigned)portal_gate_n_in(self->gate, PORTAL_PHASE_PAGE);
}
