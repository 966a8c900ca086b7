/* Past: a bed as it was at a moment, put into a model of its own.
 *
 * What was stored is taken in the order of its time, as if it had just come, and nothing that is
 * later than the moment: so silence looks as it did then.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/model/past-inner.h"
#include "dashboard/model/private.h"

#define SWEEP_US   (30 * (int64_t)G_USEC_PER_SEC) /* longer than any sweep */
#define RUNS_MAX   512
#define EVENTS_MAX 65536
#define RECENT_US  (3600 * (int64_t)G_USEC_PER_SEC) /* of events listed */

static const uint8_t sender[VICU_FINGERPRINT_SIZE] = {1};

/* Something that had come at a time: a run's first @n samples, numerics or a symbol. */
typedef struct {
    int64_t t_us;
    size_t stream;
    const DashRun *run;
    size_t n;
    Vicu__Numerics *numerics;
    Vicu__Symbol *symbol;
} Step;

static void
step_clear(void *data)
{
    Step *step = data;
    vicu_wire_free(step->numerics);
    vicu_wire_free(step->symbol);
}

static void
take(DashModel *model, Vicu__Batch *batch, int64_t t_us)
{
    batch->t_us = t_us;
    dash_model_take_batch(model, batch, sender, 1, t_us);
}

/* ---- waves ---- */

/* How many samples of @run lie before @at_us. */
static size_t
samples_until(const DashRun *run, int64_t at_us)
{
    size_t n = run->n;
    int64_t over_us = dash_run_time_us(run, n) - at_us;
    if (over_us > 0) {
        size_t over =
            (size_t)((double)over_us / 1e6 * run->scale.period_den / run->scale.period_num) + 1;
        n = over < n ? n - over : 0;
    }
    return n;
}

static void
take_run(const DashPast *self, DashModel *model, size_t stream, const DashRun *run, size_t n)
{
    const DashPastStream *s = dash_past_stream(self, stream);
    Vicu__Batch batch = VICU__BATCH__INIT;
    Vicu__Segment segment = VICU__SEGMENT__INIT;
    Vicu__Wave wave = VICU__WAVE__INIT;
    Vicu__Segment *segments = &segment;
    Vicu__Wave *waves = &wave;
    segment.id = (uint32_t)stream;
    segment.bed = self->bed;
    segment.code = s->code;
    segment.channel = s->channel;
    segment.label = s->label;
    segment.unit = s->unit;
    segment.t0_us = run->scale.t0_us;
    segment.period_num = run->scale.period_num;
    segment.period_den = run->scale.period_den;
    segment.gain = run->scale.gain;
    segment.baseline = (int32_t)run->scale.baseline;
    segment.origin = run->origin;
    segment.copy = run->copy;
    g_autofree uint8_t *bytes = g_malloc(2 * n);
    for (size_t i = 0; i < n; i++) {
        bytes[2 * i] = (uint8_t)run->samples[i];
        bytes[2 * i + 1] = (uint8_t)((uint16_t)run->samples[i] >> 8);
    }
    wave.segment = segment.id;
    wave.first = run->first;
    wave.samples.data = bytes;
    wave.samples.len = 2 * n;
    batch.n_segment = batch.n_wave = 1;
    batch.segment = &segments;
    batch.wave = &waves;
    take(model, &batch, dash_run_time_us(run, n));
}

static void
add_waves(DashPast *self, int64_t at_us, GArray *steps)
{
    g_autofree const DashRun **runs = g_new(const DashRun *, RUNS_MAX);
    for (size_t i = 0; i < self->streams->len; i++) {
        if (!dash_past_stream(self, i)->wave)
            continue;
        size_t n = dash_past_runs(self, i, at_us - SWEEP_US, at_us, runs, RUNS_MAX);
        for (size_t k = 0; k < n; k++) {
            Step step = {.stream = i, .run = runs[k], .n = samples_until(runs[k], at_us)};
            step.t_us = dash_run_time_us(step.run, step.n);
            if (step.n > 0)
                g_array_append_val(steps, step);
        }
    }
}

/* ---- numerics and symbols ---- */

