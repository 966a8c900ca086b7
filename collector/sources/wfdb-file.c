/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/sources/wfdb-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/sources/wfdb-format.h"
#include "common/error.h"
#include "common/flac.h"

#define CHUNK_SAMPLES 65536 /* of format 8, when differences are only summed */

/* Format 8 stores differences: a place from where summing can go on. */
typedef struct {
    int64_t frame;
    int32_t *value; /* of each signal, before that frame */
} Mark;

struct CollectorWfdbFile {
    char *name;
    const CollectorWfdbSignal *signals;
    size_t n_signals;
    int format;
    size_t width;
    uint64_t offset;
    int fd;        /* -1: in memory or FLAC */
    GBytes *bytes; /* NULL: in a file */
    uint64_t size;
    int64_t n_frames;
    VicuFlacReader *flac;
    GByteArray *buffer;
    GArray *channels; /* int32_t: samples as FLAC interleaves them */
    Mark begin;       /* of the last range read, and its end: ranges overlap by the skew */
    Mark end;
};

static void
mark_reset(const CollectorWfdbFile *self, Mark *mark)
{
    mark->frame = 0;
    for (size_t i = 0; i < self->n_signals; i++)
        mark->value[i] = self->signals[i].initial;
}

static CollectorWfdbFile *
new_file(const char *name, const CollectorWfdbSignal *signals, size_t n)
{
    CollectorWfdbFile *self = g_new0(CollectorWfdbFile, 1);

    g_assert(n > 0);
    self->name = g_strdup(name);
    self->signals = signals;
    self->n_signals = n;
    self->format = signals[0].format;
    self->offset = signals[0].offset_bytes;
    self->fd = -1;
    for (size_t i = 0; i < n; i++)
        self->width += signals[i].samples_per_frame;
    self->buffer = g_byte_array_new();
    self->channels = g_array_new(FALSE, FALSE, sizeof(int32_t));
    self->begin.value = g_new(int32_t, n);
    self->end.value = g_new(int32_t, n);
    mark_reset(self, &self->begin);
    mark_reset(self, &self->end);
    return self;
}

static gboolean
check_flac(CollectorWfdbFile *self, GError **error)
{
    guint bits = collector_wfdb_format_bits(self->format);

    if (vicu_flac_reader_channels(self->flac) != self->n_signals
        || vicu_flac_reader_bits(self->flac) > bits) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: the FLAC stream has %u channels of %u bits, the header says %zu signals "
                    "of format %d",
                    self->name, vicu_flac_reader_channels(self->flac),
                    vicu_flac_reader_bits(self->flac), self->n_signals, self->format);
        return FALSE;
    }
    uint64_t length = vicu_flac_reader_length(self->flac);
    self->n_frames = length > 0 ? (int64_t)(length / self->signals[0].samples_per_frame) : -1;
    return TRUE;
}

static void
count_frames(CollectorWfdbFile *self)
{
    uint64_t n = self->size > self->offset ? self->size - self->offset : 0;

    self->n_frames = (int64_t)(collector_wfdb_format_samples(self->format, n) / self->width);
}

CollectorWfdbFile *
collector_wfdb_file_open(const char *path,
                         const CollectorWfdbSignal *signals,
                         size_t n,
                         GError **error)
{
    g_autoptr(CollectorWfdbFile) self = new_file(path, signals, n);
    struct stat st;

    if (collector_wfdb_format_is_flac(self->format)) {
        self->flac = vicu_flac_reader_open(path, self->offset, error);
        if (self->flac == NULL || !check_flac(self, error))
            return NULL;
        return g_steal_pointer(&self);
    }
    self->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (self->fd < 0 || fstat(self->fd, &st) != 0) {
        g_set_error(error, VICU_ERROR, errno == ENOENT ? VICU_ERROR_ABSENT : VICU_ERROR_IO,
                    "%s: signal file cannot be read: %s", path, g_strerror(errno));
        return NULL;
    }
    self->size = (uint64_t)st.st_size;
    count_frames(self);
    return g_steal_pointer(&self);
}

CollectorWfdbFile *
collector_wfdb_file_new_for_bytes(
    const char *name, GBytes *bytes, const CollectorWfdbSignal *signals, size_t n, GError **error)
{
    g_autoptr(CollectorWfdbFile) self = new_file(name, signals, n);

    self->size = g_bytes_get_size(bytes);
    if (collector_wfdb_format_is_flac(self->format)) {
        uint64_t skip = MIN(self->offset, self->size);
        g_autoptr(GBytes) stream = g_bytes_new_from_bytes(bytes, skip, self->size - skip);
        self->flac = vicu_flac_reader_new_for_bytes(name, stream, error);
        if (self->flac == NULL || !check_flac(self, error))
            return NULL;
        return g_steal_pointer(&self);
    }
    self->bytes = g_bytes_ref(bytes);
    count_frames(self);
    return g_steal_pointer(&self);
}

void
collector_wfdb_file_free(CollectorWfdbFile *self)
{
    if (self == NULL)
        return;
    if (self->fd >= 0)
        close(self->fd); /* read only: nothing to lose */
    g_clear_pointer(&self->bytes, g_bytes_unref);
    g_clear_pointer(&self->flac, vicu_flac_reader_free);
    g_byte_array_unref(self->buffer);
    g_array_unref(self->channels);
    g_free(self->begin.value);
    g_free(self->end.value);
    g_free(self->name);
    g_free(self);
}

