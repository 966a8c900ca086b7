/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/request.h"

#include <string.h>

#include "portal/hologram.h"
#include "portal/tokens.h"

/* Nothing from anywhere else, nothing inline, nothing framed. */
#define POLICY                                                                                     \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src "        \
    "'self'; "                                                                                     \
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "                \
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types vicu"
#define STRICT_TRANSPORT "max-age=31536000"

struct PortalRequest {
    SoupServerMessage *message;
    char *path, *address, *bearer, *origin;
    const char *query;
    bool loopback, held, gone;
    gulong finished;
};

static void
on_finished(SoupServerMessage *message, gpointer user)
{
    (void)message;
    ((PortalRequest *)user)->gone = true;
}

static const char *
header_of(const PortalRequest *self, const char *name)
{
    const char *value =
        soup_message_headers_get_list(soup_server_message_get_request_headers(self->message), name);

    return value != NULL ? value : "";
}

PortalRequest *
portal_request_new(SoupServerMessage *message, const char *path)
{
    PortalRequest *self = g_new0(PortalRequest, 1);
    GSocketAddress *from = soup_server_message_get_remote_address(message);

    self->message = g_object_ref(message);
    self->path = g_strdup(path);
    self->query = g_uri_get_query(soup_server_message_get_uri(message));
    self->finished = g_signal_connect(message, "finished", G_CALLBACK(on_finished), self);
    if (G_IS_INET_SOCKET_ADDRESS(from)) {
        GInetAddress *address = g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(from));
        self->loopback = g_inet_address_get_is_loopback(address);
        self->address = g_inet_address_to_string(address);
    }
    self->bearer = portal_token_of_header(soup_message_headers_get_one(
        soup_server_message_get_request_headers(message), "Authorization"));
    return self;
}

static void
request_free(PortalRequest *self)
{
    g_signal_handler_disconnect(self->message, self->finished);
    g_object_unref(self->message);
    g_free(self->path);
    g_free(self->address);
    g_free(self->bearer);
    g_free(self->origin);
    g_free(self);
}

const char *
portal_request_path(const PortalRequest *self)
{
    return self->path;
}

const char *
portal_request_query(const PortalRequest *self)
{
    return self->query != NULL ? self->query : "";
}

const char *
portal_request_address(const PortalRequest *self)
{
    return self->address != NULL ? self->address : "";
}

const char *
portal_request_bearer(const PortalRequest *self)
{
    return self->bearer;
}

const char *
portal_request_accept_language(const PortalRequest *self)
{
    return header_of(self, "Accept-Language");
}

const char *
portal_request_if_none_match(const PortalRequest *self)
{
    return header_of(self, "If-None-Match");
}

const char *
portal_request_cookies(const PortalRequest *self)
{
    return header_of(self, "Cookie");
}

bool
portal_request_is_post(const PortalRequest *self)
{
    return strcmp(soup_server_message_get_method(self->message), "POST") == 0;
}

bool
portal_request_is_origin(const char *origin, const char *host)
{
    return host != NULL && origin != NULL && g_str_has_prefix(origin, "https://")
           && g_ascii_strcasecmp(origin + strlen("https://"), host) == 0;
}

bool
portal_request_is_own(const PortalRequest *self)
{
    return portal_request_is_origin(header_of(self, "Origin"), header_of(self, "Host"));
}

const char *
portal_request_origin(PortalRequest *self)
{
    if (self->origin == NULL)
        self->origin = g_strconcat("https://", header_of(self, "Host"), NULL);
    return self->origin;
}

GBytes *
portal_request_body(PortalRequest *self)
{
    return soup_message_body_flatten(soup_server_message_get_request_body(self->message));
}

bool
portal_request_is_loopback(const PortalRequest *self)
{
    return self->loopback;
}

void
portal_request_header(PortalRequest *self, const char *name, const char *value)
{
    soup_message_headers_replace(soup_server_message_get_response_headers(self->message), name,
                                 value);
}

void
portal_request_hologram(PortalRequest *self)
{
    portal_hologram_guard(soup_server_message_get_response_headers(self->message));
}

void
portal_request_add_header(PortalRequest *self, const char *name, const char *value)
{
    soup_message_headers_append(soup_server_message_get_response_headers(self->message), name,
                                value);
}

void
portal_request_hold(PortalRequest *self)
{
    self->held = true;
    soup_server_message_pause(self->message);
}

bool
portal_request_is_gone(const PortalRequest *self)
{
    return self->gone;
}

void
portal_request_answer(PortalRequest *self, unsigned status, const char *type, GBytes *body)
{
    if (!self->gone) {
        SoupMessageHeaders *headers = soup_server_message_get_response_headers(self->message);
        soup_server_message_set_status(self->message, status, NULL);
        if (body != NULL) {
            soup_message_headers_set_content_type(headers, type, NULL);
            soup_message_body_append_bytes(soup_server_message_get_response_body(self->message),
                                           body);
        }
        if (self->held)
            soup_server_message_unpause(self->message);
    }
    request_free(self);
}

void
portal_request_answer_text(PortalRequest *self, unsigned status, const char *text)
{
    g_autoptr(GBytes) body = g_bytes_new(text, strlen(text));

    portal_request_answer(self, status, "text/plain; charset=utf-8", body);
}

void
portal_request_guard(SoupMessageHeaders *headers, const char *host)
{
    soup_message_headers_replace(headers, "Content-Security-Policy", POLICY);
    soup_message_headers_replace(headers, "X-Content-Type-Options", "nosniff");
    soup_message_headers_replace(headers, "Referrer-Policy", "no-referrer");
    soup_message_headers_replace(headers, "Cross-Origin-Opener-Policy", "same-origin");
    soup_message_headers_replace(headers, "Cross-Origin-Resource-Policy", "same-origin");
    soup_message_headers_replace(headers, "Cross-Origin-Embedder-Policy", "require-corp");
    soup_message_headers_replace(headers, "Permissions-Policy",
                                 "camera=(), microphone=(), geolocation=(), payment=(), usb=(), "
                                 "screen-wake-lock=(self)");
    soup_message_headers_replace(headers, "Cache-Control", "no-store");
    /* It would hold for every server of that name, other ports included: not for a name that means
     * whichever machine one sits at. */
    if (host != NULL && !g_str_has_prefix(host, "localhost"))
        soup_message_headers_replace(headers, "Strict-Transport-Security", STRICT_TRANSPORT);
}
