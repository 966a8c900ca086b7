/* A WFDB record, single or of many segments, for the importer.
 *
 * Every stored integer of 16 bits or fewer is kept with gain and baseline. Samples
 * of wider formats (and of differences, format 8) are kept too where all of the
 * signal fit 16 bits; else they are divided by the power of two that makes them
 * fit and rounded, and the user is told.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/import/source.h"
#include "collector/sources/wfdb-player.h"
#include "collector/sources/wfdb-record.h"
#include "common/error.h"

#define SCAN_FRAMES 65536
#define REMARK      "# vicu t0_us "

typedef struct {
    uint32_t period_num, period_den;
    int shift; /* > 0: stored = (sample - baseline) / 2^shift */
    gboolean wide;
} Stream;

typedef struct {
    CollectorImportSource base;
    CollectorWfdbRecord *record;
    Stream *stream;
    size_t n;
    int64_t piece_frames;
    int32_t *block;
    int16_t *samples;
    gboolean ours;       /* written by us: 0 is a value */
    int64_t *segment_us; /* of each segment as it says itself; NULL: by its frame */
} Wfdb;

static int64_t
frame_us(const Wfdb *self, int64_t frame)
{
    const CollectorWfdbHeader *h = collector_wfdb_record_header(self->record);

    return self->base.at_us + collector_sample_time_us((uint64_t)frame, h->rate_den, h->rate_num);
}

/* Sample 0 of the segment that begins at frame @first. */
static int64_t
segment_us(const Wfdb *self, const CollectorWfdbRun *run)
{
    if (self->segment_us != NULL && self->segment_us[run->segment] != COLLECTOR_IMPORT_NO_TIME)
        return self->segment_us[run->segment] - self->base.start_us + self->base.at_us;
    return frame_us(self, run->segment_first);
}

static void
put_wave(Wfdb *self, size_t i, const CollectorWfdbRun *run, int64_t frame, CollectorImportOut *out)
{
    const CollectorWfdbChannel *channel = collector_wfdb_record_channel(self->record, i);
    const CollectorWfdbSignal *signal = run->signal[i];
    const Stream *s = &self->stream[i];
    size_t width = collector_wfdb_record_width(self->record), n = 0;
    uint32_t k = channel->samples_per_frame;
    const CollectorImportRun to = {
        .t0_us = segment_us(self, run),
        .period_num = s->period_num,
        .period_den = s->period_den,
        .gain = ldexp(signal->gain, -s->shift),
        .baseline = s->shift > 0 ? 0 : signal->baseline,
    };

    for (size_t f = 0; f < run->n_frames; f++)
        for (uint32_t j = 0; j < k; j++)
            self->samples[n++] = collector_wfdb_to_wire(
                signal, s->shift, self->block[f * width + channel->offset + j]);
    collector_import_out_wave(out, i, &to, (uint64_t)(frame - run->segment_first) * k,
                              self->samples, n);
}

static void
put_numbers(
    Wfdb *self, size_t i, const CollectorWfdbRun *run, int64_t frame, CollectorImportOut *out)
{
    const CollectorWfdbChannel *channel = collector_wfdb_record_channel(self->record, i);
    const CollectorWfdbSignal *signal = run->signal[i];
    const CollectorImportSignal *to = self->base.signals->pdata[i];
    const Stream *s = &self->stream[i];
    size_t width = collector_wfdb_record_width(self->record);
    uint64_t first = (uint64_t)(frame - run->segment_first);
    uint32_t period_ms = (uint32_t)MIN((uint64_t)s->period_num * 1000 / s->period_den, 86400000);

    for (size_t f = 0; f < run->n_frames; f++) {
        int32_t sample = self->block[f * width + channel->offset];
        gboolean none =
            sample == COLLECTOR_WFDB_INVALID
            || (sample == 0 && !self->ours && collector_wfdb_zero_is_no_value(to->numeric));
        int64_t t_us = segment_us(self, run)
                       + collector_sample_time_us(first + f, s->period_num, s->period_den);
        double value = none ? 0 : ((double)sample - signal->baseline) / signal->gain;
        collector_import_out_number(out, i, t_us, value, none, period_ms);
    }
}

static void
put_gap(Wfdb *self, const CollectorWfdbRun *run, int64_t frame, CollectorImportOut *out)
{
    if (frame != run->segment_first)
        return; /* said at its beginning */
    const CollectorWfdbHeader *h = collector_wfdb_record_header(self->record);
    int64_t end = run->segment_first + h->segments[run->segment].n_frames;
    for (size_t i = 0; i < self->n; i++)
        collector_import_out_gap(out, i, frame_us(self, frame), frame_us(self, end),
                                 run->presence == COLLECTOR_WFDB_GAP
                                     ? "nothing was recorded"
                                     : "a file of the recording is absent");
}

