/* Values as they lie on the disk of a store with keys: sealed under the key of their bed and
 * time, and unreadable for ever once that is destroyed.
 *
 *   4 bytes   0xcf 'v' 'K' 1: no row in clear begins so
 *   16        keyed BLAKE2b of family, key and value: also the nonce
 *   the rest  the value under XChaCha20
 *
 * The same row under the same key is the same bytes, and no two rows share a nonce. What is
 * written for a time that is erased is sealed under a key that nobody keeps. One thread. Keys
 * in memory are wiped when they go; some hundred of the last used are kept ready.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "store/db.h"
#include "store/erase/keyfile.h"
#include "store/erase/place.h"

G_BEGIN_DECLS

#define STORE_SEAL_HEAD 20 /* bytes that a value grows by */

typedef enum {
    STORE_CIPHER_CLEAR,  /* it is not sealed */
    STORE_CIPHER_OPENED, /* @out has it */
    STORE_CIPHER_ERASED, /* its key is destroyed */
    STORE_CIPHER_BROKEN, /* it is not what was sealed here */
} StoreCipherFate;

/* The bed of a stream; NULL: there is no such stream. Caller frees. */
typedef char *(*StoreCipherStreams)(uint32_t stream, gpointer user);

/* The keys of @places, which are read at once; there need be none. @reads: nothing is ever
 * written there. *@note as store_keyfile_load() has it. */
StoreCipher *
store_cipher_new(const StoreKeyPlaces *places, bool reads, char **note, GError **error);
void store_cipher_free(StoreCipher *self);

/* For store_db_open(): id of the keys, STORE_KEYRING_ID bytes; NULL: there are none yet. */
const uint8_t *store_cipher_id(const StoreCipher *self);
/* It has keys for @bed: something of it was stored, or all of it erased. */
bool store_cipher_knows(const StoreCipher *self, const char *bed);
/* The first keys, on the disk when it returns. */
bool store_cipher_make(StoreCipher *self, GError **error);
const char *store_cipher_folder(const StoreCipher *self);
bool store_cipher_reads(const StoreCipher *self);
/* Who is asked for streams that _learn() was not told of. */
void store_cipher_ask(StoreCipher *self, StoreCipherStreams func, gpointer user);
void store_cipher_learn(StoreCipher *self, uint32_t stream, const char *bed);
/* Keys of beds that are new are on the disk when it returns. */
bool store_cipher_save(StoreCipher *self, GError **error);

/* ---- rows ---- */

/* Into @out, which is emptied: @head and @tail as one value. */
void store_cipher_seal(StoreCipher *self,
                       StoreFamily family,
                       const StoreErasePlace *place,
                       const StoreKey *key,
                       GByteArray *out,
                       const void *head,
                       size_t head_size,
                       const void *tail,
                       size_t tail_size);
StoreCipherFate store_cipher_open(StoreCipher *self,
                                  StoreFamily family,
                                  const StoreErasePlace *place,
                                  const uint8_t *key,
                                  size_t key_size,
                                  const uint8_t *value,
                                  size_t size,
                                  GByteArray *out);
/* How much of the time of such a row is erased. */
StoreTreeFound store_cipher_look(StoreCipher *self, const StoreErasePlace *place);
/* Something is erased: a reader has to look. */
bool store_cipher_has_erased(const StoreCipher *self);

/* ---- erasing ----
 *
 * From the first _puncture() to _finish() values are sealed under the keys that will be left
 * and opened with these or with those that go. A process that ends between them has changed
 * no keys. */

void store_cipher_puncture(StoreCipher *self, const char *bed, uint64_t first, uint64_t last);
/* Destroyed, in memory and in both folders, when it returns true. */
bool store_cipher_finish(StoreCipher *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreCipher, store_cipher_free)

G_END_DECLS
