/* EDF: the header and the annotations, from bytes. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "common/edf.h"
#include "common/error.h"
#include "common/ratio.h"

#define FIXED_BYTES  256
#define SIGNAL_BYTES 256
#define MAX_US       (INT64_C(1) << 60)

typedef struct {
    const char *what;
    const uint8_t *bytes;
    size_t n;
    GError **error;
} Text;

static gboolean refuse(const Text *text, size_t at, const char *format, ...) G_GNUC_PRINTF(3, 4);

static gboolean
refuse(const Text *text, size_t at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *said = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(text->error, VICU_ERROR, VICU_ERROR_FORMAT, "%s: byte %zu: %s", text->what, at,
                said);
    return FALSE;
}

/* A field of fixed width, blanks at its end left out; anything but printable
 * ASCII is shown as '?'. @out has room for @width + 1. */
static void
take_text(const Text *text, size_t at, size_t width, char *out)
{
    size_t end = width;

    while (end > 0 && (text->bytes[at + end - 1] == ' ' || text->bytes[at + end - 1] == 0))
        end--;
    for (size_t i = 0; i < end; i++) {
        uint8_t c = text->bytes[at + i];
        out[i] = c >= 32 && c < 127 ? (char)c : '?';
    }
    out[end] = '\0';
}

static gboolean
take_integer(const Text *text,
             size_t at,
             size_t width,
             const char *thing,
             int64_t min,
             int64_t max,
             int64_t *value)
{
    char field[81], *end = NULL;

    take_text(text, at, width, field);
    const char *begin = field + strspn(field, " ");
    int64_t v = g_ascii_strtoll(begin, &end, 10);
    if (end == begin || *end != '\0')
        return refuse(text, at, "%s: \"%s\" is no whole number", thing, field);
    if (v < min || v > max)
        return refuse(text, at, "%s is %s, outside %" G_GINT64_FORMAT "..%" G_GINT64_FORMAT, thing,
                      field, min, max);
    *value = v;
    return TRUE;
}

static gboolean
take_real(const Text *text, size_t at, const char *thing, double *value)
{
    char field[9], *end = NULL;

    take_text(text, at, 8, field);
    const char *begin = field + strspn(field, " ");
    *value = g_ascii_strtod(begin, &end);
    if (end == begin || *end != '\0' || !isfinite(*value) || fabs(*value) > 1e15)
        return refuse(text, at, "%s: \"%s\" is no number", thing, field);
    return TRUE;
}

/* Seconds in at most 8 characters, kept exactly. */
static gboolean
take_duration(const Text *text, size_t at, VicuEdfHeader *h)
{
    char field[9];
    uint64_t value = 0, scale = 1;
    gboolean point = FALSE, any = FALSE;

    take_text(text, at, 8, field);
    for (const char *c = field + strspn(field, " "); *c != '\0'; c++) {
        if (*c == '.' && !point) {
            point = TRUE;
        } else if (g_ascii_isdigit(*c)) {
            value = value * 10 + (uint64_t)(*c - '0');
            scale *= point ? 10 : 1;
            any = TRUE;
        } else {
            any = FALSE;
            break;
        }
    }
    if (!any)
        return refuse(text, at, "duration of a record: \"%s\" is no number of seconds", field);
    uint64_t common = value > 0 ? vicu_greatest_divisor(value, scale) : scale;
    h->duration_num = (uint32_t)(value / common);
    h->duration_den = (uint32_t)(scale / common);
    return TRUE;
}

static gboolean
take_pair(const Text *text, size_t at, char separator, int out[3])
{
    for (size_t i = 0; i < 3; i++) {
        const uint8_t *c = text->bytes + at + 3 * i;
        if (!g_ascii_isdigit(c[0]) || !g_ascii_isdigit(c[1])
            || (i < 2 && c[2] != (uint8_t)separator))
            return FALSE;
        out[i] = (c[0] - '0') * 10 + c[1] - '0';
    }
    return TRUE;
}

/* "Startdate 02-MAR-2002 ...": the year in full, 0 where it is not said. */
static int
plus_year(const char *recording)
{
    int year = 0;

    if (!g_str_has_prefix(recording, "Startdate ") || strlen(recording) < 21)
        return 0;
    for (size_t i = 17; i < 21; i++) {
        if (!g_ascii_isdigit(recording[i]))
            return 0;
        year = year * 10 + recording[i] - '0';
    }
    return year;
}

