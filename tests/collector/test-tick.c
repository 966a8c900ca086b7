/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "collector/tick.h"
#include "common/wire.h"

#define T0 INT64_C(1800000000000000)

static const CollectorSegment ecg = {
    .bed = "demo/icu/7",
    .code = 131330,
    .label = "II",
    .t0_us = T0,
    .period_num = 1,
    .period_den = 250,
    .gain = 3381.0,
    .baseline = -4,
    .unit = "mV",
    .origin = VICU__ORIGIN__ORIGIN_RECORDING,
};

static Vicu__Batch *
take(CollectorTick *tick, int64_t t_us)
{
    g_autoptr(GBytes) bytes = collector_tick_take(tick, t_us);
    g_autoptr(GError) error = NULL;
    gsize n = 0;

    if (bytes == NULL)
        return NULL;
    const void *data = g_bytes_get_data(bytes, &n);
    Vicu__Batch *batch = vicu_wire_unpack_batch(data, n, &error);
    g_assert_no_error(error);
    g_assert_cmpint(batch->t_us, ==, t_us);
    return batch;
}

static int16_t
sample_at(const Vicu__Wave *wave, size_t i)
{
    return (int16_t)(wave->samples.data[2 * i] | wave->samples.data[2 * i + 1] << 8);
}

static void
test_a_segment(void)
{
    g_autoptr(CollectorTick) tick = collector_tick_new(NULL);
    const int16_t samples[] = {1, -2, 0x1234, INT16_MIN};

    g_assert_null(collector_tick_take(tick, T0));
    uint32_t id = collector_tick_begin_segment(tick, &ecg);
    collector_tick_push(tick, id, 0, samples, 3);
    collector_tick_push(tick, id, 3, samples + 3, 1);
    g_autoptr(Vicu__Batch) batch = take(tick, T0 + 40000);
    g_assert_cmpuint(batch->n_segment, ==, 1);
    const Vicu__Segment *s = batch->segment[0];
    g_assert_cmpuint(s->id, ==, id);
    g_assert_cmpstr(s->bed, ==, "demo/icu/7");
    g_assert_cmpuint(s->code, ==, 131330);
    g_assert_cmpstr(s->label, ==, "II");
    g_assert_cmpint(s->t0_us, ==, T0);
    g_assert_cmpuint(s->period_num, ==, 1);
    g_assert_cmpuint(s->period_den, ==, 250);
    g_assert_cmpfloat(s->gain, ==, 3381.0);
    g_assert_cmpint(s->baseline, ==, -4);
    g_assert_cmpstr(s->unit, ==, "mV");
    g_assert_cmpint(s->origin, ==, VICU__ORIGIN__ORIGIN_RECORDING);
    g_assert_false(s->last);
    g_assert_cmpuint(batch->n_wave, ==, 1);
    g_assert_cmpuint(batch->wave[0]->segment, ==, id);
    g_assert_cmpuint(batch->wave[0]->first, ==, 0);
    g_assert_cmpuint(batch->wave[0]->samples.len, ==, 8);
    for (size_t i = 0; i < 4; i++)
        g_assert_cmpint(sample_at(batch->wave[0], i), ==, samples[i]);
    g_assert_null(collector_tick_take(tick, T0 + 80000));
}

static void
test_announcements(void)
{
    g_autoptr(CollectorTick) tick = collector_tick_new(NULL);
    const int16_t sample = 5;
    guint announced = 0;
    uint32_t id = collector_tick_begin_segment(tick, &ecg);

    for (uint64_t i = 0; i < 250; i++) { /* ten seconds of 40 ms */
        collector_tick_push(tick, id, i, &sample, 1);
        g_autoptr(Vicu__Batch) batch = take(tick, T0 + (int64_t)(i + 1) * 40000);
        announced += (guint)batch->n_segment;
        g_assert_cmpuint(batch->wave[0]->first, ==, i);
    }
    g_assert_cmpuint(announced, >=, 10);
    g_assert_cmpuint(announced, <=, 11);
    collector_tick_announce_all(tick);
    g_autoptr(Vicu__Batch) batch = take(tick, T0 + 251 * 40000);
    g_assert_cmpuint(batch->n_segment, ==, 1);
}

