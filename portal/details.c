/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/details.h"

#include <string.h>

#include "common/alarm-text.h"
#include "common/clock.h"
#include "portal/strip.h"

#define PATIENCE_US (2 * (int64_t)G_USEC_PER_SEC)
#define SETTLE_US   (PORTAL_STRIP_US - PORTAL_STRIP_BEFORE_US + G_USEC_PER_SEC / 2)
#define WHY         "an alarm's strip on a phone"

typedef struct {
    char *alarm;
    char *json;
} Kept;

struct PortalDetails {
    VicuQueryClient *query;
    const PortalWard *ward;
    PortalDetailsFunc func;
    gpointer user;
    GQueue waiting; /* ids of alarms; the first is being asked for */
    GQueue kept;    /* Kept, newest first */
    uint64_t asked; /* question; 0: none */
    guint later;    /* waits until the strip is over */
    Vicu__StreamRow *stream;
    PortalStrip *strip;
};

static void begin(PortalDetails *self);

static void
kept_free(gpointer data)
{
    Kept *kept = data;

    g_free(kept->alarm);
    g_free(kept->json);
    g_free(kept);
}

PortalDetails *
portal_details_new(VicuQueryClient *query,
                   const PortalWard *ward,
                   PortalDetailsFunc func,
                   gpointer user)
{
    PortalDetails *self = g_new0(PortalDetails, 1);

    self->query = query;
    self->ward = ward;
    self->func = func;
    self->user = user;
    g_queue_init(&self->waiting);
    g_queue_init(&self->kept);
    return self;
}

void
portal_details_free(PortalDetails *self)
{
    if (self == NULL)
        return;
    if (self->asked != 0)
        vicu_query_cancel(self->query, self->asked);
    if (self->later != 0)
        g_source_remove(self->later);
    vicu_wire_free(self->stream);
    portal_strip_free(self->strip);
    g_queue_clear_full(&self->waiting, g_free);
    g_queue_clear_full(&self->kept, kept_free);
    g_free(self);
}

/* ---- the answer ---- */

static const Vicu__Alarm *
alarm_of(const PortalDetails *self, const char *id)
{
    const Vicu__StateItem *item =
        id != NULL ? portal_ward_find(self->ward, VICU__SUBJECT__SUBJECT_ALARM, id) : NULL;

    return item != NULL ? item->alarm : NULL;
}

static void
put_input(VicuJson *json, const Vicu__AlarmInput *input)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "name", input->name);
    vicu_json_bool(json, "known", input->known);
    if (input->known && *input->symbol != '\0')
        vicu_json_text(json, "symbol", input->symbol);
    else if (input->known)
        vicu_json_number(json, "value", input->value);
    vicu_json_text(json, "unit", input->unit);
    vicu_json_integer(json, "at", input->t_us / 1000);
    if (input->quality != VICU__QUALITY__QUALITY_GOOD)
        vicu_json_text(json, "quality", vicu_word_quality(input->quality));
    if (input->source != VICU__SOURCE__SOURCE_DEVICE)
        vicu_json_text(json, "source", vicu_word_source(input->source));
    if (input->has_baseline) {
        vicu_json_number(json, "baseline", input->baseline);
        vicu_json_integer(json, "over", input->baseline_us / 1000);
    }
    vicu_json_end(json);
}

static char *
write_answer(const PortalDetails *self, const Vicu__Alarm *alarm, const char *why)
{
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "t", "detail");
    vicu_json_text(json, "id", alarm->id);
    vicu_json_begin_array(json, "inputs");
    for (size_t i = 0; i < alarm->n_input; i++)
        put_input(json, alarm->input[i]);
    vicu_json_end(json);
    if (self->strip != NULL)
        portal_strip_json(self->strip, json, "strip");
    else
        vicu_json_null(json, "strip");
    vicu_json_text(json, "why", why);
    vicu_json_end(json);
    return g_strdup(vicu_json_peek(json));
}

/* @why NULL: with its strip, which is kept. Takes the next. */
static void
finish(PortalDetails *self, const char *why)
{
    g_autofree char *id = g_queue_pop_head(&self->waiting);
    const Vicu__Alarm *alarm = alarm_of(self, id);
    g_autofree char *json = alarm != NULL ? write_answer(self, alarm, why) : NULL;

    self->asked = 0;
    g_clear_pointer(&self->strip, portal_strip_free);
    g_clear_pointer(&self->stream, vicu_wire_free);
    if (json != NULL && why == NULL) {
        Kept *kept = g_new0(Kept, 1);
        kept->alarm = g_strdup(id);
        kept->json = g_strdup(json);
        g_queue_push_head(&self->kept, kept);
        if (self->kept.length > PORTAL_DETAILS_KEPT)
            kept_free(g_queue_pop_tail(&self->kept));
    }
    if (json != NULL)
        self->func(id, json, self->user);
    if (self->asked == 0 && self->later == 0)
        begin(self);
}