/* The message with what is not later than @at_us alone; its newest time, 0: nothing. */
static int64_t
cut_numerics(Vicu__Numerics *set, int64_t at_us)
{
    size_t n = MIN(set->n_code, MIN(set->n_t_us, set->n_value));
    size_t kept = 0;
    int64_t newest_us = 0;
    for (size_t i = 0; i < n; i++) {
        if (set->t_us[i] > at_us)
            continue;
        set->code[kept] = set->code[i];
        set->t_us[kept] = set->t_us[i];
        set->value[kept] = set->value[i];
        if (i < set->n_channel)
            set->channel[kept] = set->channel[i];
        if (i < set->n_quality)
            set->quality[kept] = set->quality[i];
        if (i < set->n_period_ms)
            set->period_ms[kept] = set->period_ms[i];
        newest_us = MAX(newest_us, set->t_us[kept]);
        kept++;
    }
    set->n_code = set->n_t_us = set->n_value = kept;
    set->n_channel = MIN(set->n_channel, kept);
    set->n_quality = MIN(set->n_quality, kept);
    set->n_period_ms = MIN(set->n_period_ms, kept);
    return newest_us;
}

static void
add_message(GArray *steps, DashPageKind kind, GBytes *packed, int64_t at_us)
{
    size_t size = 0;
    const void *data = g_bytes_get_data(packed, &size);
    Step step = {0};
    if (kind == DASH_PAGE_SYMBOLS) {
        step.symbol = vicu_wire_unpack(&vicu__symbol__descriptor, data, size, NULL);
        step.t_us = step.symbol && step.symbol->t_us <= at_us ? step.symbol->t_us : 0;
    } else {
        step.numerics = vicu_wire_unpack(&vicu__numerics__descriptor, data, size, NULL);
        step.t_us = step.numerics ? cut_numerics(step.numerics, at_us) : 0;
    }
    if (step.t_us > 0)
        g_array_append_val(steps, step);
    else
        step_clear(&step);
}

static void
add_pages(
    DashPast *self, DashPageKind kind, size_t stream, int64_t from_us, int64_t at_us, GArray *steps)
{
    DashPageId id = dash_page_at(kind, (uint32_t)stream, 0, from_us);
    for (; id.from_us <= at_us; id = dash_page_at(kind, id.stream, 0, id.to_us)) {
        const DashPage *page = dash_past_page(self, &id);
        for (guint i = 0; page && i < page->messages->len; i++)
            add_message(steps, kind, page->messages->pdata[i], at_us);
    }
}

static void
take_step(const DashPast *self, DashModel *model, Step *step)
{
    Vicu__Batch batch = VICU__BATCH__INIT;
    if (step->run) {
        take_run(self, model, step->stream, step->run, step->n);
        return;
    }
    batch.n_numerics = step->numerics != NULL;
    batch.numerics = &step->numerics;
    batch.n_symbol = step->symbol != NULL;
    batch.symbol = &step->symbol;
    take(model, &batch, step->t_us);
}

static int
by_time(const void *a, const void *b)
{
    const Step *x = a;
    const Step *y = b;
    return x->t_us < y->t_us ? -1 : x->t_us > y->t_us;
}

/* ---- alarms and events ---- */

static void
take_alarm(DashModel *model, const DashPastEvent *event, int64_t at_us)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    g_autoptr(Vicu__Alarm) alarm = vicu_wire_unpack_alarm(g_bytes_get_data(event->detail, NULL),
                                                          g_bytes_get_size(event->detail), NULL);
    if (!alarm)
        return;
    item.subject = VICU__SUBJECT__SUBJECT_ALARM;
    item.key = event->key;
    item.removed = event->state == VICU__ALARM_STATE__ALARM_ENDED
                   || event->state == VICU__ALARM_STATE__ALARM_NONE;
    item.body_case = VICU__STATE_ITEM__BODY_ALARM;
    item.alarm = alarm;
    dash_model_take_state(model, &item, at_us);
}

static void
take_event(DashModel *model, const DashPast *self, const DashPastEvent *event)
{
    Vicu__Batch batch = VICU__BATCH__INIT;
    Vicu__Event wire = VICU__EVENT__INIT;
    Vicu__Event *events = &wire;
    wire.bed = self->bed;
    wire.t_us = event->t_us;
    wire.kind = event->kind;
    wire.key = event->key;
    wire.text = event->text;
    batch.n_event = 1;
    batch.event = &events;
    take(model, &batch, event->t_us);
}

