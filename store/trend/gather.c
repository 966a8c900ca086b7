/* SPDX-License-Identifier: Apache-2.0 */
#include "store/trend/gather.h"

#include <string.h>

#include "common/numeric-times.h"
#include "proto/signals.h"
#include "store/scan.h"

static void
series_free(gpointer p)
{
    StoreSeries *series = p;

    g_array_unref(series->values);
    g_free(series);
}

void
store_gather_init(StoreGather *self, uint32_t code, int64_t from_us, int64_t to_us)
{
    *self = (StoreGather){
        .series = g_ptr_array_new_with_free_func(series_free),
        .code = code,
        .from_us = from_us,
        .to_us = to_us,
    };
}

void
store_gather_clear(StoreGather *self)
{
    g_clear_pointer(&self->series, g_ptr_array_unref);
    self->n = 0;
}

static StoreSeries *
series_of(StoreGather *self, const StoreTrendStream *stream)
{
    for (guint i = self->series->len; i > 0; i--) {
        StoreSeries *series = self->series->pdata[i - 1];
        if (store_trend_stream_same(&series->stream, stream))
            return series;
    }
    StoreSeries *fresh = g_new(StoreSeries, 1);
    fresh->stream = *stream;
    fresh->values = g_array_new(FALSE, FALSE, sizeof(StoreTrendValue));
    g_ptr_array_add(self->series, fresh);
    return fresh;
}

static inline bool
is_asked(const StoreGather *self, int64_t t_us)
{
    return t_us >= self->from_us && t_us < self->to_us;
}

void
store_gather_add(StoreGather *self,
                 const StoreTrendStream *stream,
                 const StoreTrendValue *values,
                 size_t n)
{
    StoreSeries *series = NULL;

    for (size_t i = 0; i < n; i++) {
        if (!is_asked(self, values[i].t_us))
            continue;
        if (series == NULL)
            series = series_of(self, stream);
        g_array_append_val(series->values, values[i]);
        self->n++;
    }
}

void
store_gather_numerics(StoreGather *self, const Vicu__Numerics *n)
{
    StoreSeries *series = NULL;

    for (size_t i = 0; i < n->n_code && i < n->n_t_us && i < n->n_value; i++) {
        StoreTrendStream stream = {n->code[i], i < n->n_channel ? n->channel[i] : 0,
                                   (uint32_t)n->source};
        StoreTrendValue value = {
            .t_us = n->t_us[i],
            .value = n->value[i],
            .source_us = vicu_numeric_source_us(n, i),
            .received_us = vicu_numeric_received_us(n, i),
            .period_ms = i < n->n_period_ms ? n->period_ms[i] : 0,
            .quality = i < n->n_quality ? (uint8_t)n->quality[i] : 0,
            .origin = (uint8_t)n->origin,
        };
        if (!is_asked(self, value.t_us) || (self->code != 0 && stream.code != self->code))
            continue;
        if (series == NULL || !store_trend_stream_same(&series->stream, &stream))
            series = series_of(self, &stream);
        g_array_append_val(series->values, value);
        self->n++;
    }
}

/* Field numbers of vicu.Numerics. */
enum {
    NUMERICS_CODE = 4,
};

/* True when the first code of packed Numerics is @code, or none can be seen. */
static bool
may_hold(const StoreField *numerics, uint32_t code)
{
    StoreScan scan;
    StoreField field;

    store_scan_init(&scan, numerics->data, numerics->size);
    while (store_scan_next(&scan, &field)) {
        if (field.field != NUMERICS_CODE || field.type != STORE_SCAN_BYTES)
            continue;
        uint64_t first = 0;
        for (size_t i = 0; i < field.size && i < 5; i++) {
            first |= (uint64_t)(field.data[i] & 0x7f) << (7 * i);
            if (field.data[i] < 0x80)
                return first == code;
        }
        return true;
    }
    return true;
}

