/* EDF: writing an EDF+ file, record by record.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/edf.h"
#include "common/error.h"

struct VicuEdfWriter {
    char *path;
    FILE *file;
    size_t n_samples; /* of all signals in a record */
    size_t annotation_bytes;
    GByteArray *said; /* annotations of the next record, but for its onset */
    GByteArray *record;
    int64_t n_records;
};

/* Room that a record's own onset may need: "+-123456789.123456" and three marks. */
#define ONSET_ROOM 24

static gboolean
failed(VicuEdfWriter *self, GError **error)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s", self->path, g_strerror(errno));
    return FALSE;
}

gboolean
vicu_edf_number(double value, char out[9])
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    if (value == 0.0) {
        strcpy(out, "0");
        return TRUE;
    }
    for (int digits = 15; digits > 0; digits--) {
        char format[8];
        g_snprintf(format, sizeof format, "%%.%dg", digits);
        g_ascii_formatd(text, sizeof text, format, value);
        if (strlen(text) <= 8 && strchr(text, 'e') == NULL
            && fabs(g_ascii_strtod(text, NULL) - value) <= fabs(value) * 5e-4) {
            strcpy(out, text);
            return TRUE;
        }
    }
    return FALSE;
}

/* Blanks up to @width. FALSE: longer, or not printable ASCII. */
static gboolean
put_text(VicuEdfWriter *self, const char *text, size_t width, const char *thing, GError **error)
{
    size_t n = strlen(text);
    gboolean ok = n <= width;

    for (size_t i = 0; ok && i < n; i++)
        ok = text[i] >= 32 && text[i] < 127;
    if (!ok) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: %s \"%s\" does not fit EDF's field of %zu ASCII characters", self->path,
                    thing, text, width);
        return FALSE;
    }
    if (fprintf(self->file, "%-*s", (int)width, text) != (int)width)
        return failed(self, error);
    return TRUE;
}

static gboolean
put_integer(VicuEdfWriter *self, int64_t value, size_t width, const char *thing, GError **error)
{
    char text[24];

    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, value);
    return put_text(self, text, width, thing, error);
}

static gboolean
put_real(VicuEdfWriter *self, double value, const char *thing, GError **error)
{
    char text[9];

    if (!vicu_edf_number(value, text)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: %s %g does not fit EDF's field of 8 characters", self->path, thing, value);
        return FALSE;
    }
    return put_text(self, text, 8, thing, error);
}

static gboolean
put_start(VicuEdfWriter *self, const VicuEdfHeader *h, GError **error)
{
    g_autoptr(GDateTime) start = g_date_time_new_from_unix_utc(h->start_us / G_USEC_PER_SEC);

    if (start == NULL || g_date_time_get_year(start) < 1985 || g_date_time_get_year(start) > 2084) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: EDF's start date holds the years 1985 to 2084 only", self->path);
        return FALSE;
    }
    g_autofree char *text = g_date_time_format(start, "%d.%m.%y%H.%M.%S");
    return put_text(self, text, 16, "start", error);
}

typedef gboolean (*PutField)(VicuEdfWriter *self,
                             const VicuEdfHeader *h,
                             const VicuEdfSignal *s,
                             GError **error);

#define FIELD(name, call)                                                                          \
    static gboolean put_##name(VicuEdfWriter *self, const VicuEdfHeader *h,                        \
                               const VicuEdfSignal *s, GError **error)                             \
    {                                                                                              \
        (void)h, (void)s;                                                                          \
        return call;                                                                               \
    }
FIELD(label, put_text(self, s->label, 16, "label", error))
FIELD(transducer, put_text(self, s->transducer, 80, "transducer", error))
FIELD(unit, put_text(self, s->unit, 8, "unit", error))
FIELD(physical_min, put_real(self, s->physical_min, "physical minimum", error))
FIELD(physical_max, put_real(self, s->physical_max, "physical maximum", error))
FIELD(digital_min, put_integer(self, s->digital_min, 8, "digital minimum", error))
FIELD(digital_max, put_integer(self, s->digital_max, 8, "digital maximum", error))
FIELD(prefilter, put_text(self, s->prefilter, 80, "prefilter", error))
FIELD(samples, put_integer(self, s->samples, 8, "samples in a record", error))
FIELD(reserved, put_text(self, "", 32, "reserved", error))
#undef FIELD

