/* Numerics without a stretch of time: rows of 5 minutes, blocks, cells.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/erase/inner.h"
#include "store/numeric.h"
#include "store/trend/outside.h"
#include "store/trend/trend.h"

#define EDGES 2

/* A block of which a part is erased, and what is left of it. */
typedef struct {
    int64_t block;
    StoreGather left;
} Edge;

typedef struct {
    StoreErasing *erasing;
    Edge edge[EDGES];
    size_t n;
} Values;

static StoreKey
key_here(const StoreIter *iter)
{
    StoreKey key = {0};
    size_t size = 0;
    const uint8_t *data = store_iter_key(iter, &size);

    store_key_bytes(&key, data, size);
    return key;
}

static void
note_end(StoreErasing *self, const StoreIter *iter)
{
    self->unread += !store_iter_check(iter, NULL);
}

/* ---- rows of 5 minutes ---- */

static void
cut_row(StoreErasing *self, const StoreKey *key, const uint8_t *value, size_t size)
{
    g_autoptr(Vicu__Batch) batch = vicu_wire_unpack_batch(value, size, NULL);
    g_autoptr(GBytes) left =
        batch != NULL ? store_outside_row(batch, self->from_us, self->to_us) : NULL;

    self->unread += batch == NULL;
    if (left == NULL)
        store_db_delete(self->db, STORE_NUMERICS, key);
    else
        store_db_put(self->db, STORE_NUMERICS, key, g_bytes_get_data(left, NULL),
                     g_bytes_get_size(left));
}

static void
cut_rows(StoreErasing *self)
{
    StoreKey first = store_numeric_key(self->bed, self->from_us);
    StoreKey end = store_numeric_key(self->bed, self->to_us - 1);
    size_t at = strlen(self->bed) + 1;

    memset(end.data + end.size, 0xff, 32); /* past every lane of that row */
    end.size += 32;
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_NUMERICS, &first, &end);
    for (; store_iter_valid(iter); store_iter_next(iter), self->rows++) {
        StoreKey key = key_here(iter);
        int64_t from_us = store_read_time(key.data + at) * STORE_NUMERIC_BLOCK_US;
        size_t size = 0;
        if (store_erasing_has(self, from_us, from_us + STORE_NUMERIC_BLOCK_US)) {
            store_db_delete(self->db, STORE_NUMERICS, &key);
            continue;
        }
        const uint8_t *value = store_iter_value(iter, &size);
        cut_row(self, &key, value, size);
    }
    note_end(self, iter);
}

/* ---- blocks ---- */

/* What is left of a block at an edge is remembered: cells are made of it, too. */
static void
read_edge(Values *values, int64_t block)
{
    StoreErasing *e = values->erasing;
    int64_t from_us = block * STORE_TREND_BLOCK_US, to_us = from_us + STORE_TREND_BLOCK_US;
    StoreGather all;

    if (store_erasing_has(e, from_us, to_us)
        || (values->n > 0 && values->edge[values->n - 1].block == block))
        return;
    Edge *edge = &values->edge[values->n++];
    edge->block = block;
    store_gather_init(&edge->left, 0, from_us, to_us);
    store_gather_init(&all, 0, from_us, to_us);
    e->unread += !store_gather_blocks(&all, e->db, NULL, e->bed, block, NULL, NULL);
    store_outside_values(&all, e->from_us, e->to_us, &edge->left);
    store_gather_clear(&all);
}

static void
put_blocks(StoreErasing *self, int64_t block, const StoreSeries *series)
{
    uint16_t part = 0;

    for (guint i = 0; i < series->values->len; i += STORE_TREND_BLOCK_VALUES) {
        g_autoptr(GByteArray) out = g_byte_array_new();
        StoreKey key = store_trend_key_of(self->bed, block, &series->stream, part++);
        store_block_write(out, &series->stream, &g_array_index(series->values, StoreTrendValue, i),
                          MIN(series->values->len - i, STORE_TREND_BLOCK_VALUES));
        store_db_put(self->db, STORE_TREND, &key, out->data, out->len);
    }
}

static void
cut_blocks(Values *values, int64_t first_block, int64_t last_block)
{
    StoreErasing *e = values->erasing;
    StoreKey first = store_trend_key(e->bed, first_block);
    StoreKey end = store_trend_key(e->bed, last_block + 1);

    g_autoptr(StoreIter) iter = store_iter_new(e->db, STORE_TREND, &first, &end);
    for (; store_iter_valid(iter); store_iter_next(iter), e->rows++) {
        StoreKey key = key_here(iter);
        store_db_delete(e->db, STORE_TREND, &key);
    }
    note_end(e, iter);
    for (size_t i = 0; i < values->n; i++)
        for (guint k = 0; k < values->edge[i].left.series->len; k++)
            put_blocks(e, values->edge[i].block, values->edge[i].left.series->pdata[k]);
}

