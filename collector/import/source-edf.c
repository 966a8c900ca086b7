/* An EDF or EDF+ file for the importer: continuous or with gaps.
 *
 * Digital values are kept as they are. Gain and offset follow from the ranges in
 * the header; our own files say them exactly beside (common/edf.h has no room
 * for more than 8 characters of a range). Annotations become events.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "collector/import/source.h"
#include "common/edf.h"
#include "common/error.h"

#define OWN_REMARK "vicu gain "

typedef struct {
    size_t signal; /* in the file */
    uint32_t period_num, period_den;
    double gain;
    int32_t baseline;
    gboolean ours;   /* -32768 means that there is no value */
    uint64_t lowest; /* samples that are -32768 in a foreign file */
} Stream;

/* Records that follow each other without a gap. */
typedef struct {
    int64_t first;
    int64_t t0_us; /* from the file's start */
} Stretch;

typedef struct {
    CollectorImportSource base;
    VicuEdfReader *reader;
    GArray *stream;  /* Stream, by signal of the source */
    GArray *stretch; /* Stretch */
    int64_t piece_records;
    int16_t *samples;
    CollectorImportOut *out; /* while a piece is read */
} Edf;

__extension__ typedef __int128 Wide;

static const Stretch *
stretch_of(const Edf *self, int64_t record, int64_t *end)
{
    guint low = 0, high = self->stretch->len;

    while (high - low > 1) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(self->stretch, Stretch, middle).first <= record)
            low = middle;
        else
            high = middle;
    }
    *end = high < self->stretch->len ? g_array_index(self->stretch, Stretch, high).first
                                     : vicu_edf_reader_records(self->reader);
    return &g_array_index(self->stretch, Stretch, low);
}

static int64_t
zero_us(const Edf *self)
{
    /* times of a file count from its start field; at_us is its first record */
    int64_t first_us = vicu_edf_reader_onset_us(self->reader, 0);

    return self->base.at_us - first_us;
}

static void
on_annotation(int64_t onset_us, int64_t duration_us, const char *text, gpointer user)
{
    Edf *self = user;
    g_autofree char *key =
        duration_us >= 0 ? g_strdup_printf("%.6f s", (double)duration_us / 1e6) : g_strdup("");

    if (g_str_has_prefix(text, "no value: "))
        return; /* our own: the samples say it */
    collector_import_out_event(self->out, zero_us(self) + onset_us, "annotation", key, text);
}

static gboolean
put_annotations(Edf *self, const uint8_t *record, int64_t i, GError **error)
{
    const VicuEdfHeader *h = vicu_edf_reader_header(self->reader);
    g_autofree char *what = g_strdup_printf("%s: record %" G_GINT64_FORMAT, self->base.path, i);
    int64_t onset_us = 0;

    for (size_t s = 0; s < h->n_signals; s++)
        if (h->signal[s].annotations
            && !vicu_edf_annotations_parse(what, record + h->signal[s].offset,
                                           2u * h->signal[s].samples, &onset_us, on_annotation,
                                           self, error))
            return FALSE;
    return TRUE;
}

static void
put_numbers(Edf *self,
            size_t i,
            const Stretch *stretch,
            uint64_t first,
            const VicuEdfSignal *signal,
            CollectorImportOut *out)
{
    const Stream *s = &g_array_index(self->stream, Stream, i);
    uint32_t period_ms = (uint32_t)MIN((uint64_t)s->period_num * 1000 / s->period_den, 86400000);

    for (uint32_t k = 0; k < signal->samples; k++) {
        int64_t t_us = zero_us(self) + stretch->t0_us
                       + collector_sample_time_us(first + k, s->period_num, s->period_den);
        gboolean none = self->samples[k] == COLLECTOR_SAMPLE_INVALID && s->ours;
        collector_import_out_number(
            out, i, t_us, none ? 0 : (self->samples[k] - s->baseline) / s->gain, none, period_ms);
    }
}

/* Samples @first.. of a run; our own "no value" leaves a hole in its numbers. */
static void
put_wave(Edf *self,
         size_t i,
         const CollectorImportRun *run,
         uint64_t first,
         size_t n,
         CollectorImportOut *out)
{
    const Stream *s = &g_array_index(self->stream, Stream, i);

    for (size_t at = 0, end = 0; at < n; at = end) {
        gboolean none = s->ours && self->samples[at] == COLLECTOR_SAMPLE_INVALID;
        end = s->ours ? at + 1 : n;
        while (end < n && (self->samples[end] == COLLECTOR_SAMPLE_INVALID) == none)
            end++;
        if (!none)
            collector_import_out_wave(out, i, run, first + at, self->samples + at, end - at);
    }
}