/* ---- the questions ---- */

static void
on_samples(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    PortalDetails *self = user;

    if (error != NULL) {
        g_clear_pointer(&self->strip, portal_strip_free);
        finish(self, error->message);
        return;
    }
    for (size_t i = 0; i < rows->n_run; i++)
        portal_strip_take(self->strip, rows->run[i]);
    if (rows->last)
        finish(self, NULL);
}

static void
ask_samples(PortalDetails *self, const Vicu__Alarm *alarm)
{
    Vicu__QuerySamples samples = VICU__QUERY_SAMPLES__INIT;
    Vicu__Query ask = VICU__QUERY__INIT;

    samples.bed = alarm->bed;
    samples.code = self->stream->code;
    samples.channel = self->stream->channel;
    samples.from_us = alarm->t_condition_us - PORTAL_STRIP_BEFORE_US;
    samples.to_us = samples.from_us + PORTAL_STRIP_US;
    ask.what_case = VICU__QUERY__WHAT_SAMPLES;
    ask.samples = &samples;
    self->strip = portal_strip_new(samples.from_us);
    self->asked = vicu_query_ask(self->query, &ask, WHY, PATIENCE_US, on_samples, self);
}

static void
take_streams(PortalDetails *self, const Vicu__QueryRows *rows)
{
    const Vicu__Alarm *alarm = alarm_of(self, g_queue_peek_head(&self->waiting));
    const Vicu__StreamRow *best =
        self->stream == NULL ? portal_strip_choose(rows->stream, rows->n_stream, alarm) : NULL;

    if (best != NULL)
        self->stream = vicu_wire_copy(&best->base);
}

static void
on_streams(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    PortalDetails *self = user;
    const Vicu__Alarm *alarm = alarm_of(self, g_queue_peek_head(&self->waiting));

    if (error != NULL || alarm == NULL) {
        finish(self, error != NULL ? error->message : "the alarm is over");
        return;
    }
    take_streams(self, rows);
    if (!rows->last)
        return;
    if (self->stream != NULL)
        ask_samples(self, alarm);
    else
        finish(self, "the store has no wave of this bed");
}

static gboolean
on_later(gpointer user)
{
    PortalDetails *self = user;

    self->later = 0;
    begin(self);
    return G_SOURCE_REMOVE;
}

/* The first that waits, once its strip is over. */
static void
begin(PortalDetails *self)
{
    const char *id = g_queue_peek_head(&self->waiting);
    const Vicu__Alarm *alarm = alarm_of(self, id);
    Vicu__QueryStreams streams = VICU__QUERY_STREAMS__INIT;
    Vicu__Query ask = VICU__QUERY__INIT;

    if (id == NULL)
        return;
    if (alarm == NULL || *alarm->bed == '\0') {
        finish(self, "no bed, no wave");
        return;
    }
    int64_t left_us = alarm->t_condition_us + SETTLE_US - vicu_clock_utc_us();
    if (left_us > 0) {
        self->later = g_timeout_add((guint)(MIN(left_us, SETTLE_US) / 1000 + 1), on_later, self);
        return;
    }
    streams.bed = alarm->bed;
    ask.what_case = VICU__QUERY__WHAT_STREAMS;
    ask.streams = &streams;
    self->asked = vicu_query_ask(self->query, &ask, WHY, PATIENCE_US, on_streams, self);
}

static gint
is_alarm(gconstpointer kept, gconstpointer id)
{
    return strcmp(((const Kept *)kept)->alarm, id);
}

static gint
is_text(gconstpointer a, gconstpointer b)
{
    return strcmp(a, b);
}

bool
portal_details_ask(PortalDetails *self, const char *alarm)
{
    GList *kept = g_queue_find_custom(&self->kept, alarm, is_alarm);

    if (kept != NULL) {
        self->func(alarm, ((const Kept *)kept->data)->json, self->user);
        return true;
    }
    if (alarm_of(self, alarm) == NULL || self->waiting.length >= PORTAL_DETAILS_WAITING)
        return false;
    if (g_queue_find_custom(&self->waiting, alarm, is_text) != NULL)
        return true;
    g_queue_push_tail(&self->waiting, g_strdup(alarm));
    if (self->asked == 0 && self->later == 0)
        begin(self);
    return true;
}
