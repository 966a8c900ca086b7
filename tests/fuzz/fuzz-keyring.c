/* Any bytes as a store's keys: refused with a sentence, or taken, and then they are written
 * as the same bytes. What comes without its checksum is given it, so that the fuzzer gets on.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "store/erase/keyring.h"
#include "tests/fuzz/fuzz-target.h"

#define SUM 32

static void
look(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreKeyring) ring = store_keyring_read(data, size, &error);
    size_t again = 0;

    if ((ring == NULL) != (error != NULL))
        abort();
    if (ring == NULL)
        return;
    g_autofree uint8_t *written = store_keyring_write(ring, &again);
    if (again != size || memcmp(written, data, size) != 0)
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree uint8_t *summed = g_malloc(size + SUM);
    VicuSealHash hash;

    look(data, size);
    if (size > 0)
        memcpy(summed, data, size);
    vicu_seal_hash_init(&hash, NULL, SUM);
    vicu_seal_hash_add(&hash, data, size);
    vicu_seal_hash_end(&hash, summed + size, SUM);
    look(summed, size + SUM);
    return 0;
}
