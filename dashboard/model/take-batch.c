/* Model: takes a batch: segments, waves, numerics, symbols, gaps, events.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "dashboard/model/private.h"

#define WAVE_SECONDS    60
#define SEGMENTS_MAX    32768
#define DELAY_STEP_US   (10 * (int64_t)1000)
#define DELAY_BASE_US   (250 * (int64_t)1000) /* before a bed's rhythm is known */
#define DELAY_MARGIN_US (150 * (int64_t)1000) /* at most, and where there is no rhythm */
#define DELAY_LEAST_US  (10 * (int64_t)1000)  /* margin */
#define DELAY_MAX_US    (30 * (int64_t)G_USEC_PER_SEC)
#define CLOCK_MAX_US    (INT64_C(36500) * 86400 * G_USEC_PER_SEC)
#define RATE_MAX_HZ     2000
#define FIRST_MAX       (UINT64_C(1) << 40) /* years at any rate */

typedef struct {
    DashBed *bed;
    unsigned stream;
    DashScale scale;
} Segment;

typedef struct {
    uint8_t sender[16];
    uint64_t epoch;
    uint32_t id;
    uint32_t zero;
} SegmentKey;

static GBytes *
segment_key(const uint8_t *sender, uint64_t epoch, uint32_t id)
{
    SegmentKey key = {.epoch = epoch, .id = id};
    memcpy(key.sender, sender, sizeof key.sender);
    return g_bytes_new(&key, sizeof key);
}

static const VicuSignal *
signal_of(uint32_t code, const char *label)
{
    const VicuSignal *signal = code ? vicu_signal_by_code(code) : NULL;
    return signal || !label || !*label ? signal : vicu_signal_by_label(label);
}

static DashStream *
stream_for(DashBed *bed, const Vicu__Segment *segment)
{
    for (unsigned i = 0; i < bed->n_streams; i++) {
        DashStream *stream = &bed->stream[i];
        if (stream->code == segment->code && stream->channel == segment->channel
            && (segment->code || g_strcmp0(stream->label, segment->label) == 0))
            return stream;
    }
    if (bed->n_streams == DASH_STREAMS_MAX) {
        bed->left_out++;
        return NULL;
    }
    DashStream *stream = &bed->stream[bed->n_streams++];
    stream->signal = signal_of(segment->code, segment->label);
    stream->code = segment->code;
    stream->channel = segment->channel;
    return stream;
}

static bool
sound_segment(const Vicu__Segment *segment)
{
    return segment->period_num > 0 && segment->period_den > 0
           && segment->period_den <= (uint64_t)segment->period_num * RATE_MAX_HZ
           && (uint64_t)segment->period_num <= (uint64_t)segment->period_den * WAVE_SECONDS
           && dash_model_time(segment->t0_us) != 0 && dash_model_measurable(segment->gain)
           && fabs(segment->gain) >= 1e-9;
}

/* Imported data are of the past: never drawn as what a bed shows now. */
static bool
is_elsewhen(const DashModel *self, Vicu__Origin origin)
{
    return origin == VICU__ORIGIN__ORIGIN_ARCHIVE && !self->past;
}

static void
take_segment(DashModel *self,
             const Vicu__Segment *segment,
             const uint8_t *sender,
             uint64_t epoch,
             int64_t now_us)
{
    if (is_elsewhen(self, segment->origin))
        return;
    DashBed *bed = sound_segment(segment) ? dash_model_bed_for(self, segment->bed, now_us) : NULL;
    DashStream *stream = bed ? stream_for(bed, segment) : NULL;
    if (!stream) {
        self->left_out++;
        return;
    }
    DashScale scale = {
        .t0_us = segment->t0_us,
        .period_num = segment->period_num,
        .period_den = segment->period_den,
        .gain = segment->gain,
        .baseline = segment->baseline,
    };
    dash_model_set_text(&stream->label, segment->label);
    if (g_strcmp0(stream->unit, segment->unit) != 0) {
        dash_model_set_text(&stream->unit, segment->unit);
        stream->lo = stream->hi = 0;
    }
    stream->origin = segment->origin;
    stream->copy = segment->copy;
    if (!stream->wave || !dash_wave_holds_rate(stream->wave, &scale)) {
        dash_wave_free(stream->wave);
        stream->wave = dash_wave_new(&scale, WAVE_SECONDS);
    }
    if (g_hash_table_size(self->segments) >= SEGMENTS_MAX)
        g_hash_table_remove_all(self->segments); /* announced again within a second */
    Segment *known = g_new(Segment, 1);
    *known = (Segment){.bed = bed, .stream = (unsigned)(stream - bed->stream), .scale = scale};
    g_hash_table_replace(self->segments, segment_key(sender, epoch, segment->id), known);
}

