/* Rows of waves, kept for a while.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/wave-read.h"

static void
clear(gpointer data)
{
    g_bytes_unref(((StoreArchivedRow *)data)->value);
}

GArray *
store_archived_new(void)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(StoreArchivedRow));

    g_array_set_clear_func(rows, clear);
    return rows;
}

bool
store_archived_collect(
    const StorePlace *place, const uint8_t *value, size_t size, gpointer user, GError **error)
{
    GArray *rows = user;
    StoreArchivedRow row = {*place, g_bytes_new(value, size)};

    (void)error;
    g_array_append_val(rows, row);
    return true;
}

int
store_archived_compare(gconstpointer pa, gconstpointer pb)
{
    const StorePlace *a = &((const StoreArchivedRow *)pa)->place;
    const StorePlace *b = &((const StoreArchivedRow *)pb)->place;

    if (a->minute != b->minute)
        return a->minute < b->minute ? -1 : 1;
    if (a->t0_us != b->t0_us)
        return a->t0_us < b->t0_us ? -1 : 1;
    int by = memcmp(a->hash, b->hash, sizeof a->hash);
    if (by != 0)
        return by;
    return (a->first > b->first) - (a->first < b->first);
}
