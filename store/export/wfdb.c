/* Records as WFDB: header(5) and signal(5) of the WFDB Applications Guide.
 *
 * A record without gaps or changes is one header and one file; any other is of
 * segments in variable layout, gaps are "~". Samples are stored in the narrowest of
 * formats 80, 212, 16 and 32 that holds all of a segment, or as FLAC (508, 516),
 * at most 8 signals a file. A remark in each header says its time to the
 * microsecond, which our own importer reads.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "common/flac.h"
#include "store/export/wfdb-inner.h"

#define BLOCK_FRAMES  4096
#define FLAC_CHANNELS 8

static void
signal_clear(gpointer data)
{
    g_free(((WfdbSignal *)data)->file);
}

/* ---- formats ---- */

static int
format_for(int32_t min, int32_t max, bool flac)
{
    if (min > max || (min >= -127 && max <= 127))
        return flac ? 508 : 80;
    if (!flac && min >= -2047 && max <= 2047)
        return 212;
    if (min >= -32767 && max <= 32767)
        return flac ? 516 : 16;
    return 32;
}

static int32_t
invalid_of(int format)
{
    switch (format) {
    case 80:
    case 508:
        return -128;
    case 212:
        return -2048;
    case 32:
        return INT32_MIN;
    default:
        return -32768;
    }
}

static int32_t
stored(int32_t sample, int format)
{
    return sample == STORE_EXPORT_INVALID ? invalid_of(format) : sample;
}

static void
put(WfdbWriting *w, FILE *file, int32_t v, int format)
{
    uint32_t u = (uint32_t)v;

    switch (format) {
    case 80:
        fputc((int)((u + 128) & 0xff), file);
        break;
    case 212:
        if (!w->has_odd) {
            w->odd = v;
        } else {
            uint32_t first = (uint32_t)w->odd & 0xfff, second = u & 0xfff;
            fputc((int)(first & 0xff), file);
            fputc((int)(first >> 8 | second >> 8 << 4), file);
            fputc((int)(second & 0xff), file);
        }
        w->has_odd = !w->has_odd;
        break;
    case 32:
        fputc((int)(u & 0xff), file);
        fputc((int)(u >> 8 & 0xff), file);
        fputc((int)(u >> 16 & 0xff), file);
        fputc((int)(u >> 24), file);
        break;
    default:
        fputc((int)(u & 0xff), file);
        fputc((int)(u >> 8 & 0xff), file);
        break;
    }
}

/* The first of a pair whose second does not come. */
static void
end_pair(WfdbWriting *w, FILE *file)
{
    if (!w->has_odd)
        return;
    uint32_t first = (uint32_t)w->odd & 0xfff;
    fputc((int)(first & 0xff), file);
    fputc((int)(first >> 8), file);
    w->has_odd = false;
}

/* ---- the samples of a segment ---- */

static void
count(WfdbSignal *s, const int32_t *samples, size_t n, bool first)
{
    if (first && n > 0)
        s->initial = stored(samples[0], s->format);
    for (size_t i = 0; i < n; i++)
        s->sum = (uint16_t)(s->sum + (uint16_t)stored(samples[i], s->format));
}

/* Signals of one file are @from..@to. */
static bool
write_plain(WfdbWriting *w, FILE *file, guint from, guint to, GError **error)
{
    size_t width = store_export_width(w->record);
    g_autofree int32_t *block = g_new(int32_t, BLOCK_FRAMES * width);

    for (uint64_t f = 0; f < w->segment->n_frames; f += BLOCK_FRAMES) {
        size_t n = (size_t)MIN(w->segment->n_frames - f, BLOCK_FRAMES);
        if (!store_export_frames(w->record, w->segment, f, n, block, error))
            return false;
        for (size_t k = 0; k < n; k++)
            for (guint i = from; i < to; i++) {
                WfdbSignal *s = &g_array_index(w->signals, WfdbSignal, i);
                const int32_t *samples = block + k * width + s->column;
                count(s, samples, s->per_frame, f + k == 0);
                for (uint32_t j = 0; j < s->per_frame; j++)
                    put(w, file, stored(samples[j], s->format), s->format);
            }
    }
    end_pair(w, file);
    return true;
}

