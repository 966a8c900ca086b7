/* Least, greatest, mean and coverage per pixel column, from every value stored.
 *
 * Column c holds t with start(c) <= t < start(c + 1), start(c) = from + (to -
 * from) * c / columns. Coverage is observed time over the column's width: a
 * sample stands for one period, an invalid one for nothing. Nothing is
 * interpolated or repeated: a column without a value has coverage 0.
 *
 * Columns of waves that are wide (WIDE_US) are made of spans of some 7.5 s as they were
 * summed up at sealing, each counted where its middle lies: the edge of a column may be
 * off by half a span. Narrower ones look at every sample.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "proto/signals.h"
#include "store/query-internal.h"
#include "store/scan.h"

typedef struct {
    double min, max, sum;
    uint64_t n;
    double covered_us;
} Cell;

typedef struct {
    StoreWaveWalk *waves; /* one of the two */
    StoreNumericWalk *numerics;
    int64_t from_us, width_us; /* of all columns */
    uint32_t channel;
    size_t n;
    Cell *cell;
    bool walked;
    size_t sent;
} State;

#define MOST_US (INT64_C(40) * 366 * 86400 * G_USEC_PER_SEC)

/* Sixteen spans. */
#define WIDE_US (120 * G_USEC_PER_SEC)

static int64_t
start_of(const State *state, size_t column)
{
    /* In two parts, so that 40 years times 8192 columns stay below 2^63. */
    int64_t n = (int64_t)state->n, c = (int64_t)column;
    return state->from_us + state->width_us / n * c + state->width_us % n * c / n;
}

static size_t
column_of(const State *state, int64_t t_us)
{
    size_t c =
        (size_t)((double)(t_us - state->from_us) / (double)state->width_us * (double)state->n);

    c = MIN(c, state->n - 1);
    while (c > 0 && start_of(state, c) > t_us)
        c--;
    while (c + 1 < state->n && start_of(state, c + 1) <= t_us)
        c++;
    return c;
}

static bool
begin(StoreQuery *self, char **refusal)
{
    const Vicu__QueryColumns *ask = self->ask->columns;
    StoreStreams *streams = store_head_streams(self->head);

    if (!store_query_check_range(ask->from_us, ask->to_us, refusal)
        || !store_query_check_bed(self, ask->bed, refusal))
        return false;
    __extension__ unsigned __int128 width =
        (unsigned __int128)((__int128)ask->to_us - ask->from_us);
    if (ask->columns < 1 || ask->columns > STORE_QUERY_COLUMNS_MAX || width < ask->columns
        || width > MOST_US) {
        *refusal = g_strdup_printf("%u columns: expected 1 to %d, each at least 1 us wide, over "
                                   "at most 40 years",
                                   ask->columns, STORE_QUERY_COLUMNS_MAX);
        return false;
    }
    bool wave = store_streams_find(streams, ask->bed, ask->code, ask->channel, true) != NULL;
    if (!wave && store_streams_find(streams, ask->bed, ask->code, ask->channel, false) == NULL) {
        *refusal = g_strdup_printf("bed %s has no stream with code %u on channel %u: ask for its "
                                   "streams",
                                   ask->bed, ask->code, ask->channel);
        return false;
    }
    State *state = g_new0(State, 1);
    self->state = state;
    state->from_us = ask->from_us;
    state->width_us = ask->to_us - ask->from_us;
    state->channel = ask->channel;
    state->n = ask->columns;
    state->cell = g_new0(Cell, state->n);
    if (wave)
        state->waves = store_wave_walk_new(self->head, ask->bed, ask->code, ask->channel,
                                           ask->from_us, ask->to_us);
    else
        state->numerics =
            store_numeric_walk_new(self->head, ask->bed, ask->code, ask->from_us, ask->to_us);
    return true;
}

static void
end(StoreQuery *self)
{
    State *state = self->state;

    store_wave_walk_free(state->waves);
    store_numeric_walk_free(state->numerics);
    g_free(state->cell);
    g_free(state);
}

static void
add(Cell *cell, double min, double max, double sum, uint64_t n, double covered_us)
{
    cell->min = cell->n == 0 ? min : MIN(cell->min, min);
    cell->max = cell->n == 0 ? max : MAX(cell->max, max);
    cell->sum += sum;
    cell->n += n;
    cell->covered_us += covered_us;
}