static gboolean
piece(CollectorImportSource *base, uint64_t k, CollectorImportOut *out, GError **error)
{
    Wfdb *self = (Wfdb *)base;
    int64_t frame = (int64_t)k * self->piece_frames;
    int64_t end = MIN(frame + self->piece_frames, collector_wfdb_record_frames(self->record));

    while (frame < end) {
        CollectorWfdbRun run;
        if (!collector_wfdb_record_read(self->record, frame, (size_t)(end - frame), self->block,
                                        &run, error))
            return FALSE;
        if (run.n_frames == 0)
            break;
        if (run.presence != COLLECTOR_WFDB_PRESENT)
            put_gap(self, &run, frame, out);
        for (size_t i = 0; run.presence == COLLECTOR_WFDB_PRESENT && i < self->n; i++) {
            const CollectorImportSignal *signal = base->signals->pdata[i];
            if (run.signal[i] == NULL)
                continue; /* not recorded in this segment */
            if (signal->numeric != NULL)
                put_numbers(self, i, &run, frame, out);
            else
                put_wave(self, i, &run, frame, out);
        }
        frame += (int64_t)run.n_frames;
    }
    return TRUE;
}

static void
wfdb_free(CollectorImportSource *base)
{
    Wfdb *self = (Wfdb *)base;

    collector_wfdb_record_free(self->record);
    g_free(self->stream);
    g_free(self->block);
    g_free(self->samples);
    g_free(self->segment_us);
    collector_import_source_clear(base);
    g_free(self);
}

/* ---- opening ---- */

/* "hh:mm:ss.ffffff" with 1 to 3 fields in front of the point. */
static gboolean
parse_clock(const char *text, int64_t *us)
{
    int64_t field[3] = {0}, fraction = 0, unit = G_USEC_PER_SEC;
    int n = 0;

    for (const char *c = text; *c != '\0'; c++) {
        if (*c == ':' && unit == G_USEC_PER_SEC && n < 2) {
            n++;
        } else if (*c == '.' && unit == G_USEC_PER_SEC) {
            unit /= 10;
        } else if (!g_ascii_isdigit(*c)) {
            return FALSE;
        } else if (unit == G_USEC_PER_SEC) {
            field[n] = field[n] * 10 + (*c - '0');
            if (field[n] > 1000000)
                return FALSE;
        } else {
            fraction += (*c - '0') * unit;
            unit /= 10;
        }
    }
    int64_t s = 0;
    for (int i = 0; i <= n; i++)
        s = s * 60 + field[i];
    *us = s * G_USEC_PER_SEC + fraction;
    return TRUE;
}

static int64_t
start_of(const CollectorWfdbHeader *h)
{
    int day = 0, month = 0, year = 0;
    int64_t us = 0;
    g_auto(GStrv) part = h->base_date != NULL ? g_strsplit(h->base_date, "/", 4) : NULL;

    if (part == NULL || g_strv_length(part) != 3 || h->base_time == NULL
        || !parse_clock(h->base_time, &us))
        return COLLECTOR_IMPORT_NO_TIME;
    day = atoi(part[0]);
    month = atoi(part[1]);
    year = atoi(part[2]);
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) date = g_date_time_new(utc, year, month, day, 0, 0, 0);
    return date != NULL ? g_date_time_to_unix(date) * G_USEC_PER_SEC + us
                        : COLLECTOR_IMPORT_NO_TIME;
}

/* The time that our own export wrote into a header; NO_TIME: none. */
static int64_t
remark_of(const char *path)
{
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return COLLECTOR_IMPORT_NO_TIME;
    const char *at = strstr(text, "\n" REMARK);
    return at != NULL ? g_ascii_strtoll(at + strlen("\n" REMARK), NULL, 10)
                      : COLLECTOR_IMPORT_NO_TIME;
}

static void
add_file(GHashTable *seen, GPtrArray *files, const char *path)
{
    if (g_file_test(path, G_FILE_TEST_IS_REGULAR) && g_hash_table_add(seen, g_strdup(path)))
        g_ptr_array_add(files, g_strdup(path));
}