static guint
flac_rate(const StoreExportRecord *record, uint32_t per_frame)
{
    double hz = (double)record->rate_num / record->rate_den * per_frame;

    return (guint)CLAMP(lround(hz), 1, 655350);
}

static bool
write_flac(WfdbWriting *w, const char *path, guint from, guint to, GError **error)
{
    const WfdbSignal *head = &g_array_index(w->signals, WfdbSignal, from);
    size_t width = store_export_width(w->record), channels = to - from, k = head->per_frame;
    g_autofree int32_t *block = g_new(int32_t, BLOCK_FRAMES * width);
    g_autofree int32_t *packed = g_new(int32_t, BLOCK_FRAMES * k * channels);
    g_autoptr(VicuFlacWriter) flac = vicu_flac_writer_open(
        path, (guint)channels, head->format == 508 ? 8 : 16, flac_rate(w->record, head->per_frame),
        5, w->segment->n_frames * k, error);

    for (uint64_t f = 0; flac != NULL && f < w->segment->n_frames; f += BLOCK_FRAMES) {
        size_t n = (size_t)MIN(w->segment->n_frames - f, BLOCK_FRAMES);
        if (!store_export_frames(w->record, w->segment, f, n, block, error))
            return false;
        for (size_t c = 0; c < channels; c++) {
            WfdbSignal *s = &g_array_index(w->signals, WfdbSignal, from + c);
            for (size_t i = 0; i < n; i++) {
                const int32_t *samples = block + i * width + s->column;
                count(s, samples, k, f + i == 0);
                for (size_t j = 0; j < k; j++)
                    packed[(i * k + j) * channels + c] = stored(samples[j], s->format);
            }
        }
        if (!vicu_flac_writer_write(flac, packed, n * k, error))
            return false;
    }
    return flac != NULL && vicu_flac_writer_finish(flac, error);
}

const StoreExportRun *
store_export_wfdb_run(const StoreExportRecord *record, const StoreExportSegment *segment, guint t)
{
    const StoreExportTrack *track = record->tracks->pdata[t];

    if (segment != NULL && segment->part[t].run != NULL)
        return segment->part[t].run;
    return &g_array_index(track->stream->runs, StoreExportRun,
                          g_array_index(track->runs, guint, 0));
}

/* Readers know a segment's signals by their names: one of two with the same name
 * stands in every segment, without values where it has none. */
static bool
has_twin(const StoreExportRecord *record, guint t)
{
    const StoreExportTrack *track = record->tracks->pdata[t];

    for (guint i = 0; i < record->tracks->len; i++) {
        const StoreExportTrack *other = record->tracks->pdata[i];
        if (i != t && strcmp(other->stream->label, track->stream->label) == 0)
            return true;
    }
    return false;
}

/* Which signals the segment has, and the format of each. */
static void
list_signals(WfdbWriting *w)
{
    size_t column = 0;

    for (guint t = 0; t < w->record->tracks->len; t++) {
        const StoreExportTrack *track = w->record->tracks->pdata[t];
        if (w->segment->part[t].run != NULL || has_twin(w->record, t)) {
            const StoreExportRun *run = store_export_wfdb_run(w->record, w->segment, t);
            WfdbSignal s = {.track = t,
                            .per_frame = track->per_frame,
                            .column = column,
                            .format = format_for(run->min, run->max, w->job->flac)};
            g_array_append_val(w->signals, s);
        }
        column += track->per_frame;
    }
}

static int
width_of(int format)
{
    return format == 80 ? 8 : format == 212 ? 12 : format == 16 ? 16 : 32;
}

/* All in one file, in the widest format that one of them needs. */
static bool
write_one_file(WfdbWriting *w, GError **error)
{
    g_autofree char *name = g_strconcat(w->name, ".dat", NULL);
    int format = 80;

    for (guint i = 0; i < w->signals->len; i++) {
        int own = g_array_index(w->signals, WfdbSignal, i).format;
        format = width_of(own) > width_of(format) ? own : format;
    }
    for (guint i = 0; i < w->signals->len; i++) {
        WfdbSignal *s = &g_array_index(w->signals, WfdbSignal, i);
        s->format = format;
        s->file = g_strdup(name);
    }
    FILE *file = store_export_out_open(w->job->out, name, error);
    if (file == NULL)
        return false;
    bool ok = write_plain(w, file, 0, w->signals->len, error);
    return store_export_out_close(w->job->out, file, name, ok ? error : NULL) && ok;
}