bool
store_gather_row(StoreGather *self, const void *data, size_t size, GError **error)
{
    StoreScan scan;
    StoreField field;

    if (self->code == 0) {
        g_autoptr(Vicu__Batch) batch = vicu_wire_unpack_batch(data, size, error);
        for (size_t i = 0; batch != NULL && i < batch->n_numerics; i++)
            store_gather_numerics(self, batch->numerics[i]);
        return batch != NULL;
    }
    store_scan_init(&scan, data, size);
    while (store_scan_next(&scan, &field)) {
        if (field.field != STORE_BATCH_NUMERICS || field.type != STORE_SCAN_BYTES
            || !may_hold(&field, self->code))
            continue;
        Vicu__Numerics *n =
            vicu_wire_unpack(&vicu__numerics__descriptor, field.data, field.size, error);
        if (n == NULL)
            return false;
        store_gather_numerics(self, n);
        vicu_wire_free(n);
    }
    if (!scan.malformed)
        return true;
    /* protobuf finds the words for what is wrong */
    g_autoptr(Vicu__Batch) batch = vicu_wire_unpack_batch(data, size, error);
    return batch != NULL;
}

/* ---- blocks ---- */

StoreKey
store_trend_key(const char *bed, int64_t block)
{
    StoreKey key = {0};

    store_key_bed(&key, bed);
    store_key_time(&key, block);
    return key;
}

StoreKey
store_trend_key_of(const char *bed, int64_t block, const StoreTrendStream *stream, uint16_t part)
{
    StoreKey key = store_trend_key(bed, block);

    store_key_u32(&key, stream->code);
    store_key_u32(&key, stream->channel);
    store_key_u8(&key, (uint8_t)stream->source);
    store_key_u8(&key, (uint8_t)(part >> 8));
    store_key_u8(&key, (uint8_t)part);
    return key;
}

bool
store_gather_blocks(StoreGather *self,
                    StoreDb *db,
                    const StoreSnapshot *snapshot,
                    const char *bed,
                    int64_t block,
                    const StoreTrendStream *only,
                    GError **error)
{
    StoreKey first = store_trend_key(bed, block), end;
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(StoreTrendValue));

    if (only != NULL)
        first = store_trend_key_of(bed, block, only, 0);
    else if (self->code != 0)
        store_key_u32(&first, self->code);
    end = first;
    if (only != NULL)
        end.size -= 2; /* every part */
    memset(end.data + end.size, 0xff, STORE_TREND_KEY_TAIL);
    end.size += STORE_TREND_KEY_TAIL;
    g_autoptr(StoreIter) iter = store_iter_new_at(db, snapshot, STORE_TREND, &first, &end);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        StoreTrendStream stream;
        size_t size = 0;
        const uint8_t *value = store_iter_value(iter, &size);
        g_array_set_size(values, 0);
        if (!store_block_read(value, size, &stream, values, error)) {
            g_prefix_error(error, "bed %s: ", bed);
            return false;
        }
        store_gather_add(self, &stream, (const StoreTrendValue *)(void *)values->data, values->len);
    }
    return store_iter_check(iter, error);
}

/* ---- order ---- */

static int
by_time(gconstpointer pa, gconstpointer pb)
{
    int64_t a = ((const StoreTrendValue *)pa)->t_us, b = ((const StoreTrendValue *)pb)->t_us;
    return (a > b) - (a < b);
}

void
store_gather_sort(StoreGather *self)
{
    for (guint i = 0; i < self->series->len; i++) {
        GArray *values = ((StoreSeries *)self->series->pdata[i])->values;
        bool sorted = true;
        for (guint k = 1; k < values->len && sorted; k++)
            sorted = g_array_index(values, StoreTrendValue, k - 1).t_us
                     <= g_array_index(values, StoreTrendValue, k).t_us;
        if (!sorted)
            g_array_sort(values, by_time); /* stable */
    }
}

double
store_trend_period_us(uint32_t code, uint32_t period_ms)
{
    if (period_ms > 0)
        return 1e3 * period_ms;
    const VicuSignal *signal = vicu_signal_by_code(code);
    return signal != NULL && signal->period_ms > 0 ? 1e3 * (double)signal->period_ms : 1;
}