/* Samples of one column: all arithmetic on integers, converted once. */
static void
take_part(Cell *cell, const StoreSegment *segment, const int16_t *samples, size_t n)
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
    add(cell, MIN(low, high), MAX(low, high), total, valid, (double)valid * period_us);
}

static void
take_wave(
    const StoreIdentity *identity, uint64_t first, const int16_t *samples, size_t n, gpointer user)
{
    State *state = user;
    const StoreSegment *segment = &identity->segment;
    size_t column = column_of(state, store_segment_time_us(segment, first));

    for (size_t i = 0; i < n; column++) {
        uint64_t stop = column + 1 < state->n
                            ? store_segment_index(segment, start_of(state, column + 1))
                            : first + n;
        size_t k = (size_t)(MIN(stop, first + n) - (first + i));
        take_part(&state->cell[column], segment, samples + i, k);
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
    State *state = user;
    const StoreSegment *segment = &identity->segment;
    double period_us = 1e6 * segment->num / segment->den;
    double t_us = (double)(store_segment_time_us(segment, first) - state->from_us);
    double per_us = (double)state->n / (double)state->width_us;

    for (uint32_t i = 0; (uint64_t)i * restart < n; i++) {
        const VicuBlockStats *span = &spans[i];
        double middle = ((double)i * restart + MIN(restart, n - i * restart) / 2.0) * period_us;
        size_t column = (size_t)CLAMP((t_us + middle) * per_us, 0, (double)(state->n - 1));
        if (span->n_valid == 0)
            continue;
        double low = store_segment_value(segment, span->min);
        double high = store_segment_value(segment, span->max);
        double total =
            ((double)span->sum - (double)span->n_valid * segment->baseline) / segment->gain;
        add(&state->cell[column], MIN(low, high), MAX(low, high), total, span->n_valid,
            span->n_valid * period_us);
    }
}

static double
period_us_of(const Vicu__Numerics *n, size_t i)
{
    const VicuSignal *signal = vicu_signal_by_code(n->code[i]);

    if (n->n_period_ms > 0 && n->period_ms[i] > 0)
        return 1e3 * n->period_ms[i];
    /* Nobody announced one: the table's, or the value stands for its instant. */
    return signal != NULL && signal->period_ms > 0 ? 1e3 * (double)signal->period_ms : 1;
}

static void
take_numerics(Vicu__Numerics *n, gpointer user)
{
    State *state = user;

    for (size_t i = 0; i < n->n_code; i++) {
        if ((n->n_channel > 0 ? n->channel[i] : 0) != state->channel
            || (n->n_quality > 0 && n->quality[i] == VICU__QUALITY__QUALITY_INVALID))
            continue;
        Cell *cell = &state->cell[column_of(state, n->t_us[i])];
        add(cell, n->value[i], n->value[i], n->value[i], 1, period_us_of(n, i));
    }
}

static void
send(StoreQuery *self)
{
    State *state = self->state;

    for (; state->sent < state->n && !store_query_full(self); state->sent++) {
        const Cell *cell = &state->cell[state->sent];
        Vicu__Column column = VICU__COLUMN__INIT;
        int64_t start_us = start_of(state, state->sent);
        double width_us = (double)(start_of(state, state->sent + 1) - start_us);
        column.t_us = start_us;
        if (cell->n > 0) {
            column.min = cell->min;
            column.max = cell->max;
            column.mean = cell->sum / (double)cell->n;
            column.coverage = (float)fmin(1, cell->covered_us / width_us);
        }
        store_rows_add_message(self->out, STORE_ROWS_COLUMN, &column.base);
    }
    self->done = state->sent == state->n;
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
        ok = store_wave_walk_step(state->waves,
                                  state->width_us / (int64_t)state->n >= WIDE_US ? &wide : &exact,
                                  state, &state->walked, error);
    else
        ok = store_numeric_walk_step(state->numerics, STORE_STEP_BLOCKS, take_numerics, state,
                                     &state->walked, error);
    return ok;
}

const StoreQueryKind store_query_columns = {begin, work, end};