static gboolean
take_start(const Text *text, VicuEdfHeader *h)
{
    int date[3], time[3];

    if (!take_pair(text, 168, '.', date))
        return refuse(text, 168, "the start date is not dd.mm.yy");
    if (!take_pair(text, 176, '.', time))
        return refuse(text, 176, "the start time is not hh.mm.ss");
    int year = date[2] < 85 ? 2000 + date[2] : 1900 + date[2];
    int said = h->plus ? plus_year(h->recording) : 0;
    if (said != 0 && said % 100 == date[2])
        year = said;
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) start =
        year > 0 ? g_date_time_new(utc, year, date[1], date[0], time[0], time[1], time[2]) : NULL;
    if (start == NULL)
        return refuse(text, 168, "the start %02d.%02d.%02d %02d:%02d:%02d is no time", date[0],
                      date[1], date[2], time[0], time[1], time[2]);
    h->start_us = g_date_time_to_unix(start) * G_USEC_PER_SEC;
    return TRUE;
}

static gboolean
take_signal(const Text *text, VicuEdfHeader *h, size_t i)
{
    size_t ns = h->n_signals, at = FIXED_BYTES;
    VicuEdfSignal *s = &h->signal[i];
    int64_t number = 0;

    take_text(text, at + 16 * i, 16, s->label);
    s->annotations = h->plus && strcmp(s->label, "EDF Annotations") == 0;
    at += 16 * ns;
    take_text(text, at + 80 * i, 80, s->transducer);
    at += 80 * ns;
    take_text(text, at + 8 * i, 8, s->unit);
    at += 8 * ns;
    if (!take_real(text, at + 8 * i, "physical minimum", &s->physical_min))
        return FALSE;
    at += 8 * ns;
    if (!take_real(text, at + 8 * i, "physical maximum", &s->physical_max))
        return FALSE;
    at += 8 * ns;
    if (!take_integer(text, at + 8 * i, 8, "digital minimum", INT16_MIN, INT16_MAX, &number))
        return FALSE;
    s->digital_min = (int32_t)number;
    at += 8 * ns;
    if (!take_integer(text, at + 8 * i, 8, "digital maximum", INT16_MIN, INT16_MAX, &number))
        return FALSE;
    s->digital_max = (int32_t)number;
    size_t range_at = at + 8 * i;
    at += 8 * ns;
    take_text(text, at + 80 * i, 80, s->prefilter);
    at += 80 * ns;
    if (!take_integer(text, at + 8 * i, 8, "samples in a record", 1, VICU_EDF_MAX_RECORD_BYTES / 2,
                      &number))
        return FALSE;
    s->samples = (uint32_t)number;
    if (!s->annotations && (s->digital_min >= s->digital_max || s->physical_min == s->physical_max))
        return refuse(text, range_at, "signal \"%s\": the range %d..%d is %g..%g: no gain follows",
                      s->label, s->digital_min, s->digital_max, s->physical_min, s->physical_max);
    s->offset = h->record_bytes;
    h->record_bytes += 2u * s->samples;
    if (h->record_bytes > VICU_EDF_MAX_RECORD_BYTES)
        return refuse(text, at + 8 * i, "a record is longer than %u bytes",
                      VICU_EDF_MAX_RECORD_BYTES);
    return TRUE;
}

static gboolean
take_fixed(const Text *text, VicuEdfHeader *h)
{
    char version[9], reserved[45];
    int64_t bytes = 0, n = 0;

    if (text->n < FIXED_BYTES)
        return refuse(text, text->n, "the file ends within its header of 256 bytes");
    if (text->bytes[0] == 0xff && memcmp(text->bytes + 1, "BIOSEMI", 7) == 0)
        return refuse(text, 0,
                      "a BDF file: its samples have 24 bits and are not read; convert it to EDF+");
    take_text(text, 0, 8, version);
    if (strcmp(version, "0") != 0)
        return refuse(text, 0, "no EDF file: its version is \"%s\", not \"0\"", version);
    take_text(text, 8, 80, h->patient);
    take_text(text, 88, 80, h->recording);
    take_text(text, 192, 44, reserved);
    h->plus = g_str_has_prefix(reserved, "EDF+C") || g_str_has_prefix(reserved, "EDF+D");
    h->discontinuous = g_str_has_prefix(reserved, "EDF+D");
    if (!take_start(text, h)
        || !take_integer(text, 252, 4, "number of signals", 1, VICU_EDF_MAX_SIGNALS, &n)
        || !take_integer(text, 184, 8, "bytes of the header", 0, INT32_MAX, &bytes)
        || !take_integer(text, 236, 8, "number of records", -1, VICU_EDF_MAX_RECORDS, &h->n_records)
        || !take_duration(text, 244, h))
        return FALSE;
    h->n_signals = (size_t)n;
    h->header_bytes = FIXED_BYTES + SIGNAL_BYTES * h->n_signals;
    if ((size_t)bytes != h->header_bytes)
        return refuse(text, 184,
                      "the header says it has %" G_GINT64_FORMAT " bytes; %zu signals make %zu",
                      bytes, h->n_signals, h->header_bytes);
    if (text->n < h->header_bytes)
        return refuse(text, text->n, "the file ends within its header of %zu bytes",
                      h->header_bytes);
    return TRUE;
}

