/* One numeric over the whole ward: columns of each bed as arrays.
 *
 * Columns begin at multiples of the level that fits, so that no border cuts a cell and
 * no value has to be looked at by itself; columns narrower than the finest level are
 * exact. What is open or in memory is copied when the query begins, the database is
 * seen as it was then: a value that is sealed meanwhile is counted once.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/grid.h"
#include "store/query-internal.h"
#include "store/trend/read.h"

/* A block of a bed that is not sealed. */
typedef struct {
    int64_t block;
    bool whole; /* @cell is all of it; else its rows have to be read */
    StoreCell cell[STORE_OPEN_CELLS];
} Open;

typedef struct {
    int64_t t_us;
    double value, period_us;
} Held;

typedef struct {
    const char *name; /* of the table of streams */
    GArray *open;     /* Open */
    GArray *held;     /* Held: what lanes have in memory */
} Bed;

typedef struct {
    StoreGrid grid;
    int64_t level_us;
    StoreSnapshot *snapshot;
    StoreTrendReader *reader;
    GPtrArray *beds;   /* Bed *, in the order of the answer */
    GHashTable *names; /* name -> Bed * */
    guint next;
    /* of one bed's answer */
    uint8_t *min, *rise, *coverage;
    float *mean;
    double *real_min, *real_max;
    int64_t *least, *greatest;
    unsigned places; /* decimal ones that served the bed before */
} State;

/* ---- which beds ---- */

static void
bed_free(gpointer p)
{
    Bed *bed = p;

    g_array_unref(bed->open);
    g_array_unref(bed->held);
    g_free(bed);
}

static void
add_bed(State *state, const char *name)
{
    if (g_hash_table_contains(state->names, name))
        return;
    Bed *bed = g_new0(Bed, 1);
    bed->name = name;
    bed->open = g_array_new(FALSE, FALSE, sizeof(Open));
    bed->held = g_array_new(FALSE, FALSE, sizeof(Held));
    g_ptr_array_add(state->beds, bed);
    g_hash_table_insert(state->names, (gpointer)name, bed);
}

static int
by_name(gconstpointer pa, gconstpointer pb)
{
    return strcmp((*(Bed *const *)pa)->name, (*(Bed *const *)pb)->name);
}

static bool
find_beds(StoreQuery *self, State *state, char **refusal)
{
    const Vicu__QueryTrend *ask = self->ask->trend;
    StoreStreams *streams = store_head_streams(self->head);

    for (size_t i = 0; i < ask->n_bed; i++) {
        if (!store_query_check_bed(self, ask->bed[i], refusal))
            return false;
        const StoreStream *s =
            store_streams_find(streams, ask->bed[i], ask->code, ask->channel, false);
        if (s == NULL) {
            *refusal = g_strdup_printf("bed %s has no numeric with code %u on channel %u: ask for "
                                       "its streams",
                                       ask->bed[i], ask->code, ask->channel);
            return false;
        }
        add_bed(state, s->bed);
    }
    for (size_t i = 0; ask->n_bed == 0 && i < store_streams_count(streams); i++) {
        const StoreStream *s = store_streams_at(streams, i);
        if (!s->wave && s->code == ask->code && s->channel == ask->channel)
            add_bed(state, s->bed);
    }
    if (ask->n_bed == 0)
        g_ptr_array_sort(state->beds, by_name); /* as the keys lie */
    if (state->beds->len > 0)
        return true;
    *refusal = g_strdup_printf("no bed has a numeric with code %u on channel %u: ask for the "
                               "streams",
                               ask->code, ask->channel);
    return false;
}

/* ---- what is not sealed ---- */

typedef struct {
    const Vicu__QueryTrend *ask;
    State *state;
    Bed *bed;
} Noting;

