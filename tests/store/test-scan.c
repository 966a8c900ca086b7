/* Reading packed batches in place, and the times of samples.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/rows.h"
#include "store/scan.h"
#include "tests/store/make.h"

static void
a_batch_reads_as_protobuf_reads_it(void)
{
    int16_t samples[] = {1, -2, 32767, -32768};
    Make *make = make_new(T0_US);
    make_segment(make, 300, "a/b/c", ECG_II, T0_US, 1, 250);
    make_wave(make, 300, 1u << 20, samples, 4);
    make_event(make, "a/b/c", T0_US, "alarm", "k");
    g_autoptr(GBytes) packed = make_done(make);
    StoreScan scan;
    StoreField field;
    uint32_t seen = 0;

    store_scan_init(&scan, g_bytes_get_data(packed, NULL), g_bytes_get_size(packed));
    while (store_scan_next(&scan, &field)) {
        seen = seen * 10 + field.field;
        if (field.field == STORE_BATCH_T_US)
            g_assert_cmpint((int64_t)field.number, ==, T0_US);
        if (field.field != STORE_BATCH_WAVE)
            continue;
        StoreWave wave;
        g_assert_true(store_scan_wave(field.data, field.size, &wave));
        g_assert_cmpuint(wave.segment, ==, 300);
        g_assert_cmpuint(wave.first, ==, 1u << 20);
        g_assert_cmpuint(wave.n, ==, 4);
        for (size_t i = 0; i < 4; i++)
            g_assert_cmpint(store_sample(wave.samples, i), ==, samples[i]);
    }
    g_assert_false(scan.malformed);
    g_assert_cmpuint(seen, ==, 1238);
}

/* A wave as encoders write it is read at once; whatever else comes next stays for the scan
 * by fields. Cut or changed, both say the same of it, or the first says nothing. */
static void
a_wave_as_written_reads_as_by_fields(void)
{
    static const uint8_t turned[] = {0x1a, 15, 0x1a, 2, 7, 0, 0x11, 9, 0,
                                     0,    0,  0,    0, 0, 0, 0x08, 3};
    int16_t samples[] = {1, 2, 3};
    Make *make = make_new(T0_US);
    make_wave(make, 300, 7, samples, 3);
    make_wave(make, 2, 8, samples, 2);
    g_autoptr(GBytes) packed = make_done(make);
    size_t size = g_bytes_get_size(packed), read = 0;
    StoreScan scan;
    StoreWave wave, same;
    StoreField field;

    store_scan_init(&scan, turned, sizeof turned);
    g_assert_false(store_scan_next_wave(&scan, &wave));
    g_assert_true(store_scan_next(&scan, &field)); /* nothing was read */
    g_assert_true(store_scan_wave(field.data, field.size, &wave) && wave.segment == 3);
    for (size_t i = 0; i <= 20000; i++) {
        g_autofree uint8_t *copy = g_memdup2(g_bytes_get_data(packed, NULL), size);
        if (i > 0)
            copy[g_test_rand_int_range(0, (int)size)] = (uint8_t)g_test_rand_int();
        store_scan_init(&scan, copy, size);
        for (;;) {
            StoreScan by_field = scan;
            if (store_scan_next_wave(&scan, &wave)) {
                g_assert_true(store_scan_next(&by_field, &field) && by_field.at == scan.at);
                g_assert_true(store_scan_wave(field.data, field.size, &same));
                g_assert_true(wave.segment == same.segment && wave.first == same.first);
                g_assert_true(wave.samples == same.samples && wave.n == same.n);
                read++;
            } else if (!store_scan_next(&scan, &field)) {
                break;
            }
        }
        g_assert_true(i > 0 || read == 2);
    }
}

/* Any cut and any changed byte either reads or is called malformed; nothing
 * outside the bytes is touched (the sanitizers watch). */
static void
damaged_bytes_are_bounded(void)
{
    int16_t samples[] = {1, 2, 3};
    Make *make = make_new(T0_US);
    make_segment(make, 1, "a/b/c", ECG_II, T0_US, 1, 250);
    make_wave(make, 1, 7, samples, 3);
    g_autoptr(GBytes) packed = make_done(make);
    size_t size = g_bytes_get_size(packed);

    for (size_t cut = 0; cut < size; cut++) {
        g_autofree uint8_t *copy = g_memdup2(g_bytes_get_data(packed, NULL), cut);
        store_scan_check_batch(copy, cut);
    }
    for (int i = 0; i < 20000; i++) {
        g_autofree uint8_t *copy = g_memdup2(g_bytes_get_data(packed, NULL), size);
        copy[g_test_rand_int_range(0, (int)size)] = (uint8_t)g_test_rand_int();
        store_scan_check_batch(copy, size);
    }
    static const uint8_t endless[] = {0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f, 1};
    g_assert_false(store_scan_check_batch(endless, sizeof endless));
    static const uint8_t odd[] = {0x1a, 3, 0x1a, 1, 9};
    g_assert_false(store_scan_check_batch(odd, sizeof odd));
}

