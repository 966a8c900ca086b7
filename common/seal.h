/* The door to libsodium for what is stored sealed or signed: random bytes, hashes, a cipher,
 * signatures, and memory that is wiped.
 *
 * Pure but for the random bytes. No threads of its own, nothing is allocated.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define VICU_SEAL_KEY   32 /* bytes of a key */
#define VICU_SEAL_NONCE 24
#define VICU_SEAL_HASH  64 /* bytes of a hash at most; 16 at least */

/* A hash on its way (BLAKE2b). A value; wiped by _end(). */
typedef struct {
    _Alignas(64) uint8_t opaque[384];
} VicuSealHash;

void vicu_seal_random(void *out, size_t size);

/* @key: VICU_SEAL_KEY bytes, or NULL; @size of the result in bytes. */
void vicu_seal_hash_init(VicuSealHash *self, const uint8_t *key, size_t size);
void vicu_seal_hash_add(VicuSealHash *self, const void *data, size_t size);
void vicu_seal_hash_end(VicuSealHash *self, uint8_t *out, size_t size);

/* XChaCha20: the same call seals and opens; @out may be @in. A nonce must not be used for two
 * different texts under one key. */
void vicu_seal_xor(uint8_t *out,
                   const uint8_t *in,
                   size_t size,
                   const uint8_t nonce[VICU_SEAL_NONCE],
                   const uint8_t key[VICU_SEAL_KEY]);

#define VICU_SEAL_SHA256    32
#define VICU_SEAL_SEED      32 /* what a signer's keys are made of */
#define VICU_SEAL_PUBLIC    32
#define VICU_SEAL_SECRET    64
#define VICU_SEAL_SIGNATURE 64

typedef struct {
    const void *data;
    size_t size;
} VicuSealPart;

/* SHA-256 (FIPS 180-4) of @n parts, one after the other. */
void vicu_seal_sha256(uint8_t out[VICU_SEAL_SHA256], const VicuSealPart *parts, size_t n);

/* Ed25519 (RFC 8032). The caller wipes seed and secret. */
void vicu_seal_signer(const uint8_t seed[VICU_SEAL_SEED],
                      uint8_t public_key[VICU_SEAL_PUBLIC],
                      uint8_t secret[VICU_SEAL_SECRET]);
void vicu_seal_sign(uint8_t out[VICU_SEAL_SIGNATURE],
                    const void *text,
                    size_t size,
                    const uint8_t secret[VICU_SEAL_SECRET]);
bool vicu_seal_is_signed(const uint8_t signature[VICU_SEAL_SIGNATURE],
                         const void *text,
                         size_t size,
                         const uint8_t public_key[VICU_SEAL_PUBLIC]);

/* In a time that does not tell where they differ. */
bool vicu_seal_same(const void *a, const void *b, size_t size);
/* Not left out by the compiler. @data NULL: nothing. */
void vicu_seal_wipe(void *data, size_t size);

G_END_DECLS
