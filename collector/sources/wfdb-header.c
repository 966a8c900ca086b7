/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/sources/wfdb-header.h"

#include <math.h>
#include <string.h>

#include "collector/sources/wfdb-format.h"
#include "collector/sources/wfdb-text.h"
#include "common/error.h"

#define MAX_UNIT 64 /* bytes */

/* WFDB 10: what a header that leaves them out means */
#define DEFAULT_RATE 250
#define DEFAULT_GAIN 200.0
#define DEFAULT_BITS 12

/* A name that is safe to look for beside the header. */
static gboolean
check_name(
    const CollectorText *r, const char *at, const char *thing, const char *name, GError **error)
{
    size_t n = strlen(name);

    if (n == 0 || n > COLLECTOR_WFDB_MAX_NAME)
        return collector_text_refuse(r, at, error, "%s has %zu characters, outside 1..%d", thing, n,
                                     COLLECTOR_WFDB_MAX_NAME);
    if (strchr(name, '/') != NULL || strchr(name, '\\') != NULL || strcmp(name, ".") == 0
        || strcmp(name, "..") == 0 || strcmp(name, "-") == 0)
        return collector_text_refuse(
            r, at, error, "%s '%s' is not the plain name of a file beside the header", thing, name);
    if (!g_utf8_validate(name, -1, NULL))
        return collector_text_refuse(r, at, error, "%s is not UTF-8", thing);
    for (size_t i = 0; i < n; i++)
        if (g_ascii_iscntrl(name[i]))
            return collector_text_refuse(r, at, error, "%s holds the control character 0x%02x",
                                         thing, (unsigned char)name[i]);
    return TRUE;
}

/* [/counter[(base)]] after the rate: read and checked, of no use to us. */
static gboolean
skip_counter(CollectorText *r, GError **error)
{
    double ignored;

    if (collector_text_take(r, '/')
        && !collector_text_take_real(r, "counter frequency", &ignored, error))
        return FALSE;
    if (collector_text_take(r, '(')) {
        if (!collector_text_take_real(r, "base counter value", &ignored, error))
            return FALSE;
        if (!collector_text_take(r, ')'))
            return collector_text_refuse(r, r->at, error, "base counter value: ')' is expected");
    }
    if (!collector_text_at_field_end(r))
        return collector_text_refuse(r, r->at, error, "sampling rate: a blank is expected here");
    collector_text_skip_blanks(r);
    return TRUE;
}

static gboolean
parse_record_name(CollectorText *r, CollectorWfdbHeader *self, GError **error)
{
    const char *begin = r->at;
    g_autofree char *word = collector_text_take_word(r);
    char *slash = strchr(word, '/');
    int64_t n = 0;

    if (slash != NULL) {
        r->at = begin + (slash - word) + 1;
        if (!collector_text_take_integer(r, "number of segments", 1, COLLECTOR_WFDB_MAX_SEGMENTS,
                                         &n, error))
            return FALSE;
        if (!collector_text_at_field_end(r))
            return collector_text_refuse(r, r->at, error,
                                         "number of segments: a blank is expected here");
        *slash = '\0';
    }
    if (!check_name(r, begin, "record name", word, error))
        return FALSE;
    self->name = g_steal_pointer(&word);
    self->n_segments = (size_t)n;
    collector_text_skip_blanks(r);
    return TRUE;
}