static void
put_record(Edf *self, const uint8_t *record, int64_t at, CollectorImportOut *out)
{
    const VicuEdfHeader *h = vicu_edf_reader_header(self->reader);
    int64_t end = 0;
    const Stretch *stretch = stretch_of(self, at, &end);

    for (guint i = 0; i < self->stream->len; i++) {
        const Stream *s = &g_array_index(self->stream, Stream, i);
        const VicuEdfSignal *signal = &h->signal[s->signal];
        const CollectorImportSignal *to = self->base.signals->pdata[i];
        uint64_t first = (uint64_t)(at - stretch->first) * signal->samples;
        for (uint32_t k = 0; k < signal->samples; k++)
            self->samples[k] = vicu_edf_sample(record, signal, k);
        if (to->numeric != NULL) {
            put_numbers(self, i, stretch, first, signal, out);
            continue;
        }
        const CollectorImportRun run = {zero_us(self) + stretch->t0_us, s->period_num,
                                        s->period_den, s->gain, s->baseline};
        put_wave(self, i, &run, first, signal->samples, out);
    }
}

/* The gap in front of the stretch that begins with record @at. */
static void
put_gap(Edf *self, int64_t at, CollectorImportOut *out)
{
    const VicuEdfHeader *h = vicu_edf_reader_header(self->reader);
    int64_t end = 0;

    if (at == 0 || stretch_of(self, at, &end)->first != at)
        return;
    int64_t from_us = vicu_edf_reader_onset_us(self->reader, at - 1)
                      + collector_sample_time_us(1, h->duration_num, h->duration_den);
    for (guint i = 0; i < self->stream->len; i++)
        collector_import_out_gap(out, i, zero_us(self) + from_us,
                                 zero_us(self) + vicu_edf_reader_onset_us(self->reader, at),
                                 "nothing was recorded");
}

static gboolean
piece(CollectorImportSource *base, uint64_t k, CollectorImportOut *out, GError **error)
{
    Edf *self = (Edf *)base;
    int64_t at = (int64_t)k * self->piece_records;
    int64_t end = MIN(at + self->piece_records, vicu_edf_reader_records(self->reader));

    self->out = out;
    for (; at < end; at++) {
        const uint8_t *record = vicu_edf_reader_record(self->reader, at, error);
        if (record == NULL || !put_annotations(self, record, at, error))
            return FALSE;
        put_gap(self, at, out);
        put_record(self, record, at, out);
    }
    return TRUE;
}

static void
edf_free(CollectorImportSource *base)
{
    Edf *self = (Edf *)base;

    vicu_edf_reader_free(self->reader);
    g_array_unref(self->stream);
    g_array_unref(self->stretch);
    g_free(self->samples);
    collector_import_source_clear(base);
    g_free(self);
}

/* ---- opening ---- */

/* "vicu gain G baseline B", as our own export writes it beside the ranges. */
static gboolean
take_remark(const char *text, double *gain, int32_t *baseline)
{
    char *end = NULL;

    if (!g_str_has_prefix(text, OWN_REMARK))
        return FALSE;
    *gain = g_ascii_strtod(text + strlen(OWN_REMARK), &end);
    if (!g_str_has_prefix(end, " baseline ") || !isfinite(*gain) || *gain == 0)
        return FALSE;
    const char *number = end + strlen(" baseline ");
    gint64 value = g_ascii_strtoll(number, &end, 10);
    *baseline = (int32_t)value;
    return end != number && *end == '\0' && value >= INT32_MIN && value <= INT32_MAX;
}

