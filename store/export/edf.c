/* Records as EDF+: continuous, or with gaps (EDF+D).
 *
 * EDF has no mark for "no value": such samples are the lowest number, -32768, and
 * an annotation "no value: LABEL" says from when on and how long. A file holds one
 * gain for each signal; where a gain changes, or where the gap is too short for a
 * record to end in, a new file begins. The exact gain and zero stand in the
 * transducer field.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/edf.h"

#include <math.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "store/export/out.h"

#define MOST_RECORD_BYTES 61440 /* what EDF's authors recommend */
#define TEXT_BYTES        64    /* of annotations, for each signal and two more */

__extension__ typedef __int128 Wide;

typedef struct {
    int64_t onset_us, duration_us;
    char *text;
} Said;

/* One signal of the file. */
typedef struct {
    guint track;
    const StoreExportRun *scale; /* its first run here: gain and baseline */
    size_t column;
    int32_t min, max;  /* of its samples here */
    int64_t silent_us; /* since when it has no value; -1: it has */
} Signal;

typedef struct {
    StoreExportJob *job;
    const StoreExportRecord *record;
    guint from, to;   /* segments of this file */
    uint64_t frames;  /* in one record */
    int64_t start_us; /* of the file, whole seconds */
    GArray *signals;  /* Signal */
    VicuEdfWriter *writer;
    GQueue *waiting; /* Said: no room yet */
    guint next_annotation;
    int32_t *block; /* frames of one record */
    int16_t *samples;
} File;

static void
said_free(gpointer data)
{
    g_free(((Said *)data)->text);
    g_free(data);
}

static const StoreExportSegment *
segment_at(const File *f, guint i)
{
    return &g_array_index(f->record->segments, StoreExportSegment, i);
}

static int64_t
frames_us(const StoreExportRecord *record, uint64_t frames)
{
    return (int64_t)((Wide)frames * record->rate_den * G_USEC_PER_SEC / record->rate_num);
}

/* ---- how long a record is ---- */

static bool
is_writable(const StoreExportRecord *record, uint64_t frames)
{
    char text[9];
    double s = (double)frames * record->rate_den / record->rate_num;

    return vicu_edf_number(s, text)
           && fabs(g_ascii_strtod(text, NULL) * record->rate_num
                   - (double)frames * record->rate_den)
                  < 1e-9 * record->rate_num;
}

/* As near to a second as whole frames and eight characters allow. */
static uint64_t
frames_of_record(const StoreExportRecord *record, uint64_t most)
{
    uint64_t whole = record->rate_num; /* in rate_den seconds */
    uint64_t second = MAX(record->rate_num / record->rate_den, 1);

    for (uint64_t n = MIN(MIN(second, most), 100000); n > 1; n--)
        if (is_writable(record, n))
            return n;
    return is_writable(record, 1) ? 1 : whole;
}

/* ---- what goes in one file ---- */

static bool
same_scale(const StoreExportRun *a, const StoreExportRun *b)
{
    return memcmp(&a->gain, &b->gain, sizeof a->gain) == 0 && a->baseline == b->baseline;
}

/* Segments that follow each other without a gap, to the microsecond. */
static bool
follows(const StoreExportRecord *record, guint i)
{
    const StoreExportSegment *before = &g_array_index(record->segments, StoreExportSegment, i - 1);
    const StoreExportSegment *s = &g_array_index(record->segments, StoreExportSegment, i);

    return s->gap_frames == 0
           && llabs(before->t_us + frames_us(record, before->n_frames) - s->t_us) <= 2;
}

/* Frames of the stretch that segment @i ends. */
static uint64_t
stretch_frames(const File *f, guint i)
{
    uint64_t n = segment_at(f, i)->n_frames;

    for (; i > f->from && follows(f->record, i); i--)
        n += segment_at(f, i - 1)->n_frames;
    return n;
}

