/* Serve. See serve.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/twin/serve.h"

#include <string.h>

#include <gio/gio.h>

#include "common/error.h"
#include "common/seal.h"
#include "dashboard/holo/glb-ward.h"
#include "dashboard/scene/words.h"
#include "dashboard/twin/door.h"
#include "dashboard/twin/pages.h"
#include "dashboard/web/web-resources.h"

#define TICK_MS  100
#define SOCKET_S 30 /* silence of a connection */
#define PREFIX   "/vicu/twin"

struct DashServe {
    const DashModel *model;
    DashServeOptions options;
    SoupServer *soup;
    GSocketService *service;
    unsigned port;
    char key[DASH_DOOR_KEY_LEN + 1];
    DashPages *pages;
    GHashTable *open; /* connections */
    guint tick;
    DashGlbWard *ward;
    GBytes *kit;
    DashServeFigures figures;
};

static gboolean
on_tick(gpointer user)
{
    DashServe *self = user;
    dash_pages_tell(self->pages);
    return G_SOURCE_CONTINUE;
}

static void
on_page(SoupServer *soup,
        SoupServerMessage *message,
        const char *path,
        SoupWebsocketConnection *socket,
        gpointer user)
{
    DashServe *self = user;
    (void)soup, (void)message, (void)path;
    dash_pages_open(self->pages, socket);
}

/* ---- requests ---- */

static void
refuse(DashServe *self, SoupServerMessage *message, unsigned status, const char *why)
{
    self->figures.refused++;
    soup_server_message_set_status(message, status, NULL);
    soup_server_message_set_response(message, "text/plain; charset=utf-8", SOUP_MEMORY_STATIC, why,
                                     strlen(why));
}

static void
put_headers(const DashServe *self, SoupServerMessage *message)
{
    SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
    g_autofree char *policy = g_strdup_printf(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self' ws://127.0.0.1:%u ws://localhost:%u; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'",
        self->port, self->port);
    soup_message_headers_replace(headers, "Content-Security-Policy", policy);
    soup_message_headers_replace(headers, "X-Content-Type-Options", "nosniff");
    soup_message_headers_replace(headers, "Referrer-Policy", "no-referrer");
    soup_message_headers_replace(headers, "Cross-Origin-Resource-Policy", "same-origin");
    soup_message_headers_replace(headers, "Permissions-Policy",
                                 "xr-spatial-tracking=(self), camera=(), microphone=()");
    soup_message_headers_replace(headers, "Cache-Control", "no-store");
}

static const char *
key_of(SoupServerMessage *message, GHashTable **query)
{
    const char *text = g_uri_get_query(soup_server_message_get_uri(message));
    *query = text ? soup_form_decode(text) : NULL;
    return *query ? g_hash_table_lookup(*query, "key") : NULL;
}

/* Before anything is read of a request but its head. */
static void
on_early(SoupServer *soup,
         SoupServerMessage *message,
         const char *path,
         GHashTable *query,
         gpointer user)
{
    DashServe *self = user;
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    const char *host = soup_message_headers_get_one(headers, "Host");
    const char *origin = soup_message_headers_get_one(headers, "Origin");
    g_autoptr(GHashTable) mine = NULL;
    const char *key = key_of(message, &mine);
    bool locked = strcmp(path, "/live") == 0 || strcmp(path, "/ward.glb") == 0;
    (void)soup, (void)query;

    put_headers(self, message);
    if (!dash_door_host(host, self->port))
        refuse(self, message, SOUP_STATUS_FORBIDDEN, "this server answers to 127.0.0.1 only\n");
    else if ((origin || strcmp(path, "/live") == 0) && !dash_door_origin(origin, self->port))
        refuse(self, message, SOUP_STATUS_FORBIDDEN, "a page of another origin is not served\n");
    else if (locked && !dash_door_key(key, self->key))
        refuse(self, message, SOUP_STATUS_FORBIDDEN,
               "the key is missing or not that of this start: use the address that vicu twin "
               "printed\n");
    else if (soup_message_headers_get_content_length(headers) > 0
             || soup_message_headers_get_encoding(headers) == SOUP_ENCODING_CHUNKED)
        refuse(self, message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "a request has no body here\n");
}

/* "/main.js": one word, nothing that leads up or down. */
static bool
is_part(const char *name)
{
    size_t length = strlen(name);

    for (size_t i = 1; i < length; i++)
        if (!g_ascii_isalnum(name[i]) && (name[i] != '.' || name[i - 1] == '.'))
            return false;
    return length > 1 && length < 32;
}

static const char *
type_of(const char *path)
{
    static const struct {
        const char *suffix, *type;
    } types[] = {{".html", "text/html; charset=utf-8"},
                 {".js", "text/javascript; charset=utf-8"},
                 {".css", "text/css; charset=utf-8"}};
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_str_has_suffix(path, types[i].suffix))
            return types[i].type;
    return "application/octet-stream";
}

static void
answer_bytes(SoupServerMessage *message, const char *type, GBytes *bytes)
{
    SoupMessageBody *body = soup_server_message_get_response_body(message);
    soup_message_headers_set_content_type(soup_server_message_get_response_headers(message), type,
                                          NULL);
    soup_server_message_set_status(message, SOUP_STATUS_OK, NULL);
    soup_message_body_append_bytes(body, bytes);
}

static GBytes *
ward_now(DashServe *self)
{
    const DashGlbAsk ask = {.with_patient = self->options.with_patient};
    dash_pages_speak(dash_words_language_at(0)->code);
    if (self->options.looked)
        self->options.looked(NULL, self->options.user);
    return dash_glb_ward_write(self->ward, &self->model, 1, &ask, dash_pages_now(self->pages));
}