static gboolean
parse_record_line(CollectorText *r, CollectorWfdbHeader *self, GError **error)
{
    int64_t n = 0;

    if (!collector_text_next_line(r))
        return collector_text_refuse(r, NULL, error, "the record line is missing");
    if (!parse_record_name(r, self, error)
        || !collector_text_take_integer(r, "number of signals", 0, COLLECTOR_WFDB_MAX_SIGNALS, &n,
                                        error))
        return FALSE;
    if (!collector_text_at_field_end(r))
        return collector_text_refuse(r, r->at, error,
                                     "number of signals: a blank is expected here");
    self->n_signals = (size_t)n;
    collector_text_skip_blanks(r);
    if (r->at >= r->end)
        return TRUE;
    if (!collector_text_take_rate(r, UINT32_MAX / COLLECTOR_WFDB_MAX_PER_FRAME, &self->rate_num,
                                  &self->rate_den, error)
        || !skip_counter(r, error))
        return FALSE;
    if (self->rate_num == 0) {
        self->rate_num = DEFAULT_RATE;
        self->rate_den = 1;
    }
    if (r->at >= r->end)
        return TRUE;
    if (!collector_text_take_integer(r, "number of frames", 0, COLLECTOR_WFDB_MAX_FRAMES, &n,
                                     error))
        return FALSE;
    if (!collector_text_at_field_end(r))
        return collector_text_refuse(r, r->at, error, "number of frames: a blank is expected here");
    self->n_frames = n > 0 ? n : -1; /* 0 means: not said */
    collector_text_skip_blanks(r);
    if (r->at < r->end)
        self->base_time = collector_text_take_word(r);
    collector_text_skip_blanks(r);
    if (r->at < r->end)
        self->base_date = collector_text_take_word(r);
    self->base_us = collector_wfdb_base_us(self->base_time, self->base_date);
    return TRUE;
}

/* format[xsamples][:skew][+offset] */
static gboolean
parse_format(CollectorText *r, CollectorWfdbSignal *signal, GError **error)
{
    const char *begin = r->at;
    int64_t v = 0;

    if (!collector_text_take_integer(r, "format", 0, 100000, &v, error))
        return FALSE;
    signal->format = (int)v;
    if (v != 0 && collector_wfdb_format_bits(signal->format) == 0)
        return collector_text_refuse(
            r, begin, error, "format %d is not one of 8 16 24 32 61 80 160 212 310 311 508 516 524",
            signal->format);
    if (v == 0 && signal->file != NULL)
        return collector_text_refuse(r, begin, error,
                                     "format 0 stores nothing, so the file must be '~'");
    while (!collector_text_at_field_end(r)) {
        if (collector_text_take(r, 'x')) {
            if (!collector_text_take_integer(r, "samples per frame", 1,
                                             COLLECTOR_WFDB_MAX_PER_FRAME, &v, error))
                return FALSE;
            signal->samples_per_frame = (uint32_t)v;
        } else if (collector_text_take(r, ':')) {
            if (!collector_text_take_integer(r, "skew", 0, COLLECTOR_WFDB_MAX_SKEW, &v, error))
                return FALSE;
            signal->skew_frames = (uint32_t)v;
        } else if (collector_text_take(r, '+')) {
            if (!collector_text_take_integer(r, "byte offset", 0, INT64_C(1) << 48, &v, error))
                return FALSE;
            signal->offset_bytes = (uint64_t)v;
        } else {
            return collector_text_refuse(r, r->at, error,
                                         "format: 'x', ':', '+' or a blank is expected here");
        }
    }
    return TRUE;
}

/* gain[(baseline)][/units] */
static gboolean
parse_gain(CollectorText *r, CollectorWfdbSignal *signal, gboolean *has_baseline, GError **error)
{
    const char *begin = r->at;
    int64_t v = 0;

    if (!collector_text_take_real(r, "gain", &signal->gain, error))
        return FALSE;
    signal->calibrated = signal->gain != 0.0;
    if (!signal->calibrated)
        signal->gain = DEFAULT_GAIN;
    if (fabs(signal->gain) < 1e-12)
        return collector_text_refuse(r, begin, error, "gain is %g, too near to 0", signal->gain);
    *has_baseline = collector_text_take(r, '(');
    if (*has_baseline) {
        if (!collector_text_take_integer(r, "baseline", INT32_MIN, INT32_MAX, &v, error))
            return FALSE;
        if (!collector_text_take(r, ')'))
            return collector_text_refuse(r, r->at, error, "baseline: ')' is expected");
        signal->baseline = (int32_t)v;
    }
    if (collector_text_take(r, '/')) {
        begin = r->at;
        g_free(signal->unit);
        signal->unit = collector_text_take_word(r);
        if (!g_utf8_validate(signal->unit, -1, NULL) || strlen(signal->unit) > MAX_UNIT)
            return collector_text_refuse(r, begin, error, "unit is not UTF-8 of at most %d bytes",
                                         MAX_UNIT);
    }
    if (!collector_text_at_field_end(r))
        return collector_text_refuse(r, r->at, error, "gain: '(', '/' or a blank is expected here");
    return TRUE;
}