static gboolean
put_signals(VicuEdfWriter *self, const VicuEdfHeader *h, GError **error)
{
    static const PutField fields[] = {
        put_label,       put_transducer,  put_unit,      put_physical_min, put_physical_max,
        put_digital_min, put_digital_max, put_prefilter, put_samples,      put_reserved};
    const VicuEdfSignal annotations = {.label = "EDF Annotations",
                                       .physical_min = -1,
                                       .physical_max = 1,
                                       .digital_min = INT16_MIN,
                                       .digital_max = INT16_MAX,
                                       .samples = (uint32_t)(self->annotation_bytes / 2)};

    for (size_t f = 0; f < G_N_ELEMENTS(fields); f++) {
        for (size_t i = 0; i < h->n_signals; i++)
            if (!fields[f](self, h, &h->signal[i], error))
                return FALSE;
        if (!fields[f](self, h, &annotations, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
put_header(VicuEdfWriter *self, const VicuEdfHeader *h, GError **error)
{
    char duration[9];

    if (!vicu_edf_number((double)h->duration_num / h->duration_den, duration)
        || fabs(g_ascii_strtod(duration, NULL) * h->duration_den - h->duration_num) > 1e-9) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: a record of %u/%u s cannot be written in 8 characters", self->path,
                    h->duration_num, h->duration_den);
        return FALSE;
    }
    return put_text(self, "0", 8, "version", error)
           && put_text(self, h->patient, 80, "patient", error)
           && put_text(self, h->recording, 80, "recording", error) && put_start(self, h, error)
           && put_integer(self, (int64_t)(256 * (h->n_signals + 2)), 8, "header bytes", error)
           && put_text(self, h->discontinuous ? "EDF+D" : "EDF+C", 44, "kind", error)
           && put_integer(self, -1, 8, "records", error)
           && put_text(self, duration, 8, "duration", error)
           && put_integer(self, (int64_t)h->n_signals + 1, 4, "signals", error)
           && put_signals(self, h, error);
}

VicuEdfWriter *
vicu_edf_writer_new(const char *path,
                    const VicuEdfHeader *header,
                    size_t annotation_bytes,
                    GError **error)
{
    g_autoptr(VicuEdfWriter) self = g_new0(VicuEdfWriter, 1);

    g_return_val_if_fail(annotation_bytes % 2 == 0 && annotation_bytes >= 2 * ONSET_ROOM, NULL);
    self->path = g_strdup(path);
    self->annotation_bytes = annotation_bytes;
    self->said = g_byte_array_new();
    self->record = g_byte_array_new();
    for (size_t i = 0; i < header->n_signals; i++)
        self->n_samples += header->signal[i].samples;
    self->file = fopen(path, "wbe");
    if (self->file == NULL) {
        failed(self, error);
        return NULL;
    }
    return put_header(self, header, error) ? g_steal_pointer(&self) : NULL;
}

void
vicu_edf_writer_free(VicuEdfWriter *self)
{
    if (self == NULL)
        return;
    if (self->file != NULL)
        fclose(self->file);
    g_byte_array_unref(self->said);
    g_byte_array_unref(self->record);
    g_free(self->path);
    g_free(self);
}

/* Seconds with as many decimals as needed, up to 6. */
static void
append_seconds(GByteArray *out, int64_t us, gboolean sign)
{
    char text[40];
    uint64_t size = us < 0 ? (uint64_t)-us : (uint64_t)us;

    g_snprintf(text, sizeof text, "%s%" G_GUINT64_FORMAT ".%06u",
               us < 0 ? "-"
               : sign ? "+"
                      : "",
               size / G_USEC_PER_SEC, (unsigned)(size % G_USEC_PER_SEC));
    size_t n = strlen(text);
    while (text[n - 1] == '0')
        n--;
    if (text[n - 1] == '.')
        n--;
    g_byte_array_append(out, (const uint8_t *)text, (guint)n);
}

gboolean
vicu_edf_writer_fits(const VicuEdfWriter *self, const char *text)
{
    return self->said->len + strlen(text) + 2 * ONSET_ROOM + ONSET_ROOM <= self->annotation_bytes;
}

gboolean
vicu_edf_writer_annotate(VicuEdfWriter *self,
                         int64_t onset_us,
                         int64_t duration_us,
                         const char *text)
{
    static const uint8_t duration_mark = 21, text_mark = 20, end = 0;

    if (!vicu_edf_writer_fits(self, text))
        return FALSE;
    append_seconds(self->said, onset_us, TRUE);
    if (duration_us >= 0) {
        g_byte_array_append(self->said, &duration_mark, 1);
        append_seconds(self->said, duration_us, FALSE);
    }
    g_byte_array_append(self->said, &text_mark, 1);
    g_byte_array_append(self->said, (const uint8_t *)text, (guint)strlen(text));
    g_byte_array_append(self->said, &text_mark, 1);
    g_byte_array_append(self->said, &end, 1);
    return TRUE;
}

gboolean
vicu_edf_writer_record(VicuEdfWriter *self,
                       int64_t onset_us,
                       const int16_t *samples,
                       GError **error)
{
    static const uint8_t begun[] = {20, 20, 0};
    GByteArray *out = self->record;

    g_byte_array_set_size(out, 0);
    for (size_t i = 0; i < self->n_samples; i++) {
        uint16_t raw = (uint16_t)samples[i];
        const uint8_t le[2] = {(uint8_t)(raw & 0xff), (uint8_t)(raw >> 8)};
        g_byte_array_append(out, le, 2);
    }
    guint data = out->len;
    append_seconds(out, onset_us, TRUE);
    g_byte_array_append(out, begun, sizeof begun);
    g_byte_array_append(out, self->said->data, self->said->len);
    g_byte_array_set_size(self->said, 0);
    guint used = out->len, full = data + (guint)self->annotation_bytes;
    g_assert(used <= full);
    g_byte_array_set_size(out, full);
    memset(out->data + used, 0, full - used);
    if (fwrite(out->data, 1, out->len, self->file) != out->len)
        return failed(self, error);
    self->n_records++;
    return TRUE;
}

gboolean
vicu_edf_writer_finish(VicuEdfWriter *self, GError **error)
{
    if (fseek(self->file, 236, SEEK_SET) != 0)
        return failed(self, error);
    if (!put_integer(self, self->n_records, 8, "number of records", error))
        return FALSE;
    gboolean ok = fflush(self->file) == 0 && fsync(fileno(self->file)) == 0;
    FILE *file = g_steal_pointer(&self->file);
    if (fclose(file) != 0 || !ok)
        return failed(self, error);
    return TRUE;
}
