/* SPDX-License-Identifier: Apache-2.0 */
#include "store/trend/seal.h"

#include <string.h>

#include "store/numeric.h"
#include "store/trend/level.h"
#include "store/trend/outside.h"
#include "store/trend/trend.h"

/* A write that waits for the last slice. */
typedef struct {
    StoreFamily family;
    StoreKey key;
    GBytes *value; /* NULL: delete */
} Change;

struct StoreSeal {
    StoreDb *db;
    char *bed;
    int64_t block;
    int64_t from_us, to_us;
    StoreKey at, end; /* rows still to read */
    bool rows_read;
    StoreGather rows;
    GArray *from_rows; /* uint64_t per series: values that came from rows */
    guint next;        /* series to seal */
    GArray *change;
};

static void
change_clear(gpointer p)
{
    Change *change = p;
    g_clear_pointer(&change->value, g_bytes_unref);
}

StoreSeal *
store_seal_new(StoreDb *db, const char *bed, int64_t block)
{
    StoreSeal *self = g_new0(StoreSeal, 1);

    self->db = db;
    self->bed = g_strdup(bed);
    self->block = block;
    self->from_us = block * STORE_TREND_BLOCK_US;
    self->to_us = self->from_us + STORE_TREND_BLOCK_US;
    self->at = store_numeric_key(bed, self->from_us);
    self->end = store_numeric_key(bed, self->to_us - 1);
    memset(self->end.data + self->end.size, 0xff, 32); /* past every lane of that row */
    self->end.size += 32;
    store_gather_init(&self->rows, 0, self->from_us, self->to_us);
    self->from_rows = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    self->change = g_array_new(FALSE, FALSE, sizeof(Change));
    g_array_set_clear_func(self->change, change_clear);
    return self;
}

void
store_seal_free(StoreSeal *self)
{
    if (self == NULL)
        return;
    g_free(self->bed);
    store_gather_clear(&self->rows);
    g_array_unref(self->from_rows);
    g_array_unref(self->change);
    g_free(self);
}

/* Takes @value. */
static void
add_change(StoreSeal *self, StoreFamily family, const StoreKey *key, GBytes *value)
{
    Change change = {family, *key, value};
    g_array_append_val(self->change, change);
}

/* ---- rows ---- */

/* A row of 5 minutes may lie across the border of two blocks: the rest of it stays. */
static bool
take_row(StoreSeal *self, const StoreKey *key, const void *data, size_t size, GError **error)
{
    g_autoptr(Vicu__Batch) batch = vicu_wire_unpack_batch(data, size, error);
    size_t before = self->rows.n;

    if (batch == NULL)
        return false;
    for (size_t i = 0; i < batch->n_numerics; i++)
        store_gather_numerics(&self->rows, batch->numerics[i]);
    if (self->rows.n > before)
        add_change(self, STORE_NUMERICS, key, store_outside_row(batch, self->from_us, self->to_us));
    return true;
}

static bool
read_rows(StoreSeal *self, GError **error)
{
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_NUMERICS, &self->at, &self->end);
    size_t enough = self->rows.n + STORE_SEAL_SLICE;

    for (; store_iter_valid(iter) && self->rows.n < STORE_SEAL_VALUES; store_iter_next(iter)) {
        StoreKey key = {0};
        size_t size = 0;
        const uint8_t *bytes = store_iter_key(iter, &size);
        store_key_bytes(&key, bytes, size);
        if (self->rows.n >= enough) {
            self->at = key;
            return true;
        }
        const uint8_t *value = store_iter_value(iter, &size);
        if (!take_row(self, &key, value, size, error)) {
            g_prefix_error(error, "bed %s: ", self->bed);
            return false;
        }
    }
    self->rows_read = true;
    for (guint i = 0; i < self->rows.series->len; i++) {
        uint64_t n = ((StoreSeries *)self->rows.series->pdata[i])->values->len;
        g_array_append_val(self->from_rows, n);
    }
    return store_iter_check(iter, error);
}

/* ---- pyramids ---- */

