/* Past: what is read from its pages.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/model/past-inner.h"

#define LEVELS 17 /* of 1/64 s to 1024 s */
#define FINER  3  /* halved so often, a zoom is read for another */

int64_t
dash_run_time_us(const DashRun *run, uint64_t sample)
{
    return dash_scale_time_us(&run->scale, run->first + sample);
}

/* ---- columns ---- */

/* Columns of one zoom, with the page looked at last at hand. */
typedef struct {
    DashPast *past;
    uint32_t stream;
    int64_t level_us;
    int64_t first_us; /* nothing of the stream is before it */
    DashPageId id;
    const DashPage *page;
} Zoom;

static Zoom
zoom_at(DashPast *self, size_t stream, int64_t level_us)
{
    return (Zoom){.past = self,
                  .stream = (uint32_t)stream,
                  .level_us = level_us,
                  .first_us = dash_past_stream(self, stream)->first_us};
}

/* NULL: not known. */
static const PastColumn *
zoom_column(Zoom *zoom, int64_t column)
{
    static const PastColumn nothing;
    int64_t t_us = column * zoom->level_us;
    if (t_us + zoom->level_us <= zoom->first_us)
        return &nothing;
    if (t_us < zoom->id.from_us || t_us >= zoom->id.to_us) {
        zoom->id = dash_page_at(DASH_PAGE_COLUMNS, zoom->stream, zoom->level_us, t_us);
        zoom->page = dash_past_page(zoom->past, &zoom->id);
    }
    bool told = zoom->page && t_us < zoom->page->taken_us;
    return told ? &zoom->page->column[(t_us - zoom->id.from_us) / zoom->level_us] : NULL;
}

static void
join(DashColumn *out, const PastColumn *column, double *weight)
{
    if (column->coverage <= 0)
        return;
    bool first = *weight <= 0;
    double w = (double)column->coverage;
    out->min = first ? column->min : MIN(out->min, column->min);
    out->max = first ? column->max : MAX(out->max, column->max);
    out->mean = (float)(((double)out->mean * *weight + (double)column->mean * w) / (*weight + w));
    *weight += w;
}

/* Of the columns whose middle lies in [from, to), of which there is one at least. */
static bool
read_fine(Zoom *zoom, int64_t from_us, int64_t to_us, DashColumn *out)
{
    int64_t half_us = zoom->level_us / 2;
    int64_t first = (MAX(from_us - half_us, 0) + zoom->level_us - 1) / zoom->level_us;
    int64_t last = (MAX(to_us - half_us, 1) - 1) / zoom->level_us;
    double weight = 0;
    *out = (DashColumn){.known = true};
    if (last < first)
        last = first = from_us / zoom->level_us;
    for (int64_t c = first; c <= last; c++) {
        const PastColumn *column = zoom_column(zoom, c);
        if (!column)
            return false;
        join(out, column, &weight);
    }
    out->coverage = (float)(weight / (double)(last - first + 1));
    return true;
}

static bool
read_coarse(Zoom *zoom, int64_t middle_us, DashColumn *out)
{
    double weight = 0;
    const PastColumn *column = zoom_column(zoom, middle_us / zoom->level_us);
    if (!column)
        return false;
    *out = (DashColumn){.known = true, .coarse = true};
    join(out, column, &weight);
    out->coverage = column->coverage;
    return true;
}

/* While a zoom is not here yet, what is of another: all of a finer one serves as well; a coarser
 * one is told as that. */
static void
read_any(Zoom *zooms, unsigned n, unsigned wanted, int64_t from_us, int64_t to_us, DashColumn *out)
{
    for (unsigned k = 0; k <= FINER && k <= wanted; k++)
        if (read_fine(&zooms[wanted - k], from_us, to_us, out))
            return;
    for (unsigned k = wanted + 1; k < n; k++)
        if (read_coarse(&zooms[k], (from_us + to_us) / 2, out))
            return;
    *out = (DashColumn){0};
}

