/* Headers of WFDB records: of a segment, of the layout, of the master.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/json.h"
#include "store/export/wfdb-inner.h"

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
put_signal(FILE *file,
           const WfdbSignal *s,
           const StoreExportTrack *track,
           const StoreExportRun *run)
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

bool
store_export_wfdb_segment_header(WfdbWriting *w, GError **error)
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
        const WfdbSignal *s = &g_array_index(w->signals, WfdbSignal, i);
        put_signal(file, s, w->record->tracks->pdata[s->track],
                   store_export_wfdb_run(w->record, w->segment, s->track));
    }
    put_remarks(file, w->job, w->segment->t_us);
    return store_export_out_close(w->job->out, file, name, error);
}

bool
store_export_wfdb_layout(StoreExportJob *job,
                         const StoreExportRecord *record,
                         const char *name,
                         GError **error)
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
        const StoreExportRun *run = store_export_wfdb_run(record, NULL, t);
        const WfdbSignal s = {.file = (char *)"~", .format = 0};
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

bool
store_export_wfdb_master(StoreExportJob *job,
                         const StoreExportRecord *record,
                         const char *name,
                         GError **error)
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
