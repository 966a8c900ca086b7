/* Feed of a bench. See bench-feed.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/bench-feed.h"

#include "common/bench-ward.h"
#include "common/wire.h"

#define ECG_HZ 250

struct DashBenchFeed {
    VicuBenchWard *ward;
    unsigned beds;
    int64_t t0_us;
    uint8_t sender[16];
    gboolean announced;
    GByteArray *packed; /* while a piece is packed and not taken */
};

DashBenchFeed *
dash_bench_feed_new(unsigned beds, int64_t t0_us)
{
    DashBenchFeed *self = g_new0(DashBenchFeed, 1);
    self->ward = vicu_bench_ward_new(beds, ECG_HZ);
    self->beds = beds;
    self->t0_us = t0_us;
    return self;
}

void
dash_bench_feed_free(DashBenchFeed *self)
{
    if (!self)
        return;
    vicu_bench_ward_free(self->ward);
    g_free(self);
}

/* Parts of a message one after the other are the message. */
static void
give(DashBenchFeed *self, DashModel *model, const Vicu__Batch *batch, int64_t now_us)
{
    if (!self->packed) {
        dash_model_take_batch(model, batch, self->sender, 1, now_us);
        return;
    }
    g_autoptr(GBytes) part = vicu_wire_pack(&batch->base);
    g_byte_array_append(self->packed, g_bytes_get_data(part, NULL), (guint)g_bytes_get_size(part));
}

static void
take_segment(DashBenchFeed *self, DashModel *model, unsigned bed, unsigned w, int64_t now_us)
{
    const VicuBenchWave *wave = vicu_bench_ward_wave(self->ward, w);
    Vicu__Segment segment = VICU__SEGMENT__INIT;
    Vicu__Segment *segments[] = {&segment};
    Vicu__Batch batch = VICU__BATCH__INIT;
    segment.id = bed * VICU_BENCH_WAVES + w + 1;
    segment.bed = (char *)vicu_bench_ward_bed(self->ward, bed);
    segment.code = wave->code;
    segment.label = (char *)wave->label;
    segment.unit = (char *)wave->unit;
    segment.t0_us = self->t0_us;
    segment.period_num = 1;
    segment.period_den = wave->hz;
    segment.gain = wave->gain;
    segment.origin = VICU__ORIGIN__ORIGIN_SIMULATED;
    batch.segment = segments;
    batch.n_segment = 1;
    give(self, model, &batch, now_us);
}

static void
take_wave(DashBenchFeed *self,
          DashModel *model,
          unsigned bed,
          unsigned w,
          uint64_t first,
          size_t n,
          int64_t now_us)
{
    const int16_t *samples = vicu_bench_ward_samples(self->ward, bed, w, first, n);
    g_autofree uint8_t *bytes = g_malloc(2 * n);
    Vicu__Wave wave = VICU__WAVE__INIT;
    Vicu__Wave *waves[] = {&wave};
    Vicu__Batch batch = VICU__BATCH__INIT;
    for (size_t i = 0; i < n; i++) {
        bytes[2 * i] = (uint8_t)samples[i];
        bytes[2 * i + 1] = (uint8_t)((uint16_t)samples[i] >> 8);
    }
    wave.segment = bed * VICU_BENCH_WAVES + w + 1;
    wave.first = first;
    wave.samples.data = bytes;
    wave.samples.len = 2 * n;
    batch.wave = waves;
    batch.n_wave = 1;
    give(self, model, &batch, now_us);
}

static void
take_numerics(DashBenchFeed *self, DashModel *model, unsigned bed, int64_t t_us, int64_t now_us)
{
    uint32_t code[VICU_BENCH_NUMERICS];
    int64_t at_us[VICU_BENCH_NUMERICS];
    double value[VICU_BENCH_NUMERICS];
    Vicu__Numerics set = VICU__NUMERICS__INIT;
    Vicu__Numerics *sets[] = {&set};
    Vicu__Batch batch = VICU__BATCH__INIT;
    vicu_bench_ward_next(self->ward, bed, value);
    for (unsigned i = 0; i < VICU_BENCH_NUMERICS; i++) {
        code[i] = vicu_bench_ward_numeric(i);
        at_us[i] = t_us;
    }
    set.bed = (char *)vicu_bench_ward_bed(self->ward, bed);
    set.origin = VICU__ORIGIN__ORIGIN_SIMULATED;
    set.code = code;
    set.t_us = at_us;
    set.value = value;
    set.n_code = set.n_t_us = set.n_value = VICU_BENCH_NUMERICS;
    batch.numerics = sets;
    batch.n_numerics = 1;
    give(self, model, &batch, now_us);
}

static uint64_t
index_at(const DashBenchFeed *self, uint32_t hz, int64_t t_us)
{
    return (uint64_t)(t_us - self->t0_us) * hz / G_USEC_PER_SEC;
}

void
dash_bench_feed_take(DashBenchFeed *self,
                     DashModel *model,
                     int64_t from_us,
                     int64_t to_us,
                     gboolean with_numerics,
                     int64_t now_us)
{
    for (unsigned bed = 0; bed < self->beds; bed++) {
        for (unsigned w = 0; w < VICU_BENCH_WAVES; w++) {
            uint32_t hz = vicu_bench_ward_wave(self->ward, w)->hz;
            uint64_t first = index_at(self, hz, from_us), end = index_at(self, hz, to_us);
            if (!self->announced)
                take_segment(self, model, bed, w, now_us);
            if (end > first)
                take_wave(self, model, bed, w, first, (size_t)(end - first), now_us);
        }
        if (with_numerics)
            take_numerics(self, model, bed, to_us, now_us);
    }
    self->announced = TRUE;
}

GBytes *
dash_bench_feed_pack(DashBenchFeed *self, int64_t from_us, int64_t to_us, gboolean announce)
{
    Vicu__Batch batch = VICU__BATCH__INIT;
    batch.t_us = to_us;
    self->packed = g_byte_array_new();
    self->announced = !announce;
    give(self, NULL, &batch, to_us);
    dash_bench_feed_take(self, NULL, from_us, to_us, announce, to_us);
    return g_byte_array_free_to_bytes(g_steal_pointer(&self->packed));
}