static void
test_the_end(void)
{
    g_autoptr(CollectorTick) tick = collector_tick_new(NULL);
    const int16_t samples[4] = {0};
    uint32_t first = collector_tick_begin_segment(tick, &ecg);

    collector_tick_push(tick, first, 0, samples, 4); /* begins and ends within a tick */
    collector_tick_end_segment(tick, first);
    uint32_t second = collector_tick_begin_segment(tick, &ecg);
    collector_tick_push(tick, second, 0, samples, 2);
    g_assert_cmpuint(first, !=, second);
    g_assert_cmpuint(collector_tick_figures(tick).open_segments, ==, 1);
    g_autoptr(Vicu__Batch) batch = take(tick, T0);
    g_assert_cmpuint(batch->n_segment, ==, 2);
    g_assert_true(batch->segment[0]->last);
    g_assert_false(batch->segment[1]->last);
    g_assert_cmpuint(batch->n_wave, ==, 2);
    collector_tick_end_segment(tick, second);
    g_autoptr(Vicu__Batch) end = take(tick, T0 + 40000);
    g_assert_cmpuint(end->n_segment, ==, 1);
    g_assert_true(end->segment[0]->last);
    g_assert_cmpuint(end->n_wave, ==, 0);
    collector_tick_announce_all(tick);
    g_assert_null(collector_tick_take(tick, T0 + 80000));
}

static void
test_a_hole(void)
{
    g_autoptr(CollectorTick) tick = collector_tick_new(NULL);
    const int16_t samples[] = {1, 2, 3};
    uint32_t id = collector_tick_begin_segment(tick, &ecg);

    collector_tick_push(tick, id, 10, samples, 2);
    collector_tick_push(tick, id, 20, samples + 2, 1);
    g_autoptr(Vicu__Batch) batch = take(tick, T0);
    g_assert_cmpuint(batch->n_wave, ==, 2);
    g_assert_cmpuint(batch->wave[0]->first, ==, 10);
    g_assert_cmpuint(batch->wave[0]->samples.len, ==, 4);
    g_assert_cmpuint(batch->wave[1]->first, ==, 20);
    g_assert_cmpint(sample_at(batch->wave[1], 0), ==, 3);
}

static void
test_numerics(void)
{
    g_autoptr(CollectorTick) tick = collector_tick_new(NULL);
    CollectorNumeric n = {.bed = "a/b/1",
                          .origin = VICU__ORIGIN__ORIGIN_SIMULATED,
                          .code = 150456,
                          .t_us = T0,
                          .value = 97.0};

    collector_tick_numeric(tick, &n);
    n.code = 151562;
    n.value = 15.0;
    collector_tick_numeric(tick, &n);
    n.bed = "a/b/2";
    n.channel = 3;
    n.period_ms = 1024;
    n.quality = VICU__QUALITY__QUALITY_INVALID;
    collector_tick_numeric(tick, &n);
    g_autoptr(Vicu__Batch) batch = take(tick, T0);
    g_assert_cmpuint(batch->n_numerics, ==, 2);
    const Vicu__Numerics *one = batch->numerics[0], *two = batch->numerics[1];
    g_assert_cmpuint(one->n_code, ==, 2);
    g_assert_cmpuint(one->n_value, ==, 2);
    g_assert_cmpuint(one->n_channel, ==, 0);
    g_assert_cmpuint(one->n_quality, ==, 0);
    g_assert_cmpuint(one->n_period_ms, ==, 0);
    g_assert_cmpfloat(one->value[1], ==, 15.0);
    g_assert_cmpstr(two->bed, ==, "a/b/2");
    g_assert_cmpuint(two->channel[0], ==, 3);
    g_assert_cmpuint(two->period_ms[0], ==, 1024);
    g_assert_cmpint(two->quality[0], ==, VICU__QUALITY__QUALITY_INVALID);
    g_assert_cmpfloat(two->value[0], ==, 0.0); /* never a number that was not measured */
    g_assert_null(collector_tick_take(tick, T0 + 40000));
}