static gboolean
set_scale(Edf *self, Stream *s, const VicuEdfSignal *signal, GError **error)
{
    double baseline = signal->digital_min
                      - signal->physical_min * (signal->digital_max - signal->digital_min)
                            / (signal->physical_max - signal->physical_min);

    s->gain =
        (signal->digital_max - signal->digital_min) / (signal->physical_max - signal->physical_min);
    if (!(fabs(baseline) < 2e9) || !isfinite(s->gain)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: signal \"%s\": the range %d..%d is %g..%g %s: its zero lies too far away",
                    self->base.path, signal->label, signal->digital_min, signal->digital_max,
                    signal->physical_min, signal->physical_max, signal->unit);
        return FALSE;
    }
    double gain = 0;
    int32_t exact = 0;
    s->baseline = (int32_t)lround(baseline);
    /* the remark is believed where it agrees with the ranges, as far as those tell */
    if (take_remark(signal->transducer, &gain, &exact)
        && fabs(gain - s->gain) <= fabs(gain) * 1e-3) {
        s->gain = gain;
        s->baseline = exact;
        s->ours = TRUE;
    } else if (fabs(baseline - s->baseline) > 1e-6) {
        collector_import_source_note(
            &self->base,
            "signal %s: its zero lies at %.4f steps, which becomes %d: every value is %.3g %s off",
            signal->label, baseline, s->baseline, fabs((baseline - s->baseline) / s->gain),
            signal->unit);
    }
    return TRUE;
}

/* "ECG II" and the like: EDF+ puts the kind in front. */
static const char *
plain_label(const char *label)
{
    return label[0] != '\0' ? label : "unnamed";
}

static gboolean
add_signals(Edf *self, GError **error)
{
    const VicuEdfHeader *h = vicu_edf_reader_header(self->reader);
    size_t most = 1;

    for (size_t i = 0; i < h->n_signals; i++) {
        const VicuEdfSignal *signal = &h->signal[i];
        Stream s = {.signal = i};
        if (signal->annotations)
            continue;
        uint64_t per_s = (uint64_t)signal->samples * h->duration_den;
        if (!collector_import_period(h->duration_num, per_s, &s.period_num, &s.period_den)) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "%s: signal \"%s\": %u samples in %u/%u s do not fit 32 bits",
                        self->base.path, signal->label, signal->samples, h->duration_num,
                        h->duration_den);
            return FALSE;
        }
        if (!set_scale(self, &s, signal, error))
            return FALSE;
        collector_import_source_add(&self->base, plain_label(signal->label), signal->unit,
                                    per_s <= (uint64_t)COLLECTOR_IMPORT_SLOW_HZ * h->duration_num);
        g_array_append_val(self->stream, s);
        most = MAX(most, signal->samples);
    }
    self->samples = g_new(int16_t, most);
    return TRUE;
}

static void
add_stretch(Edf *self, int64_t first, int64_t t0_us)
{
    const Stretch stretch = {first, t0_us};

    g_array_append_val(self->stretch, stretch);
}

/* Where records do not follow each other to the microsecond a new stretch begins. */
static gboolean
find_stretches(Edf *self, GError **error)
{
    const VicuEdfHeader *h = vicu_edf_reader_header(self->reader);
    int64_t n = vicu_edf_reader_records(self->reader), first = 0;

    if (n == 0 || self->stream->len == 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: %u signals, %" G_GINT64_FORMAT " records: nothing to import",
                    self->base.path, self->stream->len, n);
        return FALSE;
    }
    add_stretch(self, 0, vicu_edf_reader_onset_us(self->reader, 0));
    for (int64_t i = 1; i < n; i++) {
        int64_t t_us = vicu_edf_reader_onset_us(self->reader, i);
        int64_t expected_us =
            g_array_index(self->stretch, Stretch, self->stretch->len - 1).t0_us
            + (int64_t)((Wide)(i - first) * h->duration_num * G_USEC_PER_SEC / h->duration_den);
        if (llabs(t_us - expected_us) <= 1)
            continue;
        if (t_us < expected_us) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "%s: record %" G_GINT64_FORMAT " begins %.6f s before the one in front of "
                        "it ends",
                        self->base.path, i, (double)(expected_us - t_us) / 1e6);
            return FALSE;
        }
        first = i;
        add_stretch(self, i, t_us);
    }
    if (!h->discontinuous && self->stretch->len > 1)
        collector_import_source_note(
            &self->base,
            "the file says that it has no gaps, but its records do not follow each other at %u "
            "places: they are kept as gaps",
            self->stretch->len - 1);
    return TRUE;
}

