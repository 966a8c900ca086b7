/* Blocks and pyramid rows of numerics: any bytes, bounded; what can be read is written
 * and read again to the same.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/crc32c.h"
#include "store/trend/block.h"
#include "store/trend/column.h"
#include "store/trend/level.h"
#include "tests/fuzz/fuzz-target.h"

static void
read_block(const uint8_t *data, size_t size)
{
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(StoreTrendValue));
    g_autoptr(GArray) again = g_array_new(FALSE, FALSE, sizeof(StoreTrendValue));
    g_autoptr(GByteArray) out = g_byte_array_new();
    StoreTrendStream stream, same;

    if (!store_block_read(data, size, &stream, values, NULL)) {
        g_assert_cmpuint(values->len, ==, 0);
        return;
    }
    store_block_write(out, &stream, (const StoreTrendValue *)(void *)values->data, values->len);
    g_assert_true(store_block_read(out->data, out->len, &same, again, NULL));
    g_assert_cmpuint(again->len, ==, values->len);
    for (guint i = 0; i < values->len; i++) {
        const StoreTrendValue *a = &g_array_index(values, StoreTrendValue, i);
        const StoreTrendValue *b = &g_array_index(again, StoreTrendValue, i);
        g_assert_cmpint(a->t_us, ==, b->t_us);
        g_assert_true(memcmp(&a->value, &b->value, sizeof a->value) == 0);
    }
}

/* A changed byte shall get past the checksum. */
static void
read_block_with_right_checksum(const uint8_t *data, size_t size)
{
    g_autofree uint8_t *copy = g_memdup2(data, size);

    if (size < 4)
        return;
    uint32_t crc = GUINT32_TO_LE(vicu_crc32c(0, copy, size - 4));
    memcpy(copy + size - 4, &crc, sizeof crc);
    read_block(copy, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    StoreCell cells[STORE_CELLS_MAX];
    int64_t x[700];
    const uint8_t *at = data;

    read_block(data, size);
    read_block_with_right_checksum(data, size);
    store_level_read(data, size, cells, STORE_CELLS_MAX, NULL);
    store_level_read(data, size, cells, 128, NULL);
    if (size > 0 && store_column_read(&at, data + size, x, G_N_ELEMENTS(x)))
        g_assert_true(at <= data + size);
    return 0;
}