static void
test_the_rest(void)
{
    g_autoptr(CollectorTick) tick = collector_tick_new(NULL);
    char text[] = "A";
    Vicu__Symbol symbol = VICU__SYMBOL__INIT;
    Vicu__Unmapped unmapped = VICU__UNMAPPED__INIT;
    Vicu__Gap gap = VICU__GAP__INIT;
    Vicu__Event event = VICU__EVENT__INIT;
    Vicu__AuditRecord audit = VICU__AUDIT_RECORD__INIT;

    symbol.value = unmapped.value = gap.reason = event.text = audit.what = text;
    collector_tick_symbol(tick, &symbol);
    collector_tick_unmapped(tick, &unmapped);
    collector_tick_gap(tick, &gap);
    collector_tick_event(tick, &event);
    collector_tick_audit(tick, &audit);
    text[0] = 'X'; /* they were copied */
    g_autoptr(Vicu__Batch) batch = take(tick, T0);
    g_assert_cmpstr(batch->symbol[0]->value, ==, "A");
    g_assert_cmpstr(batch->unmapped[0]->value, ==, "A");
    g_assert_cmpstr(batch->gap[0]->reason, ==, "A");
    g_assert_cmpstr(batch->event[0]->text, ==, "A");
    g_assert_cmpstr(batch->audit[0]->what, ==, "A");
}

static void
remember(const char *bed, int64_t last_us, gpointer data)
{
    g_assert_cmpstr(bed, ==, "demo/icu/7");
    *(int64_t *)data = last_us;
}

static void
test_heartbeat(void)
{
    g_autoptr(VicuHeartbeat) heartbeat = vicu_heartbeat_new();
    g_autoptr(CollectorTick) tick = collector_tick_new(heartbeat);
    const int16_t samples[10] = {0};
    int64_t last_us = 0;

    collector_tick_push(tick, collector_tick_begin_segment(tick, &ecg), 0, samples, 10);
    g_assert_true(
        vicu_heartbeat_read(vicu_heartbeat_next(heartbeat, T0, 0, 0), remember, &last_us));
    g_assert_cmpint(last_us, ==, T0 + 36000); /* the tenth sample */
}

static void
test_exact_counts(void)
{
    const struct {
        uint32_t num, den; /* of the period */
        int64_t elapsed_us;
        uint64_t n;
    } cases[] = {
        {1, 360, 0, 0},
        {1, 360, 2777, 0}, /* 2 777.8 us */
        {1, 360, 2778, 1},
        {1, 360, INT64_C(86400000000), 31104000},
        {1, 360, INT64_C(86399999999), 31103999},
        {2, 125, INT64_C(86400000000), 5400000},
        {400, 24989, INT64_C(86400000000), 5397624},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpuint(collector_samples_ended(cases[i].elapsed_us, cases[i].num, cases[i].den),
                         ==, cases[i].n);
    /* time and count undo each other */
    for (uint64_t n = 1; n < 100000; n += 7)
        g_assert_cmpuint(collector_samples_ended(collector_sample_time_us(n, 1, 360) + 1, 1, 360),
                         ==, n);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/collector/tick/carries_a_segment_and_its_samples", test_a_segment);
    g_test_add_func("/collector/tick/announces_a_segment_each_second", test_announcements);
    g_test_add_func("/collector/tick/marks_the_last_of_a_segment", test_the_end);
    g_test_add_func("/collector/tick/shows_a_hole_in_the_numbers", test_a_hole);
    g_test_add_func("/collector/tick/packs_numerics_by_bed", test_numerics);
    g_test_add_func("/collector/tick/copies_everything_else", test_the_rest);
    g_test_add_func("/collector/tick/tells_the_heartbeat_the_newest_sample", test_heartbeat);
    g_test_add_func("/collector/tick/counts_samples_exactly", test_exact_counts);
    return g_test_run();
}