/* How far behind the clock the sweep must be played so that a wave had samples until these came:
 * @before_us is where it would have run dry, and that shows what it needs where the samples go on
 * from there; a quarter more is for what has not been seen yet. After a hole only what came last
 * is known to be late. The wave that needs most decides for its bed. */
static int64_t
needed_us(const DashBed *bed, int64_t before_us, int64_t start_us, int64_t end_us, int64_t now_us)
{
    int64_t dry_us = MAX(now_us - before_us, 0), late_us = MAX(now_us - end_us, 0);
    int64_t margin_us = CLAMP(dry_us / 4, DELAY_LEAST_US, DELAY_MARGIN_US);
    bool goes_on = before_us > 0 && start_us <= before_us + DELAY_STEP_US;
    int64_t wanted_us = goes_on ? dry_us + margin_us : late_us + DELAY_MARGIN_US;
    if (!goes_on || !bed->delay_us)
        wanted_us = MAX(wanted_us, DELAY_BASE_US);
    return (wanted_us + DELAY_STEP_US - 1) / DELAY_STEP_US * DELAY_STEP_US;
}

/* At once further behind when data come later, nearer again after ten seconds in which less was
 * needed. */
static void
update_delay(DashBed *bed, int64_t wanted_us, int64_t now_us)
{
    wanted_us = MIN(wanted_us, DELAY_MAX_US);
    if (wanted_us >= bed->delay_us) {
        bed->delay_us = wanted_us;
        bed->eased_us = now_us;
        bed->ease_to_us = 0;
        return;
    }
    bed->ease_to_us = MAX(bed->ease_to_us, wanted_us);
    if (now_us - bed->eased_us < 10 * (int64_t)G_USEC_PER_SEC)
        return;
    bed->delay_us = bed->ease_to_us;
    bed->eased_us = now_us;
    bed->ease_to_us = 0;
}

static void
mark_arrival(DashBed *bed, int64_t t_us, int64_t now_us)
{
    if (t_us >= bed->newest_us) {
        bed->newest_us = t_us;
        bed->lag_us = MAX(now_us - t_us, 0);
    }
    bed->arrived_us = now_us;
}

static void
take_wave(
    DashModel *self, const Vicu__Wave *wave, const uint8_t *sender, uint64_t epoch, int64_t now_us)
{
    g_autoptr(GBytes) key = segment_key(sender, epoch, wave->segment);
    const Segment *segment = g_hash_table_lookup(self->segments, key);
    if (!segment || wave->samples.len < 2)
        return;
    DashStream *stream = &segment->bed->stream[segment->stream];
    if (!dash_wave_holds_rate(stream->wave, &segment->scale) || wave->first > FIRST_MAX)
        return;
    int64_t before_us = dash_wave_end_us(stream->wave);
    DashWaveFate fate = dash_wave_push(stream->wave, &segment->scale, wave->first,
                                       wave->samples.data, wave->samples.len / 2);
    if (fate == DASH_WAVE_LATE)
        segment->bed->late++;
    int64_t end_us = dash_wave_end_us(stream->wave);
    DashBed *bed = segment->bed;
    mark_arrival(bed, end_us, now_us);
    bed->wave_us = MAX(bed->wave_us, end_us);
    if (end_us > before_us) {
        int64_t span_us = (int64_t)(wave->samples.len / 2) * segment->scale.period_num
                          * G_USEC_PER_SEC / segment->scale.period_den;
        update_delay(bed, needed_us(bed, before_us, end_us - span_us, end_us, now_us), now_us);
    }
    dash_model_update_range(stream);
}

