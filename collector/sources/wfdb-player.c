/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/sources/wfdb-player.h"

#include <math.h>
#include <string.h>

#include "collector/sources/wfdb-record.h"
#include "common/error.h"
#include "proto/signals.h"

#define BLOCK_SAMPLES (1u << 20) /* at most, however many a second has */

/* How one signal of the record goes on the wire. */
typedef struct {
    uint32_t code;
    uint32_t channel;
    const VicuSignal *numeric; /* of a numerics record; NULL: not in the table */
    uint32_t period_num;       /* of a sample, speed included */
    uint32_t period_den;
    uint32_t id;      /* of the open segment; 0: none */
    uint64_t base;    /* number, within this pass, of that segment's first sample */
    uint64_t emitted; /* samples of this pass */
    double gain;      /* of the open segment */
    int32_t baseline;
    int shift; /* > 0: stored = (sample - baseline) / 2^shift */
} Stream;

typedef enum {
    PLAYING,
    BETWEEN, /* the gap before the beginning */
    BROKEN,  /* a file could not be read */
} State;

struct CollectorWfdbPlayer {
    char *path;
    char *bed;
    gboolean copy;
    guint speed;
    int64_t start_us;
    gboolean numerics;
    CollectorWfdbRecord *record;
    Stream *streams;
    size_t n;
    uint32_t period_num; /* of a frame, speed included */
    uint32_t period_den;
    State state;
    int64_t resume_us; /* BETWEEN and BROKEN */
    int64_t last_us;   /* of the last poll */
    int64_t pass_us;   /* when frame @pass_first began */
    int64_t pass_first;
    int64_t cursor; /* first frame that is not given completely */
    int32_t *block; /* frames cursor .. cursor + block_n */
    size_t block_n;
    size_t block_max;
    CollectorWfdbRun run;
    int64_t run_segment_first; /* -1: none is open */
    int16_t *samples;          /* of one signal, for the tick */
    CollectorWfdbPlayerFigures figures;
};

gboolean
collector_wfdb_zero_is_no_value(const VicuSignal *signal)
{
    return signal == NULL || (signal->min >= 0.0 && strcmp(signal->name, "PVC") != 0);
}

const VicuSignal *
collector_wfdb_find_numeric(const char *label)
{
    const VicuSignal *signal = vicu_signal_by_label(label);

    if (signal != NULL && signal->kind == VICU_SIGNAL_WAVE && strcmp(signal->name, "RESP") == 0)
        signal = vicu_signal_by_name("RR");
    return signal != NULL && signal->kind == VICU_SIGNAL_NUMERIC ? signal : NULL;
}

static gboolean
set_period(uint32_t rate_num, uint32_t rate_den, uint64_t times, uint32_t *num, uint32_t *den)
{
    uint64_t n = rate_den, d = (uint64_t)rate_num * times, a = n, b = d;

    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    *num = (uint32_t)(n / a);
    *den = (uint32_t)(d / a);
    return n / a <= UINT32_MAX && d / a <= UINT32_MAX;
}

static gboolean
set_stream(CollectorWfdbPlayer *self, size_t i)
{
    const CollectorWfdbHeader *h = collector_wfdb_record_header(self->record);
    const CollectorWfdbChannel *channel = collector_wfdb_record_channel(self->record, i);
    const VicuSignal *signal = self->numerics ? collector_wfdb_find_numeric(channel->label)
                                              : vicu_signal_by_label(channel->label);
    Stream *s = &self->streams[i];

    if (!self->numerics && signal != NULL && signal->kind != VICU_SIGNAL_WAVE)
        signal = NULL;
    s->code = signal != NULL ? vicu_signal_code(signal) : 0;
    s->numeric = self->numerics ? signal : NULL;
    for (size_t k = 0; k < i; k++)
        s->channel += self->streams[k].code == s->code;
    return set_period(h->rate_num, h->rate_den, (uint64_t)channel->samples_per_frame * self->speed,
                      &s->period_num, &s->period_den);
}

