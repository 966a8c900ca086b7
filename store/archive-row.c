/* SPDX-License-Identifier: Apache-2.0 */
#include "store/archive-row.h"

#include <string.h>

#include "common/error.h"
#include "store/wave-block.h"

#define REF_SIZE (4 + STORE_SEGMENT_HASH_LEN)

static bool
damaged(GError **error, const char *what)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s: restore the folder from a backup", what);
    return false;
}

bool
store_archive_is(const uint8_t *value, size_t size)
{
    return size >= STORE_ROW_HEADER && value[0] == STORE_ROW_VERSION
           && value[1] == STORE_ROW_ARCHIVE;
}

bool
store_archive_row_read(const uint8_t *value, size_t size, StoreArchiveRow *row, GError **error)
{
    uint32_t le;

    if (!store_archive_is(value, size))
        return damaged(error, "a row of the archive does not begin as one");
    memcpy(&le, value + 4, sizeof le);
    *row = (StoreArchiveRow){
        .n = GUINT32_FROM_LE(le),
        .minutes = value[3],
        .n_refs = value[2],
    };
    if (row->n < 1 || row->n > STORE_ARCHIVE_MAX || row->minutes < 1
        || row->minutes > STORE_ARCHIVE_MINUTES)
        return damaged(error, "a row of the archive names samples that none can hold");
    if (row->n_refs > VICU_ARCHIVE_REFS_MAX || (size - STORE_ROW_HEADER) / REF_SIZE < row->n_refs)
        return damaged(error, "a row of the archive names references that it cannot have");
    const uint8_t *at = value + STORE_ROW_HEADER;
    for (size_t k = 0; k < row->n_refs; k++, at += REF_SIZE) {
        memcpy(&le, at, sizeof le);
        row->ref[k].stream = GUINT32_FROM_LE(le);
        memcpy(row->ref[k].hash, at + 4, STORE_SEGMENT_HASH_LEN);
    }
    row->block = at;
    row->size = size - (size_t)(at - value);
    return true;
}

static void
put_header(GByteArray *out, size_t n, unsigned minutes, const StoreArchiveRef *refs, size_t n_refs)
{
    const uint8_t begin[] = {STORE_ROW_VERSION, STORE_ROW_ARCHIVE, (uint8_t)n_refs,
                             (uint8_t)minutes};
    uint32_t le = GUINT32_TO_LE((uint32_t)n);

    g_byte_array_append(out, begin, sizeof begin);
    g_byte_array_append(out, (const uint8_t *)&le, sizeof le);
    for (size_t k = 0; k < n_refs; k++) {
        le = GUINT32_TO_LE(refs[k].stream);
        g_byte_array_append(out, (const uint8_t *)&le, sizeof le);
        g_byte_array_append(out, refs[k].hash, sizeof refs[k].hash);
    }
}

/* Columns are not cut: the pyramid of waves has them, and they cost a hundredth. */
void
store_archive_row_pack(VicuArchiveScratch *scratch,
                       const int16_t *samples,
                       size_t n,
                       unsigned minutes,
                       const StoreArchiveRef *refs,
                       const int16_t *const *series,
                       size_t n_refs,
                       GByteArray *out)
{
    g_autoptr(GByteArray) block = g_byte_array_new();
    VicuArchiveHeader header;

    g_assert(n >= 1 && n <= STORE_ARCHIVE_MAX && minutes >= 1 && minutes <= STORE_ARCHIVE_MINUTES);
    VicuArchiveFate fate =
        vicu_archive_pack(scratch, samples, n, VICU_ARCHIVE_SPAN_MAX, series, n_refs, block);
    g_assert(fate == VICU_ARCHIVE_OK);
    fate = vicu_archive_peek(block->data, block->len, &header);
    g_assert(fate == VICU_ARCHIVE_OK && (header.n_refs == 0 || header.n_refs == n_refs));
    put_header(out, n, minutes, refs, header.n_refs);
    g_byte_array_append(out, block->data, block->len);
}

/* Names the first reference whose samples are not those that @header asks for. */
static bool
refuse_series(const StoreArchiveRow *row,
              const VicuArchiveHeader *header,
              const int16_t *const *series,
              GError **error)
{
    size_t k = 0;

    while (k + 1 < row->n_refs && vicu_archive_identity(series[k], row->n) == header->ref[k])
        k++;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "its reference, stream %u: its samples are not those it was coded with: restore "
                "the folder from a backup",
                row->ref[k].stream);
    return false;
}

bool
store_archive_row_unpack(VicuArchiveScratch *scratch,
                         const StoreArchiveRow *row,
                         const int16_t *const *series,
                         int16_t *samples,
                         GError **error)
{
    VicuArchiveHeader header;
    VicuArchiveFate fate = vicu_archive_peek(row->block, row->size, &header);

    if (fate == VICU_ARCHIVE_OK
        && (header.n != row->n || header.n_refs != row->n_refs || header.size != row->size))
        return damaged(error, "a row of the archive and its block differ in their counts");
    if (fate == VICU_ARCHIVE_OK)
        fate = vicu_archive_unpack(scratch, row->block, row->size, series, row->n_refs, samples,
                                   row->n, &header);
    if (fate == VICU_ARCHIVE_REFERENCE)
        return refuse_series(row, &header, series, error);
    return fate == VICU_ARCHIVE_OK || damaged(error, vicu_archive_fate_text(fate));
}