DashNumeric *
dash_model_numeric_for(DashBed *bed, uint32_t code, uint32_t channel, const VicuSignal *signal)
{
    for (unsigned i = 0; i < bed->n_numerics; i++)
        if (bed->numeric[i].code == code && bed->numeric[i].channel == channel)
            return &bed->numeric[i];
    if (bed->n_numerics == DASH_NUMERICS_MAX) {
        bed->left_out++;
        return NULL;
    }
    DashNumeric *numeric = &bed->numeric[bed->n_numerics++];
    *numeric = (DashNumeric){.signal = signal, .code = code, .channel = channel};
    numeric->period_ms = signal ? signal->period_ms : 0;
    numeric->trend = g_new0(DashTrend, 1);
    return numeric;
}

static void
take_value(DashBed *bed, const Vicu__Numerics *set, size_t i, int64_t now_us)
{
    uint32_t code = set->code[i];
    uint32_t channel = i < set->n_channel ? set->channel[i] : 0;
    DashNumeric *numeric = dash_model_numeric_for(bed, code, channel, vicu_signal_by_code(code));
    if (!numeric || set->t_us[i] < numeric->t_us)
        return;
    if (!dash_model_plausible(set->t_us[i], now_us)) {
        bed->left_out++;
        return;
    }
    if (i < set->n_period_ms && set->period_ms[i])
        numeric->period_ms = set->period_ms[i];
    Vicu__Quality quality = i < set->n_quality ? set->quality[i] : VICU__QUALITY__QUALITY_GOOD;
    if (quality == VICU__QUALITY__QUALITY_INVALID || !dash_model_measurable(set->value[i])) {
        numeric->invalid_us = set->t_us[i];
        return;
    }
    numeric->value = set->value[i];
    numeric->t_us = set->t_us[i];
    numeric->quality = quality;
    numeric->source = set->source;
    numeric->origin = set->origin;
    dash_trend_put(numeric->trend, numeric->t_us, numeric->value);
}

static void
take_numerics(DashModel *self, const Vicu__Numerics *set, int64_t now_us)
{
    if (is_elsewhen(self, set->origin))
        return;
    DashBed *bed = dash_model_bed_for(self, set->bed, now_us);
    size_t n = MIN(set->n_code, MIN(set->n_t_us, set->n_value));
    for (size_t i = 0; bed && i < set->n_source_offset_us; i++)
        if (set->source_offset_us[i] != 0 || set->n_source_offset_us == 1) {
            bed->clock_us = CLAMP(set->source_offset_us[i], -CLOCK_MAX_US, CLOCK_MAX_US);
            bed->clock_t_us = now_us;
        }
    for (size_t i = 0; bed && i < n; i++) {
        take_value(bed, set, i, now_us);
        mark_arrival(bed, dash_model_time(set->t_us[i]), now_us);
    }
}

DashSymbol *
dash_model_symbol_for(DashBed *bed, uint32_t code, const VicuSignal *signal)
{
    for (unsigned i = 0; i < bed->n_symbols; i++)
        if (bed->symbol[i].code == code)
            return &bed->symbol[i];
    if (bed->n_symbols == DASH_SYMBOLS_MAX) {
        bed->left_out++;
        return NULL;
    }
    DashSymbol *symbol = &bed->symbol[bed->n_symbols++];
    *symbol = (DashSymbol){.signal = signal, .code = code};
    return symbol;
}

/* FALSE: it is older than what is known, or cannot be. */
static bool
put_symbol(DashBed *bed, const Vicu__Symbol *wire, int64_t now_us)
{
    DashSymbol *symbol = dash_model_symbol_for(bed, wire->code, vicu_signal_by_code(wire->code));
    if (!symbol || wire->t_us < symbol->t_us || !dash_model_plausible(wire->t_us, now_us))
        return false;
    dash_model_set_text(&symbol->value, wire->value);
    symbol->t_us = wire->t_us;
    symbol->quality = wire->quality;
    symbol->source = wire->source;
    symbol->origin = wire->origin;
    return true;
}

