/* SPDX-License-Identifier: Apache-2.0 */
#include "common/flac.h"

#include <FLAC/stream_decoder.h>
#include <FLAC/stream_encoder.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/error.h"

struct VicuFlacReader {
    char *name;
    int fd;        /* -1: in memory */
    GBytes *bytes; /* NULL: in a file */
    uint64_t offset;
    uint64_t size; /* of the stream */
    uint64_t at;   /* where the decoder reads next */
    FLAC__StreamDecoder *decoder;
    guint channels;
    guint bits;
    uint64_t length;
    int32_t *block; /* interleaved */
    uint64_t block_first;
    size_t block_n;
    size_t block_room;     /* samples of all channels */
    const char *complaint; /* of libFLAC, about the last step */
    gboolean read_failed;
    gboolean broken; /* an error is final: the decoder's state cannot be trusted */
};

static gboolean
fail(VicuFlacReader *self, GError **error, const char *what)
{
    self->broken = TRUE;
    if (self->read_failed)
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO,
                    "%s: reading failed at byte %" G_GUINT64_FORMAT, self->name,
                    self->offset + self->at);
    else
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: FLAC: %s near byte %" G_GUINT64_FORMAT "%s%s", self->name, what,
                    self->offset + self->at, self->complaint != NULL ? ": " : "",
                    self->complaint != NULL ? self->complaint : "");
    return FALSE;
}

static FLAC__StreamDecoderReadStatus
on_read(const FLAC__StreamDecoder *decoder, FLAC__byte out[], size_t *n, void *data)
{
    VicuFlacReader *self = data;
    size_t want = (size_t)MIN((uint64_t)*n, self->size - self->at);
    ssize_t got;

    (void)decoder;
    *n = 0;
    if (want == 0)
        return FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM;
    if (self->bytes != NULL) {
        memcpy(out, (const uint8_t *)g_bytes_get_data(self->bytes, NULL) + self->at, want);
        got = (ssize_t)want;
    } else {
        do
            got = pread(self->fd, out, want, (off_t)(self->offset + self->at));
        while (got < 0 && errno == EINTR);
    }
    if (got <= 0) {
        self->read_failed = TRUE;
        return FLAC__STREAM_DECODER_READ_STATUS_ABORT;
    }
    self->at += (uint64_t)got;
    *n = (size_t)got;
    return FLAC__STREAM_DECODER_READ_STATUS_CONTINUE;
}

static FLAC__StreamDecoderSeekStatus
on_seek(const FLAC__StreamDecoder *decoder, FLAC__uint64 at, void *data)
{
    VicuFlacReader *self = data;

    (void)decoder;
    if (at > self->size)
        return FLAC__STREAM_DECODER_SEEK_STATUS_ERROR;
    self->at = at;
    return FLAC__STREAM_DECODER_SEEK_STATUS_OK;
}

static FLAC__StreamDecoderTellStatus
on_tell(const FLAC__StreamDecoder *decoder, FLAC__uint64 *at, void *data)
{
    (void)decoder;
    *at = ((VicuFlacReader *)data)->at;
    return FLAC__STREAM_DECODER_TELL_STATUS_OK;
}

static FLAC__StreamDecoderLengthStatus
on_length(const FLAC__StreamDecoder *decoder, FLAC__uint64 *length, void *data)
{
    (void)decoder;
    *length = ((VicuFlacReader *)data)->size;
    return FLAC__STREAM_DECODER_LENGTH_STATUS_OK;
}

static FLAC__bool
on_eof(const FLAC__StreamDecoder *decoder, void *data)
{
    const VicuFlacReader *self = data;

    (void)decoder;
    return self->at >= self->size;
}