static gboolean
open_record(CollectorWfdbPlayer *self, GError **error)
{
    self->record = collector_wfdb_record_open(self->path, error);
    if (self->record == NULL)
        return FALSE;
    const CollectorWfdbHeader *h = collector_wfdb_record_header(self->record);
    size_t n = collector_wfdb_record_n_channels(self->record);
    size_t most = 1;
    uint64_t rate = ((uint64_t)h->rate_num * self->speed + h->rate_den - 1) / h->rate_den;

    self->numerics = h->rate_num <= h->rate_den && collector_wfdb_record_width(self->record) == n;
    self->n = n;
    self->streams = g_new0(Stream, n);
    gboolean ok =
        n > 0 && collector_wfdb_record_frames(self->record) > 0
        && set_period(h->rate_num, h->rate_den, self->speed, &self->period_num, &self->period_den);
    for (size_t i = 0; ok && i < n; i++)
        ok = set_stream(self, i);
    if (!ok) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: nothing to play: %zu signals, %" G_GINT64_FORMAT " frames, speed %u",
                    self->path, n, collector_wfdb_record_frames(self->record), self->speed);
        return FALSE;
    }
    size_t width = collector_wfdb_record_width(self->record);
    self->block_max = (size_t)CLAMP(rate, 1, MAX(BLOCK_SAMPLES / width, 1));
    self->block = g_new(int32_t, self->block_max * width);
    for (size_t i = 0; i < n; i++)
        most = MAX(most, collector_wfdb_record_channel(self->record, i)->samples_per_frame);
    self->samples = g_new(int16_t, self->block_max * most);
    return TRUE;
}

static void
close_record(CollectorWfdbPlayer *self)
{
    g_clear_pointer(&self->record, collector_wfdb_record_free);
    g_clear_pointer(&self->streams, g_free);
    g_clear_pointer(&self->block, g_free);
    g_clear_pointer(&self->samples, g_free);
    self->n = 0;
    self->block_n = 0;
}

CollectorWfdbPlayer *
collector_wfdb_player_new(
    const char *path, const char *bed, gboolean copy, int64_t start_us, guint speed, GError **error)
{
    g_autoptr(CollectorWfdbPlayer) self = g_new0(CollectorWfdbPlayer, 1);

    g_return_val_if_fail(speed >= 1 && speed <= COLLECTOR_SPEED_MAX && start_us >= 0, NULL);
    self->path = g_strdup(path);
    self->bed = g_strdup(bed);
    self->copy = copy;
    self->start_us = start_us;
    self->speed = speed;
    self->run_segment_first = -1;
    if (!open_record(self, error))
        return NULL;
    return g_steal_pointer(&self);
}

void
collector_wfdb_player_free(CollectorWfdbPlayer *self)
{
    if (self == NULL)
        return;
    close_record(self);
    g_free(self->path);
    g_free(self->bed);
    g_free(self);
}

/* When frame @frame of this pass begins. */
static int64_t
frame_us(const CollectorWfdbPlayer *self, int64_t frame)
{
    return self->pass_us
           + collector_sample_time_us((uint64_t)(frame - self->pass_first), self->period_num,
                                      self->period_den);
}

static void
begin_pass(CollectorWfdbPlayer *self, int64_t t_us, int64_t first_frame)
{
    self->state = PLAYING;
    self->pass_us = t_us;
    self->pass_first = self->cursor = first_frame;
    self->block_n = 0;
    self->run_segment_first = -1;
    for (size_t i = 0; i < self->n; i++) {
        self->streams[i].emitted = 0;
        self->streams[i].id = 0;
    }
}

void
collector_wfdb_player_start(CollectorWfdbPlayer *self, int64_t now_us)
{
    int64_t n = collector_wfdb_record_frames(self->record);
    const CollectorWfdbHeader *h = collector_wfdb_record_header(self->record);
    /* time of the recording, whatever the speed of playing */
    uint64_t frame = collector_samples_ended(self->start_us, h->rate_den, h->rate_num);

    begin_pass(self, now_us, (int64_t)(frame % (uint64_t)n));
    self->last_us = now_us;
}

static void
end_segments(CollectorWfdbPlayer *self, CollectorTick *tick)
{
    for (size_t i = 0; i < self->n; i++) {
        if (self->streams[i].id != 0)
            collector_tick_end_segment(tick, self->streams[i].id);
        self->streams[i].id = 0;
    }
}