static void
on_request(SoupServer *soup,
           SoupServerMessage *message,
           const char *path,
           GHashTable *query,
           gpointer user)
{
    DashServe *self = user;
    const char *method = soup_server_message_get_method(message);
    g_autoptr(GBytes) bytes = NULL;
    (void)soup, (void)query;

    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        refuse(self, message, SOUP_STATUS_METHOD_NOT_ALLOWED, "this server is read only\n");
        return;
    }
    if (strcmp(path, "/ward.glb") == 0) {
        bytes = ward_now(self);
        answer_bytes(message, "model/gltf-binary", bytes);
        return;
    }
    if (strcmp(path, "/kit.glb") == 0) {
        answer_bytes(message, "model/gltf-binary", self->kit);
        return;
    }
    /* The parts of the page lie within the program: no path leads anywhere else. */
    const char *name = strcmp(path, "/") == 0 ? "/index.html" : path;
    g_autofree char *inner = g_strconcat(PREFIX, name, NULL);
    if (is_part(name))
        bytes = g_resource_lookup_data(dash_web_get_resource(), inner, G_RESOURCE_LOOKUP_FLAGS_NONE,
                                       NULL);
    if (bytes)
        answer_bytes(message, type_of(name), bytes);
    else
        refuse(self, message, SOUP_STATUS_NOT_FOUND, "there is nothing here\n");
}

/* ---- connections ---- */

static void
on_gone(gpointer user, GObject *connection)
{
    g_hash_table_remove(((DashServe *)user)->open, connection);
}

static gboolean
on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source, gpointer user)
{
    DashServe *self = user;
    g_autoptr(GSocketAddress) here = g_socket_connection_get_local_address(connection, NULL);
    g_autoptr(GSocketAddress) there = g_socket_connection_get_remote_address(connection, NULL);
    (void)service, (void)source;

    if (g_hash_table_size(self->open) >= DASH_SERVE_CONNECTIONS || !here || !there) {
        self->figures.refused++;
        g_io_stream_close(G_IO_STREAM(connection), NULL, NULL);
        return TRUE;
    }
    g_socket_set_timeout(g_socket_connection_get_socket(connection), SOCKET_S);
    if (soup_server_accept_iostream(self->soup, G_IO_STREAM(connection), here, there, NULL)) {
        g_hash_table_add(self->open, connection);
        g_object_weak_ref(G_OBJECT(connection), on_gone, self);
    }
    return TRUE;
}

static gboolean
listen_here(DashServe *self, GError **error)
{
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) address =
        g_inet_socket_address_new(loopback, (guint16)self->options.port);
    g_autoptr(GSocketAddress) bound = NULL;

    self->service = g_socket_service_new();
    if (!g_socket_listener_add_address(G_SOCKET_LISTENER(self->service), address,
                                       G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound,
                                       error)) {
        g_prefix_error(error, "127.0.0.1 port %u: ", self->options.port);
        return FALSE;
    }
    self->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    g_signal_connect(self->service, "incoming", G_CALLBACK(on_incoming), self);
    g_socket_service_start(self->service);
    return TRUE;
}

/* ---- whole ---- */

static void
make_key(char key[DASH_DOOR_KEY_LEN + 1])
{
    uint8_t bytes[DASH_DOOR_KEY_LEN / 2];
    vicu_seal_random(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        g_snprintf(key + 2 * i, 3, "%02x", bytes[i]);
}

DashServe *
dash_serve_new(const DashModel *model, const DashServeOptions *options, GError **error)
{
    g_autoptr(DashServe) self = g_new0(DashServe, 1);

    self->model = model;
    self->options = *options;
    make_key(self->key);
    self->pages = dash_pages_new(model, &self->options, &self->figures);
    self->open = g_hash_table_new(NULL, NULL);
    self->ward = dash_glb_ward_new();
    self->kit = dash_glb_kit_write(self->ward, dash_palette_at(0));
    self->soup = soup_server_new("server-header", "vICU", NULL);
    soup_server_add_early_handler(self->soup, NULL, on_early, self, NULL);
    /* Each path has its own; without this one "/live" would have none. */
    soup_server_add_early_handler(self->soup, "/live", on_early, self, NULL);
    soup_server_add_handler(self->soup, NULL, on_request, self, NULL);
    soup_server_add_websocket_handler(self->soup, "/live", NULL, NULL, on_page, self, NULL);
    if (!listen_here(self, error))
        return NULL;
    self->tick = g_timeout_add(TICK_MS, on_tick, self);
    return g_steal_pointer(&self);
}

void
dash_serve_free(DashServe *self)
{
    if (!self)
        return;
    if (self->tick)
        g_source_remove(self->tick);
    if (self->service) {
        g_socket_service_stop(self->service);
        g_socket_listener_close(G_SOCKET_LISTENER(self->service));
        g_object_unref(self->service);
    }
    dash_pages_free(self->pages);
    if (self->soup)
        soup_server_disconnect(self->soup);
    GHashTableIter iter;
    gpointer connection;
    g_hash_table_iter_init(&iter, self->open);
    while (g_hash_table_iter_next(&iter, &connection, NULL))
        g_object_weak_unref(connection, on_gone, self);
    g_hash_table_unref(self->open);
    g_clear_object(&self->soup);
    dash_glb_ward_free(self->ward);
    g_clear_pointer(&self->kit, g_bytes_unref);
    g_free(self);
}

unsigned
dash_serve_port(const DashServe *self)
{
    return self->port;
}

const char *
dash_serve_key(const DashServe *self)
{
    return self->key;
}

void
dash_serve_figures(const DashServe *self, DashServeFigures *figures)
{
    *figures = self->figures;
    figures->pages = dash_pages_n(self->pages);
    figures->connections = g_hash_table_size(self->open);
}
