/* One numeric over the whole ward: columns of each bed as arrays.
 *
 * Columns begin at multiples of the level that fits, so that no border cuts a cell and
 * no value has to be looked at by itself; columns narrower than the finest level are
 * exact. Beds whose values are decimal numbers are added up in whole ones. What is open or in
 * memory is copied when the query begins, the database is seen as it was then: a value that is
 * sealed meanwhile is counted once.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/grid.h"
#include "store/query-internal.h"
#include "store/query-trend-pack.h"
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
    StoreWholes wholes; /* of one bed */
    unsigned places;    /* decimal ones that served the bed before */
    StoreTrendPack *pack;
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
        const StoreNumericValue *value = &run->values[i];
        Held held = {value->t_us, value->value, period_us};
        if (value->quality != VICU__QUALITY__QUALITY_INVALID
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
end(StoreQuery *self)
{
    State *state = self->state;

    store_trend_reader_free(state->reader);
    store_snapshot_free(state->snapshot);
    g_hash_table_unref(state->names);
    g_ptr_array_unref(state->beds);
    store_grid_clear(&state->grid);
    store_wholes_clear(&state->wholes);
    store_trend_pack_free(state->pack);
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
    store_wholes_init(&state->wholes, state->grid.n);
    state->pack = store_trend_pack_new(state->grid.n);
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
    store_trend_reader_bed(state->reader, bed->name, NULL);
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

static StoreCell
cell_of(const Held *held)
{
    return (StoreCell){held->value, held->value, held->value, held->period_us, 1};
}

/* What of the bed is not sealed is whole with so many decimal places. */
static bool
is_whole(const Bed *bed, unsigned places)
{
    bool whole = true;

    for (guint i = 0; whole && i < bed->held->len; i++) {
        StoreCell cell = cell_of(&g_array_index(bed->held, Held, i));
        whole = store_whole_cell(&cell, places);
    }
    for (guint i = 0; whole && i < bed->open->len; i++)
        for (size_t k = 0; whole && k < STORE_OPEN_CELLS; k++)
            whole = store_whole_cell(&g_array_index(bed->open, Open, i).cell[k], places);
    return whole;
}

/* The places to begin with. False: none serve, or some of it has to be read from rows. */
static bool
find_places(const State *state, const Bed *bed, unsigned *places)
{
    if (state->level_us == 0 || store_trend_reader_cuts(state->reader))
        return false;
    for (guint i = 0; i < bed->open->len; i++)
        if (!g_array_index(bed->open, Open, i).whole)
            return false;
    for (*places = state->places; *places <= STORE_TREND_PLACES_MAX; (*places)++)
        if (is_whole(bed, *places))
            return true;
    return false;
}

static void
add_unsealed(State *state, const Bed *bed)
{
    const StoreGrid *grid = &state->grid;

    for (guint i = 0; i < bed->open->len; i++) {
        const Open *open = &g_array_index(bed->open, Open, i);
        for (int64_t k = 0; k < STORE_OPEN_CELLS; k++) {
            int64_t t_us = open->block * STORE_TREND_BLOCK_US + k * store_level_period_us(1);
            if (t_us >= store_grid_from_us(grid) && t_us < store_grid_to_us(grid))
                store_wholes_add_cell(&state->wholes, store_grid_column(grid, t_us),
                                      &open->cell[k]);
        }
    }
    for (guint i = 0; i < bed->held->len; i++) {
        const Held *held = &g_array_index(bed->held, Held, i);
        StoreCell cell = cell_of(held);
        store_wholes_add_cell(&state->wholes, store_grid_column(grid, held->t_us), &cell);
    }
}

/* *@fits: all of the bed is in state->wholes. */
static bool
fill_wholes(State *state, const Bed *bed, bool *fits, GError **error)
{
    StoreWholes *wholes = &state->wholes;
    unsigned places = 0;
    bool ok = true, again = find_places(state, bed, &places);

    *fits = again;
    while (ok && again) {
        bool done = false;
        store_wholes_empty(wholes, places);
        store_trend_reader_bed(state->reader, bed->name, wholes);
        while (ok && !done)
            ok = store_trend_reader_step(state->reader, &done, error);
        again = wholes->fate == STORE_WHOLES_WIDER;
        places = again ? wholes->wanted : places;
    }
    if (!ok || !*fits)
        return ok;
    add_unsealed(state, bed);
    *fits = wholes->fate == STORE_WHOLES_FIT;
    state->places = places;
    return true;
}

static bool
send_bed(StoreQuery *self, State *state, const Bed *bed, GError **error)
{
    const Vicu__QueryTrend *ask = self->ask->trend;
    Vicu__TrendRows rows = VICU__TREND_ROWS__INIT;
    bool fits = false;

    if (!fill_wholes(state, bed, &fits, error) || (!fits && !fill_grid(self, state, bed, error)))
        return false;
    rows.bed = (char *)bed->name;
    rows.from_us = ask->from_us;
    rows.to_us = ask->to_us;
    rows.columns = ask->columns;
    rows.level_us = state->level_us;
    if (fits)
        store_trend_pack_wholes(state->pack, &state->grid, &state->wholes, &rows);
    else
        store_trend_pack_cells(state->pack, &state->grid, &rows);
    store_rows_add_message(self->out, STORE_ROWS_TREND, &rows.base);
    return true;
}

static bool
work(StoreQuery *self, GError **error)
{
    State *state = self->state;
    bool ok = true;

    while (ok && state->next < state->beds->len && !store_query_full(self))
        ok = send_bed(self, state, state->beds->pdata[state->next++], error);
    store_trend_reader_rest(state->reader);
    self->done = state->next == state->beds->len;
    return ok;
}

const StoreQueryKind store_query_trend = {begin, work, end};