static FLAC__StreamDecoderWriteStatus
on_write(const FLAC__StreamDecoder *decoder,
         const FLAC__Frame *frame,
         const FLAC__int32 *const buffer[],
         void *data)
{
    VicuFlacReader *self = data;
    size_t n = frame->header.blocksize;

    (void)decoder;
    if (frame->header.channels != self->channels || frame->header.bits_per_sample != self->bits) {
        self->complaint = "a block differs from the stream in channels or bits";
        return FLAC__STREAM_DECODER_WRITE_STATUS_ABORT;
    }
    if (n * self->channels > self->block_room) {
        self->block_room = n * self->channels;
        g_free(self->block);
        self->block = g_new(int32_t, self->block_room);
    }
    for (guint c = 0; c < self->channels; c++)
        for (size_t i = 0; i < n; i++)
            self->block[i * self->channels + c] = buffer[c][i];
    self->block_first = frame->header.number.sample_number;
    self->block_n = n;
    return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

static void
on_metadata(const FLAC__StreamDecoder *decoder, const FLAC__StreamMetadata *block, void *data)
{
    VicuFlacReader *self = data;

    (void)decoder;
    if (block->type != FLAC__METADATA_TYPE_STREAMINFO)
        return;
    self->channels = block->data.stream_info.channels;
    self->bits = block->data.stream_info.bits_per_sample;
    self->length = block->data.stream_info.total_samples;
}

static void
on_error(const FLAC__StreamDecoder *decoder, FLAC__StreamDecoderErrorStatus status, void *data)
{
    (void)decoder;
    ((VicuFlacReader *)data)->complaint = FLAC__StreamDecoderErrorStatusString[status];
}

static VicuFlacReader *
start(VicuFlacReader *unowned, GError **error)
{
    g_autoptr(VicuFlacReader) self = unowned;

    self->decoder = FLAC__stream_decoder_new();
    if (self->decoder == NULL
        || FLAC__stream_decoder_init_stream(self->decoder, on_read, on_seek, on_tell, on_length,
                                            on_eof, on_write, on_metadata, on_error, self)
               != FLAC__STREAM_DECODER_INIT_STATUS_OK) {
        fail(self, error, "the decoder does not start");
        return NULL;
    }
    if (!FLAC__stream_decoder_process_until_end_of_metadata(self->decoder) || self->channels == 0
        || self->complaint != NULL) {
        fail(self, error, "no stream begins here");
        return NULL;
    }
    if (self->channels > FLAC__MAX_CHANNELS || self->bits < 4 || self->bits > 24) {
        fail(self, error, "the stream has more than 8 channels or 24 bits");
        return NULL;
    }
    return g_steal_pointer(&self);
}

VicuFlacReader *
vicu_flac_reader_open(const char *path, uint64_t offset, GError **error)
{
    g_autoptr(VicuFlacReader) self = g_new0(VicuFlacReader, 1);
    struct stat st;

    self->name = g_strdup(path);
    self->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (self->fd < 0 || fstat(self->fd, &st) != 0) {
        g_set_error(error, VICU_ERROR, errno == ENOENT ? VICU_ERROR_ABSENT : VICU_ERROR_IO,
                    "%s: cannot be read: %s", path, g_strerror(errno));
        return NULL;
    }
    self->offset = offset;
    self->size = (uint64_t)st.st_size > offset ? (uint64_t)st.st_size - offset : 0;
    return start(g_steal_pointer(&self), error);
}

VicuFlacReader *
vicu_flac_reader_new_for_bytes(const char *name, GBytes *bytes, GError **error)
{
    VicuFlacReader *self = g_new0(VicuFlacReader, 1);

    self->name = g_strdup(name);
    self->fd = -1;
    self->bytes = g_bytes_ref(bytes);
    self->size = g_bytes_get_size(bytes);
    return start(self, error);
}

void
vicu_flac_reader_free(VicuFlacReader *self)
{
    if (self == NULL)
        return;
    if (self->decoder != NULL)
        FLAC__stream_decoder_delete(self->decoder);
    if (self->fd >= 0)
        close(self->fd); /* read only: nothing to lose */
    g_clear_pointer(&self->bytes, g_bytes_unref);
    g_free(self->block);
    g_free(self->name);
    g_free(self);
}

guint
vicu_flac_reader_channels(const VicuFlacReader *self)
{
    return self->channels;
}

guint
vicu_flac_reader_bits(const VicuFlacReader *self)
{
    return self->bits;
}

uint64_t
vicu_flac_reader_length(const VicuFlacReader *self)
{
    return self->length;
}

static gboolean
seek_to(VicuFlacReader *self, uint64_t sample, GError **error)
{
    self->complaint = NULL;
    self->block_n = 0;
    if (FLAC__stream_decoder_seek_absolute(self->decoder, sample) && self->complaint == NULL
        && sample >= self->block_first && sample - self->block_first < self->block_n)
        return TRUE;
    self->block_n = 0;
    return fail(self, error, "the sample looked for is not in the stream");
}

/* Decodes the block after the one held. FALSE in @more at the end. */
static gboolean
next_block(VicuFlacReader *self, gboolean *more, GError **error)
{
    uint64_t expected = self->block_first + self->block_n;

    self->complaint = NULL;
    self->block_n = 0;
    *more = TRUE;
    while (self->block_n == 0) {
        if (!FLAC__stream_decoder_process_single(self->decoder) || self->complaint != NULL) {
            self->block_n = 0;
            return fail(self, error, "a block cannot be decoded");
        }
        FLAC__StreamDecoderState state = FLAC__stream_decoder_get_state(self->decoder);
        if (self->block_n == 0 && state == FLAC__STREAM_DECODER_END_OF_STREAM) {
            self->block_first = expected;
            *more = FALSE;
            return TRUE;
        }
        /* in any other state libFLAC does nothing and calls it success */
        if (self->block_n == 0 && state != FLAC__STREAM_DECODER_SEARCH_FOR_FRAME_SYNC
            && state != FLAC__STREAM_DECODER_READ_FRAME)
            return fail(self, error, "the decoder gave up");
    }
    if (self->block_first != expected) {
        self->block_n = 0;
        return fail(self, error, "blocks are missing or out of order");
    }
    return TRUE;
}

gboolean
vicu_flac_reader_read(
    VicuFlacReader *self, uint64_t first, size_t n, int32_t *out, size_t *got, GError **error)
{
    *got = 0;
    if (self->broken)
        return fail(self, error, "an error came before");
    if (self->length > 0) {
        if (first >= self->length)
            return TRUE;
        n = (size_t)MIN((uint64_t)n, self->length - first);
    }
    if ((first < self->block_first || first > self->block_first + self->block_n + 65536)
        && !seek_to(self, first, error))
        return FALSE;
    while (*got < n) {
        uint64_t at = first + *got;
        gboolean more = TRUE;

        if (at >= self->block_first + self->block_n) {
            if (!next_block(self, &more, error))
                return FALSE;
            if (!more)
                break;
            continue;
        }
        size_t skip = (size_t)(at - self->block_first);
        size_t take = MIN(n - *got, self->block_n - skip);
        memcpy(out + *got * self->channels, self->block + skip * self->channels,
               take * self->channels * sizeof *out);
        *got += take;
    }
    if (*got < n && self->length > 0)
        return fail(self, error, "the stream ends before its announced length");
    return TRUE;
}

static FLAC__StreamEncoderWriteStatus
on_encoded(const FLAC__StreamEncoder *encoder,
           const FLAC__byte bytes[],
           size_t n,
           uint32_t samples,
           uint32_t frame,
           void *data)
{
    (void)encoder, (void)samples, (void)frame;
    g_byte_array_append(data, bytes, (guint)n);
    return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
}

GBytes *
vicu_flac_encode(const int32_t *samples,
                 size_t n,
                 guint channels,
                 guint bits,
                 guint rate_hz,
                 guint level,
                 GError **error)
{
    FLAC__StreamEncoder *encoder = FLAC__stream_encoder_new();
    GByteArray *out = g_byte_array_new();
    gboolean ok = encoder != NULL && FLAC__stream_encoder_set_channels(encoder, channels)
                  && FLAC__stream_encoder_set_bits_per_sample(encoder, bits)
                  && FLAC__stream_encoder_set_sample_rate(encoder, rate_hz)
                  && FLAC__stream_encoder_set_streamable_subset(encoder, false)
                  && FLAC__stream_encoder_set_compression_level(encoder, level)
                  /* STREAMINFO is written first: this is its only chance to say the length */
                  && FLAC__stream_encoder_set_total_samples_estimate(encoder, n)
                  && FLAC__stream_encoder_init_stream(encoder, on_encoded, NULL, NULL, NULL, out)
                         == FLAC__STREAM_ENCODER_INIT_STATUS_OK;

    for (size_t done = 0; ok && done < n;) {
        uint32_t step = (uint32_t)MIN(n - done, (size_t)1 << 20);
        ok = FLAC__stream_encoder_process_interleaved(encoder, samples + done * channels, step);
        done += step;
    }
    ok = ok && FLAC__stream_encoder_finish(encoder);
    if (!ok)
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "FLAC: %u channels of %u bits at %u Hz cannot be encoded: %s", channels, bits,
                    rate_hz,
                    encoder != NULL ? FLAC__stream_encoder_get_resolved_state_string(encoder)
                                    : "no memory");
    if (encoder != NULL)
        FLAC__stream_encoder_delete(encoder);
    GBytes *bytes = g_byte_array_free_to_bytes(out);
    if (!ok)
        g_clear_pointer(&bytes, g_bytes_unref);
    return bytes;
}

