/* EDF: a file, record by record.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/edf.h"
#include "common/error.h"

#define HEADER_MAX (256u * (VICU_EDF_MAX_SIGNALS + 1))

__extension__ typedef __int128 Wide;

struct VicuEdfReader {
    char *path;
    int fd;
    VicuEdfHeader *header;
    int64_t n_records;
    int64_t *onset_us; /* NULL: one behind the other from 0 */
    uint8_t *record;
};

static gboolean
read_at(VicuEdfReader *self, uint64_t offset, void *into, size_t n, GError **error)
{
    for (size_t done = 0; done < n;) {
        ssize_t got = pread(self->fd, (uint8_t *)into + done, n - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: byte %" G_GUINT64_FORMAT ": %s",
                        self->path, offset + done,
                        got < 0 ? g_strerror(errno) : "the file ends here");
            return FALSE;
        }
        done += (size_t)got;
    }
    return TRUE;
}

static int64_t
regular_onset_us(const VicuEdfHeader *h, int64_t i)
{
    return (int64_t)((Wide)i * h->duration_num * G_USEC_PER_SEC / h->duration_den);
}

static const VicuEdfSignal *
first_annotations(const VicuEdfHeader *h)
{
    for (size_t i = 0; i < h->n_signals; i++)
        if (h->signal[i].annotations)
            return &h->signal[i];
    return NULL;
}

/* Of every record of an EDF+ file, from the beginning of its annotations. */
static gboolean
read_onsets(VicuEdfReader *self, GError **error)
{
    const VicuEdfHeader *h = self->header;
    const VicuEdfSignal *signal = first_annotations(h);

    if (!h->plus)
        return TRUE;
    if (signal == NULL) {
        if (!h->discontinuous)
            return TRUE;
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: EDF+D without a signal \"EDF Annotations\": nothing says when its records "
                    "began",
                    self->path);
        return FALSE;
    }
    size_t n = 2u * signal->samples;
    g_autofree uint8_t *bytes = g_malloc(n);
    self->onset_us = g_new0(int64_t, (size_t)MAX(self->n_records, 1));
    for (int64_t i = 0; i < self->n_records; i++) {
        uint64_t at = h->header_bytes + (uint64_t)i * h->record_bytes + (uint64_t)signal->offset;
        g_autofree char *what = g_strdup_printf("%s: record %" G_GINT64_FORMAT, self->path, i);
        int64_t onset_us = INT64_MIN;
        if (!read_at(self, at, bytes, n, error)
            || !vicu_edf_annotations_parse(what, bytes, n, &onset_us, NULL, NULL, error))
            return FALSE;
        if (onset_us == INT64_MIN && h->discontinuous) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "%s, byte %" G_GUINT64_FORMAT ": the record does not say when it began",
                        what, at);
            return FALSE;
        }
        if (onset_us == INT64_MIN)
            onset_us = (i > 0 ? self->onset_us[0] : 0) + regular_onset_us(h, i);
        if (i > 0 && onset_us < self->onset_us[i - 1]) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "%s, byte %" G_GUINT64_FORMAT
                        ": the record began %.6f s before the one in front of it",
                        what, at, (double)(self->onset_us[i - 1] - onset_us) / 1e6);
            return FALSE;
        }
        self->onset_us[i] = onset_us;
    }
    return TRUE;
}

static gboolean
read_header(VicuEdfReader *self, GError **error)
{
    struct stat st;
    g_autofree uint8_t *bytes = g_malloc(HEADER_MAX);

    if (fstat(self->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: no regular file", self->path);
        return FALSE;
    }
    size_t n = (size_t)MIN((int64_t)st.st_size, HEADER_MAX);
    if (!read_at(self, 0, bytes, n, error))
        return FALSE;
    self->header = vicu_edf_header_parse(self->path, bytes, n, error);
    if (self->header == NULL)
        return FALSE;
    const VicuEdfHeader *h = self->header;
    int64_t data = (int64_t)st.st_size - (int64_t)h->header_bytes;
    self->n_records = data / (int64_t)h->record_bytes;
    if (data % (int64_t)h->record_bytes != 0
        || (h->n_records >= 0 && h->n_records != self->n_records)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: %" G_GINT64_FORMAT " bytes of data are %" G_GINT64_FORMAT
                    " records and %" G_GINT64_FORMAT " bytes; the header says %" G_GINT64_FORMAT
                    " records of %zu bytes: the file is cut short or its header is wrong",
                    self->path, data, self->n_records, data % (int64_t)h->record_bytes,
                    h->n_records, h->record_bytes);
        return FALSE;
    }
    return TRUE;
}

VicuEdfReader *
vicu_edf_reader_open(const char *path, GError **error)
{
    g_autoptr(VicuEdfReader) self = g_new0(VicuEdfReader, 1);

    self->path = g_strdup(path);
    self->fd = g_open(path, O_RDONLY | O_CLOEXEC, 0);
    if (self->fd < 0) {
        g_set_error(error, VICU_ERROR, errno == ENOENT ? VICU_ERROR_ABSENT : VICU_ERROR_IO,
                    "%s: %s", path, g_strerror(errno));
        return NULL;
    }
    if (!read_header(self, error) || !read_onsets(self, error))
        return NULL;
    self->record = g_malloc(self->header->record_bytes);
    return g_steal_pointer(&self);
}

void
vicu_edf_reader_free(VicuEdfReader *self)
{
    if (self == NULL)
        return;
    if (self->fd >= 0)
        close(self->fd); /* read only: nothing to lose */
    vicu_edf_header_free(self->header);
    g_free(self->onset_us);
    g_free(self->record);
    g_free(self->path);
    g_free(self);
}

const VicuEdfHeader *
vicu_edf_reader_header(const VicuEdfReader *self)
{
    return self->header;
}

int64_t
vicu_edf_reader_records(const VicuEdfReader *self)
{
    return self->n_records;
}

int64_t
vicu_edf_reader_onset_us(const VicuEdfReader *self, int64_t i)
{
    g_return_val_if_fail(i >= 0 && i < self->n_records, 0);
    return self->onset_us != NULL ? self->onset_us[i] : regular_onset_us(self->header, i);
}

const uint8_t *
vicu_edf_reader_record(VicuEdfReader *self, int64_t i, GError **error)
{
    const VicuEdfHeader *h = self->header;

    g_return_val_if_fail(i >= 0 && i < self->n_records, NULL);
    return read_at(self, h->header_bytes + (uint64_t)i * h->record_bytes, self->record,
                   h->record_bytes, error)
               ? self->record
               : NULL;
}