static void
say_gap(const CollectorWfdbPlayer *self,
        int64_t from_us,
        int64_t to_us,
        const char *reason,
        CollectorTick *tick)
{
    Vicu__Gap gap = VICU__GAP__INIT;

    gap.bed = self->bed;
    gap.from_us = from_us;
    gap.to_us = to_us;
    gap.reason = (char *)reason;
    collector_tick_gap(tick, &gap);
}

static void
say_event(const CollectorWfdbPlayer *self,
          int64_t t_us,
          const char *kind,
          const char *text,
          CollectorTick *tick)
{
    Vicu__Event event = VICU__EVENT__INIT;

    event.bed = self->bed;
    event.t_us = t_us;
    event.kind = (char *)kind;
    event.key = self->bed;
    event.text = (char *)text;
    collector_tick_event(tick, &event);
}

/* The end of the record: a marked gap, then the beginning. */
static void
end_pass(CollectorWfdbPlayer *self, CollectorTick *tick)
{
    int64_t end_us = frame_us(self, collector_wfdb_record_frames(self->record));

    end_segments(self, tick);
    self->state = BETWEEN;
    self->resume_us = end_us + COLLECTOR_RESTART_GAP_US;
    self->figures.restarts++;
    say_gap(self, end_us, self->resume_us, "recording restarts", tick);
    say_event(self, end_us, "recording-restarts",
              "the recording is played again from its beginning", tick);
}

static void
break_off(CollectorWfdbPlayer *self, const char *why, CollectorTick *tick)
{
    int64_t t_us = frame_us(self, self->cursor);

    end_segments(self, tick);
    close_record(self);
    self->state = BROKEN;
    self->resume_us = self->last_us + COLLECTOR_RETRY_US;
    self->figures.unreadable++;
    say_gap(self, t_us, 0, "the recording cannot be read", tick);
    say_event(self, t_us, "recording-unreadable", why, tick);
}

/* How the samples of @signal fit 16 bits: see the header. */
static void
set_scale(Stream *s, const CollectorWfdbSignal *signal)
{
    guint bits = collector_wfdb_format_bits(signal->format);

    s->shift = bits > 16 ? (int)bits + 1 - 16 : 0;
    s->gain = ldexp(signal->gain, -s->shift);
    s->baseline = s->shift > 0 ? 0 : signal->baseline;
}

int16_t
collector_wfdb_to_wire(const CollectorWfdbSignal *signal, int shift, int32_t sample)
{
    int64_t v = sample;

    if (sample == COLLECTOR_WFDB_INVALID)
        return COLLECTOR_SAMPLE_INVALID;
    if (shift > 0) {
        int64_t half = INT64_C(1) << (shift - 1);
        v = (v - signal->baseline + half) >> shift;
    }
    /* format 8 adds up differences: what leaves 16 bits is no value we can give */
    return v > INT16_MIN && v <= INT16_MAX ? (int16_t)v : COLLECTOR_SAMPLE_INVALID;
}

/* The frames now read belong to another segment of the record. */
static void
begin_run(CollectorWfdbPlayer *self, CollectorTick *tick)
{
    const CollectorWfdbHeader *h = collector_wfdb_record_header(self->record);

    end_segments(self, tick);
    self->run_segment_first = self->run.segment_first;
    if (self->run.presence != COLLECTOR_WFDB_PRESENT) {
        int64_t end = self->run.segment_first + h->segments[self->run.segment].n_frames;
        say_gap(self, frame_us(self, self->cursor), frame_us(self, end),
                self->run.presence == COLLECTOR_WFDB_GAP ? "nothing was recorded"
                                                         : "a file of the recording is absent",
                tick);
        return;
    }
    for (size_t i = 0; i < self->n && !self->numerics; i++) {
        const CollectorWfdbSignal *signal = self->run.signal[i];
        const CollectorWfdbChannel *channel = collector_wfdb_record_channel(self->record, i);
        Stream *s = &self->streams[i];
        if (signal == NULL)
            continue; /* not recorded in this segment */
        set_scale(s, signal);
        s->base = s->emitted;
        s->id = collector_tick_begin_segment(
            tick,
            &(CollectorSegment){.bed = self->bed,
                                .code = s->code,
                                .channel = s->channel,
                                .label = channel->label,
                                .t0_us = frame_us(self, self->cursor),
                                .source_t0_us = collector_wfdb_header_frame_us(h, self->cursor),
                                .received_us = self->last_us,
                                .period_num = s->period_num,
                                .period_den = s->period_den,
                                .gain = s->gain,
                                .baseline = s->baseline,
                                .unit = collector_wfdb_ucum(channel->unit),
                                .origin = VICU__ORIGIN__ORIGIN_RECORDING,
                                .copy = self->copy});
    }
}

