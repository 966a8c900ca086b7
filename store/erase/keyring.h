/* All keys of a store: one tree for each bed, and what they look like in a file.
 *
 *   bytes     "vicu store keys 1\n"
 *   16        id of the set: which store's keys they are
 *   u64       generation: the larger one is the newer
 *   u32       beds; of each a byte of length, its name, u32 nodes; of each of these a byte of
 *             depth, u64 prefix, 32 bytes of key
 *   32        BLAKE2b of all before
 *
 * Numbers are big-endian. Beds are in the order of their names, nodes in that of leaves. Pure
 * but for random bytes; what held keys is wiped. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "store/erase/keytree.h"

G_BEGIN_DECLS

#define STORE_KEYRING_ID    16
#define STORE_KEYRING_BYTES (UINT64_C(256) << 20) /* of a file at most */

typedef struct {
    uint8_t id[STORE_KEYRING_ID];
    uint64_t generation;
    GHashTable *trees; /* char * -> StoreKeyTree *; both owned */
} StoreKeyring;

/* A new set, without beds. */
StoreKeyring *store_keyring_new(void);
StoreKeyring *store_keyring_copy(const StoreKeyring *self);
void store_keyring_free(StoreKeyring *self);

/* NULL: it has none. */
StoreKeyTree *store_keyring_get(const StoreKeyring *self, const char *bed);
/* Made when it has none; *@made (may be NULL) says so. */
StoreKeyTree *store_keyring_take(StoreKeyring *self, const char *bed, bool *made);

/* Caller wipes and frees. */
uint8_t *store_keyring_write(const StoreKeyring *self, size_t *size);
/* NULL and @error (no file named) when it is none, or damaged. */
StoreKeyring *store_keyring_read(const void *data, size_t size, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreKeyring, store_keyring_free)

G_END_DECLS