/* What follows the gain: every field may be left out with all that follow. */
static gboolean
parse_levels(CollectorText *r, CollectorWfdbSignal *signal, GError **error)
{
    int64_t ignored = 0, value = 0;
    struct {
        const char *thing;
        int64_t min, max;
        int64_t *value;
        int32_t *field;
        gboolean *seen;
    } fields[] = {
        {"ADC resolution", 0, 64, &value, &signal->adc_bits, NULL},
        {"ADC zero", INT32_MIN, INT32_MAX, &value, &signal->adc_zero, NULL},
        {"initial value", INT32_MIN, INT32_MAX, &value, &signal->initial, &signal->has_initial},
        {"checksum", INT32_MIN, INT32_MAX, &value, &signal->checksum, &signal->has_checksum},
        {"block size", 0, INT32_MAX, &ignored, NULL, NULL},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        collector_text_skip_blanks(r);
        if (r->at >= r->end)
            return TRUE;
        if (!collector_text_take_integer(r, fields[i].thing, fields[i].min, fields[i].max,
                                         fields[i].value, error))
            return FALSE;
        if (!collector_text_at_field_end(r))
            return collector_text_refuse(r, r->at, error, "%s: a blank is expected here",
                                         fields[i].thing);
        if (fields[i].field != NULL)
            *fields[i].field = (int32_t)value;
        if (fields[i].seen != NULL)
            *fields[i].seen = TRUE;
    }
    return TRUE;
}

static gboolean
parse_description(CollectorText *r, CollectorWfdbSignal *signal, GError **error)
{
    size_t n;

    collector_text_skip_blanks(r);
    if (r->at >= r->end)
        return TRUE;
    n = (size_t)(r->end - r->at);
    if (n > COLLECTOR_WFDB_MAX_NAME || !g_utf8_validate(r->at, (gssize)n, NULL))
        return collector_text_refuse(r, r->at, error,
                                     "name of the signal is not UTF-8 of at most %d bytes",
                                     COLLECTOR_WFDB_MAX_NAME);
    g_free(signal->name);
    signal->name = g_strndup(r->at, n);
    for (const char *c = signal->name; *c != '\0'; c++)
        if (g_ascii_iscntrl(*c))
            return collector_text_refuse(r, r->at + (c - signal->name), error,
                                         "name of the signal holds a control character");
    return TRUE;
}

static gboolean
parse_signal_line(CollectorText *r, CollectorWfdbHeader *self, size_t index, GError **error)
{
    CollectorWfdbSignal *signal = &self->signals[index];
    gboolean has_baseline = FALSE;
    const char *begin = r->at;

    signal->samples_per_frame = 1;
    signal->gain = DEFAULT_GAIN;
    signal->adc_bits = DEFAULT_BITS;
    signal->unit = g_strdup("mV");
    signal->name = g_strdup_printf("record %s, signal %zu", self->name, index);
    signal->file = collector_text_take_word(r);
    if (strcmp(signal->file, "~") == 0)
        g_clear_pointer(&signal->file, g_free);
    else if (!check_name(r, begin, "signal file", signal->file, error))
        return FALSE;
    collector_text_skip_blanks(r);
    if (!parse_format(r, signal, error))
        return FALSE;
    if (signal->file == NULL)
        signal->format = 0;
    collector_text_skip_blanks(r);
    if (r->at < r->end && !parse_gain(r, signal, &has_baseline, error))
        return FALSE;
    if (!parse_levels(r, signal, error) || !parse_description(r, signal, error))
        return FALSE;
    if (!has_baseline)
        signal->baseline = signal->adc_zero;
    if (!signal->has_initial)
        signal->initial = signal->adc_zero;
    return TRUE;
}

