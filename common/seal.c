/* SPDX-License-Identifier: Apache-2.0 */
#include "common/seal.h"

#include <sodium.h>

G_STATIC_ASSERT(sizeof(VicuSealHash) >= sizeof(crypto_generichash_state));
G_STATIC_ASSERT(VICU_SEAL_KEY == crypto_stream_xchacha20_KEYBYTES);
G_STATIC_ASSERT(VICU_SEAL_NONCE == crypto_stream_xchacha20_NONCEBYTES);
G_STATIC_ASSERT(VICU_SEAL_HASH == crypto_generichash_BYTES_MAX);
G_STATIC_ASSERT(VICU_SEAL_SHA256 == crypto_hash_sha256_BYTES);
G_STATIC_ASSERT(VICU_SEAL_SEED == crypto_sign_SEEDBYTES);
G_STATIC_ASSERT(VICU_SEAL_PUBLIC == crypto_sign_PUBLICKEYBYTES);
G_STATIC_ASSERT(VICU_SEAL_SECRET == crypto_sign_SECRETKEYBYTES);
G_STATIC_ASSERT(VICU_SEAL_SIGNATURE == crypto_sign_BYTES);

/* Without it there is no source of random bytes, and nothing may be sealed. */
static void
need(void)
{
    static gsize once = 0;

    if (g_once_init_enter(&once)) {
        int status = sodium_init();
        g_assert(status >= 0);
        g_once_init_leave(&once, 1);
    }
}

void
vicu_seal_random(void *out, size_t size)
{
    need();
    randombytes_buf(out, size);
}

void
vicu_seal_hash_init(VicuSealHash *self, const uint8_t *key, size_t size)
{
    need();
    g_assert(size >= crypto_generichash_BYTES_MIN && size <= crypto_generichash_BYTES_MAX);
    crypto_generichash_init((void *)self->opaque, key, key != NULL ? VICU_SEAL_KEY : 0, size);
}

void
vicu_seal_hash_add(VicuSealHash *self, const void *data, size_t size)
{
    crypto_generichash_update((void *)self->opaque, data, size);
}

void
vicu_seal_hash_end(VicuSealHash *self, uint8_t *out, size_t size)
{
    crypto_generichash_final((void *)self->opaque, out, size);
    sodium_memzero(self, sizeof *self);
}

void
vicu_seal_xor(uint8_t *out,
              const uint8_t *in,
              size_t size,
              const uint8_t nonce[VICU_SEAL_NONCE],
              const uint8_t key[VICU_SEAL_KEY])
{
    need();
    crypto_stream_xchacha20_xor(out, in, size, nonce, key);
}

void
vicu_seal_sha256(uint8_t out[VICU_SEAL_SHA256], const VicuSealPart *parts, size_t n)
{
    crypto_hash_sha256_state state;

    crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < n; i++)
        crypto_hash_sha256_update(&state, parts[i].data, parts[i].size);
    crypto_hash_sha256_final(&state, out);
}

void
vicu_seal_signer(const uint8_t seed[VICU_SEAL_SEED],
                 uint8_t public_key[VICU_SEAL_PUBLIC],
                 uint8_t secret[VICU_SEAL_SECRET])
{
    need();
    crypto_sign_seed_keypair(public_key, secret, seed);
}

void
vicu_seal_sign(uint8_t out[VICU_SEAL_SIGNATURE],
               const void *text,
               size_t size,
               const uint8_t secret[VICU_SEAL_SECRET])
{
    need();
    crypto_sign_detached(out, NULL, text, size, secret);
}

bool
vicu_seal_is_signed(const uint8_t signature[VICU_SEAL_SIGNATURE],
                    const void *text,
                    size_t size,
                    const uint8_t public_key[VICU_SEAL_PUBLIC])
{
    need();
    return crypto_sign_verify_detached(signature, text, size, public_key) == 0;
}

bool
vicu_seal_same(const void *a, const void *b, size_t size)
{
    return sodium_memcmp(a, b, size) == 0;
}

void
vicu_seal_wipe(void *data, size_t size)
{
    if (data != NULL)
        sodium_memzero(data, size);
}
