/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/replay/wire.h"

#include <math.h>
#include <string.h>

#include "proto/signals.h"

#define TIME_MAX_US ((int64_t)1 << 60)
#define PERIOD_MAX  1000000u
#define SAMPLE_MAX  ((uint64_t)1 << 40)
#define REASON_MAX  47
#define RUN_MAX     65536u /* samples taken at a time */
#define RESTARTS    "recording-restarts"
#define RESTART_GAP "recording restarts"

static bool
is_time(int64_t t_us)
{
    return t_us > 0 && t_us < TIME_MAX_US;
}

void
rules_wire_numerics(RulesInputs *inputs, const Vicu__Numerics *n)
{
    size_t count = MIN(n->n_code, MIN(n->n_t_us, n->n_value));
    if (n->source == VICU__SOURCE__SOURCE_DERIVED)
        return;
    for (size_t i = 0; i < count; i++) {
        RulesInput input = {
            .kind = RULES_ENTRY_SAMPLE,
            .t_us = n->t_us[i],
            .code = n->code[i],
            .channel = i < n->n_channel ? n->channel[i] : 0,
            .period_ms = i < n->n_period_ms ? n->period_ms[i] : 0,
            .value = n->value[i],
            .quality = i < n->n_quality ? (RulesQuality)n->quality[i] : RULES_QUALITY_GOOD,
            .source = (RulesSource)n->source,
            .origin = (RulesOrigin)n->origin,
        };
        if (!isfinite(input.value) || (unsigned)input.quality > RULES_QUALITY_INVALID) {
            input.value = 0;
            input.quality = RULES_QUALITY_INVALID;
        }
        if (is_time(input.t_us))
            rules_inputs_add(inputs, &input);
    }
}

void
rules_wire_symbol(RulesInputs *inputs, const Vicu__Symbol *s)
{
    if (s->source == VICU__SOURCE__SOURCE_DERIVED || !is_time(s->t_us))
        return;
    rules_inputs_add(inputs, &(RulesInput){
                                 .kind = RULES_ENTRY_SYMBOL,
                                 .t_us = s->t_us,
                                 .code = s->code,
                                 .channel = s->channel,
                                 .quality = (unsigned)s->quality <= RULES_QUALITY_INVALID
                                                ? (RulesQuality)s->quality
                                                : RULES_QUALITY_INVALID,
                                 .source = (RulesSource)s->source,
                                 .origin = (RulesOrigin)s->origin,
                                 .text = s->value,
                             });
}

void
rules_wire_gap(RulesInputs *inputs, const Vicu__Gap *gap)
{
    if (is_time(gap->from_us))
        rules_inputs_add(inputs, &(RulesInput){
                                     .kind = RULES_ENTRY_GAP,
                                     .t_us = gap->from_us,
                                     .to_us = gap->to_us > 0 ? gap->to_us : INT64_MAX,
                                     .code = gap->code,
                                     .channel = gap->channel,
                                 });
}

static void
add_reset(RulesInputs *inputs, int64_t t_us, const char *why, bool forget)
{
    g_autofree char *valid = g_utf8_make_valid(why, -1);
    size_t n = MIN(strlen(valid), REASON_MAX);
    while (n > 0 && (valid[n] & 0xC0) == 0x80)
        n--;
    valid[n] = '\0';
    rules_inputs_add(
        inputs,
        &(RulesInput){.kind = RULES_ENTRY_RESET, .t_us = t_us, .text = valid, .flag = forget});
}

void
rules_wire_event(RulesInputs *inputs, const Vicu__Event *event)
{
    char *end = NULL;
    if (!is_time(event->t_us))
        return;
    if (strcmp(event->kind, RESTARTS) == 0)
        add_reset(inputs, event->t_us, RESTART_GAP, false);
    else if (strcmp(event->kind, "bed-reset") == 0)
        add_reset(inputs, event->t_us, event->text, strcmp(event->key, "forget") == 0);
    if (strcmp(event->kind, "limit-set") != 0)
        return;
    double value = g_ascii_strtod(event->text, &end);
    if (end != event->text && *end == '\0' && isfinite(value))
        rules_inputs_add(inputs, &(RulesInput){.kind = RULES_ENTRY_LIMIT,
                                               .t_us = event->t_us,
                                               .text = event->key,
                                               .value = value});
}

/* --- waves --- */

static bool
read_stream(const Vicu__Segment *s, RulesRhythmStream *stream)
{
    const VicuSignal *signal = vicu_signal_by_code(s->code);
    *stream = (RulesRhythmStream){
        .code = s->code,
        .channel = s->channel,
        .t0_us = s->t0_us,
        .period_num = s->period_num,
        .period_den = s->period_den,
        .gain = s->gain,
        .baseline = s->baseline,
    };
    return signal && signal->kind == VICU_SIGNAL_WAVE && is_time(s->t0_us) && s->period_num > 0
           && s->period_den > 0 && s->period_num <= PERIOD_MAX && s->period_den <= PERIOD_MAX
           && isfinite(s->gain) && s->gain != 0;
}

