/* Numerics as they were stored, with their qualities: block of time by block, within
 * it stream by stream, in order of time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/query-internal.h"

static bool
begin(StoreQuery *self, char **refusal)
{
    const Vicu__QueryNumerics *ask = self->ask->numerics;

    if (!store_query_check_range(ask->from_us, ask->to_us, refusal)
        || !store_query_check_bed(self, ask->bed, refusal))
        return false;
    self->state = store_numeric_walk_new(self->head, ask->bed, ask->code, ask->from_us, ask->to_us);
    return true;
}

static void
end(StoreQuery *self)
{
    store_numeric_walk_free(self->state);
}

static void
take(const Vicu__Numerics *n, gpointer user)
{
    StoreQuery *self = user;
    store_rows_add_message(self->out, STORE_ROWS_NUMERICS, &n->base);
}

static bool
work(StoreQuery *self, GError **error)
{
    return store_numeric_walk_step(self->state, STORE_STEP_BLOCKS, take, self, &self->done, error);
}

const StoreQueryKind store_query_numerics = {begin, work, end};
