/* SPDX-License-Identifier: Apache-2.0 */
#include "store/trend/read.h"

#include <string.h>

#include "store/numeric.h"
#include "store/trend/trend.h"

#define IN_BLOCK   64u /* cells of level 1 */
#define CUT_BLOCKS 8   /* at once, when borders cut cells */
#define WORDS      (STORE_CELLS_MAX / 64)

struct StoreTrendReader {
    StoreDb *db;
    const StoreSnapshot *snapshot;
    uint32_t code, channel;
    StoreGrid *grid;
    unsigned level;
    bool cuts;
    int64_t window_us; /* of a step */
    const char *bed;
    StoreWholes *wholes; /* where cells go; NULL: into the grid */
    int64_t at_us;       /* all sealed before this is in the grid */
    StoreIter *iter;
    bool onward; /* @iter went on from a row to the next, over the last of a span asked for */
    StoreKey first, end;
};

/* ---- into columns ---- */

void
store_grid_cells(StoreGrid *grid,
                 const StoreCell *cells,
                 size_t n,
                 int64_t t_us,
                 int64_t period_us,
                 uint64_t *cut)
{
    int64_t from_us = store_grid_from_us(grid), to_us = store_grid_to_us(grid);
    size_t c = t_us <= from_us ? 0 : t_us >= to_us ? grid->n - 1 : store_grid_column(grid, t_us);

    for (size_t i = 0; i < n; i++, t_us += period_us) {
        if (cells[i].n == 0 || t_us + period_us <= from_us || t_us >= to_us)
            continue;
        while (grid->start[c + 1] <= t_us)
            c++;
        if (t_us >= grid->start[c] && t_us + period_us <= grid->start[c + 1])
            store_cell_join(&grid->cell[c], &cells[i]);
        else if (cut != NULL)
            cut[i / 64] |= UINT64_C(1) << (i % 64);
        else
            g_assert_not_reached();
    }
}

static void
add_value(StoreGrid *grid, uint32_t code, const StoreTrendValue *v)
{
    if (v->quality == VICU__QUALITY__QUALITY_INVALID || v->t_us < store_grid_from_us(grid)
        || v->t_us >= store_grid_to_us(grid))
        return;
    store_cell_add(&grid->cell[store_grid_column(grid, v->t_us)], v->value,
                   store_trend_period_us(code, v->period_ms));
}

void
store_grid_gathered(StoreGrid *grid, const StoreGather *gather, uint32_t channel)
{
    for (guint i = 0; i < gather->series->len; i++) {
        const StoreSeries *series = gather->series->pdata[i];
        if (series->stream.channel != channel)
            continue;
        for (guint k = 0; k < series->values->len; k++)
            add_value(grid, series->stream.code,
                      &g_array_index(series->values, StoreTrendValue, k));
    }
}

bool
store_grid_rows(StoreGrid *grid,
                StoreDb *db,
                const StoreSnapshot *snapshot,
                const char *bed,
                uint32_t code,
                uint32_t channel,
                int64_t block,
                GError **error)
{
    int64_t from_us = block * STORE_TREND_BLOCK_US, to_us = from_us + STORE_TREND_BLOCK_US;
    StoreKey first = store_numeric_key(bed, from_us), end = store_numeric_key(bed, to_us - 1);
    StoreGather gather;
    bool ok = true;

    memset(end.data + end.size, 0xff, 32);
    end.size += 32;
    g_autoptr(StoreIter) iter = store_iter_new_at(db, snapshot, STORE_NUMERICS, &first, &end);
    store_gather_init(&gather, code, from_us, to_us);
    for (; ok && store_iter_valid(iter); store_iter_next(iter)) {
        size_t size = 0;
        const uint8_t *value = store_iter_value(iter, &size);
        ok = store_gather_row(&gather, value, size, error);
    }
    if (ok)
        store_grid_gathered(grid, &gather, channel);
    store_gather_clear(&gather);
    return ok && store_iter_check(iter, error);
}

/* ---- sealed ---- */

StoreTrendReader *
store_trend_reader_new(
    StoreDb *db, const StoreSnapshot *snapshot, uint32_t code, uint32_t channel, StoreGrid *grid)
{
    StoreTrendReader *self = g_new0(StoreTrendReader, 1);
    int64_t narrowest_us = INT64_MAX;

    for (size_t c = 0; c < grid->n; c++)
        narrowest_us = MIN(narrowest_us, grid->start[c + 1] - grid->start[c]);
    self->level = narrowest_us >= store_level_period_us(2) ? 2 : 1;
    for (size_t c = 0; c <= grid->n; c++)
        self->cuts = self->cuts || grid->start[c] % store_level_period_us(self->level) != 0;
    self->window_us =
        self->cuts ? CUT_BLOCKS * STORE_TREND_BLOCK_US : store_level_span_us(self->level);
    self->db = db;
    self->snapshot = snapshot;
    self->code = code;
    self->channel = channel;
    self->grid = grid;
    self->first = self->end = store_pyramid_key(self->level, code);
    memset(self->end.data + self->end.size, 0xff, 100); /* past every bed */
    self->end.size += 100;
    return self;
}