void
dash_past_columns(
    DashPast *self, size_t stream, int64_t from_us, int64_t to_us, DashColumn *out, size_t n)
{
    int64_t span_us = to_us - from_us;
    g_return_if_fail(span_us > 0 && n > 0 && stream < self->streams->len);
    int64_t level_us = dash_past_level(span_us / (int64_t)n);
    Zoom zooms[LEVELS];
    unsigned wanted = 0;
    for (unsigned k = 0; k < LEVELS; k++) {
        zooms[k] = zoom_at(self, stream, (int64_t)(G_USEC_PER_SEC / 64) << k);
        wanted = zooms[k].level_us == level_us ? k : wanted;
    }
    for (size_t i = 0; i < n; i++) {
        int64_t a_us = from_us + span_us * (int64_t)i / (int64_t)n;
        int64_t b_us = from_us + span_us * (int64_t)(i + 1) / (int64_t)n;
        read_any(zooms, LEVELS, wanted, a_us, b_us, &out[i]);
    }
}

bool
dash_past_extent(
    DashPast *self, size_t stream, int64_t from_us, int64_t to_us, double *min, double *max)
{
    enum { PARTS = 256 };
    DashColumn parts[PARTS];
    bool any = false;
    dash_past_columns(self, stream, from_us, to_us, parts, PARTS);
    for (size_t i = 0; i < PARTS; i++) {
        if (!parts[i].known || parts[i].coverage <= 0)
            continue;
        *min = any ? MIN(*min, (double)parts[i].min) : (double)parts[i].min;
        *max = any ? MAX(*max, (double)parts[i].max) : (double)parts[i].max;
        any = true;
    }
    return any;
}

/* ---- samples ---- */

bool
dash_past_has_samples(DashPast *self, size_t stream, int64_t from_us, int64_t to_us)
{
    from_us = MAX(from_us, dash_past_stream(self, stream)->first_us);
    for (int64_t t_us = from_us; t_us < to_us;) {
        DashPageId id = dash_page_at(DASH_PAGE_SAMPLES, (uint32_t)stream, 0, t_us);
        if (!dash_past_page(self, &id))
            return false;
        t_us = id.to_us;
    }
    return true;
}

int64_t
dash_past_told_us(DashPast *self, size_t stream, int64_t from_us, int64_t to_us)
{
    int64_t t_us = MAX(from_us, dash_past_stream(self, stream)->first_us);
    while (t_us < to_us) {
        DashPageId id = dash_page_at(DASH_PAGE_SAMPLES, (uint32_t)stream, 0, t_us);
        const DashPage *page = dash_past_page(self, &id);
        if (!page)
            return t_us;
        if (page->taken_us < id.to_us)
            return CLAMP(page->taken_us, t_us, to_us);
        t_us = id.to_us;
    }
    return to_us;
}

size_t
dash_past_runs(
    DashPast *self, size_t stream, int64_t from_us, int64_t to_us, const DashRun **out, size_t room)
{
    size_t n = 0;
    DashPageId id = dash_page_at(DASH_PAGE_SAMPLES, (uint32_t)stream, 0, from_us);
    for (; id.from_us < to_us; id = dash_page_at(id.kind, id.stream, 0, id.to_us)) {
        const DashPage *page = dash_past_page(self, &id);
        for (guint i = 0; page && i < page->runs->len && n < room; i++) {
            const DashRun *run = &g_array_index(page->runs, DashRun, i);
            if (dash_run_time_us(run, 0) < to_us && dash_run_time_us(run, run->n) > from_us)
                out[n++] = run;
        }
    }
    return n;
}

bool
dash_past_value(DashPast *self, size_t stream, int64_t t_us, double *value)
{
    enum { RUNS = 64 };
    const DashRun *runs[RUNS];
    size_t n = dash_past_runs(self, stream, t_us, t_us + 1, runs, RUNS);
    for (size_t i = 0; i < n; i++) {
        const DashRun *run = runs[i];
        double period_us = 1e6 * run->scale.period_num / run->scale.period_den;
        uint64_t k = (uint64_t)MAX((double)(t_us - dash_run_time_us(run, 0)) / period_us, 0);
        int16_t raw = run->samples[MIN(k, run->n - 1)];
        if (raw == DASH_SAMPLE_INVALID)
            continue;
        *value = (raw - run->scale.baseline) / run->scale.gain;
        return true;
    }
    return false;
}

