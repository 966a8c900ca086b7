/* SPDX-License-Identifier: Apache-2.0 */
#include "common/statement.h"

#include <string.h>

#include <sodium.h>

G_STATIC_ASSERT(VICU_STATEMENT_PUBLIC == crypto_sign_PUBLICKEYBYTES);
G_STATIC_ASSERT(VICU_STATEMENT_SECRET == crypto_sign_SECRETKEYBYTES);

void
vicu_statement_key(uint8_t public_key[VICU_STATEMENT_PUBLIC],
                   uint8_t secret_key[VICU_STATEMENT_SECRET])
{
    g_assert(sodium_init() >= 0);
    crypto_sign_keypair(public_key, secret_key);
}

/* The kind with its zero, and the body. */
static GByteArray *
text_of(const char *kind, const void *body, size_t size)
{
    GByteArray *text = g_byte_array_sized_new((guint)(strlen(kind) + 1 + size));

    g_byte_array_append(text, (const uint8_t *)kind, (guint)strlen(kind) + 1);
    g_byte_array_append(text, body, (guint)size);
    return text;
}

GBytes *
vicu_statement_sign(const char *kind,
                    const ProtobufCMessage *body,
                    const uint8_t secret_key[VICU_STATEMENT_SECRET])
{
    Vicu__PeopleSigned out = VICU__PEOPLE_SIGNED__INIT;
    uint8_t signature[crypto_sign_BYTES];
    gsize size = 0;
    g_autoptr(GBytes) packed = vicu_wire_pack(body);
    const uint8_t *data = g_bytes_get_data(packed, &size);
    g_autoptr(GByteArray) text = text_of(kind, data, size);

    crypto_sign_detached(signature, NULL, text->data, text->len, secret_key);
    out.body.data = (uint8_t *)data;
    out.body.len = size;
    out.signature.data = signature;
    out.signature.len = sizeof signature;
    return vicu_wire_pack(&out.base);
}

GBytes *
vicu_statement_open(const char *kind,
                    const void *signed_data,
                    size_t size,
                    const uint8_t public_key[VICU_STATEMENT_PUBLIC])
{
    if (size == 0 || size > VICU_STATEMENT_MAX)
        return NULL;
    g_autoptr(Vicu__PeopleSigned) in = vicu_wire_unpack_people_signed(signed_data, size, NULL);
    if (in == NULL || in->signature.len != crypto_sign_BYTES)
        return NULL;
    g_autoptr(GByteArray) text = text_of(kind, in->body.data, in->body.len);
    if (crypto_sign_verify_detached(in->signature.data, text->data, text->len, public_key) != 0)
        return NULL;
    return g_bytes_new(in->body.data, in->body.len);
}