void
store_trend_reader_free(StoreTrendReader *self)
{
    if (self == NULL)
        return;
    store_iter_free(self->iter);
    g_free(self);
}

bool
store_trend_reader_cuts(const StoreTrendReader *self)
{
    return self->cuts;
}

void
store_trend_reader_bed(StoreTrendReader *self, const char *bed, StoreWholes *wholes)
{
    g_assert(wholes == NULL || !self->cuts);
    self->onward = self->onward && self->bed != bed; /* else it stands behind the first row */
    self->bed = bed;
    self->wholes = wholes;
    self->at_us =
        CLAMP(store_grid_from_us(self->grid), -STORE_TREND_TIME_MAX, STORE_TREND_TIME_MAX);
}

void
store_trend_reader_rest(StoreTrendReader *self)
{
    g_clear_pointer(&self->iter, store_iter_free);
}

/* Values of the cells of one block that borders cut. */
static bool
add_cut(StoreTrendReader *self,
        const StoreTrendStream *stream,
        int64_t block,
        uint64_t cut,
        GError **error)
{
    int64_t from_us = block * STORE_TREND_BLOCK_US, period_us = store_level_period_us(1);
    StoreGather gather;

    store_gather_init(&gather, stream->code, from_us, from_us + STORE_TREND_BLOCK_US);
    bool ok =
        store_gather_blocks(&gather, self->db, self->snapshot, self->bed, block, stream, error);
    for (guint i = 0; ok && i < gather.series->len; i++) {
        const GArray *values = ((StoreSeries *)gather.series->pdata[i])->values;
        for (guint k = 0; k < values->len; k++) {
            const StoreTrendValue *v = &g_array_index(values, StoreTrendValue, k);
            if ((cut >> ((v->t_us - from_us) / period_us) & 1) != 0)
                add_value(self->grid, stream->code, v);
        }
    }
    store_gather_clear(&gather);
    return ok;
}

/* Cells of level 1 within whole blocks that begin at @t_us. */
static bool
add_fine(StoreTrendReader *self,
         const StoreTrendStream *stream,
         const StoreCell *cells,
         size_t n,
         int64_t t_us,
         GError **error)
{
    uint64_t cut[WORDS] = {0};

    store_grid_cells(self->grid, cells, n, t_us, store_level_period_us(1), cut);
    for (size_t i = 0; i < n / IN_BLOCK; i++)
        if (cut[i] != 0
            && !add_cut(self, stream, store_multiple(t_us, STORE_TREND_BLOCK_US) + (int64_t)i,
                        cut[i], error))
            return false;
    return true;
}

/* Cells of level 2; one that a border cuts is looked at in level 1. */
static bool
add_coarse(StoreTrendReader *self,
           const StoreTrendStream *stream,
           const StoreCell *cells,
           size_t n,
           int64_t t_us,
           GError **error)
{
    uint64_t cut[WORDS] = {0};

    store_grid_cells(self->grid, cells, n, t_us, STORE_TREND_BLOCK_US, cut);
    for (size_t i = 0; i < n; i++) {
        if ((cut[i / 64] >> (i % 64) & 1) == 0)
            continue;
        StoreCell fine[STORE_CELLS_MAX];
        int64_t block_us = t_us + (int64_t)i * STORE_TREND_BLOCK_US;
        int64_t span_us = store_level_span_us(1), span = store_multiple(block_us, span_us);
        StoreKey key = store_pyramid_key_of(1, self->bed, span, stream), end = key;
        store_key_u8(&end, 0);
        g_autoptr(StoreIter) iter =
            store_iter_new_at(self->db, self->snapshot, STORE_PYRAMID, &key, &end);
        size_t size = 0;
        if (!store_iter_valid(iter))
            return store_iter_check(iter, error);
        const uint8_t *value = store_iter_value(iter, &size);
        if (!store_level_read(value, size, fine, G_N_ELEMENTS(fine), error)
            || !add_fine(self, stream,
                         fine + (block_us - span * span_us) / store_level_period_us(1), IN_BLOCK,
                         block_us, error))
            return false;
    }
    return true;
}

/* What of the row @span is asked for: whole blocks, at_us may lie within one. *@n cells
 * from *@first on, which begin at the time that is returned. */
