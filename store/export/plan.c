/* SPDX-License-Identifier: Apache-2.0 */
#include "store/export/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/ratio.h"

#define TOLERANCE_S 1.5e-6L /* times were rounded to the microsecond, twice */

/* One run of one track, in seconds from a common beginning. */
typedef struct {
    guint track;
    const StoreExportRun *run;
    long double start_s, end_s;
    int64_t first, end; /* frames of its island, end not included */
    int64_t slot;       /* of its first sample */
} Span;

static void
track_free(gpointer data)
{
    StoreExportTrack *track = data;

    g_array_unref(track->runs);
    g_free(track);
}

static void
segment_clear(gpointer data)
{
    g_free(((StoreExportSegment *)data)->part);
}

static StoreExportRecord *
record_new(bool wave)
{
    StoreExportRecord *record = g_new0(StoreExportRecord, 1);

    record->wave = wave;
    record->tracks = g_ptr_array_new_with_free_func(track_free);
    record->segments = g_array_new(FALSE, FALSE, sizeof(StoreExportSegment));
    g_array_set_clear_func(record->segments, segment_clear);
    return record;
}

static void
record_free(gpointer data)
{
    StoreExportRecord *record = data;

    g_ptr_array_unref(record->tracks);
    g_array_unref(record->segments);
    g_free(record);
}

/* ---- one rate for all ---- */

/* The greatest frame rate of which both rates are multiples. FALSE: does not fit. */
static bool
join_rate(const StoreExportRecord *record,
          const StoreExportTrack *track,
          uint32_t *num,
          uint32_t *den)
{
    uint64_t a = record->rate_num, b = record->rate_den;
    uint64_t c = track->period_den, d = track->period_num;
    uint64_t n = vicu_greatest_divisor(a * d, c * b), m = b * d;
    uint64_t common = vicu_greatest_divisor(n, m);

    n /= common;
    m /= common;
    if (n > UINT32_MAX || m > UINT32_MAX)
        return false;
    *num = (uint32_t)n;
    *den = (uint32_t)m;
    return true;
}

static uint64_t
per_frame(const StoreExportTrack *track, uint32_t rate_num, uint32_t rate_den)
{
    /* (1 / period) / rate, which is whole by the choice of the rate */
    return (uint64_t)track->period_den * rate_den / ((uint64_t)track->period_num * rate_num);
}

static bool
set_rate(StoreExportRecord *record, const StoreExportTrack *added)
{
    uint32_t num = added->period_den, den = added->period_num;

    if (record->rate_num != 0 && !join_rate(record, added, &num, &den))
        return false;
    if (per_frame(added, num, den) > STORE_EXPORT_PER_FRAME_MAX)
        return false;
    for (guint i = 0; i < record->tracks->len; i++)
        if (per_frame(record->tracks->pdata[i], num, den) > STORE_EXPORT_PER_FRAME_MAX)
            return false;
    record->rate_num = num;
    record->rate_den = den;
    return true;
}

/* ---- cutting ---- */

typedef struct {
    StoreExportRecord *record;
    int64_t base_us;
    long double rate;
    GArray *spans;     /* Span, by start */
    long double end_s; /* of the last segment; < 0: there is none */
} Cutting;

static int
by_start(const void *a, const void *b)
{
    const Span *x = a, *y = b;

    if (x->start_s != y->start_s)
        return x->start_s < y->start_s ? -1 : 1;
    return x->track < y->track ? -1 : x->track > y->track;
}

static void
collect_spans(Cutting *c)
{
    for (guint t = 0; t < c->record->tracks->len; t++) {
        StoreExportTrack *track = c->record->tracks->pdata[t];
        track->per_frame = (uint32_t)per_frame(track, c->record->rate_num, c->record->rate_den);
        for (guint i = 0; i < track->runs->len; i++) {
            const StoreExportRun *run = &g_array_index(track->stream->runs, StoreExportRun,
                                                       g_array_index(track->runs, guint, i));
            long double period = (long double)run->period_num / run->period_den;
            long double t0 = (long double)(run->t0_us - c->base_us) / 1e6L;
            Span span = {.track = t,
                         .run = run,
                         .start_s = t0 + (long double)run->first * period,
                         .end_s = t0 + (long double)(run->first + run->n) * period};
            g_array_append_val(c->spans, span);
        }
    }
    g_array_sort(c->spans, by_start);
}

