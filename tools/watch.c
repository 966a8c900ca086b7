/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/watch.h"

#include <string.h>

#include "tools/streams.h"

typedef struct {
    char *bed;
    int64_t t0_us;
    uint32_t num, den;
} Segment;

struct ToolWatch {
    GHashTable *beds;     /* id -> int64_t *: newest sample */
    GHashTable *segments; /* "sender epoch id" -> Segment */
    GHashTable *lanes;    /* "sender epoch 0" -> uint64_t *: newest sequence */
    ToolWatchFigures figures;
};

static void
segment_free(gpointer data)
{
    Segment *segment = data;

    g_free(segment->bed);
    g_free(segment);
}

ToolWatch *
tool_watch_new(void)
{
    ToolWatch *self = g_new0(ToolWatch, 1);

    self->beds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->lanes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->segments = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, segment_free);
    return self;
}

void
tool_watch_free(ToolWatch *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->beds);
    g_hash_table_unref(self->segments);
    g_hash_table_unref(self->lanes);
    g_free(self);
}

static void
saw(ToolWatch *self, const char *bed, int64_t t_us)
{
    int64_t *newest = g_hash_table_lookup(self->beds, bed);

    if (newest == NULL) {
        newest = g_new0(int64_t, 1);
        g_hash_table_insert(self->beds, g_strdup(bed), newest);
        self->figures.beds++;
    }
    *newest = MAX(*newest, t_us);
}

static void
place_of(char place[80], const VicuEnvelope *envelope, uint32_t id)
{
    for (size_t i = 0; i < VICU_FINGERPRINT_SIZE; i++)
        g_snprintf(place + 2 * i, 3, "%02x", envelope->sender.bytes[i]);
    g_snprintf(place + 2 * VICU_FINGERPRINT_SIZE, 80 - 2 * VICU_FINGERPRINT_SIZE,
               " %" G_GINT64_MODIFIER "x %x", envelope->epoch, id);
}

static void
take_segment(ToolWatch *self, const VicuEnvelope *envelope, const Vicu__Segment *s)
{
    char place[80];
    place_of(place, envelope, s->id);

    if (g_hash_table_contains(self->segments, place))
        return;
    Segment *segment = g_new0(Segment, 1);
    segment->bed = g_strdup(s->bed);
    segment->t0_us = s->t0_us;
    segment->num = s->period_num;
    segment->den = s->period_den;
    g_hash_table_insert(self->segments, g_strdup(place), segment);
}

static void
take_wave(ToolWatch *self, const VicuEnvelope *envelope, const Vicu__Wave *wave, int64_t now_us)
{
    size_t n = wave->samples.len / 2;
    char place[80];
    place_of(place, envelope, wave->segment);
    const Segment *segment = g_hash_table_lookup(self->segments, place);

    self->figures.samples += n;
    if (segment == NULL || n == 0)
        return;
    /* The frame is complete when its last sample has ended. */
    int64_t end_us = tool_sample_time(segment->t0_us, wave->first + n, segment->num, segment->den);
    saw(self, segment->bed, end_us);
    tool_spread_add(&self->figures.age_ms, (double)(now_us - end_us) / 1e3);
}

/* A sender numbers its batches without holes: a hole here is a picture dropped on the way. */
static void
follow(ToolWatch *self, const VicuEnvelope *envelope)
{
    char place[80];
    place_of(place, envelope, 0);
    uint64_t *newest = g_hash_table_lookup(self->lanes, place);

    if (newest == NULL) {
        newest = g_new0(uint64_t, 1);
        *newest = envelope->sequence;
        g_hash_table_insert(self->lanes, g_strdup(place), newest);
    }
    if (envelope->sequence > *newest + 1)
        self->figures.missed += envelope->sequence - *newest - 1;
    *newest = MAX(*newest, envelope->sequence);
}

void
tool_watch_take(ToolWatch *self,
                const VicuEnvelope *envelope,
                const Vicu__Batch *batch,
                int64_t now_us)
{
    follow(self, envelope);
    self->figures.batches++;
    for (size_t i = 0; i < batch->n_segment; i++)
        take_segment(self, envelope, batch->segment[i]);
    for (size_t i = 0; i < batch->n_wave; i++)
        take_wave(self, envelope, batch->wave[i], now_us);
    for (size_t i = 0; i < batch->n_numerics; i++) {
        const Vicu__Numerics *numerics = batch->numerics[i];
        self->figures.values += numerics->n_value;
        /* What we derived ourselves is no sign of life of a bed. */
        if (numerics->source != VICU__SOURCE__SOURCE_DERIVED)
            for (size_t k = 0; k < numerics->n_t_us; k++)
                saw(self, numerics->bed, numerics->t_us[k]);
    }
}

size_t
tool_watch_beds(const ToolWatch *self, int64_t now_us, int64_t age_us)
{
    GHashTableIter iter;
    gpointer newest = NULL;
    size_t n = 0;

    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &newest))
        n += now_us - *(int64_t *)newest <= age_us;
    return n;
}

const ToolWatchFigures *
tool_watch_figures(const ToolWatch *self)
{
    return &self->figures;
}

void
tool_watch_restart_ages(ToolWatch *self)
{
    memset(&self->figures.age_ms, 0, sizeof self->figures.age_ms);
}
