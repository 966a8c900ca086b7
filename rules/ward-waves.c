/* Ward: segments and their samples, as the feed brings them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/ward-inner.h"

#define RUN_MAX 4096 /* samples handed to the detectors at a time */

static int64_t
segment_key(uint64_t epoch, uint32_t id)
{
    return (int64_t)(epoch << 32 ^ id);
}

static gboolean
is_old_segment(gpointer key, gpointer value, gpointer user)
{
    const WardSegment *segment = value;
    const WardSender *sender = user;
    (void)key;
    return segment->epoch + 1 < sender->epoch;
}

void
rules_ward_take_segment(
    RulesWard *self, WardSender *sender, uint64_t epoch, const Vicu__Segment *s, int64_t mono_us)
{
    if (epoch > sender->epoch) {
        sender->epoch = epoch;
        g_hash_table_foreach_remove(sender->segments, is_old_segment, sender);
    }
    if (s->origin == VICU__ORIGIN__ORIGIN_ARCHIVE)
        return; /* its waves then belong to no segment */
    WardBed *bed = rules_ward_bed_of(self, sender, s->bed, mono_us);
    int64_t key = segment_key(epoch, s->id);
    if (!bed || g_hash_table_size(sender->segments) >= RULES_SEGMENTS_MAX)
        return;
    const VicuSignal *signal = vicu_signal_by_code(s->code);
    WardSegment segment = {
        .bed = bed,
        .epoch = epoch,
        .origin = s->origin,
        .wave = signal && signal->kind == VICU_SIGNAL_WAVE,
        .sound = s->period_num > 0 && s->period_den > 0 && s->period_num <= 1000000
                 && s->period_den <= 1000000 && rules_ward_is_time(s->t0_us),
        .stream = {.code = s->code,
                   .channel = s->channel,
                   .t0_us = s->t0_us,
                   .period_num = s->period_num,
                   .period_den = s->period_den,
                   .gain = s->gain,
                   .baseline = s->baseline},
    };
    g_hash_table_replace(sender->segments, g_memdup2(&key, sizeof key),
                         g_memdup2(&segment, sizeof segment));
}

/* Only the raw bytes are little endian and may lie anywhere. */
static void
push_samples(
    WardBed *bed, const WardSegment *segment, uint64_t first, const uint8_t *bytes, size_t n)
{
    int16_t run[RUN_MAX];
    for (size_t at = 0; at < n; at += RUN_MAX) {
        size_t count = MIN(n - at, RUN_MAX);
        for (size_t i = 0; i < count; i++)
            run[i] = (int16_t)(bytes[2 * (at + i)] | bytes[2 * (at + i) + 1] << 8);
        rules_rhythm_wave(bed->rhythm, &segment->stream, first + at, run, count);
    }
}

void
rules_ward_take_wave(
    RulesWard *self, WardSender *sender, uint64_t epoch, const Vicu__Wave *w, int64_t mono_us)
{
    int64_t key = segment_key(epoch, w->segment);
    const WardSegment *segment = g_hash_table_lookup(sender->segments, &key);
    size_t n = w->samples.len / 2;
    if (!segment || !segment->sound || w->first >= (uint64_t)1 << 40) {
        self->figures.unknown_segments++;
        return;
    }
    if (n == 0)
        return;
    WardBed *bed = segment->bed;
    const RulesRhythmStream *s = &segment->stream;
    int64_t last = (int64_t)(w->first + n - 1);
    int64_t t_us = s->t0_us + last / s->period_den * s->period_num * 1000000
                   + last % s->period_den * s->period_num * 1000000 / s->period_den;
    self->figures.samples += n;
    if (t_us > self->now_us + RULES_FUTURE_US) {
        self->figures.future++;
        return;
    }
    if (!rules_ward_belongs(bed, sender, s->code, s->channel, MIN(t_us, self->now_us)))
        return;
    bed->origin = bed->wave_origin = segment->origin;
    rules_presence_period(&bed->presence, 0);
    rules_ward_presence(bed, rules_presence_heard(&bed->presence, t_us, self->now_us, mono_us));
    if (bed->presence.state != VICU__PRESENCE__PRESENCE_DISCHARGED && segment->wave)
        push_samples(bed, segment, w->first, w->samples.data, n);
}