/* What an event says of who lay there, and whether they were there. FALSE: nothing. */
static bool
read_presence(const DashPastEvent *event, Vicu__Bed *bed)
{
    bool absent = strcmp(event->text, "standby") == 0 || strcmp(event->text, "transport") == 0;
    if (strcmp(event->kind, "admit") == 0) {
        bed->patient = event->key;
        bed->device = event->text;
        bed->presence = VICU__PRESENCE__PRESENCE_PRESENT;
    } else if (strcmp(event->kind, "discharge") == 0) {
        bed->patient = (char *)"";
        bed->presence = VICU__PRESENCE__PRESENCE_DISCHARGED;
    } else if (strcmp(event->kind, "bed-reset") == 0 && absent) {
        bed->presence = strcmp(event->text, "standby") == 0 ? VICU__PRESENCE__PRESENCE_STANDBY
                                                            : VICU__PRESENCE__PRESENCE_TRANSPORT;
    } else if (strcmp(event->kind, "absence-ended") == 0
               || (strcmp(event->kind, "bed-reset") == 0
                   && strcmp(event->text, "the absence is over") == 0)) {
        bed->presence = VICU__PRESENCE__PRESENCE_PRESENT;
    } else {
        return false;
    }
    bed->since_us = event->t_us;
    return true;
}

/* As the last 72 h before tell it; where they do not, it stays not known. */
static void
take_presence(const DashPast *self,
              const DashPastEvent *const *events,
              size_t n,
              int64_t at_us,
              DashModel *model)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Bed bed = VICU__BED__INIT;
    bool told = false;
    for (size_t i = 0; i < n; i++)
        told |= read_presence(events[i], &bed);
    if (!told || !dash_model_find_bed(model, self->bed))
        return;
    bed.bed = self->bed;
    item.subject = VICU__SUBJECT__SUBJECT_BED;
    item.key = self->bed;
    item.body_case = VICU__STATE_ITEM__BODY_BED;
    item.bed = &bed;
    dash_model_take_state(model, &item, at_us);
}

static void
take_events(DashPast *self, int64_t at_us, DashModel *model)
{
    g_autofree const DashPastEvent **events = g_new(const DashPastEvent *, EVENTS_MAX);
    size_t n = dash_past_events(self, at_us - DASH_PAST_REACH_US, at_us + 1, events, EVENTS_MAX);
    for (size_t i = 0; i < n; i++)
        if (events[i]->detail)
            take_alarm(model, events[i], at_us);
        else if (events[i]->t_us > at_us - RECENT_US)
            take_event(model, self, events[i]);
    if (dash_past_has_events(self, self->now_us - DASH_PAST_REACH_US, at_us + 1))
        take_presence(self, events, n, at_us, model);
}

void
dash_past_replay(DashPast *self, int64_t at_us, DashModel *model)
{
    g_autoptr(GArray) steps = g_array_new(FALSE, FALSE, sizeof(Step));
    g_array_set_clear_func(steps, step_clear);
    dash_model_set_past(model);
    for (size_t i = 0; i < self->streams->len; i++) {
        const DashPastStream *s = dash_past_stream(self, i);
        if (!s->wave && s->signal && s->signal->period_ms >= PAST_SLOW_MS)
            add_pages(self, DASH_PAGE_SLOW, i, at_us - PAST_DAY_US, at_us, steps);
    }
    add_pages(self, DASH_PAGE_SYMBOLS, 0, at_us - PAST_DAY_US, at_us, steps);
    add_pages(self, DASH_PAGE_VALUES, 0, at_us - PAST_VALUES_US, at_us, steps);
    add_waves(self, at_us, steps);
    g_array_sort(steps, by_time);
    for (guint i = 0; i < steps->len; i++)
        take_step(self, model, &g_array_index(steps, Step, i));
    take_events(self, at_us, model);
    /* Alarms that stood are known when all that was told of them is. */
    model->has_state = dash_past_has_events(self, self->now_us - DASH_PAST_REACH_US, at_us + 1);
}
