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

#include "common/error.h"
#include "common/flac.h"
#include "common/json.h"
#include "store/export/out.h"

#define BLOCK_FRAMES  4096
#define FLAC_CHANNELS 8

/* One signal of one segment. */
typedef struct {
    guint track;
    uint32_t per_frame;
    size_t column; /* of its first sample in a frame */
    char *file;
    int format;
    uint16_t sum;
    int32_t initial;
} Signal;

typedef struct {
    StoreExportJob *job;
    const StoreExportRecord *record;
    const StoreExportSegment *segment;
    const char *name; /* of the segment's header */
    GArray *signals;  /* Signal */
    int32_t odd;      /* format 212: the first of a pair */
    bool has_odd;
} Writing;

static void
signal_clear(gpointer data)
{
    g_free(((Signal *)data)->file);
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
put(Writing *w, FILE *file, int32_t v, int format)
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
end_pair(Writing *w, FILE *file)
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
count(Signal *s, const int32_t *samples, size_t n, bool first)
{
    if (first && n > 0)
        s->initial = stored(samples[0], s->format);
    for (size_t i = 0; i < n; i++)
        s->sum = (uint16_t)(s->sum + (uint16_t)stored(samples[i], s->format));
}

/* Signals of one file are @from..@to. */
static bool
write_plain(Writing *w, FILE *file, guint from, guint to, GError **error)
{
    size_t width = store_export_width(w->record);
    g_autofree int32_t *block = g_new(int32_t, BLOCK_FRAMES * width);

    for (uint64_t f = 0; f < w->segment->n_frames; f += BLOCK_FRAMES) {
        size_t n = (size_t)MIN(w->segment->n_frames - f, BLOCK_FRAMES);
        if (!store_export_frames(w->record, w->segment, f, n, block, error))
            return false;
        for (size_t k = 0; k < n; k++)
            for (guint i = from; i < to; i++) {
                Signal *s = &g_array_index(w->signals, Signal, i);
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
write_flac(Writing *w, const char *path, guint from, guint to, GError **error)
{
    const Signal *head = &g_array_index(w->signals, Signal, from);
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
            Signal *s = &g_array_index(w->signals, Signal, from + c);
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

/* A track without anything in the segment is told by its first run. */
static const StoreExportRun *
run_of(const StoreExportRecord *record, const StoreExportSegment *segment, guint t)
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
list_signals(Writing *w)
{
    size_t column = 0;

    for (guint t = 0; t < w->record->tracks->len; t++) {
        const StoreExportTrack *track = w->record->tracks->pdata[t];
        if (w->segment->part[t].run != NULL || has_twin(w->record, t)) {
            const StoreExportRun *run = run_of(w->record, w->segment, t);
            Signal s = {.track = t,
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
write_one_file(Writing *w, GError **error)
{
    g_autofree char *name = g_strconcat(w->name, ".dat", NULL);
    int format = 80;

    for (guint i = 0; i < w->signals->len; i++) {
        int own = g_array_index(w->signals, Signal, i).format;
        format = width_of(own) > width_of(format) ? own : format;
    }
    for (guint i = 0; i < w->signals->len; i++) {
        Signal *s = &g_array_index(w->signals, Signal, i);
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
write_flac_files(Writing *w, GError **error)
{
    char letter = 'a';
    int number = 0;

    for (guint from = 0, to = 0; from < w->signals->len; from = to, number++) {
        const Signal *head = &g_array_index(w->signals, Signal, from);
        g_autofree char *name =
            g_strdup_printf("%s_%c%.0d.dat", w->name, (char)(letter + number % 26), number / 26);
        for (to = from; to < w->signals->len && to - from < FLAC_CHANNELS; to++) {
            Signal *s = &g_array_index(w->signals, Signal, to);
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

/* ---- headers ---- */

static void
put_rate(FILE *file, const StoreExportRecord *record)
{
    char text[32];

    vicu_number_format((double)record->rate_num / record->rate_den, text);
    fputs(text, file);
}

/* " 08:00:00.123456 31/01/2026" */
static void
put_time(FILE *file, int64_t t_us)
{
    int64_t s = t_us / G_USEC_PER_SEC, us = t_us % G_USEC_PER_SEC;

    if (us < 0) {
        s--;
        us += G_USEC_PER_SEC;
    }
    g_autoptr(GDateTime) t = g_date_time_new_from_unix_utc(s);
    g_autofree char *clock = t != NULL ? g_date_time_format(t, "%H:%M:%S") : g_strdup("00:00:00");
    g_autofree char *date = t != NULL ? g_date_time_format(t, "%d/%m/%Y") : g_strdup("01/01/1970");
    if (us % 1000 == 0)
        fprintf(file, " %s.%03d %s", clock, (int)(us / 1000), date);
    else
        fprintf(file, " %s.%06d %s", clock, (int)us, date);
}

static void
put_remarks(FILE *file, const StoreExportJob *job, int64_t t_us)
{
    fprintf(file, "# vicu t0_us %" G_GINT64_FORMAT "\n# vicu bed %s\n", t_us, job->bed);
}

/* Blanks end a field of a header. */
static char *
one_word(const char *text)
{
    char *word = g_strdup(text[0] != '\0' ? text : "NU");

    g_strdelimit(word, " \t/()", '_');
    /* but a unit may be a quotient */
    for (size_t i = 0; word[i] != '\0'; i++)
        if (text[i] == '/')
            word[i] = '/';
    return word;
}

static void
put_signal(FILE *file, const Signal *s, const StoreExportTrack *track, const StoreExportRun *run)
{
    char gain[32];
    g_autofree char *unit = one_word(store_export_plain_unit(track->stream->unit));
    int bits = s->format == 80 || s->format == 508 ? 8
               : s->format == 212                  ? 12
               : s->format == 32                   ? 32
                                                   : 16;

    vicu_number_format(run->gain, gain);
    fprintf(file, "%s %d", s->file, s->format);
    if (track->per_frame > 1)
        fprintf(file, "x%u", track->per_frame);
    fprintf(file, " %s(%d)/%s %d 0 %d %d 0 %s\n", gain, run->baseline, unit, bits, s->initial,
            (int16_t)s->sum, track->stream->label);
}

static bool
write_segment_header(Writing *w, GError **error)
{
    g_autofree char *name = g_strconcat(w->name, ".hea", NULL);
    FILE *file = store_export_out_open(w->job->out, name, error);

    if (file == NULL)
        return false;
    fprintf(file, "%s %u ", w->name, w->signals->len);
    put_rate(file, w->record);
    fprintf(file, " %" G_GUINT64_FORMAT, w->segment->n_frames);
    put_time(file, w->segment->t_us);
    fputc('\n', file);
    for (guint i = 0; i < w->signals->len; i++) {
        const Signal *s = &g_array_index(w->signals, Signal, i);
        put_signal(file, s, w->record->tracks->pdata[s->track],
                   run_of(w->record, w->segment, s->track));
    }
    put_remarks(file, w->job, w->segment->t_us);
    return store_export_out_close(w->job->out, file, name, error);
}

static bool
write_segment(StoreExportJob *job,
              const StoreExportRecord *record,
              const StoreExportSegment *segment,
              const char *name,
              GError **error)
{
    g_autoptr(GArray) signals = g_array_new(FALSE, TRUE, sizeof(Signal));
    Writing w = {
        .job = job, .record = record, .segment = segment, .name = name, .signals = signals};

    g_array_set_clear_func(signals, signal_clear);
    list_signals(&w);
    return (job->flac ? write_flac_files(&w, error) : write_one_file(&w, error))
           && write_segment_header(&w, error);
}

/* The layout: every signal, none of its samples. */
static bool
write_layout(StoreExportJob *job, const StoreExportRecord *record, const char *name, GError **error)
{
    g_autofree char *file_name = g_strconcat(name, ".hea", NULL);
    FILE *file = store_export_out_open(job->out, file_name, error);

    if (file == NULL)
        return false;
    fprintf(file, "%s %u ", name, record->tracks->len);
    put_rate(file, record);
    fputs(" 0\n", file);
    for (guint t = 0; t < record->tracks->len; t++) {
        const StoreExportTrack *track = record->tracks->pdata[t];
        const StoreExportRun *run = run_of(record, NULL, t);
        const Signal s = {.file = (char *)"~", .format = 0};
        char gain[32];
        g_autofree char *unit = one_word(store_export_plain_unit(track->stream->unit));
        vicu_number_format(run->gain, gain);
        fprintf(file, "%s 0", s.file);
        if (track->per_frame > 1)
            fprintf(file, "x%u", track->per_frame);
        fprintf(file, " %s(%d)/%s 16 0 0 0 0 %s\n", gain, run->baseline, unit,
                track->stream->label);
    }
    return store_export_out_close(job->out, file, file_name, error);
}

static bool
write_master(StoreExportJob *job, const StoreExportRecord *record, const char *name, GError **error)
{
    g_autofree char *file_name = g_strconcat(name, ".hea", NULL);
    const StoreExportSegment *first = &g_array_index(record->segments, StoreExportSegment, 0);
    uint64_t frames = 0;
    guint n = 1, number = 0;

    for (guint i = 0; i < record->segments->len; i++) {
        const StoreExportSegment *s = &g_array_index(record->segments, StoreExportSegment, i);
        frames += s->n_frames + (uint64_t)s->gap_frames;
        n += s->gap_frames > 0 ? 2 : 1;
    }
    FILE *file = store_export_out_open(job->out, file_name, error);
    if (file == NULL)
        return false;
    fprintf(file, "%s/%u %u ", name, n, record->tracks->len);
    put_rate(file, record);
    fprintf(file, " %" G_GUINT64_FORMAT, frames);
    put_time(file, first->t_us);
    fprintf(file, "\n%s_layout 0\n", name);
    for (guint i = 0; i < record->segments->len; i++) {
        const StoreExportSegment *s = &g_array_index(record->segments, StoreExportSegment, i);
        if (s->gap_frames > 0)
            fprintf(file, "~ %" G_GINT64_FORMAT "\n", s->gap_frames);
        fprintf(file, "%s_%04u %" G_GUINT64_FORMAT "\n", name, ++number, s->n_frames);
    }
    put_remarks(file, job, first->t_us);
    return store_export_out_close(job->out, file, file_name, error);
}

/* ---- records ---- */

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
    return write_layout(job, record, layout, error) && write_master(job, record, name, error);
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