/* Whether segment @i can stand in the file that begins with @f->from. */
static bool
may_join(const File *f, guint i)
{
    const StoreExportSegment *s = segment_at(f, i);

    for (guint t = 0; t < f->record->tracks->len; t++)
        for (guint k = f->from; s->part[t].run != NULL && k < i; k++) {
            const StoreExportRun *run = segment_at(f, k)->part[t].run;
            if (run != NULL && !same_scale(run, s->part[t].run))
                return false;
        }
    if (follows(f->record, i))
        return true;
    /* the last record before the gap has to end before it does */
    uint64_t rest = stretch_frames(f, i - 1) % f->frames;
    const StoreExportSegment *before = segment_at(f, i - 1);
    int64_t end_us =
        before->t_us + frames_us(f->record, before->n_frames + (rest > 0 ? f->frames - rest : 0));
    return end_us <= s->t_us + 1;
}

/* ---- the header ---- */

static void
set_text(StoreExportJob *job, char *out, size_t size, const char *text, const char *thing)
{
    bool changed = strlen(text) >= size;

    for (size_t i = 0; i + 1 < size && text[i] != '\0'; i++) {
        bool fits = text[i] >= 32 && text[i] < 127;
        changed = changed || !fits;
        out[i] = fits ? text[i] : '?';
        out[i + 1] = '\0';
    }
    if (changed)
        store_export_note(job, "%s \"%s\" does not fit EDF's field: it is \"%s\"", thing, text,
                          out);
}

/* What @min..@max stands for, if EDF's eight characters can say it. */
static bool
set_range(const StoreExportRun *run, int32_t min, int32_t max, VicuEdfSignal *to)
{
    char text[9];

    to->digital_min = min;
    to->digital_max = max;
    to->physical_min = ((double)min - run->baseline) / run->gain;
    to->physical_max = ((double)max - run->baseline) / run->gain;
    return vicu_edf_number(to->physical_min, text) && vicu_edf_number(to->physical_max, text);
}

/* The whole range tells the gain best; else that of the samples. */
static bool
find_range(const Signal *s, VicuEdfSignal *to)
{
    return set_range(s->scale, -32767, 32767, to)
           || set_range(s->scale, MIN(s->min, s->max - 1), s->max, to);
}

static void
set_signal(File *f, const Signal *s, VicuEdfSignal *to)
{
    const StoreExportTrack *track = f->record->tracks->pdata[s->track];
    const StoreExportRun *run = s->scale;
    char gain[32];

    set_text(f->job, to->label, sizeof to->label, track->stream->label, "the label");
    set_text(f->job, to->unit, sizeof to->unit, store_export_plain_unit(track->stream->unit),
             "the unit");
    vicu_number_format(run->gain, gain);
    g_snprintf(to->transducer, sizeof to->transducer, "vicu gain %s baseline %d", gain,
               run->baseline);
    find_range(s, to);
    to->samples = (uint32_t)(track->per_frame * f->frames);
}

static void
list_signals(File *f)
{
    size_t column = 0;

    for (guint t = 0; t < f->record->tracks->len; t++) {
        const StoreExportTrack *track = f->record->tracks->pdata[t];
        Signal s = {
            .track = t, .column = column, .silent_us = -1, .min = INT32_MAX, .max = INT32_MIN};
        VicuEdfSignal range;
        for (guint i = f->from; i < f->to; i++) {
            const StoreExportRun *run = segment_at(f, i)->part[t].run;
            if (run != NULL && s.scale == NULL)
                s.scale = run;
            s.min = run != NULL ? MIN(s.min, run->min) : s.min;
            s.max = run != NULL ? MAX(s.max, run->max) : s.max;
        }
        if (s.min > s.max)
            s.min = s.max = 0;
        if (s.scale != NULL && s.min >= -32767 && s.max <= 32767 && find_range(&s, &range))
            g_array_append_val(f->signals, s);
        else if (s.scale != NULL)
            store_export_note(f->job,
                              "%s is left out: EDF has 16 bits for a sample and 8 characters for a "
                              "range, its samples are %d..%d and its gain is %g",
                              track->stream->name, s.min, s.max, s.scale->gain);
        column += track->per_frame;
    }
}

