/* Rows of waves as they lie on the disk, and rows of their pyramid: any bytes, bounded;
 * and blocks of an answer, as a client gets them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/query-blocks.h"
#include "store/archive-row.h"
#include "store/wave-block.h"
#include "store/wave-trend.h"
#include "tests/fuzz/fuzz-target.h"

/* Made once: they are large, and keep nothing from one input to the next. */
static StoreCoder *coder;
static VicuQueryBlocks *decoder;

static void
read_row(const uint8_t *data, size_t size)
{
    StoreRow row;
    VicuBlockInfo info;

    if (!store_row_read(data, size, &row, NULL))
        return;
    g_assert_cmpuint(row.n, <=, STORE_ROW_MAX);
    if (store_row_spans(coder, &row, &info, NULL) == NULL)
        return;
    /* What says that it is whole can be unpacked, or says why not. */
    store_row_unpack(coder, &row, 0, row.n, NULL);
    store_row_unpack(coder, &row, row.n / 2, row.n - row.n / 2, NULL);
}

static void
read_archived(const uint8_t *data, size_t size)
{
    static int16_t series[VICU_ARCHIVE_REFS_MAX][STORE_ARCHIVE_MAX], samples[STORE_ARCHIVE_MAX];
    const int16_t *refs[VICU_ARCHIVE_REFS_MAX] = {series[0], series[1], series[2]};
    static VicuArchiveScratch *archive;
    StoreArchiveRow row;

    if (!store_archive_row_read(data, size, &row, NULL))
        return;
    g_assert_cmpuint(row.n, <=, STORE_ARCHIVE_MAX);
    g_assert_true(row.block + row.size == data + size);
    if (archive == NULL)
        archive = vicu_archive_scratch_new();
    store_archive_row_unpack(archive, &row, refs, samples, NULL);
}

static void
read_trend(const uint8_t *data, size_t size)
{
    StoreTrendRow row;
    size_t at = 0, rows = 0;
    int64_t sum = 0;

    while (store_wave_trend_next(data, size, &at, &row, NULL)) {
        g_assert_cmpuint(++rows, <=, size);
        for (uint32_t i = 0; i < row.n_spans; i++)
            sum ^= store_wave_trend_span(&row, i).sum;
    }
    g_assert_cmpuint(at, <=, size);
    (void)sum;
}

static void
read_answer(const uint8_t *data, size_t size)
{
    g_autoptr(Vicu__QueryRows) rows = vicu_wire_unpack_query_rows(data, size, NULL);

    if (rows != NULL)
        vicu_query_blocks_unpack(decoder, rows, INT64_MIN, INT64_MAX, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (coder == NULL) {
        coder = store_coder_new();
        decoder = vicu_query_blocks_new(1);
    }
    read_row(data, size);
    read_archived(data, size);
    read_trend(data, size);
    read_answer(data, size);
    return 0;
}
