/* Check of numerics: rows of 5 minutes, blocks down to their values, cells.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "store/check-internal.h"
#include "store/numeric.h"
#include "store/trend/gather.h"
#include "store/trend/level.h"

static char *
of_error(GError *error)
{
    char *text = g_strdup(error->message);

    g_error_free(error);
    return text;
}

char *
store_check_numeric(StoreRowCheck *self, const StoreRowView *row)
{
    size_t bed = store_check_bed(row->key, row->key_size);
    char *wrong = NULL;

    (void)self;
    if (bed == 0 || row->key_size != bed + 8 + STORE_SENDER_LEN + 8 + 8)
        return store_wrong("its key is no 5 minutes of a bed");
    int64_t block = store_read_time(row->key + bed);
    g_autoptr(Vicu__Batch) batch = vicu_wire_unpack_batch(row->value, row->size, NULL);
    if (batch == NULL)
        return store_wrong("it is no vicu.Batch");
    for (size_t i = 0; wrong == NULL && i < batch->n_numerics; i++) {
        const Vicu__Numerics *n = batch->numerics[i];
        if (strcmp(n->bed, (const char *)row->key) != 0)
            wrong = g_strdup_printf("it holds values of bed %s", n->bed);
        else if (n->n_t_us != n->n_code || n->n_value != n->n_code)
            wrong = store_wrong("codes, times and values in it differ in number");
        for (size_t k = 0; wrong == NULL && k < n->n_t_us; k++)
            if (store_multiple(n->t_us[k], STORE_NUMERIC_BLOCK_US) != block)
                wrong = store_wrong("a value in it lies outside its 5 minutes");
    }
    return wrong;
}

char *
store_check_trend(StoreRowCheck *self, const StoreRowView *row)
{
    size_t bed = store_check_bed(row->key, row->key_size);
    StoreTrendStream stream;
    GError *error = NULL;

    if (bed == 0 || row->key_size != bed + STORE_TREND_KEY_TAIL)
        return store_wrong("its key is no block of a bed");
    const uint8_t *key = row->key + bed;
    g_array_set_size(self->values, 0);
    if (!store_block_read(row->value, row->size, &stream, self->values, &error))
        return of_error(error);
    if (stream.code != store_read_u32(key + 8) || stream.channel != store_read_u32(key + 12)
        || stream.source != key[16])
        return g_strdup_printf("it holds code %u, channel %u, source %u", stream.code,
                               stream.channel, stream.source);
    for (guint i = 0; i < self->values->len; i++)
        if (store_multiple(g_array_index(self->values, StoreTrendValue, i).t_us,
                           STORE_TREND_BLOCK_US)
            != store_read_time(key))
            return store_wrong("a value in it lies outside its block of time");
    return NULL;
}

static char *
check_cell(const StoreCell *cell)
{
    if (cell->n == 0)
        return NULL;
    if (!isfinite(cell->min) || !isfinite(cell->max) || !isfinite(cell->sum)
        || !isfinite(cell->covered_us) || cell->covered_us < 0)
        return store_wrong("a cell of it holds no numbers");
    return cell->min > cell->max ? store_wrong("the least of a cell of it exceeds the greatest")
                                 : NULL;
}

char *
store_check_pyramid(StoreRowCheck *self, const StoreRowView *row)
{
    size_t bed = row->key_size > 5 ? store_check_bed(row->key + 5, row->key_size - 5) : 0;
    StoreCell cells[STORE_CELLS_MAX] = {{0}};
    GError *error = NULL;
    char *wrong = NULL;

    (void)self;
    if (bed == 0 || row->key_size != 5 + bed + 8 + 4 + 1 || row->key[0] < 1
        || row->key[0] > STORE_LEVELS)
        return store_wrong("its key is no span of a level");
    size_t n = (size_t)(store_level_span_us(row->key[0]) / store_level_period_us(row->key[0]));
    if (!store_level_read(row->value, row->size, cells, n, &error))
        return of_error(error);
    for (size_t i = 0; wrong == NULL && i < n; i++)
        wrong = check_cell(&cells[i]);
    return wrong;
}
