/* The audit by the time records were taken, oldest first.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/query-internal.h"

typedef struct {
    StoreKey at, end;
} State;

/* With a limit: back from the end to the first of the newest n. */
static bool
find_newest(StoreQuery *self, State *state, uint32_t limit)
{
    g_autoptr(StoreIter) iter =
        store_iter_new(store_head_db(self->head), STORE_AUDIT_INDEX, &state->at, &state->end);

    store_iter_seek_last(iter);
    for (uint32_t n = 0; n < limit && store_iter_valid(iter); n++, store_iter_prev(iter)) {
        size_t size = 0;
        const uint8_t *key = store_iter_key(iter, &size);
        state->at = (StoreKey){0};
        store_key_bytes(&state->at, key, size);
    }
    return store_iter_check(iter, NULL);
}

static bool
begin(StoreQuery *self, char **refusal)
{
    const Vicu__QueryAudit *ask = self->ask->audit;

    if (!store_query_check_range(ask->from_us, ask->to_us, refusal))
        return false;
    if (ask->limit > STORE_QUERY_AUDIT_MAX) {
        *refusal = g_strdup_printf("limit %u: expected at most %d, or 0 for all", ask->limit,
                                   STORE_QUERY_AUDIT_MAX);
        return false;
    }
    State *state = g_new0(State, 1);
    self->state = state;
    state->at = store_ledger_time_key(ask->from_us, 0);
    state->end = store_ledger_time_key(ask->to_us, 0);
    if (ask->limit > 0 && !find_newest(self, state, ask->limit)) {
        *refusal = g_strdup("the audit's index cannot be read: see the log of the store");
        return false;
    }
    return true;
}

static void
end(StoreQuery *self)
{
    g_free(self->state);
}

static bool
work(StoreQuery *self, GError **error)
{
    State *state = self->state;
    StoreDb *db = store_head_db(self->head);
    g_autoptr(StoreIter) iter = store_iter_new(db, STORE_AUDIT_INDEX, &state->at, &state->end);

    for (size_t n = 0; store_iter_valid(iter); store_iter_next(iter), n++) {
        size_t size = 0;
        const uint8_t *key = store_iter_key(iter, &size);
        g_auto(StoreValue) value = {0};
        if (n == STORE_STEP_ROWS || store_query_full(self)) {
            state->at = (StoreKey){0};
            store_key_bytes(&state->at, key, size);
            return true;
        }
        StoreKey row = store_ledger_key(store_ledger_time_key_number(key, size));
        StoreFind found = store_db_get(db, STORE_AUDIT, &row, &value, error);
        if (found == STORE_BROKEN)
            return false;
        if (found != STORE_FOUND)
            continue;
        store_rows_add(self->out, STORE_ROWS_AUDIT, value.data, value.size);
        store_rows_add_number(self->out, STORE_ROWS_AUDIT_NUMBER, store_read_u64(row.data));
    }
    self->done = true;
    return store_iter_check(iter, error);
}

const StoreQueryKind store_query_audit = {begin, work, end};
