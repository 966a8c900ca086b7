/* The frame of an archive block: header, columns, gaps, checksum.
 *
 * Inside common/codec only; docs/codec-archive.md lists the bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "common/codec/archive.h"

/* How the valid samples are coded. */
typedef enum {
    ARCHIVE_STORED,   /* as they are */
    ARCHIVE_VALUES,   /* the model, of the sample less the least one */
    ARCHIVE_RANKS,    /* the model, of the rank among the codes that occur */
    ARCHIVE_STRAIGHT, /* distance to a sum of the references */
} ArchiveMode;

/* A bounded reader: past the end it gives zeros and says so. */
typedef struct {
    const uint8_t *at;
    const uint8_t *end;
    bool past;
} ArchiveReader;

uint64_t vicu_archive_get(ArchiveReader *reader, unsigned bytes);
uint64_t vicu_archive_get_varint(ArchiveReader *reader);
int64_t vicu_archive_get_signed(ArchiveReader *reader);

void vicu_archive_put(GByteArray *out, uint64_t value, unsigned bytes);
void vicu_archive_put_varint(GByteArray *out, uint64_t value);
void vicu_archive_put_signed(GByteArray *out, int64_t value);

/* Fills n, n_valid, min, max, sum, span, n_columns and identity. */
void
vicu_archive_header_of(const int16_t *samples, size_t n, size_t span, VicuArchiveHeader *header);

/* Header, columns and gaps; vicu_archive_seal() later writes the size. */
void vicu_archive_put_header(GByteArray *out,
                             const VicuArchiveHeader *header,
                             ArchiveMode mode,
                             const int16_t *samples);
/* @begin: where in @out the block began. */
void vicu_archive_seal(GByteArray *out, size_t begin);

/* @reader then stands at the columns and ends before the block's checksum. */
VicuArchiveFate vicu_archive_get_header(const uint8_t *bytes,
                                        size_t size,
                                        VicuArchiveHeader *header,
                                        ArchiveMode *mode,
                                        ArchiveReader *reader);
/* @columns NULL: passed over. */
bool vicu_archive_get_columns(ArchiveReader *reader,
                              const VicuArchiveHeader *header,
                              VicuArchiveColumn *columns);
/* Marks in @samples what is not valid: VICU_ARCHIVE_INVALID, else 0. */
bool
vicu_archive_get_gaps(ArchiveReader *reader, const VicuArchiveHeader *header, int16_t *samples);