static void
note_open(const char *name, StoreOpenBlock *block, gpointer user)
{
    Noting *noting = user;
    const StoreGrid *grid = &noting->state->grid;
    int64_t from_us = block->block * STORE_TREND_BLOCK_US;
    Open open = {.block = block->block, .whole = block->whole && noting->state->level_us > 0};

    (void)name;
    if (from_us >= store_grid_to_us(grid)
        || from_us + STORE_TREND_BLOCK_US <= store_grid_from_us(grid))
        return;
    for (guint i = 0; open.whole && i < block->streams->len; i++) {
        const StoreOpenStream *s = block->streams->pdata[i];
        if (s->stream.code != noting->ask->code || s->stream.channel != noting->ask->channel)
            continue;
        for (size_t c = 0; c < STORE_OPEN_CELLS; c++)
            store_cell_join(&open.cell[c], &s->cell[c]);
    }
    g_array_append_val(noting->bed->open, open);
}

static void
note_run(const StoreNumericRun *run, gpointer user)
{
    Noting *noting = user;
    const StoreGrid *grid = &noting->state->grid;

    if (run->stream->code != noting->ask->code || run->stream->channel != noting->ask->channel)
        return;
    Bed *bed = g_hash_table_lookup(noting->state->names, run->stream->bed);
    double period_us = store_trend_period_us(run->stream->code, run->period_ms);
    for (size_t i = 0; bed != NULL && i < run->n; i++) {
        Held held = {run->t_us[i], run->value[i], period_us};
        if (run->quality[i] != VICU__QUALITY__QUALITY_INVALID
            && held.t_us >= store_grid_from_us(grid) && held.t_us < store_grid_to_us(grid))
            g_array_append_val(bed->held, held);
    }
}

static void
note_lane(StoreLane *lane, gpointer user)
{
    store_numeric_each(lane->numeric, note_run, user);
}

/* ---- life ---- */

/* What borders of columns of that width are multiples of. */
static int64_t
level_for(int64_t width_us)
{
    for (unsigned level = STORE_LEVELS; level > 0; level--)
        if (width_us >= store_level_period_us(level))
            return store_level_period_us(level);
    return 0;
}

static void
make_room(State *state)
{
    size_t n = state->grid.n;

    state->min = g_new(uint8_t, 4 * n);
    state->rise = g_new(uint8_t, 4 * n);
    state->coverage = g_new(uint8_t, n);
    state->mean = g_new(float, n);
    state->real_min = g_new(double, n);
    state->real_max = g_new(double, n);
    state->least = g_new(int64_t, n);
    state->greatest = g_new(int64_t, n);
}

static void
end(StoreQuery *self)
{
    State *state = self->state;

    store_trend_reader_free(state->reader);
    store_snapshot_free(state->snapshot);
    g_hash_table_unref(state->names);
    g_ptr_array_unref(state->beds);
    store_grid_clear(&state->grid);
    g_free(state->min);
    g_free(state->rise);
    g_free(state->coverage);
    g_free(state->mean);
    g_free(state->real_min);
    g_free(state->real_max);
    g_free(state->least);
    g_free(state->greatest);
    g_free(state);
}

static bool
begin(StoreQuery *self, char **refusal)
{
    const Vicu__QueryTrend *ask = self->ask->trend;
    StoreDb *db = store_head_db(self->head);

    if (!store_query_check_range(ask->from_us, ask->to_us, refusal)
        || !store_query_check_columns(ask->columns, ask->from_us, ask->to_us, refusal))
        return false;
    if (ask->from_us < -STORE_TREND_TIME_MAX / 2 || ask->to_us > STORE_TREND_TIME_MAX / 2) {
        *refusal = g_strdup("a trend lies within 73 000 years of 1970");
        return false;
    }
    State *state = g_new0(State, 1);
    self->state = state;
    state->names = g_hash_table_new(g_str_hash, g_str_equal);
    state->beds = g_ptr_array_new_with_free_func(bed_free);
    if (!find_beds(self, state, refusal))
        return false;
    state->level_us = level_for((ask->to_us - ask->from_us) / ask->columns);
    store_grid_init(&state->grid, ask->from_us, ask->to_us, ask->columns, state->level_us);
    make_room(state);
    Noting noting = {ask, state, NULL};
    StoreOpen *open = store_trend_open(store_head_trend(self->head));
    for (guint i = 0; i < state->beds->len; i++) {
        noting.bed = state->beds->pdata[i];
        store_open_each(open, noting.bed->name, note_open, &noting);
    }
    store_head_lanes(self->head, note_lane, &noting);
    state->snapshot = store_snapshot_new(db);
    state->reader =
        store_trend_reader_new(db, state->snapshot, ask->code, ask->channel, &state->grid);
    return true;
}

