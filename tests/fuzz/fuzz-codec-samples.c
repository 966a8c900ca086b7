/* Any samples, packed: two bytes of restart, then samples. Every path must give the
 * same block, and the block the same samples and columns.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/codec/block.h"
#include "tests/fuzz/fuzz-target.h"

#define MAX_SAMPLES 20000
#define MAX_COLUMNS (MAX_SAMPLES / VICU_BLOCK_MIN_RESTART + 1)

static int16_t samples[MAX_SAMPLES], out[MAX_SAMPLES];
static VicuBlockStats columns[MAX_COLUMNS];

static void
check_columns(const VicuBlockInfo *info)
{
    uint32_t valid = 0;

    for (uint32_t i = 0; i < info->n_columns; i++) {
        int64_t sum = 0;
        uint32_t end = MIN((i + 1) * info->restart, info->n);
        for (uint32_t k = i * info->restart; k < end; k++) {
            if (samples[k] == VICU_BLOCK_INVALID)
                continue;
            g_assert_true(samples[k] >= columns[i].min && samples[k] <= columns[i].max);
            sum += samples[k];
            valid++;
        }
        g_assert_true(sum == columns[i].sum);
    }
    g_assert_true(valid == info->total.n_valid);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static VicuCodecScratch *scratch;
    const size_t n = size < 4 ? 0 : MIN((size - 2) / 2, MAX_SAMPLES);
    size_t first_size = 0, got = 0;

    if (scratch == NULL)
        scratch = vicu_codec_scratch_new(MAX_SAMPLES);
    if (n == 0)
        return 0;
    const unsigned restart = (unsigned)(data[0] | data[1] << 8);
    g_autofree uint8_t *block = g_malloc(vicu_codec_bound(n));
    g_autofree uint8_t *first = g_malloc(vicu_codec_bound(n));
    memcpy(samples, data + 2, n * sizeof *samples);
    for (VicuCodecPath path = VICU_CODEC_SCALAR; path <= VICU_CODEC_AVX2; path++) {
        VicuBlockInfo info;
        if (!vicu_codec_scratch_use(scratch, path))
            continue;
        size_t bytes = vicu_block_pack(scratch, samples, n, restart, block);
        g_assert_true(bytes <= 2 * n + n / 4 + 96);
        g_assert_true(vicu_block_unpack(scratch, block, bytes, out, n, &got) == VICU_BLOCK_OK);
        g_assert_true(got == n && memcmp(out, samples, n * sizeof *out) == 0);
        g_assert_true(vicu_block_peek(block, bytes, &info, columns, MAX_COLUMNS) == VICU_BLOCK_OK);
        check_columns(&info);
        if (path == VICU_CODEC_SCALAR) {
            first_size = bytes;
            memcpy(first, block, bytes);
        } else {
            g_assert_true(bytes == first_size && memcmp(first, block, bytes) == 0);
        }
    }
    return 0;
}