/* Signals that share a file lie interleaved in it, so they must agree on its
 * format and begin. */
static gboolean
check_group(const CollectorText *r, const CollectorWfdbHeader *self, size_t index, GError **error)
{
    const CollectorWfdbSignal *signal = &self->signals[index];
    gboolean left = FALSE;

    for (size_t i = index; signal->file != NULL && i-- > 0;) {
        const CollectorWfdbSignal *other = &self->signals[i];
        if (g_strcmp0(other->file, signal->file) != 0) {
            left = TRUE;
            continue;
        }
        if (left)
            return collector_text_refuse(r, r->line, error,
                                         "signals of file %s do not stand together", signal->file);
        if (other->format != signal->format || other->offset_bytes != signal->offset_bytes)
            return collector_text_refuse(r, r->line, error,
                                         "signals of file %s differ in format or byte offset",
                                         signal->file);
        if (collector_wfdb_format_is_flac(signal->format)
            && (other->samples_per_frame != signal->samples_per_frame || index - i >= 8))
            return collector_text_refuse(
                r, r->line, error,
                "FLAC file %s: at most 8 signals, all with the same samples per frame",
                signal->file);
        return TRUE;
    }
    return TRUE;
}

/* A reader holds the frames of a skew in memory. */
static gboolean
check_width(const CollectorText *r, const CollectorWfdbHeader *self, GError **error)
{
    uint64_t width = 0, skew = 0;

    for (size_t i = 0; i < self->n_signals; i++) {
        width += self->signals[i].samples_per_frame;
        skew = MAX(skew, self->signals[i].skew_frames);
    }
    if (width > COLLECTOR_WFDB_MAX_WIDTH)
        return collector_text_refuse(r, NULL, error,
                                     "a frame holds %" G_GUINT64_FORMAT " samples, above %d", width,
                                     COLLECTOR_WFDB_MAX_WIDTH);
    if (width * skew > COLLECTOR_WFDB_MAX_SKEWED)
        return collector_text_refuse(r, NULL, error,
                                     "a skew of %" G_GUINT64_FORMAT
                                     " frames holds %" G_GUINT64_FORMAT " samples, above %u",
                                     skew, width * skew, COLLECTOR_WFDB_MAX_SKEWED);
    return TRUE;
}

static gboolean
parse_signals(CollectorText *r, CollectorWfdbHeader *self, GError **error)
{
    self->signals = g_new0(CollectorWfdbSignal, self->n_signals);
    for (size_t i = 0; i < self->n_signals; i++) {
        if (!collector_text_next_line(r))
            return collector_text_refuse(
                r, NULL, error, "%zu signal lines are announced, %zu are here", self->n_signals, i);
        if (!parse_signal_line(r, self, i, error) || !check_group(r, self, i, error))
            return FALSE;
    }
    return check_width(r, self, error);
}

static gboolean
parse_segments(CollectorText *r, CollectorWfdbHeader *self, GError **error)
{
    int64_t total = 0;

    self->segments = g_new0(CollectorWfdbSegment, self->n_segments);
    for (size_t i = 0; i < self->n_segments; i++) {
        CollectorWfdbSegment *segment = &self->segments[i];

        if (!collector_text_next_line(r))
            return collector_text_refuse(r, NULL, error,
                                         "%zu segment lines are announced, %zu are here",
                                         self->n_segments, i);
        const char *begin = r->at;
        segment->name = collector_text_take_word(r);
        if (strcmp(segment->name, "~") == 0)
            g_clear_pointer(&segment->name, g_free);
        else if (!check_name(r, begin, "segment", segment->name, error))
            return FALSE;
        collector_text_skip_blanks(r);
        if (!collector_text_take_integer(r, "frames of the segment", 0, COLLECTOR_WFDB_MAX_FRAMES,
                                         &segment->n_frames, error))
            return FALSE;
        collector_text_skip_blanks(r);
        if (r->at < r->end)
            return collector_text_refuse(r, r->at, error,
                                         "frames of the segment: the line should end here");
        if (segment->n_frames == 0 && i > 0)
            return collector_text_refuse(r, begin, error,
                                         "only the first segment, the layout, can have length 0");
        if (segment->name != NULL && strcmp(segment->name, self->name) == 0)
            return collector_text_refuse(r, begin, error, "segment '%s' is the record itself",
                                         segment->name);
        total += segment->n_frames; /* 2^46 x 1e5 segments stays below 2^63 */
    }
    if (self->n_frames >= 0 && total != self->n_frames)
        return collector_text_refuse(r, NULL, error,
                                     "segments hold %" G_GINT64_FORMAT
                                     " frames, the record line says %" G_GINT64_FORMAT,
                                     total, self->n_frames);
    self->n_frames = total;
    self->variable_layout = self->segments[0].n_frames == 0;
    if (self->variable_layout && self->segments[0].name == NULL)
        return collector_text_refuse(r, NULL, error, "the layout segment has no name");
    return TRUE;
}