static bool
open_file(File *f, const char *name, GError **error)
{
    g_autoptr(VicuEdfHeader) h = g_new0(VicuEdfHeader, 1);
    g_autofree char *path = store_export_out_path(f->job->out, name, error);
    int64_t t_us = segment_at(f, f->from)->t_us;
    uint64_t common = f->frames * f->record->rate_den;

    if (path == NULL)
        return false;
    f->start_us = t_us - (t_us % G_USEC_PER_SEC + G_USEC_PER_SEC) % G_USEC_PER_SEC;
    g_autoptr(GDateTime) start = g_date_time_new_from_unix_utc(f->start_us / G_USEC_PER_SEC);
    static const char *const months[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                         "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
    g_strlcpy(h->patient, "X X X X", sizeof h->patient);
    g_snprintf(h->recording, sizeof h->recording, "Startdate %02d-%s-%04d %s X vICU",
               g_date_time_get_day_of_month(start), months[g_date_time_get_month(start) - 1],
               g_date_time_get_year(start), f->job->name);
    h->start_us = f->start_us;
    for (guint i = f->from + 1; i < f->to; i++)
        h->discontinuous = h->discontinuous || !follows(f->record, i);
    h->duration_num = (uint32_t)MIN(common, UINT32_MAX);
    h->duration_den = f->record->rate_num;
    h->n_signals = f->signals->len;
    h->signal = g_new0(VicuEdfSignal, h->n_signals);
    for (guint i = 0; i < f->signals->len; i++)
        set_signal(f, &g_array_index(f->signals, Signal, i), &h->signal[i]);
    size_t room = TEXT_BYTES * (h->n_signals + 2);
    f->writer = vicu_edf_writer_new(path, h, room, error);
    return f->writer != NULL;
}

/* ---- the records ---- */

static void
say(File *f, int64_t onset_us, int64_t duration_us, const char *text)
{
    Said *said = g_new(Said, 1);

    *said = (Said){onset_us, duration_us, g_strdup(text)};
    g_queue_push_tail(f->waiting, said);
}

static void
end_silence(File *f, Signal *s, int64_t t_us)
{
    const StoreExportTrack *track = f->record->tracks->pdata[s->track];
    g_autofree char *text = g_strdup_printf("no value: %.40s", track->stream->label);

    say(f, s->silent_us - f->start_us, t_us - s->silent_us, text);
    s->silent_us = -1;
}

/* Samples of a signal in the record that begins at @t_us; where it has none is said. */
static int16_t *
put_signal(File *f, Signal *s, int64_t t_us, int16_t *out)
{
    const StoreExportTrack *track = f->record->tracks->pdata[s->track];
    size_t width = store_export_width(f->record);
    uint32_t k = track->per_frame;

    for (uint64_t i = 0; i < f->frames * k; i++) {
        int32_t v = f->block[i / k * width + s->column + i % k];
        bool none = v == STORE_EXPORT_INVALID;
        if (none != (s->silent_us >= 0)) {
            int64_t at_us = t_us
                            + (int64_t)((Wide)i * f->record->rate_den * G_USEC_PER_SEC
                                        / ((uint64_t)f->record->rate_num * k));
            if (none)
                s->silent_us = at_us;
            else
                end_silence(f, s, at_us);
        }
        *out++ = none ? INT16_MIN : (int16_t)v;
    }
    return out;
}

static void
say_annotations(File *f, int64_t end_us)
{
    const GArray *all = f->job->annotations;

    for (; f->next_annotation < all->len; f->next_annotation++) {
        const StoreExportAnnotation *a =
            &g_array_index(all, StoreExportAnnotation, f->next_annotation);
        if (a->t_us >= end_us)
            break;
        if (a->t_us >= f->start_us && strlen(a->text) < TEXT_BYTES)
            say(f, a->t_us - f->start_us, -1, a->text);
    }
    while (!g_queue_is_empty(f->waiting)) {
        Said *said = g_queue_peek_head(f->waiting);
        if (!vicu_edf_writer_annotate(f->writer, said->onset_us, said->duration_us, said->text))
            break;
        said_free(g_queue_pop_head(f->waiting));
    }
}

static bool
put_record(File *f, int64_t t_us, bool last, GError **error)
{
    int16_t *out = f->samples;
    int64_t end_us = t_us + frames_us(f->record, f->frames);

    for (guint i = 0; i < f->signals->len; i++) {
        Signal *s = &g_array_index(f->signals, Signal, i);
        out = put_signal(f, s, t_us, out);
        if (last && s->silent_us >= 0)
            end_silence(f, s, end_us);
    }
    say_annotations(f, end_us);
    return vicu_edf_writer_record(f->writer, t_us - f->start_us, f->samples, error);
}

/* Segments @from..@to without a gap: whole records, the last one filled up with no values. */
static bool
put_stretch(File *f, guint from, guint to, GError **error)
{
    size_t width = store_export_width(f->record);
    uint64_t filled = 0, done = 0;
    int64_t t0_us = segment_at(f, from)->t_us;

    for (guint i = from; i < to; i++) {
        const StoreExportSegment *s = segment_at(f, i);
        for (uint64_t at = 0; at < s->n_frames;) {
            uint64_t n = MIN(s->n_frames - at, f->frames - filled);
            if (!store_export_frames(f->record, s, at, (size_t)n, f->block + filled * width, error))
                return false;
            at += n;
            filled += n;
            bool end = i + 1 == to && at == s->n_frames;
            if (filled < f->frames && !end)
                continue;
            for (uint64_t k = filled * width; k < f->frames * width; k++)
                f->block[k] = STORE_EXPORT_INVALID;
            if (!put_record(f, t0_us + frames_us(f->record, done), end, error))
                return false;
            done += f->frames;
            filled = 0;
        }
    }
    return true;
}

static bool
write_file(File *f, const char *name, GError **error)
{
    size_t width = store_export_width(f->record);

    list_signals(f);
    if (f->signals->len == 0)
        return true;
    if (f->frames * width * 2 > VICU_EDF_MAX_RECORD_BYTES / 2) {
        g_set_error(
            error, VICU_ERROR, VICU_ERROR_FORMAT,
            "%s: EDF needs a whole number of samples in a record, which makes %" G_GUINT64_FORMAT
            " frames of one: too many; export fewer --signals, or as WFDB",
            name, f->frames);
        return false;
    }
    f->block = g_new(int32_t, f->frames * width);
    f->samples = g_new(int16_t, f->frames * width);
    if (!open_file(f, name, error))
        return false;
    for (guint from = f->from; from < f->to;) {
        guint to = from + 1;
        while (to < f->to && follows(f->record, to))
            to++;
        if (!put_stretch(f, from, to, error))
            return false;
        from = to;
    }
    if (!g_queue_is_empty(f->waiting))
        store_export_note(f->job, "%s: %u annotations found no room", name,
                          g_queue_get_length(f->waiting));
    return vicu_edf_writer_finish(f->writer, error);
}

static void
file_clear(File *f)
{
    g_clear_pointer(&f->writer, vicu_edf_writer_free);
    g_queue_free_full(f->waiting, said_free);
    g_array_unref(f->signals);
    g_free(f->block);
    g_free(f->samples);
}

static bool
write_record(StoreExportJob *job,
             const StoreExportRecord *record,
             const char *stem,
             guint *n,
             GError **error)
{
    size_t width = store_export_width(record);
    uint64_t most = MAX(MOST_RECORD_BYTES / 2 / width, 1);
    bool ok = true;

    for (guint from = 0; ok && from < record->segments->len;) {
        File f = {.job = job,
                  .record = record,
                  .from = from,
                  .to = from + 1,
                  .frames = frames_of_record(record, most),
                  .signals = g_array_new(FALSE, FALSE, sizeof(Signal)),
                  .waiting = g_queue_new()};
        while (f.to < record->segments->len && may_join(&f, f.to))
            f.to++;
        g_autofree char *name =
            ++*n == 1 ? g_strdup_printf("%s.edf", stem) : g_strdup_printf("%s-%u.edf", stem, *n);
        ok = write_file(&f, name, error);
        from = f.to;
        file_clear(&f);
    }
    return ok;
}

bool
store_export_edf(StoreExportJob *job, const GPtrArray *records, GError **error)
{
    guint n[2] = {0, 0};

    for (guint i = 0; i < records->len; i++) {
        const StoreExportRecord *record = records->pdata[i];
        g_autofree char *stem = g_strdup_printf("%s%s", job->name, record->wave ? "" : "-n");
        if (!write_record(job, record, stem, &n[record->wave], error))
            return false;
    }
    if (n[1] > 1)
        store_export_note(job,
                          "%u files: one file holds one gain of each signal, rates that go into "
                          "each other, and gaps in which a record can end",
                          n[1]);
    return true;
}
