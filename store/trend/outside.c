/* SPDX-License-Identifier: Apache-2.0 */
#include "store/trend/outside.h"

/* Keeps of @n what lies outside. */
static void
keep_outside(Vicu__Numerics *n, int64_t from_us, int64_t to_us)
{
    bool offsets = n->n_source_offset_us > 1, delays = n->n_received_delay_us > 1;
    size_t k = 0;

    for (size_t i = 0; i < n->n_code; i++) {
        if (n->t_us[i] >= from_us && n->t_us[i] < to_us)
            continue;
        n->code[k] = n->code[i];
        n->t_us[k] = n->t_us[i];
        n->value[k] = n->value[i];
        if (n->n_channel > 0)
            n->channel[k] = n->channel[i];
        if (n->n_quality > 0)
            n->quality[k] = n->quality[i];
        if (n->n_period_ms > 0)
            n->period_ms[k] = n->period_ms[i];
        if (offsets)
            n->source_offset_us[k] = n->source_offset_us[i];
        if (delays)
            n->received_delay_us[k] = n->received_delay_us[i];
        k++;
    }
    n->n_code = n->n_t_us = n->n_value = k;
    n->n_channel = n->n_channel > 0 ? k : 0;
    n->n_quality = n->n_quality > 0 ? k : 0;
    n->n_period_ms = n->n_period_ms > 0 ? k : 0;
    n->n_source_offset_us = offsets ? k : n->n_source_offset_us; /* one stands for all */
    n->n_received_delay_us = delays ? k : n->n_received_delay_us;
}

GBytes *
store_outside_row(Vicu__Batch *batch, int64_t from_us, int64_t to_us)
{
    size_t left = 0;

    for (size_t i = 0; i < batch->n_numerics; i++) {
        keep_outside(batch->numerics[i], from_us, to_us);
        left += batch->numerics[i]->n_code;
    }
    return left > 0 ? vicu_wire_pack(&batch->base) : NULL;
}

void
store_outside_values(const StoreGather *all, int64_t from_us, int64_t to_us, StoreGather *left)
{
    for (guint i = 0; i < all->series->len; i++) {
        const StoreSeries *series = all->series->pdata[i];
        for (guint k = 0; k < series->values->len; k++) {
            const StoreTrendValue *v = &g_array_index(series->values, StoreTrendValue, k);
            if (v->t_us < from_us || v->t_us >= to_us)
                store_gather_add(left, &series->stream, v, 1);
        }
    }
}

void
store_series_cells(const StoreSeries *series, StoreCell *cells)
{
    int64_t period_us = store_level_period_us(1);

    for (guint i = 0; i < series->values->len; i++) {
        const StoreTrendValue *v = &g_array_index(series->values, StoreTrendValue, i);
        int64_t into_us =
            v->t_us - store_multiple(v->t_us, STORE_TREND_BLOCK_US) * STORE_TREND_BLOCK_US;
        if (v->quality != VICU__QUALITY__QUALITY_INVALID)
            store_cell_add(&cells[into_us / period_us], v->value,
                           store_trend_period_us(series->stream.code, v->period_ms));
    }
}