/* @n cells replace those of the block in its row. */
static bool
change_level(StoreSeal *self,
             unsigned level,
             const StoreTrendStream *stream,
             const StoreCell *cells,
             size_t n,
             GError **error)
{
    int64_t span_us = store_level_span_us(level), period_us = store_level_period_us(level);
    int64_t span = store_multiple(self->from_us, span_us);
    size_t in_row = (size_t)(span_us / period_us);
    StoreKey key = store_pyramid_key_of(level, self->bed, span, stream);
    StoreCell row[STORE_CELLS_MAX] = {{0}};
    g_auto(StoreValue) value = {0};
    bool any = false;

    StoreFind found = store_db_get(self->db, STORE_PYRAMID, &key, &value, error);
    if (found == STORE_BROKEN
        || (found == STORE_FOUND && !store_level_read(value.data, value.size, row, in_row, error)))
        return false;
    memcpy(row + (self->from_us - span * span_us) / period_us, cells, n * sizeof *cells);
    for (size_t i = 0; i < in_row; i++)
        any = any || row[i].n > 0;
    if (!any)
        return true; /* and there was no row: what is sealed only grows */
    g_autoptr(GByteArray) out = g_byte_array_new();
    store_level_write(out, row, in_row);
    add_change(self, STORE_PYRAMID, &key, g_byte_array_free_to_bytes(g_steal_pointer(&out)));
    return true;
}

static bool
change_pyramid(StoreSeal *self, const StoreSeries *series, GError **error)
{
    StoreCell cells[STORE_BLOCK_CELLS] = {{0}}, all = {0};

    store_series_cells(series, cells);
    for (size_t i = 0; i < G_N_ELEMENTS(cells); i++)
        store_cell_join(&all, &cells[i]);
    return change_level(self, 1, &series->stream, cells, G_N_ELEMENTS(cells), error)
           && change_level(self, 2, &series->stream, &all, 1, error);
}

/* ---- blocks ---- */

/* What is sealed already comes first: of one instant, it came first. */
static bool
join_sealed(StoreSeal *self, const StoreSeries *series, StoreGather *all, GError **error)
{
    if (!store_gather_blocks(all, self->db, NULL, self->bed, self->block, &series->stream, error))
        return false;
    store_gather_add(all, &series->stream, (const StoreTrendValue *)(void *)series->values->data,
                     series->values->len);
    store_gather_sort(all);
    return true;
}

static void
change_blocks(StoreSeal *self, const StoreSeries *series)
{
    uint16_t part = 0;

    for (guint i = 0; i < series->values->len; i += STORE_TREND_BLOCK_VALUES) {
        g_autoptr(GByteArray) out = g_byte_array_new();
        StoreKey key = store_trend_key_of(self->bed, self->block, &series->stream, part++);
        store_block_write(out, &series->stream, &g_array_index(series->values, StoreTrendValue, i),
                          MIN(series->values->len - i, STORE_TREND_BLOCK_VALUES));
        add_change(self, STORE_TREND, &key, g_byte_array_free_to_bytes(g_steal_pointer(&out)));
    }
}

static bool
seal_series(StoreSeal *self, const StoreSeries *series, GError **error)
{
    StoreGather all;

    store_gather_init(&all, series->stream.code, self->from_us, self->to_us);
    bool ok =
        join_sealed(self, series, &all, error) && change_pyramid(self, all.series->pdata[0], error);
    if (ok)
        change_blocks(self, all.series->pdata[0]);
    store_gather_clear(&all);
    return ok;
}

static StoreSealFate
put_all(StoreSeal *self)
{
    for (guint i = 0; i < self->change->len; i++) {
        const Change *c = &g_array_index(self->change, Change, i);
        if (c->value == NULL)
            store_db_delete(self->db, c->family, &c->key);
        else
            store_db_put(self->db, c->family, &c->key, g_bytes_get_data(c->value, NULL),
                         g_bytes_get_size(c->value));
    }
    return self->change->len > 0 ? STORE_SEAL_PUT : STORE_SEAL_EMPTY;
}

StoreSealFate
store_seal_step(StoreSeal *self, GError **error)
{
    size_t worked = 0;

    if (!self->rows_read) {
        if (!read_rows(self, error))
            return STORE_SEAL_BROKEN;
        if (!self->rows_read || self->rows.n > 0)
            return STORE_SEAL_WORKS;
    }
    while (self->next < self->rows.series->len && worked < STORE_SEAL_SLICE) {
        const StoreSeries *series = self->rows.series->pdata[self->next++];
        if (!seal_series(self, series, error))
            return STORE_SEAL_BROKEN;
        worked += series->values->len;
    }
    return self->next < self->rows.series->len ? STORE_SEAL_WORKS : put_all(self);
}

uint64_t
store_seal_values_of(const StoreSeal *self, const StoreTrendStream *stream)
{
    for (guint i = 0; i < self->from_rows->len; i++) {
        const StoreSeries *series = self->rows.series->pdata[i];
        if (store_trend_stream_same(&series->stream, stream))
            return g_array_index(self->from_rows, uint64_t, i);
    }
    return 0;
}

uint64_t
store_seal_values(const StoreSeal *self)
{
    return self->rows.n;
}