static gboolean
take_all(const Text *text, VicuEdfHeader *h)
{
    size_t data = 0;

    if (!take_fixed(text, h))
        return FALSE;
    h->signal = g_new0(VicuEdfSignal, h->n_signals);
    for (size_t i = 0; i < h->n_signals; i++) {
        if (!take_signal(text, h, i))
            return FALSE;
        data += !h->signal[i].annotations;
    }
    if (data > 0 && h->duration_num == 0)
        return refuse(text, 244, "a record lasts 0 s, but there are %zu signals with samples",
                      data);
    return TRUE;
}

VicuEdfHeader *
vicu_edf_header_parse(const char *what, const uint8_t *bytes, size_t n, GError **error)
{
    g_autoptr(VicuEdfHeader) h = g_new0(VicuEdfHeader, 1);
    const Text text = {what, bytes, n, error};

    return take_all(&text, h) ? g_steal_pointer(&h) : NULL;
}

void
vicu_edf_header_free(VicuEdfHeader *self)
{
    if (self == NULL)
        return;
    g_free(self->signal);
    g_free(self);
}

/* ---- annotations ---- */

/* "+12.345": microseconds, rounded down. Ends at a byte below 32. */
static gboolean
take_seconds(const Text *text, size_t *at, gboolean sign, int64_t *us)
{
    size_t begin = *at;
    int64_t value = 0, unit = G_USEC_PER_SEC;
    gboolean negative = FALSE, point = FALSE, any = FALSE;

    if (sign && *at < text->n && (text->bytes[*at] == '+' || text->bytes[*at] == '-'))
        negative = text->bytes[(*at)++] == '-';
    else if (sign)
        return refuse(text, *at, "annotation: an onset begins with + or -");
    for (; *at < text->n && text->bytes[*at] >= 32; (*at)++) {
        uint8_t c = text->bytes[*at];
        if (c == '.' && !point) {
            point = TRUE;
            continue;
        }
        if (!g_ascii_isdigit(c) || value > MAX_US / 10)
            return refuse(text, begin, "annotation: a time is no number of seconds");
        if (!point) {
            value = value * 10 + (c - '0') * G_USEC_PER_SEC;
        } else if (unit > 1) {
            unit /= 10;
            value += (c - '0') * unit;
        }
        any = TRUE;
    }
    if (!any || value > MAX_US)
        return refuse(text, begin, "annotation: a time is no number of seconds");
    *us = negative ? -value : value;
    return TRUE;
}

/* The texts of one list behind its onset, each ended by 20; @told: one was not empty. */
static gboolean
take_texts(const Text *text,
           size_t *at,
           int64_t onset_us,
           int64_t duration_us,
           VicuEdfAnnotation func,
           gpointer user)
{
    while (*at < text->n && text->bytes[*at] != 0) {
        const uint8_t *begin = text->bytes + *at;
        const uint8_t *end = memchr(begin, 20, text->n - *at);
        if (end == NULL || end - begin > VICU_EDF_MAX_ANNOTATION
            || memchr(begin, 0, (size_t)(end - begin)) != NULL)
            return refuse(text, *at, "annotation: a text has no end");
        *at += (size_t)(end - begin) + 1;
        if (end > begin && func != NULL) {
            g_autofree char *said = g_utf8_make_valid((const char *)begin, end - begin);
            func(onset_us, duration_us, said, user);
        }
    }
    return TRUE;
}

gboolean
vicu_edf_annotations_parse(const char *what,
                           const uint8_t *bytes,
                           size_t n,
                           int64_t *record_us,
                           VicuEdfAnnotation func,
                           gpointer user,
                           GError **error)
{
    const Text text = {what, bytes, n, error};
    gboolean first = TRUE;

    for (size_t at = 0; at < n;) {
        int64_t onset_us = 0, duration_us = -1;
        if (bytes[at] == 0) {
            at++;
            continue;
        }
        if (!take_seconds(&text, &at, TRUE, &onset_us))
            return FALSE;
        if (at < n && bytes[at] == 21) {
            at++;
            if (!take_seconds(&text, &at, FALSE, &duration_us))
                return FALSE;
        }
        if (at >= n || bytes[at] != 20)
            return refuse(&text, at, "annotation: a byte 20 is expected behind the time");
        at++;
        /* the record's own beginning: its first text is empty */
        if (first && at < n && bytes[at] == 20)
            *record_us = onset_us;
        first = FALSE;
        if (!take_texts(&text, &at, onset_us, duration_us, func, user))
            return FALSE;
        if (at >= n)
            return refuse(&text, at, "annotation: a list has no end");
    }
    return TRUE;
}