static void
add_signal_files(GHashTable *seen,
                 GPtrArray *files,
                 const char *folder,
                 const CollectorWfdbHeader *h)
{
    for (size_t i = 0; h->signals != NULL && i < h->n_signals; i++) {
        if (h->signals[i].file == NULL)
            continue;
        g_autofree char *path = g_build_filename(folder, h->signals[i].file, NULL);
        add_file(seen, files, path);
    }
}

/* All files of the record, and what its segments say of their times. */
static gboolean
look_at_files(Wfdb *self, GError **error)
{
    const CollectorWfdbHeader *h = collector_wfdb_record_header(self->record);
    g_autofree char *folder = g_path_get_dirname(self->base.path);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    int64_t remark_us = remark_of(self->base.path);

    self->ours = remark_us != COLLECTOR_IMPORT_NO_TIME;
    if (self->ours)
        self->base.start_us = remark_us;
    if (self->ours && h->n_segments > 0)
        self->segment_us = g_new0(int64_t, h->n_segments);
    add_file(seen, self->base.files, self->base.path);
    add_signal_files(seen, self->base.files, folder, h);
    for (size_t i = 0; i < h->n_segments; i++) {
        if (self->segment_us != NULL)
            self->segment_us[i] = COLLECTOR_IMPORT_NO_TIME;
        if (h->segments[i].name == NULL)
            continue;
        g_autofree char *path = g_strdup_printf("%s/%s.hea", folder, h->segments[i].name);
        if (!g_file_test(path, G_FILE_TEST_IS_REGULAR))
            continue;
        g_autoptr(CollectorWfdbHeader) part = collector_wfdb_header_load(path, error);
        if (part == NULL)
            return FALSE;
        add_file(seen, self->base.files, path);
        add_signal_files(seen, self->base.files, folder, part);
        if (self->segment_us != NULL)
            self->segment_us[i] = remark_of(path);
    }
    return TRUE;
}

static gboolean
add_signals(Wfdb *self, GError **error)
{
    const CollectorWfdbHeader *h = collector_wfdb_record_header(self->record);

    for (size_t i = 0; i < self->n; i++) {
        const CollectorWfdbChannel *channel = collector_wfdb_record_channel(self->record, i);
        uint64_t per_s = (uint64_t)h->rate_num * channel->samples_per_frame;
        gboolean slow = per_s <= (uint64_t)COLLECTOR_IMPORT_SLOW_HZ * h->rate_den;
        if (!collector_import_period(h->rate_den, per_s, &self->stream[i].period_num,
                                     &self->stream[i].period_den)) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "%s: signal %s: a period of %u/%" G_GUINT64_FORMAT
                        " s does not fit 32 bits",
                        self->base.path, channel->name, h->rate_den, per_s);
            return FALSE;
        }
        collector_import_source_add(&self->base, channel->label, channel->unit, slow);
    }
    return TRUE;
}

static gboolean
is_wide(const CollectorWfdbSignal *signal)
{
    return signal->format == 8 || collector_wfdb_format_bits(signal->format) > 16;
}

static int
shift_for(int64_t farthest)
{
    int shift = 0;

    while ((farthest >> shift) >= INT16_MAX)
        shift++;
    return shift;
}

/* Widest samples of each signal, read through once where any may not fit. */
static gboolean
scan_wide(Wfdb *self, GError **error)
{
    int64_t n = collector_wfdb_record_frames(self->record);
    size_t width = collector_wfdb_record_width(self->record);
    size_t step = MAX(SCAN_FRAMES / MAX(width, 1), 1);
    g_autofree int32_t *block = g_new(int32_t, step * MAX(width, 1));
    g_autofree int64_t *farthest = g_new0(int64_t, self->n);
    g_autofree gboolean *overflows = g_new0(gboolean, self->n);
    CollectorWfdbRun run;
    gboolean any = FALSE;

    for (int64_t f = 0; f < n; f += (int64_t)run.n_frames) {
        if (!collector_wfdb_record_read(self->record, f, step, block, &run, error))
            return FALSE;
        if (run.n_frames == 0)
            break;
        gboolean wide_here = FALSE;
        for (size_t i = 0; i < self->n; i++) {
            const CollectorWfdbSignal *signal = run.signal[i];
            if (signal == NULL || !is_wide(signal))
                continue;
            wide_here = any = TRUE;
            const CollectorWfdbChannel *c = collector_wfdb_record_channel(self->record, i);
            for (size_t k = 0; k < run.n_frames * c->samples_per_frame; k++) {
                int32_t v =
                    block[k / c->samples_per_frame * width + c->offset + k % c->samples_per_frame];
                if (v == COLLECTOR_WFDB_INVALID)
                    continue;
                overflows[i] = overflows[i] || v <= INT16_MIN || v > INT16_MAX;
                farthest[i] = MAX(farthest[i], llabs((int64_t)v - signal->baseline));
            }
        }
        if (!wide_here && collector_wfdb_record_header(self->record)->n_segments == 0)
            break; /* a single record without a wide signal */
    }
    for (size_t i = 0; any && i < self->n; i++) {
        const CollectorImportSignal *signal = self->base.signals->pdata[i];
        if (!overflows[i] || signal->numeric != NULL)
            continue;
        self->stream[i].shift = shift_for(farthest[i]);
        collector_import_source_note(
            &self->base,
            "signal %s does not fit 16 bits: kept in steps of %d, at most half of one off",
            signal->label, 1 << self->stream[i].shift);
    }
    return TRUE;
}