/* Samples of stream @i up to number @upto of the pass, out of the block. */
static void
give_wave(CollectorWfdbPlayer *self, size_t i, uint64_t upto, CollectorTick *tick)
{
    const CollectorWfdbChannel *channel = collector_wfdb_record_channel(self->record, i);
    size_t width = collector_wfdb_record_width(self->record);
    uint64_t k = channel->samples_per_frame,
             begin = (uint64_t)(self->cursor - self->pass_first) * k;
    Stream *s = &self->streams[i];
    size_t n = 0;

    upto = MIN(upto, begin + self->block_n * k);
    for (uint64_t at = s->emitted; s->id != 0 && at < upto; at++) {
        uint64_t frame = (at - begin) / k, j = (at - begin) % k;
        int32_t sample = self->block[frame * width + channel->offset + j];
        self->samples[n++] = collector_wfdb_to_wire(self->run.signal[i], s->shift, sample);
    }
    if (n > 0)
        collector_tick_push(tick, s->id, s->emitted - s->base, self->samples, n);
    s->emitted = MAX(s->emitted, upto);
}

/* One value of a numerics record. */
static void
give_number(CollectorWfdbPlayer *self, size_t i, int32_t sample, int64_t frame, CollectorTick *tick)
{
    int64_t t_us = frame_us(self, frame);
    int64_t source_us =
        collector_wfdb_header_frame_us(collector_wfdb_record_header(self->record), frame);
    const CollectorWfdbChannel *channel = collector_wfdb_record_channel(self->record, i);
    const CollectorWfdbSignal *signal = self->run.signal[i];
    const Stream *s = &self->streams[i];
    const char *unit = collector_wfdb_ucum(channel->unit);

    if (signal == NULL)
        return;
    gboolean none = sample == COLLECTOR_WFDB_INVALID
                    || (sample == 0 && collector_wfdb_zero_is_no_value(s->numeric));
    double value = none ? 0.0 : ((double)sample - signal->baseline) / signal->gain;
    if (s->numeric != NULL && strcmp(unit, s->numeric->unit) == 0) {
        if (value < s->numeric->min || value > s->numeric->max)
            none = TRUE;
        collector_tick_numeric(
            tick,
            &(CollectorNumeric){
                .bed = self->bed,
                .origin = VICU__ORIGIN__ORIGIN_RECORDING,
                .source = VICU__SOURCE__SOURCE_DEVICE,
                .code = s->code,
                .channel = s->channel,
                .t_us = t_us,
                .source_us = source_us,
                .received_us = self->last_us,
                .value = value,
                .quality = none ? VICU__QUALITY__QUALITY_INVALID : VICU__QUALITY__QUALITY_GOOD,
                .period_ms = (uint32_t)((uint64_t)self->period_num * 1000 / self->period_den)});
        return;
    }
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    Vicu__Unmapped unmapped = VICU__UNMAPPED__INIT;
    unmapped.bed = self->bed;
    unmapped.label = (char *)channel->label;
    unmapped.unit = (char *)unit;
    unmapped.value = none ? (char *)"" : g_ascii_formatd(text, sizeof text, "%.9g", value);
    unmapped.t_us = t_us;
    unmapped.source_t_us = source_us;
    unmapped.received_us = self->last_us;
    unmapped.origin = VICU__ORIGIN__ORIGIN_RECORDING;
    collector_tick_unmapped(tick, &unmapped);
}

/* Numerics stand at the beginning of their frame: frame @upto is not due yet. */
static void
give_numbers(CollectorWfdbPlayer *self, uint64_t upto, CollectorTick *tick)
{
    size_t width = collector_wfdb_record_width(self->record);
    uint64_t begin = (uint64_t)(self->cursor - self->pass_first);

    upto = MIN(upto, begin + self->block_n);
    for (uint64_t at = self->streams[0].emitted; at < upto; at++)
        for (size_t i = 0; i < self->n; i++)
            give_number(self, i, self->block[(at - begin) * width + i],
                        self->pass_first + (int64_t)at, tick);
    self->streams[0].emitted = MAX(self->streams[0].emitted, upto);
}

