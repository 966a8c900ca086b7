/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/health.h"

#include <string.h>

#include "common/clock.h"

#define ASK_MS 2000
#define HWM    16
#define SUFFIX "-status.ipc"

typedef struct {
    char *process;
    VicuSocket *socket;
    Vicu__Status *status;
    int64_t heard_us; /* boot */
} Peer;

struct PortalHealth {
    VicuContext *context;
    const VicuRoot *root;
    GPtrArray *peers;
    guint timer;
};

static void
peer_free(gpointer data)
{
    Peer *peer = data;

    vicu_socket_free(peer->socket);
    vicu_wire_free(peer->status);
    g_free(peer->process);
    g_free(peer);
}

static void
on_status(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    Peer *peer = user;

    (void)socket;
    if (message->envelope.kind != VICU__KIND__KIND_STATUS)
        return;
    Vicu__Status *status = vicu_wire_unpack_status(message->body.data, message->body.size, NULL);
    if (status == NULL)
        return;
    vicu_wire_free(peer->status);
    peer->status = status;
    peer->heard_us = vicu_clock_boot_us();
}

static void
on_peer(VicuSocket *socket, VicuPeerEvent event, gpointer user)
{
    (void)user;
    if (event == VICU_PEER_CONNECTED)
        vicu_socket_send_message(socket, NULL, VICU__KIND__KIND_STATUS_ASK, NULL);
}

static bool
is_known(const PortalHealth *self, const char *process)
{
    for (guint i = 0; i < self->peers->len; i++)
        if (strcmp(((Peer *)self->peers->pdata[i])->process, process) == 0)
            return true;
    return false;
}

static void
meet(PortalHealth *self, const char *process)
{
    const VicuSocketOptions options = {VICU_SOCKET_DEALER, "", HWM, HWM};
    g_autofree char *name = g_strdup_printf("%s-status", process);
    g_autofree char *endpoint = vicu_root_endpoint(self->root, name);
    VicuSocket *socket = vicu_socket_new(self->context, &options, NULL);

    if (socket == NULL || !vicu_socket_connect(socket, endpoint, process, NULL)) {
        vicu_socket_free(socket);
        return;
    }
    Peer *peer = g_new0(Peer, 1);
    peer->process = g_strdup(process);
    peer->socket = socket;
    g_ptr_array_add(self->peers, peer);
    vicu_socket_listen(socket, on_status, on_peer, peer);
}

static gint
by_name(gconstpointer a, gconstpointer b)
{
    const Peer *const *x = a, *const *y = b;

    return strcmp((*x)->process, (*y)->process);
}

/* Each has a status socket in the run folder; one that died leaves it there. */
static void
look_for_more(PortalHealth *self)
{
    g_autoptr(GDir) dir = g_dir_open(self->root->run, 0, NULL);
    const char *file = NULL;
    guint before = self->peers->len;

    while (dir != NULL && self->peers->len < PORTAL_HEALTH_MAX
           && (file = g_dir_read_name(dir)) != NULL) {
        if (!g_str_has_suffix(file, SUFFIX))
            continue;
        g_autofree char *process = g_strndup(file, strlen(file) - strlen(SUFFIX));
        if (!is_known(self, process))
            meet(self, process);
    }
    if (self->peers->len > before)
        g_ptr_array_sort(self->peers, by_name);
}

static gboolean
on_timer(gpointer user)
{
    PortalHealth *self = user;

    look_for_more(self);
    for (guint i = 0; i < self->peers->len; i++)
        vicu_socket_send_message(((Peer *)self->peers->pdata[i])->socket, NULL,
                                 VICU__KIND__KIND_STATUS_ASK, NULL);
    return G_SOURCE_CONTINUE;
}

PortalHealth *
portal_health_new(VicuContext *context, const VicuRoot *root)
{
    PortalHealth *self = g_new0(PortalHealth, 1);

    self->context = context;
    self->root = root;
    self->peers = g_ptr_array_new_with_free_func(peer_free);
    self->timer = g_timeout_add(ASK_MS, on_timer, self);
    look_for_more(self);
    return self;
}

void
portal_health_free(PortalHealth *self)
{
    if (self == NULL)
        return;
    g_source_remove(self->timer);
    g_ptr_array_unref(self->peers);
    g_free(self);
}

static bool
is_silent(const Peer *peer, int64_t boot_us)
{
    return peer->status == NULL || boot_us - peer->heard_us > PORTAL_HEALTH_SILENT_US;
}

size_t
portal_health_rows(const PortalHealth *self,
                   PortalHealthRow rows[PORTAL_HEALTH_MAX],
                   int64_t boot_us)
{
    for (guint i = 0; i < self->peers->len; i++) {
        const Peer *peer = self->peers->pdata[i];
        rows[i] = (PortalHealthRow){
            .process = peer->process,
            .status = peer->status,
            .age_us = peer->status != NULL ? boot_us - peer->heard_us : -1,
            .silent = is_silent(peer, boot_us),
        };
    }
    return self->peers->len;
}

bool
portal_health_hears(const PortalHealth *self, const char *process, int64_t boot_us)
{
    for (guint i = 0; i < self->peers->len; i++) {
        const Peer *peer = self->peers->pdata[i];
        if (strcmp(peer->process, process) == 0)
            return !is_silent(peer, boot_us);
    }
    return false;
}
