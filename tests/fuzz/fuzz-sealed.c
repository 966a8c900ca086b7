/* Any bytes as family, key and value of a row: what is sealed comes back, what was changed or
 * never sealed does not, and no key is read beyond its end.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "common/folder.h"
#include "store/erase/cipher.h"
#include "tests/fuzz/fuzz-target.h"

/* Every stream is of one bed. */
static char *
bed_of(uint32_t stream, gpointer user)
{
    (void)user;
    return stream < 1000 ? g_strdup("demo/icu/1") : NULL;
}

static StoreCipher *
cipher_once(void)
{
    static StoreCipher *cipher;
    g_autofree char *note = NULL;

    if (cipher != NULL)
        return cipher;
    g_autofree char *dir = g_dir_make_tmp("vicu-sealed-XXXXXX", NULL);
    StoreKeyPlaces places = {dir, NULL};
    cipher = store_cipher_new(&places, false, &note, NULL);
    if (cipher == NULL || !store_cipher_make(cipher, NULL))
        abort();
    vicu_folder_remove_flat(dir);
    store_cipher_ask(cipher, bed_of, NULL);
    return cipher;
}

static void
seal_and_open(StoreFamily family,
              const StoreErasePlace *place,
              const StoreKey *key,
              const uint8_t *value,
              size_t size)
{
    StoreCipher *cipher = cipher_once();
    g_autoptr(GByteArray) sealed = g_byte_array_new(), out = g_byte_array_new();

    store_cipher_seal(cipher, family, place, key, sealed, value, size, NULL, 0);
    if (sealed->len != size + STORE_SEAL_HEAD
        || store_cipher_open(cipher, family, place, key->data, key->size, sealed->data, sealed->len,
                             out)
               != STORE_CIPHER_OPENED
        || out->len != size || (size > 0 && memcmp(out->data, value, size) != 0))
        abort();
    sealed->data[4 + size % (sealed->len - 4)] ^= 1;
    if (store_cipher_open(cipher, family, place, key->data, key->size, sealed->data, sealed->len,
                          out)
        != STORE_CIPHER_BROKEN)
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    StoreErasePlace place;
    StoreKey key = {0};

    if (size < 2)
        return 0;
    StoreFamily family = data[0] % STORE_N_FAMILIES;
    size_t key_size = MIN((size_t)data[1], MIN(size - 2, (size_t)STORE_KEY_MAX));
    g_autofree uint8_t *alone = g_memdup2(data + 2, key_size); /* a read beyond it is seen */
    store_key_bytes(&key, data + 2, key_size);
    const uint8_t *value = data + 2 + key_size;
    size_t value_size = size - 2 - key_size;
    if (!store_erase_place(family, alone, key_size, &place))
        return 0;
    if (place.first > place.last || place.last > STORE_TREE_LAST)
        abort();
    if (place.bed == NULL && place.stream >= 1000)
        return 0;
    g_autoptr(GByteArray) out = g_byte_array_new();
    if (store_cipher_open(cipher_once(), family, &place, alone, key_size, value, value_size, out)
        == STORE_CIPHER_OPENED)
        abort();
    seal_and_open(family, &place, &key, value, value_size);
    return 0;
}
