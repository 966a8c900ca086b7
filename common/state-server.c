/* SPDX-License-Identifier: Apache-2.0 */
#include "common/state-server.h"

#include <string.h>

#include "common/clock.h"
#include "common/state-wire.h"

#define STATE_HWM       4096
#define TICK_MS         100
#define MAX_SUBSCRIBERS 256

struct VicuStateServer {
    VicuStateServerCommand command;
    gpointer user;
    VicuSocket *socket;
    VicuStateOwner *owner;
    int64_t watermark_us;
    bool catching_up;
    guint timer;
    const VicuPeople *people; /* NULL: proofs are not looked at */
    const char *peer;         /* name of the key whose message is being taken */
    GPtrArray *gone;          /* routes whose peer has left; forgotten at the next tick */
};

static bool
on_send(GBytes *route_bytes, const VicuStateMessage *message, gpointer user)
{
    VicuStateServer *self = user;
    VicuEnvelope envelope;
    VicuRoute route;
    gsize size = 0;
    g_autoptr(GBytes) body = vicu_state_wire_pack(message, &envelope);
    const void *id = g_bytes_get_data(route_bytes, &size);

    route.size = (uint8_t)size;
    memcpy(route.id, id, size);
    const void *data = g_bytes_get_data(body, &size);
    vicu_socket_stamp(self->socket, &envelope);
    VicuSendFate fate =
        vicu_socket_send(self->socket, &route, &envelope, data != NULL ? data : "", size);
    if (fate == VICU_SEND_GONE)
        g_ptr_array_add(self->gone, g_bytes_ref(route_bytes));
    return fate != VICU_SEND_FULL;
}

static void
refuse(VicuStateServer *self, GBytes *route, const char *key)
{
    Vicu__CommandResult result = VICU__COMMAND_RESULT__INIT;

    if (key == NULL)
        return;
    result.key = (char *)key;
    result.text =
        (char *)"the command was not acted on: its key is empty, longer than 128 bytes or "
                "was used for another command, or too many commands wait; ask again with "
                "a new key";
    result.detail = (char *)"";
    g_autoptr(GBytes) packed = vicu_wire_pack(&result.base);
    vicu_state_owner_refuse(self->owner, route, key, packed);
}

static void
take_command(VicuStateServer *self,
             GBytes *route,
             const VicuStateWire *wire,
             const VicuMessage *message)
{
    VicuStateFate fate =
        vicu_state_owner_command(self->owner, route, &wire->message, vicu_clock_boot_us());

    if (fate == VICU_STATE_ACT)
        self->command(wire->body, wire->command, message->peer, message->role, self->user);
    else if (fate == VICU_STATE_REFUSED)
        refuse(self, route, wire->message.key);
}

/* ---- for whom ---- */

static VicuStateView *
judge(const VicuStateServer *self, GBytes *proof, const char *key)
{
    int64_t now_us = vicu_clock_utc_us();
    ProtobufCBinaryData data = {0};
    const char *why = NULL;

    data.data = (uint8_t *)g_bytes_get_data(proof, &data.len);
    g_autoptr(Vicu__PeopleStatement) who =
        vicu_people_check(self->people, &data, key, now_us, vicu_clock_boot_us(), &why);
    return vicu_state_view_new(who, why, proof, key, now_us);
}

static VicuStateView *
on_view(GBytes *route, GBytes *proof, gpointer user)
{
    const VicuStateServer *self = user;

    (void)route;
    return self->people != NULL ? judge(self, proof, self->peer) : NULL;
}

static VicuStateView *
on_view_again(const VicuStateView *view, gpointer user)
{
    return judge(user, vicu_state_view_proof(view), vicu_state_view_key(view));
}

static char *
on_place(Vicu__Subject subject, const char *key, GBytes *packed, gpointer user)
{
    g_autoptr(Vicu__StateItem) item = NULL;
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);

    (void)user;
    if (vicu_state_place_needs_item(subject))
        item = vicu_wire_unpack_state_item(data, size, NULL);
    return vicu_state_place(subject, key, item);
}

static GBytes *
on_removal(Vicu__Subject subject, const char *key, gpointer user)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;

    (void)user;
    item.subject = subject;
    item.key = (char *)key;
    item.removed = true;
    return vicu_wire_pack(&item.base);
}