static void
take_symbol(DashModel *self, const Vicu__Symbol *wire, int64_t now_us)
{
    if (is_elsewhen(self, wire->origin))
        return;
    DashBed *bed = dash_model_bed_for(self, wire->bed, now_us);
    if (bed && put_symbol(bed, wire, now_us))
        mark_arrival(bed, wire->t_us, now_us);
}

/* Whose it is: nobody's before the bed's last change of presence. NULL: not to be taken. */
static DashBed *
bed_of_known(DashModel *self, const char *id, Vicu__Origin origin)
{
    DashBed *bed = g_hash_table_lookup(self->bed_by_id, id);
    return bed && bed->presence_known && !is_elsewhen(self, origin) ? bed : NULL;
}

void
dash_model_take_known(DashModel *self, const Vicu__Batch *batch, int64_t now_us)
{
    for (size_t i = 0; i < batch->n_numerics; i++) {
        const Vicu__Numerics *set = batch->numerics[i];
        DashBed *bed = bed_of_known(self, set->bed, set->origin);
        size_t n = MIN(set->n_code, MIN(set->n_t_us, set->n_value));
        for (size_t k = 0; bed && k < n; k++)
            if (set->t_us[k] >= bed->since_us)
                take_value(bed, set, k, now_us);
    }
    for (size_t i = 0; i < batch->n_symbol; i++) {
        const Vicu__Symbol *wire = batch->symbol[i];
        DashBed *bed = bed_of_known(self, wire->bed, wire->origin);
        if (bed && wire->t_us >= bed->since_us)
            put_symbol(bed, wire, now_us);
    }
    self->batches++;
}

static void
restart(DashBed *bed)
{
    for (unsigned i = 0; i < bed->n_streams; i++)
        bed->stream[i].ranged_us = 0;
}

static void
take_event(DashModel *self, const Vicu__Event *event, int64_t now_us)
{
    DashBed *bed = *event->bed ? dash_model_bed_for(self, event->bed, now_us) : NULL;
    if (!bed)
        return;
    if (strcmp(event->kind, "recording-restarts") == 0)
        restart(bed);
    dash_model_put_event(bed, dash_model_time(event->t_us), event->kind, event->text);
}

static void
take_gap(DashModel *self, const Vicu__Gap *gap, int64_t now_us)
{
    int64_t from_us = dash_model_time(gap->from_us);
    DashBed *bed = dash_model_bed_for(self, gap->bed, now_us);
    if (!bed)
        return;
    for (unsigned i = bed->n_events; i-- > 0;) /* an open gap is sent again */
        if (bed->event[i].t_us == from_us && strcmp(bed->event[i].kind, "gap") == 0)
            return;
    dash_model_put_event(bed, from_us, "gap", gap->reason);
}

void
dash_model_take_batch(DashModel *self,
                      const Vicu__Batch *batch,
                      const uint8_t *sender,
                      uint64_t epoch,
                      int64_t now_us)
{
    for (size_t i = 0; i < batch->n_segment; i++)
        take_segment(self, batch->segment[i], sender, epoch, now_us);
    for (size_t i = 0; i < batch->n_wave; i++)
        take_wave(self, batch->wave[i], sender, epoch, now_us);
    for (size_t i = 0; i < batch->n_numerics; i++)
        take_numerics(self, batch->numerics[i], now_us);
    for (size_t i = 0; i < batch->n_symbol; i++)
        take_symbol(self, batch->symbol[i], now_us);
    for (size_t i = 0; i < batch->n_event; i++)
        take_event(self, batch->event[i], now_us);
    for (size_t i = 0; i < batch->n_gap; i++)
        take_gap(self, batch->gap[i], now_us);
    for (size_t i = 0; i < batch->n_unmapped; i++) {
        DashBed *bed = dash_model_bed_for(self, batch->unmapped[i]->bed, now_us);
        if (bed)
            bed->unmapped++;
    }
    self->batches++;
    if (dash_model_plausible(batch->t_us, now_us))
        self->newest_us = MAX(self->newest_us, batch->t_us);
    self->arrived_us = now_us;
}
