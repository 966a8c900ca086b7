/* Least, greatest, mean and coverage per pixel column, from every value stored.
 *
 * Coverage is observed time over the column's width: a sample stands for one period,
 * an invalid one for nothing. Nothing is interpolated or repeated: a column without a
 * value has coverage 0. Numerics that are sealed come through the pyramids and are the
 * same as value by value.
 *
 * Columns of waves that are wide (WIDE_US) are made of spans of some 7.5 s as they were
 * summed up at sealing, each counted where its middle lies: the edge of a column may be
 * off by half a span, as may that of what was asked for. Narrower ones look at every sample.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "store/grid.h"
#include "store/query-internal.h"
#include "store/scan.h"
#include "store/trend/read.h"

typedef struct {
    StoreGrid grid;
    StoreWaveWalk *waves; /* or numerics: */
    StoreSnapshot *snapshot;
    StoreTrendReader *reader;
    GArray *open; /* int64_t: blocks that have rows */
    guint next_open;
    bool sealed_read;
    bool walked;
    size_t sent;
} State;

#define MOST_US (INT64_C(40) * 366 * 86400 * G_USEC_PER_SEC)

/* Sixteen spans. */
#define WIDE_US (120 * G_USEC_PER_SEC)

bool
store_query_check_columns(uint32_t columns, int64_t from_us, int64_t to_us, char **refusal)
{
    __extension__ unsigned __int128 width = (unsigned __int128)((__int128)to_us - from_us);

    if (columns >= 1 && columns <= STORE_QUERY_COLUMNS_MAX && width >= columns && width <= MOST_US)
        return true;
    *refusal = g_strdup_printf("%u columns: expected 1 to %d, each at least 1 us wide, over "
                               "at most 40 years",
                               columns, STORE_QUERY_COLUMNS_MAX);
    return false;
}

/* ---- numerics ---- */

static void
note_open(const char *bed, StoreOpenBlock *block, gpointer user)
{
    State *state = user;
    int64_t from_us = block->block * STORE_TREND_BLOCK_US;

    (void)bed;
    if (from_us < store_grid_to_us(&state->grid)
        && from_us + STORE_TREND_BLOCK_US > store_grid_from_us(&state->grid))
        g_array_append_val(state->open, block->block);
}

/* What the lanes hold in memory, at once; what has rows is noted. */
static void
begin_numerics(StoreQuery *self, State *state)
{
    const Vicu__QueryColumns *ask = self->ask->columns;
    g_autoptr(GPtrArray) held = store_query_held(self->head, ask->bed);
    StoreGather gather;

    store_gather_init(&gather, ask->code, ask->from_us, ask->to_us);
    for (guint i = 0; i < held->len; i++) {
        size_t size = 0;
        const void *data = g_bytes_get_data(held->pdata[i], &size);
        bool ok = store_gather_row(&gather, data, size, NULL);
        g_assert(ok); /* packed a moment ago */
    }
    store_grid_gathered(&state->grid, &gather, ask->channel);
    store_gather_clear(&gather);
    state->snapshot = store_snapshot_new(store_head_db(self->head));
    state->reader = store_trend_reader_new(store_head_db(self->head), state->snapshot, ask->code,
                                           ask->channel, &state->grid);
    store_trend_reader_bed(state->reader, ask->bed, NULL);
    state->open = g_array_new(FALSE, FALSE, sizeof(int64_t));
    store_open_each(store_trend_open(store_head_trend(self->head)), ask->bed, note_open, state);
}

static bool
work_numerics(StoreQuery *self, State *state, GError **error)
{
    const Vicu__QueryColumns *ask = self->ask->columns;

    if (!state->sealed_read) {
        bool ok = store_trend_reader_step(state->reader, &state->sealed_read, error);
        store_trend_reader_rest(state->reader);
        return ok;
    }
    state->walked = state->next_open == state->open->len;
    return state->walked
           || store_grid_rows(&state->grid, store_head_db(self->head), state->snapshot, ask->bed,
                              ask->code, ask->channel,
                              g_array_index(state->open, int64_t, state->next_open++), error);
}

/* ---- either ---- */

static bool
begin(StoreQuery *self, char **refusal)
{
    const Vicu__QueryColumns *ask = self->ask->columns;
    StoreStreams *streams = store_head_streams(self->head);

    if (!store_query_check_range(ask->from_us, ask->to_us, refusal)
        || !store_query_check_bed(self, ask->bed, refusal))
        return false;
    if (!store_query_check_columns(ask->columns, ask->from_us, ask->to_us, refusal))
        return false;
    bool wave = store_streams_find(streams, ask->bed, ask->code, ask->channel, true) != NULL;
    if (!wave && store_streams_find(streams, ask->bed, ask->code, ask->channel, false) == NULL) {
        *refusal = g_strdup_printf("bed %s has no stream with code %u on channel %u: ask for its "
                                   "streams",
                                   ask->bed, ask->code, ask->channel);
        return false;
    }
    State *state = g_new0(State, 1);
    self->state = state;
    store_grid_init(&state->grid, ask->from_us, ask->to_us, ask->columns, 0);
    if (wave)
        state->waves = store_wave_walk_new(self->head, ask->bed, ask->code, ask->channel,
                                           ask->from_us, ask->to_us);
    else
        begin_numerics(self, state);
    return true;
}