static void
take_question(VicuStateServer *self,
              GBytes *route,
              const VicuStateWire *wire,
              const VicuMessage *message)
{
    self->peer = message->peer;
    vicu_state_owner_receive(self->owner, route, &wire->message, vicu_clock_boot_us());
    self->peer = NULL;
}

static void
on_message(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    VicuStateServer *self = user;
    VicuStateWire wire;
    (void)socket;

    if (!vicu_state_wire_unpack(&wire, &message->envelope, message->body.data, message->body.size))
        return;
    g_autoptr(GBytes) route = g_bytes_new(message->route.id, message->route.size);
    if (wire.message.kind == VICU__KIND__KIND_STATE_COMMAND)
        take_command(self, route, &wire, message);
    else
        take_question(self, route, &wire, message);
    vicu_state_wire_clear(&wire);
}

static gboolean
on_tick(gpointer user)
{
    VicuStateServer *self = user;

    vicu_state_owner_tick(self->owner, self->watermark_us, self->catching_up, vicu_clock_boot_us());
    for (guint i = 0; i < self->gone->len; i++)
        vicu_state_owner_forget(self->owner, self->gone->pdata[i]);
    g_ptr_array_set_size(self->gone, 0);
    return G_SOURCE_CONTINUE;
}

VicuStateServer *
vicu_state_server_new(VicuDaemon *daemon,
                      const char *socket_name,
                      uint64_t incarnation,
                      VicuStateServerCommand command,
                      gpointer user,
                      GError **error)
{
    static const VicuStateOwnerOps machine_ops = {on_send, on_view, on_view_again, on_place,
                                                  on_removal};
    VicuSocketOptions options = {VICU_SOCKET_ROUTER, "state", STATE_HWM, STATE_HWM};
    g_autoptr(VicuStateServer) self = g_new0(VicuStateServer, 1);
    g_autofree char *endpoint = vicu_root_endpoint(vicu_daemon_root(daemon), socket_name);

    self->command = command;
    self->user = user;
    self->gone = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    self->owner = vicu_state_owner_new(incarnation, MAX_SUBSCRIBERS, &machine_ops, self);
    self->socket = vicu_socket_new(vicu_daemon_context(daemon), &options, error);
    if (self->socket == NULL || !vicu_socket_bind(self->socket, endpoint, error))
        return NULL;
    vicu_socket_listen(self->socket, on_message, NULL, self);
    vicu_daemon_endpoint(daemon, socket_name, endpoint);
    self->timer = g_timeout_add(TICK_MS, on_tick, self);
    return g_steal_pointer(&self);
}

void
vicu_state_server_free(VicuStateServer *self)
{
    if (self == NULL)
        return;
    if (self->timer != 0)
        g_source_remove(self->timer);
    vicu_socket_free(self->socket);
    g_clear_pointer(&self->owner, vicu_state_owner_free);
    g_clear_pointer(&self->gone, g_ptr_array_unref);
    g_free(self);
}

void
vicu_state_server_people(VicuStateServer *self, const VicuPeople *people)
{
    self->people = people;
}

void
vicu_state_server_put(VicuStateServer *self, const Vicu__StateItem *item)
{
    g_autoptr(GBytes) packed = vicu_wire_pack(&item->base);

    if (item->removed)
        vicu_state_owner_remove(self->owner, item->subject, item->key, packed);
    else
        vicu_state_owner_set(self->owner, item->subject, item->key, packed);
}

void
vicu_state_server_flush(VicuStateServer *self)
{
    vicu_state_owner_flush(self->owner, vicu_clock_boot_us());
}

void
vicu_state_server_level(VicuStateServer *self, int64_t watermark_us, bool catching_up)
{
    self->watermark_us = watermark_us;
    self->catching_up = catching_up;
}

void
vicu_state_server_answer(
    VicuStateServer *self, const char *key, bool ok, const char *text, const char *detail)
{
    Vicu__CommandResult result = VICU__COMMAND_RESULT__INIT;

    result.key = (char *)key;
    result.ok = ok;
    result.text = (char *)(text != NULL ? text : "");
    result.detail = (char *)(detail != NULL ? detail : "");
    g_autoptr(GBytes) packed = vicu_wire_pack(&result.base);
    vicu_state_owner_answer(self->owner, key, packed);
}

VicuStateOwner *
vicu_state_server_machine(VicuStateServer *self)
{
    return self->owner;
}
