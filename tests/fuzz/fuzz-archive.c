/* The archive codec. The first byte says how the rest is read: as samples (and a
 * reference) that must come back; as the bytes of a block; or as such bytes whose
 * checksum is made right, so that the decoder itself meets them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/codec/archive-engine.h"
#include "common/crc32c.h"
#include "tests/fuzz/fuzz-target.h"

#define ROOM 4096

static void
round_trip(VicuArchiveScratch *scratch, const uint8_t *data, size_t size, size_t n_refs)
{
    int16_t samples[ROOM], ref[ROOM], back[ROOM];
    size_t n = MIN(size / 2, ROOM);
    const int16_t *const refs[] = {ref};
    g_autoptr(GByteArray) out = g_byte_array_new();
    VicuArchiveHeader header;

    if (n > 0)
        memcpy(samples, data, n * sizeof *samples);
    for (size_t i = 0; i < n; i++)
        ref[i] = (int16_t)(samples[i] == VICU_ARCHIVE_INVALID ? samples[i] : samples[i] / 2);
    g_assert_true(vicu_archive_pack(scratch, samples, n, 1 + size % 700, refs, n_refs, out)
                  == VICU_ARCHIVE_OK);
    g_assert_true(vicu_archive_unpack(scratch, out->data, out->len, refs, n_refs, back, n, &header)
                  == VICU_ARCHIVE_OK);
    g_assert_true(header.size == out->len && header.n == n);
    g_assert_true(n == 0 || memcmp(back, samples, n * sizeof *back) == 0);
}

static void
refuse_or_read(VicuArchiveScratch *scratch, const uint8_t *data, size_t size)
{
    static int16_t back[ROOM], ref[ROOM];
    static VicuArchiveColumn columns[ROOM];
    const int16_t *const refs[] = {ref, ref, ref};
    VicuArchiveHeader header;

    if (vicu_archive_peek(data, size, &header) == VICU_ARCHIVE_OK)
        g_assert_true(header.size <= size && header.n <= VICU_ARCHIVE_SAMPLES_MAX);
    vicu_archive_columns(data, size, columns, ROOM);
    vicu_archive_unpack(scratch, data, size, refs, 3, back, ROOM, &header);
}

static void
decode_anyway(VicuArchiveScratch *scratch, const uint8_t *data, size_t size)
{
    g_autofree uint8_t *bytes = g_memdup2(data, size);

    if (size < 44)
        return;
    for (unsigned i = 0; i < 4; i++)
        bytes[4 + i] = (uint8_t)(size >> (8 * i));
    /* a block of any number of samples that names references of zeros */
    size_t n = (size_t)bytes[8] | (size_t)bytes[9] << 8, n_refs = bytes[3] >> 4;
    g_autofree int16_t *zeros = g_new0(int16_t, n + 1);
    uint32_t ref = vicu_archive_identity(zeros, n);
    for (size_t k = 0; k < n_refs && 36 + 4 * k + 8 <= size; k++) {
        for (unsigned i = 0; i < 4; i++)
            bytes[36 + 4 * k + i] = (uint8_t)(ref >> (8 * i));
    }
    uint32_t crc = vicu_crc32c(0, bytes, size - 4);
    for (unsigned i = 0; i < 4; i++)
        bytes[size - 4 + i] = (uint8_t)(crc >> (8 * i));
    refuse_or_read(scratch, bytes, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static VicuArchiveScratch *scratch;

    if (scratch == NULL)
        scratch = vicu_archive_scratch_new();
    if (size == 0)
        return 0;
    scratch->version = data[0] & 4 ? 1 : ARCHIVE_VERSION_LAST;
    scratch->engine = data[0] & 8 ? &vicu_archive_engine_plain : vicu_archive_engine();
    switch (data[0] & 3) {
    case 0:
    case 1:
        round_trip(scratch, data + 1, size - 1, data[0] & 1);
        break;
    case 2:
        refuse_or_read(scratch, data + 1, size - 1);
        break;
    default:
        decode_anyway(scratch, data + 1, size - 1);
        break;
    }
    return 0;
}
