/* The bytes of a wave block, as they are, and once more with size and checksum made
 * right, so that what stands behind them is reached. All paths make the same of them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/codec/block.h"
#include "common/crc32c.h"
#include "tests/fuzz/fuzz-target.h"

#define MAX_SAMPLES 20000
#define MAX_COLUMNS (MAX_SAMPLES / VICU_BLOCK_MIN_RESTART + 1)
#define CRC_BYTES   4

/* FNV-1a of the samples of a block, 0 of none. */
static uint64_t
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
        return 0;
    }
    g_assert_true(head == VICU_BLOCK_OK && info.n == n && info.size <= size);
    for (size_t first = 0; first < n; first += n / 5 + 1) {
        size_t count = MIN(n / 7 + 1, n - first);
        g_assert_true(vicu_block_unpack_range(scratch, bytes, size, first, count, part)
                      == VICU_BLOCK_OK);
        g_assert_true(memcmp(part, all + first, count * sizeof *part) == 0);
    }
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (uint16_t)all[i]) * UINT64_C(1099511628211);
    return hash;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static VicuCodecScratch *scratch;
    uint64_t seen[2] = {0};

    if (scratch == NULL)
        scratch = vicu_codec_scratch_new(MAX_SAMPLES);
    for (VicuCodecPath path = VICU_CODEC_SCALAR; path <= VICU_CODEC_AVX2; path++) {
        if (!vicu_codec_scratch_use(scratch, path))
            continue;
        uint64_t as_is = look(scratch, data, size);
        g_assert_true(path == VICU_CODEC_SCALAR || as_is == seen[0]);
        seen[0] = as_is;
        if (size < 8 || size >= 1u << 24)
            continue;
        g_autofree uint8_t *right = g_memdup2(data, size);
        right[1] = (uint8_t)size;
        right[2] = (uint8_t)(size >> 8);
        right[3] = (uint8_t)(size >> 16);
        uint32_t crc = GUINT32_TO_LE(vicu_crc32c(0, right, size - CRC_BYTES));
        memcpy(right + size - CRC_BYTES, &crc, sizeof crc);
        uint64_t put_right = look(scratch, right, size);
        g_assert_true(path == VICU_CODEC_SCALAR || put_right == seen[1]);
        seen[1] = put_right;
    }
    return 0;
}