/* Every sum of the header against the samples, before anything is sent. */
static gboolean
check_sums(Wfdb *self, GError **error)
{
    g_autoptr(GPtrArray) checks = collector_wfdb_record_check(self->record, error);

    for (guint i = 0; checks != NULL && i < checks->len; i++) {
        const CollectorWfdbCheck *check = checks->pdata[i];
        if (!check->has_checksum || check->checksum_expected == check->checksum_found)
            continue;
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: segment %s, signal %s: the samples add up to %u, the header says %u: they "
                    "are not those that were recorded; nothing was imported (--unchecked imports "
                    "them all the same)",
                    self->base.path, check->segment, check->signal, check->checksum_found,
                    check->checksum_expected);
        return FALSE;
    }
    return checks != NULL;
}

static void
set_pieces(Wfdb *self)
{
    const CollectorWfdbHeader *h = collector_wfdb_record_header(self->record);
    size_t width = MAX(collector_wfdb_record_width(self->record), 1);
    int64_t frames = collector_wfdb_record_frames(self->record);
    int64_t by_bytes = COLLECTOR_IMPORT_PIECE_BYTES / 2 / (int64_t)width;
    int64_t by_time =
        (int64_t)collector_samples_ended(COLLECTOR_IMPORT_PIECE_US, h->rate_den, h->rate_num);
    uint32_t most = 1;

    self->piece_frames = MAX(MIN(by_bytes, by_time), 1);
    self->base.n_pieces = (uint64_t)((frames + self->piece_frames - 1) / self->piece_frames);
    self->base.n_samples = (uint64_t)frames * width;
    self->base.span_us = collector_sample_time_us((uint64_t)frames, h->rate_den, h->rate_num);
    self->block = g_new(int32_t, (size_t)self->piece_frames * width);
    for (size_t i = 0; i < self->n; i++)
        most = MAX(most, collector_wfdb_record_channel(self->record, i)->samples_per_frame);
    self->samples = g_new(int16_t, (size_t)self->piece_frames * most);
}

static void
note_annotations(Wfdb *self)
{
    g_autofree char *stem = g_strndup(self->base.path, strlen(self->base.path) - strlen(".hea"));
    static const char *const kinds[] = {"atr", "ari", "qrs", "ecg", "alm", "apn"};

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *path = g_strdup_printf("%s.%s", stem, kinds[i]);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            collector_import_source_note(&self->base, "annotations are not read: %s", path);
    }
}

CollectorImportSource *
collector_import_wfdb_open(const char *path, const CollectorImportChoices *choices, GError **error)
{
    Wfdb *self = g_new0(Wfdb, 1);

    self->base.piece = piece;
    self->base.free = wfdb_free;
    collector_import_source_init(&self->base, "wfdb", path);
    self->record = collector_wfdb_record_open(path, error);
    if (self->record == NULL) {
        wfdb_free(&self->base);
        return NULL;
    }
    self->base.start_us = start_of(collector_wfdb_record_header(self->record));
    self->n = collector_wfdb_record_n_channels(self->record);
    self->stream = g_new0(Stream, MAX(self->n, 1));
    if (self->n == 0 || collector_wfdb_record_frames(self->record) <= 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: %zu signals, %" G_GINT64_FORMAT " frames: nothing to import", path,
                    self->n, collector_wfdb_record_frames(self->record));
        wfdb_free(&self->base);
        return NULL;
    }
    if (!look_at_files(self, error) || !add_signals(self, error) || !scan_wide(self, error)
        || (!choices->unchecked && !check_sums(self, error))) {
        wfdb_free(&self->base);
        return NULL;
    }
    set_pieces(self);
    note_annotations(self);
    return &self->base;
}