/* ---- gaps and events ---- */

static bool
concerns(const DashPast *self, const DashGap *gap, size_t stream)
{
    const DashPastStream *s = &g_array_index(self->streams, DashPastStream, stream);
    return gap->code == 0 || (gap->code == s->code && gap->channel == s->channel);
}

static bool
has_gap(const DashGap *const *list, size_t n, const DashGap *gap)
{
    for (size_t i = 0; i < n; i++)
        if (list[i]->from_us == gap->from_us && list[i]->to_us == gap->to_us
            && list[i]->code == gap->code && list[i]->channel == gap->channel)
            return true;
    return false;
}

size_t
dash_past_gaps(
    DashPast *self, size_t stream, int64_t from_us, int64_t to_us, const DashGap **out, size_t room)
{
    size_t n = 0;
    DashPageId id = dash_page_at(DASH_PAGE_GAPS, 0, 0, from_us);
    for (; id.from_us < to_us; id = dash_page_at(id.kind, 0, 0, id.to_us)) {
        const DashPage *page = dash_past_page(self, &id);
        for (guint i = 0; page && i < page->gaps->len && n < room; i++) {
            const DashGap *gap = &g_array_index(page->gaps, DashGap, i);
            bool touches = gap->from_us < to_us && (gap->to_us == 0 || gap->to_us > from_us);
            /* One that is longer than a page stands in several. */
            if (touches && concerns(self, gap, stream) && !has_gap(out, n, gap))
                out[n++] = gap;
        }
    }
    return n;
}

bool
dash_past_has_events(DashPast *self, int64_t from_us, int64_t to_us)
{
    DashPageId id = dash_page_at(DASH_PAGE_EVENTS, 0, 0, from_us);
    for (; id.from_us < to_us; id = dash_page_at(id.kind, 0, 0, id.to_us)) {
        const DashPage *page = dash_past_page(self, &id);
        if (!page || page->cut)
            return false;
    }
    return true;
}

size_t
dash_past_events(
    DashPast *self, int64_t from_us, int64_t to_us, const DashPastEvent **out, size_t room)
{
    size_t n = 0;
    DashPageId id = dash_page_at(DASH_PAGE_EVENTS, 0, 0, from_us);
    for (; id.from_us < to_us; id = dash_page_at(id.kind, 0, 0, id.to_us)) {
        const DashPage *page = dash_past_page(self, &id);
        for (guint i = 0; page && i < page->events->len && n < room; i++) {
            const DashPastEvent *event = &g_array_index(page->events, DashPastEvent, i);
            if (event->t_us >= from_us && event->t_us < to_us)
                out[n++] = event;
        }
    }
    return n;
}

/* The first of @page after @t_us, or the last before it. */
static const DashPastEvent *
nearest(const DashPage *page, int64_t t_us, int step, bool alarms)
{
    for (guint k = 0; k < page->events->len; k++) {
        guint i = step > 0 ? k : page->events->len - 1 - k;
        const DashPastEvent *event = &g_array_index(page->events, DashPastEvent, i);
        bool beyond = step > 0 ? event->t_us > t_us : event->t_us < t_us;
        bool counts = event->raised || (!alarms && strcmp(event->kind, "alarm") != 0);
        if (beyond && counts)
            return event;
    }
    return NULL;
}

DashJump
dash_past_jump(DashPast *self, int64_t t_us, int step, bool alarms, const DashPastEvent **event)
{
    int64_t first_us = self->now_us - DASH_PAST_REACH_US;
    DashPageId id = dash_page_at(DASH_PAGE_EVENTS, 0, 0, t_us);
    while (id.to_us > first_us && id.from_us < self->now_us) {
        const DashPage *page = dash_past_page(self, &id);
        if (!page)
            return DASH_JUMP_UNKNOWN;
        *event = nearest(page, t_us, step, alarms);
        if (*event)
            return DASH_JUMP_FOUND;
        id = dash_page_at(id.kind, 0, 0, step > 0 ? id.to_us : id.from_us - 1);
    }
    return DASH_JUMP_NONE;
}