/* Only the raw bytes are little endian and may lie anywhere. */
static void
add_samples(RulesInputs *inputs,
            const RulesRhythmStream *stream,
            RulesOrigin origin,
            uint64_t first,
            const uint8_t *bytes,
            size_t n)
{
    g_autofree int16_t *run = g_new(int16_t, MIN(n, RUN_MAX));
    for (size_t at = 0; at < n; at += RUN_MAX) {
        size_t count = MIN(n - at, RUN_MAX);
        for (size_t i = 0; i < count; i++)
            run[i] = (int16_t)(bytes[2 * (at + i)] | bytes[2 * (at + i) + 1] << 8);
        rules_inputs_add(inputs, &(RulesInput){.kind = RULES_ENTRY_WAVE,
                                               .origin = origin,
                                               .code = stream->code,
                                               .channel = stream->channel,
                                               .stream = stream,
                                               .first = first + at,
                                               .samples = run,
                                               .n = count});
    }
}

void
rules_wire_samples(RulesInputs *inputs,
                   const Vicu__Segment *segment,
                   uint64_t first,
                   const ProtobufCBinaryData *samples,
                   int64_t from_us,
                   int64_t to_us)
{
    RulesRhythmStream stream;
    size_t begin = 0, end = samples->len / 2;
    if (!read_stream(segment, &stream) || first >= SAMPLE_MAX)
        return;
    while (begin < end && rules_inputs_sample_us(&stream, first + begin) < from_us)
        begin++;
    while (end > begin && rules_inputs_sample_us(&stream, first + end - 1) >= to_us)
        end--;
    if (begin < end && rules_inputs_sample_us(&stream, first + end - 1) < TIME_MAX_US)
        add_samples(inputs, &stream, (RulesOrigin)segment->origin, first + begin,
                    samples->data + 2 * begin, end - begin);
}

/* --- batches --- */

typedef struct {
    RulesRhythmStream stream;
    RulesOrigin origin;
    bool sound;
} Segment;

struct RulesWire {
    GHashTable *segments; /* id -> Segment */
    bool restarts;
};

RulesWire *
rules_wire_new(bool restarts)
{
    RulesWire *self = g_new0(RulesWire, 1);
    self->segments = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    self->restarts = restarts;
    return self;
}

void
rules_wire_free(RulesWire *self)
{
    if (!self)
        return;
    g_hash_table_unref(self->segments);
    g_free(self);
}

static void
take_segment(RulesWire *self, const Vicu__Segment *s)
{
    gpointer id = GUINT_TO_POINTER(s->id);
    Segment segment = {.origin = (RulesOrigin)s->origin};
    segment.sound = read_stream(s, &segment.stream);
    if (g_hash_table_size(self->segments) < RULES_WIRE_SEGMENTS_MAX
        || g_hash_table_contains(self->segments, id))
        g_hash_table_replace(self->segments, id, g_memdup2(&segment, sizeof segment));
}

static void
take_wave(const RulesWire *self, const Vicu__Wave *w, RulesInputs *inputs)
{
    const Segment *s = g_hash_table_lookup(self->segments, GUINT_TO_POINTER(w->segment));
    size_t n = w->samples.len / 2;
    if (s && s->sound && n > 0 && w->first < SAMPLE_MAX
        && rules_inputs_sample_us(&s->stream, w->first + n - 1) < TIME_MAX_US)
        add_samples(inputs, &s->stream, s->origin, w->first, w->samples.data, n);
}

/* A segment that has ended is not named again. */
static void
forget_ended(RulesWire *self, const Vicu__Batch *batch)
{
    for (size_t i = 0; i < batch->n_segment; i++)
        if (batch->segment[i]->last)
            g_hash_table_remove(self->segments, GUINT_TO_POINTER(batch->segment[i]->id));
}

void
rules_wire_batch(RulesWire *self, const Vicu__Batch *batch, RulesInputs *inputs)
{
    for (size_t i = 0; i < batch->n_event; i++)
        if (self->restarts || strcmp(batch->event[i]->kind, RESTARTS) != 0)
            rules_wire_event(inputs, batch->event[i]);
    for (size_t i = 0; i < batch->n_gap; i++)
        if (self->restarts || strcmp(batch->gap[i]->reason, RESTART_GAP) != 0)
            rules_wire_gap(inputs, batch->gap[i]);
    for (size_t i = 0; i < batch->n_segment; i++)
        take_segment(self, batch->segment[i]);
    for (size_t i = 0; i < batch->n_wave; i++)
        take_wave(self, batch->wave[i], inputs);
    for (size_t i = 0; i < batch->n_numerics; i++)
        rules_wire_numerics(inputs, batch->numerics[i]);
    for (size_t i = 0; i < batch->n_symbol; i++)
        rules_wire_symbol(inputs, batch->symbol[i]);
    forget_ended(self, batch);
}
