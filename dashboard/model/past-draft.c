/* Past: an answer of the store becomes a page. What does not fit the page that was asked for is
 * left out: the store is believed about what it has, not about where it belongs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "dashboard/model/past-inner.h"
#include "dashboard/model/private.h"

#define SAMPLES_MAX 480000 /* a minute at 2 kHz, four times over */
#define ROWS_MAX    20000  /* of gaps, events, messages in a page */
#define LATE_US     (60 * (int64_t)G_USEC_PER_SEC)

static bool
within(const DashPageId *id, int64_t t_us)
{
    return t_us >= id->from_us && t_us < id->to_us;
}

static void
add_column(DashPage *page, const Vicu__Column *column)
{
    if (!within(&page->id, column->t_us))
        return;
    PastColumn *into = &page->column[(column->t_us - page->id.from_us) / page->id.column_us];
    bool sound = column->coverage > 0 && dash_model_measurable(column->min)
                 && dash_model_measurable(column->max) && dash_model_measurable(column->mean);
    if (!sound)
        return;
    *into = (PastColumn){(float)column->min, (float)column->max, (float)column->mean,
                         MIN(column->coverage, 1.0f)};
}

static size_t
samples_of(const DashPage *page)
{
    size_t n = 0;
    for (guint i = 0; i < page->runs->len; i++)
        n += g_array_index(page->runs, DashRun, i).n;
    return n;
}

static bool
sound_segment(const Vicu__Segment *segment)
{
    return segment && segment->period_num > 0 && segment->period_den > 0
           && segment->period_den <= (uint64_t)segment->period_num * 2000
           && dash_model_time(segment->t0_us) != 0 && dash_model_measurable(segment->gain)
           && fabs(segment->gain) >= 1e-9;
}

static void
add_run(DashPage *page, const Vicu__SampleRun *wire)
{
    const Vicu__Segment *segment = wire->segment;
    size_t n = wire->samples.len / 2;
    if (!sound_segment(segment) || n == 0 || n > SAMPLES_MAX || wire->first > (UINT64_C(1) << 40)
        || samples_of(page) + n > SAMPLES_MAX)
        return;
    DashRun run = {
        .scale = {segment->t0_us, segment->period_num, segment->period_den, segment->gain,
                  segment->baseline},
        .first = wire->first,
        .n = n,
        .origin = segment->origin,
        .copy = segment->copy,
        .late = segment->received_us > 0 && segment->received_us - segment->t0_us > LATE_US,
    };
    if (!within(&page->id, dash_run_time_us(&run, 0))
        || !within(&page->id, dash_run_time_us(&run, n - 1)))
        return;
    run.samples = g_new(int16_t, n);
    for (size_t i = 0; i < n; i++)
        run.samples[i] = (int16_t)(wire->samples.data[2 * i] | wire->samples.data[2 * i + 1] << 8);
    g_array_append_val(page->runs, run);
    page->bytes += sizeof run + n * sizeof *run.samples;
}

static void
add_gap(DashPage *page, const Vicu__Gap *wire)
{
    const DashGap gap = {wire->code, wire->channel, wire->from_us, wire->to_us,
                         g_strdup(wire->reason)};
    g_array_append_val(page->gaps, gap);
    page->bytes += sizeof gap + strlen(gap.reason);
}

static bool
has_raised(const DashPage *page, const char *key)
{
    for (guint i = 0; i < page->events->len; i++) {
        const DashPastEvent *event = &g_array_index(page->events, DashPastEvent, i);
        if (event->raised && strcmp(event->key, key) == 0)
            return true;
    }
    return false;
}

static void
add_event(DashPage *page, const Vicu__Event *wire)
{
    if (!within(&page->id, wire->t_us))
        return;
    DashPastEvent event = {
        .t_us = wire->t_us,
        .kind = g_strdup(wire->kind),
        .key = g_strdup(wire->key),
        .text = g_strdup(wire->text),
    };
    bool is_alarm = strcmp(wire->kind, "alarm") == 0 && wire->detail.len > 0;
    g_autoptr(Vicu__Alarm) alarm =
        is_alarm ? vicu_wire_unpack_alarm(wire->detail.data, wire->detail.len, NULL) : NULL;
    if (alarm) {
        event.detail = g_bytes_new(wire->detail.data, wire->detail.len);
        event.priority = alarm->priority;
        event.state = alarm->state;
        event.raised = alarm->state == VICU__ALARM_STATE__ALARM_ACTIVE && alarm->reminders == 0
                       && !has_raised(page, wire->key);
    }
    g_array_append_val(page->events, event);
    page->bytes += sizeof event + strlen(event.kind) + strlen(event.key) + strlen(event.text)
                   + wire->detail.len;
}

static void
add_message(DashPage *page, const ProtobufCMessage *message)
{
    GBytes *packed = vicu_wire_pack(message);
    g_ptr_array_add(page->messages, packed);
    page->bytes += g_bytes_get_size(packed);
}

/* FALSE: the page is full, and says so. */
static bool
has_room(DashPage *page, guint rows)
{
    page->cut |= rows >= ROWS_MAX;
    return rows < ROWS_MAX;
}

void
dash_draft_add(DashDraft *draft, const Vicu__QueryRows *rows)
{
    DashPage *page = draft->page;
    switch (page->id.kind) {
    case DASH_PAGE_COLUMNS:
        for (size_t i = 0; i < rows->n_column; i++)
            add_column(page, rows->column[i]);
        break;
    case DASH_PAGE_SAMPLES:
        for (size_t i = 0; i < rows->n_run; i++)
            add_run(page, rows->run[i]);
        break;
    case DASH_PAGE_GAPS:
        for (size_t i = 0; i < rows->n_gap && has_room(page, page->gaps->len); i++)
            add_gap(page, rows->gap[i]);
        break;
    case DASH_PAGE_EVENTS:
        for (size_t i = 0; i < rows->n_event && has_room(page, page->events->len); i++)
            add_event(page, rows->event[i]);
        break;
    case DASH_PAGE_VALUES:
    case DASH_PAGE_SLOW:
        for (size_t i = 0; i < rows->n_numerics && has_room(page, page->messages->len); i++)
            add_message(page, &rows->numerics[i]->base);
        break;
    case DASH_PAGE_SYMBOLS:
        for (size_t i = 0; i < rows->n_symbol && has_room(page, page->messages->len); i++)
            add_message(page, &rows->symbol[i]->base);
        break;
    }
}