int64_t
collector_wfdb_file_frames(const CollectorWfdbFile *self)
{
    return self->n_frames;
}

size_t
collector_wfdb_file_width(const CollectorWfdbFile *self)
{
    return self->width;
}

/* @n bytes at @at, borrowed until the next call. Exactly @n, or an error: the
 * caller asks for nothing beyond the size that was seen at the opening. */
static const uint8_t *
read_bytes(CollectorWfdbFile *self, uint64_t at, size_t n, GError **error)
{
    if (self->bytes != NULL)
        return (const uint8_t *)g_bytes_get_data(self->bytes, NULL) + at;
    g_byte_array_set_size(self->buffer, (guint)n);
    for (size_t done = 0; done < n;) {
        ssize_t got = pread(self->fd, self->buffer->data + done, n - done, (off_t)(at + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_IO,
                        "%s: byte %" G_GUINT64_FORMAT " cannot be read: %s", self->name, at + done,
                        got == 0 ? "the file became shorter" : g_strerror(errno));
            return NULL;
        }
        done += (size_t)got;
    }
    return self->buffer->data;
}

static gboolean
read_stream(CollectorWfdbFile *self, int64_t first, size_t n, int32_t *out, GError **error)
{
    uint64_t from = (uint64_t)first * self->width;
    uint64_t start = collector_wfdb_format_group_start(self->format, from);
    uint64_t at = collector_wfdb_format_bytes(self->format, start);
    uint64_t end = collector_wfdb_format_bytes(self->format, from + n * self->width);
    const uint8_t *bytes = read_bytes(self, self->offset + at, (size_t)(end - at), error);

    if (bytes == NULL)
        return FALSE;
    size_t got = collector_wfdb_format_decode(self->format, from, bytes, (size_t)(end - at), out,
                                              n * self->width);
    g_assert(got == n * self->width);
    return TRUE;
}

/* Differences to values, in place; @value goes on from one call to the next. A
 * sum that leaves 32 bits wraps: it is the file that is wrong, and the checksum tells. */
static void
sum_up(const CollectorWfdbFile *self, int32_t *samples, size_t n_frames, int32_t *value)
{
    for (size_t f = 0; f < n_frames; f++)
        for (size_t s = 0; s < self->n_signals; s++)
            for (uint32_t j = 0; j < self->signals[s].samples_per_frame; j++, samples++)
                *samples = value[s] = (int32_t)((uint32_t)value[s] + (uint32_t)*samples);
}

static gboolean
read_differences(CollectorWfdbFile *self, int64_t first, size_t n, int32_t *out, GError **error)
{
    size_t bytes_of_values = self->n_signals * sizeof(int32_t);
    size_t chunk = MAX(CHUNK_SAMPLES / self->width, 1);
    Mark from = {0, g_newa(int32_t, self->n_signals)};

    if (first >= self->end.frame || first >= self->begin.frame) {
        const Mark *near = first >= self->end.frame ? &self->end : &self->begin;
        from.frame = near->frame;
        memcpy(from.value, near->value, bytes_of_values);
    } else {
        mark_reset(self, &from);
    }
    g_autofree int32_t *skipped = from.frame < first ? g_new(int32_t, chunk * self->width) : NULL;
    while (from.frame < first) {
        size_t step = (size_t)MIN(first - from.frame, (int64_t)chunk);
        if (!read_stream(self, from.frame, step, skipped, error))
            return FALSE;
        sum_up(self, skipped, step, from.value);
        from.frame += (int64_t)step;
    }
    if (!read_stream(self, first, n, out, error))
        return FALSE;
    self->begin.frame = first;
    memcpy(self->begin.value, from.value, bytes_of_values);
    sum_up(self, out, n, from.value);
    self->end.frame = first + (int64_t)n;
    memcpy(self->end.value, from.value, bytes_of_values);
    return TRUE;
}

/* A channel's samples follow each other, whatever the frame: one signal is one
 * channel at samples_per_frame times the frame rate. */
static gboolean
read_flac(
    CollectorWfdbFile *self, int64_t first, size_t n, int32_t *out, size_t *got, GError **error)
{
    size_t per_frame = self->signals[0].samples_per_frame, channels = self->n_signals;
    size_t n_samples = 0;

    g_array_set_size(self->channels, (guint)(n * self->width));
    const int32_t *in = (const int32_t *)(const void *)self->channels->data;
    if (!vicu_flac_reader_read(self->flac, (uint64_t)first * per_frame, n * per_frame,
                               (int32_t *)(void *)self->channels->data, &n_samples, error))
        return FALSE;
    *got = n_samples / per_frame;
    for (size_t f = 0; f < *got; f++)
        for (size_t c = 0; c < channels; c++)
            for (size_t j = 0; j < per_frame; j++)
                *out++ = in[(f * per_frame + j) * channels + c];
    return TRUE;
}

gboolean
collector_wfdb_file_read(
    CollectorWfdbFile *self, int64_t first, size_t n, int32_t *out, size_t *got, GError **error)
{
    g_return_val_if_fail(first >= 0, FALSE);
    *got = 0;
    if (self->n_frames >= 0)
        n = first < self->n_frames ? (size_t)MIN((int64_t)n, self->n_frames - first) : 0;
    if (n == 0)
        return TRUE;
    if (self->flac != NULL)
        return read_flac(self, first, n, out, got, error);
    if (!(self->format == 8 ? read_differences : read_stream)(self, first, n, out, error))
        return FALSE;
    *got = n;
    return TRUE;
}
