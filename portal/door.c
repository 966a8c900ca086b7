/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/door.h"

#include "common/error.h"

#define BACKLOG 512

struct PortalDoor {
    GSocket *socket;
    GSource *incoming; /* NULL: it rests */
    guint rest;
    PortalDoorFunc func;
    gpointer user;
};

static void watch(PortalDoor *self);

static gboolean
on_rested(gpointer user)
{
    PortalDoor *self = user;

    self->rest = 0;
    watch(self);
    return G_SOURCE_REMOVE;
}

static gboolean
on_incoming(GSocket *socket, GIOCondition condition, gpointer user)
{
    PortalDoor *self = user;
    (void)condition;

    for (unsigned i = 0; i < PORTAL_DOOR_AT_ONCE; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GSocket) one = g_socket_accept(socket, NULL, &error);
        if (one == NULL && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
            break;
        if (one == NULL) { /* it stays readable: not at each look */
            self->rest = g_timeout_add(PORTAL_DOOR_REST_MS, on_rested, self);
            g_clear_pointer(&self->incoming, g_source_unref);
            return G_SOURCE_REMOVE;
        }
        g_autoptr(GSocketConnection) tcp = g_socket_connection_factory_create_connection(one);
        self->func(tcp, self->user);
    }
    return G_SOURCE_CONTINUE;
}

static void
watch(PortalDoor *self)
{
    self->incoming = g_socket_create_source(self->socket, G_IO_IN, NULL);
    g_source_set_callback(self->incoming, G_SOURCE_FUNC(on_incoming), self, NULL);
    g_source_attach(self->incoming, NULL);
}

static GSocket *
listen_at(GSocketAddress *address, GError **error)
{
    g_autoptr(GSocket) socket = g_socket_new(g_socket_address_get_family(address),
                                             G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

    if (socket == NULL)
        return NULL;
    g_socket_set_blocking(socket, FALSE);
    g_socket_set_listen_backlog(socket, BACKLOG);
    return g_socket_bind(socket, address, TRUE, error) && g_socket_listen(socket, error)
               ? g_steal_pointer(&socket)
               : NULL;
}

PortalDoor *
portal_door_new(
    const char *address, unsigned port, PortalDoorFunc func, gpointer user, GError **error)
{
    g_autoptr(GSocketAddress) at = g_inet_socket_address_new_from_string(address, port);

    if (at == NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "[listen] address = %s is not an IP address in figures", address);
        return NULL;
    }
    GSocket *socket = listen_at(at, error);
    if (socket == NULL) {
        g_prefix_error(error, "%s:%u: ", address, port);
        return NULL;
    }
    PortalDoor *self = g_new0(PortalDoor, 1);
    self->socket = socket;
    self->func = func;
    self->user = user;
    watch(self);
    return self;
}

void
portal_door_free(PortalDoor *self)
{
    if (self == NULL)
        return;
    if (self->rest != 0)
        g_source_remove(self->rest);
    if (self->incoming != NULL) {
        g_source_destroy(self->incoming);
        g_source_unref(self->incoming);
    }
    g_socket_close(self->socket, NULL);
    g_object_unref(self->socket);
    g_free(self);
}

unsigned
portal_door_port(const PortalDoor *self)
{
    g_autoptr(GSocketAddress) bound = g_socket_get_local_address(self->socket, NULL);

    return bound != NULL ? g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound)) : 0;
}