/* ---- one bed's columns ---- */

static bool
fill_grid(StoreQuery *self, State *state, const Bed *bed, GError **error)
{
    const Vicu__QueryTrend *ask = self->ask->trend;
    bool done = false, ok = true;

    store_grid_empty(&state->grid);
    store_trend_reader_bed(state->reader, bed->name);
    while (ok && !done)
        ok = store_trend_reader_step(state->reader, &done, error);
    for (guint i = 0; ok && i < bed->open->len; i++) {
        const Open *open = &g_array_index(bed->open, Open, i);
        if (open->whole)
            store_grid_cells(&state->grid, open->cell, STORE_OPEN_CELLS,
                             open->block * STORE_TREND_BLOCK_US, store_level_period_us(1), NULL);
        else
            ok = store_grid_rows(&state->grid, store_head_db(self->head), state->snapshot,
                                 bed->name, ask->code, ask->channel, open->block, error);
    }
    for (guint i = 0; ok && i < bed->held->len; i++) {
        const Held *h = &g_array_index(bed->held, Held, i);
        store_cell_add(&state->grid.cell[store_grid_column(&state->grid, h->t_us)], h->value,
                       h->period_us);
    }
    return ok;
}

#define WHOLE_MAX 4503599627370496.0 /* 2^52 */

static inline bool
is_whole(double value, double ten, int64_t *whole)
{
    double big = value * ten;

    if (!(big < WHOLE_MAX && big > -WHOLE_MAX))
        return false;
    *whole = (int64_t)(big < 0 ? big - 0.5 : big + 0.5);
    return ten > 1 ? (double)*whole / ten == value : (double)*whole == value;
}

/* Bounds of every column as whole numbers, *base the least of them; false when some are
 * not whole at that many decimal places. */
static bool
take_wholes(State *state, unsigned places, int64_t *base)
{
    double ten = store_trend_ten[places];

    *base = INT64_MAX;
    for (size_t c = 0; c < state->grid.n; c++) {
        const StoreCell *cell = &state->grid.cell[c];
        if (cell->n == 0)
            continue;
        if (!is_whole(cell->min, ten, &state->least[c])
            || !is_whole(cell->max, ten, &state->greatest[c]))
            return false;
        *base = MIN(*base, state->least[c]);
    }
    return true;
}

/* Tries what served the bed before first: beds are of one kind. */
static bool
find_places(State *state, int64_t *base)
{
    for (; state->places <= STORE_TREND_PLACES_MAX; state->places++)
        if (take_wholes(state, state->places, base))
            return true;
    state->places = 0;
    return false;
}

static size_t
width_for(uint64_t most)
{
    return most <= UINT8_MAX ? 1 : most <= UINT16_MAX ? 2 : 4;
}

/* Numbers of @width bytes, least significant first: value[i] - less[i], or less @base. */
static void
put_numbers(
    uint8_t *out, size_t width, const int64_t *value, const int64_t *less, int64_t base, size_t n)
{
    for (size_t i = 0; i < n && width == 1; i++)
        out[i] = (uint8_t)(value[i] - (less != NULL ? less[i] : base));
    for (size_t i = 0; i < n && width > 1; i++) {
        uint64_t rest = (uint64_t)(value[i] - (less != NULL ? less[i] : base));
        for (size_t b = 0; b < width; b++)
            out[i * width + b] = (uint8_t)(rest >> (8 * b));
    }
}