CollectorWfdbHeader *
collector_wfdb_header_parse(const char *what, const uint8_t *bytes, size_t n, GError **error)
{
    CollectorText r = {.what = what, .text = (const char *)bytes, .length = n};
    g_autoptr(CollectorWfdbHeader) self = g_new0(CollectorWfdbHeader, 1);

    if (n > COLLECTOR_WFDB_MAX_HEADER_BYTES) {
        collector_text_refuse(&r, NULL, error, "header has %zu bytes, above %u", n,
                              COLLECTOR_WFDB_MAX_HEADER_BYTES);
        return NULL;
    }
    if (n > 0 && memchr(bytes, '\0', n) != NULL) {
        collector_text_refuse(&r, NULL, error,
                              "a zero byte stands in the header: this is not text");
        return NULL;
    }
    self->rate_num = DEFAULT_RATE;
    self->rate_den = 1;
    self->n_frames = -1;
    if (!parse_record_line(&r, self, error)
        || !(self->n_segments > 0 ? parse_segments : parse_signals)(&r, self, error))
        return NULL;
    if (collector_text_next_line(&r)) {
        collector_text_refuse(&r, r.at, error, "more lines than the record line announces");
        return NULL;
    }
    return g_steal_pointer(&self);
}

CollectorWfdbHeader *
collector_wfdb_header_load(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) local = NULL;
    gsize n = 0;

    if (!g_file_get_contents(path, &text, &n, &local)) {
        gboolean absent = g_error_matches(local, G_FILE_ERROR, G_FILE_ERROR_NOENT);
        g_set_error(error, VICU_ERROR, absent ? VICU_ERROR_ABSENT : VICU_ERROR_IO,
                    "%s: header cannot be read: %s", path,
                    absent ? "no such file" : local->message);
        return NULL;
    }
    return collector_wfdb_header_parse(path, (const uint8_t *)text, n, error);
}

void
collector_wfdb_header_free(CollectorWfdbHeader *self)
{
    if (self == NULL)
        return;
    for (size_t i = 0; self->signals != NULL && i < self->n_signals; i++) {
        g_free(self->signals[i].file);
        g_free(self->signals[i].unit);
        g_free(self->signals[i].name);
    }
    for (size_t i = 0; self->segments != NULL && i < self->n_segments; i++)
        g_free(self->segments[i].name);
    g_free(self->signals);
    g_free(self->segments);
    g_free(self->base_time);
    g_free(self->base_date);
    g_free(self->name);
    g_free(self);
}

const char *
collector_wfdb_ucum(const char *unit)
{
    static const struct {
        const char *written, *ucum;
    } table[] = {
        {"NU", "1"},        {"nu", "1"},        {"mmHg", "mm[Hg]"}, {"bpm", "/min"},
        {"pm", "/min"},     {"BPM", "/min"},    {"degrees", "deg"}, {"degC", "Cel"},
        {"Ohm", "Ohm"},     {"Ohms", "Ohm"},    {"ohm", "Ohm"},     {"cmH2O", "cm[H2O]"},
        {"L/min", "L/min"}, {"l/min", "L/min"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (strcmp(table[i].written, unit) == 0)
            return table[i].ucum;
    return unit;
}