static uint32_t
per_frame_of(const Cutting *c, const Span *span)
{
    return ((StoreExportTrack *)c->record->tracks->pdata[span->track])->per_frame;
}

/* Where the spans @from..@to lie on the grid of one island; FALSE: on none. */
static bool
lay_out(Cutting *c, guint from, guint to, long double *anchor_s)
{
    const Span *first = &g_array_index(c->spans, Span, from), *slowest = first;

    for (guint i = from; i < to; i++) {
        const Span *span = &g_array_index(c->spans, Span, i);
        if (per_frame_of(c, span) < per_frame_of(c, slowest))
            slowest = span;
    }
    long double before = ceill((slowest->start_s - first->start_s - TOLERANCE_S) * c->rate);
    *anchor_s = slowest->start_s - MAX(before, 0) / c->rate;
    for (guint i = from; i < to; i++) {
        Span *span = &g_array_index(c->spans, Span, i);
        int64_t k = per_frame_of(c, span);
        long double slot = (span->start_s - *anchor_s) * c->rate * k, whole = roundl(slot);
        if (fabsl(slot - whole) > TOLERANCE_S * c->rate * k + 1e-9L)
            return false;
        span->slot = (int64_t)whole;
        int64_t end = span->slot + (int64_t)span->run->n;
        span->first = span->slot / k;
        span->end = (end + k - 1) / k;
    }
    return true;
}

static int
by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

/* The segment of frames @first..@end of the island; FALSE: a track has two runs in it. */
static bool
add_segment(Cutting *c, guint from, guint to, long double anchor_s, int64_t first, int64_t end)
{
    guint n = c->record->tracks->len;
    long double start_s = anchor_s + (long double)first / c->rate;
    StoreExportSegment segment = {
        .t_us = c->base_us + (int64_t)llroundl(start_s * 1e6L),
        .n_frames = (uint64_t)(end - first),
        .part = g_new0(StoreExportPart, n),
    };
    bool any = false;

    for (guint i = from; i < to; i++) {
        const Span *span = &g_array_index(c->spans, Span, i);
        StoreExportPart *part = &segment.part[span->track];
        if (span->first > first || span->end < end)
            continue;
        if (part->run != NULL) {
            g_free(segment.part);
            return false;
        }
        part->run = span->run;
        part->from = first * (int64_t)per_frame_of(c, span) - span->slot;
        any = true;
    }
    if (!any) {
        g_free(segment.part);
        return true;
    }
    if (c->record->segments->len > 0)
        segment.gap_frames = MAX((int64_t)llroundl((start_s - c->end_s) * c->rate), 0);
    c->end_s = start_s + (long double)segment.n_frames / c->rate;
    g_array_append_val(c->record->segments, segment);
    return true;
}

/* Spans @from..@to overlap or touch: cut wherever one begins or ends. */
static bool
cut_island(Cutting *c, guint from, guint to)
{
    long double anchor_s = 0;
    guint n = 0;

    if (!lay_out(c, from, to, &anchor_s))
        return false;
    g_autofree int64_t *cut = g_new(int64_t, 2 * (size_t)(to - from));
    for (guint i = from; i < to; i++) {
        const Span *span = &g_array_index(c->spans, Span, i);
        cut[n++] = span->first;
        cut[n++] = span->end;
    }
    qsort(cut, n, sizeof *cut, by_number);
    for (guint i = 0; i + 1 < n; i++)
        if (cut[i] < cut[i + 1] && !add_segment(c, from, to, anchor_s, cut[i], cut[i + 1]))
            return false;
    return true;
}

/* Islands of spans with nothing between them. A track by itself may always begin a new one. */
static bool
cut(Cutting *c)
{
    bool alone = c->record->tracks->len == 1;

    for (guint from = 0; from < c->spans->len;) {
        long double end_s = g_array_index(c->spans, Span, from).end_s;
        guint to = from + 1;
        for (; to < c->spans->len && !alone; to++) {
            const Span *span = &g_array_index(c->spans, Span, to);
            if (span->start_s > end_s + TOLERANCE_S)
                break;
            end_s = MAX(end_s, span->end_s);
        }
        if (!cut_island(c, from, to))
            return false;
        from = to;
    }
    return true;
}