/* FLAC: a file for each run of neighbours with the same format and samples per frame. */
static bool
write_flac_files(WfdbWriting *w, GError **error)
{
    char letter = 'a';
    int number = 0;

    for (guint from = 0, to = 0; from < w->signals->len; from = to, number++) {
        const WfdbSignal *head = &g_array_index(w->signals, WfdbSignal, from);
        g_autofree char *name =
            g_strdup_printf("%s_%c%.0d.dat", w->name, (char)(letter + number % 26), number / 26);
        for (to = from; to < w->signals->len && to - from < FLAC_CHANNELS; to++) {
            WfdbSignal *s = &g_array_index(w->signals, WfdbSignal, to);
            if (s->format != head->format || s->per_frame != head->per_frame)
                break;
            s->file = g_strdup(name);
        }
        if (head->format == 32) { /* beyond FLAC's 24 bits */
            FILE *file = store_export_out_open(w->job->out, name, error);
            bool ok = file != NULL && write_plain(w, file, from, to, error);
            if (file == NULL
                || !(store_export_out_close(w->job->out, file, name, ok ? error : NULL) && ok))
                return false;
            continue;
        }
        g_autofree char *path = store_export_out_path(w->job->out, name, error);
        if (path == NULL || !write_flac(w, path, from, to, error))
            return false;
    }
    return true;
}

/* ---- records ---- */

static bool
write_segment(StoreExportJob *job,
              const StoreExportRecord *record,
              const StoreExportSegment *segment,
              const char *name,
              GError **error)
{
    g_autoptr(GArray) signals = g_array_new(FALSE, TRUE, sizeof(WfdbSignal));
    WfdbWriting w = {
        .job = job, .record = record, .segment = segment, .name = name, .signals = signals};

    g_array_set_clear_func(signals, signal_clear);
    list_signals(&w);
    return (job->flac ? write_flac_files(&w, error) : write_one_file(&w, error))
           && store_export_wfdb_segment_header(&w, error);
}

static bool
is_whole(const StoreExportRecord *record)
{
    const StoreExportSegment *s = &g_array_index(record->segments, StoreExportSegment, 0);

    if (record->segments->len != 1)
        return false;
    for (guint t = 0; t < record->tracks->len; t++)
        if (s->part[t].run == NULL)
            return false;
    return true;
}

static bool
write_record(StoreExportJob *job, const StoreExportRecord *record, const char *name, GError **error)
{
    if (is_whole(record))
        return write_segment(job, record, &g_array_index(record->segments, StoreExportSegment, 0),
                             name, error);
    g_autofree char *layout = g_strconcat(name, "_layout", NULL);
    for (guint i = 0; i < record->segments->len; i++) {
        g_autofree char *part = g_strdup_printf("%s_%04u", name, i + 1);
        if (!write_segment(job, record, &g_array_index(record->segments, StoreExportSegment, i),
                           part, error))
            return false;
    }
    return store_export_wfdb_layout(job, record, layout, error)
           && store_export_wfdb_master(job, record, name, error);
}

bool
store_export_wfdb(StoreExportJob *job, const GPtrArray *records, GError **error)
{
    guint n[2] = {0, 0};

    for (guint i = 0; i < records->len; i++) {
        const StoreExportRecord *record = records->pdata[i];
        guint number = ++n[record->wave];
        g_autofree char *name =
            number == 1 ? g_strdup_printf("%s%s", job->name, record->wave ? "" : "-n")
                        : g_strdup_printf("%s%s-%u", job->name, record->wave ? "" : "-n", number);
        if (!write_record(job, record, name, error))
            return false;
    }
    if (n[1] > 1)
        store_export_note(job,
                          "%u records: signals of one record need rates that go into each other "
                          "and one grid of times",
                          n[1]);
    return true;
}