struct VicuFlacWriter {
    char *path;
    FILE *file;
    FLAC__StreamEncoder *encoder;
};

static FLAC__StreamEncoderWriteStatus
on_file(const FLAC__StreamEncoder *encoder,
        const FLAC__byte bytes[],
        size_t n,
        uint32_t samples,
        uint32_t frame,
        void *data)
{
    VicuFlacWriter *self = data;

    (void)encoder, (void)samples, (void)frame;
    return fwrite(bytes, 1, n, self->file) == n ? FLAC__STREAM_ENCODER_WRITE_STATUS_OK
                                                : FLAC__STREAM_ENCODER_WRITE_STATUS_FATAL_ERROR;
}

static gboolean
writer_failed(VicuFlacWriter *self, GError **error)
{
    int broken = errno;
    gboolean disk = self->file == NULL || ferror(self->file);

    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s", self->path,
                disk ? g_strerror(broken)
                : self->encoder != NULL
                    ? FLAC__stream_encoder_get_resolved_state_string(self->encoder)
                    : "no memory");
    return FALSE;
}

VicuFlacWriter *
vicu_flac_writer_open(const char *path,
                      guint channels,
                      guint bits,
                      guint rate_hz,
                      guint level,
                      uint64_t total,
                      GError **error)
{
    g_autoptr(VicuFlacWriter) self = g_new0(VicuFlacWriter, 1);

    self->path = g_strdup(path);
    self->file = fopen(path, "wbe");
    self->encoder = self->file != NULL ? FLAC__stream_encoder_new() : NULL;
    if (self->encoder == NULL || !FLAC__stream_encoder_set_channels(self->encoder, channels)
        || !FLAC__stream_encoder_set_bits_per_sample(self->encoder, bits)
        || !FLAC__stream_encoder_set_sample_rate(self->encoder, rate_hz)
        || !FLAC__stream_encoder_set_streamable_subset(self->encoder, false)
        || !FLAC__stream_encoder_set_compression_level(self->encoder, level)
        || !FLAC__stream_encoder_set_total_samples_estimate(self->encoder, total)
        || FLAC__stream_encoder_init_stream(self->encoder, on_file, NULL, NULL, NULL, self)
               != FLAC__STREAM_ENCODER_INIT_STATUS_OK) {
        writer_failed(self, error);
        return NULL;
    }
    return g_steal_pointer(&self);
}

void
vicu_flac_writer_free(VicuFlacWriter *self)
{
    if (self == NULL)
        return;
    if (self->encoder != NULL)
        FLAC__stream_encoder_delete(self->encoder);
    if (self->file != NULL)
        fclose(self->file);
    g_free(self->path);
    g_free(self);
}

gboolean
vicu_flac_writer_write(VicuFlacWriter *self, const int32_t *samples, size_t n, GError **error)
{
    return FLAC__stream_encoder_process_interleaved(self->encoder, samples, (uint32_t)n)
           || writer_failed(self, error);
}

gboolean
vicu_flac_writer_finish(VicuFlacWriter *self, GError **error)
{
    if (!FLAC__stream_encoder_finish(self->encoder) || fflush(self->file) != 0
        || fsync(fileno(self->file)) != 0)
        return writer_failed(self, error);
    FILE *file = g_steal_pointer(&self->file);
    return fclose(file) == 0 || writer_failed(self, error);
}