/* The block from the cursor on. FALSE: the record cannot be read, and that is said. */
static gboolean
load_block(CollectorWfdbPlayer *self, CollectorTick *tick)
{
    g_autoptr(GError) error = NULL;

    if (!collector_wfdb_record_read(self->record, self->cursor, self->block_max, self->block,
                                    &self->run, &error)
        || self->run.n_frames == 0) {
        break_off(self, error != NULL ? error->message : "the record ended early", tick);
        return FALSE;
    }
    self->block_n = self->run.n_frames;
    if (self->run.segment_first != self->run_segment_first)
        begin_run(self, tick);
    return TRUE;
}

/* Gives what is due. */
static void
play(CollectorWfdbPlayer *self, int64_t now_us, CollectorTick *tick)
{
    int64_t n = collector_wfdb_record_frames(self->record);
    int64_t elapsed = now_us - self->pass_us;
    uint64_t frames = collector_samples_ended(elapsed, self->period_num, self->period_den);

    for (;;) {
        if (self->cursor == n) {
            end_pass(self, tick);
            return;
        }
        if (self->block_n == 0 && !load_block(self, tick))
            return;
        if (self->numerics)
            give_numbers(self, frames + 1, tick);
        for (size_t i = 0; !self->numerics && i < self->n; i++)
            give_wave(self, i,
                      collector_samples_ended(elapsed, self->streams[i].period_num,
                                              self->streams[i].period_den),
                      tick);
        /* no signal is ahead of a frame that another has not ended */
        if ((uint64_t)(self->cursor - self->pass_first) + self->block_n > frames)
            return;
        self->cursor += (int64_t)self->block_n;
        self->block_n = 0;
    }
}

static void
poll_broken(CollectorWfdbPlayer *self, int64_t now_us, CollectorTick *tick)
{
    g_autoptr(GError) error = NULL;

    if (!open_record(self, &error)) {
        close_record(self);
        self->resume_us = now_us + COLLECTOR_RETRY_US;
        return;
    }
    say_event(self, now_us, "recording-readable", "the recording can be read again", tick);
    begin_pass(self, now_us, 0);
}

void
collector_wfdb_player_poll(CollectorWfdbPlayer *self, int64_t now_us, CollectorTick *tick)
{
    g_return_if_fail(now_us >= self->last_us);
    if (now_us - self->last_us > COLLECTOR_MISSED_MAX_US && self->state != BROKEN) {
        end_segments(self, tick);
        say_gap(self, self->last_us, now_us, "the collector did not run", tick);
        say_event(self, now_us, "recording-restarts", "the collector did not run meanwhile", tick);
        self->figures.restarts++;
        begin_pass(self, now_us, 0);
    }
    self->last_us = now_us;
    for (gboolean again = TRUE; again;) {
        again = FALSE;
        if (self->state != PLAYING && now_us < self->resume_us)
            return;
        if (self->state == BROKEN)
            poll_broken(self, now_us, tick);
        else if (self->state == BETWEEN)
            begin_pass(self, self->resume_us, 0);
        if (self->state == PLAYING) {
            play(self, now_us, tick);
            again = self->state == BETWEEN; /* a short record may end more than once */
        }
    }
}

int64_t
collector_wfdb_player_next_us(const CollectorWfdbPlayer *self)
{
    int64_t next = INT64_MAX;

    if (self->state != PLAYING)
        return self->resume_us;
    for (size_t i = 0; i < self->n; i++) {
        const Stream *s = &self->streams[i];
        uint64_t number = self->numerics ? self->streams[0].emitted : s->emitted + 1;
        /* one microsecond later than rounded down: then it has ended */
        next = MIN(next, self->pass_us
                             + collector_sample_time_us(number, s->period_num, s->period_den) + 1);
    }
    return next;
}

CollectorWfdbPlayerFigures
collector_wfdb_player_figures(const CollectorWfdbPlayer *self)
{
    return self->figures;
}
