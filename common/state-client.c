/* SPDX-License-Identifier: Apache-2.0 */
#include "common/state-client.h"

#include "common/clock.h"
#include "common/state-wire.h"
#include "common/state.h"

#define STATE_HWM 1024
#define TICK_MS   100

struct VicuStateClient {
    VicuStateClientOps ops;
    gpointer user;
    VicuSocket *socket;
    VicuStateSubscriber *subscriber;
    GSource *timer;
    VicuEnvelope unsent; /* a question that came before its peer did */
    GBytes *unsent_body; /* NULL: none */
};

static bool
on_send(const VicuStateMessage *message, gpointer user)
{
    VicuStateClient *self = user;
    VicuEnvelope envelope;
    g_autoptr(GBytes) body = vicu_state_wire_pack(message, &envelope);
    gsize size = 0;
    const void *data = g_bytes_get_data(body, &size);

    vicu_socket_stamp(self->socket, &envelope);
    if (vicu_socket_send(self->socket, NULL, &envelope, data != NULL ? data : "", size)
        == VICU_SEND_OK)
        return true;
    if (message->kind == VICU__KIND__KIND_STATE_SUBSCRIBE) {
        g_clear_pointer(&self->unsent_body, g_bytes_unref);
        self->unsent_body = g_steal_pointer(&body);
        self->unsent = envelope;
    }
    return false;
}

/* The machine asks again after a second; a command line has no second to lose. */
static void
on_peer(VicuSocket *socket, VicuPeerEvent event, gpointer user)
{
    VicuStateClient *self = user;
    g_autoptr(GBytes) body = NULL;
    gsize size = 0;

    if (event != VICU_PEER_CONNECTED || self->unsent_body == NULL)
        return;
    body = g_steal_pointer(&self->unsent_body);
    const void *data = g_bytes_get_data(body, &size);
    vicu_socket_send(socket, NULL, &self->unsent, data != NULL ? data : "", size);
}

static void
on_begin(gpointer user)
{
    VicuStateClient *self = user;

    if (self->ops.begin != NULL)
        self->ops.begin(self->user);
}

static void
on_item(GBytes *packed, gpointer user)
{
    VicuStateClient *self = user;
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);
    g_autoptr(Vicu__StateItem) item = vicu_wire_unpack_state_item(data, size, NULL);

    if (item != NULL && self->ops.item != NULL)
        self->ops.item(item, self->user);
}

static void
on_level(uint64_t sequence, gpointer user)
{
    VicuStateClient *self = user;
    (void)sequence;

    if (self->ops.level != NULL)
        self->ops.level(self->user);
}

static void
on_beat(int64_t watermark_us, bool catching_up, gpointer user)
{
    VicuStateClient *self = user;

    if (self->ops.beat != NULL)
        self->ops.beat(watermark_us, catching_up, self->user);
}

static void
on_watch(VicuWatchLevel level, gpointer user)
{
    VicuStateClient *self = user;

    if (self->ops.watch != NULL)
        self->ops.watch(level, self->user);
}

static void
on_result(const char *key, GBytes *packed, gpointer user)
{
    VicuStateClient *self = user;
    g_autoptr(Vicu__CommandResult) result = NULL;

    if (self->ops.result == NULL)
        return;
    if (packed != NULL) {
        gsize size = 0;
        const void *data = g_bytes_get_data(packed, &size);
        result = vicu_wire_unpack_command_result(data, size, NULL);
    }
    self->ops.result(key, result, self->user);
}

static void
on_view(const char *account, uint32_t untold, const char *refused, gpointer user)
{
    VicuStateClient *self = user;

    if (self->ops.view != NULL)
        self->ops.view(account, untold, refused, self->user);
}

static void
on_message(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    VicuStateClient *self = user;
    VicuStateWire wire;
    (void)socket;

    if (!vicu_state_wire_unpack(&wire, &message->envelope, message->body.data, message->body.size))
        return;
    vicu_state_subscriber_receive(self->subscriber, &wire.message, vicu_clock_boot_us());
    vicu_state_wire_clear(&wire);
}

static gboolean
on_tick(gpointer user)
{
    VicuStateClient *self = user;

    vicu_state_subscriber_tick(self->subscriber, vicu_clock_boot_us());
    return G_SOURCE_CONTINUE;
}

VicuStateClient *
vicu_state_client_new(VicuContext *context,
                      const VicuRoot *root,
                      const char *socket_name,
                      const char *owner,
                      const char *own_name,
                      const Vicu__Subject *subjects,
                      size_t n_subjects,
                      const VicuStateClientOps *ops,
                      gpointer user,
                      GError **error)
{
    static const VicuStateSubscriberOps machine_ops = {on_send, on_begin, on_item,   on_level,
                                                       on_beat, on_watch, on_result, on_view};
    VicuSocketOptions options = {VICU_SOCKET_DEALER, "state", STATE_HWM, STATE_HWM};
    g_autoptr(VicuStateClient) self = g_new0(VicuStateClient, 1);
    g_autofree char *endpoint = vicu_root_endpoint(root, socket_name);

    self->ops = *ops;
    self->user = user;
    self->socket = vicu_socket_new(context, &options, error);
    if (self->socket == NULL
        || !vicu_socket_connect(self->socket, endpoint, vicu_root_server(root, owner), error))
        return NULL;
    self->subscriber = vicu_state_subscriber_new(own_name, subjects, n_subjects, &machine_ops, self,
                                                 vicu_clock_boot_us());
    vicu_socket_listen(self->socket, on_message, on_peer, self);
    self->timer = g_timeout_source_new(TICK_MS);
    g_source_set_callback(self->timer, on_tick, self, NULL);
    g_source_attach(self->timer, vicu_context_main(context));
    return g_steal_pointer(&self);
}

void
vicu_state_client_free(VicuStateClient *self)
{
    if (self == NULL)
        return;
    if (self->timer != NULL) {
        g_source_destroy(self->timer);
        g_source_unref(self->timer);
    }
    vicu_socket_free(self->socket);
    g_clear_pointer(&self->unsent_body, g_bytes_unref);
    g_clear_pointer(&self->subscriber, vicu_state_subscriber_free);
    g_free(self);
}

void
vicu_state_client_proof(VicuStateClient *self, GBytes *proof)
{
    vicu_state_subscriber_proof(self->subscriber, proof, vicu_clock_boot_us());
}

bool
vicu_state_client_is_level(const VicuStateClient *self)
{
    return vicu_state_subscriber_is_level(self->subscriber);
}

VicuWatchLevel
vicu_state_client_watch(const VicuStateClient *self)
{
    return vicu_state_subscriber_watch(self->subscriber);
}

char *
vicu_state_client_command(VicuStateClient *self, Vicu__Command *command)
{
    char *key = g_uuid_string_random();

    command->key = key;
    g_autoptr(GBytes) packed = vicu_wire_pack(&command->base);
    vicu_state_subscriber_command(self->subscriber, key, packed, vicu_clock_boot_us());
    command->key = NULL;
    return key;
}