static int64_t
part_of_row(const StoreTrendReader *self, int64_t span, int64_t stop_us, size_t *first, size_t *n)
{
    int64_t period_us = store_level_period_us(self->level);
    int64_t span_us = store_level_span_us(self->level), row_us = span * span_us;
    int64_t from_us =
        MAX(row_us, store_multiple(self->at_us, STORE_TREND_BLOCK_US) * STORE_TREND_BLOCK_US);
    int64_t to_us = MIN(row_us + span_us, (store_multiple(stop_us - 1, STORE_TREND_BLOCK_US) + 1)
                                              * STORE_TREND_BLOCK_US);

    *first = (size_t)((from_us - row_us) / period_us);
    *n = (size_t)((to_us - from_us) / period_us);
    return from_us;
}

/* The part of a row from at_us up to @stop_us. */
static bool
add_row(StoreTrendReader *self,
        const StoreTrendStream *stream,
        int64_t span,
        int64_t stop_us,
        GError **error)
{
    StoreCell cells[STORE_CELLS_MAX];
    size_t n = (size_t)(store_level_span_us(self->level) / store_level_period_us(self->level));
    size_t size = 0, first = 0, some = 0;
    const uint8_t *value = store_iter_value(self->iter, &size);
    int64_t from_us = part_of_row(self, span, stop_us, &first, &some);

    if (!store_level_read(value, size, cells, n, error)) {
        g_prefix_error(error, "bed %s: ", self->bed);
        return false;
    }
    return self->level == 2 ? add_coarse(self, stream, cells + first, some, from_us, error)
                            : add_fine(self, stream, cells + first, some, from_us, error);
}

static void
add_whole_row(StoreTrendReader *self, int64_t span, int64_t stop_us)
{
    StoreWholeRow row;
    int64_t period_us = store_level_period_us(self->level);
    size_t n = (size_t)(store_level_span_us(self->level) / period_us);
    size_t size = 0, first = 0, some = 0;
    const uint8_t *value = store_iter_value(self->iter, &size);
    int64_t from_us = part_of_row(self, span, stop_us, &first, &some);

    if (!store_level_read_whole(value, size, &row, n))
        self->wholes->fate = STORE_WHOLES_NOT; /* read as doubles it says what it is */
    else
        store_wholes_add_row(self->wholes, self->grid, &row, first, some, from_us, period_us);
}

/* The row that the iterator is at, when it is of this bed. */
static bool
row_here(const StoreTrendReader *self, int64_t *span, StoreTrendStream *stream)
{
    size_t size = 0, bed = strlen(self->bed) + 1, head = 5 + bed;

    if (!store_iter_valid(self->iter))
        return false;
    const uint8_t *key = store_iter_key(self->iter, &size);
    if (size != head + 8 + 4 + 1 || memcmp(key + 5, self->bed, bed) != 0)
        return false;
    *span = store_read_time(key + head);
    *stream = (StoreTrendStream){self->code, store_read_u32(key + head + 8), key[head + 12]};
    return true;
}

/* Goes to the first row of the bed at or after at_us. Where the rows before it were
 * just read, the iterator is there already. */
static void
seek(StoreTrendReader *self)
{
    int64_t wanted = store_multiple(self->at_us, store_level_span_us(self->level)), span = 0;
    StoreTrendStream stream;

    if (self->iter != NULL && self->onward && row_here(self, &span, &stream) && span >= wanted)
        return;
    StoreKey key = store_pyramid_key(self->level, self->code);

    store_key_bed(&key, self->bed);
    store_key_time(&key, wanted);
    if (self->iter == NULL)
        self->iter = store_iter_new_within(self->db, self->snapshot, STORE_PYRAMID, &self->first,
                                           &self->end);
    store_iter_seek(self->iter, &key);
}

bool
store_trend_reader_step(StoreTrendReader *self, bool *done, GError **error)
{
    int64_t to_us = store_grid_to_us(self->grid), span = 0,
            span_us = store_level_span_us(self->level);
    StoreTrendStream stream;

    *done = true;
    if (self->at_us >= to_us || self->at_us >= STORE_TREND_TIME_MAX)
        return true;
    seek(self);
    if (!row_here(self, &span, &stream))
        return store_iter_check(self->iter, error);
    self->at_us = MAX(self->at_us, span * span_us);
    if (self->at_us >= to_us)
        return true;
    int64_t stop_us = MIN(MIN(to_us, (span + 1) * span_us),
                          (store_multiple(self->at_us, self->window_us) + 1) * self->window_us);
    for (int64_t here = span; here == span; store_iter_next(self->iter)) {
        if (!row_here(self, &here, &stream) || here != span)
            break;
        if (stream.channel != self->channel)
            continue;
        if (self->wholes != NULL)
            add_whole_row(self, span, stop_us);
        else if (!add_row(self, &stream, span, stop_us, error))
            return false;
    }
    self->at_us = stop_us;
    self->onward = stop_us == MIN(to_us, (span + 1) * span_us);
    *done =
        self->at_us >= to_us || (self->wholes != NULL && self->wholes->fate != STORE_WHOLES_FIT);
    return store_iter_check(self->iter, error);
}
