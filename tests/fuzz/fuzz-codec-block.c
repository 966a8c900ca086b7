/* The bytes of a wave block, as they are, and once more with size and checksum made
 * right, so that what stands behind them is reached.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/codec/block.h"
#include "common/crc32c.h"
#include "tests/fuzz/fuzz-target.h"

#define MAX_SAMPLES 20000
#define MAX_COLUMNS (MAX_SAMPLES / VICU_BLOCK_MIN_RESTART + 1)
#define CRC_BYTES   4

static void
look(VicuCodecScratch *scratch, const uint8_t *bytes, size_t size)
{
    static int16_t all[MAX_SAMPLES], part[MAX_SAMPLES];
    static VicuBlockStats columns[MAX_COLUMNS];
    VicuBlockInfo info;
    size_t n = 0;
    VicuBlockStatus head = vicu_block_peek(bytes, size, &info, columns, MAX_COLUMNS);
    VicuBlockStatus whole = vicu_block_unpack(scratch, bytes, size, all, MAX_SAMPLES, &n);

    if (whole != VICU_BLOCK_OK) {
        g_assert_true(n == 0);
        return;
    }
    g_assert_true(head == VICU_BLOCK_OK && info.n == n && info.size <= size);
    for (size_t first = 0; first < n; first += n / 5 + 1) {
        size_t count = MIN(n / 7 + 1, n - first);
        g_assert_true(vicu_block_unpack_range(scratch, bytes, size, first, count, part)
                      == VICU_BLOCK_OK);
        g_assert_true(memcmp(part, all + first, count * sizeof *part) == 0);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static VicuCodecScratch *scratch;

    if (scratch == NULL)
        scratch = vicu_codec_scratch_new(MAX_SAMPLES);
    for (VicuCodecPath path = VICU_CODEC_SCALAR; path <= VICU_CODEC_AVX2; path++) {
        if (!vicu_codec_scratch_use(scratch, path))
            continue;
        look(scratch, data, size);
        if (size < 8 || size >= 1u << 24)
            continue;
        g_autofree uint8_t *right = g_memdup2(data, size);
        right[1] = (uint8_t)size;
        right[2] = (uint8_t)(size >> 8);
        right[3] = (uint8_t)(size >> 16);
        uint32_t crc = GUINT32_TO_LE(vicu_crc32c(0, right, size - CRC_BYTES));
        memcpy(right + size - CRC_BYTES, &crc, sizeof crc);
        look(scratch, right, size);
    }
    return 0;
}
