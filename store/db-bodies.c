/* Batches whose bodies are in the log alone: rows that say where.
 *
 * Such a row is sender, epoch and sequence with its highest bit set (no lane comes that far), then
 * file (4), place (8), bytes (4) and CRC32C (4) of the body.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/db-internal.h"

#define FLAG_AT  24   /* the sequence's first byte */
#define FLAG     0x80 /* its highest bit */
#define ROW_SIZE (STORE_BATCH_HEADER + 20)

void
store_db_put_batch(
    StoreDb *self, uint64_t number, const StoreKey *header, const void *body, size_t size)
{
    StoreKey key = {0}, row = *header;

    g_assert(header->size == STORE_BATCH_HEADER && (header->data[FLAG_AT] & FLAG) == 0);
    store_key_u64(&key, number);
    if (self->log == NULL || self->cipher != NULL) {
        store_db_put_joined(self, STORE_HEAD, &key, header, body, size);
        return;
    }
    StoreBody where = store_group_log_put(self->log, number, body, size);
    row.data[FLAG_AT] |= FLAG;
    store_key_u32(&row, where.slot);
    store_key_u64(&row, where.at);
    store_key_u32(&row, where.size);
    store_key_u32(&row, where.crc);
    rocksdb_writebatch_put_cf(self->group, self->family[STORE_HEAD], (const char *)key.data,
                              key.size, (const char *)row.data, row.size);
    self->pending += key.size + row.size + size + 1;
}

bool
store_db_is_elsewhere(StoreFamily family, const uint8_t *row, size_t size)
{
    return family == STORE_HEAD && size == ROW_SIZE && (row[FLAG_AT] & FLAG) != 0;
}

void
store_db_batch_header(const uint8_t *row, uint8_t header[STORE_BATCH_HEADER])
{
    memcpy(header, row, STORE_BATCH_HEADER);
    header[FLAG_AT] = (uint8_t)(header[FLAG_AT] & ~FLAG);
}

bool
store_db_read_body(const StoreDb *self, const uint8_t *row, GByteArray *out, GError **error)
{
    const uint8_t *place = row + STORE_BATCH_HEADER;
    const StoreBody where = {
        .slot = store_read_u32(place),
        .at = store_read_u64(place + 4),
        .size = store_read_u32(place + 12),
        .crc = store_read_u32(place + 16),
    };

    g_byte_array_set_size(out, STORE_BATCH_HEADER);
    store_db_batch_header(row, out->data);
    return store_group_body_read(self->dir, &where, out, error);
}

/* Rows that cannot be read may be of any file. */
static void
keep_all(const StoreDb *self, GArray *newest)
{
    g_autoptr(GArray) slots = store_group_slots(self->dir);

    g_array_set_size(newest, 0);
    if (slots->len > 0)
        g_array_set_size(newest, g_array_index(slots, uint32_t, slots->len - 1) + 1);
    for (guint i = 0; i < newest->len; i++)
        g_array_index(newest, uint64_t, i) = UINT64_MAX;
}

GArray *
store_db_newest_bodies(StoreDb *self)
{
    GArray *newest = g_array_new(FALSE, TRUE, sizeof(uint64_t));
    g_autoptr(StoreIter) rows = store_iter_new(self, STORE_HEAD, NULL, NULL);

    for (; store_iter_valid(rows); store_iter_next(rows)) {
        size_t size = 0;
        const uint8_t *row = store_iter_row(rows, &size);
        if (!store_db_is_elsewhere(STORE_HEAD, row, size))
            continue;
        uint32_t slot = store_read_u32(row + STORE_BATCH_HEADER);
        uint64_t number = store_read_u64(store_iter_key(rows, &size));
        if (slot >= STORE_GROUP_SLOTS_MAX)
            continue; /* the check, and who reads it, say so */
        if (slot >= newest->len)
            g_array_set_size(newest, slot + 1);
        g_array_index(newest, uint64_t, slot) = number;
    }
    if (!store_iter_check(rows, NULL))
        keep_all(self, newest);
    return newest;
}

uint64_t
store_db_bodies_bytes(const StoreDb *self)
{
    return self->log != NULL ? store_group_log_kept(self->log, self->trimmed) : 0;
}
