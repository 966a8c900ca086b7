/* Batches as received, by sender, epoch and sequence.
 *
 * The head is keyed by arrival, and a lane's sequences ascend with it: the first one
 * asked for is found by halving, no index is kept. Batches of which something could
 * not be placed are kept apart (store/events.h) and come before, once the head has
 * trimmed them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/error.h"
#include "store/events.h"
#include "store/query-internal.h"

#define FEW 64 /* rows that are walked rather than halved */

typedef struct {
    VicuFingerprint sender;
    uint64_t next; /* sequence */
    bool odd;      /* those kept apart are over */
    /* Below @low are only sequences below @next; from @high on none is. */
    uint64_t low, high, end;
    uint64_t middle; /* where the half at hand begins; 0: none is */
    uint64_t at;
} State;

static bool
begin(StoreQuery *self, char **refusal)
{
    const Vicu__QueryBatches *ask = self->ask->batches;

    if (!store_query_check_sender(&ask->sender, false, refusal))
        return false;
    if (ask->first < 1 || ask->first > ask->last) {
        *refusal = g_strdup_printf("batches %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
                                   ": expected 1 <= first <= last",
                                   ask->first, ask->last);
        return false;
    }
    State *state = g_new0(State, 1);
    self->state = state;
    memcpy(state->sender.bytes, ask->sender.data, sizeof state->sender.bytes);
    state->next = ask->first;
    state->low = MAX(store_head_trimmed(self->head), 1);
    state->end = state->high = store_head_committed(self->head) + 1;
    return true;
}

static void
end(StoreQuery *self)
{
    g_free(self->state);
}

static StoreIter *
head_from(StoreQuery *self, uint64_t number, uint64_t before)
{
    StoreKey first = {0}, last = {0};

    store_key_u64(&first, number);
    store_key_u64(&last, before);
    return store_iter_new(store_head_db(self->head), STORE_HEAD, &first, &last);
}

/* The row at hand is of the lane asked for; *sequence is its own. */
static bool
is_ours(StoreQuery *self, StoreIter *iter, uint64_t *sequence)
{
    const State *state = self->state;
    size_t size = 0;
    const uint8_t *value = store_iter_batch_header(iter, &size);

    if (size < STORE_BATCH_HEADER
        || memcmp(value, state->sender.bytes, sizeof state->sender.bytes) != 0
        || store_read_u64(value + 16) != self->ask->batches->epoch)
        return false;
    *sequence = store_read_u64(value + 24);
    return true;
}

/* Some rows of the half at hand: the first of the lane decides which half it is. */
static bool
halve(StoreQuery *self, GError **error)
{
    State *state = self->state;
    uint64_t sequence = 0;

    if (state->middle == 0)
        state->middle = state->at = state->low + (state->high - state->low) / 2;
    g_autoptr(StoreIter) iter = head_from(self, state->at, state->high);
    for (size_t n = 0; store_iter_valid(iter); store_iter_next(iter), n++) {
        size_t size = 0;
        uint64_t number = store_read_u64(store_iter_key(iter, &size));
        if (n == STORE_STEP_BATCHES) {
            state->at = number;
            return true;
        }
        if (!is_ours(self, iter, &sequence))
            continue;
        if (sequence < state->next)
            state->low = number + 1;
        else
            state->high = state->middle;
        state->middle = 0;
        return true;
    }
    state->high = state->middle;
    state->middle = 0;
    return store_iter_check(iter, error);
}

static bool
send(StoreQuery *self, uint64_t sequence, const uint8_t *body, size_t size, GError **error)
{
    const State *state = self->state;

    if (size > VICU_WIRE_MAX - STORE_QUERY_ROWS_BYTES - 256) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_WIRE,
                    "batch %" G_GUINT64_FORMAT " of %zu bytes does not fit into one answer",
                    sequence, size);
        return false;
    }
    store_rows_add_batch(self->out, &state->sender, self->ask->batches->epoch, sequence, body,
                         size);
    return true;
}

static bool
walk(StoreQuery *self, GError **error)
{
    State *state = self->state;
    uint64_t sequence = 0;
    g_autoptr(StoreIter) iter = head_from(self, state->low, state->end);

    for (size_t n = 0; store_iter_valid(iter); store_iter_next(iter), n++) {
        size_t size = 0;
        state->low = store_read_u64(store_iter_key(iter, &size));
        if (n == STORE_STEP_BATCHES || store_query_full(self))
            return true;
        if (!is_ours(self, iter, &sequence) || sequence < state->next)
            continue;
        if (sequence > self->ask->batches->last)
            break;
        const uint8_t *value = store_iter_value(iter, &size);
        if (size < STORE_BATCH_HEADER)
            break; /* it cannot be read: the check says why */
        if (!send(self, sequence, value + STORE_BATCH_HEADER, size - STORE_BATCH_HEADER, error))
            return false;
    }
    self->done = true;
    return store_iter_check(iter, error);
}

/* Below the head's first batch of the lane: what was kept apart. */
static bool
walk_odd(StoreQuery *self, GError **error)
{
    const Vicu__QueryBatches *ask = self->ask->batches;
    State *state = self->state;
    StoreKey first = store_events_odd_key(&state->sender, ask->epoch, state->next);
    StoreKey last = store_events_odd_key(&state->sender, ask->epoch, ask->last);

    store_key_u8(&last, 0);
    g_autoptr(StoreIter) iter =
        store_iter_new(store_head_db(self->head), STORE_EVENTS, &first, &last);
    for (size_t n = 0; store_iter_valid(iter); store_iter_next(iter), n++) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        uint64_t sequence = store_read_u64(key + key_size - 8);
        if (n == STORE_STEP_BATCHES || store_query_full(self)) {
            state->next = sequence;
            return true;
        }
        if (size >= STORE_ODD_HEADER && store_read_u64(value + 8) < store_head_trimmed(self->head)
            && !send(self, sequence, value + STORE_ODD_HEADER, size - STORE_ODD_HEADER, error))
            return false;
    }
    state->odd = true;
    state->next = ask->first;
    return store_iter_check(iter, error);
}

static bool
work(StoreQuery *self, GError **error)
{
    State *state = self->state;

    if (!state->odd)
        return walk_odd(self, error);
    return state->high > state->low + FEW ? halve(self, error) : walk(self, error);
}

const StoreQueryKind store_query_batches = {begin, work, end};