/* False when the numbers need more than 4 bytes. */
static bool
put_wholes(State *state, Vicu__TrendRows *rows, int64_t base)
{
    uint64_t all_min = 0, all_rise = 0;

    base = base == INT64_MAX ? 0 : base; /* not one value */
    for (size_t c = 0; c < state->grid.n; c++) {
        if (state->coverage[c] == 0)
            state->least[c] = state->greatest[c] = base;
        all_min |= (uint64_t)(state->least[c] - base);
        all_rise |= (uint64_t)(state->greatest[c] - state->least[c]);
    }
    if (all_min > UINT32_MAX || all_rise > UINT32_MAX)
        return false;
    size_t min_width = width_for(all_min), rise_width = width_for(all_rise);
    put_numbers(state->min, min_width, state->least, NULL, base, state->grid.n);
    put_numbers(state->rise, rise_width, state->greatest, state->least, 0, state->grid.n);
    rows->places = state->places;
    rows->lowest = base;
    rows->min = (ProtobufCBinaryData){min_width * state->grid.n, state->min};
    rows->rise = (ProtobufCBinaryData){rise_width * state->grid.n, state->rise};
    return true;
}

static void
put_reals(State *state, Vicu__TrendRows *rows)
{
    for (size_t c = 0; c < state->grid.n; c++) {
        state->real_min[c] = state->grid.cell[c].min;
        state->real_max[c] = state->grid.cell[c].max;
    }
    rows->n_real_min = rows->n_real_max = state->grid.n;
    rows->real_min = state->real_min;
    rows->real_max = state->real_max;
}

/* What is partial reads neither as nothing nor as all. */
static void
put_coverage(State *state, Vicu__TrendRows *rows)
{
    bool all = true;

    for (size_t c = 0; c < state->grid.n; c++) {
        const StoreCell *cell = &state->grid.cell[c];
        double width_us = (double)(state->grid.start[c + 1] - state->grid.start[c]);
        state->coverage[c] = 255;
        if (cell->n == 0)
            state->coverage[c] = 0;
        else if (cell->covered_us < width_us)
            state->coverage[c] = (uint8_t)CLAMP(cell->covered_us / width_us * 255 + 0.5, 1, 254);
        state->mean[c] = cell->n == 0 ? 0 : (float)(cell->sum / (double)cell->n);
        all = all && state->coverage[c] == 255;
    }
    if (!all)
        rows->coverage = (ProtobufCBinaryData){state->grid.n, state->coverage};
    rows->n_mean = state->grid.n;
    rows->mean = state->mean;
}

static void
send_bed(StoreQuery *self, State *state, const Bed *bed)
{
    const Vicu__QueryTrend *ask = self->ask->trend;
    Vicu__TrendRows rows = VICU__TREND_ROWS__INIT;
    int64_t base = 0;

    rows.bed = (char *)bed->name;
    rows.from_us = ask->from_us;
    rows.to_us = ask->to_us;
    rows.columns = ask->columns;
    rows.level_us = state->level_us;
    put_coverage(state, &rows);
    if (!find_places(state, &base) || !put_wholes(state, &rows, base))
        put_reals(state, &rows);
    store_rows_add_message(self->out, STORE_ROWS_TREND, &rows.base);
}

static bool
work(StoreQuery *self, GError **error)
{
    State *state = self->state;
    bool ok = true;

    while (ok && state->next < state->beds->len && !store_query_full(self)) {
        const Bed *bed = state->beds->pdata[state->next++];
        ok = fill_grid(self, state, bed, error);
        if (ok)
            send_bed(self, state, bed);
    }
    store_trend_reader_rest(state->reader);
    self->done = state->next == state->beds->len;
    return ok;
}

const StoreQueryKind store_query_trend = {begin, work, end};
