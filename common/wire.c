/* SPDX-License-Identifier: Apache-2.0 */
#include "common/wire.h"

#include <stdbool.h>
#include <string.h>

#include "common/error.h"

size_t
vicu_envelope_pack(const VicuEnvelope *envelope, uint8_t out[VICU_ENVELOPE_MAX])
{
    Vicu__Envelope message = VICU__ENVELOPE__INIT;

    message.version = VICU_WIRE_MAJOR * 1000 + VICU_WIRE_MINOR;
    message.kind = envelope->kind;
    message.sender.data = (uint8_t *)envelope->sender.bytes;
    message.sender.len = sizeof envelope->sender.bytes;
    message.epoch = envelope->epoch;
    message.sequence = envelope->sequence;
    message.t_us = envelope->t_us;
    message.number = envelope->number;
    message.fence = envelope->fence;
    g_assert(protobuf_c_message_get_packed_size(&message.base) <= VICU_ENVELOPE_MAX);
    return protobuf_c_message_pack(&message.base, out);
}

gboolean
vicu_envelope_unpack(const void *data, size_t size, VicuEnvelope *envelope, GError **error)
{
    Vicu__Envelope *message = NULL;
    gboolean ok = FALSE;

    if (size <= 4 * VICU_ENVELOPE_MAX) /* room for fields of a later minor version */
        message = (Vicu__Envelope *)protobuf_c_message_unpack(&vicu__envelope__descriptor, NULL,
                                                              size, data);
    if (message == NULL) {
        g_set_error(
            error, VICU_ERROR, VICU_ERROR_WIRE,
            "envelope of %zu bytes cannot be read: expected a vicu.Envelope of at most %d bytes",
            size, 4 * VICU_ENVELOPE_MAX);
        return FALSE;
    }
    if (message->version / 1000 != VICU_WIRE_MAJOR) {
        g_set_error(
            error, VICU_ERROR, VICU_ERROR_VERSION,
            "message of wire version %u.%u: this program speaks %d.x; update the older side",
            message->version / 1000, message->version % 1000, VICU_WIRE_MAJOR);
    } else if (message->sender.len != VICU_FINGERPRINT_SIZE) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_WIRE,
                    "envelope names a sender of %zu bytes: expected %d", message->sender.len,
                    VICU_FINGERPRINT_SIZE);
    } else {
        envelope->kind = message->kind;
        memcpy(envelope->sender.bytes, message->sender.data, VICU_FINGERPRINT_SIZE);
        envelope->epoch = message->epoch;
        envelope->sequence = message->sequence;
        envelope->t_us = message->t_us;
        envelope->number = message->number;
        envelope->fence = message->fence;
        ok = TRUE;
    }
    protobuf_c_message_free_unpacked(&message->base, NULL);
    return ok;
}

size_t
vicu_whole_pack_head(const VicuEnvelope *envelope, uint8_t out[VICU_WHOLE_HEAD_MAX])
{
    size_t size = vicu_envelope_pack(envelope, out + 2), padded = (size + 2 + 7) & ~(size_t)7;

    out[0] = (uint8_t)(size & 0xff);
    out[1] = (uint8_t)(size >> 8);
    memset(out + 2 + size, 0, padded - size - 2);
    return padded;
}

gboolean
vicu_whole_unpack(
    const void *data, size_t size, VicuEnvelope *envelope, VicuPart *body, GError **error)
{
    const uint8_t *at = data;
    size_t head = size < 2 ? 0 : (size_t)at[0] | (size_t)at[1] << 8,
           padded = (head + 2 + 7) & ~(size_t)7;

    if (head == 0 || padded > size) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_WIRE,
                    "message of %zu bytes says that its envelope has %zu: it ends before", size,
                    head);
        return FALSE;
    }
    *body = (VicuPart){at + padded, size - padded};
    return vicu_envelope_unpack(at + 2, head, envelope, error);
}

size_t
vicu_wire_packed_size(const ProtobufCMessage *message)
{
    return protobuf_c_message_get_packed_size(message);
}

GBytes *
vicu_wire_pack(const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *data = g_malloc(MAX(size, 1));

    protobuf_c_message_pack(message, data);
    return g_bytes_new_take(data, size);
}

void
vicu_wire_append(const ProtobufCMessage *message, GByteArray *out)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    guint before = out->len;

    g_byte_array_set_size(out, before + (guint)size);
    protobuf_c_message_pack(message, out->data + before);
}

/* Field number 0 is in no schema. The runtime reads it where its tag is longer than it need be, and
 * packs it so that it cannot be read again. */
static bool
has_field_0(const ProtobufCMessage *message)
{
    for (unsigned i = 0; i < message->n_unknown_fields; i++)
        if (message->unknown_fields[i].tag == 0)
            return true;
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        const char *value = (const char *)message + field->offset;
        const char *quantity = (const char *)message + field->quantifier_offset;
        if (field->type != PROTOBUF_C_TYPE_MESSAGE
            || ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0
                && *(const uint32_t *)(const void *)quantity != field->id))
            continue;
        bool many = field->label == PROTOBUF_C_LABEL_REPEATED;
        size_t n = many ? *(const size_t *)(const void *)quantity : 1;
        ProtobufCMessage *const *inner =
            many ? *(ProtobufCMessage *const *const *)(const void *)value
                 : (ProtobufCMessage *const *)(const void *)value;
        for (size_t k = 0; k < n; k++)
            if (inner[k] != NULL && has_field_0(inner[k]))
                return true;
    }
    return false;
}

void *
vicu_wire_unpack(const ProtobufCMessageDescriptor *type,
                 const void *data,
                 size_t size,
                 GError **error)
{
    if (size > VICU_WIRE_MAX) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_WIRE, "%s of %zu bytes is larger than %u bytes",
                    type->name, size, VICU_WIRE_MAX);
        return NULL;
    }
    ProtobufCMessage *message = protobuf_c_message_unpack(type, NULL, size, data);
    if (message == NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_WIRE, "body of %zu bytes cannot be read as %s",
                    size, type->name);
    } else if (has_field_0(message)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_WIRE,
                    "body of %zu bytes has a field of number 0, which %s cannot have", size,
                    type->name);
        protobuf_c_message_free_unpacked(message, NULL);
        message = NULL;
    }
    return message;
}

void
vicu_wire_free(void *message)
{
    if (message != NULL)
        protobuf_c_message_free_unpacked(message, NULL);
}

void *
vicu_wire_copy(const ProtobufCMessage *message)
{
    g_autoptr(GBytes) packed = vicu_wire_pack(message);
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);
    void *copy = protobuf_c_message_unpack(message->descriptor, NULL, size, data);

    g_assert(copy != NULL);
    return copy;
}

void
vicu_wire_set_text(char **at, const char *value)
{
    char *copy = g_strdup(value);

    if (*at != protobuf_c_empty_string)
        g_free(*at);
    *at = copy;
}

char *
vicu_fingerprint_format(const VicuFingerprint *fingerprint)
{
    GString *text = g_string_sized_new(2 * VICU_FINGERPRINT_SIZE);

    for (size_t i = 0; i < VICU_FINGERPRINT_SIZE; i++)
        g_string_append_printf(text, "%02x", fingerprint->bytes[i]);
    return g_string_free(text, FALSE);
}