static void
end(StoreQuery *self)
{
    State *state = self->state;

    store_wave_walk_free(state->waves);
    store_trend_reader_free(state->reader);
    store_snapshot_free(state->snapshot);
    g_clear_pointer(&state->open, g_array_unref);
    store_grid_clear(&state->grid);
    g_free(state);
}

/* Samples of one column: all arithmetic on integers, converted once. */
static void
take_part(StoreCell *cell, const StoreSegment *segment, const int16_t *samples, size_t n)
{
    int least = G_MAXINT, greatest = G_MININT;
    int64_t sum = 0;
    uint64_t valid = 0;

    for (size_t i = 0; i < n; i++) {
        int sample = samples[i];
        if (sample == STORE_SAMPLE_INVALID)
            continue;
        least = MIN(least, sample);
        greatest = MAX(greatest, sample);
        sum += sample;
        valid++;
    }
    if (valid == 0)
        return;
    double low = store_segment_value(segment, (int16_t)least);
    double high = store_segment_value(segment, (int16_t)greatest);
    double total = ((double)sum - (double)valid * segment->baseline) / segment->gain;
    double period_us = 1e6 * segment->num / segment->den;
    StoreCell part = {MIN(low, high), MAX(low, high), total, (double)valid * period_us, valid};
    store_cell_join(cell, &part);
}

static void
take_wave(
    const StoreIdentity *identity, uint64_t first, const int16_t *samples, size_t n, gpointer user)
{
    StoreGrid *grid = &((State *)user)->grid;
    const StoreSegment *segment = &identity->segment;
    size_t column = store_grid_column(grid, store_segment_time_us(segment, first));

    for (size_t i = 0; i < n; column++) {
        uint64_t stop = column + 1 < grid->n ? store_segment_index(segment, grid->start[column + 1])
                                             : first + n;
        size_t k = (size_t)(MIN(stop, first + n) - (first + i));
        take_part(&grid->cell[column], segment, samples + i, k);
        i += k;
    }
}

static void
take_spans(const StoreIdentity *identity,
           uint64_t first,
           uint32_t n,
           uint32_t restart,
           const VicuBlockStats *spans,
           gpointer user)
{
    StoreGrid *grid = &((State *)user)->grid;
    const StoreSegment *segment = &identity->segment;
    double period_us = 1e6 * segment->num / segment->den;
    double t_us = (double)(store_segment_time_us(segment, first) - store_grid_from_us(grid));
    double per_us = (double)grid->n / (double)(store_grid_to_us(grid) - store_grid_from_us(grid));

    for (uint32_t i = 0; (uint64_t)i * restart < n; i++) {
        const VicuBlockStats *span = &spans[i];
        double middle = ((double)i * restart + MIN(restart, n - i * restart) / 2.0) * period_us;
        double at = (t_us + middle) * per_us;
        if (span->n_valid == 0 || at < 0 || at >= (double)grid->n)
            continue;
        size_t column = (size_t)at;
        double low = store_segment_value(segment, span->min);
        double high = store_segment_value(segment, span->max);
        double total =
            ((double)span->sum - (double)span->n_valid * segment->baseline) / segment->gain;
        StoreCell part = {MIN(low, high), MAX(low, high), total, span->n_valid * period_us,
                          span->n_valid};
        store_cell_join(&grid->cell[column], &part);
    }
}

static void
send(StoreQuery *self)
{
    State *state = self->state;

    for (; state->sent < state->grid.n && !store_query_full(self); state->sent++) {
        const StoreCell *cell = &state->grid.cell[state->sent];
        Vicu__Column column = VICU__COLUMN__INIT;
        column.t_us = state->grid.start[state->sent];
        if (cell->n > 0) {
            column.min = cell->min;
            column.max = cell->max;
            column.mean = cell->sum / (double)cell->n;
            column.coverage = (float)store_grid_coverage(&state->grid, state->sent);
        }
        store_rows_add_message(self->out, STORE_ROWS_COLUMN, &column.base);
    }
    self->done = state->sent == state->grid.n;
}

static int64_t
column_us(const State *state)
{
    return (store_grid_to_us(&state->grid) - store_grid_from_us(&state->grid))
           / (int64_t)state->grid.n;
}

static bool
work(StoreQuery *self, GError **error)
{
    static const StoreWaveFuncs exact = {take_wave, NULL, NULL, NULL};
    static const StoreWaveFuncs wide = {take_wave, NULL, take_spans, NULL};
    State *state = self->state;
    bool ok = true;

    if (state->walked)
        send(self);
    else if (state->waves != NULL)
        ok = store_wave_walk_step(state->waves, column_us(state) >= WIDE_US ? &wide : &exact, state,
                                  &state->walked, error);
    else
        ok = work_numerics(self, state, error);
    return ok;
}

const StoreQueryKind store_query_columns = {begin, work, end};
