/* The store's reading of packed batches: any bytes, bounded, and of one mind with
 * protobuf about what can be read.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/numeric-times.h"
#include "common/wire.h"
#include "store/lane.h"
#include "store/scan.h"
#include "tests/fuzz/fuzz-target.h"

/* How many waves there are; G_MAXSIZE when the bytes are called malformed. */
static size_t
walk_waves(const uint8_t *data, size_t size)
{
    StoreScan scan;
    StoreField field;
    StoreWave wave;
    int64_t sum = 0;
    size_t waves = 0;

    store_scan_init(&scan, data, size);
    while (store_scan_next(&scan, &field)) {
        if (field.field != STORE_BATCH_WAVE || field.type != STORE_SCAN_BYTES)
            continue;
        waves++;
        if (store_scan_wave(field.data, field.size, &wave))
            for (size_t i = 0; i < wave.n; i++)
                sum += store_sample(wave.samples, i);
    }
    g_assert_true(sum != INT64_MAX);
    return scan.malformed ? G_MAXSIZE : waves;
}

static void
read_segment(const uint8_t *data, size_t size)
{
    Vicu__Segment *said = vicu_wire_unpack(&vicu__segment__descriptor, data, size, NULL);
    StoreSegment segment;

    if (said != NULL && store_segment_read(&segment, said)) {
        int64_t t_us = store_segment_time_us(&segment, size * 1000);
        g_assert_cmpint(store_segment_time_us(&segment, store_segment_index(&segment, t_us)), >=,
                        t_us);
    }
    vicu_wire_free(said);
}

/* Times that fit come back as they were, whatever they are. */
static void
read_times(Vicu__Numerics *n)
{
    size_t count = n->n_t_us;
    g_autofree int64_t *source = g_new0(int64_t, count + 1);
    g_autofree int64_t *received = g_new0(int64_t, count + 1);
    Vicu__Numerics again = *n;

    for (size_t i = 0; i < count; i++) {
        source[i] = vicu_numeric_source_us(n, i);
        received[i] = vicu_numeric_received_us(n, i);
    }
    if (!vicu_numeric_times_fit(n))
        return;
    vicu_numeric_times_set(&again, source, received);
    g_assert_true(again.n_source_offset_us <= count && again.n_received_delay_us <= count);
    for (size_t i = 0; i < count; i++) {
        g_assert_cmpint(vicu_numeric_source_us(&again, i), ==, vicu_numeric_source_us(n, i));
        g_assert_cmpint(vicu_numeric_received_us(&again, i), ==, vicu_numeric_received_us(n, i));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t waves = walk_waves(data, size);
    read_segment(data, size);
    /* What protobuf reads, the scan must read, too. */
    Vicu__Batch *batch = vicu_wire_unpack_batch(data, size, NULL);
    if (batch != NULL && batch->base.n_unknown_fields == 0)
        g_assert_cmpuint(waves, ==, batch->n_wave);
    for (size_t i = 0; batch != NULL && i < batch->n_numerics; i++)
        read_times(batch->numerics[i]);
    vicu_wire_free_batch(batch);
    return 0;
}
