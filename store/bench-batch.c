/* SPDX-License-Identifier: Apache-2.0 */
#include "store/bench-batch.h"

#include "common/wire.h"

#define SECOND_US ((int64_t)G_USEC_PER_SEC)
#define LONGEST_S 60

/* The first second that begins at or after @ms. */
static int64_t
second_at(int64_t ms)
{
    return (ms + 999) / 1000;
}

/* ---- waves ---- */

static Vicu__Segment
segment_of(const StoreBenchFeed *feed, unsigned bed, unsigned wave)
{
    const VicuBenchWave *w = vicu_bench_ward_wave(feed->ward, wave);
    Vicu__Segment s = VICU__SEGMENT__INIT;

    s.id = bed * VICU_BENCH_WAVES + wave + 1;
    s.bed = (char *)vicu_bench_ward_bed(feed->ward, bed);
    s.code = w->code;
    s.label = (char *)w->label;
    s.unit = (char *)w->unit;
    s.t0_us = feed->t0_us;
    s.period_num = 1;
    s.period_den = w->hz;
    s.gain = w->gain;
    s.origin = VICU__ORIGIN__ORIGIN_SIMULATED;
    return s;
}

static Vicu__Wave
wave_of(StoreBenchFeed *feed, unsigned bed, unsigned wave, int64_t from_ms, int64_t to_ms)
{
    int64_t hz = vicu_bench_ward_wave(feed->ward, wave)->hz;
    int64_t first = from_ms * hz / 1000, end = to_ms * hz / 1000;
    Vicu__Wave w = VICU__WAVE__INIT;

    w.segment = bed * VICU_BENCH_WAVES + wave + 1;
    w.first = (uint64_t)first;
    w.samples.len = 2 * (size_t)(end - first);
    w.samples.data = (uint8_t *)vicu_bench_ward_samples(feed->ward, bed, wave, (uint64_t)first,
                                                        (size_t)(end - first));
    feed->samples += (uint64_t)(end - first);
    return w;
}

static void
add_waves(StoreBenchFeed *feed, int64_t from_ms, int64_t to_ms, GArray *segments, GArray *waves)
{
    bool announce = second_at(from_ms) * 1000 < to_ms;

    for (unsigned b = 0; b < feed->beds; b++)
        for (unsigned i = 0; i < VICU_BENCH_WAVES; i++) {
            if ((feed->waves & 1u << i) == 0)
                continue;
            Vicu__Wave wave = wave_of(feed, b, i, from_ms, to_ms);
            Vicu__Segment segment = segment_of(feed, b, i);
            if (wave.samples.len > 0)
                g_array_append_val(waves, wave);
            if (announce)
                g_array_append_val(segments, segment);
        }
}

/* ---- numerics ---- */

typedef struct {
    Vicu__Numerics message;
    uint32_t code[VICU_BENCH_NUMERICS * LONGEST_S];
    int64_t t_us[VICU_BENCH_NUMERICS * LONGEST_S];
    double value[VICU_BENCH_NUMERICS * LONGEST_S];
    uint32_t period_ms[VICU_BENCH_NUMERICS * LONGEST_S];
} BedValues;

/* Seconds @from <= s < @to. */
static BedValues *
values_of(StoreBenchFeed *feed, unsigned bed, int64_t from, int64_t to)
{
    BedValues *v = g_new(BedValues, 1);
    size_t n = 0;

    for (int64_t second = from; second < to; second++) {
        double values[VICU_BENCH_NUMERICS];
        vicu_bench_ward_next(feed->ward, bed, values);
        for (unsigned k = 0; k < feed->numerics; k++, n++) {
            v->code[n] = vicu_bench_ward_numeric(k);
            v->t_us[n] = feed->t0_us + second * SECOND_US;
            v->value[n] = values[k];
            v->period_ms[n] = 1000;
        }
    }
    feed->values += n;
    vicu__numerics__init(&v->message);
    v->message.bed = (char *)vicu_bench_ward_bed(feed->ward, bed);
    v->message.origin = VICU__ORIGIN__ORIGIN_SIMULATED;
    v->message.n_code = v->message.n_t_us = v->message.n_value = v->message.n_period_ms = n;
    v->message.code = v->code;
    v->message.t_us = v->t_us;
    v->message.value = v->value;
    v->message.period_ms = v->period_ms;
    return v;
}

static GPtrArray *
add_numerics(StoreBenchFeed *feed, int64_t from_ms, int64_t to_ms)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(g_free);

    for (unsigned b = 0; feed->numerics > 0 && b < vicu_bench_ward_beds(feed->ward); b++) {
        int64_t shift_ms = to_ms - from_ms < 1000 ? 40 * (int64_t)(b % 25) : 0;
        int64_t first = second_at(MAX(from_ms - shift_ms, 0));
        int64_t end = to_ms > shift_ms ? second_at(to_ms - shift_ms) : 0;
        if (end > first)
            g_ptr_array_add(all, values_of(feed, b, first, end));
    }
    return all;
}

/* An array of pointers to what @structs holds. */
static gpointer *
pointers_to(GArray *structs, gsize size)
{
    gpointer *pointers = g_new(gpointer, structs->len + 1);

    for (guint i = 0; i < structs->len; i++)
        pointers[i] = structs->data + i * size;
    return pointers;
}

GBytes *
store_bench_batch(StoreBenchFeed *feed, int64_t from_ms, int64_t to_ms)
{
    Vicu__Batch batch = VICU__BATCH__INIT;
    g_autoptr(GArray) segments = g_array_new(FALSE, FALSE, sizeof(Vicu__Segment));
    g_autoptr(GArray) waves = g_array_new(FALSE, FALSE, sizeof(Vicu__Wave));

    g_assert(from_ms >= 0 && from_ms < to_ms && to_ms - from_ms <= LONGEST_S * 1000);
    add_waves(feed, from_ms, to_ms, segments, waves);
    g_autoptr(GPtrArray) numerics = add_numerics(feed, from_ms, to_ms);
    g_autofree gpointer *segment = pointers_to(segments, sizeof(Vicu__Segment));
    g_autofree gpointer *wave = pointers_to(waves, sizeof(Vicu__Wave));
    batch.t_us = feed->t0_us + to_ms * 1000;
    batch.n_segment = segments->len;
    batch.segment = (Vicu__Segment **)segment;
    batch.n_wave = waves->len;
    batch.wave = (Vicu__Wave **)wave;
    batch.n_numerics = numerics->len;
    batch.numerics = (Vicu__Numerics **)numerics->pdata;
    return vicu_wire_pack(&batch.base);
}