static void
times_of_samples_are_exact(void)
{
    StoreSegment s = {.t0_us = T0_US, .num = 1, .den = 360, .gain = 1};

    g_assert_cmpint(store_segment_time_us(&s, 360), ==, T0_US + SECOND);
    g_assert_cmpint(store_segment_time_us(&s, 1), ==, T0_US + 2777);
    /* after a year of 360 Hz there is still no drift */
    uint64_t year = UINT64_C(360) * 365 * 86400;
    g_assert_cmpint(store_segment_time_us(&s, year), ==, T0_US + INT64_C(365) * 86400 * SECOND);
    for (uint64_t n = year; n < year + 1000; n++) {
        int64_t t = store_segment_time_us(&s, n);
        g_assert_cmpuint(store_segment_index(&s, t), ==, n);
        g_assert_cmpuint(store_segment_index(&s, t + 1), ==, n + 1);
    }
    g_assert_cmpuint(store_segment_index(&s, INT64_MIN), ==, 0);
    g_assert_cmpint(store_segment_time_us(&s, UINT64_MAX), >, T0_US);
}

static void
segments_that_cannot_be_are_refused(void)
{
    Make *make = make_new(T0_US);
    Vicu__Segment *said = make_segment(make, 1, "a/b/c", ECG_II, T0_US, 1, 250);
    StoreSegment s;

    g_assert_true(store_segment_read(&s, said));
    said->period_den = 0;
    g_assert_false(store_segment_read(&s, said));
    said->period_den = 250;
    said->gain = 0;
    g_assert_false(store_segment_read(&s, said));
    said->gain = 1;
    said->period_num = 100000;
    g_assert_false(store_segment_read(&s, said));
    said->period_num = 1;
    said->bed[1] = ' ';
    g_assert_false(store_segment_read(&s, said));
    g_bytes_unref(make_done(make));
    g_assert_false(store_bed_fits(""));
    g_autofree char *name = g_strnfill(STORE_BED_MAX + 1, 'x');
    g_assert_false(store_bed_fits(name));
}

static void
rows_read_as_protobuf_reads_them(void)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    VicuFingerprint id = make_sender(3);
    g_autofree uint8_t *body = g_malloc0(5000);
    Make *make = make_new(T0_US);
    Vicu__Segment *said = make_segment(make, 1, "a/b/c", ECG_II, T0_US, 1, 250);
    g_autoptr(GBytes) segment = vicu_wire_pack(&said->base);

    store_rows_begin(out, UINT64_MAX);
    store_rows_add_run(out, segment, 99, body, 4000);
    store_rows_add_batch(out, &id, 5, 6, body, 5000);
    store_rows_add_batch(out, &id, 5, 7, body, 0);
    store_rows_end(out, "why");
    g_autoptr(Vicu__QueryRows) rows = vicu_wire_unpack_query_rows(out->data, out->len, NULL);
    g_assert_nonnull(rows);
    g_assert_cmpuint(rows->id, ==, UINT64_MAX);
    g_assert_true(rows->last);
    g_assert_cmpstr(rows->error, ==, "why");
    g_assert_cmpuint(rows->n_run, ==, 1);
    g_assert_cmpuint(rows->run[0]->first, ==, 99);
    g_assert_cmpuint(rows->run[0]->samples.len, ==, 4000);
    g_assert_cmpstr(rows->run[0]->segment->bed, ==, "a/b/c");
    g_assert_cmpuint(rows->n_batch, ==, 2);
    g_assert_cmpuint(rows->batch[0]->sequence, ==, 6);
    g_assert_cmpuint(rows->batch[0]->body.len, ==, 5000);
    g_bytes_unref(make_done(make));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/scan/" #name, name)
    ADD(a_batch_reads_as_protobuf_reads_it);
    ADD(a_wave_as_written_reads_as_by_fields);
    ADD(damaged_bytes_are_bounded);
    ADD(times_of_samples_are_exact);
    ADD(segments_that_cannot_be_are_refused);
    ADD(rows_read_as_protobuf_reads_them);
    return g_test_run();
}