static bool
make_segments(StoreExportRecord *record)
{
    g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(Span));
    Cutting c = {
        .record = record, .rate = (long double)record->rate_num / record->rate_den, .spans = spans};
    const StoreExportTrack *track = record->tracks->pdata[0];

    c.base_us =
        g_array_index(track->stream->runs, StoreExportRun, g_array_index(track->runs, guint, 0))
            .t0_us;
    g_array_set_size(record->segments, 0);
    collect_spans(&c);
    return cut(&c);
}

/* ---- which go together ---- */

static bool
try_add(StoreExportRecord *record, StoreExportTrack *track)
{
    uint32_t num = record->rate_num, den = record->rate_den;

    if (!set_rate(record, track))
        return false;
    g_ptr_array_add(record->tracks, track);
    if (make_segments(record))
        return true;
    g_ptr_array_steal_index(record->tracks, record->tracks->len - 1);
    record->rate_num = num;
    record->rate_den = den;
    if (record->tracks->len > 0)
        make_segments(record);
    return false;
}

static void
place(GPtrArray *records, bool wave, StoreExportTrack *track)
{
    for (guint i = 0; i < records->len; i++) {
        StoreExportRecord *record = records->pdata[i];
        if (record->wave == wave && try_add(record, track))
            return;
    }
    StoreExportRecord *record = record_new(wave);
    g_ptr_array_add(records, record);
    bool placed = try_add(record, track);
    g_assert(placed);
}

/* A track for each rate of the stream. */
static void
place_stream(GPtrArray *records, const StoreExportStream *stream)
{
    g_autofree bool *done = g_new0(bool, stream->runs->len + 1);

    for (guint i = 0; i < stream->runs->len; i++) {
        const StoreExportRun *run = &g_array_index(stream->runs, StoreExportRun, i);
        if (done[i])
            continue;
        StoreExportTrack *track = g_new0(StoreExportTrack, 1);
        track->stream = stream;
        track->period_num = run->period_num;
        track->period_den = run->period_den;
        track->runs = g_array_new(FALSE, FALSE, sizeof(guint));
        for (guint k = i; k < stream->runs->len; k++) {
            const StoreExportRun *other = &g_array_index(stream->runs, StoreExportRun, k);
            if (done[k] || other->period_num != run->period_num
                || other->period_den != run->period_den)
                continue;
            done[k] = true;
            g_array_append_val(track->runs, k);
        }
        place(records, stream->wave, track);
    }
}

GPtrArray *
store_export_plan(const GPtrArray *streams)
{
    GPtrArray *records = g_ptr_array_new_with_free_func(record_free);

    for (guint i = 0; i < streams->len; i++)
        place_stream(records, streams->pdata[i]);
    return records;
}

/* ---- reading ---- */

size_t
store_export_width(const StoreExportRecord *record)
{
    size_t width = 0;

    for (guint t = 0; t < record->tracks->len; t++)
        width += ((StoreExportTrack *)record->tracks->pdata[t])->per_frame;
    return width;
}

/* Samples @from.. of a part, invalid where its run has none. */
static bool
read_part(const StoreExportTrack *track,
          const StoreExportPart *part,
          int64_t from,
          size_t n,
          int32_t *out,
          GError **error)
{
    for (size_t i = 0; i < n; i++)
        out[i] = STORE_EXPORT_INVALID;
    if (part->run == NULL)
        return true;
    int64_t first = MAX(from, 0), end = MIN(from + (int64_t)n, (int64_t)part->run->n);
    if (first >= end)
        return true;
    return store_export_read(track->stream, part->run->at + (uint64_t)first, (size_t)(end - first),
                             out + (first - from), error);
}

bool
store_export_frames(const StoreExportRecord *record,
                    const StoreExportSegment *segment,
                    uint64_t first,
                    size_t n,
                    int32_t *out,
                    GError **error)
{
    size_t width = store_export_width(record), column = 0;

    for (guint t = 0; t < record->tracks->len; t++) {
        const StoreExportTrack *track = record->tracks->pdata[t];
        const StoreExportPart *part = &segment->part[t];
        size_t k = track->per_frame;
        g_autofree int32_t *samples = g_new(int32_t, n * k);
        if (!read_part(track, part, part->from + (int64_t)(first * k), n * k, samples, error))
            return false;
        for (size_t f = 0; f < n; f++)
            memcpy(out + f * width + column, samples + f * k, k * sizeof *out);
        column += k;
    }
    return true;
}
