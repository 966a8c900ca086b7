/* SPDX-License-Identifier: Apache-2.0 */
#include "store/rows.h"

#include <string.h>

#include "store/scan.h"
#include "store/trend/column.h"

static size_t
varint_size(uint64_t value)
{
    size_t n = 1;

    while (value > 0x7f) {
        value >>= 7;
        n++;
    }
    return n;
}

static void
add_tag(GByteArray *out, uint32_t field, StoreScanType type)
{
    store_varint_write(out, (uint64_t)field << 3 | (uint64_t)type);
}

static void
add_fixed64(GByteArray *out, uint32_t field, uint64_t value)
{
    uint64_t le = GUINT64_TO_LE(value);

    add_tag(out, field, STORE_SCAN_FIXED64);
    g_byte_array_append(out, (const uint8_t *)&le, sizeof le);
}

void
store_rows_add_number(GByteArray *out, uint32_t field, uint64_t value)
{
    add_fixed64(out, field, value);
}

void
store_rows_begin(GByteArray *out, uint64_t id)
{
    g_byte_array_set_size(out, 0);
    add_fixed64(out, 1, id);
}

void
store_rows_add(GByteArray *out, uint32_t field, const void *packed, size_t size)
{
    add_tag(out, field, STORE_SCAN_BYTES);
    store_varint_write(out, size);
    g_byte_array_append(out, packed, (guint)size);
}

void
store_rows_add_message(GByteArray *out, uint32_t field, const ProtobufCMessage *message)
{
    add_tag(out, field, STORE_SCAN_BYTES);
    store_varint_write(out, vicu_wire_packed_size(message));
    vicu_wire_append(message, out);
}

/* Size of a field of bytes whose number is below 16. */
static size_t
bytes_size(size_t size)
{
    return 1 + varint_size(size) + size;
}

void
store_rows_add_run(
    GByteArray *out, GBytes *segment, uint64_t first, const uint8_t *samples, size_t size)
{
    size_t segment_size = 0;
    const void *packed = g_bytes_get_data(segment, &segment_size);

    add_tag(out, STORE_ROWS_RUN, STORE_SCAN_BYTES);
    store_varint_write(out, bytes_size(segment_size) + 9 + bytes_size(size));
    store_rows_add(out, 1, packed, segment_size);
    add_fixed64(out, 2, first);
    store_rows_add(out, 3, samples, size);
}

void
store_rows_add_block(
    GByteArray *out, GBytes *segment, uint64_t first, uint32_t n, const uint8_t *block, size_t size)
{
    size_t segment_size = 0;
    const void *packed = g_bytes_get_data(segment, &segment_size);

    add_tag(out, STORE_ROWS_BLOCK, STORE_SCAN_BYTES);
    store_varint_write(out, bytes_size(segment_size) + 9 + 1 + varint_size(n) + bytes_size(size));
    store_rows_add(out, 1, packed, segment_size);
    add_fixed64(out, 2, first);
    add_tag(out, 3, STORE_SCAN_VARINT);
    store_varint_write(out, n);
    store_rows_add(out, 4, block, size);
}

void
store_rows_add_batch(GByteArray *out,
                     const VicuFingerprint *sender,
                     uint64_t epoch,
                     uint64_t sequence,
                     const uint8_t *body,
                     size_t size)
{
    add_tag(out, STORE_ROWS_BATCH, STORE_SCAN_BYTES);
    store_varint_write(out, bytes_size(sizeof sender->bytes) + 9 + 9 + bytes_size(size));
    store_rows_add(out, 1, sender->bytes, sizeof sender->bytes);
    add_fixed64(out, 2, epoch);
    add_fixed64(out, 3, sequence);
    store_rows_add(out, 4, body, size);
}

void
store_rows_end(GByteArray *out, const char *error)
{
    add_tag(out, 2, STORE_SCAN_VARINT);
    store_varint_write(out, 1);
    if (error != NULL)
        store_rows_add(out, 3, error, strlen(error));
}
