/* SPDX-License-Identifier: Apache-2.0 */
#include "common/state-wire.h"

#include <string.h>

static bool
unpack_items(VicuStateWire *self, const void *body, size_t size)
{
    Vicu__StateItemsPacked *items = vicu_wire_unpack_state_items_packed(body, size, NULL);

    if (items == NULL)
        return false;
    self->body = items;
    self->items = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (size_t i = 0; i < items->n_item; i++)
        g_ptr_array_add(self->items, g_bytes_new(items->item[i].data, items->item[i].len));
    self->message.items = (GBytes *const *)self->items->pdata;
    self->message.n_items = self->items->len;
    self->message.sequence = items->sequence;
    self->message.last = items->last;
    self->message.after = items->after;
    return true;
}

static bool
unpack_subscribe(VicuStateWire *self, const void *body, size_t size)
{
    Vicu__StateSubscribe *subscribe = vicu_wire_unpack_state_subscribe(body, size, NULL);

    if (subscribe == NULL)
        return false;
    self->body = subscribe;
    self->message.subject = subscribe->subject;
    self->message.n_subject = subscribe->n_subject;
    self->message.incarnation = subscribe->incarnation;
    self->message.sequence = subscribe->sequence;
    self->message.name = subscribe->name;
    if (subscribe->proof.len > 0)
        self->proof = g_bytes_new(subscribe->proof.data, subscribe->proof.len);
    self->message.proof = self->proof;
    return true;
}

static bool
unpack_beat(VicuStateWire *self, const void *body, size_t size)
{
    Vicu__StateBeat *beat = vicu_wire_unpack_state_beat(body, size, NULL);

    if (beat == NULL)
        return false;
    self->body = beat;
    self->message.at = beat->sequence;
    self->message.watermark_us = beat->watermark_us;
    self->message.catching_up = beat->catching_up;
    self->message.account = beat->account;
    self->message.untold = beat->untold;
    self->message.refused = beat->refused;
    return true;
}

static bool
unpack_ack(VicuStateWire *self, const void *body, size_t size)
{
    Vicu__StateAck *ack = vicu_wire_unpack_state_ack(body, size, NULL);

    if (ack == NULL)
        return false;
    self->body = ack;
    self->message.sequence = ack->sequence;
    return true;
}

static bool
unpack_command(VicuStateWire *self, const void *body, size_t size)
{
    Vicu__Command *command = NULL;
    Vicu__CommandResult *result = NULL;

    if (self->message.kind == VICU__KIND__KIND_STATE_COMMAND) {
        self->body = command = vicu_wire_unpack_command(body, size, NULL);
        self->message.key = command != NULL ? command->key : NULL;
    } else {
        self->body = result = vicu_wire_unpack_command_result(body, size, NULL);
        self->message.key = result != NULL ? result->key : NULL;
    }
    if (self->body == NULL)
        return false;
    self->command = g_bytes_new(body, size);
    self->message.body = self->command;
    return true;
}

bool
vicu_state_wire_unpack(VicuStateWire *self,
                       const VicuEnvelope *envelope,
                       const void *body,
                       size_t size)
{
    memset(self, 0, sizeof *self);
    self->message.kind = envelope->kind;
    self->message.incarnation = envelope->epoch;
    self->message.sequence = envelope->sequence;
    if (body == NULL)
        body = "";
    switch ((int)envelope->kind) {
    case VICU__KIND__KIND_STATE_SNAPSHOT:
    case VICU__KIND__KIND_STATE_UPDATE:
        return unpack_items(self, body, size);
    case VICU__KIND__KIND_STATE_SUBSCRIBE:
        return unpack_subscribe(self, body, size);
    case VICU__KIND__KIND_STATE_BEAT:
        return unpack_beat(self, body, size);
    case VICU__KIND__KIND_STATE_ACK:
        return unpack_ack(self, body, size);
    case VICU__KIND__KIND_STATE_COMMAND:
    case VICU__KIND__KIND_STATE_RESULT:
        return unpack_command(self, body, size);
    default:
        return false;
    }
}

void
vicu_state_wire_clear(VicuStateWire *self)
{
    vicu_wire_free(g_steal_pointer(&self->body));
    g_clear_pointer(&self->items, g_ptr_array_unref);
    g_clear_pointer(&self->command, g_bytes_unref);
    g_clear_pointer(&self->proof, g_bytes_unref);
}

static GBytes *
pack_items(const VicuStateMessage *m)
{
    Vicu__StateItemsPacked items = VICU__STATE_ITEMS_PACKED__INIT;
    g_autofree ProtobufCBinaryData *rows = g_new0(ProtobufCBinaryData, m->n_items + 1);

    for (size_t i = 0; i < m->n_items; i++) {
        gsize size = 0;
        rows[i].data = (uint8_t *)g_bytes_get_data(m->items[i], &size);
        rows[i].len = size;
    }
    items.item = rows;
    items.n_item = m->n_items;
    items.sequence = m->sequence;
    items.last = m->last;
    items.after = m->after;
    return vicu_wire_pack(&items.base);
}

static GBytes *
pack_subscribe(const VicuStateMessage *m)
{
    Vicu__StateSubscribe subscribe = VICU__STATE_SUBSCRIBE__INIT;

    subscribe.subject = (Vicu__Subject *)m->subject;
    subscribe.n_subject = m->n_subject;
    subscribe.incarnation = m->incarnation;
    subscribe.sequence = m->sequence;
    subscribe.name = (char *)(m->name != NULL ? m->name : "");
    if (m->proof != NULL)
        subscribe.proof.data = (uint8_t *)g_bytes_get_data(m->proof, &subscribe.proof.len);
    return vicu_wire_pack(&subscribe.base);
}

GBytes *
vicu_state_wire_pack(const VicuStateMessage *message, VicuEnvelope *envelope)
{
    memset(envelope, 0, sizeof *envelope);
    envelope->kind = message->kind;
    envelope->epoch = message->incarnation;
    envelope->sequence = message->sequence;
    switch ((int)message->kind) {
    case VICU__KIND__KIND_STATE_SNAPSHOT:
    case VICU__KIND__KIND_STATE_UPDATE:
        return pack_items(message);
    case VICU__KIND__KIND_STATE_SUBSCRIBE:
        return pack_subscribe(message);
    case VICU__KIND__KIND_STATE_BEAT: {
        Vicu__StateBeat beat = VICU__STATE_BEAT__INIT;
        beat.sequence = message->at;
        beat.watermark_us = message->watermark_us;
        beat.catching_up = message->catching_up;
        beat.account = (char *)(message->account != NULL ? message->account : "");
        beat.untold = message->untold;
        beat.refused = (char *)(message->refused != NULL ? message->refused : "");
        return vicu_wire_pack(&beat.base);
    }
    case VICU__KIND__KIND_STATE_ACK: {
        Vicu__StateAck ack = VICU__STATE_ACK__INIT;
        ack.sequence = message->sequence;
        return vicu_wire_pack(&ack.base);
    }
    case VICU__KIND__KIND_STATE_COMMAND:
    case VICU__KIND__KIND_STATE_RESULT:
        return g_bytes_ref(message->body);
    default:
        g_assert_not_reached();
    }
}
