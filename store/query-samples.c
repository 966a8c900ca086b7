/* Samples as they were stored, in runs; and the gaps among them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/query-internal.h"

#define RUN_BYTES (32u << 10)

typedef struct {
    StoreWaveWalk *walk;
    bool walked;
    const StoreIdentity *identity; /* of the run at hand; NULL: none */
    uint64_t first;
    uint64_t next;
    GByteArray *samples;
} State;

static bool
begin(StoreQuery *self, char **refusal)
{
    const Vicu__QuerySamples *ask = self->ask->samples;
    StoreStreams *streams = store_head_streams(self->head);

    if (!store_query_check_range(ask->from_us, ask->to_us, refusal)
        || !store_query_check_bed(self, ask->bed, refusal))
        return false;
    if (store_streams_find(streams, ask->bed, ask->code, ask->channel, true) == NULL) {
        *refusal = g_strdup_printf("bed %s has no wave with code %u on channel %u: ask for its "
                                   "streams",
                                   ask->bed, ask->code, ask->channel);
        return false;
    }
    State *state = g_new0(State, 1);
    state->walk = store_wave_walk_new(self->head, ask->bed, ask->code, ask->channel, ask->from_us,
                                      ask->to_us);
    state->samples = g_byte_array_new();
    self->state = state;
    return true;
}

static void
end(StoreQuery *self)
{
    State *state = self->state;

    store_wave_walk_free(state->walk);
    g_byte_array_unref(state->samples);
    g_free(state);
}

static void
flush(StoreQuery *self)
{
    State *state = self->state;

    if (state->identity == NULL)
        return;
    store_rows_add_run(self->out, state->identity->packed, state->first, state->samples->data,
                       state->samples->len);
    state->identity = NULL;
    g_byte_array_set_size(state->samples, 0);
}

static void
take(const StoreIdentity *identity, uint64_t first, const int16_t *samples, size_t n, gpointer user)
{
    StoreQuery *self = user;
    State *state = self->state;

    while (n > 0) {
        size_t step = MIN(n, RUN_BYTES / 2);
        if (state->identity != identity || state->next != first
            || state->samples->len + 2 * step > RUN_BYTES)
            flush(self);
        if (state->identity == NULL) {
            state->identity = identity;
            state->first = first;
        }
        g_byte_array_append(state->samples, (const uint8_t *)samples, (guint)(2 * step));
        first += step;
        samples += step;
        n -= step;
        state->next = first;
    }
}

static void
take_row(const StoreIdentity *identity, uint64_t first, const StoreRow *row, gpointer user)
{
    StoreQuery *self = user;

    flush(self);
    store_rows_add_block(self->out, identity->packed, first, row->n, row->block, row->size);
}

static bool
is_full(gpointer user)
{
    const StoreQuery *self = user;
    return store_query_full(self);
}

static const StoreWaveFuncs decoded = {take, NULL, NULL, is_full};
static const StoreWaveFuncs as_stored = {take, take_row, NULL, is_full};

static bool
work(StoreQuery *self, GError **error)
{
    const Vicu__QuerySamples *ask = self->ask->samples;
    State *state = self->state;

    if (!store_wave_walk_step(state->walk, ask->blocks ? &as_stored : &decoded, self,
                              &state->walked, error))
        return false;
    if (!state->walked)
        return true;
    flush(self);
    self->done = true;
    return store_query_add_gaps(self, ask->bed, ask->code, ask->channel, ask->from_us, ask->to_us,
                                error);
}

const StoreQueryKind store_query_samples = {begin, work, end};
