/* Values of a store with keys: sealed on their way in, opened on their way out.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/error.h"
#include "common/wire.h"
#include "store/db-internal.h"

/* ---- which keys ---- */

/* For streams that were put before this database was opened. */
static char *
bed_of_stream(uint32_t stream, gpointer user)
{
    StoreDb *self = user;
    StoreKey key = {0};
    g_auto(StoreValue) value = {0};
    char *bed = NULL;

    store_key_u8(&key, 'i');
    store_key_u32(&key, stream);
    if (store_db_get(self, STORE_STREAMS, &key, &value, NULL) != STORE_FOUND)
        return NULL;
    Vicu__StreamRow *row =
        vicu_wire_unpack(&vicu__stream_row__descriptor, value.data, value.size, NULL);
    if (row != NULL)
        bed = g_strdup(row->bed);
    vicu_wire_free(row);
    return bed;
}

static bool
refuse_without(const StoreDb *self, GError **error)
{
    if (self->cipher == NULL)
        g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                    "store folder %s is sealed with keys, and [erasure] keys names no folder of "
                    "them: name it",
                    self->dir);
    else
        g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                    "store folder %s is sealed with keys, and there are none in %s: bring back "
                    "the medium, or the copy, that has them; without them nothing of it can be "
                    "read",
                    self->dir, store_cipher_folder(self->cipher));
    return false;
}

static bool
refuse_foreign(const StoreDb *self, GError **error)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                "the keys in %s are those of another store than %s: name the folder of its own",
                store_cipher_folder(self->cipher), self->dir);
    return false;
}

/* The first start with keys: which they are, is in the database before a row is sealed. */
static bool
mark(StoreDb *self, const StoreKey *key, GError **error)
{
    if (store_cipher_reads(self->cipher))
        return true;
    if (store_cipher_id(self->cipher) == NULL && !store_cipher_make(self->cipher, error))
        return false;
    store_db_put(self, STORE_META, key, store_cipher_id(self->cipher), STORE_KEYRING_ID);
    return store_db_commit(self, NULL, error);
}

/* Rows of a stream follow the row that says whose it is, maybe in the same group. */
static void
learn(StoreDb *self, const uint8_t *key, size_t key_size, const void *value, size_t size)
{
    if (key_size != 5 || key[0] != 'i')
        return;
    Vicu__StreamRow *row = vicu_wire_unpack(&vicu__stream_row__descriptor, value, size, NULL);
    if (row != NULL)
        store_cipher_learn(self->cipher, store_read_u32(key + 1), row->bed);
    vicu_wire_free(row);
}

/* Beds from before the first start with keys get theirs now, not with their next row. */
static bool
learn_all(StoreDb *self, GError **error)
{
    g_autoptr(StoreIter) iter = store_iter_new(self, STORE_STREAMS, NULL, NULL);

    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        learn(self, key, key_size, value, size);
    }
    return store_cipher_save(self->cipher, error);
}

bool
store_db_open_keys(StoreDb *self, const StoreDbOptions *options, GError **error)
{
    StoreKey key = {0};
    g_auto(StoreValue) value = {0};

    store_key_u8(&key, STORE_META_KEYS);
    if (options->as_is)
        return true;
    StoreFind found = store_db_get(self, STORE_META, &key, &value, error);
    if (found == STORE_BROKEN)
        return false;
    self->cipher = options->cipher;
    const uint8_t *id = self->cipher != NULL ? store_cipher_id(self->cipher) : NULL;
    if (found == STORE_FOUND && id == NULL)
        return refuse_without(self, error);
    if (found == STORE_FOUND
        && (value.size != STORE_KEYRING_ID || memcmp(value.data, id, STORE_KEYRING_ID) != 0))
        return refuse_foreign(self, error);
    if (self->cipher == NULL)
        return true;
    store_cipher_ask(self->cipher, bed_of_stream, self);
    if (found == STORE_ABSENT && !mark(self, &key, error))
        return false;
    if (store_cipher_id(self->cipher) == NULL)
        self->cipher = NULL; /* a reader of a store that has not begun with keys */
    return self->cipher == NULL || store_cipher_reads(self->cipher) || learn_all(self, error);
}

/* ---- on the way in ---- */

const GByteArray *
store_db_seal(StoreDb *self,
              StoreFamily family,
              const StoreKey *key,
              const void *head,
              size_t head_size,
              const void *tail,
              size_t tail_size)
{
    StoreErasePlace place;

    if (self->cipher == NULL || self->reads)
        return NULL;
    if (family == STORE_STREAMS)
        learn(self, key->data, key->size, head, head_size);
    if (!store_erase_place(family, key->data, key->size, &place))
        return NULL;
    store_cipher_seal(self->cipher, family, &place, key, self->sealed, head, head_size, tail,
                      tail_size);
    return self->sealed;
}

bool
store_db_save_keys(StoreDb *self, GError **error)
{
    return self->cipher == NULL || store_cipher_save(self->cipher, error);
}

/* ---- on the way out ---- */

bool
store_db_is_gone(StoreDb *self,
                 StoreFamily family,
                 const uint8_t *key,
                 size_t key_size,
                 const uint8_t *value,
                 size_t size)
{
    StoreErasePlace place;

    if (!store_erase_place(family, key, key_size, &place))
        return false;
    StoreTreeFound found = store_cipher_look(self->cipher, &place);
    if (found != STORE_TREE_PARTLY)
        return found == STORE_TREE_ERASED;
    return store_cipher_open(self->cipher, family, &place, key, key_size, value, size, self->opened)
           == STORE_CIPHER_ERASED;
}

StoreCipherFate
store_db_unseal(StoreDb *self,
                StoreFamily family,
                const uint8_t *key,
                size_t key_size,
                const uint8_t *value,
                size_t size,
                GByteArray *out)
{
    StoreErasePlace place;

    if (self->cipher == NULL || !store_erase_place(family, key, key_size, &place))
        return STORE_CIPHER_CLEAR;
    if (store_cipher_look(self->cipher, &place) == STORE_TREE_ERASED)
        return STORE_CIPHER_ERASED;
    return store_cipher_open(self->cipher, family, &place, key, key_size, value, size, out);
}

void
store_db_set_broken(const StoreDb *self, StoreFamily family, GError **error)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "store folder %s: a row of %s is not what was sealed there: restore the folder "
                "from a backup",
                self->dir, store_db_family_name(family));
}