/* A foreign file uses -32768 as a value like any other; here it means none. */
static gboolean
count_lowest(Edf *self, GError **error)
{
    const VicuEdfHeader *h = vicu_edf_reader_header(self->reader);
    gboolean may = FALSE;

    for (guint i = 0; i < self->stream->len; i++) {
        const Stream *s = &g_array_index(self->stream, Stream, i);
        may = may || (!s->ours && h->signal[s->signal].digital_min == INT16_MIN);
    }
    for (int64_t at = 0; may && at < vicu_edf_reader_records(self->reader); at++) {
        const uint8_t *record = vicu_edf_reader_record(self->reader, at, error);
        if (record == NULL)
            return FALSE;
        for (guint i = 0; i < self->stream->len; i++) {
            Stream *s = &g_array_index(self->stream, Stream, i);
            for (uint32_t k = 0; !s->ours && k < h->signal[s->signal].samples; k++)
                s->lowest += vicu_edf_sample(record, &h->signal[s->signal], k) == INT16_MIN;
        }
    }
    for (guint i = 0; i < self->stream->len; i++) {
        const Stream *s = &g_array_index(self->stream, Stream, i);
        if (s->lowest > 0)
            collector_import_source_note(&self->base,
                                         "signal %s: %" G_GUINT64_FORMAT
                                         " samples are -32768, the end of the range: kept as \"no "
                                         "value\"",
                                         h->signal[s->signal].label, s->lowest);
    }
    return TRUE;
}

/* How much of record @at has values, our own filling left out. */
static int64_t
valued_us(const Edf *self, const uint8_t *record)
{
    const VicuEdfHeader *h = vicu_edf_reader_header(self->reader);
    int64_t most_us = 0;

    for (guint i = 0; i < self->stream->len; i++) {
        const Stream *s = &g_array_index(self->stream, Stream, i);
        const VicuEdfSignal *signal = &h->signal[s->signal];
        uint32_t n = signal->samples;
        while (n > 0 && s->ours && vicu_edf_sample(record, signal, n - 1) == INT16_MIN)
            n--;
        most_us = MAX(most_us, collector_sample_time_us(n, s->period_num, s->period_den));
    }
    return most_us;
}

/* Up to the last value. */
static gboolean
set_span(Edf *self, GError **error)
{
    int64_t i = vicu_edf_reader_records(self->reader), us = 0;

    while (i > 0 && us == 0) {
        const uint8_t *record = vicu_edf_reader_record(self->reader, --i, error);
        if (record == NULL)
            return FALSE;
        us = valued_us(self, record);
    }
    self->base.span_us = MAX(vicu_edf_reader_onset_us(self->reader, i)
                                 - vicu_edf_reader_onset_us(self->reader, 0) + us,
                             1);
    return TRUE;
}

static void
set_pieces(Edf *self)
{
    const VicuEdfHeader *h = vicu_edf_reader_header(self->reader);
    int64_t n = vicu_edf_reader_records(self->reader);
    int64_t by_bytes = COLLECTOR_IMPORT_PIECE_BYTES / (int64_t)h->record_bytes;
    int64_t by_time = (int64_t)collector_samples_ended(COLLECTOR_IMPORT_PIECE_US, h->duration_num,
                                                       h->duration_den);
    int64_t first_us = vicu_edf_reader_onset_us(self->reader, 0);

    self->piece_records = MAX(MIN(by_bytes, by_time), 1);
    self->base.n_pieces = (uint64_t)((n + self->piece_records - 1) / self->piece_records);
    self->base.start_us = h->start_us + first_us;
    for (guint i = 0; i < self->stream->len; i++)
        self->base.n_samples +=
            (uint64_t)n * h->signal[g_array_index(self->stream, Stream, i).signal].samples;
}

CollectorImportSource *
collector_import_edf_open(const char *path, GError **error)
{
    Edf *self = g_new0(Edf, 1);

    self->base.piece = piece;
    self->base.free = edf_free;
    collector_import_source_init(&self->base, "edf", path);
    g_ptr_array_add(self->base.files, g_strdup(path));
    self->stream = g_array_new(FALSE, FALSE, sizeof(Stream));
    self->stretch = g_array_new(FALSE, FALSE, sizeof(Stretch));
    self->reader = vicu_edf_reader_open(path, error);
    if (self->reader == NULL || !add_signals(self, error) || !find_stretches(self, error)
        || !count_lowest(self, error) || !set_span(self, error)) {
        edf_free(&self->base);
        return NULL;
    }
    set_pieces(self);
    return &self->base;
}
