/* WFDB signal formats: stored bytes to integers, as signal(5) of the WFDB
 * Applications Guide writes them.
 *
 * Pure: bytes in, integers out, nothing allocated. The samples of all signals
 * of a file form one stream; formats that pack several samples into a group of
 * bytes (212, 310, 311) are packed along that stream.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

/* "No sample here", of whatever format: the format's own minimum is mapped to
 * this. Format 8 stores differences and has none. */
#define COLLECTOR_WFDB_INVALID INT32_MIN

/* Bits of one sample's value; 0: we do not know this format. */
guint collector_wfdb_format_bits(int format);
gboolean collector_wfdb_format_is_flac(int format);

/* Bytes that the first @n_samples of a stream take, the last group cut short.
 * Not for FLAC. */
uint64_t collector_wfdb_format_bytes(int format, uint64_t n_samples);

/* The greatest multiple of a packing group that is <= @sample. */
uint64_t collector_wfdb_format_group_start(int format, uint64_t sample);

/* How many whole samples @n_bytes hold. */
uint64_t collector_wfdb_format_samples(int format, uint64_t n_bytes);

/* Stream samples @first..@first + @n. @bytes begin at the group start of
 * @first. Returns how many were there. Raw: what is stored, the invalid value
 * included; format 8 gives the differences. */
size_t collector_wfdb_format_decode(
    int format, uint64_t first, const uint8_t *bytes, size_t n_bytes, int32_t *out, size_t n);

/* The stored value that means "no sample"; @has is FALSE for format 8. */
int32_t collector_wfdb_format_invalid(int format, gboolean *has);

G_END_DECLS