/* ---- cells ---- */

/* The cell of @level that begins at @t_us, of what is left. */
static StoreCell
cell_of(const Values *values, unsigned level, const StoreTrendStream *stream, int64_t t_us)
{
    int64_t block = store_multiple(t_us, STORE_TREND_BLOCK_US);
    StoreCell cells[STORE_BLOCK_CELLS] = {{0}}, all = {0};

    for (size_t i = 0; i < values->n; i++) {
        const GPtrArray *series = values->edge[i].left.series;
        for (guint k = 0; values->edge[i].block == block && k < series->len; k++)
            if (store_trend_stream_same(&((StoreSeries *)series->pdata[k])->stream, stream))
                store_series_cells(series->pdata[k], cells);
    }
    if (level == 1)
        return cells[(t_us - block * STORE_TREND_BLOCK_US) / store_level_period_us(1)];
    for (size_t i = 0; i < STORE_BLOCK_CELLS; i++)
        store_cell_join(&all, &cells[i]);
    return all;
}

/* @key: level | code | bed | span | channel | source. */
static void
cut_cells(const Values *values, const StoreKey *key, const uint8_t *value, size_t size)
{
    StoreErasing *e = values->erasing;
    unsigned level = key->data[0];
    const uint8_t *tail = key->data + 5 + strlen(e->bed) + 1;
    StoreTrendStream stream = {store_read_u32(key->data + 1), store_read_u32(tail + 8), tail[12]};
    int64_t period_us = store_level_period_us(level), span_us = store_level_span_us(level);
    int64_t row_us = store_read_time(tail) * span_us;
    size_t n = (size_t)(span_us / period_us);
    StoreCell cells[STORE_CELLS_MAX] = {{0}};
    bool any = false;

    bool read = !store_erasing_has(e, row_us, row_us + span_us)
                && store_level_read(value, size, cells, n, NULL);
    for (size_t i = 0; read && i < n; i++) {
        int64_t t_us = row_us + (int64_t)i * period_us;
        if (t_us < e->to_us && t_us + period_us > e->from_us)
            cells[i] = cell_of(values, level, &stream, t_us);
        any = any || cells[i].n > 0;
    }
    if (!any) {
        store_db_delete(e->db, STORE_PYRAMID, key);
        return;
    }
    g_autoptr(GByteArray) out = g_byte_array_new();
    store_level_write(out, cells, n);
    store_db_put(e->db, STORE_PYRAMID, key, out->data, out->len);
}

static void
cut_pyramid(const Values *values, unsigned level, uint32_t code)
{
    StoreErasing *e = values->erasing;
    int64_t span_us = store_level_span_us(level);
    StoreKey first = store_pyramid_key(level, code), end;

    store_key_bed(&first, e->bed);
    end = first;
    size_t size = first.size + 8 + 4 + 1, value_size = 0;
    store_key_time(&first, store_multiple(e->from_us, span_us));
    store_key_time(&end, store_multiple(e->to_us - 1, span_us) + 1);
    g_autoptr(StoreIter) iter = store_iter_new(e->db, STORE_PYRAMID, &first, &end);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        StoreKey key = key_here(iter);
        const uint8_t *value = store_iter_value(iter, &value_size);
        if (key.size != size)
            continue;
        cut_cells(values, &key, value, value_size);
        e->rows++;
    }
    note_end(e, iter);
}

void
store_erasing_values(StoreErasing *self)
{
    Values values = {.erasing = self};
    StoreStreams *streams = store_head_streams(self->head);
    g_autoptr(GHashTable) codes = g_hash_table_new(NULL, NULL);
    int64_t first = store_multiple(self->from_us, STORE_TREND_BLOCK_US);
    int64_t last = store_multiple(self->to_us - 1, STORE_TREND_BLOCK_US);

    cut_rows(self);
    read_edge(&values, first);
    read_edge(&values, last);
    cut_blocks(&values, first, last);
    for (size_t i = 0; i < store_streams_count(streams); i++) {
        const StoreStream *s = store_streams_at(streams, i);
        if (s->wave || strcmp(s->bed, self->bed) != 0
            || !g_hash_table_add(codes, GUINT_TO_POINTER(s->code)))
            continue;
        for (unsigned level = 1; level <= STORE_LEVELS; level++)
            cut_pyramid(&values, level, s->code);
    }
    for (size_t i = 0; i < values.n; i++)
        store_gather_clear(&values.edge[i].left);
}
