/* FLAC: the only door to libFLAC.
 *
 * A reader gives any range of samples of a stream that lies in a file at a byte
 * offset, or in memory. Memory: one decoded block (at most 65535 samples of 8
 * channels); long streams are not loaded. One owner thread. What a broken
 * stream holds is never believed: every failure is an error, and no sample of
 * a block whose CRC is wrong is handed out.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct VicuFlacReader VicuFlacReader;

/* @name names the stream in errors. */
VicuFlacReader *vicu_flac_reader_open(const char *path, uint64_t offset, GError **error);
VicuFlacReader *vicu_flac_reader_new_for_bytes(const char *name, GBytes *bytes, GError **error);
void vicu_flac_reader_free(VicuFlacReader *self);

guint vicu_flac_reader_channels(const VicuFlacReader *self);
guint vicu_flac_reader_bits(const VicuFlacReader *self);

/* Samples of each channel; 0: the stream does not say. */
uint64_t vicu_flac_reader_length(const VicuFlacReader *self);

/* Samples @first..@first + @n of every channel, interleaved: @out has room for
 * n * channels. Fewer in @got only at the end of the stream. Reading onward is
 * cheap, going back seeks. After an error every later read fails. */
gboolean vicu_flac_reader_read(
    VicuFlacReader *self, uint64_t first, size_t n, int32_t *out, size_t *got, GError **error);

/* The whole of @n samples of each channel as one stream; @samples interleaved,
 * @bits 4..24, @level 0..8. */
GBytes *vicu_flac_encode(const int32_t *samples,
                         size_t n,
                         guint channels,
                         guint bits,
                         guint rate_hz,
                         guint level,
                         GError **error);

typedef struct VicuFlacWriter VicuFlacWriter;

/* A stream of @total samples of each channel into the file @path, block by block:
 * memory does not grow with it. What is there is incomplete unless _finish() was TRUE. */
VicuFlacWriter *vicu_flac_writer_open(const char *path,
                                      guint channels,
                                      guint bits,
                                      guint rate_hz,
                                      guint level,
                                      uint64_t total,
                                      GError **error);
void vicu_flac_writer_free(VicuFlacWriter *self);
/* @n samples of each channel, interleaved. */
gboolean
vicu_flac_writer_write(VicuFlacWriter *self, const int32_t *samples, size_t n, GError **error);
gboolean vicu_flac_writer_finish(VicuFlacWriter *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuFlacWriter, vicu_flac_writer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuFlacReader, vicu_flac_reader_free)

G_END_DECLS
